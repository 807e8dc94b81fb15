"""The lifetime of an assistant, or of a thread: in days, counted from when, and the day on which it ends."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox

from desktop_app.domain.assistants import Expiration, ExpirationPolicy
from desktop_app.qt.moments import long_day
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow, FormPage, NumberBox
from desktop_app.widgets.dialogs.frame import Callout, button
from desktop_app.widgets.theme import Theme

DEFAULT_TTL_DAYS = 30


class LifetimeFields(QObject):
    """Puts its fields at the end of ``page``, named after ``prefix``; tells changes through it.

    ``switch`` is the text of the box that limits the lifetime; ``over`` says, with "{day}", that it would be over.
    ``extend_requested``: the lifetime as it was saved shall begin anew.
    """

    extend_requested = Signal()

    def __init__(self, theme: Theme, page: FormPage, prefix: str, *, switch: str, over: str) -> None:
        super().__init__(page)
        self._over = over
        self._created_at = self._last_active_at = datetime.now(UTC)
        self._saved: Expiration | None = None
        self._shown = Expiration(DEFAULT_TTL_DAYS)
        self._is_on = QCheckBox(switch)
        self._is_on.setObjectName(f"{prefix}_lifetime")
        self._is_on.setAccessibleName(switch.replace("&", ""))
        self._days = NumberBox(theme, f"{prefix}_ttl_days")
        self._policy = ChoiceBox(
            f"{prefix}_expiration_policy",
            [
                (self.tr("After it was last used"), ExpirationPolicy.SINCE_LAST_ACTIVE),
                (self.tr("After it was made"), ExpirationPolicy.STATIC),
            ],
        )
        self._policy.keep_narrow(theme.px("sidebar"))
        self._expires = Callout(theme)
        self._expires.setObjectName(f"{prefix}_expires")
        self._extend = button(self.tr("Extend"), f"{prefix}_extend")
        self._extend.setAccessibleDescription(self.tr("Let the lifetime begin anew today"))
        self._extend.setToolTip(self.tr("Let the lifetime begin anew today"))
        self._changed = page.changed
        self._lay_out(theme, page)
        self._is_on.toggled.connect(self._value_changed)
        self._days.valueChanged.connect(self._value_changed)
        self._policy.currentIndexChanged.connect(self._value_changed)
        self._extend.clicked.connect(self.extend_requested)

    def show_times(self, created_at: datetime, last_active_at: datetime, saved: Expiration | None) -> None:
        """Count from these times (aware); ``saved`` is the lifetime that can be extended."""
        self._created_at, self._last_active_at, self._saved = created_at, last_active_at, saved
        self._show_end()

    def show_lifetime(self, expiration: Expiration | None) -> None:
        """Fill the fields."""
        shown = self._shown = expiration or Expiration(DEFAULT_TTL_DAYS)
        self._days.setValue(shown.ttl_days)
        self._policy.select(shown.policy)
        self._is_on.setChecked(expiration is not None)
        self._value_changed()

    def lifetime(self) -> Expiration | None:
        """What the fields say."""
        if not self._is_on.isChecked():
            return None
        chosen = Expiration(self._days.value(), ExpirationPolicy(str(self._policy.value)))
        return self._shown if chosen == self._shown else chosen

    def _lay_out(self, theme: Theme, page: FormPage) -> None:
        column = page.column
        column.addWidget(self._is_on, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(theme.px("spacing.3"))
        self._rows = (
            page.add("ttl_days", FieldRow(theme, self.tr("Da&ys"), self._days)),
            page.add("policy", FieldRow(theme, self.tr("&Counted"), self._policy)),
        )
        column.addWidget(self._expires)
        column.addWidget(self._extend, 0, Qt.AlignmentFlag.AlignLeft)

    def _value_changed(self) -> None:
        for row in self._rows:
            row.setEnabled(self._is_on.isChecked())
        self._show_end()
        self._changed.emit()

    def _show_end(self) -> None:
        expiration = self.lifetime()
        can_extend = expiration is not None and expiration == self._saved and not expiration.ends_there
        self._extend.setVisible(can_extend)
        if expiration is None:
            self._expires.show_text(self.tr("Kept until you delete it."), kind="plain")
            return
        try:
            ends_at = expiration.expires_at(self._created_at, self._last_active_at)
        except OverflowError:  # the field says what its limit is
            self._expires.show_text("")
            return
        if ends_at is None:
            text = self.tr("The service ends its copy by this lifetime; yours is kept.")
            self._expires.show_text(text, kind="info")
            return
        day = long_day(ends_at)
        if ends_at <= datetime.now(UTC):
            self._expires.show_text(self._over.format(day=day), kind="warning")
        elif expiration.policy is ExpirationPolicy.STATIC:
            self._expires.show_text(self.tr("Expires on {day}.").format(day=day), kind="info")
        else:
            text = self.tr("Expires on {day} unless it is used before.")
            self._expires.show_text(text.format(day=day), kind="info")
