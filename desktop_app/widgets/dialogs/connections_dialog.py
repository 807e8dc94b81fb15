"""The connections: a list, a form for the chosen one, and what a test of it found.

The dialog shows and asks; saving, testing and deleting are done elsewhere and come back as facts to show.  A key that
was typed is cleared as soon as it is saved, and whenever the form shows something else or the dialog closes.
"""

from collections.abc import Callable
from pathlib import PurePath
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.connections import Connection, ConnectionKind, ConnectionReport
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Kept
from desktop_app.widgets.dialogs.connection_editor import ConnectionEditor
from desktop_app.widgets.dialogs.connection_forms import Preset
from desktop_app.widgets.dialogs.connection_list import ConnectionList, Row
from desktop_app.widgets.dialogs.connection_result import Outcome, ResultPanel, milliseconds
from desktop_app.widgets.dialogs.frame import Callout, Foot, Hairline, Page, WrappedLabel, button
from desktop_app.widgets.theme import Theme

NEW = ConnectionId("")


class ConnectionsDialog(QDialog):
    """Adds, edits, tests and deletes connections; window-modal.

    Signals: ``save_requested`` and ``test_requested`` (Connection with an empty id when new, Secret or None to keep
    the old key); ``delete_requested`` (ConnectionId).  A save is answered by ``show_saved``, a test by ``show_report``,
    either by ``show_error``; a deletion by ``set_connections``.
    """

    save_requested = Signal(object, object)
    test_requested = Signal(object, object)
    delete_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connections_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Connections"))
        self._theme = theme
        self._connections: dict[ConnectionId, Connection] = {}
        self._keys: dict[ConnectionId, Kept] = {}
        self._users: dict[ConnectionId, list[str]] = {}
        self._outcomes: dict[ConnectionId, Outcome] = {}
        self._awaited: set[ConnectionId] = set()
        self._draft: Connection | None = None
        self._chosen_id: ConnectionId | None = None
        self._name = self._busy = ""
        self._is_saving = False
        self._after: Callable[[], None] | None = None
        self._build()
        self._connect()
        self._show_connection(None)

    def set_connections(self, connections: list[Connection], keys: dict[ConnectionId, Kept]) -> None:
        """Show ``connections``; ``keys`` says where each one's key is stored (nothing for one without a key).

        Unsaved changes of a connection that is still there stay in the form.
        """
        self._connections = {connection.id: connection for connection in connections}
        self._keys = dict(keys)
        is_there = self._draft is not None or self._chosen_id in self._connections
        if self._is_saving or (is_there and self._editor.is_changed):
            self._show_rows()
        else:
            self._show_connection(self._chosen_id, self._draft)

    def show_saved(self, connection: Connection, kept: Kept | None) -> None:
        """A save is done: ``connection`` with its id, and where its key is kept now."""
        self._connections[connection.id] = connection
        self._keys.pop(connection.id, None)
        if kept is not None:
            self._keys[connection.id] = kept
        outcome = self._outcomes.pop(NEW, None) if self._draft is not None else None
        if outcome is not None and outcome.report is not None:
            self._outcomes[connection.id] = outcome
        self._is_saving, self._busy = False, ""
        self._show_connection(connection.id)
        self._go_on()

    def set_users(self, users: dict[ConnectionId, list[str]]) -> None:
        """Names of the assistants that use each connection."""
        self._users = dict(users)

    def set_keyring_state(self, kept: Kept, reason: str = "") -> None:
        """Where keys are kept from now on; without a keyring this is said at the top, with the ``reason`` below."""
        self._editor.set_keyring(kept)
        text = (
            self.tr("There is no keyring: the key is kept until Nitka closes.")
            if kept is Kept.SESSION
            else ""
        )
        self._keyring.show_text(text, reason)

    def set_busy(self, text: str) -> None:
        """Say what is going on, like "Testing…", until a report, an error, new connections or an empty text."""
        self._busy = text
        self._show_result()
        self._show_buttons()

    def show_report(self, connection_id: ConnectionId, report: ConnectionReport) -> None:
        """Show that a test succeeded; an empty id is the new connection's."""
        self._show_outcome(connection_id, Outcome(report))

    def show_error(self, connection_id: ConnectionId, title: str, detail: str = "") -> None:
        """Say why a test, a save or a deletion failed: a sentence, and what can be copied."""
        self._is_saving, self._after = False, None
        self._show_outcome(connection_id, Outcome(title=title, detail=detail))

    def choose(self, connection_id: ConnectionId, *, replaces_key: bool = False) -> None:
        """Select a connection, at once with the cursor where its key is replaced if ``replaces_key``."""
        self._leave(lambda: self._show_connection(connection_id))
        if replaces_key and self._chosen_id == connection_id:
            self._editor.replace_key()

    def reject(self) -> None:
        """Close, or ask first when something is not saved; asked again, go on editing."""
        if self._foot.is_asking:
            self._answered("stay")
        else:
            self._leave(super().reject)

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            self._editor.forget_key()
        super().hideEvent(event)

    def _build(self) -> None:
        theme = self._theme
        self._list, self._keyring = ConnectionList(theme), Callout(theme, "warning")
        self._keyring.setObjectName("connection_keyring")
        self._editor = ConnectionEditor(theme)
        self._empty = WrappedLabel(
            self.tr("No connections yet. Add a server that speaks Chat Completions."), role="secondary"
        )
        self._result = ResultPanel(theme)
        page = Page(theme)
        for part in (self._keyring, self._empty, self._editor):
            page.column.addWidget(part)
        page.column.addWidget(self._result)
        page.column.addStretch(1)
        self._keyring.hide()
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._list)
        middle.addWidget(Hairline(theme, Qt.Orientation.Vertical))
        middle.addWidget(page, 1)
        self._foot = Foot(theme, "connection")
        self._build_foot()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(middle, 1)
        column.addWidget(self._foot)
        self.setMinimumSize(theme.px("textColumn") - 40, theme.px("sidebarMax"))
        self.resize(theme.px("wideColumn") - 80, theme.px("textColumn") - 128)

    def _build_foot(self) -> None:
        self._delete = button(self.tr("D&elete…"), "connection_delete", kind="danger")
        self._test = button(self.tr("&Test"), "connection_test")
        self._close = button(self.tr("&Close"), "connection_close")
        self._save = button(self.tr("&Save"), "connection_save", kind="primary")
        self._save.setDefault(True)
        self._foot.row.addWidget(self._delete)
        self._foot.row.addStretch(1)
        for made in (self._test, self._close, self._save):
            self._foot.row.addWidget(made)

    def _connect(self) -> None:
        self._list.wanted.connect(self._wanted)
        self._list.preset_chosen.connect(lambda preset: self._leave(lambda: self._add(preset)))
        self._editor.changed.connect(self._edited)
        self._delete.clicked.connect(self._ask_deletion)
        self._test.clicked.connect(self._test_clicked)
        self._close.clicked.connect(self.reject)
        self._save.clicked.connect(self._save_clicked)
        self._foot.answered.connect(self._answered)

    def _wanted(self, connection_id: str) -> None:
        if connection_id != self._chosen_id:
            self._leave(lambda: self._show_connection(ConnectionId(connection_id)))

    def _add(self, preset: Preset) -> None:
        draft = Connection(NEW, ConnectionKind.CHAT, preset.name, preset.base_url, preset.auth)
        self._show_connection(NEW, draft)
        self._editor.focus_first()

    def _show_connection(self, wanted: ConnectionId | None, draft: Connection | None = None) -> None:
        """Fill the form with the wanted connection, else the first; any draft but the given one is dropped."""
        self._draft = draft
        if draft is None:
            self._outcomes.pop(NEW, None)
        if draft is None and wanted not in self._connections:
            wanted = next(iter(self._connections), None)
        self._chosen_id = wanted
        shown = draft or (self._connections[wanted] if wanted is not None else None)
        if shown is None:
            self._editor.clear()
        else:
            self._editor.show_connection(shown, self._keys.get(shown.id))
            self._name = shown.name
        self._empty.setVisible(shown is None)
        self._editor.setVisible(shown is not None)
        self._foot.settle()
        self._show_rows()
        self._show_result()
        self._show_buttons()

    def _show_rows(self) -> None:
        rows = [self._row(connection) for connection in self._connections.values()]
        if self._draft is not None:
            rows.append(Row(NEW, self._name or self.tr("New connection"), self.tr("Not saved yet")))
        self._list.set_rows(rows, self._chosen_id or NEW)

    def _row(self, connection: Connection) -> Row:
        outcome = self._outcomes.get(connection.id)
        if outcome is None:
            return Row(connection.id, connection.name, self._place(connection))
        if outcome.report is None:
            return Row(connection.id, connection.name, outcome.title, "error")
        works = self.tr("Works · {time}").format(time=milliseconds(outcome.report))
        return Row(connection.id, connection.name, works, "success")

    def _place(self, connection: Connection) -> str:
        if connection.kind is ConnectionKind.ON_DEVICE:
            return PurePath(connection.model_path).name or self.tr("Built-in model")
        return urlsplit(connection.base_url).netloc

    def _show_outcome(self, connection_id: ConnectionId, outcome: Outcome) -> None:
        self.set_busy("")
        is_stale = (
            connection_id == self._chosen_id
            and self._editor.is_changed
            and connection_id not in self._awaited
        )
        if is_stale and outcome.report is not None:
            return  # what was tested is no longer what the form says
        self._awaited.discard(connection_id)
        self._outcomes[connection_id] = outcome
        self._show_rows()
        self._show_result()

    def _show_result(self) -> None:
        outcome = self._outcomes.get(self._chosen_id) if self._chosen_id is not None else None
        if self._busy:
            self._result.show_busy(self._busy)
        elif outcome is not None:
            self._result.show_outcome(outcome)
        else:
            self._result.show_nothing()

    def _show_buttons(self) -> None:
        is_shown, is_idle = self._chosen_id is not None, not self._busy
        is_ready = is_shown and is_idle and self._editor.is_complete
        self._test.setEnabled(is_ready)
        self._save.setEnabled(is_ready and (self._editor.is_changed or self._draft is not None))
        self._delete.setVisible(is_shown and not self._editor.is_device)
        self._delete.setEnabled(is_idle)

    def _edited(self) -> None:
        name = self._editor.connection().name
        if name == self._name and self._chosen_id is not None:
            self._outcomes.pop(self._chosen_id, None)
            self._awaited.discard(self._chosen_id)
        self._name = name
        self._foot.settle()
        self._show_rows()
        self._show_result()
        self._show_buttons()

    def _test_clicked(self) -> None:
        connection, secret = self._editor.connection(), self._editor.secret
        self._awaited.add(connection.id)
        self.set_busy(self.tr("Testing…"))
        self.test_requested.emit(connection, secret)

    def _save_clicked(self) -> None:
        connection, secret = self._editor.connection(), self._editor.secret
        self._is_saving = True
        self.set_busy(self.tr("Saving…"))
        self.save_requested.emit(connection, secret)

    def _leave(self, then: Callable[[], None]) -> None:
        """Do ``then`` at once, or after the user said what becomes of unsaved changes."""
        if self._chosen_id is None or not self._editor.is_changed:
            self._show_connection(self._chosen_id)
            then()
            return
        self._after = then
        answers = [("stay", self.tr("&Keep editing"), ""), ("discard", self.tr("&Discard"), "danger")]
        if self._save.isEnabled():
            answers.append(("keep", self.tr("&Save"), "primary"))
        self._foot.ask(self.tr("Save the changes of this connection?"), answers)

    def _ask_deletion(self) -> None:
        if self._chosen_id is None or self._draft is not None:
            self._show_connection(None)
            return
        users = self._users.get(self._chosen_id, [])
        with_key = self.tr("Delete “{name}” and its key?") if self._chosen_id in self._keys else ""
        question = (with_key or self.tr("Delete “{name}”?")).format(
            name=self._connections[self._chosen_id].name
        )
        if users:
            question += " " + self.tr("Used by {names}.").format(names=", ".join(users))
        self._foot.ask(question, [("stay", self.tr("&Keep"), ""), ("remove", self.tr("&Delete"), "danger")])

    def _answered(self, answer: str) -> None:
        self._foot.settle()
        if answer == "keep":
            self._save_clicked()
        elif answer == "remove" and self._chosen_id is not None:
            self.delete_requested.emit(self._chosen_id)
        elif answer == "discard":
            if self._chosen_id is not None:
                self._outcomes.pop(self._chosen_id, None)
            self._show_connection(self._chosen_id)
            self._go_on()
        else:
            self._after = None
            self._list.select(self._chosen_id or NEW)

    def _go_on(self) -> None:
        after, self._after = self._after, None
        if after is not None:
            after()
