"""The rows of actions: one beside each message that asks for it, made once and used again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.domain.assistants import AssistantVersion
from desktop_app.domain.threads import Message, Run
from desktop_app.widgets.disposal import dispose, return_focus
from desktop_app.widgets.transcript.action_row import ActionRow

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.page import Shown
    from desktop_app.widgets.transcript.view import TranscriptView

SPARE = 4


class ActionRows:
    """Shows rows at the hovered and the current message, at the last reply and where there are alternatives."""

    def __init__(self, view: "TranscriptView") -> None:
        self._view = view
        self._rows: dict[str, ActionRow] = {}
        self._facts: dict[str, tuple[Message, Run | None, bool]] = {}
        self._spare: list[ActionRow] = []

    def place(self) -> None:
        """Bring the rows to where their messages are now."""
        wanted = {
            shown.cell.entry.message.id: shown
            for shown in self._view.page.visible
            if shown.cell is not None and self._wants(shown)
        }
        for message_id in [known for known in self._rows if known not in wanted]:
            self._let_go(message_id)
        for message_id, shown in wanted.items():
            self._put(message_id, shown)

    def restyle(self) -> None:
        """Take the theme's fonts and colours of now."""
        for row in (*self._rows.values(), *self._spare):
            row.restyle()
        self._facts.clear()

    def clear(self) -> None:
        """No message is shown."""
        for message_id in list(self._rows):
            self._let_go(message_id)

    def show_versions(self, message_id: str, versions: Sequence[AssistantVersion]) -> None:
        """The versions that a reply can be asked for again with."""
        if message_id in self._rows:
            self._rows[message_id].show_versions(versions)

    def order_tabs(self) -> None:
        """Let Tab go from the current message to its own buttons: rows are made, and used again, in any order."""
        view, cell = self._view, self._view.current_cell
        row = self._rows.get(view.current_id)
        before: QWidget = view
        for button in [*(cell.controls() if cell else ()), *(row.buttons() if row else ())]:
            QWidget.setTabOrder(before, button)
            before = button

    def has_focus(self, message_id: str) -> bool:
        """Whether the keyboard is in a message's row."""
        focused = QApplication.focusWidget()
        row = self._rows.get(message_id)
        return row is not None and focused is not None and row.isAncestorOf(focused)

    def _wants(self, shown: "Shown") -> bool:
        view, cell = self._view, shown.cell
        if cell is None or cell.entry.is_growing:
            return False
        message = cell.entry.message
        is_last_reply = shown.position == view.page.messages.total - 1 and not cell.entry.is_user
        is_chosen = message.id in (view.hovered_id, view.current_id)
        return is_last_reply or is_chosen or len(message.sibling_ids) > 1 or self.has_focus(message.id)

    def _put(self, message_id: str, shown: "Shown") -> None:
        row = self._rows.get(message_id)
        if row is None:
            row = self._rows[message_id] = self._spare.pop() if self._spare else self._make()
        assert shown.cell is not None
        entry = shown.cell.entry
        facts = (entry.message, entry.run, shown.position == self._view.page.messages.total - 1)
        if self._facts.get(message_id) != facts:
            self._facts[message_id] = facts
            row.show_message(facts[0], facts[1], is_last=facts[2])
        rect = shown.cell.row_rect(row.sizeHint().width())
        row.setGeometry(rect.translated(self._view.column_left, shown.y))
        row.show()

    def _let_go(self, message_id: str) -> None:
        row = self._rows.pop(message_id, None)
        if row is None:
            return
        self._facts.pop(message_id, None)
        return_focus(row)
        row.hide()
        if len(self._spare) < SPARE:
            self._spare.append(row)
        else:
            dispose(row)

    def _make(self) -> ActionRow:
        view = self._view
        row = ActionRow(view.theme, view.viewport())
        row.copy_requested.connect(lambda kind: view.copying.copy_message(self._id_of(row), kind))
        row.regenerate_requested.connect(lambda: view.regenerate_requested.emit(self._id_of(row)))
        row.sibling_requested.connect(view.sibling_requested)
        row.edit_requested.connect(lambda: view.edit_requested.emit(self._id_of(row)))
        row.fork_requested.connect(lambda: view.fork_requested.emit(self._id_of(row)))
        row.quote_requested.connect(lambda: view.quote(self._id_of(row)))
        row.delete_requested.connect(lambda: view.delete_requested.emit(self._id_of(row)))
        row.versions_wanted.connect(lambda: view.versions_wanted.emit(self._id_of(row)))
        row.version_chosen.connect(
            lambda version: view.regenerate_with_version.emit(self._id_of(row), version)
        )
        row.options_wanted.connect(lambda: view.options_wanted.emit(self._id_of(row)))
        row.details_requested.connect(lambda: view.details_requested.emit(self._id_of(row)))
        return row

    def _id_of(self, row: ActionRow) -> str:
        return next((message_id for message_id, one in self._rows.items() if one is row), "")
