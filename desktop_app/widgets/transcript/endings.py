"""How a reply ended, when it did not end by itself: a card for what needs an action, a line for what is a fact.

A deferred reply that is still awaited has a card too: since when, when it is looked for next.

Each says what happened, what was kept, and offers one thing to do first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from PySide6.QtCore import QLocale, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import MessageId
from desktop_app.domain.operations import Operation, OperationStatus
from desktop_app.domain.threads import Message, Run, Status
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.hairlines import draw_box
from desktop_app.widgets.transcript.error_texts import ErrorTexts
from desktop_app.widgets.transcript.times import clock

LOOKS = {
    "error": ("errorSoft", "errorLine", "error"),
    "warning": ("warningSoft", "warningLine", "warning"),
    "plain": ("page", "hairlineStrong", "icon"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """A button: ``name`` is "retry", "continue" or a fix; the first of an ending is the primary one."""

    name: str
    label: str


class Words(NamedTuple):
    """What an ending says at one moment; ``is_last``: it says the same from now on."""

    title: str
    kept: str
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What to show below a reply; ``is_card`` says whether it needs the reader.

    ``at`` gives the words of a moment where they change with time.
    """

    title: str
    kept: str = ""
    actions: tuple[Action, ...] = ()
    look: str = "plain"
    icon: str = "info"
    is_card: bool = True
    details: str = ""
    at: Callable[[datetime], Words] | None = None


class EndingTexts(QObject):
    """Makes the words of an ending; ``operations`` are the open deferred requests by the message that waits."""

    def __init__(self) -> None:
        super().__init__()
        self._errors = ErrorTexts()
        self.operations: Mapping[MessageId, Operation] = {}

    def of(self, message: Message, run: Run | None) -> Ending | None:
        """The ending of ``message``, or None when there is nothing to say."""
        match message.status:
            case Status.FAILED:
                return self._failed(message, run)
            case Status.INTERRUPTED:
                return self._interrupted(message, run)
            case Status.TRUNCATED:
                return self._truncated(message, run)
            case Status.FILTERED:
                return self._filtered(message)
            case Status.STOPPED:
                return self._stopped(message)
            case Status.DEFERRED:
                return self._deferred(self.operations.get(message.id))
            case _:
                return None

    def kept(self, message: Message) -> str:
        """What is safe, in words."""
        words = len(message.text.split())
        return self.tr("%Ln word(s) are kept.", "", words) if words else self.tr("Your message is saved.")

    def _failed(self, message: Message, run: Run | None) -> Ending:
        error = (run.error if run else None) or RunError("unknown")
        said = self._errors.explain(error)
        again = self._go_on(message) if message.steps else (Action("retry", self.tr("Retry")),)
        fix = Action(said.action, said.label) if said.action not in ("", "retry") else None
        if run is None or run.error is None:
            return Ending(self.tr("The reply failed"), self.kept(message), again, "error", "error")
        kept = _sentences(self.kept(message), said.advice)
        at = None
        if error.retry_after_s and run.ended_at:
            until = run.ended_at + timedelta(seconds=error.retry_after_s)
            at = lambda now: self._until(until, said.title, kept, now)  # noqa: E731 - the words of one ending
        return Ending(
            said.title,
            kept,
            (fix, *again) if fix else again,
            said.look,
            said.icon,
            details=self._errors.details(error),
            at=at,
        )

    def _until(self, until: datetime, title: str, kept: str, now: datetime) -> Words:
        left_s = max(0, round((until - now).total_seconds()))
        if not left_s:
            return Words(title, kept, is_last=True)
        return Words(self.tr("Too many requests: try again in %1").replace("%1", clock(left_s)), kept)

    def _deferred(self, operation: Operation | None) -> Ending:
        cancel = Action("cancel_operation", self.tr("Cancel"))
        if operation is None or operation.status is OperationStatus.SENDING:
            return self._sending(operation, cancel)
        title = self.tr("Deferred: the reply comes later")
        actions = (Action("check_operation", self.tr("Check now")), cancel)
        return Ending(
            title,
            self._progress(operation, datetime.now(UTC)),
            actions,
            icon="clock",
            details=self._errors.details(operation.error) if operation.error else "",
            at=lambda now: Words(title, self._progress(operation, now)),
        )

    def _sending(self, operation: Operation | None, cancel: Action) -> Ending:
        """A request that the service does not have yet; it may be waiting before it is sent once more."""
        title = self.tr("Sending the deferred request")
        if operation is None:
            return Ending(title, icon="clock")
        if operation.error is None or operation.next_check_at is None:
            return Ending(title, actions=(cancel,), icon="clock")
        why, until = self._errors.explain(operation.error).title, operation.next_check_at
        return Ending(
            title,
            self._next_try(why, until, datetime.now(UTC)),
            (cancel,),
            icon="clock",
            details=self._errors.details(operation.error),
            at=lambda now: Words(title, self._next_try(why, until, now)),
        )

    def _next_try(self, why: str, until: datetime, now: datetime) -> str:
        left_s = max(0, round((until - now).total_seconds()))
        return _sentences(f"{why}.", self.tr("Next try in %1.").replace("%1", clock(left_s)))

    def _progress(self, operation: Operation, now: datetime) -> str:
        """How old a request is, and when it is looked for next."""
        age = self.tr("Sent %1 ago").replace("%1", self._age(now - operation.sent_at))
        if operation.next_check_at is None or operation.next_check_at <= now:
            return _sentences(f"{age}.", self.tr("Checking now."))
        left_s = round((operation.next_check_at - now).total_seconds())
        check = self.tr("Next check in %1.").replace("%1", clock(left_s))
        failed = self.tr("The last check failed.") if operation.error else ""
        return _sentences(f"{age}.", failed, check)

    def _age(self, age: timedelta) -> str:
        minutes = int(age.total_seconds() // 60)
        if minutes < 1:
            return self.tr("%n s", "", max(0, int(age.total_seconds())))
        if minutes < 120:
            return self.tr("%n min", "", minutes)
        hours = minutes // 60
        return self.tr("%n h", "", hours) if hours < 48 else self.tr("%n day(s)", "", hours // 24)

    def _interrupted(self, message: Message, run: Run | None) -> Ending:
        error = run.error if run else None
        if error is not None and error.code == "operation_gone":  # nothing was begun that could be continued
            return self._failed(message, run)
        title, icon = self.tr("Interrupted"), "warning"
        if error is not None and error.code in ("unreachable", "silent", "service_fault"):
            title, icon = self.tr("Interrupted: the connection was lost"), "offline"
        return Ending(
            title,
            self.kept(message),
            self._go_on(message),
            icon=icon,
            details=self._errors.details(error) if error is not None else "",
        )

    def _go_on(self, message: Message) -> tuple[Action, ...]:
        retry = Action("retry", self.tr("Retry"))
        has_begun = message.text.strip() or message.steps
        return (Action("continue", self.tr("Continue")), retry) if has_begun else (retry,)

    def _truncated(self, message: Message, run: Run | None) -> Ending:
        tokens = _limit(run)
        if tokens:
            title = self.tr("Cut at %1 tokens").replace("%1", QLocale().toString(tokens))
        else:
            title = self.tr("Cut at the token limit")
        raise_limit = Action("assistant_settings", self.tr("Raise the limit…"))
        return Ending(title, actions=(*self._go_on(message)[:1], raise_limit), is_card=False)

    def _filtered(self, message: Message) -> Ending:
        return Ending(
            self.tr("The service withheld the reply"),
            self.kept(message),
            (Action("edit_question", self.tr("Edit message")), Action("retry", self.tr("Retry"))),
            "warning",
            "warning",
        )

    def _stopped(self, message: Message) -> Ending:
        has_text = bool(message.text.strip())
        title = self.tr("Stopped") if has_text else self.tr("Stopped before the first word")
        return Ending(title, actions=self._go_on(message)[:1], icon="info", is_card=False)


def _limit(run: Run | None) -> int | None:
    if run is None:
        return None
    return run.settings.completion.max_tokens or (run.usage.completion_tokens if run.usage else None)


def _form(ending: Ending) -> tuple[object, ...]:
    """What another ending must have in common to be shown by the same widgets."""
    return ending.actions, ending.look, ending.icon, ending.is_card


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


class EndingView(QWidget):
    """Draws an ending.  Signals: ``action(str)``, the name of the button pressed; ``resized()``."""

    action = Signal(str)
    resized = Signal()

    def __init__(self, theme: Theme, ending: Ending, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ending = ending
        self.setObjectName("ending")
        self._icon = QLabel(self)
        self._title = self._label()
        self._kept = self._label()
        self._details = self._label()
        self._details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._buttons = [self._button(one, is_first=not index) for index, one in enumerate(ending.actions)]
        self._more = self._make_details_button()
        self._buttons.append(self._more)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._count_down)
        self.restyle()
        self._details.hide()
        self._show(ending)

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(self._ending.is_card)
        return label

    def _button(self, action: Action, *, is_first: bool) -> QPushButton:
        button = QPushButton(action.label, self)
        is_of_reply = action.name in ("retry", "continue")
        # A fix is not named as the window's own controls are: scripts find those by their names.
        button.setObjectName(f"{action.name}_reply" if is_of_reply else f"fix_{action.name}")
        button.setProperty("isSmall", True)
        button.setAutoDefault(True)  # Enter presses it
        if self._ending.is_card:
            button.setProperty("kind", "primary" if is_first else "quiet")
        else:
            button.setProperty("kind", "link")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self.action.emit(action.name))
        return button

    def _make_details_button(self) -> QPushButton:
        button = QPushButton(self.tr("Details"), self)
        button.setObjectName("details")
        button.setProperty("isSmall", True)
        button.setProperty("kind", "quiet")
        button.setAutoDefault(True)
        button.clicked.connect(self._toggle_details)
        return button

    def restyle(self) -> None:
        """Take the theme's fonts and colours of now."""
        theme, is_card = self._theme, self._ending.is_card
        role = LOOKS[self._ending.look][2] if is_card else "icon"
        side = theme.px("icon" if is_card else "iconSmall")
        self._icon.setPixmap(theme.pixmap(self._ending.icon, role, side, self.devicePixelRatioF()))
        self._icon.resize(side, side)
        self._title.setFont(theme.font("uiStrong" if is_card else "small", tabular=True))
        self._kept.setFont(theme.font("small", tabular=True))
        self._details.setFont(theme.font("codeSmall"))
        for label in (self._kept, self._details) if is_card else (self._title,):
            palette = label.palette()
            palette.setColor(label.foregroundRole(), theme.color("textSecondary"))
            label.setPalette(palette)
        self.update()

    def take(self, ending: Ending) -> bool:
        """Show another ending of the same form, the keyboard staying where it is; False when it has another form."""
        if _form(ending) != _form(self._ending):
            return False
        self._ending = ending
        self._show(ending)
        return True

    def _show(self, ending: Ending) -> None:
        self.setAccessibleName(_sentences(ending.title, ending.kept))
        self._details.setText(ending.details)
        self._details.setVisible(bool(ending.details) and not self._details.isHidden())
        self._more.setVisible(bool(ending.details))
        self._say(Words(ending.title, ending.kept))
        self._count_down()

    def _say(self, words: Words) -> None:
        self._title.setText(words.title)
        self._kept.setText(words.kept)
        self._kept.setVisible(bool(words.kept))

    def buttons(self) -> list[QPushButton]:
        """Its buttons in the order of Tab."""
        return [button for button in self._buttons if not button.isHidden()]

    def arrange(self, width: int) -> int:
        """Place the parts in ``width``; the height they need."""
        return self._arrange_card(width) if self._ending.is_card else self._arrange_line()

    def _arrange_line(self) -> int:
        theme = self._theme
        height = theme.px("actionRow")
        left = self._icon.width() + theme.px("spacing.2")
        self._icon.move(0, (height - self._icon.height()) // 2)
        for part in (self._title, *self.buttons()):
            size = part.sizeHint()
            part.setGeometry(left, (height - size.height()) // 2, size.width(), size.height())
            left += size.width() + theme.px("spacing.3")
        return height

    def _arrange_card(self, width: int) -> int:
        """Words beside the buttons, or above them where the title would not stay on one line."""
        theme = self._theme
        edge, gap = theme.px("spacing.3"), theme.px("spacing.2")
        left = edge + self._icon.width() + edge
        buttons = sum(button.sizeHint().width() + gap for button in self.buttons())
        room = width - left - edge
        title = self._title.fontMetrics().horizontalAdvance(self._title.text())
        is_beside = room - buttons >= max(theme.px("sidebarMin"), title)
        words = self._arrange_words(left, edge, room - buttons if is_beside else room)
        small = theme.px("controlSmall")
        if is_beside:
            inner = max(words, small)
            button_top = edge + (inner - small) // 2
        else:
            inner = words + gap + small
            button_top = edge + words + gap
        self._icon.move(edge, edge)
        right = width - edge
        for button in self.buttons():
            size = button.sizeHint()
            button.setGeometry(right - size.width(), button_top, size.width(), small)
            right -= size.width() + gap
        return edge + inner + edge + self._arrange_details(left, edge + inner + gap, room)

    def _arrange_words(self, left: int, top: int, width: int) -> int:
        height = 0
        for label, scale in ((self._title, "uiStrong"), (self._kept, "small")):
            if not label.isHidden():
                needed = self._needed(label, scale, width)
                label.setGeometry(left, top + height, width, needed)
                height += needed
        return height

    def _needed(self, label: QLabel, scale: str, width: int) -> int:
        return max(self._theme.line_height(scale), label.heightForWidth(width))

    def _arrange_details(self, left: int, top: int, width: int) -> int:
        if self._details.isHidden():
            return 0
        height = self._details.heightForWidth(width)
        self._details.setGeometry(left, top, width, height)
        return height + self._theme.px("spacing.2")

    def _toggle_details(self) -> None:
        self._details.setVisible(self._details.isHidden())
        self.resized.emit()

    # -- words that change with time

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count_down()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    def _count_down(self) -> None:
        if self._ending.at is None:
            return
        words = self._ending.at(datetime.now(UTC))
        self._say(words)
        if self.isVisible() and self._kept.height() != self._needed(self._kept, "small", self._kept.width()):
            self.resized.emit()  # the words take another number of lines now
        if words.is_last:
            self._tick.stop()
        elif self.isVisible() and not self._tick.isActive():
            self._tick.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._ending.is_card:
            return
        fill, line, _ = LOOKS[self._ending.look]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self._theme.px("radius.medium")
        draw_box(painter, self.rect(), radius, self._theme.color(line), self._theme.color(fill))
