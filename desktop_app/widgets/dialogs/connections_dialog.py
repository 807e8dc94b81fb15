"""The connections: a list, beside it a form for the chosen one or a choice of what to connect, and what a test found.

The dialog shows and asks; saving, testing, deleting and looking for servers are done elsewhere and come back as facts
to show.  A secret that was typed is cleared as soon as it is saved, and whenever the form shows something else or the
dialog closes.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.connections import Connection, ConnectionKind, ConnectionReport
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.offers import FoundServer, Offer
from desktop_app.domain.providers import kind_of
from desktop_app.domain.secret import Kept, Secret
from desktop_app.widgets.dialogs.connection_chooser import ConnectionChooser
from desktop_app.widgets.dialogs.connection_editor import ConnectionEditor
from desktop_app.widgets.dialogs.connection_list import ConnectionList, Row
from desktop_app.widgets.dialogs.connection_result import Outcome, ResultPanel, milliseconds
from desktop_app.widgets.dialogs.frame import Callout, Foot, Hairline, Page, button
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.error_texts import ErrorTexts

NEW = ConnectionId("")


class ConnectionsDialog(QDialog):
    """Adds, edits, orders, tests and deletes connections; window-modal.

    Signals: ``save_requested`` and ``test_requested`` (Connection with an empty id when new, its key and its proxy's
    password, each a Secret or None to keep the old one); ``test_cancelled``; ``delete_requested`` and
    ``pull_requested`` (ConnectionId); ``reorder_requested`` (ids); ``discovery_requested``; ``offer_accepted`` (Offer).
    A save is answered by ``show_saved``, a test by ``show_report``, either by ``show_failure``; a deletion and another
    order by ``set_connections``, a discovery by ``show_found``, an offer by ``begin``.
    """

    save_requested = Signal(object, object, object)
    test_requested = Signal(object, object, object)
    test_cancelled = Signal()
    delete_requested = Signal(str)
    pull_requested = Signal(str)
    reorder_requested = Signal(list)
    discovery_requested = Signal()
    offer_accepted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connections_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Connections"))
        self._theme = theme
        self._texts = ErrorTexts(self)
        self._connections: dict[ConnectionId, Connection] = {}
        self._keys: dict[ConnectionId, Kept] = {}
        self._passwords: dict[ConnectionId, Kept] = {}
        self._users: dict[ConnectionId, list[str]] = {}
        self._outcomes: dict[ConnectionId, Outcome] = {}
        self._tested: Connection | None = None
        self._draft: Connection | None = None
        self._chosen_id: ConnectionId | None = None
        self._before_id: ConnectionId | None = None
        self._name = self._busy = ""
        self._is_saving = self._is_listed = False
        self._after: Callable[[], None] | None = None
        self._build()
        self._connect()
        self._show_connection(None)

    # -- facts

    def set_connections(
        self,
        connections: list[Connection],
        keys: dict[ConnectionId, Kept],
        passwords: dict[ConnectionId, Kept] | None = None,
    ) -> None:
        """Show ``connections``; the others say where each one's key and proxy password is stored, if it has any.

        Unsaved changes of a connection that is still there stay in the form.
        """
        self._connections = {connection.id: connection for connection in connections}
        self._keys, self._passwords = dict(keys), dict(passwords or {})
        is_there = self._draft is not None or self._chosen_id in self._connections
        is_choosing, self._is_listed = self._is_choosing and self._is_listed, True
        if self._is_saving or is_choosing or (is_there and self._editor.is_changed):
            self._show_rows()
        else:
            self._show_connection(self._chosen_id, self._draft)

    def show_saved(self, connection: Connection, kept: Kept | None) -> None:
        """A save is done: ``connection`` with its id, and where its secrets are kept now."""
        has_password = self._editor.proxy_password is not None
        self._connections[connection.id] = connection
        for stored, is_new in (
            (self._keys, self._editor.secret is not None),
            (self._passwords, has_password),
        ):
            if kept is not None and is_new:
                stored[connection.id] = kept
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

    def show_report(self, connection_id: ConnectionId, report: ConnectionReport) -> None:
        """Show that a test succeeded; an empty id is the new connection's."""
        self._show_outcome(connection_id, Outcome(report))

    def show_failure(self, connection_id: ConnectionId, error: RunError) -> None:
        """Say why a test, a save or a deletion failed."""
        self._is_saving, self._after = False, None
        self._show_outcome(connection_id, Outcome(error=error, tested=self._tested))

    def show_offers(self, offers: list[Offer]) -> None:
        """Offer what the environment has the parts of."""
        self._chooser.show_offers(offers)

    def show_found(self, servers: list[FoundServer]) -> None:
        """Say which servers of this computer answered."""
        self._chooser.show_found(servers)

    def begin(self, draft: Connection, key: Secret | None = None) -> None:
        """Begin a new connection with what ``draft`` says, and with ``key`` as if it were typed."""
        self._show_connection(NEW, replace(draft, id=NEW, name=self._free_name(draft.name)))
        if key is not None:
            self._editor.put_key(key)
        self._editor.focus_first()

    def choose(self, connection_id: ConnectionId, *, replaces_key: bool = False) -> None:
        """Select a connection, at once with the cursor where its key is replaced if ``replaces_key``."""
        self._leave(lambda: self._show_connection(connection_id))
        if replaces_key and self._chosen_id == connection_id:
            self._editor.replace_key()

    def reject(self) -> None:
        """Close, or ask first when something is not saved; asked again, go on editing."""
        if self._foot.is_asking:
            self._answered("stay")
        elif self._is_choosing and self._connections:
            self._show_connection(self._before_id)
        else:
            self._leave(super().reject)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._list.fit(event.size().width())
        super().resizeEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            self._editor.forget_secrets()
        super().hideEvent(event)

    # -- building

    def _build(self) -> None:
        theme = self._theme
        self._list, self._keyring = ConnectionList(theme), Callout(theme, "warning")
        self._keyring.setObjectName("connection_keyring")
        self._editor, self._result = ConnectionEditor(theme), ResultPanel(theme)
        self._pull = button(self.tr("&Bring assistants and threads here…"), "connection_pull")
        self._page, self._chooser = Page(theme), ConnectionChooser(theme)
        column = self._page.column
        for part in (self._keyring, self._editor):
            column.addWidget(part)
        column.addWidget(self._pull, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._result)
        column.addWidget(self._editor.advanced)
        column.addStretch(1)
        self._keyring.hide()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._page)
        self._pages.addWidget(self._chooser)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._list)
        middle.addWidget(Hairline(theme, Qt.Orientation.Vertical))
        middle.addWidget(self._pages, 1)
        self._foot = Foot(theme, "connection")
        self._build_foot()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(middle, 1)
        whole.addWidget(self._foot)
        self.setMinimumSize(theme.px("textColumn"), theme.px("sidebarMax"))
        self.resize(theme.px("wideColumn") - 40, theme.px("textColumn") - 80)

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
        self._list.add_requested.connect(lambda: self._leave(self._show_chooser))
        self._list.remove_requested.connect(self._ask_deletion)
        self._list.reordered.connect(self._reordered)
        self._chooser.chosen.connect(self.begin)
        self._chooser.offer_accepted.connect(self.offer_accepted)
        self._chooser.discovery_requested.connect(self.discovery_requested)
        self._editor.changed.connect(self._edited)
        self._pull.clicked.connect(self._pull_clicked)
        self._result.cancelled.connect(self._cancel_test)
        self._result.mending_wanted.connect(self._mend)
        self._delete.clicked.connect(self._ask_deletion)
        self._test.clicked.connect(self._test_clicked)
        self._close.clicked.connect(lambda: self._leave(super(ConnectionsDialog, self).reject))
        self._save.clicked.connect(self._save_clicked)
        self._foot.answered.connect(self._answered)

    # -- what is shown

    @property
    def _is_choosing(self) -> bool:
        return self._pages.currentWidget() is self._chooser

    def _wanted(self, connection_id: str) -> None:
        if connection_id != self._chosen_id:
            self._leave(lambda: self._show_connection(ConnectionId(connection_id)))

    def _show_chooser(self) -> None:
        if self._chosen_id != NEW:
            self._before_id = self._chosen_id
        self._draft, self._chosen_id = None, NEW
        self._outcomes.pop(NEW, None)
        self._editor.clear()
        self._chooser.set_empty(not self._connections)
        self._pages.setCurrentWidget(self._chooser)
        self._foot.settle()
        self._show_rows()
        self._show_result()
        self._show_buttons()
        if self.isVisible():
            self._chooser.focus_first()

    def _show_connection(self, wanted: ConnectionId | None, draft: Connection | None = None) -> None:
        """Fill the form with the wanted connection, else the first; any draft but the given one is dropped."""
        if draft is None and wanted not in self._connections:
            wanted = next(iter(self._connections), None)
        shown = draft or (self._connections[wanted] if wanted is not None else None)
        if shown is None:
            self._show_chooser()
            return
        self._draft, self._chosen_id, self._name = draft, wanted, shown.name
        if draft is None:
            self._outcomes.pop(NEW, None)
        self._editor.show_connection(shown, self._keys.get(shown.id), self._passwords.get(shown.id))
        self._pages.setCurrentWidget(self._page)
        self._page.verticalScrollBar().setValue(0)
        self._foot.settle()
        self._show_rows()
        self._show_result()
        self._show_buttons()

    def _show_rows(self) -> None:
        rows = [self._row(connection) for connection in self._connections.values()]
        if self._is_choosing:
            rows.append(Row(NEW, self.tr("New connection"), self.tr("Not chosen yet")))
        elif self._draft is not None:
            rows.append(Row(NEW, self._name or self.tr("New connection"), self.tr("Not saved yet")))
        self._list.set_rows(rows, self._chosen_id)

    def _row(self, connection: Connection) -> Row:
        outcome = self._outcomes.get(connection.id)
        if outcome is not None and outcome.report is not None:
            works = self.tr("Works · {time}").format(time=milliseconds(outcome.report))
            return Row(connection.id, connection.name, works, "success")
        if outcome is not None and outcome.error is not None:
            return Row(connection.id, connection.name, self._texts.explain(outcome.error).title, "error")
        return Row(connection.id, connection.name, self._place(connection))

    def _place(self, connection: Connection) -> str:
        if connection.kind is ConnectionKind.ON_DEVICE:
            return PurePath(connection.model_path).name or self.tr("Built-in model")
        return urlsplit(connection.base_url).netloc

    def _show_outcome(self, connection_id: ConnectionId, outcome: Outcome) -> None:
        tested, self._tested = self._tested, None
        self._set_busy("")
        is_shown = connection_id == self._chosen_id
        if outcome.report is not None and is_shown and tested is None and self._editor.is_changed:
            return  # what was tested is no longer what the form says
        self._outcomes[connection_id] = outcome
        self._show_rows()
        self._show_result()
        if is_shown:
            self._result.announce()
            self._page.ensureWidgetVisible(self._result)

    def _set_busy(self, text: str) -> None:
        """Say what is going on, like "Testing…", until an empty text."""
        self._busy = text
        self._show_result()
        self._show_buttons()

    def _show_result(self) -> None:
        outcome = self._outcomes.get(self._chosen_id) if self._chosen_id is not None else None
        is_of_another = self._tested is not None and self._tested.id != self._chosen_id
        if self._busy and not is_of_another:
            self._result.show_busy(self._busy, can_cancel=self._tested is not None)
        elif outcome is not None:
            self._result.show_outcome(outcome)
        else:
            self._result.show_nothing()

    def _show_buttons(self) -> None:
        is_shown, is_idle = not self._is_choosing, not self._busy
        is_ready = is_shown and is_idle and self._editor.is_complete
        is_saved = is_shown and self._draft is None
        self._test.setVisible(is_shown)
        self._test.setEnabled(is_ready)
        self._save.setVisible(is_shown)
        self._save.setEnabled(is_ready and (self._editor.is_changed or self._draft is not None))
        self._delete.setVisible(is_shown and self._can_delete)
        self._delete.setEnabled(is_idle)
        self._pull.setVisible(is_saved and kind_of(self._editor.connection()).has_pull)
        self._pull.setEnabled(is_idle and not self._editor.is_changed)

    @property
    def _can_delete(self) -> bool:
        """All but the last model on this device, with which Nitka answers before anything is connected."""
        devices = [one for one in self._connections.values() if one.kind is ConnectionKind.ON_DEVICE]
        return self._draft is not None or not self._editor.is_device or len(devices) > 1

    def _free_name(self, name: str) -> str:
        """``name``, with a number behind it when another connection is called so."""
        taken = {connection.name for connection in self._connections.values()}
        number, free = 1, name
        while name and free in taken:
            number += 1
            free = f"{name} {number}"
        return free

    # -- what the user does

    def _edited(self) -> None:
        name = self._editor.connection().name
        if name == self._name and self._chosen_id is not None:
            self._outcomes.pop(self._chosen_id, None)
            if self._tested is not None and self._tested.id == self._chosen_id:
                self._cancel_test()
        self._name = name
        self._foot.settle()
        self._show_rows()
        self._show_result()
        self._show_buttons()

    def _test_clicked(self) -> None:
        self._tested = self._editor.connection()
        self._set_busy(self.tr("Testing…"))
        self._page.ensureWidgetVisible(self._result)
        self.test_requested.emit(self._tested, self._editor.secret, self._editor.proxy_password)

    def _cancel_test(self) -> None:
        if self._tested is not None:
            self._tested = None
            self._set_busy("")
            self.test_cancelled.emit()

    def _mend(self, mending: str) -> None:
        match mending:
            case "replace_key":
                self._editor.replace_key()
            case "advanced":
                self._editor.advanced.set_open(True)
                self._page.ensureWidgetVisible(self._editor.advanced)
            case "test":
                self._test_clicked()

    def _save_clicked(self) -> None:
        self._cancel_test()
        self._is_saving = True
        self._set_busy(self.tr("Saving…"))
        editor = self._editor
        self.save_requested.emit(editor.connection(), editor.secret, editor.proxy_password)

    def _pull_clicked(self) -> None:
        if self._chosen_id is not None:
            self.pull_requested.emit(self._chosen_id)

    def _reordered(self, ids: list[str]) -> None:
        self._connections = {ConnectionId(one): self._connections[ConnectionId(one)] for one in ids}
        self.reorder_requested.emit(ids)

    def _leave(self, then: Callable[[], None]) -> None:
        """Do ``then`` at once, or after the user said what becomes of unsaved changes."""
        if self._is_choosing or not self._editor.is_changed:
            then()
            return
        self._after = then
        answers = [("stay", self.tr("&Keep editing"), ""), ("discard", self.tr("&Discard"), "danger")]
        if self._save.isEnabled():
            answers.append(("keep", self.tr("&Save"), "primary"))
        self._foot.ask(self.tr("Save the changes of this connection?"), answers)

    def _ask_deletion(self) -> None:
        if self._chosen_id is None or self._is_choosing or self._draft is not None:
            self._show_connection(self._before_id)
            return
        if not self._can_delete or self._busy:
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
            self._list.select(self._chosen_id)

    def _go_on(self) -> None:
        after, self._after = self._after, None
        if after is not None:
            after()
