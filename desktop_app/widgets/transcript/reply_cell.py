"""A reply as it is laid out on the page, with what its run does above and how it ended below."""

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from desktop_app.domain.threads import Status
from desktop_app.markdown.document import Change
from desktop_app.widgets.disposal import dispose, return_focus
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.block import Environment, Target
from desktop_app.widgets.transcript.blocks.flow import Flow
from desktop_app.widgets.transcript.cell import Cell
from desktop_app.widgets.transcript.endings import EndingView
from desktop_app.widgets.transcript.entry import Entry
from desktop_app.widgets.transcript.reply_parts import CellHost, ReplyParts, ReplyTexts
from desktop_app.widgets.transcript.status_line import StatusLine


class ReplyCell(Cell):
    """An assistant's words on the page, between its calls, and its sources and what waits for the reader.

    The room above, for the status, and below, for the actions, is always kept: nothing moves when they come or go.
    """

    def __init__(
        self,
        entry: Entry,
        width: int,
        environment: Environment,
        theme: Theme,
        texts: ReplyTexts,
        host: CellHost,
    ) -> None:
        super().__init__(entry, width, environment, theme)
        self._texts = texts
        self._host = host
        self._status: StatusLine | None = None
        self._ending: EndingView | None = None
        self._row_top = 0
        self._parts_bottom = 0
        self._parts = ReplyParts(theme, entry, texts, host)
        self.flow = Flow(environment, width, is_growing=entry.is_growing)
        self.flow.show(entry.items)
        if entry.states:
            self.flow.restore(entry.states)
        self._make_ending()
        self._parts.renew()
        self._measure()

    def grow(self, change: Change) -> int | None:
        """Take what changed in the entry's document; the y from which the cell looks otherwise."""
        y = self.flow.apply(self.entry.items, change)
        self.set_stage()
        self._measure()
        return None if y is None else self.text_top + y

    def finish(self, change: Change | None) -> int:
        """The text is complete; the y from which the cell looks otherwise."""
        before = self.text_bottom
        changed = self.flow.apply(self.entry.items, change) if change is not None else None
        if not self.entry.is_growing:
            self.flow.finish()
        if self._status is not None:
            self._status.finish()
        self._make_ending()
        top = self.text_top
        self._parts.renew()
        self._measure()
        if top != self.text_top:
            return 0
        tail = min(before, self.text_bottom)
        return tail if changed is None else min(tail, self.text_top + changed)

    def set_stage(self) -> None:
        """What its run does is something else."""
        if self._status is not None:
            self._status.set_stage(self.entry.stage)

    def set_steps(self) -> int:
        """The calls are others; the y from which the cell looks otherwise."""
        before, bottom = self.text_top, self.text_bottom
        self._parts.renew()
        self._measure()
        return bottom if before == self.text_top else 0

    @property
    def stage_words(self) -> str:
        """What is said above the text of what its run does."""
        return self._status.words if self._status is not None else ""

    @property
    def _has_words(self) -> bool:
        return bool(self.flow.blocks) or self.entry.message.status in (Status.WRITING, Status.COMPLETED)

    def renew_ending(self) -> int:
        """What is said below the text is something else; the y from which the cell looks otherwise."""
        y = self.text_bottom
        ending = self._texts.endings.of(self.entry.message, self.entry.run)
        if self._ending is None or ending is None or not self._ending.take(ending):
            self._make_ending()
        self._measure()
        return y

    def _make_ending(self) -> None:
        if self._ending is not None:
            return_focus(self._ending)
            dispose(self._ending)
            self._ending = None
        ending = self._texts.endings.of(self.entry.message, self.entry.run)
        if ending is not None:
            message_id = self.entry.message.id
            self._ending = EndingView(self._theme, ending, self._host.parts_parent)
            self._ending.action.connect(lambda name: self._host.ending_pressed(message_id, name))
            self._ending.resized.connect(lambda: self._host.ending_resized(message_id))

    def _measure(self) -> None:
        theme = self._theme
        above, below = self._parts.arrange(self.width)
        self.text_top = self.head + (above + theme.px("spacing.1") if above else 0)
        bottom = self.text_top
        if self._has_words:
            bottom += max(self.flow.height, theme.line_height("reading"))
        if below:
            bottom += (theme.px("gap.block") if self._has_words else 0) + below
        self._parts_bottom = bottom
        if self._ending is not None:
            bottom += theme.px("gap.block") if self._has_words or below else 0
            self._ending.resize(self.width, self._ending.arrange(self.width))
            bottom += self._ending.height()
        self._row_top = bottom + theme.px("spacing.1")
        self.height = self._row_top + theme.px("actionRow")

    def remeasure(self) -> None:
        """One of its widgets wants another height."""
        self._measure()

    def row_rect(self, row_width: int) -> QRect:
        left = -self._theme.px("radius.small")
        return QRect(left, self._row_top, row_width, self._theme.px("actionRow"))

    def _name_of(self, target: Target) -> str:
        if target.kind != "citation":
            return super()._name_of(target)
        return self._texts.sources.mark(self.entry.message.citations, int(target.value))

    def ring_rect(self) -> QRect:
        bleed = self._theme.px("spacing.2")
        top = self.head - bleed
        right = max(self.width, self.flow.right)  # a wide table leaves the column
        return QRect(-bleed, top, right + 2 * bleed, self.height - top)

    @property
    def head(self) -> int:
        """What is kept at its top for what its run does."""
        return 2 * self._theme.px("spacing.2") + self._theme.px("spacing.5")

    # -- widgets

    def arrange(self, parent: QWidget, x: int, y: int) -> None:
        theme = self._theme
        if self.entry.is_growing:
            if self._status is None:
                self._status = self._make_status(parent)
            # High enough for a button, and in the middle of the room that is kept for its words.
            height, middle = theme.px("controlSmall"), y + theme.px("spacing.3") + theme.px("spacing.5") // 2
            self._status.setGeometry(x, middle - height // 2, self.width, height)
        self._parts.place(x, y + self.head, y + self._parts_bottom)
        if self._ending is not None:
            self._ending.move(x, y + self._row_top - theme.px("spacing.1") - self._ending.height())
            self._ending.show()

    def _make_status(self, parent: QWidget) -> StatusLine:
        status = StatusLine(self._theme, parent, self.entry.began_at)
        message_id = self.entry.message.id
        status.retry_requested.connect(lambda: self._host.ending_pressed(message_id, "retry_now"))
        status.set_stage(self.entry.stage)
        return status

    def controls(self) -> list[QWidget]:
        beside = self._ending or self._status
        return [
            *self._parts.controls_above(),
            *self._parts.controls_below(),
            *(beside.buttons() if beside else ()),
        ]

    @property
    def parts(self) -> ReplyParts:
        """What stands above and below its words, besides its ending."""
        return self._parts

    def hide_parts(self) -> None:
        self._parts.hide()
        if self._ending is not None:
            return_focus(self._ending)
            self._ending.hide()
        if self._status is not None:
            self._status.move(0, -self._status.height())

    def dispose(self) -> None:
        self._parts.dispose()
        for part in (self._status, self._ending):
            if part is not None:
                return_focus(part)
                dispose(part)
        self._status = self._ending = None
