"""The text of a source around the place that a reply cites."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from desktop_app.domain.files import Source, SourcePart
from desktop_app.domain.threads import Citation
from desktop_app.widgets.amounts import number
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.details.passages import Passage, find_passages
from desktop_app.widgets.details.stretches import Stretch, stretches
from desktop_app.widgets.dialogs.frame import Callout, ElidedLabel, button
from desktop_app.widgets.scroll_area import leave_bars_out_of_accessibility
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_arguments import on_one_line
from desktop_app.widgets.transcript.citations import SourceTexts

if TYPE_CHECKING:
    from desktop_app.qt.details_intents import SourceRead

LINE_PERCENT = 135.0


class _Step(NamedTuple):
    """From a place, a character of a part of the file, back (-1) or on (1)."""

    part: int
    offset: int
    by: int


class SourceView(QWidget):
    """Shows a stretch of the parts that were read, the cited fragment marked in it.

    ``closed()``: back to the list.  ``place_wanted(Citation, int)``: the file is to be read around another part.
    ``file_wanted(str)``: the file at this path is to be opened.
    """

    closed = Signal()
    place_wanted = Signal(object, int)
    file_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts = SourceTexts(self)
        self._citation: Citation | None = None
        self._source: Source | None = None
        self._shown: list[Stretch] = []
        self._wanted: _Step | None = None  # to where the reader goes on, once that is read
        self._step_shown: _Step | None = None
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
        self._step_shown, self._wanted = self._wanted if read.source else None, None
        self._show()

    def give_up_step(self) -> None:
        """A citation was chosen: what is read next is shown at its place, not where the reader was going on to."""
        self._wanted = None

    def say_missing(self, path: str) -> None:
        """The file is not where it was when it was added."""
        if self._source is not None and self._source.file.path == path:
            self._notice.show_text(self.tr("The file is not there any more."), on_one_line(path))

    def focus(self) -> None:
        """Put the keyboard on the text."""
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        citation, source = self._citation, self._source
        if citation is None:
            return
        self._name.setText(on_one_line(source.file.name) if source else self._texts.name(citation))
        self._text.setAccessibleName(self._name.text())
        self._notice.show_text("" if source else self._missing(citation))
        self._open.setVisible(source is not None)
        self._write(self._parts(), citation.fragment if source else "")
        first, count = (source.first_part, source.part_count) if source else (0, 1)
        shown = [(first + one.part, one.start, one.stop) for one in self._shown]
        length = len(self._parts()[-1].text) if self._shown else 0
        self._earlier.setEnabled(bool(shown) and shown[0][:2] > (0, 0))
        self._later.setEnabled(bool(shown) and (shown[-1][0], shown[-1][2]) < (count - 1, length))
        for part in (self._earlier, self._later):
            part.setVisible(source is not None or self._earlier.isEnabled() or self._later.isEnabled())

    def _parts(self) -> tuple[SourcePart, ...]:
        """What was read, or else the fragment."""
        if self._source is not None:
            return self._source.parts
        cited = self._citation
        return (SourcePart(cited.page, cited.line, cited.fragment),) if cited else ()

    def _missing(self, citation: Citation) -> str:
        missing = self.tr("This file is not in the library on this device.")
        used = self.tr("This is the fragment that was used:")
        return f"{missing} {used}" if citation.fragment else missing

    def _want_file(self) -> None:
        if self._source is not None:
            self.file_wanted.emit(self._source.file.path)

    def _step(self, by: int) -> None:
        """Go on to what stands before or after what is shown; of a file it is read first."""
        if self._citation is None or not self._shown:
            return
        edge = self._shown[0 if by < 0 else -1]
        part = edge.part + (self._source.first_part if self._source else 0)
        step = _Step(part, edge.start if by < 0 else edge.stop, by)
        if self._source is None:
            self._step_shown = step
            self._show()
        else:
            self._wanted = step
            self.place_wanted.emit(self._citation, part)

    def _write(self, parts: tuple[SourcePart, ...], fragment: str) -> None:
        """Put a stretch of the parts under their headings, and mark the fragment."""
        theme, document = self._theme, self._text.document()
        passages = find_passages([part.text for part in parts], fragment)
        self._shown = self._stretches(parts, passages)
        self._text.clear()
        document.setDocumentMargin(theme.px("spacing.5"))
        cursor = QTextCursor(document)
        marks: list[tuple[int, int]] = []
        last_heading = ""
        for index, start, stop in self._shown:
            part = parts[index]
            heading = self._heading(part, start)
            if heading != last_heading:
                cursor.setBlockFormat(self._block())
                cursor.insertText(heading, self._format("label", "textSecondary"))
                cursor.insertBlock()
            last_heading = heading
            for piece in passages:
                first, last = max(start, piece.start), min(stop, piece.end)
                if piece.part == index and first < last:
                    place = cursor.position() + _utf16(part.text[start:first])
                    marks.append((place, _utf16(part.text[first:last])))
            cursor.setBlockFormat(self._block())
            cursor.insertText(part.text[start:stop], self._format("small", "text"))
            cursor.insertBlock()
        marked = self._format("small", "text")
        marked.setBackground(theme.color("findHit"))
        for place, length in marks:
            cursor.setPosition(place)
            cursor.movePosition(
                QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor, length
            )
            cursor.setCharFormat(marked)
        step = self._step_shown
        if step is None:
            self._show_place(marks[0][0] if marks else None)
        else:
            self._show_place(0 if step.by > 0 else document.characterCount() - 1)

    def _stretches(self, parts: tuple[SourcePart, ...], passages: list[Passage]) -> list[Stretch]:
        """What is shown: where the reader went on to, else around the fragment or, without it, the cited place."""
        texts = [part.text for part in parts]
        step, cited = self._step_shown, self._citation
        if step is not None:
            index = step.part - (self._source.first_part if self._source else 0)
            if 0 <= index < len(parts):
                return stretches(texts, index, min(step.offset, len(texts[index])), step.by)
        if passages:
            return stretches(texts, passages[0].part, passages[0].start)
        return stretches(texts, _part_at(parts, cited.page, cited.line), 0) if cited and parts else []

    def _show_place(self, position: int | None) -> None:
        """Scroll a place to the top third; without one the text stands at its beginning."""
        cursor = self._text.textCursor()
        cursor.setPosition(position or 0)
        self._text.setTextCursor(cursor)
        if position is not None:
            bar = self._text.verticalScrollBar()
            bar.setValue(bar.value() + self._text.cursorRect().top() - self._text.viewport().height() // 3)

    def _heading(self, part: SourcePart, start: int) -> str:
        """What stands over a part that is shown from ``start`` on."""
        if part.page:
            return self.tr("Page %1").replace("%1", number(part.page))
        line = part.line + part.text.count("\n", 0, start)
        return self.tr("Line %1").replace("%1", number(line)) if part.line else ""

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
