"""The two forms of a connection: a server with an address and a key, and the model on this device.

The address is checked while it is typed, by the same rule that the adapters use; a key over plain http to another
machine needs the user's word.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePath
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.connections import Auth, Connection, is_loopback, normalise_base_url
from desktop_app.domain.secret import Kept, Secret
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow
from desktop_app.widgets.dialogs.frame import Callout, button
from desktop_app.widgets.dialogs.key_field import KeyField
from desktop_app.widgets.theme import Theme


@dataclass(frozen=True, slots=True)
class Preset:
    """A server that many people have; an empty ``name`` is any other."""

    name: str
    base_url: str
    auth: Auth


PRESETS = (
    Preset("Ollama", "http://localhost:11434/v1", Auth.NONE),
    Preset("LM Studio", "http://localhost:1234/v1", Auth.NONE),
    Preset("llama.cpp", "http://localhost:8080/v1", Auth.NONE),
    Preset("vLLM", "http://localhost:8000/v1", Auth.NONE),
    Preset("OpenAI", "https://api.openai.com/v1", Auth.API_KEY),
    Preset("", "", Auth.API_KEY),
)


class ConnectionForm(QWidget):
    """What both forms can do.  Signals: ``changed`` after every edit of the user."""

    changed = Signal()

    def show_connection(self, connection: Connection, kept: Kept | None) -> None:
        """Fill the fields; ``kept`` says where its key is stored."""
        raise NotImplementedError

    def write(self, connection: Connection) -> Connection:
        """``connection`` with what the fields say."""
        raise NotImplementedError

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        raise NotImplementedError


class ServerForm(ConnectionForm):
    """Address, and how to sign in."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._url = QLineEdit()
        self._url.setObjectName("connection_base_url")
        self._url.setPlaceholderText("http://localhost:11434/v1")
        self._url_row = FieldRow(theme, self.tr("Add&ress"), self._url)
        self._auth = ChoiceBox(
            "connection_auth", [(self.tr("API key"), Auth.API_KEY), (self.tr("None"), Auth.NONE)]
        )
        self._auth.keep_narrow(theme.px("header") * 3)
        self._key = KeyField(theme)
        self._key_row = FieldRow(theme, self.tr("API ke&y"), self._key.edit, body=self._key)
        self._insecure = Callout(theme, "warning")
        self._allows_http = QCheckBox(self.tr("Send the key &unencrypted"))
        self._allows_http.setObjectName("connection_allow_http")
        self._allows_http.setAccessibleName(self.tr("Send the key unencrypted"))
        self._insecure.words.addWidget(self._allows_http, 0, Qt.AlignmentFlag.AlignLeft)
        self._lay_out(theme)
        self._keyring = Kept.KEYRING
        self._is_loading = False
        for signal in (
            self._url.textChanged,
            self._auth.currentIndexChanged,
            self._key.changed,
            self._allows_http.toggled,
        ):
            signal.connect(self._value_changed)

    def show_connection(self, connection: Connection, kept: Kept | None) -> None:
        """Fill the fields; ``kept`` says where its key is stored."""
        self._is_loading = True
        self._url.setText(connection.base_url)
        self._auth.select(connection.auth)
        self._key.show_stored(kept)
        self._allows_http.setChecked(bool(connection.id) and self._is_key_exposed)
        self._is_loading = False
        self._check()

    def set_keyring(self, kept: Kept) -> None:
        """Where a key that is typed now would be kept."""
        self._keyring = kept
        self._check()

    def write(self, connection: Connection) -> Connection:
        """``connection`` with what the fields say, the address in its normal form."""
        url = self._url.text().strip()
        with suppress(ValueError):
            url = normalise_base_url(url)
        return replace(connection, base_url=url, auth=Auth.API_KEY if self._has_auth else Auth.NONE)

    @property
    def secret(self) -> Secret | None:
        """The typed key, or None to keep the old one."""
        return self._key.secret if self._has_auth else None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, wrong or unconfirmed."""
        has_key = (
            not self._has_auth
            or self._key.is_stored
            or (self._key.secret is not None and not self._key.is_odd)
        )
        is_allowed = not self._is_key_exposed or self._allows_http.isChecked()
        return self._has_address and has_key and is_allowed

    def forget_key(self) -> None:
        """Clear a typed key."""
        self._key.clear()

    def replace_key(self) -> None:
        """Put the cursor where a new key is typed."""
        self._key.replace()

    def focus_first(self) -> None:
        """Put the cursor into the first field that is still empty."""
        field = self._url if not self._url.text() or not self._has_auth else self._key.edit
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def _has_auth(self) -> bool:
        return self._auth.value is Auth.API_KEY

    @property
    def _has_address(self) -> bool:
        try:
            normalise_base_url(self._url.text())
        except ValueError:
            return False
        return True

    @property
    def _is_key_exposed(self) -> bool:
        if not (self._has_auth and self._has_address):
            return False
        parts = urlsplit(normalise_base_url(self._url.text()))
        return parts.scheme == "http" and not is_loopback(parts.hostname or "")

    def _lay_out(self, theme: Theme) -> None:
        sign_in = QHBoxLayout()
        sign_in.setSpacing(theme.px("spacing.3"))
        sign_in.addWidget(FieldRow(theme, self.tr("Si&gn-in"), self._auth))
        sign_in.addWidget(self._key_row, 1)
        sign_in.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.3"))
        column.addWidget(self._url_row)
        column.addLayout(sign_in)
        column.addWidget(self._insecure)

    def _value_changed(self) -> None:
        if not self._is_loading:
            self._check()
            self.changed.emit()

    def _check(self) -> None:
        self._check_address()
        self._key_row.setVisible(self._has_auth)
        self._key_row.set_hint(self._key_hint())
        self._key_row.set_problem(
            self.tr("A key has Latin letters, digits and signs only.") if self._key.is_odd else ""
        )
        is_exposed = self._is_key_exposed
        self._insecure.show_text(
            self.tr("This address is not encrypted: anybody on the way can read the key.")
            if is_exposed
            else ""
        )

    def _check_address(self) -> None:
        typed = self._url.text().strip()
        self._url_row.set_hint("")
        if not typed:
            self._url_row.set_problem("")
            self._url_row.set_hint(self.tr("Any server that speaks Chat Completions."))
        elif self._has_address:
            self._url_row.set_problem("")
            url = normalise_base_url(typed)
            self._url_row.set_hint("" if url == typed else self.tr("Used as {url}").format(url=url))
        elif "@" in typed:
            self._url_row.set_problem(self.tr("A key or a password does not belong in the address."))
        else:
            self._url_row.set_problem(self.tr("Not an address that starts with http:// or https://."))

    def _key_hint(self) -> str:
        if self._key.is_stored:
            return self.tr("Nitka never shows it again.")
        if self._keyring is Kept.KEYRING:
            return self.tr("Goes to the system keyring, never into a file.")
        return self.tr("Kept in memory until Nitka closes.")


class DeviceForm(ConnectionForm):
    """The model that runs on this computer: what it is, and which file it is read from."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._path = ""
        self._honest = Callout(theme, "plain")
        self._file = QLineEdit()
        self._file.setObjectName("connection_model_path")
        self._file.setReadOnly(True)
        self._file_row = FieldRow(theme, self.tr("Model file"), self._file)
        self._choose = button(self.tr("Use another &GGUF file…"), "connection_model_file")
        self._reset = button(self.tr("Use the &built-in model"), "connection_model_builtin")
        self._lay_out(theme)
        self._choose.clicked.connect(self._choose_file)
        self._reset.clicked.connect(lambda: self._use_file(""))

    def show_connection(self, connection: Connection, kept: Kept | None) -> None:
        """Fill the fields."""
        self._path = connection.model_path
        self._check()

    def write(self, connection: Connection) -> Connection:
        """``connection`` with what the fields say."""
        return replace(connection, model_path=self._path)

    @property
    def is_complete(self) -> bool:
        """Always: without a file the built-in model is used."""
        return True

    def _lay_out(self, theme: Theme) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px("spacing.2"))
        buttons.addWidget(self._choose)
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.3"))
        column.addWidget(self._file_row)
        column.addLayout(buttons)
        column.addSpacing(theme.px("spacing.4"))
        column.addWidget(self._honest)

    def _choose_file(self) -> None:
        folder = str(PurePath(self._path).parent) if self._path else ""
        dialog = QFileDialog(self, self.tr("Choose a model file"), folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("GGUF models (*.gguf)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self._use_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _use_file(self, path: str) -> None:
        self._path = path
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        self._file.setText(self._path or self.tr("The model that comes with Nitka: SmolLM2 135M"))
        self._file.setToolTip(plain_tip(self._path))
        self._reset.setEnabled(bool(self._path))
        if self._path:
            self._honest.show_text(
                self.tr("Runs on this computer: private and offline."),
                self.tr("How well it answers and how much memory it takes depends on the file."),
            )
        else:
            self._honest.show_text(
                self.tr("Small on-device model: private and offline, English only, often wrong."),
                self.tr(
                    "Good for a first try without an account. For real work, add a connection or another file."
                ),
            )
