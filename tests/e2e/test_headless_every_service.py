"""Every kind of service from a fresh profile on, with commands alone: real servers' processes, a real keyring.

All that the commands say and keep is searched for the credentials at the end, and the command lines of all processes.
"""

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.assistants_folder import FOLDER as ASSISTANTS_FOLDER
from tests.desktop_session import DesktopSession
from tests.e2e.commands import Nitka
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.echoing import PLACES, WRITINGS, told
from tests.iam_server import OAUTH_TOKEN, token
from tests.yandex_text_server import FOLDER, IAM_TOKEN, OAUTH

KEY = "canary-7Qk2Xz9Lw4Rt8Vb3Nm6Hj1"
WRONG = "canary-1jH6mN3bV8tR4wL9zX2kQ7"
PASSWORD = "canary~Rw9Ct4Xp7Zo1Bi6Vy3Ek8Nu"
SECRETS = [KEY, WRONG, PASSWORD, OAUTH_TOKEN, OAUTH, IAM_TOKEN, *(token(number) for number in range(1, 5))]


class Said(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Watched(Nitka):
    """Keeps all that its commands say, to search it for credentials."""

    def __init__(self, session: DesktopSession, folder: Path) -> None:
        super().__init__(session, folder)
        self.heard: list[str] = []

    def does(self, *words: str, given: str = "") -> Said:
        """A command to its end."""
        done = self.run(*words, given=given)
        assert "Traceback" not in done.stdout + done.stderr
        self.heard += [done.stdout, done.stderr]
        return Said(done.returncode, done.stdout, done.stderr)

    def serve(self, name: str, *words: str, module: str = "tests.servers") -> str:
        """Start a server; its address."""
        folder = self.folder / name
        folder.mkdir()
        return ScriptedServer(self.session, folder, *words, module=module).base_url

    def has(self, name: str, *words: str, key: str = "") -> None:
        """Add a connection, which must succeed in silence."""
        assert self.does("connections", "add", "--name", name, *words, given=f"{key}\n") == Said(0, "", "")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("session")) as session:
        yield session


@pytest.fixture
def nitka(session: DesktopSession, tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(session, tmp_path)
    yield watched
    for text in watched.heard:
        assert not told(text, SECRETS), text
    files = [path for path in watched.profile.rglob("*") if path.is_file()]
    assert {"nitka.db", "nitka-commands.log"} <= {path.name for path in files}
    for path in files:
        assert not told(path.read_bytes().decode("latin-1"), SECRETS), path


# -- each kind, from adding to asking


def test_chat_completions(nitka: Watched) -> None:
    url = nitka.serve("chat", "--key", KEY, "--mode", "echo", "--models", "tiny", "large")
    nitka.has("Chat", "--kind", "chat", "--base-url", url, "--auth", "api-key", key=KEY)
    assert re.fullmatch(
        r"works, \d+ ms, models: 2\n  tiny\n  large\n", nitka.does("connections", "test", "Chat").out
    )
    assert nitka.does("models", "--connection", "Chat") == Said(0, "tiny\nlarge\n", "")
    assert nitka.does("ask", "--connection", "Chat", "--model", "tiny", "Hello") == Said(
        0, "You said: Hello\n", ""
    )
    refused = nitka.does("ask", "--deferred", "--connection", "Chat", "--model", "tiny", "Hello")
    assert refused == Said(1, "", "nitka: not offered: Chat takes no deferred requests\n")
    refused = nitka.does("pull", "--connection", "Chat")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.splitlines()[-1].startswith("nitka: not offered")


def test_responses(nitka: Watched) -> None:
    url = nitka.serve("responses", "--key", KEY, module="tests.responses_server")
    words = ("--kind", "responses", "--base-url", url, "--provider", "openai", "--auth", "api-key")
    nitka.has("Responses", *words, key=KEY)
    assert nitka.does("connections", "test", "Responses").code == 0
    assert nitka.does("models", "--connection", "Responses") == Said(0, "scripted\n", "")
    choice = ("--connection", "Responses", "--model", "scripted")
    assert nitka.does("ask", *choice, "Hello") == Said(0, "You said: Hello\n", "")
    sent = nitka.does("ask", "--deferred", *choice, "Later")
    assert (sent.code, sent.err) == (0, "")
    came = nitka.does("outbox", "check", "--wait")
    assert came == Said(0, f"{sent.out.strip()}  done  Later\nYou said: Later\n\n", "")
    nitka.has("Background", *words, "--background", "--no-chain", key=KEY)
    asked = nitka.does("ask", "--connection", "Background", "--model", "scripted", "Hello")
    assert asked == Said(0, "You said: Hello\n", "")


@pytest.mark.parametrize("auth", ["api-key", "iam", "oauth"])
def test_yandex_text_generation(nitka: Watched, auth: str) -> None:
    url = nitka.serve("text", "--key", KEY, module="tests.yandex_text_server")
    address = ("--base-url", f"{url}/foundationModels/v1", "--operations-url", url, "--iam-url", url)
    key = {"api-key": KEY, "iam": IAM_TOKEN, "oauth": OAUTH}[auth]
    nitka.has("Text", "--kind", "yandex-text", "--folder", FOLDER, *address, "--auth", auth, key=key)
    assert nitka.does("connections", "test", "Text").code == 0
    assert f"gpt://{FOLDER}/yandexgpt/latest" in nitka.does("models", "--connection", "Text").out
    choice = ("--connection", "Text", "--model", "yandexgpt/latest")
    assert nitka.does("ask", *choice, "Hello") == Said(0, "You said: Hello\n", "")
    sent = nitka.does("ask", "--deferred", *choice, "Later")
    assert re.fullmatch(r"\w{32}\n", sent.out), sent
    came = nitka.does("outbox", "check", "--wait")
    assert came == Said(0, f"{sent.out.strip()}  done  Later\nYou said: Later\n\n", "")
    assert nitka.does("outbox") == Said(0, "", "")


def test_the_ai_assistant_api(nitka: Watched) -> None:
    size = ("--assistants", "2", "--threads", "3", "--messages", "12")
    url = nitka.serve("assistants", "--key", KEY, *size, module="tests.assistants_server")
    words = ("--kind", "assistant-api", "--folder", ASSISTANTS_FOLDER, "--base-url", url)
    nitka.has("Held", *words, "--auth", "api-key", key=KEY)
    assert nitka.does("connections", "test", "Held").code == 0
    asked = nitka.does("ask", "--connection", "Held", "--model", "yandexgpt/latest", "What is the capital?")
    assert (asked.code, asked.err) == (0, "")
    assert asked.out.splitlines()[-1] == "The capital is Kazan."  # it had begun otherwise
    pulled = nitka.does("pull", "--connection", "Held")
    assert pulled.code == 0
    assert re.fullmatch(
        r"assistants: \d+, new versions: \d+, threads: \d+, new messages: \d+.*\n", pulled.out
    )
    assert records(nitka.profile, "SELECT count(*) FROM messages")[0][0] >= 12


# -- what is seen of a credential meanwhile


def test_no_command_line_shows_a_credential(nitka: Watched) -> None:
    url = nitka.serve("slow", "--key", KEY, "--count", "100000", "--delay-ms", "20")
    nitka.has("Slow", "--base-url", url, "--auth", "api-key", key=KEY)
    process = nitka.start("ask", "--connection", "Slow", "--model", "scripted", "Count")
    assert process.stdout
    assert process.stderr
    with process.stdout, process.stderr:
        assert process.stdout.read(2)
        place = Path(f"/proc/{process.pid}")
        shown, environment = (place / "cmdline").read_text(), (place / "environ").read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        nitka.heard += [process.stdout.read().decode(), process.stderr.read().decode()]
    assert "desktop_app" in shown
    assert not told(shown + environment, SECRETS)


@pytest.mark.parametrize(
    "words",
    [
        ("--key", KEY),
        ("--auth", "api-key", f"--key={KEY}"),
        ("--auth", "api-key", "--key-from-env", KEY),
        ("--api-key", KEY),
        (f"--token={KEY}",),
        (KEY,),
        ("--proxy", "http://127.0.0.1:1", "--proxy-password", PASSWORD),
        ("--proxy", f"http://user:{PASSWORD}@127.0.0.1:1"),
        ("--base-url", f"https://{KEY}@example.org/v1"),
        ("--base-url", f"https://user:{KEY}@example.org/v1"),
        ("--base-url", f"ftp://{KEY}@example.org"),
        ("--operations-url", f"https://{KEY}@example.org"),
        ("--iam-url", f"https://x:{KEY}@example.org"),
        ("--proxy", f"ftp://user:{PASSWORD}@127.0.0.1:1"),
    ],
)
def test_a_credential_among_the_words_is_refused(nitka: Watched, words: tuple[str, ...]) -> None:
    done = nitka.does("connections", "add", "--name", "X", *words, given=KEY)
    assert done.code in (1, 2)
    assert done.err
    assert "X" not in nitka.does("connections", "list").out


# -- errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("chat", ()),
        ("responses", ("--provider", "openai")),
        ("yandex-text", ("--folder", FOLDER)),
        ("assistant-api", ("--folder", ASSISTANTS_FOLDER)),
    ],
)
def test_a_server_that_repeats_the_key_is_told_without_it(
    nitka: Watched, kind: str, words: tuple[str, ...]
) -> None:
    for number, (place, writing) in enumerate(zip(list(PLACES)[::15], WRITINGS, strict=False)):
        echo = ("--place", place, "--writing", writing)
        url = nitka.serve(f"echo-{number}", *echo, module="tests.echoing")
        address = ("--base-url", url, "--operations-url", url, "--iam-url", url)
        name = f"Echo {number}"
        nitka.has(name, "--kind", kind, *words, *address, "--auth", "api-key", key=KEY)
        asked = ("--connection", name, "--model", "m")
        commands = [
            ("connections", "test", name),
            ("models", "--connection", name),
            ("ask", *asked, "Hello"),
        ]
        if kind == "assistant-api":
            commands.append(("pull", "--connection", name))
        if kind in ("responses", "yandex-text"):
            commands.append(("ask", "--deferred", *asked, "Hello"))
        for command in commands:
            said = nitka.does(*command)
            assert said.code in (0, 1), (place, writing, command, said)
            last = said.err.splitlines()[-1] if said.err else ""
            assert said.code == 0 or last.startswith("nitka: "), (place, writing, said)


def test_each_failure_has_a_sentence_and_a_code(nitka: Watched) -> None:
    good = nitka.serve("good", "--key", KEY)
    busy = nitka.serve("busy", "--mode", "error", "--status", "500", "--message", "out of order")
    cut = nitka.serve("cut", "--mode", "cut", "--pieces", "Half ", "a ", "reply")
    nitka.has("Wrong", "--base-url", good, "--auth", "api-key", key=WRONG)
    nitka.has("None", "--base-url", good)
    nitka.has("Busy", "--base-url", busy)
    nitka.has("Cut", "--base-url", cut)
    nitka.has("Gone", "--base-url", "http://127.0.0.1:9/v1")
    for name, code, out, err in (
        ("Wrong", 1, "", r"nitka: failed: sign in: Incorrect API key provided\n"),
        ("None", 1, "", r"nitka: failed: sign in: Incorrect API key provided\n"),
        ("Busy", 1, "", r"nitka: failed: service fault: out of order\n"),
        ("Cut", 1, r"Half a reply\n", r"nitka: interrupted: .+\n"),
        ("Gone", 1, "", r"nitka: failed: unreachable: .+\n"),
    ):
        said = nitka.does("ask", "--connection", name, "--model", "scripted", "Hello")
        assert (said.code, bool(re.fullmatch(out, said.out)), bool(re.fullmatch(err, said.err))) == (
            code,
            True,
            True,
        ), (name, said)
    [(kept,)] = records(nitka.profile, "SELECT text FROM messages WHERE status = 'interrupted'")
    assert kept == "Half a reply"


def test_a_proxy_that_is_told_a_password_shows_it_nowhere(nitka: Watched) -> None:
    proxy = nitka.serve("proxy", "--place", "an error of a word", "--status", "407", module="tests.echoing")
    host = proxy.removeprefix("http://")
    nitka.session.env["NITKA_TEST_PASSWORD"] = PASSWORD
    words = ("--base-url", "http://service.invalid/v1", "--allow-http", "--proxy", f"http://user@{host}")
    try:
        nitka.has("Proxied", *words, "--proxy-password-from-env", "NITKA_TEST_PASSWORD")
    finally:
        del nitka.session.env["NITKA_TEST_PASSWORD"]
    said = nitka.does("connections", "test", "Proxied")
    assert said.code == 1
    assert said.err.startswith("nitka: failed at proxy: ")
    assert "•••" in said.err
