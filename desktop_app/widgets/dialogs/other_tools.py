"""Tools of the AI Assistant API that Nitka only keeps and sends there."""

import json

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from desktop_app.widgets.dialogs.disclosure import Disclosure
from desktop_app.widgets.dialogs.fields import FieldRow, TextArea
from desktop_app.widgets.theme import Theme


class OtherTools(Disclosure):
    """Such tools as a JSON list.

    Shown where that service answers or some are there.  Signals: ``changed`` by the user or the program.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", "other_tools_open")
        self._button.setText(self.tr("Other tools"))
        self._button.setAccessibleName(self.tr("Other tools"))
        self._shown: tuple[str, ...] = ()
        self._is_wanted = False
        self._area = TextArea("other_tools")
        self._area.setFont(theme.font("codeSmall"))
        self._area.set_lines(8)
        self._area.setPlaceholderText('[{"genSearch": {"options": {"site": ["example.org"]}}}]')
        hint = self.tr("A JSON list. It is kept and sent to the AI Assistant API as it is.")
        self.row = FieldRow(theme, self.tr("Tools of the AI Assistant API"), self._area, hint=hint)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.row)
        self._area.textChanged.connect(self.changed)
        self._adapt()

    def set_wanted(self, is_wanted: bool) -> None:
        """Whether the chosen service has such tools."""
        self._is_wanted = is_wanted
        self._adapt()

    def show_tools(self, tools: tuple[str, ...]) -> None:
        """Show these, each a JSON object as text."""
        self._shown = tools
        self._area.set_text(_listed(tools))
        self.set_open(bool(tools))
        self._adapt()

    def tools(self) -> tuple[str, ...]:
        """What is typed, unchanged where nothing was; a text that is no list comes as it is, to be found wrong."""
        text = self._area.text()
        if text == _listed(self._shown):
            return self._shown
        if not text.strip():
            return ()
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            return (text,)
        if not isinstance(parsed, list):
            return (text,)
        return tuple(json.dumps(one, ensure_ascii=False) for one in parsed)

    def _adapt(self) -> None:
        self.setVisible(self._is_wanted or bool(self._shown))


def _listed(tools: tuple[str, ...]) -> str:
    """The tools as one list; a single one that is no JSON is what was typed before."""
    try:
        parsed = [json.loads(tool) for tool in tools]
    except (ValueError, RecursionError):
        return "\n".join(tools)
    return json.dumps(parsed, ensure_ascii=False, indent=2) if parsed else ""
