"""Where a key or a password is typed, and where it is only said that one is stored.

A stored one never comes here.  A typed one leaves as a ``Secret`` and is cleared with the field's undo history; it is
masked unless the user peeks, and never offered to input methods for learning.
"""

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QWidget

from desktop_app.domain.secret import Kept, Secret
from desktop_app.widgets.dialogs.frame import ElidedLabel, IconLabel, Panel, button
from desktop_app.widgets.theme import Theme

HIDDEN_INPUT = (
    Qt.InputMethodHint.ImhSensitiveData
    | Qt.InputMethodHint.ImhNoPredictiveText
    | Qt.InputMethodHint.ImhNoAutoUppercase
    | Qt.InputMethodHint.ImhHiddenText
)


class Words(NamedTuple):
    """What the field and its buttons say; with the keys of their mnemonics."""

    placeholder: str
    peek: str
    replace: str
    keep: str


class KeyField(QStackedWidget):
    """A field for a key, or the words that one is stored with a button to replace it.

    ``name`` begins the names of all that is in it.  Signals: ``changed`` when something was typed, or replacing began
    or was given up.
    """

    changed = Signal()

    def __init__(self, theme: Theme, name: str, words: Words) -> None:
        super().__init__()
        self._theme = theme
        self._kept: Kept | None = None
        self.edit = QLineEdit()
        self.edit.setObjectName(name)
        self.edit.setInputMethodHints(HIDDEN_INPUT)
        self.edit.setStyleSheet(
            "lineedit-password-character: 8226"
        )  # a bullet; the style's own is a large disc
        self.edit.setPlaceholderText(words.placeholder)
        self.edit.addAction(theme.icon("key", size=16), QLineEdit.ActionPosition.LeadingPosition)
        self._peek = QAction(theme.icon("eye", size=16), words.peek, self, checkable=True)
        self._peek.setObjectName(f"{name}_peek")
        self.edit.addAction(self._peek, QLineEdit.ActionPosition.TrailingPosition)
        self._replace = button(words.replace, f"{name}_replace")
        self._keep = button(words.keep, f"{name}_keep", kind="quiet")
        self.addWidget(_row(theme, self.edit, self._keep))
        self.addWidget(self._stored_row(name))
        self.setFixedHeight(theme.px("control"))
        self._show_masked(False)
        self._peek.toggled.connect(self._show_masked)
        self._replace.clicked.connect(self.replace)
        self._keep.clicked.connect(self._stop_replacing)
        self.edit.textChanged.connect(self.changed)
        self.show_stored(None)

    @property
    def is_stored(self) -> bool:
        """Whether the stored key is the one that counts."""
        return self.currentIndex() == 1

    @property
    def typed(self) -> str:
        """What was typed, as it stands; empty while the stored one counts."""
        return "" if self.is_stored else self.edit.text()

    def put(self, secret: Secret) -> None:
        """Fill the field with what the user has somewhere else, as if it were typed."""
        self.setCurrentIndex(0)
        self.edit.setText(secret.reveal())

    def show_stored(self, kept: Kept | None) -> None:
        """Forget what was typed; say where a key is stored, or offer to type one (None)."""
        self.clear()
        self._kept = kept
        self._words.setText(
            self.tr("Stored until Nitka closes")
            if kept is Kept.SESSION
            else self.tr("Stored in the system keyring")
        )
        self._keep.setVisible(kept is not None)
        self.setCurrentIndex(1 if kept else 0)

    def replace(self) -> None:
        """Let a new key be typed; the stored one counts until something is."""
        self.setCurrentIndex(0)
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.changed.emit()

    def clear(self) -> None:
        """Forget what was typed, and mask the field again."""
        self._peek.setChecked(False)
        self.edit.setText("")  # unlike clear(), this leaves nothing to undo

    def hideEvent(self, event: QHideEvent) -> None:
        self._peek.setChecked(False)
        super().hideEvent(event)

    def _stored_row(self, name: str) -> QWidget:
        panel = Panel(self._theme)
        self._words = ElidedLabel()
        self._words.setObjectName(f"{name}_stored")
        inner = QHBoxLayout(panel)
        inner.setContentsMargins(self._theme.px("spacing.2"), 0, self._theme.px("spacing.2"), 0)
        inner.setSpacing(self._theme.px("spacing.2"))
        icon = IconLabel(self._theme, "key")
        icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner.addWidget(icon)
        inner.addWidget(self._words, 1)
        return _row(self._theme, panel, self._replace)

    def _show_masked(self, is_peeking: bool) -> None:
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if is_peeking else QLineEdit.EchoMode.Password)

    def _stop_replacing(self) -> None:
        self.show_stored(self._kept)
        self._replace.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.changed.emit()


def _row(theme: Theme, field: QWidget, beside: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px("spacing.2"))
    layout.addWidget(field, 1)
    layout.addWidget(beside)
    return row
