"""What a secret store does, once for both places a credential can be in: the session's memory, and a real keyring.

The keyring is a gnome-keyring of the test's own, on a bus of its own; its prompts are the real ones, on a display of
their own.
"""

import asyncio
import gc
import logging
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.domain.errors import SecretsUnavailableError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Kept, Secret
from desktop_app.store.secrets import SecretState, SecretStore
from tests.conftest import until
from tests.desktop_session import PASSWORD, DesktopSession

CANARY = "test-key-canary-123"
A, B = ConnectionId("connection-a"), ConnectionId("connection-b")
if sys.platform != "linux":
    pytest.skip("a desktop session of one's own needs D-Bus", allow_module_level=True)

LONG = "".join(f"{index:04d}" for index in range(2048))

# keyring 25.7 closes its connection to D-Bus only when all went well; what it left is collected within the same test.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture(autouse=True)
def connections_left_by_the_library() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Callable[[DesktopSession], None]:
    """Makes the test's own process a part of a desktop session."""

    def use(session: DesktopSession) -> None:
        for name in ("HOME", "XDG_RUNTIME_DIR"):
            monkeypatch.setenv(name, session.env[name])
        address = session.env.get("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        for name in ("PYTHON_KEYRING_BACKEND", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            monkeypatch.delenv(name, raising=False)

    return use


@pytest.fixture(scope="module")
def shared_desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("desktop")) as session:
        yield session


@pytest.fixture(params=["session", "keyring"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, enter: Callable[[DesktopSession], None]
) -> Iterator[Kept]:
    """Where the store under test keeps its credentials: without a bus in memory, with one in the keyring."""
    if request.param == "keyring":
        enter(request.getfixturevalue("shared_desktop"))
        yield Kept.KEYRING
    else:
        with DesktopSession(tmp_path, bus=False) as session:
            enter(session)
            yield Kept.SESSION


@pytest.fixture
def store(place: Kept, request: pytest.FixtureRequest) -> SecretStore:
    return SecretStore(f"profile-{request.node.name}", timeout_s=10)


@pytest.fixture
def desktop(tmp_path: Path, enter: Callable[[DesktopSession], None]) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path) as session:
        enter(session)
        yield session


@pytest.fixture
def desktop_with_display(tmp_path: Path, enter: Callable[[DesktopSession], None]) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path, display=True) as session:
        enter(session)
        yield session


# Both places.


async def test_a_key_comes_back_as_it_was_given(store: SecretStore, place: Kept) -> None:
    assert await store.set(A, Secret(CANARY)) is place
    assert await store.get(A) == Secret(CANARY)


async def test_the_state_says_where_keys_are_kept_before_there_is_one(
    store: SecretStore, place: Kept
) -> None:
    state = await store.state()
    assert state.kept is place
    assert bool(state.reason) is (place is Kept.SESSION)


async def test_a_new_key_replaces_the_old_one(store: SecretStore) -> None:
    for value in (CANARY, "test-other", LONG, "short again", LONG[::-1], LONG[:3000], ""):
        await store.set(A, Secret(value))
        assert await store.get(A) == Secret(value)


async def test_a_deleted_key_is_gone(store: SecretStore) -> None:
    await store.set(A, Secret(LONG))
    await store.set(B, Secret(CANARY))
    await store.delete(A)
    assert await store.get(A) is None
    assert await store.get(B) == Secret(CANARY)


async def test_there_is_no_key_where_none_was_given(store: SecretStore) -> None:
    assert await store.get(A) is None
    await store.delete(A)


@pytest.mark.parametrize(
    "value",
    [
        "пароль с пробелом и ё",
        "x" * 1200,
        "x" * 1201,
        "ж" * 4096,
        LONG,
        "🧵" * 1300,
        "\x01nitka:a:2:0123456789abcdef",
        "a\nb\t",
    ],
    ids=[
        "cyrillic",
        "one-part",
        "two-parts",
        "cyrillic-8-KB",
        "8-KB",
        "emoji",
        "like-our-own-mark",
        "blanks",
    ],
)
async def test_any_text_of_any_length_round_trips(store: SecretStore, place: Kept, value: str) -> None:
    assert await store.set(A, Secret(value)) is place
    assert await store.get(A) == Secret(value)
    await store.delete(A)
    assert await store.get(A) is None


async def test_what_is_no_text_is_refused_without_showing_it(store: SecretStore, place: Kept) -> None:
    with pytest.raises(ValueError, match="must be text") as caught:
        await store.set(A, Secret(CANARY + "\ud800"))
    assert CANARY not in repr(caught.value)
    assert (await store.state()).kept is place


async def test_two_profiles_do_not_see_each_others_keys(place: Kept) -> None:
    first, second = SecretStore("profile-one", timeout_s=10), SecretStore("profile-two", timeout_s=10)
    await first.set(A, Secret(CANARY))
    assert await second.get(A) is None
    await second.delete(A)
    assert await first.get(A) == Secret(CANARY)


async def test_both_loops_of_the_program_use_one_store(store: SecretStore, place: Kept) -> None:
    found: list[Secret | None] = []

    def other_loop() -> None:
        async def work() -> None:
            for index in range(3):
                await store.set(B, Secret(f"from the other loop {index}"))
            found.append(await store.get(A))

        asyncio.run(work())

    await store.set(A, Secret(CANARY))
    thread = threading.Thread(target=other_loop)
    thread.start()
    for _ in range(3):
        assert await store.get(A) == Secret(CANARY)
    await until(lambda: not thread.is_alive())
    assert found == [Secret(CANARY)]
    assert await store.get(B) == Secret("from the other loop 2")


async def test_requests_made_together_are_answered_in_order(store: SecretStore) -> None:
    await asyncio.gather(*(store.set(A, Secret(f"key {index}")) for index in range(5)))
    assert await store.get(A) == Secret("key 4")


async def test_no_thread_is_left_when_there_is_nothing_to_do(store: SecretStore) -> None:
    await store.set(A, Secret(CANARY))
    await until(lambda: not _keyring_threads())


async def test_every_key_seen_is_reported_so_that_logs_can_leave_it_out(place: Kept) -> None:
    seen: list[Secret] = []
    store = SecretStore("profile-seen", timeout_s=10, on_secret=seen.append)
    await store.set(A, Secret(CANARY))
    assert seen == [Secret(CANARY)]
    await store.get(A)
    assert set(seen) == {Secret(CANARY)}


async def test_nothing_tells_the_key(store: SecretStore, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await store.set(A, Secret(CANARY))
    state = await store.state()
    assert (
        CANARY
        not in repr(store) + repr(state) + repr(await store.get(A)) + str(await store.get(A)) + caplog.text
    )


# No keyring.


async def test_without_a_keyring_the_key_lasts_for_the_session_alone(
    tmp_path: Path, enter: Callable[[DesktopSession], None]
) -> None:
    with DesktopSession(tmp_path, bus=False) as session:
        enter(session)
        store = SecretStore("profile", timeout_s=10)
        assert await store.set(A, Secret(CANARY)) is Kept.SESSION
        assert (await store.state()).reason
        assert await SecretStore("profile", timeout_s=10).get(A) is None
        assert not _files_with(CANARY, tmp_path)


async def test_a_bus_without_a_keyring_is_no_keyring(
    tmp_path: Path, enter: Callable[[DesktopSession], None]
) -> None:
    with DesktopSession(tmp_path, keyring=False) as session:
        enter(session)
        # The service may be started by the bus on demand; there it asks for a new keyring's password, with no display.
        store = SecretStore("profile", timeout_s=10)
        assert await store.set(A, Secret(CANARY)) is Kept.SESSION
        assert await store.get(A) == Secret(CANARY)
        assert (await store.state()).kept is Kept.SESSION


async def test_a_keyring_that_appears_takes_over_the_keys_of_the_session(
    desktop: DesktopSession, enter: Callable[[DesktopSession], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SecretStore("profile", timeout_s=10)
    with monkeypatch.context() as without:
        without.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        assert await store.set(A, Secret(CANARY)) is Kept.SESSION
    assert (await store.state()).kept is Kept.SESSION, "it is not asked again by itself"
    assert await store.retry() == SecretState(Kept.KEYRING, "SecretService Keyring")
    assert desktop.lookup("nitka", f"profile/{A}") == CANARY


# A real keyring.


async def test_another_client_finds_the_key(desktop: DesktopSession) -> None:
    store = SecretStore("profile", timeout_s=10)
    await store.set(A, Secret(CANARY))
    assert desktop.lookup("nitka", f"profile/{A}") == CANARY
    await store.delete(A)
    assert desktop.lookup("nitka", f"profile/{A}") is None


async def test_another_start_finds_the_key(desktop: DesktopSession) -> None:
    await SecretStore("profile", timeout_s=10).set(A, Secret(LONG))
    assert await SecretStore("profile", timeout_s=10).get(A) == Secret(LONG)


async def test_a_deleted_long_key_leaves_no_part_behind(desktop: DesktopSession) -> None:
    store = SecretStore("profile", timeout_s=10)
    for value in (LONG, LONG[::-1], CANARY, LONG):
        await store.set(A, Secret(value))
    await store.delete(A)
    found = desktop.run(["secret-tool", "search", "--all", "service", "nitka"], check=False)
    assert "secret =" not in found.stdout


async def test_an_unlocked_answer_lets_the_key_through(desktop_with_display: DesktopSession) -> None:
    store = SecretStore("profile", timeout_s=20)
    await store.set(A, Secret(CANARY))
    desktop_with_display.lock_keyring()
    asked = asyncio.ensure_future(store.get(A))
    await _prompt(desktop_with_display)
    desktop_with_display.run(["xdotool", "type", PASSWORD])
    desktop_with_display.run(["xdotool", "key", "Return"])
    assert await asked == Secret(CANARY)


async def test_a_locked_keyring_that_cannot_ask_is_said(desktop: DesktopSession) -> None:
    store = SecretStore("profile", timeout_s=10)
    await store.set(A, Secret(CANARY))
    desktop.lock_keyring()
    with pytest.raises(SecretsUnavailableError):
        await store.get(A)
    assert (await store.state()).kept is Kept.SESSION
    assert await store.set(A, Secret("test-newer")) is Kept.SESSION
    assert await store.get(A) == Secret("test-newer")


async def test_a_dismissed_prompt_is_not_shown_again_until_retried(
    desktop_with_display: DesktopSession,
) -> None:
    store = SecretStore("profile", timeout_s=20)
    await store.set(A, Secret(CANARY))
    desktop_with_display.lock_keyring()
    asked = asyncio.ensure_future(store.get(A))
    await _prompt(desktop_with_display)
    desktop_with_display.run(["xdotool", "key", "Escape"])
    with pytest.raises(SecretsUnavailableError) as caught:
        await asked
    assert CANARY not in _everything(caught.value)
    async with asyncio.timeout(5):  # of the twenty that asking would take
        with pytest.raises(SecretsUnavailableError):
            await store.get(A)
        assert await store.set(B, Secret("test-b")) is Kept.SESSION
    retried = asyncio.ensure_future(store.retry())
    await _prompt(desktop_with_display)
    desktop_with_display.run(["xdotool", "type", PASSWORD])
    desktop_with_display.run(["xdotool", "key", "Return"])
    assert (await retried).kept is Kept.KEYRING
    assert desktop_with_display.lookup("nitka", f"profile/{B}") == "test-b"


async def test_an_unanswered_prompt_gives_up_in_time_and_later_calls_do_not_wait(
    desktop_with_display: DesktopSession,
) -> None:
    await SecretStore("profile", timeout_s=10).set(A, Secret(CANARY))
    store = SecretStore("profile", timeout_s=2)
    desktop_with_display.lock_keyring()
    with pytest.raises(SecretsUnavailableError):
        await store.get(A)
    await _prompt(desktop_with_display)
    async with asyncio.timeout(2):  # of the six that asking three times would take
        with pytest.raises(SecretsUnavailableError):
            await store.get(A)
        assert await store.set(B, Secret(CANARY)) is Kept.SESSION
        assert (await store.state()).kept is Kept.SESSION
    desktop_with_display.run(["xdotool", "type", PASSWORD])
    desktop_with_display.run(["xdotool", "key", "Return"])
    await until(lambda: not _keyring_threads())
    assert await store.get(A) == Secret(CANARY), "answered late, it works again"


async def test_a_keyring_that_hangs_holds_up_neither_the_loop_nor_its_end(desktop: DesktopSession) -> None:
    await SecretStore("profile", timeout_s=10).set(A, Secret(CANARY))
    store = SecretStore("profile", timeout_s=2)
    desktop.stop_keyring(signal.SIGSTOP)
    with pytest.raises(SecretsUnavailableError):
        await store.get(A)
    async with asyncio.timeout(1.5):
        with pytest.raises(SecretsUnavailableError):
            await store.delete(A)
    desktop.stop_keyring(signal.SIGCONT)
    await until(lambda: not _keyring_threads())
    assert await store.get(A) == Secret(CANARY)


async def test_a_keyring_killed_during_a_call_is_said(desktop: DesktopSession) -> None:
    store = SecretStore("profile", timeout_s=10)
    await store.set(A, Secret(CANARY))
    desktop.stop_keyring(signal.SIGSTOP)
    asked = asyncio.ensure_future(store.set(A, Secret("test-newer")))
    await until(_keyring_threads)
    desktop.stop_keyring(signal.SIGKILL)
    assert await asked is Kept.SESSION
    state = await store.state()
    assert state.kept is Kept.SESSION
    assert "test-newer" not in state.reason
    assert await store.get(A) == Secret("test-newer")


async def test_a_request_that_was_given_up_does_not_stop_the_next(desktop: DesktopSession) -> None:
    store = SecretStore("profile", timeout_s=10)
    await store.set(A, Secret(CANARY))
    asked = asyncio.ensure_future(store.get(A))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await store.get(A) == Secret(CANARY)


def test_a_session_of_its_own_leaves_no_process_behind(tmp_path: Path) -> None:
    with DesktopSession(tmp_path, display=True) as session:
        runtime = Path(session.env["XDG_RUNTIME_DIR"])
        session.popen(["sh", "-c", "setsid sleep 1000 & setsid sleep 1000"])
        assert len(session.processes()) >= 4
    assert session.processes() == []
    assert not runtime.exists()


async def _prompt(session: DesktopSession) -> None:
    """Wait for the keyring's prompt to be there and to have the focus."""
    seek = ["xdotool", "search", "--onlyvisible", "--class", "gcr-prompter"]

    def is_shown() -> bool:
        shown = session.run(seek, check=False).stdout.split()
        focused = session.run(["xdotool", "getwindowfocus"], check=False).stdout.strip()
        return bool(shown) and focused not in ("", "1")

    await until(is_shown)


def _keyring_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "keyring"]


def _files_with(text: str, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def _everything(error: BaseException) -> str:
    """Whatever an error could tell: itself, its causes, and the values in their frames."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(trace.format()) + repr(error) + repr(error.__context__) + repr(error.__cause__)
