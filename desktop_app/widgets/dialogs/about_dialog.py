"""About Nitka: what it is, its version, and whose work it stands on."""

import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.widgets.dialogs.frame import Foot, StrongLabel, WrappedLabel, button
from desktop_app.widgets.theme import Theme

LICENCES = (
    ("Qt, PySide6", "LGPL-3.0"),
    ("Python", "PSF-2.0"),
    ("llama.cpp, xllamacpp", "MIT"),
    ("SmolLM2 135M", "Apache-2.0"),
    ("desktop-notifier, dbus-fast", "MIT"),
    ("filelock", "MIT"),
    ("httpx", "BSD-3-Clause"),
    ("keyring", "MIT"),
    ("msgspec", "BSD-3-Clause"),
    ("platformdirs", "MIT"),
    ("Pygments", "BSD-2-Clause"),
    ("pyromark", "MIT"),
    ("qasync", "BSD-2-Clause"),
    ("truststore", "MIT"),
)
LOGO_SIZE = 56


class AboutDialog(QDialog):
    """Version, licences, and what to copy into a report of a fault."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, version: str) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("About Nitka"))
        self._versions = f"Nitka {version} · Python {platform.python_version()} · Qt {qVersion()}"
        self._theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._body(), 1)
        column.addWidget(self._foot())
        self.resize(theme.px("textColumn") - 240, theme.px("sidebarMax"))

    def _body(self) -> QVBoxLayout:
        px = self._theme.px
        body = QVBoxLayout()
        body.setContentsMargins(px("spacing.6"), px("spacing.6"), px("spacing.6"), px("spacing.4"))
        body.setSpacing(px("spacing.2"))
        body.addLayout(self._head())
        body.addSpacing(px("spacing.3"))
        body.addWidget(StrongLabel(self._theme, self.tr("Stands on")))
        body.addWidget(self._licences(), 1)
        return body

    def _head(self) -> QHBoxLayout:
        logo = QLabel()
        logo.setPixmap(self._theme.pixmap("nitka", "accent", LOGO_SIZE, self.devicePixelRatioF()))
        words = QVBoxLayout()
        words.setSpacing(self._theme.px("spacing.half"))
        words.addWidget(WrappedLabel("Nitka", role="dialogTitle"))
        words.addWidget(WrappedLabel(self.tr("Your assistants and threads, kept on this computer.")))
        versions = WrappedLabel(self._versions, role="caption")
        versions.setObjectName("about_version")
        versions.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(versions)
        row = QHBoxLayout()
        row.setSpacing(self._theme.px("spacing.4"))
        row.addWidget(logo, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _licences(self) -> QPlainTextEdit:
        lines = "\n".join(f"{name} — {licence}" for name, licence in LICENCES)
        own = self.tr("Nitka is free software under the MIT licence.")
        linked = self.tr("Qt is linked dynamically and can be replaced by another version.")
        text = QPlainTextEdit(f"{lines}\n\n{own}\n{linked}")
        text.setObjectName("about_licences")
        text.setAccessibleName(self.tr("Licences"))
        text.document().setDocumentMargin(0)
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        return text

    def _foot(self) -> Foot:
        foot = Foot(self._theme, "about")
        copy = button(self.tr("Copy &versions"), "about_copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._versions))
        close = button(self.tr("Close"), "about_close", kind="primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot.row.addStretch(1)
        foot.row.addWidget(copy)
        foot.row.addWidget(close)
        return foot
