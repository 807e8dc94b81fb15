"""The line above the first message that a model sees: of the next question, or of a run that was.

It is drawn into the room that is kept above a message anyway, below the last one when the model sees none of them, so
that nothing moves when it comes or goes.  Screen readers have its words as the description of the message beside it.
"""

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter

from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.hairlines import thin
from desktop_app.widgets.transcript.cell import Cell

BELOW_ALL = ""
"""What stands for the first message that is seen when none of the thread is: what is written next is all."""


class ContextLine(QObject):
    """The lines of one thread; that of a run, which was asked for, comes before that of the next question.

    ``changed(str)``: a message has another line, or none, above it; BELOW_ALL: the last one below it.
    """

    changed = Signal(str)

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._next_id: str | None = None
        self._run_id: str | None = None

    def show_next(self, message_id: str | None) -> None:
        """Draw a line above the first message that the next question sends; None when it sends them all.

        BELOW_ALL when it sends none of them.
        """
        before, self._next_id = self._next_id, message_id
        self._tell(before, self._next_id)

    def show_run(self, message_id: str | None) -> None:
        """Draw a line above the first message that a run was given; None: no more."""
        before, self._run_id = self._run_id, message_id or None
        self._tell(before, self._run_id)

    def _tell(self, before: str | None, now: str | None) -> None:
        if before != now:
            for message_id in (before, now):
                if message_id is not None:
                    self.changed.emit(message_id)

    @property
    def of_run(self) -> str:
        """The message above which the line of a run is drawn, or ""."""
        return self._run_id or ""

    @property
    def is_below_all(self) -> bool:
        """Whether the next question sends no message of the thread."""
        return self._next_id == BELOW_ALL

    def words_at(self, message_id: str) -> str:
        """What the line above a message says; empty when there is none."""
        if not message_id:
            return ""
        if message_id == self._run_id:
            return self.tr("The model saw from here")
        return self.tr("The model sees from here") if message_id == self._next_id else ""

    def words_below(self) -> str:
        """What the line below all messages says, to who does not see where it stands."""
        return self.tr("The model sees only what comes after this")

    def paint(self, painter: QPainter, cell: Cell, left: int, top: int) -> None:
        """Draw the line of a message whose cell begins at ``left``, ``top``, if it has one."""
        message_id = cell.entry.message.id
        if words := self.words_at(message_id):
            is_of_run = message_id == self._run_id
            self._paint(painter, self.room(cell).translated(left, top), words, is_of_run=is_of_run)

    def paint_below(self, painter: QPainter, room: QRect) -> None:
        """Draw the line below all messages into ``room`` (empty: it is not on the screen), if there is one."""
        if self.is_below_all and not room.isEmpty():
            self._paint(painter, room, self.tr("The model sees from here"), is_of_run=False)

    def _paint(self, painter: QPainter, room: QRect, words: str, *, is_of_run: bool) -> None:
        theme = self._theme
        font = theme.font("caption")
        width = QFontMetrics(font).horizontalAdvance(words)
        gap = theme.px("spacing.2")
        middle = room.center().y()
        line = theme.color("accent" if is_of_run else "hairlineStrong")
        height = thin(painter, theme.px("hairline"))
        end = room.left() + max(0, (room.width() - width) // 2 - gap)
        begin = end + width + 2 * gap
        for start, stop in ((room.left(), end), (begin, room.right() + 1)):
            painter.fillRect(
                QRect(start, middle, stop - start, 1).toRectF().adjusted(0, 0, 0, height - 1), line
            )
        painter.setFont(font)
        painter.setPen(theme.color("accentText" if is_of_run else "textSecondary"))
        painter.drawText(
            QRect(end + gap, room.top(), width, room.height()), Qt.AlignmentFlag.AlignCenter, words
        )

    def room(self, cell: Cell) -> QRect:
        """Where the line of a message stands, in the cell's coordinates."""
        height = cell.gap_above or self._theme.px("gap.turn")
        return QRect(0, 0, cell.width, height)
