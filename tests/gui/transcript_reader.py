"""A reader of the messages pane: what is seen of it, and what a mouse and keys do to it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget

from desktop_app.domain.threads import Message, Status
from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.call_parts import ReadText
from desktop_app.widgets.transcript.spoken import SpokenTranscript
from tests.gui.conversation import question, reply, talk

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


class Reader:
    """Sees and moves one view."""

    def __init__(self, view: TranscriptView) -> None:
        self.view = view
        self._spoken = SpokenTranscript(view)

    # -- what is seen

    def text(self, message_id: str) -> str:
        """A message's words."""
        return self._spoken.plain_text(message_id)

    def shown_ids(self) -> Sequence[str]:
        """The messages on the screen."""
        return [shown.cell.entry.message.id for shown in self.view.page.visible if shown.cell is not None]

    def y(self, message_id: str) -> int:
        """Where a message on the screen begins."""
        rect = self._spoken.message_rect(message_id)
        assert not rect.isEmpty(), f"{message_id} is not on the screen"
        return rect.y()

    def ys(self) -> dict[str, int]:
        """Where each message on the screen begins."""
        return {message_id: self.y(message_id) for message_id in self.shown_ids()}

    def character(self, message_id: str, words: str) -> QRect:
        """The caret before ``words``, in the viewport."""
        return self._spoken.character_rect(message_id, self.text(message_id).index(words))

    def target(self, message_id: str, kind: str) -> QPoint:
        """The middle of the first link or painted button of a kind."""
        found = next(one for one in self._spoken.targets(message_id) if one.kind == kind)
        return found.rect.translated(self._spoken.message_rect(message_id).topLeft()).center()

    @property
    def distance(self) -> int:
        """Pixels to the end."""
        return self.view.page.distance_to_end

    def button(self, name: str, message_id: str = "") -> QAbstractButton:
        """A visible button; of a message when its id is given."""
        found = [one for one in self.view.findChildren(QAbstractButton, name) if one.isVisible()]
        if message_id:
            area = self._spoken.message_rect(message_id)
            found = [
                one for one in found if area.contains(one.mapTo(self.view.viewport(), one.rect().center()))
            ]
        return found[0]

    def part(self, name: str) -> QWidget:
        """A visible widget beside the text."""
        return next(one for one in self.view.findChildren(QWidget, name) if one.isVisible())

    @staticmethod
    def clipboard() -> str:
        return QGuiApplication.clipboard().text()

    # -- what is done

    def wheel(self, degrees: int, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Eighths of a degree; positive is up."""
        self._turn(QPoint(), QPoint(0, degrees), modifiers)

    def swipe(self, pixels: int) -> None:
        """Two fingers on a touchpad; positive is up."""
        self._turn(QPoint(0, pixels), QPoint(0, pixels * 8), NO_KEYS)

    def _turn(self, pixels: QPoint, degrees: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        spot = QPointF(self.view.viewport().rect().center())
        event = QWheelEvent(
            spot,
            self.view.viewport().mapToGlobal(spot),
            pixels,
            degrees,
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.view.viewport(), event)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS, times: int = 1) -> None:
        """Press a key where the focus is."""
        for _ in range(times):
            QTest.keyClick(QApplication.focusWidget() or self.view, key, modifiers)

    def click(self, point: QPoint, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, modifiers, point)

    def double_click(self, point: QPoint) -> None:
        """As a system tells of it: a click, and then a press of another kind."""
        self.click(point)
        QTest.mouseDClick(self.view.viewport(), LEFT, NO_KEYS, point)

    def drag(self, start: QPoint, end: QPoint) -> None:
        """Press at one point, move in steps, release at another."""
        self.hold(start, end)
        self.let_go(end)

    def hold(self, start: QPoint, end: QPoint) -> None:
        """Press at one point and move in steps to another."""
        QTest.mousePress(self.view.viewport(), LEFT, NO_KEYS, start)
        for step in range(1, 9):
            self._move(start + (end - start) * step / 8)

    def drag_on(self, start: QPoint, end: QPoint) -> None:
        """Two clicks, of which the second is held, at one point, and a move to another."""
        self.click(start)
        self._send(QEvent.Type.MouseButtonDblClick, start, LEFT)
        self._move(end)
        self.let_go(end)

    def let_go(self, point: QPoint) -> None:
        QTest.mouseRelease(self.view.viewport(), LEFT, NO_KEYS, point)

    def _move(self, point: QPoint) -> None:
        self._send(QEvent.Type.MouseMove, point, Qt.MouseButton.NoButton)

    def _send(self, kind: QEvent.Type, point: QPoint, button: Qt.MouseButton) -> None:
        """An event of the mouse whose left button is held."""
        port = self.view.viewport()
        place = QPointF(point)
        event = QMouseEvent(kind, place, QPointF(port.mapToGlobal(point)), button, LEFT, NO_KEYS)
        QApplication.sendEvent(port, event)

    def before(self, message_id: str, words: str) -> QPoint:
        """The point right before ``words``."""
        return self.character(message_id, words).center()

    def behind(self, message_id: str, words: str) -> QPoint:
        """The point right behind ``words``."""
        place = self.text(message_id).index(words) + len(words)
        return self._spoken.character_rect(message_id, place).center()

    def copied(self) -> str:
        """Copy with the keyboard; the words on the clipboard.  A long selection takes several turns of the loop."""
        QGuiApplication.clipboard().clear()
        self.view.setFocus()
        self.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        for _ in range(200):
            if self.clipboard():
                break
            QTest.qWait(10)
        return self.clipboard()


def growing(view: TranscriptView, count: int = 20) -> Message:
    """A thread whose last reply is being written."""
    answer = reply(count + 1, "Start.", Status.WRITING)
    view.show_thread([*talk(count), question(count), answer])
    return answer


def words(part: QWidget) -> str:
    """All that a part beside the text shows."""
    labels = [one.text() for one in part.findChildren(QLabel) if one.isVisibleTo(part)]
    texts = [one.toPlainText() for one in part.findChildren(ReadText) if one.isVisibleTo(part)]
    buttons = [one.text() for one in part.findChildren(QPushButton) if one.isVisibleTo(part)]
    return "\n".join([*labels, *texts, *buttons])
