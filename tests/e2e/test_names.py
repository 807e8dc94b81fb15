"""What scripts and screen readers rely on: fixed names, roles, and words in the user's language for every control."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.profiles import prepare_profile
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import NitkaWindow

# People script against these names: they change in no release.
WINDOW = {
    "assistants": "list",
    "new_assistant": "push button",
    "assistant_settings": "push button",
    "threads": "list",
    "new_thread": "push button",
    "composer": "text",
    "send": "push button",
    "search": "text",
    "connections": "push button",
}
ASSISTANT = {
    "assistant_tabs": "page tab list",
    "assistant_name": "text",
    "assistant_description": "text",
    "assistant_labels": "text",
    "assistant_instruction": "text",
    "assistant_connection": "combo box",
    "assistant_model": "combo box",
    "assistant_temperature": "spin button",
    "assistant_max_tokens": "spin button",
    "assistant_max_prompt_tokens": "spin button",
    "assistant_truncation": "combo box",
    "assistant_last_messages": "spin button",
    "assistant_lifetime": "check box",
    "assistant_ttl_days": "spin button",
    "assistant_expiration_policy": "combo box",
    "assistant_note": "text",
    "assistant_save": "push button",
    "assistant_cancel": "push button",
}
CONNECTION = {
    "connection_list": "list",
    "connection_add": "push button",
    "connection_name": "text",
    "connection_base_url": "text",
    "connection_protocol": "combo box",
    "connection_auth": "combo box",
    "connection_key": "password text",
    "connection_test": "push button",
    "connection_save": "push button",
    "connection_delete": "push button",
    "connection_close": "push button",
}
# Qt names a combo box by its value on this platform; what it is for stands in its label.
NAMED_BY_VALUE = ("combo box",)
TABS = 5


@pytest.fixture(params=["en", "ru"])
def window(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NitkaWindow]:
    """A window with a question that is being answered without end."""
    with DesktopSession(tmp_path, display=True) as session:
        server = ScriptedServer(session, tmp_path, module="tests.e2e.clock_server")
        prepare_profile(tmp_path / "profile", server.base_url)
        with NitkaWindow(session, tmp_path / "profile", "--language", request.param) as window:
            window.language = request.param
            yield window.wait_ready()


@pytest.mark.slow
def test_every_control_has_its_name_role_and_words(window: NitkaWindow) -> None:
    are_there(window, WINDOW)
    window.focus("composer")
    window.send("Question")
    window.wait_for(lambda: window.reply(), "the reply")
    are_there(window, {"stop": "push button", "transcript": "filler"})
    assert window.messages("user") == ["Question"]
    window.press("stop")
    window.wait_ended()
    window.focus("threads")
    window.keys("Delete")
    window.wait_for(lambda: "Question" in window.text("notice"), "the notice")
    are_there(window, {"notice_action": "push button", "notice_close": "push button"})
    window.press("notice_action")
    window.wait_for(lambda: window.messages("user") == ["Question"], "the thread to come back")

    window.keys("ctrl+i")
    window.wait_for(lambda: window.describe("assistant_name").get("focused"), "the assistant's dialog")
    for _ in range(TABS):
        no_control_is_nameless(window)
        window.keys("ctrl+Tab")
    are_there(window, ASSISTANT, is_all_shown=False)
    window.press("assistant_cancel")
    window.wait_for(lambda: not window.is_showing("assistant_name"), "the dialog's end")

    window.press("connections")
    window.wait_for(lambda: window.is_showing("connection_list"), "the connections")
    window.choose_row("connection_list", "Loopback server")
    window.press("connection_add")
    window.press("connection_preset_other")
    window.wait_for(lambda: window.is_showing("connection_key"), "the form")
    are_there(window, CONNECTION)


def are_there(window: NitkaWindow, wanted: dict[str, str], *, is_all_shown: bool = True) -> None:
    """Every name is there once with its role and its words; nothing else in sight lacks words."""
    roles = {name: [role] for name, role in wanted.items()}
    found = controls_of(window, wanted, is_all_shown)
    if roles_of(found, wanted) != roles:  # what changes while it is read may be read twice, or not at all
        window.wait_for(
            lambda: roles_of(controls_of(window, wanted, is_all_shown), wanted) == roles, str(roles), 5
        )
        found = controls_of(window, wanted, is_all_shown)
    for name, [control] in found.items():
        words = control["label"] if control["role"] in NAMED_BY_VALUE else control["name"]
        assert words, name
        assert window.language == "en" or is_russian(words), (name, words)
    no_control_is_nameless(window)


def controls_of(
    window: NitkaWindow, wanted: dict[str, str], is_all_shown: bool
) -> dict[str, list[dict[str, Any]]]:
    """What the window has under each of the names."""
    found: dict[str, list[dict[str, Any]]] = {}
    for control in window.controls():
        if (
            control["id"] in wanted
            and control["role"] not in ("list item", "page tab")
            and (control["showing"] or not is_all_shown)
        ):
            found.setdefault(control["id"], []).append(control)
    return found


def roles_of(found: dict[str, list[dict[str, Any]]], wanted: dict[str, str]) -> dict[str, list[str]]:
    """The roles under each name, in the order of the names."""
    return {name: [control["role"] for control in found.get(name, [])] for name in wanted}


def no_control_is_nameless(window: NitkaWindow) -> None:
    """Whatever can take the keyboard says what it is."""
    nameless = [
        control
        for control in window.controls()
        if control["focusable"] and control["showing"] and not (control["name"] or control["label"])
    ]
    assert nameless == []


def is_russian(words: str) -> bool:
    """Whether there are Cyrillic letters and no English words."""
    letters = [char for char in words if char.isalpha()]
    return any("а" <= char.lower() <= "я" or char in "ёЁ" for char in letters)
