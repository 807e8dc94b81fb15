"""A newcomer with an old token and a folder of assistants: by keyboard alone, in the real window, over two starts.

Deferred replies and pulls one by one have tests of their own; here they are met on the way that a user goes.
"""

from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.scripted import ScriptedServer
from tests.e2e.test_conversation import growing_states, keyring_entry, pill
from tests.e2e.window import NitkaWindow
from tests.servers import KEY
from tests.yandex_text_server import FOLDER, IAM_TOKEN, OAUTH

THREADS, MESSAGES = 4, 40
STEPS = 30
FOCUS_MOVED = "object:state-changed:focused"
ENVIRONMENT = ("YC_API_KEY", "YC_FOLDER_ID", "YC_IAM_TOKEN", "OPENAI_API_KEY", "OPENAI_BASE_URL")


@pytest.mark.slow
def test_a_newcomer_connects_asks_now_and_later_and_brings_a_folder(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    with DesktopSession(tmp_path, display=True) as session:
        for name in ENVIRONMENT:  # what it offers would stand first
            session.env.pop(name, None)
        text, folder = servers(session, tmp_path)
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            connects_text_generation(window, text.base_url)
            assert session.lookup("nitka", keyring_entry(window, "Yandex text generation")) == OAUTH
            makes_an_assistant(window, "Reader")
            asks_and_sees_the_reply_grow(window)
            sends_deferred(window)
            assert window.quit() == 0
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            window.wait_for(lambda: "You said: And this later" in window.messages("assistant"), "the reply")
            window.wait_for(lambda: not window.is_showing("outbox_count"), "an empty outbox")
            connects_the_assistant_api(window, folder.base_url)
            brings_everything(window)
            goes_on_in_a_brought_thread(window)
            assert window.quit() == 0
    the_secrets_are_nowhere(tmp_path)


def servers(session: DesktopSession, folder: Path) -> tuple[ScriptedServer, ScriptedServer]:
    """Text generation, slow enough to watch, with its IAM and its operations; and a folder of the AI Assistant API."""
    kinds = {
        "tests.yandex_text_server": ("--delay-ms", "100", "--operation-s", "4"),
        "tests.assistants_server": (
            "--assistants",
            "2",
            "--threads",
            str(THREADS),
            "--messages",
            str(MESSAGES),
        ),
    }
    started = []
    for module, words in kinds.items():
        place = folder / module
        place.mkdir()
        started.append(ScriptedServer(session, place, *words, module=module))
    return started[0], started[1]


def connects_text_generation(window: NitkaWindow, url: str) -> None:
    """The token is told by its form, exchanged for the test, and kept in the keyring."""
    begin_connection(window, "connection_preset_yandex_text", f"{url}/foundationModels/v1")
    window.keys("alt+y")
    paste(window, f"  {OAUTH}\n")
    window.wait_for(lambda: window.text("connection_auth") == "OAuth token", "the kind of the token")
    window.keys("alt+v")
    for name in ("connection_operations_url", "connection_iam_url"):
        go_to(window, name, "Tab")
        window.keys("ctrl+a")
        window.type(url)
    window.keys("alt+t")
    window.wait_for(lambda: window.text("connection_result").startswith("Works"), "the test's result")
    save_and_close(window)


def connects_the_assistant_api(window: NitkaWindow, url: str) -> None:
    """Its key is an API key, which needs no test to be saved."""
    begin_connection(window, "connection_preset_assistant_api", url)
    window.keys("alt+y")
    paste(window, KEY)
    save_and_close(window)


def begin_connection(window: NitkaWindow, preset: str, url: str) -> None:
    """Open the dialog, choose what to connect, and fill in where it is."""
    window.keys("alt+f", "c")
    window.wait_for(lambda: window.is_showing("connection_list"), "the dialog")
    window.keys("alt+a")
    window.wait_for(lambda: window.describe("connection_preset_yandex").get("focused"), "the choice")
    go_to(window, preset, "Tab")
    window.keys("Return")
    window.wait_for(lambda: window.describe("connection_folder").get("focused"), "the form")
    window.type(FOLDER)
    window.keys("alt+r", "ctrl+a")
    window.type(url)


def save_and_close(window: NitkaWindow) -> None:
    """Save, see where the key went, and go back to the window, which says what comes next."""
    window.keys("alt+s")
    window.wait_for(lambda: window.is_showing("connection_key_stored"), "the key to be stored")
    window.keys("Escape")
    window.wait_for(lambda: not window.is_showing("connection_list"), "the dialog's end")
    window.wait_for(lambda: "is connected" in window.text("notice_text"), "the next step")


def makes_an_assistant(window: NitkaWindow, name: str) -> None:
    """From the notice: it answers through the new connection, by the first model there is."""
    window.wait_for(lambda: window.describe("composer").get("focused"), "the composer")
    window.keys("F6", "Return")
    window.wait_for(lambda: window.is_showing("template_blank"), "the templates")
    go_to(window, "template_blank", "Tab")
    window.keys("Return")
    window.wait_for(lambda: window.describe("assistant_name").get("focused"), "the assistant's name")
    window.type(name)
    window.keys("ctrl+Tab", "ctrl+Tab")
    window.wait_for(lambda: window.text("assistant_connection") == "Yandex text generation", "the connection")
    window.wait_for(lambda: "/yandexgpt/" in window.text("assistant_model_text"), "a model")
    window.keys("ctrl+s")
    window.wait_for(lambda: pill(window) == f"Assistant: {name} · v1", "the assistant")
    window.wait_for(lambda: window.describe("composer").get("focused"), "the composer")


def asks_and_sees_the_reply_grow(window: NitkaWindow) -> None:
    """Snapshots that grow, and the whole reply at the end."""
    question = "Say all of this slowly, word by word"
    window.send(question)
    assert len(growing_states(window)) > 2
    assert window.reply() == f"You said: {question}"


def sends_deferred(window: NitkaWindow) -> None:
    """The question is safe with its card when the program is closed."""
    window.type("And this later")
    window.wait_for(lambda: window.text("composer") == "And this later", "the question")
    window.keys("ctrl+shift+Return")
    window.wait_for(lambda: window.is_showing("fix_check_operation"), "the card of the request")
    window.wait_for(lambda: window.is_showing("outbox_count"), "the outbox")


def brings_everything(window: NitkaWindow) -> None:
    """Assistants and threads stand among the user's own."""
    window.keys("alt+a", "b")
    window.wait_for(lambda: window.describe("pull_start").get("focused"), "the dialog")
    window.keys("Return")
    window.wait_for(lambda: window.text("pull_messages") == f"Messages: {MESSAGES}", "the messages")
    window.wait_for(lambda: window.is_showing("pull_start"), "the end")
    window.keys("Escape")
    window.wait_for(lambda: not window.is_showing("pull_start"), "the dialog's end")


def goes_on_in_a_brought_thread(window: NitkaWindow) -> None:
    """The next reply comes into the same thread."""
    window.keys("ctrl+shift+l")
    window.choose_row("threads", "Поездка в Казань")
    window.wait_for(lambda: window.messages("user"), "the messages")
    window.keys("ctrl+l")
    before = len(window.messages("user"))
    window.send("What is the capital of Tatarstan?")
    window.wait_for(lambda: window.reply() == "The capital is Kazan.", "the reply")
    window.wait_ended()
    assert len(window.messages("user")) == before + 1


def go_to(window: NitkaWindow, name: str, key: str) -> None:
    """Press ``key`` until a control has the focus."""
    window.listen(FOCUS_MOVED)
    for _ in range(STEPS):
        if window.describe(name).get("focused"):
            return
        window.heard()
        window.keys(key)
        window.wait_for(lambda: any(event["detail"][0] for event in window.heard()), f"{key} to lead on")
    raise AssertionError(f"{key} never leads to {name}")


def paste(window: NitkaWindow, text: str) -> None:
    """Put a text into the clipboard as another program would, and paste it."""
    window.session.run(["xclip", "-selection", "clipboard"], input=text, capture_output=False)
    window.keys("ctrl+v")


def the_secrets_are_nowhere(folder: Path) -> None:
    """Neither the token that was pasted, nor what it was exchanged for, nor the key is in a file."""
    apart = ("keyrings", "server.jsonl")  # where they belong, and what the service was told
    files = [path for path in folder.rglob("*") if path.is_file() and not set(apart) & set(path.parts)]
    assert {"nitka.db", "nitka.log", "settings.json", "output.txt"} <= {path.name for path in files}
    held = {path: path.read_bytes() for path in files}
    secrets = [secret.encode() for secret in (OAUTH, IAM_TOKEN, KEY)]
    assert [path for path, data in held.items() if any(secret in data for secret in secrets)] == []
