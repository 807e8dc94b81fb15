"""Reads and presses a program's controls through the accessibility bus, as a screen reader does.

Run with the system's Python (it has gi).  One JSON request a line on standard input, one JSON answer a line on standard
output.  A control is named by the last part of its accessible id, which is Qt's objectName.
"""

import json
import sys
import warnings

import gi

warnings.simplefilter("ignore")  # the interfaces used here are old ones, and the only ones of Debian 12

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 - after the version was chosen


def application(name):
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(index)
        if child and child.get_name() == name:
            return child
    return None


def children(node):
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child:
            yield child


def walk(node):
    yield node
    for child in children(node):
        try:
            yield from walk(child)
        except GLib.Error:
            continue  # it went away meanwhile


def own_id(node):
    return (node.get_accessible_id() or "").rpartition(".")[2]


def is_showing(node):
    return node.get_state_set().contains(Atspi.StateType.SHOWING)


def find(app, name):
    found = [node for node in walk(app) if own_id(node) == name]
    return next((node for node in found if is_showing(node)), found[0] if found else None)


def text_of(node):
    interface = node.get_text_iface()
    return Atspi.Text.get_text(interface, 0, -1) if interface else node.get_name()


def describe(node):
    states = node.get_state_set()
    has = {
        name: states.contains(kind)
        for name, kind in (
            ("showing", Atspi.StateType.SHOWING),
            ("enabled", Atspi.StateType.ENABLED),
            ("focused", Atspi.StateType.FOCUSED),
            ("focusable", Atspi.StateType.FOCUSABLE),
        )
    }
    return {"id": own_id(node), "role": node.get_role_name(), "name": node.get_name(), **has}


def press(node):
    action = node.get_action_iface()
    names = [Atspi.Action.get_action_name(action, i) for i in range(Atspi.Action.get_n_actions(action))]
    for wanted in ("Press", "Toggle", "ShowMenu"):
        if wanted in names:
            return Atspi.Action.do_action(action, names.index(wanted))
    raise LookupError(f"nothing to press, only {names}")


def answer(request):
    app = application(request["app"])
    if app is None:
        return None
    what = request["do"]
    if what == "starting":
        nodes = [node for node in walk(app) if own_id(node).startswith(request["name"])]
        return [{**describe(node), "text": text_of(node)} for node in nodes]
    if what == "all":
        return [describe(node) for node in walk(app)]
    if what == "texts":
        return [text for node in walk(app) for text in (node.get_name(), text_of(node)) if text]
    node = find(app, request["name"])
    if node is None:
        return None
    if what == "describe":
        return {**describe(node), "text": text_of(node)}
    if what == "rows":
        return [child.get_name() for child in children(node)]
    if what == "press":
        return press(node)
    if what == "focus":
        return Atspi.Component.grab_focus(node.get_component_iface())
    if what == "write":
        return Atspi.EditableText.set_text_contents(node.get_editable_text_iface(), request["text"])
    raise LookupError(what)


def main():
    for line in sys.stdin:
        try:
            reply = {"answer": answer(json.loads(line))}
        except Exception as error:  # noqa: BLE001 - the tree may change under our hands; the caller asks again
            reply = {"answer": None, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
