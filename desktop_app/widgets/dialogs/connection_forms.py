"""The form of a connection to a server: where it is, how to sign in, what it speaks and what it can do.

What is shown follows from the facts of its kind and provider (``domain.providers``).  Addresses are checked while they
are typed, by the same rules that the adapters use; plain http to another machine needs the user's word.
"""

from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.connections import (
    Auth,
    Connection,
    ConnectionKind,
    is_loopback,
    normalise_base_url,
    normalise_folder,
)
from desktop_app.domain.credentials import CredentialKind, recognise
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.providers import auths, has_folder, kind_of, offers_chain
from desktop_app.domain.secret import Kept, Secret
from desktop_app.widgets.dialogs.connection_abilities import AbilityTexts
from desktop_app.widgets.dialogs.connection_advanced import AdvancedFields
from desktop_app.widgets.dialogs.connection_sign_in import SignInFields
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow
from desktop_app.widgets.dialogs.frame import Callout, IconLabel, WrappedLabel
from desktop_app.widgets.theme import Theme

PROTOCOLS = (ConnectionKind.RESPONSES, ConnectionKind.CHAT)


class ServerForm(QWidget):
    """The fields of a server.  ``advanced`` is a part of the form that stands elsewhere on the page.

    Signals: ``changed`` after every edit of the user.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown = Connection(ConnectionId(""), ConnectionKind.CHAT, "")
        self._make_fields(theme)
        self._sign_in = SignInFields(theme)
        self._insecure = Callout(theme, "warning")
        self._allows_http = QCheckBox(self.tr("&Use it all the same"))
        self._allows_http.setObjectName("connection_allow_http")
        self._allows_http.setAccessibleName(self.tr("Use it all the same"))
        self._insecure.words.addWidget(self._allows_http, 0, Qt.AlignmentFlag.AlignLeft)
        self._texts = AbilityTexts(self)
        self._abilities = WrappedLabel(role="caption")
        self._abilities.setObjectName("connection_abilities")
        self._abilities_icon = IconLabel(theme, "info", "textSecondary", theme.px("iconSmall"))
        self.advanced = AdvancedFields(theme)
        self._lay_out(theme)
        self._is_loading = False
        for signal in (
            self._url.textChanged,
            self._folder.textChanged,
            self._protocol.currentIndexChanged,
            self._sign_in.changed,
            self._allows_http.toggled,
            self.advanced.changed,
        ):
            signal.connect(self._value_changed)

    def show_connection(self, connection: Connection, kept: Kept | None, proxy_kept: Kept | None) -> None:
        """Fill the fields; the last two say where key and proxy password are stored."""
        self._is_loading = True
        self._shown = connection
        self._url.setText(connection.base_url)
        self._url.setPlaceholderText(kind_of(connection).base_url)
        self._folder.setText(connection.folder)
        self._protocol.select(connection.kind)
        self._allows_http.setChecked(connection.network.allows_http)
        self._sign_in.show_sign_in(auths(connection), connection.auth, kept)
        self.advanced.show_connection(connection, proxy_kept)
        self._is_loading = False
        self._check()

    def set_keyring(self, kept: Kept) -> None:
        """Where a key that is typed now would be kept."""
        self._sign_in.set_keyring(kept)

    def write(self, connection: Connection) -> Connection:
        """``connection`` with what the fields say, addresses in their normal form."""
        kind = self._kind
        url = self._url.text().strip()
        with suppress(ValueError):
            url = normalise_base_url(url, kind)
        written = replace(
            connection,
            kind=kind,
            base_url=url,
            auth=self._sign_in.auth,
            folder=normalise_folder(self._folder.text()) if self._has_folder else "",
        )
        written = self.advanced.write(written)
        allows_http = self._is_insecure(written) and self._allows_http.isChecked()
        return replace(written, network=replace(written.network, allows_http=allows_http))

    @property
    def secret(self) -> Secret | None:
        """The typed key, or None to keep the old one."""
        return self._sign_in.secret

    @property
    def proxy_password(self) -> Secret | None:
        """The typed password of the proxy, or None to keep the old one."""
        return self.advanced.proxy_password

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, wrong or unconfirmed."""
        written = self.write(self._shown)
        has_folder_if_needed = bool(written.folder) or not kind_of(written).needs_folder
        is_allowed = written.network.allows_http or not self._is_insecure(written)
        return (
            self._has_address
            and has_folder_if_needed
            and is_allowed
            and self._sign_in.is_complete
            and self.advanced.is_complete
        )

    def forget_secrets(self) -> None:
        """Clear a typed key and a typed password."""
        self._sign_in.forget_key()
        self.advanced.forget_password()

    def put_key(self, secret: Secret) -> None:
        """Fill in a key that the user has somewhere else."""
        self._sign_in.put(secret)

    def replace_key(self) -> None:
        """Put the cursor where a new key is typed."""
        self._sign_in.replace_key()

    def focus_first(self) -> None:
        """Put the cursor into the first field that is still empty."""
        if not self._url.text():
            self._url.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self._has_folder and not self._folder.text():
            self._folder.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self._sign_in.is_empty:
            self._sign_in.focus_key()
        else:
            self._url.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def _kind(self) -> ConnectionKind:
        chosen = self._protocol.value
        return chosen if isinstance(chosen, ConnectionKind) else self._shown.kind

    @property
    def _has_address(self) -> bool:
        try:
            normalise_base_url(self._url.text(), self._kind)
        except ValueError:
            return False
        return True

    @property
    def _has_folder(self) -> bool:
        """Whether a folder belongs here; one that was there stays to be seen, whatever the address is now."""
        with suppress(ValueError):
            url = normalise_base_url(self._url.text(), self._kind)
            return has_folder(replace(self._shown, kind=self._kind, base_url=url))
        return has_folder(self._shown)

    def _is_insecure(self, connection: Connection) -> bool:
        """Whether something would go unencrypted beyond this machine."""
        urls = [connection.base_url]
        if kind_of(connection).has_operations:
            urls.append(connection.operations_url)
        if connection.auth is Auth.OAUTH:
            urls.append(connection.iam_url)
        return any(_is_plain(url) for url in urls)

    def _make_fields(self, theme: Theme) -> None:
        self._url = QLineEdit()
        self._url.setObjectName("connection_base_url")
        self._url_row = FieldRow(theme, self.tr("Add&ress"), self._url)
        self._folder = QLineEdit()
        self._folder.setObjectName("connection_folder")
        self._folder.setPlaceholderText("b1g…")
        self._folder_row = FieldRow(theme, self.tr("&Folder id"), self._folder)
        self._protocol = ChoiceBox(
            "connection_protocol", [("Responses", PROTOCOLS[0]), ("Chat Completions", PROTOCOLS[1])]
        )
        self._protocol_row = FieldRow(theme, self.tr("Protoco&l"), self._protocol)

    def _lay_out(self, theme: Theme) -> None:
        beside = QHBoxLayout()
        beside.setSpacing(theme.px("spacing.3"))
        beside.addWidget(self._folder_row, 1, Qt.AlignmentFlag.AlignTop)
        beside.addWidget(self._protocol_row, 1, Qt.AlignmentFlag.AlignTop)
        abilities = QHBoxLayout()
        abilities.setSpacing(theme.px("spacing.2"))
        abilities.addWidget(self._abilities_icon, 0, Qt.AlignmentFlag.AlignTop)
        abilities.addWidget(self._abilities, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addWidget(self._url_row)
        column.addLayout(beside)
        column.addWidget(self._sign_in)
        column.addWidget(self._insecure)
        column.addLayout(abilities)

    def _value_changed(self) -> None:
        if not self._is_loading:
            self._check()
            self.changed.emit()

    def _check(self) -> None:
        self._check_address()
        self._check_folder()
        written = self.write(self._shown)
        self._sign_in.offer(auths(written), written.auth)
        self._check_protocol(written)
        self.advanced.adapt(written)
        self._insecure.show_text(self._insecurity(written))
        line = self._texts.line(written)
        self._abilities.setText(line)
        self._abilities.setVisible(bool(line))
        self._abilities_icon.setVisible(bool(line))

    def _insecurity(self, connection: Connection) -> str:
        if not self._is_insecure(connection):
            return ""
        if self._sign_in.has_key:
            return self.tr(
                "Not encrypted: anybody on the way can read the key, the questions and the replies."
            )
        return self.tr("Not encrypted: anybody on the way can read the questions and the replies.")

    def _check_address(self) -> None:
        typed = self._url.text().strip()
        self._url_row.set_hint("")
        if not typed:
            self._url_row.set_problem("")
            self._url_row.set_hint(self.tr("The address from the service's documentation."))
        elif self._has_address:
            self._url_row.set_problem("")
            url = normalise_base_url(typed, self._kind)
            self._url_row.set_hint("" if url == typed else self.tr("Used as {url}").format(url=url))
        elif "@" in typed:
            self._url_row.set_problem(self.tr("A key or a password does not belong in the address."))
        else:
            self._url_row.set_problem(self.tr("Not an address that starts with http:// or https://."))

    def _check_folder(self) -> None:
        self._folder_row.setVisible(self._has_folder)
        typed, folder = self._folder.text().strip(), normalise_folder(self._folder.text())
        if folder != typed:
            self._folder.setText(folder)
        elif not folder:
            self._folder_row.set_hint(self.tr("Or the address of its page in the console."))
        elif recognise(folder).kind is CredentialKind.FOLDER_ID:
            self._folder_row.set_hint("")
        else:
            self._folder_row.set_hint(self.tr("Usually b1g and 17 more letters or digits."), is_warning=True)

    def _check_protocol(self, connection: Connection) -> None:
        self._protocol_row.setVisible(connection.kind in PROTOCOLS)
        has_more = offers_chain(replace(connection, kind=ConnectionKind.RESPONSES))
        is_responses = connection.kind is ConnectionKind.RESPONSES
        if has_more and is_responses:
            advice = self.tr("Recommended here.")
        elif has_more:
            advice = self.tr("Without background and kept replies.")
        elif is_responses:
            advice = self.tr("Few servers of this kind have it.")
        else:
            advice = self.tr("Nearly every server speaks it.")
        self._protocol_row.set_hint(advice)


def _is_plain(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")
