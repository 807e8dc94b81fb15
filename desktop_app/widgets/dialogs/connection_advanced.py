"""What few people change of a connection: addresses of its service, the way to it, what it does by itself, prices.

Only what applies to the connection is shown.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.connections import (
    Auth,
    Connection,
    ConnectionKind,
    Network,
    normalise_iam_url,
    normalise_operations_url,
)
from desktop_app.domain.providers import (
    IAM_URL,
    kind_of,
    offers_background,
    offers_chain,
    provider_of,
)
from desktop_app.domain.secret import Kept, Secret
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.connection_prices import PriceTable
from desktop_app.widgets.dialogs.connection_proxy import ProxyFields
from desktop_app.widgets.dialogs.disclosure import Disclosure
from desktop_app.widgets.dialogs.fields import CheckRow, FieldRow, NumberBox
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.theme import Theme

RETRIES = Network().retries


class AdvancedFields(Disclosure):
    """Folded, unless something in it differs from the usual.  Signals: ``changed`` after every edit of the user."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", "connection_advanced")
        self._button.setText(self.tr("Ad&vanced"))
        self._button.setAccessibleName(self.tr("Advanced"))
        self._operations = QLineEdit()
        self._operations.setObjectName("connection_operations_url")
        self._operations_row = FieldRow(theme, self.tr("Address of operations"), self._operations)
        self._iam = QLineEdit()
        self._iam.setObjectName("connection_iam_url")
        self._iam.setPlaceholderText(IAM_URL)
        self._iam_row = FieldRow(theme, self.tr("Address of IAM"), self._iam)
        self._proxy = ProxyFields(theme)
        self._ca = QLineEdit()
        self._ca.setObjectName("connection_ca_path")
        self._ca.setReadOnly(True)
        self._ca_choose = button(self.tr("Choose…"), "connection_ca_choose")
        self._ca_reset = button(self.tr("Remove"), "connection_ca_reset", kind="quiet")
        self._ca_row = FieldRow(
            theme,
            self.tr("Own certificate authority"),
            self._ca,
            hint=self.tr("Trusted for this connection, besides those of the system."),
            body=_line(theme, self._ca, self._ca_choose, self._ca_reset),
        )
        self._concurrent = NumberBox(theme, "connection_concurrent", none_text=" ")
        self._concurrent.setMaximum(100)
        self._prices = PriceTable(theme)
        self._make_checks(theme)
        self._lay_out(theme)
        self._is_loading = False
        self._connect()

    def show_connection(self, connection: Connection, proxy_kept: Kept | None) -> None:
        """Fill the fields; ``proxy_kept`` says where the password of the proxy is stored."""
        self._is_loading = True
        self._operations.setText(connection.operations_url)
        self._iam.setText(connection.iam_url)
        self._proxy.show_network(connection.network, proxy_kept)
        self._show_ca(connection.network.ca_path)
        self._concurrent.setValue(connection.network.max_concurrent or 0)
        self._retries.box.setChecked(connection.network.retries > 0)
        self._chain.box.setChecked(connection.is_chained)
        self._background.box.setChecked(connection.is_background)
        self._opt_out.box.setChecked(connection.opts_out_of_logging)
        self._prices.show_prices(connection.prices)
        self._is_loading = False
        self.adapt(connection)
        self.set_open(self._is_unusual(connection))

    def adapt(self, connection: Connection) -> None:
        """Show what applies to ``connection``."""
        is_device = connection.kind is ConnectionKind.ON_DEVICE
        self.setVisible(not is_device)
        kind, provider = kind_of(connection), provider_of(connection)
        self._operations_row.setVisible(kind.has_operations)
        self._operations.setPlaceholderText(kind.operations_url)
        self._iam_row.setVisible(connection.auth is Auth.OAUTH)
        self._concurrent.setSpecialValueText(
            self.tr("Usual: {number}").format(number=provider.max_concurrent)
        )
        self._chain.setVisible(offers_chain(connection))
        self._background.setVisible(offers_background(connection))
        self._opt_out.setVisible(bool(provider.opt_out_header))
        self._check()

    def write(self, connection: Connection) -> Connection:
        """``connection`` with what the fields say, addresses in their normal form."""
        network = replace(
            self._proxy.write(connection.network),
            ca_path=self._ca.text(),
            max_concurrent=self._concurrent.optional_value,
            retries=(connection.network.retries or RETRIES) if self._retries.box.isChecked() else 0,
        )
        operations_url, iam_url = self._operations.text().strip(), self._iam.text().strip()
        with suppress(ValueError):
            operations_url = normalise_operations_url(operations_url)
        with suppress(ValueError):
            iam_url = normalise_iam_url(iam_url)
        return replace(
            connection,
            operations_url=operations_url,
            iam_url=iam_url,
            network=network,
            is_chained=self._chain.box.isChecked(),
            is_background=self._background.box.isChecked(),
            opts_out_of_logging=self._opt_out.box.isChecked(),
            prices=self._prices.prices(),
        )

    @property
    def proxy_password(self) -> Secret | None:
        """A password that was typed, or None to keep the old one."""
        return self._proxy.secret

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        has_problem = self._operations_row.problem or self._iam_row.problem
        return self._proxy.is_complete and self._prices.is_complete and not has_problem

    def forget_password(self) -> None:
        """Clear a typed password."""
        self._proxy.forget_password()

    def _is_unusual(self, connection: Connection) -> bool:
        usual = Connection(connection.id, connection.kind, connection.name)
        network = replace(connection.network, allows_http=False)
        said = connection.operations_url or connection.iam_url or connection.prices
        return network != usual.network or bool(said)

    def _make_checks(self, theme: Theme) -> None:
        self._retries = CheckRow(
            theme,
            "connection_retries",
            self.tr("Try again by itself"),
            self.tr("Only when nothing was delivered or billed; the wait is shown and can be stopped."),
        )
        self._chain = CheckRow(
            theme,
            "connection_chain",
            self.tr("Go on from replies that the service keeps"),
            self.tr("Sends less. When the service has forgotten them, the whole thread is sent."),
        )
        self._background = CheckRow(
            theme,
            "connection_background",
            self.tr("Write on in the background"),
            self.tr("A reply is written on when the network breaks or Nitka closes, and fetched later."),
        )
        self._opt_out = CheckRow(
            theme,
            "connection_opt_out",
            self.tr("Ask the service not to log"),
            self.tr("Its documentation says that requests which are not logged are not stored."),
        )

    def _lay_out(self, theme: Theme) -> None:
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        concurrent = FieldRow(theme, self.tr("Requests at once, at most"), self._concurrent)
        parts: tuple[QWidget, ...] = (
            self._chain,
            self._background,
            self._opt_out,
            self._retries,
            self._operations_row,
            self._iam_row,
            self._proxy,
            self._ca_row,
            concurrent,
            self._prices,
        )
        for part in parts:
            column.addWidget(part)
        self._ca.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def _connect(self) -> None:
        for signal in (
            self._operations.textChanged,
            self._iam.textChanged,
            self._proxy.changed,
            self._concurrent.valueChanged,
            self._prices.changed,
            *(row.box.toggled for row in (self._retries, self._chain, self._background, self._opt_out)),
        ):
            signal.connect(self._edited)
        self._ca_choose.clicked.connect(self._choose_ca)
        self._ca_reset.clicked.connect(lambda: self._use_ca(""))

    def _edited(self) -> None:
        if not self._is_loading:
            self._check()
            self.changed.emit()

    def _check(self) -> None:
        text = self.tr("Not an address that starts with http:// or https://.")
        self._operations_row.set_problem("" if _is_url(self._operations.text()) else text)
        self._iam_row.set_problem("" if _is_url(self._iam.text()) else text)

    def _choose_ca(self) -> None:
        folder = str(PurePath(self._ca.text()).parent) if self._ca.text() else ""
        dialog = QFileDialog(self, self.tr("Choose a certificate file"), folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Certificates (*.pem *.crt *.cer)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self._use_ca)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _use_ca(self, path: str) -> None:
        self._show_ca(path)
        self._edited()

    def _show_ca(self, path: str) -> None:
        self._ca.setText(path)
        self._ca.setPlaceholderText(self.tr("None"))
        self._ca.setToolTip(plain_tip(path))
        self._ca_reset.setVisible(bool(path))


def _line(theme: Theme, field: QWidget, *buttons: QWidget) -> QWidget:
    """A field with buttons beside it."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px("spacing.2"))
    row.addWidget(field, 1)
    for made in buttons:
        row.addWidget(made)
    return line


def _is_url(text: str) -> bool:
    try:
        normalise_iam_url(text)
    except ValueError:
        return False
    return True
