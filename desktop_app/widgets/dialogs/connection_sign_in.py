"""How a connection signs in: the field of its key, which knows what is pasted into it.

What was pasted chooses the sign-in, until the user chooses it by hand.  What cannot sign in is told by its name with
what is needed instead; only the user's own choice lets it pass, since forms change and the service has the last word.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.domain.connections import Auth
from desktop_app.domain.credentials import CredentialKind, Recognised, recognise
from desktop_app.domain.secret import Kept, Secret
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow
from desktop_app.widgets.dialogs.key_field import KeyField, Words
from desktop_app.widgets.theme import Theme


class SignInFields(QWidget):
    """The choice of a sign-in beside the field of its key.  Signals: ``changed`` after every edit of the user."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._choice = ChoiceBox("connection_auth")
        self._choice.keep_narrow(theme.px("header") * 3)
        self._key = KeyField(
            theme,
            "connection_key",
            Words(
                self.tr("Paste the key"),
                self.tr("Show the key while typing"),
                self.tr("Re&place…"),
                self.tr("Keep the &old key"),
            ),
        )
        self._key_row = FieldRow(theme, self.tr("API ke&y"), self._key.edit, body=self._key)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px("spacing.3"))
        row.addWidget(FieldRow(theme, self.tr("Si&gn-in"), self._choice), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._key_row, 1, Qt.AlignmentFlag.AlignTop)
        row.addStretch(0)
        self._auths: tuple[Auth, ...] = ()
        self._keyring = Kept.KEYRING
        self._is_forced = self._is_loading = False
        self._choice.currentIndexChanged.connect(self._chosen)
        self._key.changed.connect(self._typed)

    def show_sign_in(self, auths: tuple[Auth, ...], auth: Auth, kept: Kept | None) -> None:
        """Offer ``auths`` with ``auth`` chosen; ``kept`` says where the key is stored."""
        self._is_forced = False
        self.offer(auths, auth)
        self._key.show_stored(kept)
        self._check()

    def offer(self, auths: tuple[Auth, ...], auth: Auth) -> None:
        """Offer other ways to sign in, with ``auth`` chosen."""
        if auths != self._auths:
            self._is_loading = True
            self._auths = auths
            self._choice.set_choices([(self._name(one), one) for one in auths])
            self._is_loading = False
        self._select(auth)
        self._check()

    def set_keyring(self, kept: Kept) -> None:
        """Where a key that is typed now would be kept."""
        self._keyring = kept
        self._check()

    @property
    def auth(self) -> Auth:
        """The chosen way to sign in."""
        value = self._choice.value
        return value if isinstance(value, Auth) else Auth.NONE

    @property
    def secret(self) -> Secret | None:
        """The typed key without what stood around it, or None to keep the old one."""
        text = self._recognised.text
        return Secret(text) if text and self.has_key else None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        return not self.has_key or self._key.is_stored or (self.secret is not None and not self._problem())

    @property
    def is_empty(self) -> bool:
        """Whether a key is needed, and there is none."""
        return self.has_key and not self._key.is_stored and not self._key.typed

    def put(self, secret: Secret) -> None:
        """Fill in a key that the user has somewhere else."""
        self._key.put(secret)

    def forget_key(self) -> None:
        """Clear a typed key."""
        self._key.clear()

    def replace_key(self) -> None:
        """Put the cursor where a new key is typed."""
        self._key.replace()

    def focus_key(self) -> None:
        """Put the cursor into the field of the key."""
        self._key.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def has_key(self) -> bool:
        """Whether something is sent to sign in."""
        return self.auth is not Auth.NONE

    @property
    def _recognised(self) -> Recognised:
        return recognise(self._key.typed)

    @property
    def _knows_forms(self) -> bool:
        """Whether the forms of credentials mean something here; elsewhere a key may look like anything."""
        return Auth.IAM in self._auths

    def _chosen(self) -> None:
        if not self._is_loading:
            self._is_forced = True
            self._check()
            self.changed.emit()

    def _typed(self) -> None:
        if not self._key.typed:
            self._is_forced = False
        auth = self._recognised.auth
        if self._key.typed and auth in self._auths and self._knows_forms and not self._is_forced:
            self._select(auth)
        self._check()
        self.changed.emit()

    def _select(self, auth: Auth | None) -> None:
        self._is_loading = True
        self._choice.select(auth)
        self._is_loading = False

    def _check(self) -> None:
        self._key_row.setVisible(self.has_key)
        self._key_row.set_label(self._label())
        problem = self._problem()
        self._key_row.set_problem(problem)
        hint, is_warning = ("", False) if problem else self._hint()
        self._key_row.set_hint(hint, is_warning=is_warning)

    def _label(self) -> str:
        match self.auth:
            case Auth.IAM:
                return self.tr("IA&M token")
            case Auth.OAUTH:
                return self.tr("OAut&h token")
            case _:
                return self.tr("API ke&y")

    def _name(self, auth: Auth) -> str:
        match auth:
            case Auth.API_KEY:
                return self.tr("API key")
            case Auth.IAM:
                return self.tr("IAM token")
            case Auth.OAUTH:
                return self.tr("OAuth token")
            case Auth.NONE:
                return self.tr("None")

    def _problem(self) -> str:
        if not self._key.typed or not self.has_key:
            return ""
        found = self._recognised
        if self._knows_forms and found.auth is None and not self._is_forced:
            return self._wrong_thing(found.kind)
        if not found.is_sendable:
            return self.tr("A key has Latin letters, digits and signs only, and no blanks.")
        return ""

    def _wrong_thing(self, kind: CredentialKind) -> str:
        match kind:
            case CredentialKind.SESSION_COOKIE:
                return self.tr("This is a session cookie. An API key or an IAM token is needed.")
            case CredentialKind.STATIC_KEY:
                return self.tr("This is a static access key, for storage. An API key is needed.")
            case CredentialKind.KEY_FILE:
                return self.tr("This is the key file of a service account. An API key of it is needed.")
            case CredentialKind.KEY_ID:
                return self.tr("This is the id of a key. Its secret is needed, which begins with AQVN.")
            case CredentialKind.FOLDER_ID:
                return self.tr("This is the id of a folder. An API key is needed.")
            case _:
                return ""

    def _hint(self) -> tuple[str, bool]:
        """What is to be said of the key, and whether it is a warning."""
        if self._key.is_stored:
            return self._stored_hint()
        if not self._key.typed or not self._knows_forms:
            return self._where_kept(), False
        found = self._recognised
        if found.auth is not self.auth:
            return self.tr("It does not look like that; the service will tell."), True
        if found.is_odd:
            return self.tr("Its form is unusual: look whether all of it was copied."), True
        match found.kind:
            case CredentialKind.IAM_TOKEN:
                return self.tr("IAM token, ends within 12 hours."), False
            case CredentialKind.OAUTH_TOKEN:
                return self._legacy(), True
            case _:
                return self.tr("API key. {kept}").format(kept=self._where_kept()), False

    def _stored_hint(self) -> tuple[str, bool]:
        match self.auth:
            case Auth.IAM:
                return self.tr("Ends within 12 hours of its making; replace it then."), False
            case Auth.OAUTH:
                return self._legacy(), True
            case _:
                return self.tr("Nitka never shows it again."), False

    def _legacy(self) -> str:
        return self.tr("OAuth token, legacy: Yandex ends these by the end of 2026.")

    def _where_kept(self) -> str:
        if self._keyring is Kept.KEYRING:
            return self.tr("Goes to the system keyring, never into a file.")
        return self.tr("Kept in memory until Nitka closes.")
