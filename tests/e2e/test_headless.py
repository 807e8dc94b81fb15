"""Commands without a window: no display, a real keyring, a real server's process, the real model."""

import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.desktop_session import DesktopSession, wait_until
from tests.e2e.commands import Nitka, thread_of
from tests.e2e.profiles import records
from tests.servers import KEY

ANSWER = "one two three"
CAPABILITIES = ("platform", "sqlite", "keyring", "certificates", "model", "translations")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("session")) as session:
        assert "DISPLAY" not in session.env
        yield session


@pytest.fixture
def nitka(session: DesktopSession, tmp_path: Path) -> Nitka:
    return Nitka(session, tmp_path)


def test_ask_prints_the_reply_while_it_comes(nitka: Nitka) -> None:
    nitka.connect("Slow", "--pieces", *"abcdefgh", "--delay-ms", "300")
    process = nitka.start("ask", "--connection", "Slow", "--model", "scripted", "hello")
    moments = list(moments_of(process.stdout))
    assert "".join(letter for letter, _ in moments).strip() == "abcdefgh"
    assert moments[7][1] - moments[0][1] > 0.5
    assert process.wait(60) == 0
    assert process.stderr is not None
    process.stderr.close()


def moments_of(pipe: IO[bytes] | None) -> Iterator[tuple[str, float]]:
    """Each character with the moment it came."""
    assert pipe is not None
    with pipe:
        while letter := pipe.read(1):
            yield letter.decode(), time.monotonic()


@pytest.mark.slow
def test_a_fresh_profile_answers_with_the_model_on_this_device(nitka: Nitka) -> None:
    answer = nitka.said("ask", "Say hello")
    assert answer
    assert (
        records(nitka.profile, "SELECT text FROM messages WHERE author = 'assistant'")[0][0].strip() == answer
    )
    assert "POST /v1/chat/completions 200" in (nitka.profile / "logs" / "on-device.log").read_text()


def test_a_thread_is_gone_on_with(nitka: Nitka) -> None:
    server = nitka.connect("Echo", "--mode", "echo")
    choice = ("--connection", "Echo", "--model", "scripted")
    assert nitka.said("ask", *choice, "first words") == "You said: first words"
    thread = thread_of(nitka, "first words")
    assert (
        nitka.said("ask", *choice, "--thread", thread, "-", given="second words") == "You said: second words"
    )
    told = [message["content"] for message in server.asked[-1]["messages"] if message["role"] != "system"]
    assert told == ["first words", "You said: first words", "second words"]
    assert server.asked[-1]["model"] == "scripted"
    assert thread in nitka.said("threads")
    assert "first words" in nitka.said("threads")


def test_what_is_not_there_is_named(nitka: Nitka) -> None:
    for words, missing in (
        (("ask", "--assistant", "Nobody", "hello"), "Nobody"),
        (("ask", "--connection", "Nowhere", "hello"), "Nowhere"),
        (("ask", "--thread", "0" * 32, "hello"), "0" * 32),
        (("export", "--thread", "0" * 32, "--format", "md", "--output", "x.md"), "0" * 32),
        (("connections", "test", "Nowhere"), "Nowhere"),
    ):
        done = nitka.run(*words)
        assert done.returncode == 1
        assert missing in done.stderr
        assert "Traceback" not in done.stderr
    assert nitka.said("threads") == ""


def test_assistants_are_listed_with_version_and_model(nitka: Nitka) -> None:
    assert re.fullmatch(r"\w{32}  v1  Local assistant  \(On this device\)", nitka.said("assistants"))


def test_a_connection_with_a_key_is_added_listed_tested_and_removed(nitka: Nitka) -> None:
    server = nitka.connect("Keyed", "--mode", "echo", "--models", "tiny", "large", key=KEY)
    profile_id = json.loads((nitka.profile / "settings.json").read_text())["profile_id"]
    [(connection_id,)] = records(nitka.profile, "SELECT id FROM connections WHERE name = 'Keyed'")
    entry = f"{profile_id}/{connection_id}"
    assert nitka.session.lookup("nitka", entry) == KEY
    assert re.search(
        rf"^Keyed +chat +{re.escape(server.base_url)} +api-key$", nitka.said("connections", "list"), re.M
    )
    tested = nitka.said("connections", "test", "Keyed")
    assert tested.startswith("works")
    assert "tiny" in tested
    assert "large" in tested
    assert nitka.said("ask", "--connection", "Keyed", "--model", "tiny", "hello") == "You said: hello"
    assert nitka.said("connections", "remove", "Keyed") == ""
    assert "Keyed" not in nitka.said("connections", "list")
    assert nitka.session.lookup("nitka", entry) is None
    held = [path for path in nitka.profile.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert held == []


def test_a_wrong_key_is_refused_without_being_shown(nitka: Nitka) -> None:
    server = nitka.connect("Keyed", key=KEY)
    add = ["connections", "add", "--name", "Wrong", "--base-url", server.base_url, "--auth", "api-key"]
    nitka.said(*add, given="test-key-wrong-456\n")
    done = nitka.run("connections", "test", "Wrong")
    assert done.returncode == 1
    assert done.stderr == "nitka: failed at auth: sign in: Incorrect API key provided\n"
    assert "test-key" not in done.stdout + done.stderr
    asked = nitka.run("ask", "--connection", "Wrong", "--model", "scripted", "hello")
    assert asked.returncode == 1
    assert records(nitka.profile, "SELECT status FROM runs") == [("failed",)]


def test_without_a_keyring_a_command_keeps_no_key(tmp_path: Path) -> None:
    with DesktopSession(tmp_path, bus=False) as session:
        nitka = Nitka(session, tmp_path)
        add = [
            "connections",
            "add",
            "--name",
            "X",
            "--base-url",
            "http://127.0.0.1:9/v1",
            "--auth",
            "api-key",
        ]
        done = nitka.run(*add, given=f"{KEY}\n")
        assert done.returncode == 1
        assert "no keyring" in done.stderr
        assert "X " not in nitka.said("connections", "list")


def test_threads_are_exported_in_three_formats(nitka: Nitka) -> None:
    nitka.connect("Words", "--pieces", *(f"{word} " for word in ANSWER.split()))
    for question in ("first question", "second question"):
        nitka.said("ask", "--connection", "Words", "--model", "scripted", question)
    thread = thread_of(nitka, "first question")
    for suffix in ("md", "html", "json"):
        path = nitka.folder / f"one.{suffix}"
        assert nitka.said("export", "--thread", thread, "--format", suffix, "--output", str(path)) == str(
            path
        )
        assert "first question" in path.read_text()
        assert ANSWER in path.read_text()
        folder = nitka.folder / f"all-{suffix}"
        nitka.said("export", "--all", "--format", suffix, "--output", str(folder))
        written = [folder] if folder.is_file() else list(folder.iterdir())
        both = "".join(file.read_text() for file in written)
        assert "first question" in both
        assert "second question" in both


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_ask_keeps_the_text(nitka: Nitka, sent: signal.Signals) -> None:
    nitka.connect("Endless", "--count", "100000", "--delay-ms", "20")
    process = nitka.start("ask", "--connection", "Endless", "--model", "scripted", "count")
    assert process.stdout is not None
    assert process.stderr is not None
    shown = process.stdout.read(30).decode()
    process.send_signal(sent)
    with process.stdout, process.stderr:
        shown += process.stdout.read().decode()
        said = process.stderr.read().decode()
    assert process.wait(60) == 130
    assert "Traceback" not in said
    [(text, status)] = records(nitka.profile, "SELECT text, status FROM messages WHERE author = 'assistant'")
    assert status == "stopped"
    assert text.split()[: len(shown.split()) - 1] == shown.split()[:-1]
    assert len(text) >= 30


@pytest.mark.slow
def test_selftest_says_a_line_for_each_capability(nitka: Nitka) -> None:
    done = nitka.run("selftest")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(CAPABILITIES)
    failed = [line for line in lines if line.split()[1] != "ok"]
    assert done.returncode == (1 if failed else 0)
    assert not [line for line in failed if not line.startswith("translations")]  # compiled by the set-up


@pytest.mark.slow
def test_selftest_fails_when_something_is_missing(nitka: Nitka) -> None:
    nitka.session.env["SSL_CERT_FILE"] = nitka.session.env["SSL_CERT_DIR"] = "/nonexistent"
    try:
        done = nitka.run("selftest")
    finally:
        del nitka.session.env["SSL_CERT_FILE"], nitka.session.env["SSL_CERT_DIR"]
    assert done.returncode == 1
    assert re.search(r"^certificates +FAILED", done.stdout, re.M)
    wait_until(
        lambda: not any(b"desktop_app" in words(pid) for pid in nitka.session.processes()),
        5,
        "a child is left",
    )


def words(pid: int) -> bytes:
    """The command line of a process, empty when it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "connections  Lists, adds"),
        (("ask",), "--deferred"),
        (("connections", "add"), "--operations-url"),
        (("outbox", "check"), "--wait"),
        (("selftest",), "on this machine"),
    ],
)
def test_help_is_that_of_the_command(nitka: Nitka, words: tuple[str, ...], said: str) -> None:
    assert said in nitka.said(*words, "--help")


def test_nothing_but_the_reply_is_printed_when_there_is_none(nitka: Nitka) -> None:
    nitka.connect("Failing", "--mode", "error", "--status", "500")
    done = nitka.run("ask", "--connection", "Failing", "--model", "scripted", "hello")
    assert (done.returncode, done.stdout) == (1, "")
    assert "scripted error" in done.stderr
