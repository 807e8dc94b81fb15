"""The editor of one connection: its name above the form of its kind, and whether anything was changed."""

from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.secret import Kept, Secret
from desktop_app.widgets.dialogs.connection_device import DeviceForm
from desktop_app.widgets.dialogs.connection_forms import ServerForm
from desktop_app.widgets.dialogs.fields import FieldRow
from desktop_app.widgets.theme import Theme

NAME_LIMIT = 100


class ConnectionEditor(QWidget):
    """Shows a connection and tells what became of it.

    ``advanced`` is a part of it that stands elsewhere on the page.  Signals: ``changed`` after every edit of the user.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: Connection | None = None
        self._is_loading = False
        self._name = QLineEdit()
        self._name.setObjectName("connection_name")
        self._name_row = FieldRow(theme, self.tr("&Name"), self._name)
        self._server, self._device = ServerForm(theme), DeviceForm(theme)
        self.advanced = self._server.advanced
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        for part in (self._name_row, self._server, self._device):
            column.addWidget(part)
        self._name.textChanged.connect(self._edited)
        self._server.changed.connect(self._edited)
        self._device.changed.connect(self._edited)

    def show_connection(self, connection: Connection, kept: Kept | None, proxy_kept: Kept | None) -> None:
        """Fill the fields, and forget what was typed before; ``kept`` says where the stored secrets are."""
        self._is_loading = True
        self._shown = connection
        self._server.setVisible(not self.is_device)
        self._device.setVisible(self.is_device)
        self._name.setText(connection.name)
        self._server.forget_secrets()
        if self.is_device:
            self.advanced.hide()
            self._device.show_connection(connection)
        else:
            self._server.show_connection(connection, kept, proxy_kept)
        self._is_loading = False
        self._check_name()

    def clear(self) -> None:
        """Show nothing."""
        self._shown = None
        self.advanced.hide()
        self._server.forget_secrets()

    def connection(self) -> Connection:
        """What the fields say.  Only while a connection is shown."""
        assert self._shown is not None
        written = self._written(self._shown)
        return replace(written, name=self._name.text().strip() or _usual_name(written))

    @property
    def secret(self) -> Secret | None:
        """A key that was typed, or None to keep the old one."""
        return None if self.is_device else self._server.secret

    @property
    def proxy_password(self) -> Secret | None:
        """A proxy's password that was typed, or None to keep the old one."""
        return None if self.is_device else self._server.proxy_password

    @property
    def is_device(self) -> bool:
        """Whether a model on this device is shown."""
        return self._shown is not None and self._shown.kind is ConnectionKind.ON_DEVICE

    @property
    def is_changed(self) -> bool:
        """Whether something differs from what was shown first."""
        if self._shown is None:
            return False
        has_secret = self.secret is not None or self.proxy_password is not None
        return has_secret or self.connection() != self._shown

    @property
    def is_complete(self) -> bool:
        """Whether it can be saved and tested."""
        if self._shown is None or not 0 < len(self.connection().name) <= NAME_LIMIT:
            return False
        return self._device.is_complete if self.is_device else self._server.is_complete

    def set_keyring(self, kept: Kept) -> None:
        """Where a key that is typed now would be kept."""
        self._server.set_keyring(kept)

    def forget_secrets(self) -> None:
        """Clear a typed key and a typed password."""
        self._server.forget_secrets()

    def put_key(self, secret: Secret) -> None:
        """Fill in a key that the user has somewhere else."""
        self._server.put_key(secret)

    def replace_key(self) -> None:
        """Put the cursor where a new key is typed."""
        self._server.replace_key()

    def focus_first(self) -> None:
        """Put the cursor where a new connection still needs something."""
        if self.is_device:
            self._device.focus_first()
        elif self._name.text():
            self._server.focus_first()
        else:
            self._name.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _written(self, shown: Connection) -> Connection:
        return self._device.write(shown) if self.is_device else self._server.write(shown)

    def _edited(self) -> None:
        if not self._is_loading:
            self._check_name()
            self.changed.emit()

    def _check_name(self) -> None:
        is_long = len(self._name.text().strip()) > NAME_LIMIT
        text = self.tr("Too long: at most {limit} characters.").format(limit=NAME_LIMIT)
        self._name_row.set_problem(text if is_long else "")
        if self._shown is not None:
            self._name.setPlaceholderText(_usual_name(self._written(self._shown)))


def _usual_name(connection: Connection) -> str:
    """How a connection is called whose user gives it no name: after its file or its host."""
    if connection.kind is ConnectionKind.ON_DEVICE:
        return PurePath(connection.model_path).stem
    with suppress(ValueError):
        return urlsplit(connection.base_url).hostname or ""
    return ""
