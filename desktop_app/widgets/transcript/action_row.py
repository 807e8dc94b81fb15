"""What can be done with a message, and the quiet facts beside it: time, tokens, version."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QLocale, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget
from shiboken6 import Shiboken

from desktop_app.domain.assistants import AssistantVersion
from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.qt.moments import time_of_day, whole_moment
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.menus import popup_menu
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.versions_menu import VersionsMenu


class ActionRow(QWidget):
    """A row of small buttons for one message after another; whoever places it does what it asks for.

    Signals: ``copy_requested(str)`` ("default", "markdown", "rich" or "plain"), ``regenerate_requested()``,
    ``edit_requested()``, ``fork_requested()``, ``quote_requested()``, ``details_requested()``, ``delete_requested()``,
    ``sibling_requested(str)`` with the id of the version to show; ``versions_wanted()``, answered by ``show_versions``,
    and ``version_chosen(int)``: the reply is asked for again with this version of the assistant; ``options_wanted()``:
    with other settings.
    """

    copy_requested = Signal(str)
    regenerate_requested = Signal()
    edit_requested = Signal()
    fork_requested = Signal()
    quote_requested = Signal()
    details_requested = Signal()
    delete_requested = Signal()
    sibling_requested = Signal(str)
    versions_wanted = Signal()
    version_chosen = Signal(int)
    options_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message: Message | None = None
        self._versions: VersionsMenu | None = None
        self._copy = self._button("copy_message", "copy", self.tr("Copy"))
        self._regenerate = self._button("regenerate", "regenerate", self.tr("Regenerate"))
        self._edit = self._button("edit_message", "edit", self.tr("Edit and send again"))
        self._fork = self._button("fork_message", "fork", self.tr("Fork into a new thread"))
        self._more = self._button("message_more", "more", self.tr("More actions"))
        self._older = self._button("sibling_previous", "chevron-left", self.tr("Previous version"))
        self._newer = self._button("sibling_next", "chevron-right", self.tr("Next version"))
        self._place = QLabel(self)
        self._caption = QLabel(self)
        self._connect()
        self._lay_out()
        self.restyle()

    def _connect(self) -> None:
        self._copy.clicked.connect(lambda: self.copy_requested.emit("default"))
        self._regenerate.clicked.connect(self.regenerate_requested)
        self._edit.clicked.connect(self.edit_requested)
        self._fork.clicked.connect(self.fork_requested)
        self._more.clicked.connect(lambda: self.menu().popup(self._menu_place()))
        self._older.clicked.connect(lambda: self._step(-1))
        self._newer.clicked.connect(lambda: self._step(1))

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(self._theme.px("spacing.half"))
        self._row.addStretch(0)
        buttons = (self._copy, self._regenerate, self._edit, self._fork, self._more)
        for widget in (*buttons, self._older, self._place, self._newer):
            self._row.addWidget(widget)
        self._row.addWidget(self._caption)
        self._row.addStretch(1)

    def _button(self, name: str, icon: str, label: str) -> IconButton:
        button = IconButton(self._theme, icon, label, name=name, is_small=True, parent=self)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def restyle(self) -> None:
        """Take the theme's fonts and colours of now."""
        for label in (self._place, self._caption):
            label.setFont(self._theme.font("caption", tabular=True))
            palette = label.palette()
            palette.setColor(label.foregroundRole(), self._theme.color("textSecondary"))
            label.setPalette(palette)
        self._caption.setContentsMargins(self._theme.px("spacing.2"), 0, 0, 0)

    def buttons(self) -> list[IconButton]:
        """The buttons in the order of Tab; some are hidden."""
        return [self._copy, self._regenerate, self._edit, self._fork, self._more, self._older, self._newer]

    def show_message(self, message: Message, run: Run | None, *, is_last: bool) -> None:
        """Fit the row to ``message``: below a reply it begins at the left, below a question it ends at the right."""
        self._message = message
        is_reply = message.author is Author.ASSISTANT
        self._regenerate.setVisible(is_reply)
        branch = self.tr("Regenerate; what follows stays as a branch")
        self._regenerate.setToolTip(self._regenerate.accessibleName() if is_last else branch)
        self._fork.setVisible(is_reply)
        self._edit.setVisible(not is_reply)
        self._row.setStretch(0, int(not is_reply))
        self._row.setStretch(self._row.count() - 1, int(is_reply))
        self._show_siblings(message)
        self._caption.setVisible(is_reply)
        self._caption.setText(self._facts(message, run) if is_reply else "")
        self._caption.setToolTip(whole_moment(message.created_at))

    def menu(self) -> QMenu:
        """The other things that can be done with the message, as a menu that is deleted when it is closed."""
        menu = popup_menu(self)
        menu.setObjectName("message_menu")
        self._add(
            menu, "copy_markdown", self.tr("Copy as &Markdown"), lambda: self.copy_requested.emit("markdown")
        )
        self._add(menu, "copy_rich", self.tr("Copy as &rich text"), lambda: self.copy_requested.emit("rich"))
        self._add(
            menu, "copy_plain", self.tr("Copy as &plain text"), lambda: self.copy_requested.emit("plain")
        )
        menu.addSeparator()
        self._add(menu, "quote_message", self.tr("&Quote"), self.quote_requested.emit)
        self._add_versions(menu)
        if self._fork.isHidden():
            self._add(menu, "fork_message", self.tr("&Fork into a new thread"), self.fork_requested.emit)
        self._add(menu, "message_details", self.tr("De&tails…"), self.details_requested.emit)
        menu.addSeparator()
        self._add(menu, "delete_message", self.tr("&Delete"), self.delete_requested.emit)
        return menu

    def _add_versions(self, menu: QMenu) -> None:
        """Only for a reply another version, or other settings, can be asked."""
        if self._message is not None and self._message.author is Author.ASSISTANT:
            self._versions = VersionsMenu(menu)
            self._versions.version_chosen.connect(self.version_chosen)
            menu.addMenu(self._versions)
            text = self.tr("Ask again with &other settings…")
            self._add(menu, "ask_again_otherwise", text, self.options_wanted.emit)
            menu.aboutToShow.connect(self.versions_wanted)

    def show_versions(self, versions: Sequence[AssistantVersion]) -> None:
        """Fill the menu that is open, if one is."""
        if self._versions is not None and Shiboken.isValid(self._versions):
            self._versions.fill(versions)

    def _add(self, menu: QMenu, name: str, text: str, do: Callable[[], object]) -> None:
        action = menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(lambda: do())

    def _menu_place(self) -> QPoint:
        return self._more.mapToGlobal(self._more.rect().bottomLeft())

    def _show_siblings(self, message: Message) -> None:
        siblings = message.sibling_ids
        has_siblings = len(siblings) > 1 and message.id in siblings
        for widget in (self._older, self._place, self._newer):
            widget.setVisible(has_siblings)
        if has_siblings:
            index = siblings.index(message.id)
            self._place.setText(f"{index + 1}/{len(siblings)}")
            self._older.setEnabled(index > 0)
            self._newer.setEnabled(index + 1 < len(siblings))

    def _facts(self, message: Message, run: Run | None) -> str:
        facts = [time_of_day(message.created_at)]
        if run is not None and run.used is not None:
            locale = QLocale()
            tokens = self.tr("%1 → %2 tokens")
            tokens = tokens.replace("%1", locale.toString(run.used.prompt_tokens))
            facts.append(tokens.replace("%2", locale.toString(run.used.completion_tokens)))
        if run is not None and run.assistant_version:
            facts.append(self.tr("v%1").replace("%1", str(run.assistant_version)))
        status = self._status(message.status)
        return " · ".join([*facts, status] if status else facts)

    def _status(self, status: Status) -> str:
        match status:
            case Status.STOPPED:
                return self.tr("stopped")
            case Status.TRUNCATED:
                return self.tr("cut")
            case Status.INTERRUPTED:
                return self.tr("interrupted")
            case Status.FAILED:
                return self.tr("failed")
            case Status.FILTERED:
                return self.tr("withheld")
            case _:
                return ""

    def _step(self, by: int) -> None:
        message = self._message
        if message is not None and message.id in message.sibling_ids:
            index = message.sibling_ids.index(message.id) + by
            if 0 <= index < len(message.sibling_ids):
                self.sibling_requested.emit(message.sibling_ids[index])
