"""Differences to read: field by field, removed words struck out and added ones underlined, each in its colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont, QTextBlockFormat, QTextCharFormat
from PySide6.QtWidgets import QTextEdit, QWidget

from desktop_app.domain.differences import Change, Piece
from desktop_app.widgets.theme import Theme

CONTEXT_CHARACTERS = 240
CHANGE_CHARACTERS = 8_000
"""What is kept at each end of a long change: more takes longer to lay out than a frame lasts."""
SPOKEN_CHANGES = 40
GAP = " … "


@dataclass(frozen=True, slots=True)
class Section:
    """A field that differs: what it is called, and its pieces."""

    title: str
    pieces: Sequence[Piece]


class DifferenceView(QTextEdit):
    """Read-only; its accessible description says in words what was removed and what was added."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sections: Sequence[Section] = ()
        self._nothing = ""
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Differences"))
        self.setProperty("kind", "field")
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        theme.changed.connect(self._write)

    def show_sections(self, sections: Sequence[Section], nothing: str) -> None:
        """Show these, or the sentence ``nothing`` when there are none."""
        self._sections, self._nothing = sections, nothing
        self._write()
        self.setAccessibleDescription(self._spoken() or nothing)

    def _write(self) -> None:
        self.clear()
        cursor = self.textCursor()
        cursor.beginEditBlock()  # laid out once
        if not self._sections:
            cursor.insertText(self._nothing, self._format(None))
        for number, section in enumerate(self._sections):
            space = QTextBlockFormat()
            space.setTopMargin(self._theme.px("spacing.4") if number else 0)
            space.setBottomMargin(self._theme.px("spacing.1"))
            if number:
                cursor.insertBlock(space)
            else:
                cursor.setBlockFormat(space)
            cursor.insertText(section.title, self._title_format())
            cursor.insertBlock(QTextBlockFormat())
            for piece in shortened(section.pieces):
                cursor.insertText(piece.text, self._format(piece.kind))
        cursor.endEditBlock()
        cursor.setPosition(0)
        self.setTextCursor(cursor)

    def _title_format(self) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(self._theme.font("smallStrong"))
        made.setForeground(self._theme.color("textSecondary"))
        return made

    def _format(self, kind: Change | None) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(QFont(self._theme.font("ui")))
        made.setForeground(self._theme.color("textSecondary" if kind is None else "text"))
        if kind is Change.ADDED:
            made.setForeground(self._theme.color("diffAddText"))
            made.setBackground(self._theme.color("diffAdd"))
            made.setFontUnderline(True)
        elif kind is Change.REMOVED:
            made.setForeground(self._theme.color("diffDelText"))
            made.setBackground(self._theme.color("diffDel"))
            made.setFontStrikeOut(True)
        return made

    def _spoken(self) -> str:
        said = []
        for section in self._sections:
            said.append(section.title)
            for kind, text in section.pieces:
                if kind is Change.ADDED:
                    said.append(self.tr("added “{text}”").format(text=_brief(text)))
                elif kind is Change.REMOVED:
                    said.append(self.tr("removed “{text}”").format(text=_brief(text)))
        return ", ".join(said[:SPOKEN_CHANGES])


def shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """``pieces`` with only the neighbourhood of changes left of what is the same, and the ends of long changes."""
    found = []
    for place, piece in enumerate(pieces):
        before = after = CHANGE_CHARACTERS
        if piece.kind is Change.SAME:
            before = CONTEXT_CHARACTERS if place else 0  # kept after the change before it
            after = CONTEXT_CHARACTERS if place < len(pieces) - 1 else 0
        text = piece.text
        if len(text) > before + after + len(GAP):
            text = text[:before] + GAP + text[len(text) - after :]
        found.append(Piece(piece.kind, text))
    return found


def _brief(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= CONTEXT_CHARACTERS else f"{words[:CONTEXT_CHARACTERS]}…"
