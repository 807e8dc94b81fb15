"""Messages for screen readers: the transcript paints its messages itself, here they are objects of the accessible tree.

The transcript's viewport has one child a message, oldest first, between the real widgets that lie on it.  A message
has its plain text as a text interface, and its links and painted buttons as children that can be pressed.  The objects
are made when a reader asks; without a reader nothing is made and every call here returns at once.

A transcript that is such an ``AccessibleTranscript`` makes one ``TranscriptAccessibility`` for itself and tells it:

- ``messages_changed()`` after messages came, went, were replaced or laid out anew, or others came near the viewport;
- ``text_changed(message_id)`` whenever a message's text or layout changed, each frame of a growing one included;
- ``description_changed(message_id)`` when the line above a message came or went;
- ``focus_moved(message_id)`` when the focus comes to the transcript, and when its current message is another then.

Offsets count code points here and UTF-16 units in Qt's interfaces.

WORKAROUND: PySide6 6.11 cannot return a null pointer from ``interface_cast`` in another way than as ``NOTHING``: None
and 0 end the program.  What its factories return is never freed, so interfaces are registered instead, and kept here
until Qt is told to delete them.  ``QAccessibleTextInterface.selection`` cannot be overridden: no selection is told.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QObject, QPoint, QRect, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleTextInsertEvent,
    QAccessibleTextInterface,
    QAccessibleTextUpdateEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QAccessibleWidget
from shiboken6 import Shiboken

from desktop_app.widgets.scroll_area import leave_bars_out_of_accessibility
from desktop_app.widgets.transcript.blocks.block import Target
from desktop_app.widgets.transcript.blocks.utf16 import units

NOTHING = Shiboken.VoidPtr(0)
TOLD_EVERY_MS = 400
ROLES = {
    "link": QAccessible.Role.Link,
    "citation": QAccessible.Role.Link,
    "image": QAccessible.Role.Graphic,
}
NOT_FOR_READERS = ("scroll",)


class AccessibleTranscript(Protocol):
    """What a screen reader asks a transcript.  Rectangles and points are in the viewport's coordinates."""

    def accessible_messages(self) -> Sequence[str]:
        """Ids of the messages within or near the viewport, oldest first."""
        ...

    def has_message(self, message_id: str) -> bool:
        """Whether the message is still in the transcript, near the viewport or not."""
        ...

    def is_user_message(self, message_id: str) -> bool:
        """Whether the user wrote it."""
        ...

    def plain_text(self, message_id: str) -> str:
        """Its words without markup, items on lines of their own."""
        ...

    def description(self, message_id: str) -> str:
        """What is drawn above it, or below the last one, in words; "" for nothing."""
        ...

    def message_rect(self, message_id: str) -> QRect:
        """Where it lies; empty when that is not known."""
        ...

    def character_rect(self, message_id: str, offset: int) -> QRect:
        """Where a character of the plain text stands; empty when that is not known."""
        ...

    def offset_at(self, message_id: str, point: QPoint) -> int:
        """The offset of the plain text nearest to a point."""
        ...

    def targets(self, message_id: str) -> Sequence[Target]:
        """What can be pressed in it, in the order of reading; rectangles begin at the corner of ``message_rect``."""
        ...

    def press_target(self, message_id: str, target: Target) -> None:
        """Do what a click on one of ``targets`` does."""
        ...

    def current_message(self) -> str:
        """The message the keyboard is at, or ""."""
        ...

    def focus_message(self, message_id: str) -> None:
        """Give the transcript the focus, make the message the current one and show it."""
        ...


class TranscriptAccessibility(QObject):
    """Tells screen readers of a transcript; lives as long as the transcript's viewport.

    Make it before the transcript is shown.
    """

    def __init__(self, area: QAbstractScrollArea, transcript: AccessibleTranscript) -> None:
        super().__init__(area.viewport())
        leave_bars_out_of_accessibility(area)
        self.area = area
        self.transcript = transcript
        self._messages: dict[str, _Message] = {}
        self._changed: set[str] = set()
        self._focused = ""
        self._change_timer = self._single_shot(TOLD_EVERY_MS, self._tell_changes)
        self._focus_timer = self._single_shot(0, self._tell_focus)
        self.page = _Page(self)
        QAccessible.registerAccessibleInterface(self.page)
        area.viewport().destroyed.connect(self._forget_everything)

    def messages_changed(self) -> None:
        """Other messages are near the viewport."""
        if not self._messages and not QAccessible.isActive():
            return
        shown = self.transcript.accessible_messages()
        new = [one for one in shown if one not in self._messages]
        for message_id in self._messages.keys() - set(shown):
            self._messages[message_id].tell_leaving()
            self._forget(message_id)
        for message in self._messages.values():
            message.forget_content()
        for message_id in new:
            created = QAccessibleEvent(self.message(message_id), QAccessible.Event.ObjectCreated)
            QAccessible.updateAccessibility(created)

    def text_changed(self, message_id: str) -> None:
        """A message looks otherwise; readers are told at most every 400 ms."""
        message = self._messages.get(message_id)
        if message is None:
            return
        message.forget_content()
        self._changed.add(message_id)
        if not self._change_timer.isActive():
            self._change_timer.start()

    def description_changed(self, message_id: str) -> None:
        """Something else is drawn above a message."""
        message = self._messages.get(message_id)
        if message is not None and message.isValid():
            QAccessible.updateAccessibility(QAccessibleEvent(message, QAccessible.Event.DescriptionChanged))

    def focus_moved(self, message_id: str) -> None:
        """The keyboard is at this message now.

        Readers are told a moment later: Qt, which tells them that the transcript has the focus, does so after its own
        focus event, and the last word counts.
        """
        if QAccessible.isActive():
            self._focused = message_id
            self._focus_timer.start()

    def message(self, message_id: str) -> "_Message":
        """The accessible object of a message."""
        message = self._messages.get(message_id)
        if message is None:
            message = self._messages[message_id] = _Message(self, message_id)
            QAccessible.registerAccessibleInterface(message)
        return message

    def author(self, *, is_user: bool) -> str:
        """Who wrote a message, in words."""
        return self.tr("You") if is_user else self.tr("Assistant")

    def on_screen(self, rect: QRect) -> QRect:
        """A rectangle of the viewport in the screen's coordinates."""
        return rect.translated(self.area.viewport().mapToGlobal(QPoint(0, 0)))

    def in_viewport(self, point: QPoint) -> QPoint:
        """A point of the screen in the viewport's coordinates."""
        return self.area.viewport().mapFromGlobal(point)

    def _single_shot(self, interval_ms: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(then)
        return timer

    def _tell_focus(self) -> None:
        if self.area.hasFocus() and self.transcript.has_message(self._focused):
            focus = QAccessibleEvent(self.message(self._focused), QAccessible.Event.Focus)
            QAccessible.updateAccessibility(focus)

    def _tell_changes(self) -> None:
        changed, self._changed = self._changed, set()
        for message_id in changed:
            message = self._messages.get(message_id)
            if message is not None and message.isValid():
                message.tell_change()

    def _forget(self, message_id: str) -> None:
        message = self._messages.pop(message_id)
        self._changed.discard(message_id)
        message.forget_controls()
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(message))

    def _forget_everything(self) -> None:
        for message_id in list(self._messages):
            self._forget(message_id)


class _Page(QAccessibleWidget):
    """The viewport: messages and real widgets from top to bottom."""

    def __init__(self, accessibility: TranscriptAccessibility) -> None:
        super().__init__(accessibility.area.viewport(), QAccessible.Role.Client)
        self._accessibility = accessibility

    def childCount(self) -> int:
        return len(self._accessibility.transcript.accessible_messages()) + super().childCount()

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        children = self._children()
        return children[index] if 0 <= index < len(children) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        wanted = QAccessible.uniqueId(child)
        ids = (QAccessible.uniqueId(one) for one in self._children())
        return next((index for index, one in enumerate(ids) if one == wanted), -1)

    def _children(self) -> list[QAccessibleInterface]:
        accessibility = self._accessibility
        messages = [accessibility.message(one) for one in accessibility.transcript.accessible_messages()]
        widgets = [super(_Page, self).child(index) for index in range(super().childCount())]
        return _merged(messages, widgets)


def _merged(
    messages: Sequence[QAccessibleInterface], widgets: Sequence[QAccessibleInterface]
) -> list[QAccessibleInterface]:
    """Messages in their order, and each widget behind the last one that begins above it."""
    tops = [(index, rect.top()) for index, one in enumerate(messages) if not (rect := one.rect()).isEmpty()]
    behind: dict[int, list[QAccessibleInterface]] = {}
    for widget in sorted(widgets, key=lambda one: one.rect().top()):
        top = widget.rect().top()
        index = max((index for index, above in tops if above <= top), default=-1)
        behind.setdefault(index, []).append(widget)
    merged = behind.get(-1, [])
    for index, message in enumerate(messages):
        merged += [message, *behind.get(index, ())]
    return merged


class _Painted(QAccessibleInterface):
    """Something that is painted, and no widget."""

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        pass

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        children = (self.child(index) for index in range(self.childCount()))
        return next((one for one in children if one is not None and one.rect().contains(x, y)), None)


class _Message(_Painted):
    def __init__(self, accessibility: TranscriptAccessibility, message_id: str) -> None:
        super().__init__()
        self.accessibility = accessibility
        self.message_id = message_id
        self._controls: list[_Control] = []
        self._targets: Sequence[Target] | None = None
        self._content: _Content | None = None
        self._is_leaving = False
        self._text = _MessageText(self)
        self._actions = _MessageActions(self)
        self._told: str | None = None

    @property
    def transcript(self) -> AccessibleTranscript:
        return self.accessibility.transcript

    @property
    def content(self) -> "_Content":
        """Its text of now."""
        if self._content is None:
            self._content = _Content(self.transcript.plain_text(self.message_id))
            if self._told is None:
                self._told = self._content.text
        return self._content

    @property
    def targets(self) -> Sequence[Target]:
        """What can be pressed in it now."""
        if self._targets is None:
            targets = self.transcript.targets(self.message_id)
            self._targets = [one for one in targets if one.kind not in NOT_FOR_READERS]
        return self._targets

    def forget_content(self) -> None:
        """Text or controls may be others."""
        self._content = self._targets = None

    def forget_controls(self) -> None:
        """It is about to be deleted."""
        for control in self._controls:
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(control))
        self._controls.clear()

    def tell_change(self) -> None:
        """Say what came to the text since a reader last knew it; nothing of a text that none has read."""
        before, self._told = self._told, self.content.text
        if before is None or self._told == before:
            return
        if self._told.startswith(before):
            come = self._told[len(before) :]
            QAccessible.updateAccessibility(QAccessibleTextInsertEvent(self, units(before), come))
        else:
            QAccessible.updateAccessibility(QAccessibleTextUpdateEvent(self, 0, before, self._told))

    def tell_leaving(self) -> None:
        """Say that it goes; Qt speaks only of what is valid."""
        self._is_leaving = True
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.ObjectDestroyed))
        self._is_leaving = False

    def isValid(self) -> bool:
        if self._is_leaving:
            return True
        return Shiboken.isValid(self.accessibility) and self.transcript.has_message(self.message_id)

    def parent(self) -> QAccessibleInterface:
        return self.accessibility.page

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.StaticText

    def text(self, kind: QAccessible.Text) -> str:
        is_user = self.transcript.is_user_message(self.message_id)
        if kind == QAccessible.Text.Identifier:
            return f"message-{'user' if is_user else 'assistant'}-{self.message_id}"
        if kind == QAccessible.Text.Name:
            return self.accessibility.author(is_user=is_user)
        if kind == QAccessible.Text.Value:
            return self.content.text
        if kind == QAccessible.Text.Description:
            return self.transcript.description(self.message_id)
        return ""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        area = self.accessibility.area
        state.focusable = state.readOnly = state.multiLine = state.selectableText = True
        state.focused = area.hasFocus() and self.transcript.current_message() == self.message_id
        state.invisible = not area.viewport().isVisible()
        state.offscreen = not area.viewport().rect().intersects(self.transcript.message_rect(self.message_id))
        return state

    def rect(self) -> QRect:
        return self.accessibility.on_screen(self.transcript.message_rect(self.message_id))

    def childCount(self) -> int:
        return len(self.targets)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        if not 0 <= index < len(self.targets):
            return None
        while len(self._controls) <= index:
            control = _Control(self, len(self._controls))
            QAccessible.registerAccessibleInterface(control)
            self._controls.append(control)
        return self._controls[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return child.index if isinstance(child, _Control) and child.message is self else -1

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        if kind == QAccessible.InterfaceType.TextInterface:
            return self._text
        if kind == QAccessible.InterfaceType.ActionInterface:
            return self._actions
        return NOTHING


class _Content:
    """A text with offsets of both kinds; ``length`` is in UTF-16 units."""

    __slots__ = ("_encoded", "length", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.length = units(text)
        self._encoded = text.encode("utf-16-le", "surrogatepass") if self.length != len(text) else b""

    def part(self, start: int, end: int) -> str:
        """The text between two offsets in units."""
        start, end = (min(max(0, at), self.length) for at in (start, end))
        if not self._encoded:
            return self.text[start:end]
        return self._encoded[2 * start : 2 * end].decode("utf-16-le", "replace")

    def to_code_points(self, offset: int) -> int:
        """Units to code points."""
        offset = min(max(0, offset), self.length)
        return len(self.part(0, offset)) if self._encoded else offset

    def to_units(self, offset: int) -> int:
        """Code points to units."""
        return units(self.text, offset) if self._encoded else offset


class _MessageText(QAccessibleTextInterface):
    """The plain text of a message; there is no caret in it."""

    def __init__(self, message: _Message) -> None:
        super().__init__()
        self._message = message

    def characterCount(self) -> int:
        return self._message.content.length

    def text(self, start: int, end: int) -> str:
        return self._message.content.part(start, end)

    def characterRect(self, offset: int) -> QRect:
        message = self._message
        at = message.content.to_code_points(offset)
        return message.accessibility.on_screen(message.transcript.character_rect(message.message_id, at))

    def offsetAtPoint(self, point: QPoint) -> int:
        message = self._message
        inside = message.accessibility.in_viewport(point)
        return message.content.to_units(message.transcript.offset_at(message.message_id, inside))

    def scrollToSubstring(self, start: int, end: int) -> None:
        self._message.transcript.focus_message(self._message.message_id)

    def cursorPosition(self) -> int:
        return 0

    def setCursorPosition(self, position: int) -> None:
        pass

    def selectionCount(self) -> int:
        return 0

    def addSelection(self, start: int, end: int) -> None:
        pass

    def removeSelection(self, index: int) -> None:
        pass

    def setSelection(self, index: int, start: int, end: int) -> None:
        pass


class _MessageActions(QAccessibleActionInterface):
    def __init__(self, message: _Message) -> None:
        super().__init__()
        self._message = message

    def actionNames(self) -> list[str]:
        return [QAccessibleActionInterface.setFocusAction()]

    def doAction(self, name: str) -> None:
        if name == QAccessibleActionInterface.setFocusAction():
            self._message.transcript.focus_message(self._message.message_id)

    def keyBindingsForAction(self, name: str) -> list[str]:
        return []


class _Control(_Painted):
    """A link or a painted button: the one at ``index`` among those of its message."""

    def __init__(self, message: _Message, index: int) -> None:
        super().__init__()
        self.message = message
        self.index = index
        self._actions = _ControlActions(self)

    @property
    def target(self) -> Target:
        return self.message.targets[self.index]

    def press(self) -> None:
        """Do what a click does."""
        self.message.transcript.press_target(self.message.message_id, self.target)

    def isValid(self) -> bool:
        return self.message.isValid() and self.index < len(self.message.targets)

    def parent(self) -> QAccessibleInterface:
        return self.message

    def role(self) -> QAccessible.Role:
        return ROLES.get(self.target.kind, QAccessible.Role.Button)

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self.target.name or self.target.value
        if kind == QAccessible.Text.Description:
            return "" if self.target.kind == "citation" else self.target.value
        if kind == QAccessible.Text.Identifier:
            return f"message_{self.target.kind}"
        return ""

    def state(self) -> QAccessible.State:
        state = self.message.state()
        state.focusable = state.focused = state.readOnly = state.multiLine = state.selectableText = False
        return state

    def rect(self) -> QRect:
        corner = self.message.transcript.message_rect(self.message.message_id).topLeft()
        return self.message.accessibility.on_screen(self.target.rect.translated(corner))

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        return self._actions if kind == QAccessible.InterfaceType.ActionInterface else NOTHING


class _ControlActions(QAccessibleActionInterface):
    def __init__(self, control: _Control) -> None:
        super().__init__()
        self._control = control

    def actionNames(self) -> list[str]:
        return [QAccessibleActionInterface.pressAction()]

    def doAction(self, name: str) -> None:
        if name == QAccessibleActionInterface.pressAction() and self._control.isValid():
            self._control.press()

    def keyBindingsForAction(self, name: str) -> list[str]:
        return []
