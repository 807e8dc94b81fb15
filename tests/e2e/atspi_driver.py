"""Reads and presses a program's controls through the accessibility bus, as a screen reader does.

Run with the system's Python (it has gi).  One JSON request a line on standard input, one JSON answer a line on standard
output.  A control is named by the last part of its accessible id, which is Qt's objectName.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import gi

warnings.simplefilter("ignore")  # the interfaces used here are old ones, and the only ones of Debian 12

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 - after the version was chosen

STATES = {
    "showing": Atspi.StateType.SHOWING,
    "enabled": Atspi.StateType.ENABLED,
    "focused": Atspi.StateType.FOCUSED,
    "focusable": Atspi.StateType.FOCUSABLE,
    "selected": Atspi.StateType.SELECTED,
    "checked": Atspi.StateType.CHECKED,
}
PRESSES = ("Press", "Toggle", "SetFocus", "ShowMenu")


def application(pid: int) -> Any:
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(index)
        if child and child.get_process_id() == pid:
            return child
    return None


def children(node: Any) -> Iterator[Any]:
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child:
            yield child


def walk(node: Any) -> Iterator[Any]:
    yield node
    try:
        for child in children(node):
            yield from walk(child)
    except GLib.Error:
        return  # it went away meanwhile


def own_id(node: Any) -> str:
    return str(node.get_accessible_id() or "").rpartition(".")[2]


def has_state(node: Any, name: str) -> bool:
    return bool(node.get_state_set().contains(STATES[name]))


def text_of(node: Any) -> str:
    interface = node.get_text_iface()
    return str(Atspi.Text.get_text(interface, 0, -1) if interface else node.get_name())


def label_of(node: Any) -> str:
    for relation in node.get_relation_set():
        if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
            return str(relation.get_target(0).get_name())
    return ""


def describe(node: Any) -> dict[str, Any]:
    states = node.get_state_set()
    known = {name: states.contains(kind) for name, kind in STATES.items()}
    said = {"name": node.get_name(), "label": label_of(node)}
    return {"id": own_id(node), "role": node.get_role_name(), **said, **known}


class Driver:
    """Remembers where a control was found: most are asked for again and again."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.app: Any = None
        self.known: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []
        self.listener: Any = None

    def find(self, name: str) -> Any:
        node = self.known.get(name)
        try:
            if node is not None and own_id(node) == name and has_state(node, "showing"):
                return node
        except GLib.Error:
            pass  # it is gone, another one may be there
        found = [node for node in walk(self.app) if own_id(node) == name]
        node = next((node for node in found if has_state(node, "showing")), found[0] if found else None)
        self.known[name] = node
        return node

    def answer(self, request: dict[str, str]) -> Any:
        self.app = self.app or application(self.pid)
        return getattr(self, "do_" + request.pop("do"))(**request) if self.app else None

    def do_describe(self, name: str) -> Any:
        node = self.find(name)
        return node and {**describe(node), "text": text_of(node)}

    def do_caret(self, name: str) -> Any:
        return Atspi.Text.get_caret_offset(self.find(name).get_text_iface())

    def do_starting(self, name: str, within: str) -> list[dict[str, Any]]:
        root = self.find(within)
        nodes = [node for node in walk(root) if own_id(node).startswith(name)] if root else []
        return [{**describe(node), "text": text_of(node)} for node in nodes]

    def do_all(self) -> list[dict[str, Any]]:
        return [describe(node) for node in walk(self.app)]

    def do_texts(self) -> list[str]:
        return [
            text
            for node in walk(self.app)
            for text in (node.get_name(), node.get_description(), text_of(node))
            if text
        ]

    def do_listen(self, events: str) -> bool:
        """Remember events such as "object:announcement object:text-changed:insert" from now on."""
        self.listener = Atspi.EventListener.new(self.on_event)
        return all(self.listener.register(event) for event in events.split())

    def on_event(self, event: Any) -> None:
        said = event.any_data if isinstance(event.any_data, str) else ""
        self.heard.append({"type": event.type, "detail": [event.detail1, event.detail2], "text": said})

    def do_heard(self) -> list[dict[str, Any]]:
        """What was heard since this was last asked."""
        context = GLib.MainContext.default()
        while context.iteration(False):
            pass
        heard, self.heard = self.heard, []
        return heard

    def do_rows(self, name: str) -> Any:
        node = self.find(name)
        return node and [describe(child) for child in children(node)]

    def do_press(self, name: str) -> Any:
        node = self.find(name)
        if node is None or not has_state(node, "showing") or not has_state(node, "enabled"):
            return None
        action = node.get_action_iface()
        names = [Atspi.Action.get_action_name(action, i) for i in range(Atspi.Action.get_n_actions(action))]
        wanted = next(name for name in PRESSES if name in names)
        return Atspi.Action.do_action(action, names.index(wanted))

    def do_focus(self, name: str) -> Any:
        node = self.find(name)
        return node and Atspi.Component.grab_focus(node.get_component_iface())


def main() -> None:
    driver = Driver(int(sys.argv[1]))
    for line in sys.stdin:
        try:
            reply = {"answer": driver.answer(json.loads(line))}
        except (GLib.Error, AttributeError, StopIteration) as error:
            # The tree may change under our hands; whoever asked asks again.
            reply = {"answer": None, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
