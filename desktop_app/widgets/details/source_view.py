"""The text of a source around the place that a reply cites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from desktop_app.domain.files import Source, SourcePart
from desktop_app.domain.threads import Citation
from desktop_app.widgets.amounts import number
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.details.passages import find_passages
from desktop_app.widgets.dialogs.frame import Callout, ElidedLabel, button
from desktop_app.widgets.scroll_area import leave_bars_out_of_accessibility
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.citations import SourceTexts

if TYPE_CHECKING:
    from desktop_app.qt.details_intents import SourceRead

LINE_PERCENT = 135.0


class SourceView(QWidget):
    """Shows the parts that were read, the cited fragment marked in them.

    ``closed()``: back to the list.  ``place_wanted(Citation, int, int)``: the file is to be read around another page
    or line.  ``file_wanted(str)``: the file at this path is to be opened.
    """

    closed = Signal()
    place_wanted = Signal(object, int, int)
    file_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts = SourceTexts(self)
        self._citation: Citation | None = None
        self._source: Source | None = None
        self._stepped_to: tuple[int, int] | None = None  # the page and line that the reader went on to
        self._back = IconButton(
            theme, "chevron-left", self.tr("Back to the citations"), name="source_back", is_small=True
        )
        self._name = ElidedLabel(role="title")
        self._name.setObjectName("source_name")
        self._notice = Callout(theme, "warning")
        self._notice.setObjectName("source_notice")
        self._text = QTextEdit()
        self._text.setObjectName("source_text")
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        leave_bars_out_of_accessibility(self._text)
        self._earlier = IconButton(
            theme, "chevron-up", self.tr("Earlier in the file"), name="source_earlier", is_small=True
        )
        self._later = IconButton(
            theme, "chevron-down", self.tr("Later in the file"), name="source_later", is_small=True
        )
        self._open = button(self.tr("Open file"), "source_open")
        self._open.setProperty("isSmall", True)
        self._lay_out()
        self._back.clicked.connect(self.closed)
        self._earlier.clicked.connect(lambda: self._step(-1))
        self._later.clicked.connect(lambda: self._step(1))
        self._open.clicked.connect(self._want_file)
        theme.changed.connect(self._show)

    def _lay_out(self) -> None:
        theme = self._theme
        head, foot = QHBoxLayout(), QHBoxLayout()
        side = theme.px("spacing.3")
        head.setContentsMargins(side, theme.px("spacing.2"), side, theme.px("spacing.2"))
        foot.setContentsMargins(side, theme.px("spacing.2"), side, theme.px("spacing.3"))
        head.addWidget(self._back)
        head.addWidget(self._name, 1)
        for part in (self._earlier, self._later):
            foot.addWidget(part)
        foot.addStretch(1)
        foot.addWidget(self._open)
        notice = QHBoxLayout()
        notice.setContentsMargins(side, 0, side, theme.px("spacing.2"))
        notice.addWidget(self._notice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(notice)
        column.addWidget(self._text, 1)
        column.addLayout(foot)

    def show_source(self, read: SourceRead) -> None:
        """Show what was read, or the fragment alone where there is no file any more."""
        self._citation, self._source = read.citation, read.source
        self._show()
        self._stepped_to = None

    def say_missing(self, path: str) -> None:
        """The file is not where it was when it was added."""
        if self._source is not None and self._source.file.path == path:
            self._notice.show_text(self.tr("The file is not there any more."), path)

    def focus(self) -> None:
        """Put the keyboard on the text."""
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        citation, source = self._citation, self._source
        if citation is None:
            return
        self._name.setText(source.file.name if source else self._texts.name(citation))
        self._text.setAccessibleName(self._name.text())
        self._notice.show_text("" if source else self._missing(citation))
        self._open.setVisible(source is not None)
        for part in (self._earlier, self._later):
            part.setVisible(source is not None)
        parts = source.parts if source else (SourcePart(citation.page, citation.line, citation.fragment),)
        if source:
            self._earlier.setEnabled(source.first_part > 0)
            self._later.setEnabled(source.first_part + len(parts) < source.part_count)
        self._write(parts, citation.fragment if source else "")

    def _missing(self, citation: Citation) -> str:
        missing = self.tr("This file is not in the library on this device.")
        used = self.tr("This is the fragment that was used:")
        return f"{missing} {used}" if citation.fragment else missing

    def _want_file(self) -> None:
        if self._source is not None:
            self.file_wanted.emit(self._source.file.path)

    def _step(self, by: int) -> None:
        """Ask for what stands before or after the parts that are shown."""
        if self._citation is None or self._source is None or not self._source.parts:
            return
        edge = self._source.parts[0 if by < 0 else -1]
        lines = edge.text.count("\n") + 1 if by > 0 else 1
        self._stepped_to = max(0, edge.page and edge.page + by), max(1, edge.line + by * lines)
        self.place_wanted.emit(self._citation, *self._stepped_to)

    def _write(self, parts: tuple[SourcePart, ...], fragment: str) -> None:
        """Put the parts under their headings, and mark the fragment."""
        theme, document = self._theme, self._text.document()
        self._text.clear()
        document.setDocumentMargin(theme.px("spacing.5"))
        cursor = QTextCursor(document)
        starts = []
        for part in parts:
            if heading := self._heading(part):
                cursor.setBlockFormat(self._block())
                cursor.insertText(heading, self._format("label", "textSecondary"))
                cursor.insertBlock()
            starts.append(cursor.position())
            cursor.setBlockFormat(self._block())
            cursor.insertText(part.text, self._format("small", "text"))
            cursor.insertBlock()
        marked = self._format("small", "text")
        marked.setBackground(theme.color("findHit"))
        first = None
        for piece in find_passages([part.text for part in parts], fragment):
            text = parts[piece.part].text
            cursor.setPosition(starts[piece.part] + _utf16(text[: piece.start]))
            first = cursor.position() if first is None else first
            cursor.movePosition(
                QTextCursor.MoveOperation.NextCharacter,
                QTextCursor.MoveMode.KeepAnchor,
                _utf16(text[piece.start : piece.end]),
            )
            cursor.setCharFormat(marked)
        if self._stepped_to is None:
            self._show_place(first)
        else:
            self._show_place(starts[_part_at(parts, *self._stepped_to)])

    def _show_place(self, position: int | None) -> None:
        """Scroll a place to the top third; without one the text stands at its beginning."""
        cursor = self._text.textCursor()
        cursor.setPosition(position or 0)
        self._text.setTextCursor(cursor)
        if position is not None:
            bar = self._text.verticalScrollBar()
            bar.setValue(bar.value() + self._text.cursorRect().top() - self._text.viewport().height() // 3)

    def _heading(self, part: SourcePart) -> str:
        if part.page:
            return self.tr("Page %1").replace("%1", number(part.page))
        return self.tr("Line %1").replace("%1", number(part.line)) if part.line else ""

    def _format(self, scale: str, role: str) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(self._theme.font(scale))
        made.setForeground(self._theme.color(role))
        return made

    def _block(self) -> QTextBlockFormat:
        made = QTextBlockFormat()
        made.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        return made


def _part_at(parts: tuple[SourcePart, ...], page: int, line: int) -> int:
    """The index of the part with a page, or with a line where there are no pages."""
    before = [index for index, part in enumerate(parts) if (part.page <= page if page else part.line <= line)]
    return before[-1] if before else 0


def _utf16(text: str) -> int:
    """How long Qt says that ``text`` is."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
