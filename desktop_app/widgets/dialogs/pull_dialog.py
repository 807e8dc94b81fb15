"""Bringing assistants and threads from a service: where from, how far, and that it can be stopped.

The dialog may be closed while it goes on; opened again, it shows how far things are.
"""

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_app.domain.connections import Connection
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.remote import PullCounts, PullProgress
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow
from desktop_app.widgets.dialogs.frame import Callout, ElidedLabel, Foot, WrappedLabel, button, rename
from desktop_app.widgets.theme import Theme

RUNNING = ("assistants", "threads")
ENDED_EARLY = ("stopped", "failed")


class PullDialog(QDialog):
    """Window-modal.

    Signals: ``start_requested(str)``, ``stop_requested(str)`` with a connection's id; ``connections_requested()``.
    """

    start_requested = Signal(str)
    stop_requested = Signal(str)
    connections_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pull_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Bring from a service"))
        self._theme = theme
        self._progress: dict[ConnectionId, PullProgress] = {}
        self._intro = WrappedLabel(
            self.tr(
                "Brings all assistants with their versions, and all threads with their messages, into Nitka."
                " Doing it again adds only what is new; nothing of yours is changed."
            ),
            role="secondary",
        )
        self._connection = ChoiceBox("pull_connection")
        self._row = FieldRow(theme, self.tr("&From"), self._connection)
        self._none = Callout(theme, "plain")
        self._none.show_text(
            self.tr("There is no connection to bring anything from."),
            self.tr("Add one that speaks the AI Assistant API."),
        )
        self._bar = QProgressBar()
        self._bar.setObjectName("pull_bar")
        self._bar.setTextVisible(False)
        self._now = ElidedLabel(role="caption")
        self._counts = {name: QLabel() for name in ("assistants", "versions", "threads", "messages")}
        self._result = Callout(theme, "success")
        self._role = ""
        self._copy_role = button(self.tr("Copy role name"), "pull_copy_role", kind="link")
        self._result.words.addWidget(self._copy_role, 0, Qt.AlignmentFlag.AlignLeft)
        self._foot = Foot(theme, "pull")
        self._lay_out()
        self._connect()
        for part in (self._none, self._row, self._add):  # until the connections are read
            part.hide()
        self._show()

    def set_connections(self, connections: list[Connection], chosen: str = "") -> None:
        """What can be brought from; ``chosen`` is selected first."""
        self._connection.set_choices([(one.name, one.id) for one in connections])
        self._connection.select(chosen or (connections[0].id if connections else None))
        self._none.setVisible(not connections)
        self._row.setVisible(bool(connections))
        self._add.setVisible(not connections)
        self._show()
        first = next(one for one in (self._stop, self._start, self._add) if not one.isHidden())
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_progress(self, progress: PullProgress) -> None:
        """How far a pull is."""
        self._progress[progress.connection_id] = progress
        self._show()

    def show_error(self, connection_id: str, title: str, detail: str, role: str = "") -> None:
        """A pull ended early; what was brought stays.  ``role`` is what the key lacks."""
        if connection_id == self._connection.value:
            kept = self.tr("What was brought is kept; the next time goes on from there.")
            self._result.show_text(title, " ".join(filter(None, (detail, kept))), kind="error")
            self._role = role
            self._copy_role.setVisible(bool(role))

    # -- inside

    def _show(self) -> None:
        progress = self._progress.get(ConnectionId(str(self._connection.value)))
        is_running = progress is not None and progress.stage in RUNNING
        self._bar.setRange(0, 0 if is_running else 1)
        self._bar.setValue(0 if progress is None else 1)
        self._bar.setVisible(is_running)
        self._now.setText(progress.now if progress and is_running else "")
        self._show_counts(progress)
        self._show_result(progress)
        self._show_buttons(progress.stage if progress else "")
        self._connection.setEnabled(not is_running)

    def _show_buttons(self, stage: str) -> None:
        is_running = stage in RUNNING
        had_focus = self._start.hasFocus() or self._stop.hasFocus()
        rename(self._start, self.tr("&Go on") if stage in ENDED_EARLY else self.tr("&Bring here"))
        self._start.setVisible(self._connection.value is not None and not is_running)
        self._stop.setVisible(is_running)
        if had_focus:
            (self._stop if is_running else self._start).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_counts(self, progress: PullProgress | None) -> None:
        self._numbers.setVisible(progress is not None)
        if progress is not None:
            number = QLocale().toString
            for name, label in self._counts.items():
                count = getattr(progress.counts, name)
                label.setText(number(count))
                label.setAccessibleName(f"{self._titles[name]}: {label.text()}")
                # What has not changed since the last time is not read again: no messages would be a wrong number.
                for part in (label, self._heads[name]):
                    part.setVisible(bool(count) or progress.stage != "done")

    def _show_result(self, progress: PullProgress | None) -> None:
        self._copy_role.setVisible(progress is not None and progress.stage == "failed" and bool(self._role))
        if progress is None or progress.stage in RUNNING:
            self._role = ""
            self._result.show_text("")
        elif progress.stage == "done":
            self._result.show_text(
                self.tr("Everything is here."), self._news(progress.counts), kind="success"
            )
        elif progress.stage == "stopped":
            text = self.tr("Stopped. What was brought is kept; the next time goes on from there.")
            self._result.show_text(text, kind="plain")

    def _news(self, counts: PullCounts) -> str:
        """What is new, and what was left as it is here."""
        new = self.tr("There are no new messages.")
        if counts.new_messages:
            new = self.tr("%Ln new message(s).", "", counts.new_messages)
        kept = self.tr("%n assistant(s) changed here and there stay as they are here.", "", counts.kept)
        return f"{new} {kept}" if counts.kept else new

    def _emit_start(self) -> None:
        connection_id = ConnectionId(str(self._connection.value))
        self.set_progress(PullProgress(connection_id, "assistants"))  # until the service says more
        self.start_requested.emit(connection_id)

    def _connect(self) -> None:
        self._connection.currentIndexChanged.connect(lambda _: self._show())
        self._start.clicked.connect(self._emit_start)
        self._stop.clicked.connect(lambda: self.stop_requested.emit(self._connection.value))
        self._add.clicked.connect(self._go_to_connections)
        self._close.clicked.connect(self.accept)
        self._copy_role.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._role))

    def _go_to_connections(self) -> None:
        self.accept()
        self.connections_requested.emit()

    def _lay_out(self) -> None:
        theme = self._theme
        self._titles = {
            "assistants": self.tr("Assistants"),
            "versions": self.tr("Versions"),
            "threads": self.tr("Threads"),
            "messages": self.tr("Messages"),
        }
        self._numbers = QWidget()
        grid = QGridLayout(self._numbers)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px("spacing.6"))
        self._heads = {name: QLabel(title) for name, title in self._titles.items()}
        for place, (name, label) in enumerate(self._counts.items()):
            label.setObjectName(f"pull_{name}")
            label.setFont(theme.font("uiStrong", tabular=True))
            self._heads[name].setProperty("role", "caption")
            grid.addWidget(label, 0, place)
            grid.addWidget(self._heads[name], 1, place)
        grid.setColumnStretch(len(self._titles), 1)
        self._stop = button(self.tr("&Stop"), "pull_stop")
        self._add = button(self.tr("&Connections…"), "pull_connections", kind="primary")
        self._start = button(self.tr("&Bring here"), "pull_start", kind="primary")
        self._close = button(self.tr("C&lose"), "pull_close")
        self._foot.row.addWidget(self._stop)
        self._foot.row.addStretch(1)
        for made in (self._close, self._add, self._start):
            self._foot.row.addWidget(made)
        body = QVBoxLayout()
        body.setContentsMargins(*[theme.px("spacing.6")] * 4)
        body.setSpacing(theme.px("spacing.3"))
        parts = (self._intro, self._none, self._row, self._numbers, self._bar, self._now, self._result)
        for part in parts:
            body.addWidget(part)
        body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(self._foot)
        self.resize(theme.px("textColumn") - 200, theme.px("sidebarMax"))
