"""The page of the assistant's settings with its lifetime."""

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtWidgets import QCheckBox

from desktop_app.domain.assistants import Assistant, AssistantSettings, Expiration, ExpirationPolicy
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow, NumberBox
from desktop_app.widgets.dialogs.frame import Callout, button
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.theme import Theme

DEFAULT_TTL_DAYS = 30


class LifetimePage(SettingsPage):
    """Whether the assistant expires, and when.

    Signals: ``extend_requested``: the lifetime as it was saved shall begin anew.
    """

    extend_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._created_at = self._last_active_at = datetime.now(UTC)
        self._saved: Expiration | None = None
        self._is_on = QCheckBox(self.tr("This assistant &expires"))
        self._is_on.setObjectName("assistant_lifetime")
        self._is_on.setAccessibleName(self.tr("This assistant expires"))
        self._days = NumberBox(theme, "assistant_ttl_days")
        self._policy = ChoiceBox(
            "assistant_expiration_policy",
            [
                (self.tr("After it was last used"), ExpirationPolicy.SINCE_LAST_ACTIVE),
                (self.tr("After it was made"), ExpirationPolicy.STATIC),
            ],
        )
        self._policy.keep_narrow(theme.px("sidebar"))
        self._expires = Callout(theme)
        self._expires.setObjectName("assistant_expires")
        self._extend = button(self.tr("Exten&d"), "assistant_extend")
        self._extend.setAccessibleDescription(self.tr("Let the lifetime begin anew today"))
        self._extend.setToolTip(self.tr("Let the lifetime begin anew today"))
        self.column.addWidget(self._is_on, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addSpacing(theme.px("spacing.3"))
        self._days_row = self.add("ttl_days", FieldRow(theme, self.tr("Da&ys"), self._days))
        self._policy_row = self.add("policy", FieldRow(theme, self.tr("&Counted"), self._policy))
        self.column.addWidget(self._expires)
        self.column.addWidget(self._extend, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)
        self._is_on.toggled.connect(self._value_changed)
        self._days.valueChanged.connect(self._value_changed)
        self._policy.currentIndexChanged.connect(self._value_changed)
        self._extend.clicked.connect(self.extend_requested)

    def show_assistant(self, assistant: Assistant | None) -> None:
        """Count from the times of ``assistant``; None is one that is made now."""
        now = datetime.now(UTC)
        self._created_at = assistant.created_at if assistant else now
        self._last_active_at = assistant.last_active_at if assistant else now
        self._saved = assistant.settings.expiration if assistant else None
        self._show_end()

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        shown = settings.expiration or Expiration(DEFAULT_TTL_DAYS)
        self._days.setValue(shown.ttl_days)
        self._policy.select(shown.policy)
        self._is_on.setChecked(settings.expiration is not None)
        self._value_changed()

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        return replace(settings, expiration=self._expiration())

    def _expiration(self) -> Expiration | None:
        if not self._is_on.isChecked():
            return None
        return Expiration(self._days.value(), ExpirationPolicy(str(self._policy.value)))

    def _value_changed(self) -> None:
        expiration = self._expiration()
        for row in (self._days_row, self._policy_row):
            row.setEnabled(expiration is not None)
        self._show_end()
        self.changed.emit()

    def _show_end(self) -> None:
        expiration = self._expiration()
        self._extend.setVisible(expiration is not None and expiration == self._saved)
        if expiration is None:
            self._expires.show_text(self.tr("Kept until you delete it."), kind="plain")
            return
        try:
            ends_at = expiration.expires_at(self._created_at, self._last_active_at)
        except OverflowError:  # the field says what its limit is
            self._expires.show_text("")
            return
        local = ends_at.astimezone()
        day = QLocale().toString(QDate(local.year, local.month, local.day), QLocale.FormatType.LongFormat)
        if ends_at <= datetime.now(UTC):
            text = self.tr("That was over on {day}: the assistant would go to the trash at once.")
            self._expires.show_text(text.format(day=day), kind="warning")
        elif expiration.policy is ExpirationPolicy.STATIC:
            self._expires.show_text(self.tr("Expires on {day}.").format(day=day), kind="info")
        else:
            text = self.tr("Expires on {day} unless it is used before.")
            self._expires.show_text(text.format(day=day), kind="info")
