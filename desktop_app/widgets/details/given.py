"""What a run was given besides the messages: lines that open into the texts as the model got them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.threads import Run
from desktop_app.widgets.details.facts import SELECTABLE
from desktop_app.widgets.details.step_list import StepHead
from desktop_app.widgets.dialogs.fields import TextArea
from desktop_app.widgets.dialogs.frame import StrongLabel
from desktop_app.widgets.scroll_area import leave_bars_out_of_accessibility
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_arguments import visible

if TYPE_CHECKING:
    from desktop_app.qt.details_intents import ReplyRead

MOST_LINES = 14
FRAME = 16  # above and below the text: what the style sheet has for fields, and a little that the bar wants


class _Part(NamedTuple):
    """A text with its title; ``note`` says about how much it is, ``key`` names it."""

    key: str
    title: str
    note: str
    text: str


class GivenList(QWidget):
    """Shows what the run of ``read`` was given; parts whose keys are in ``opened`` are unfolded."""

    def __init__(self, theme: Theme, read: ReplyRead, opened: frozenset[str]) -> None:
        super().__init__()
        self._theme = theme
        self._heads: dict[str, StepHead] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.1"))
        column.addWidget(StrongLabel(theme, self.tr("What the model was given"), scale="ui"))
        self._shown = tuple(self._parts(read))
        for part in self._shown:
            head, body = StepHead(theme, part.title, part.note, "textSecondary"), QWidget()
            head.setObjectName(f"given_{part.key}")
            body.hide()
            column.addWidget(head)
            column.addWidget(body)
            head.toggled.connect(partial(self._unfold, part, head, body))
            head.setChecked(part.key in opened)
            self._heads[part.key] = head
        if not self._heads:
            self.hide()

    def opened(self) -> frozenset[str]:
        """The keys of the parts that are unfolded."""
        return frozenset(key for key, head in self._heads.items() if head.isChecked())

    def is_of(self, read: ReplyRead) -> bool:
        """Whether this is all that the run of ``read`` was given."""
        return self._shown == tuple(self._parts(read))

    def _parts(self, read: ReplyRead) -> Iterator[_Part]:
        run = read.run
        if run is None:
            return
        details, instruction = run.details, run.settings.instruction
        if instruction:
            yield _Part("instruction", self.tr("Instruction"), self._origin(run, read), instruction)
        if details.addition:
            note = self.tr("%Ln fragment(s)", "", details.fragments) if details.fragments else ""
            yield _Part("addition", self.tr("From files"), note, details.addition)
        if details.functions:
            note = self.tr("%Ln function(s)", "", len(details.functions))
            yield _Part("functions", self.tr("Functions on offer"), note, "\n".join(details.functions))

    def _origin(self, run: Run, read: ReplyRead) -> str:
        """How the instruction differs from the one that is written in the assistant's version."""
        if read.version is None or run.settings.instruction == read.version.instruction:
            return ""
        return self.tr("variables filled in")

    def _unfold(self, part: _Part, head: QWidget, body: QWidget, is_open: bool) -> None:
        """Show what a line opens into, made when it is first wanted: it may be long."""
        if is_open and body.layout() is None:
            column = QVBoxLayout(body)
            column.setContentsMargins(self._theme.px("spacing.5"), 0, 0, self._theme.px("spacing.2"))
            text = GivenText(self._theme, part.title, part.text, f"given_text_{part.key}")
            column.addWidget(text)
            self.setTabOrder(head, text)
        body.setVisible(is_open)


class GivenText(TextArea):
    """A text to read, to select and to copy; it grows with its lines, and scrolls where there are many."""

    def __init__(self, theme: Theme, title: str, text: str, name: str) -> None:
        super().__init__(name)
        self.setFont(theme.font("small"))
        self.setTextInteractionFlags(SELECTABLE)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(title)
        leave_bars_out_of_accessibility(self)
        self.set_text(visible(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        margin = self.document().documentMargin()
        self.setFixedHeight(ceil(self._text_height() + 2 * margin) + FRAME)

    def _text_height(self) -> float:
        """Of its lines at this width, MOST_LINES at most; the rest is not laid out for it."""
        height, block = 0.0, self.document().firstBlock()
        most = MOST_LINES * ceil(QFontMetricsF(self.font()).lineSpacing())
        while block.isValid() and height < most:
            self.blockBoundingRect(block)  # lays it out
            height += block.layout().boundingRect().height()
            block = block.next()
        return min(height, most)
