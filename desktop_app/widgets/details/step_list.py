"""The calls of a reply: one line each, which opens to what was asked and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop_app.domain.tools import ToolStep
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.buttons import PaintedButton
from desktop_app.widgets.details.facts import SELECTABLE
from desktop_app.widgets.details.labels import NarrowLabel
from desktop_app.widgets.details.words import DetailWords
from desktop_app.widgets.dialogs.frame import Panel, StrongLabel
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_arguments import command_line, on_one_line
from desktop_app.widgets.transcript.call_words import FAULTS, CallWords

TIDY_LIMIT = 100_000
"""Longer arguments (characters) are not laid out: only their beginning is shown anyway."""


class StepList(QWidget):
    """Shows ``steps`` of a reply that goes on or not; those whose keys are in ``opened`` are unfolded."""

    def __init__(
        self, theme: Theme, steps: Sequence[ToolStep], opened: frozenset[str], *, is_growing: bool
    ) -> None:
        super().__init__()
        self._theme, self._is_growing = theme, is_growing
        self._words, self._call_words = DetailWords(self), CallWords(self)
        self._heads: dict[str, StepHead] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.1"))
        column.addWidget(StrongLabel(theme, self.tr("Tools"), scale="ui"))
        for step in steps:
            head, body = self._head(step), QWidget()
            body.hide()
            column.addWidget(head)
            column.addWidget(body)
            head.toggled.connect(partial(self._unfold, step, body))
            head.setChecked(step.call.key in opened)
            self._heads[step.call.key] = head

    def opened(self) -> frozenset[str]:
        """The keys of the steps that are unfolded."""
        return frozenset(key for key, head in self._heads.items() if head.isChecked())

    def _unfold(self, step: ToolStep, body: QWidget, is_open: bool) -> None:
        """Show what a line opens into, made when it is first wanted: there may be many, and long ones."""
        if is_open and body.layout() is None:
            self._fill(body, step)
        body.setVisible(is_open)

    def _head(self, step: ToolStep) -> StepHead:
        note = self._call_words.state(step, is_growing=self._is_growing)
        role = "errorText" if step.status in FAULTS else "textSecondary"
        head = StepHead(self._theme, on_one_line(step.call.name), note, role)
        head.setObjectName(f"step_{step.call.key}")
        return head

    def _fill(self, body: QWidget, step: ToolStep) -> None:
        column = QVBoxLayout(body)
        column.setContentsMargins(self._theme.px("spacing.5"), 0, 0, self._theme.px("spacing.2"))
        column.setSpacing(self._theme.px("spacing.1"))
        for title, text in (
            (self.tr("Arguments"), _tidy(step.call.arguments)),
            (self.tr("Program"), command_line(step.command) if step.command else ""),
            (self.tr("Result"), step.result),
            (self.tr("Messages of the program"), step.note),
        ):
            if text:
                column.addWidget(NarrowLabel(title, role="caption"))
                column.addWidget(self._text(title, text))

    def _text(self, title: str, text: str) -> QWidget:
        theme = self._theme
        panel = Panel(theme)
        inner = QVBoxLayout(panel)
        inner.setContentsMargins(*[theme.px("spacing.2")] * 4)
        label = NarrowLabel(self._words.shortened(text))
        label.setFont(theme.font("codeSmall"))
        label.setTextInteractionFlags(SELECTABLE)
        label.setAccessibleName(f"{title}: {label.text()}")
        inner.addWidget(label)
        return panel


class StepHead(PaintedButton):
    """The line of a call: its name, which gives way, and what became of it; pressing it folds and unfolds the rest."""

    def __init__(self, theme: Theme, name: str, note: str, role: str) -> None:
        super().__init__(theme)
        self._note, self._role = note, role
        self.setText(name)
        self.setCheckable(True)
        self.setAccessibleName(f"{name}, {note}")
        self.setToolTip(plain_tip(name))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(1, self._theme.px("controlSmall"))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_hover(painter)
        side, gap = theme.px("iconSmall"), theme.px("spacing.1")
        chevron = "chevron-down" if self.isChecked() else "chevron-right"
        pixmap = theme.pixmap(chevron, "icon", side, self.devicePixelRatioF())
        painter.drawPixmap(0, (self.height() - side) // 2, pixmap)
        middle = Qt.AlignmentFlag.AlignVCenter
        room = self.rect().adjusted(side + gap, 0, -gap, 0)
        painter.setFont(theme.font("caption", tabular=True))
        painter.setPen(theme.color(self._role))
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, self._note)
        room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(self._note) - 2 * gap)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text"))
        name = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, name)


def _tidy(arguments: str) -> str:
    """Arguments one below the other; what is no JSON, or long, stays as it came."""
    if len(arguments) > TIDY_LIMIT:
        return arguments
    try:
        return json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments
