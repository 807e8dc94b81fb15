"""The line above the first message that a model sees: of the next question, or of a run that was.

It is drawn into the room that is kept above a message anyway, so that nothing moves when it comes or goes.  Screen
readers have its words as the description of the message below it.
"""

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter

from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.hairlines import thin
from desktop_app.widgets.transcript.cell import Cell


class ContextLine(QObject):
    """The lines of one thread; that of a run, which was asked for, comes before that of the next question.

    ``changed(str)``: a message has another line, or none, above it.
    """

    changed = Signal(str)

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._next_id = self._run_id = ""

    def show_next(self, message_id: str | None) -> None:
        """Draw a line above the first message that the next question sends; None when it sends them all."""
        before, self._next_id = self._next_id, message_id or ""
        self._tell(before, self._next_id)

    def show_run(self, message_id: str | None) -> None:
        """Draw a line above the first message that a run was given; None: no more."""
        before, self._run_id = self._run_id, message_id or ""
        self._tell(before, self._run_id)

    def _tell(self, before: str, now: str) -> None:
        if before != now:
            self.changed.emit(before)
            self.changed.emit(now)

    @property
    def of_run(self) -> str:
        """The message above which the line of a run is drawn, or ""."""
        return self._run_id

    def words_at(self, message_id: str) -> str:
        """What the line above a message says; empty when there is none."""
        if not message_id:
            return ""
        if message_id == self._run_id:
            return self.tr("The model saw from here")
        return self.tr("The model sees from here") if message_id == self._next_id else ""

    def paint(self, painter: QPainter, cell: Cell, left: int, top: int) -> None:
        """Draw the line of a message whose cell begins at ``left``, ``top``, if it has one."""
        words = self.words_at(cell.entry.message.id)
        if not words:
            return
        theme = self._theme
        room = self.room(cell).translated(left, top)
        font = theme.font("caption")
        width = QFontMetrics(font).horizontalAdvance(words)
        gap = theme.px("spacing.2")
        middle = room.center().y()
        is_of_run = cell.entry.message.id == self._run_id
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
