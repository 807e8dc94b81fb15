"""Which proxy is on the way to a service: that of the system, none, or one with an address and a user of its own."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.connections import Network, Proxy
from desktop_app.domain.proxies import join_proxy, split_proxy
from desktop_app.domain.secret import Kept, Secret
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow
from desktop_app.widgets.dialogs.key_field import KeyField, Words
from desktop_app.widgets.theme import Theme


class ProxyFields(QWidget):
    """The choice, and below it what a proxy of the connection's own needs.

    Signals: ``changed`` after every edit of the user.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._choice = ChoiceBox(
            "connection_proxy",
            [
                (self.tr("Of the system"), Proxy.SYSTEM),
                (self.tr("None"), Proxy.NONE),
                (self.tr("Its own…"), Proxy.MANUAL),
            ],
        )
        self._choice.keep_narrow(theme.px("sidebarMin"))
        self._address = QLineEdit()
        self._address.setObjectName("connection_proxy_address")
        self._address.setPlaceholderText("http://proxy.example.org:3128")
        self._address_row = FieldRow(theme, self.tr("Address of the proxy"), self._address)
        self._user = QLineEdit()
        self._user.setObjectName("connection_proxy_user")
        self._password = KeyField(
            theme,
            "connection_proxy_password",
            Words(
                self.tr("If it asks for one"),
                self.tr("Show the password while typing"),
                self.tr("Replace…"),
                self.tr("Keep the old one"),
            ),
        )
        self._own = QWidget()
        self._lay_out(theme)
        self._is_loading = False
        self._choice.currentIndexChanged.connect(self._edited)
        self._address.textChanged.connect(self._address_edited)
        self._user.textChanged.connect(self._edited)
        self._password.changed.connect(self._edited)

    def show_network(self, network: Network, kept: Kept | None) -> None:
        """Fill the fields; ``kept`` says where the password is stored."""
        self._is_loading = True
        address, user, _ = split_proxy(network.proxy_url)
        self._choice.select(network.proxy)
        self._address.setText(address)
        self._user.setText(user)
        self._password.show_stored(kept)
        self._is_loading = False
        self._check()

    def write(self, network: Network) -> Network:
        """``network`` with what the fields say; the address of a proxy that is not used is not kept."""
        proxy = self._proxy
        return replace(network, proxy=proxy, proxy_url=self._url if proxy is Proxy.MANUAL else "")

    @property
    def secret(self) -> Secret | None:
        """A password that was typed, or None to keep the old one."""
        typed = self._password.typed
        return Secret(typed) if typed and self._proxy is Proxy.MANUAL else None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        return self._proxy is not Proxy.MANUAL or self._has_address

    def forget_password(self) -> None:
        """Clear a typed password."""
        self._password.clear()

    @property
    def _proxy(self) -> Proxy:
        value = self._choice.value
        return value if isinstance(value, Proxy) else Proxy.SYSTEM

    @property
    def _url(self) -> str:
        try:
            return join_proxy(self._address.text(), self._user.text().strip())
        except ValueError:
            return self._address.text().strip()

    @property
    def _has_address(self) -> bool:
        try:
            join_proxy(self._address.text())
        except ValueError:
            return False
        return True

    def _lay_out(self, theme: Theme) -> None:
        account = QHBoxLayout()
        account.setSpacing(theme.px("spacing.3"))
        account.addWidget(FieldRow(theme, self.tr("User"), self._user), 1, Qt.AlignmentFlag.AlignTop)
        password_row = FieldRow(theme, self.tr("Password"), self._password.edit, body=self._password)
        account.addWidget(password_row, 2, Qt.AlignmentFlag.AlignTop)
        own = QVBoxLayout(self._own)
        own.setContentsMargins(0, 0, 0, 0)
        own.setSpacing(theme.px("spacing.1"))
        own.addWidget(self._address_row)
        own.addLayout(account)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.1"))
        column.addWidget(FieldRow(theme, self.tr("Proxy"), self._choice))
        column.addWidget(self._own)

    def _address_edited(self) -> None:
        """A pasted URL with a user and a password is taken apart: neither belongs where everybody sees it."""
        address, user, password = split_proxy(self._address.text())
        if password and not self._is_loading:
            self._is_loading = True
            self._address.setText(address)
            self._user.setText(user)
            self._password.put(Secret(password))
            self._is_loading = False
        self._edited()

    def _edited(self) -> None:
        if not self._is_loading:
            self._check()
            self.changed.emit()

    def _check(self) -> None:
        self._own.setVisible(self._proxy is Proxy.MANUAL)
        is_wrong = bool(self._address.text().strip()) and not self._has_address
        self._address_row.set_problem(
            self.tr("Not an address that starts with http://, https:// or socks5://.") if is_wrong else ""
        )
        self._address_row.set_hint(self.tr("HTTP or SOCKS; the password goes to the system keyring."))
