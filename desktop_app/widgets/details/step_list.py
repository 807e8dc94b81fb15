"""The calls of a reply: one line each, which opens to what was asked and what came of it."""

import json
from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.tools import Command, ToolStep
from desktop_app.widgets.details.facts import SELECTABLE
from desktop_app.widgets.details.words import DetailWords, printable
from desktop_app.widgets.dialogs.disclosure import Disclosure
from desktop_app.widgets.dialogs.frame import Panel, StrongLabel, WrappedLabel
from desktop_app.widgets.theme import Theme

NAME_LIMIT = 24


class StepList(QWidget):
    """Shows ``steps``; those whose keys are in ``opened`` are unfolded."""

    def __init__(self, theme: Theme, steps: Sequence[ToolStep], opened: frozenset[str]) -> None:
        super().__init__()
        self._theme = theme
        self._words = DetailWords(self)
        self._disclosures: dict[str, Disclosure] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.1"))
        column.addWidget(StrongLabel(theme, self.tr("Tools"), scale="ui"))
        for step in steps:
            disclosure = Disclosure(theme, self._headline(step), f"step_{step.call.key}")
            self._fill(disclosure.body, step)
            disclosure.set_open(step.call.key in opened)
            self._disclosures[step.call.key] = disclosure
            column.addWidget(disclosure)

    def opened(self) -> frozenset[str]:
        """The keys of the steps that are unfolded."""
        return frozenset(key for key, one in self._disclosures.items() if one.is_open)

    def _headline(self, step: ToolStep) -> str:
        name = printable(step.call.name)
        if len(name) > NAME_LIMIT:
            name = name[: NAME_LIMIT - 1] + "…"
        facts = [name.replace("&", "&&"), self._words.call(step.status)]
        if step.began_at:
            facts.append(self._words.seconds(step.began_at, step.ended_at))
        return " · ".join(filter(None, facts))

    def _fill(self, body: QWidget, step: ToolStep) -> None:
        column = QVBoxLayout(body)
        column.setContentsMargins(self._theme.px("spacing.5"), 0, 0, self._theme.px("spacing.2"))
        column.setSpacing(self._theme.px("spacing.1"))
        for title, text in (
            (self.tr("Name"), step.call.name if len(step.call.name) > NAME_LIMIT else ""),
            (self.tr("Arguments"), _tidy(step.call.arguments)),
            (self.tr("Started"), _line(step.command) if step.command else ""),
            (self.tr("Result"), step.result),
            (self.tr("Said besides"), step.note),
        ):
            if text:
                column.addWidget(WrappedLabel(title, role="caption"))
                column.addWidget(self._text(title, text))

    def _text(self, title: str, text: str) -> QWidget:
        theme = self._theme
        panel = Panel(theme)
        inner = QVBoxLayout(panel)
        inner.setContentsMargins(*[theme.px("spacing.2")] * 4)
        label = WrappedLabel(self._words.shortened(text))
        label.setFont(theme.font("codeSmall"))
        label.setTextInteractionFlags(SELECTABLE)
        label.setAccessibleName(f"{title}: {label.text()}")
        inner.addWidget(label)
        return panel


def _tidy(arguments: str) -> str:
    """Arguments one below the other; what is no JSON stays as it came."""
    try:
        return json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def _line(command: Command) -> str:
    return "\n".join((command.program, *command.arguments))
