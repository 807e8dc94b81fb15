"""Values of any length in a keyring that takes short ones, and which keyrings count at all."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.backends.SecretService
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend

from desktop_app.domain.errors import SecretsUnavailableError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Kept, Secret
from desktop_app.store.keyring_entries import (
    PART_UNITS,
    KeyringEntries,
    NoKeyringError,
    NotKeptError,
    cut,
    system_keyring,
    trusted,
)
from desktop_app.store.secrets import SecretStore

CANARY = "test-key-canary-123"
A = ConnectionId("connection-a")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda text: text * 300) | st.text(
    st.characters(exclude_categories=["Cs"])
)


class CrashError(Exception):
    """The program ended here."""


class ShortKeyring(KeyringBackend):
    """A keyring in memory with the limit of Windows; ends the program at its n-th change when told to."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.changes_left: int | None = None

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        assert len(password.encode("utf-16-le")) <= 2560
        self._count()
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._count()
        del self.entries[service, username]

    def _count(self) -> None:
        if self.changes_left is not None:
            self.changes_left -= 1
            if self.changes_left < 0:
                raise CrashError


class TellingKeyring(KeyringBackend):
    """Fails and quotes the value in its error, as no keyring should."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(f"cannot store {password} for {username}")


class Chain(keyring.backends.chainer.ChainerBackend):
    """A chain as the library makes it from what is installed."""

    backends: list[KeyringBackend] = []


# The library's own backends have untyped constructors.
FAIL: Any = keyring.backends.fail.Keyring
NULL: Any = keyring.backends.null.Keyring
SECRET_SERVICE: Any = keyring.backends.SecretService.Keyring
CHAIN: Any = Chain
TELLING: Any = TellingKeyring


@given(TEXT)
def test_parts_fit_and_make_the_value_again(value: str) -> None:
    parts = cut(value)
    assert "".join(parts) == value
    assert all(len(part.encode("utf-16-le")) // 2 <= PART_UNITS for part in parts)


@given(TEXT, TEXT, st.integers(0, 12))
def test_a_crash_at_any_moment_leaves_the_old_or_the_new_value(old: str, new: str, changes: int) -> None:
    backend = ShortKeyring()
    entries = KeyringEntries(backend, "nitka")
    entries.set("name", old)
    backend.changes_left = changes
    try:
        entries.set("name", new)
        expected = {new}
    except CrashError:
        expected = {old, new}
    backend.changes_left = None
    assert entries.get("name") in expected
    entries.set("name", new)
    assert entries.get("name") == new
    entries.delete("name")
    assert backend.entries == {}


@given(TEXT, st.integers(0, 12))
def test_a_crash_while_deleting_never_leaves_a_part_of_the_value(value: str, changes: int) -> None:
    backend = ShortKeyring()
    entries = KeyringEntries(backend, "nitka")
    entries.set("name", value)
    backend.changes_left = changes
    with contextlib.suppress(CrashError):
        entries.delete("name")
    backend.changes_left = None
    assert entries.get("name") in (value, None)
    entries.delete("name")
    assert backend.entries == {}


def test_parts_of_two_values_are_never_mixed() -> None:
    backend = ShortKeyring()
    entries = KeyringEntries(backend, "nitka")
    entries.set("name", "a" * 3000)
    backend.entries["nitka", "name#a1"] = "b" * 1200
    assert entries.get("name") is None


def test_a_keyring_that_keeps_nothing_is_noticed() -> None:
    with pytest.raises(NotKeptError):
        KeyringEntries(NULL(), "nitka").set("name", CANARY)


@pytest.mark.parametrize("backend", [NULL(), FAIL(), ShortKeyring(), CHAIN()])
def test_what_is_no_keyring_of_a_system_is_refused(backend: KeyringBackend) -> None:
    with pytest.raises(NoKeyringError):
        trusted(backend)


def test_of_a_chain_only_the_system_s_keyring_is_used() -> None:
    chain = CHAIN()
    real = SECRET_SERVICE()
    chain.backends = [ShortKeyring(), NULL(), real]
    assert trusted(chain) is real


@pytest.fixture(params=["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", "no.such.Keyring"])
def configured(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", request.param)
    yield


@pytest.mark.usefixtures("configured")
async def test_a_keyring_switched_off_by_the_user_means_session_memory() -> None:
    store = SecretStore("profile", timeout_s=5)
    assert await store.set(A, Secret(CANARY)) is Kept.SESSION
    assert await store.get(A) == Secret(CANARY)


def test_the_library_s_configuration_file_is_respected(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("config")
    (folder / "python_keyring").mkdir()
    (folder / "python_keyring" / "keyringrc.cfg").write_text(
        "[backend]\ndefault-keyring=keyring.backends.null.Keyring\n"
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    with pytest.raises(NoKeyringError, match="null"):
        system_keyring()


@pytest.mark.parametrize("value", [CANARY, CANARY * 200])
async def test_an_error_that_quotes_the_key_does_not_get_further(value: str) -> None:
    store = SecretStore("profile", timeout_s=5, backend=TELLING())
    assert await store.set(A, Secret(value)) is Kept.SESSION
    state = await store.state()
    assert state.kept is Kept.SESSION
    assert state.reason.startswith("OSError: cannot store •••")
    assert CANARY not in state.reason
    with pytest.raises(SecretsUnavailableError) as caught:
        await store.get(ConnectionId("connection-b"))
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None


async def test_a_given_keyring_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = ShortKeyring()
    store = SecretStore("profile", timeout_s=5, backend=backend)
    assert await store.set(A, Secret(CANARY)) is Kept.KEYRING
    assert backend.entries == {("nitka", "profile/connection-a"): CANARY}
