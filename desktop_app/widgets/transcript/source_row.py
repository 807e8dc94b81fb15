"""The sources of a reply, in one quiet row below its text; each opens what was used of it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop_app.domain.threads import Citation
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.citations import Source, SourceTexts, sources_of

ALL_SOURCES = "all_sources"
FEW = 6
WIDEST_SHARE = 0.6


class SourceRow(QWidget):
    """Shows the sources of ``citations``; ``opened`` keeps whether all of many are shown.

    Signals: ``pressed(tuple)`` with the indexes of a source's citations and the button; ``resized()`` when it wants
    another height.
    """

    pressed = Signal(object, object)
    resized = Signal()

    def __init__(
        self,
        theme: Theme,
        citations: Sequence[Citation],
        texts: SourceTexts,
        opened: set[str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sources")
        self.setAccessibleName(self.tr("Sources"))
        self._theme, self._opened = theme, opened
        self._words: dict[QPushButton, str] = {}
        self._label = QLabel(self.tr("Sources:"), self)
        self._label.setFont(theme.font("small"))
        self._label.setProperty("role", "secondary")
        found = sources_of(citations)
        self._sources = [
            self._button(place, source, texts.listed(source, citations))
            for place, source in enumerate(found, start=1)
        ]
        rest = self.tr("%n more", "", len(self._sources) - FEW)
        self._more: QPushButton = button(rest, "more_sources", kind="source", parent=self)
        self._more.clicked.connect(self._show_all)

    def _button(self, place: int, source: Source, words: str) -> QPushButton:
        numbers = ", ".join(str(number) for number in source.numbers)
        made: QPushButton = button("", f"source_{place}", kind="source", parent=self)
        self._words[made] = f"{numbers}  {words}" if numbers else words
        named = self.tr("Source %1: %2").replace("%1", numbers) if numbers else self.tr("Source: %2")
        made.setAccessibleName(named.replace("%2", words))
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(lambda: self.pressed.emit(source.indexes, made))
        return made

    def _show_all(self) -> None:
        self._opened.add(ALL_SOURCES)
        self.resized.emit()
        self._sources[FEW].setFocus(Qt.FocusReason.TabFocusReason)

    def _shown(self) -> list[QPushButton]:
        """The sources that are shown, and what shows the rest."""
        if ALL_SOURCES in self._opened or len(self._sources) <= FEW + 1:
            return self._sources
        return [*self._sources[:FEW], self._more]

    def controls(self) -> list[QWidget]:
        """What takes the keyboard, in the order of Tab."""
        return list(self._shown())

    def arrange(self, width: int) -> int:
        """Place the sources in ``width``; the height they need."""
        gap, shown = self._theme.px("spacing.4"), self._shown()
        label = self._label.sizeHint().width()
        left = indent = label + self._theme.px("spacing.2")
        self._shorten(min(round(self._theme.px("textColumn") * WIDEST_SHARE), width - indent))
        height, top = max(one.sizeHint().height() for one in shown), 0
        self._label.setGeometry(0, 0, label, height)
        for one in (*self._sources, self._more):
            one.setVisible(one in shown)
        for one in shown:
            needed = one.sizeHint().width()
            if left > indent and left + needed > width:
                left, top = indent, top + height
            one.setGeometry(left, top, needed, height)
            left += needed + gap
        return top + height

    def _shorten(self, width: int) -> None:
        """Let no source be wider."""
        for made, words in self._words.items():
            elided = made.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, width)
            made.setText(elided.replace("&", "&&"))
