"""What can be done with a message, and the quiet facts beside it: time, tokens, version."""

from datetime import datetime

from PySide6.QtCore import QDate, QLocale, Qt, QTime, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget

from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.theme import Theme


class ActionRow(QWidget):
    """Signals: ``regenerate()``, ``sibling_wanted(str)``, ``plain_copy_wanted()``."""

    regenerate = Signal()
    sibling_wanted = Signal(str)
    plain_copy_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message: Message | None = None
        self._copy = self._button("copy_message", "copy", self.tr("Copy"))
        self._regenerate = self._button("regenerate", "regenerate", self.tr("Regenerate"))
        self._more = self._button("message_more", "more", self.tr("More actions"))
        self._older = self._button(
            "sibling_previous", "chevron-left", self.tr("Previous version of the reply")
        )
        self._newer = self._button("sibling_next", "chevron-right", self.tr("Next version of the reply"))
        self._place = QLabel(self)
        self._caption = QLabel(self)
        self._copy.clicked.connect(self._copy_source)
        self._regenerate.clicked.connect(self.regenerate)
        self._more.clicked.connect(self._open_menu)
        self._older.clicked.connect(lambda: self._step(-1))
        self._newer.clicked.connect(lambda: self._step(1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px("spacing.half"))
        for widget in (self._copy, self._regenerate, self._more, self._older, self._place, self._newer):
            row.addWidget(widget)
        row.addSpacing(theme.px("spacing.2"))
        row.addWidget(self._caption)
        row.addStretch(1)
        self.restyle()

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

    def buttons(self) -> list[IconButton]:
        """The buttons in the order of Tab."""
        return [self._copy, self._regenerate, self._more, self._older, self._newer]

    def show_message(self, message: Message, run: Run | None, *, is_last: bool) -> None:
        """Fit the row to ``message``."""
        self._message = message
        is_reply = message.author is Author.ASSISTANT
        self._regenerate.setVisible(is_reply and is_last)
        self._more.setVisible(is_reply)
        siblings = message.sibling_ids
        has_siblings = len(siblings) > 1 and message.id in siblings
        for widget in (self._older, self._place, self._newer):
            widget.setVisible(has_siblings)
        if has_siblings:
            index = siblings.index(message.id)
            self._place.setText(f"{index + 1}/{len(siblings)}")
            self._older.setEnabled(index > 0)
            self._newer.setEnabled(index + 1 < len(siblings))
        self._caption.setText(self._facts(message, run) if is_reply else "")
        self._caption.setToolTip(_day_and_time(message.created_at))

    def _facts(self, message: Message, run: Run | None) -> str:
        facts = [local_time(message.created_at)]
        if run is not None and run.usage is not None:
            locale = QLocale()
            tokens = self.tr("%1 → %2 tokens")
            tokens = tokens.replace("%1", locale.toString(run.usage.prompt_tokens))
            facts.append(tokens.replace("%2", locale.toString(run.usage.completion_tokens)))
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

    def _copy_source(self) -> None:
        if self._message is not None:
            QGuiApplication.clipboard().setText(self._message.text)

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy as Markdown")).triggered.connect(self._copy_source)
        menu.addAction(self.tr("Copy as plain text")).triggered.connect(self.plain_copy_wanted)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _step(self, by: int) -> None:
        message = self._message
        if message is not None and message.id in message.sibling_ids:
            index = message.sibling_ids.index(message.id) + by
            if 0 <= index < len(message.sibling_ids):
                self.sibling_wanted.emit(message.sibling_ids[index])


def local_time(moment: datetime) -> str:
    """The time of day on this machine's clock, as the window's language writes it."""
    local = moment.astimezone()
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def _day_and_time(moment: datetime) -> str:
    local = moment.astimezone()
    day = QLocale().toString(QDate(local.year, local.month, local.day), QLocale.FormatType.LongFormat)
    return f"{day[:1].upper()}{day[1:]}, {local_time(moment)}"
