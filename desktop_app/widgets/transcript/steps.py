"""The calls of a reply: one quiet line above its text that opens into a line for each call."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain.tools import CallStatus, ToolStep
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.disposal import dispose
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_parts import height_of
from desktop_app.widgets.transcript.call_words import FAULTS
from desktop_app.widgets.transcript.step_part import StepPart, opening, step_name

STEPS = "steps"
NAMES_SHOWN = 4
FEW = 5
NOT_BEGUN = frozenset({CallStatus.ASKED, CallStatus.WANTED, CallStatus.DENIED, CallStatus.STOPPED})
"""Where a call is now nothing was begun for it, unless its time of beginning says so."""


class StepsView(QWidget):
    """Shows ``steps``; ``opened`` keeps what the reader has unfolded, ``is_growing`` whether the reply goes on.

    Where there are few calls they are opened with the line.  ``resized()``: it wants another height.
    """

    resized = Signal()

    def __init__(
        self, theme: Theme, steps: Sequence[ToolStep], opened: set[str], parent: QWidget, *, is_growing: bool
    ) -> None:
        super().__init__(parent)
        self.setObjectName("steps")
        self._theme, self._opened = theme, opened
        self._steps, self._is_growing = tuple(steps), is_growing
        self._body: QWidget | None = None
        self._parts: list[StepPart] = []
        self._head: QPushButton = button("", "steps_toggle", kind="fold", parent=self)
        self._head.setIconSize(QSize(theme.px("iconSmall"), theme.px("iconSmall")))
        self._head.clicked.connect(self._toggle)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px("spacing.1"))
        self._column.addWidget(self._head, 0, Qt.AlignmentFlag.AlignLeft)
        self._show()

    def show_steps(self, steps: Sequence[ToolStep], *, is_growing: bool) -> None:
        """Show these calls; those that are as they were keep what was done to them."""
        is_other = is_growing != self._is_growing
        self._steps, self._is_growing = tuple(steps), is_growing
        if self._body is not None:
            self._renew_parts(is_all=is_other)
        self._show()

    def _toggle(self) -> None:
        self._opened ^= {STEPS}
        if STEPS in self._opened and len(self._steps) <= FEW:
            self._opened |= {opening(step) for step in self._steps}
        self._show()
        self.resized.emit()

    def _show(self) -> None:
        is_open = STEPS in self._opened
        self._head.setAccessibleName(self._line())
        self._head.setAccessibleDescription(self.tr("Shown") if is_open else self.tr("Folded"))
        self._head.setIcon(self._theme.icon("chevron-down" if is_open else "chevron-right", "icon", 16))
        if is_open and self._body is None:
            self._body = self._make_body()
            self._column.addWidget(self._body)
        if self._body is not None:
            self._body.setVisible(is_open)
        for part in self._parts if is_open else ():
            part.follow_opened()

    def _line(self) -> str:
        """What was used, and whether something went wrong."""
        names = list(dict.fromkeys(step_name(step) for step in self._steps))
        shown = ", ".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
        parts = [self._verb().replace("%1", shown)]
        faults = sum(step.status in FAULTS for step in self._steps)
        denied = sum(step.status is CallStatus.DENIED for step in self._steps)
        stopped = sum(step.status is CallStatus.STOPPED for step in self._steps)
        if faults:
            parts.append(self.tr("%n failed", "", faults))
        if denied:
            parts.append(self.tr("%n denied", "", denied))
        if stopped:
            parts.append(self.tr("%n stopped", "", stopped))
        return " · ".join(parts)

    def _verb(self) -> str:
        """What the model called was used only where something was begun for it."""
        if self._is_growing and any(step.status is CallStatus.RUNNING for step in self._steps):
            return self.tr("Calling %1")
        is_used = any(step.status not in NOT_BEGUN or step.began_at for step in self._steps)
        return self.tr("Used %1") if is_used else self.tr("Called %1")

    def _make_body(self) -> QWidget:
        theme, body = self._theme, QWidget(self)
        body.setObjectName("steps_body")
        self._lines = QVBoxLayout(body)
        inset = theme.px("iconSmall") + theme.px("spacing.1")
        self._lines.setContentsMargins(inset, 0, 0, theme.px("spacing.2"))
        self._lines.setSpacing(theme.px("spacing.1"))
        self._renew_parts(is_all=True)
        return body

    def _renew_parts(self, *, is_all: bool) -> None:
        """Make the parts of calls that are others than before, of all with ``is_all``."""
        known = {} if is_all else {part.step: part for part in self._parts}
        old = self._parts
        self._parts = [known.get(step) or self._make_part(step) for step in self._steps]
        gone = [part for part in old if part not in self._parts]
        focused = QApplication.focusWidget()
        left = next((part for part in gone if focused is not None and part.isAncestorOf(focused)), None)
        for place, part in enumerate(self._parts):
            self._lines.insertWidget(place, part)
            part.show()  # now, since only what is seen can take the keyboard
        if left is not None:
            self._heir(left).setFocus(Qt.FocusReason.OtherFocusReason)
        for part in gone:
            dispose(part)

    def _heir(self, left: StepPart) -> QWidget:
        """What takes the keyboard from a part that goes."""
        heirs = (part.head for part in self._parts if part.step.call.key == left.step.call.key)
        return next(heirs, self._head)

    def _make_part(self, step: ToolStep) -> StepPart:
        part = StepPart(self._theme, step, self._opened, is_growing=self._is_growing)
        part.resized.connect(self.resized)
        return part

    def controls(self) -> list[QWidget]:
        """What takes the keyboard, in the order of Tab."""
        return [
            self._head,
            *(one for part in self._parts for one in part.controls() if one.isVisibleTo(self)),
        ]

    def arrange(self, width: int) -> int:
        """The height it needs at ``width``."""
        room = width - self._head.iconSize().width() - self._theme.px("spacing.2")
        line = self._head.fontMetrics().elidedText(self._line(), Qt.TextElideMode.ElideRight, room)
        self._head.setText(line.replace("&", "&&"))
        return height_of(self, width)
