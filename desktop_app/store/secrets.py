"""Credentials: in the keyring of the system, off every loop; in memory for the session when that cannot be.

Where a credential went is always said (``Kept``, ``SecretState``), and it is never written anywhere else.  A keyring
may ask the user something and wait for ever, so that each request has a time limit.  Whatever a keyring raises counts
as a refusal (Secret Service alone raises three families of errors); it is not asked again, since that may open one
prompt after another, until the user wants to ``retry``.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from desktop_app.domain.errors import SecretsUnavailableError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Kept, Secret
from desktop_app.store.keyring_entries import KeyringEntries, NoKeyringError, cut, system_keyring
from desktop_app.store.serial_thread import SerialThread

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "nitka"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SecretState:
    """Where the next credential will be kept; ``reason`` tells why it is not the keyring."""

    kept: Kept
    backend: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: str
    is_absence: bool = False


class SecretStore:
    """The credentials of one profile, as entries of the service "nitka" named ``PROFILE_ID/CONNECTION_ID``.

    The password of a connection's proxy is one too, under the id with ``.proxy`` behind it.

    Usable from any asyncio loop.  ``backend`` replaces the system's keyring and is trusted; ``on_secret`` hears of
    every credential before it is handed out or kept, so that logs can leave it out.
    """

    def __init__(
        self,
        profile_id: str,
        *,
        timeout_s: float = 60,
        backend: "KeyringBackend | None" = None,
        on_secret: Callable[[Secret], None] | None = None,
    ) -> None:
        self._profile_id = profile_id
        self._timeout_s = timeout_s
        self._backend = backend
        self._on_secret = on_secret or (lambda _: None)
        self._thread = SerialThread("keyring", timeout_s)
        self._entries: KeyringEntries | None = None
        self._refusal: _Refusal | None = None
        self._session: dict[str, Secret] = {}

    async def get(self, connection_id: ConnectionId) -> Secret | None:
        """The credential, or None when there is none (also when there is no keyring and it was not given since).

        Raises SecretsUnavailableError when there is a keyring that was locked, failed, or did not answer in time.
        """
        name = self._name(connection_id)
        if (kept := self._session.get(name)) is not None:
            return kept
        try:
            secret = await self._ask(lambda entries: _wrapped(entries.get(name)))
        except SecretsUnavailableError:
            if self._is_absent:
                return None
            raise
        if secret is not None:
            self._on_secret(secret)
        return secret

    async def set(self, connection_id: ConnectionId, secret: Secret) -> Kept:
        """Keep the credential, in the keyring if it lets us; says where.  Raises ValueError for what is no text."""
        if any("\ud800" <= character <= "\udfff" for character in secret.reveal()):
            raise ValueError("a credential must be text")
        self._on_secret(secret)
        name = self._name(connection_id)
        try:
            await self._ask(lambda entries: entries.set(name, secret.reveal()), secret)
        except SecretsUnavailableError:
            self._session[name] = secret
            return Kept.SESSION
        self._session.pop(name, None)
        return Kept.KEYRING

    async def delete(self, connection_id: ConnectionId) -> None:
        """Forget the credential; fine if there is none.

        Raises SecretsUnavailableError when there is a keyring which may still hold it.
        """
        name = self._name(connection_id)
        self._session.pop(name, None)
        try:
            await self._ask(lambda entries: entries.delete(name))
        except SecretsUnavailableError:
            if not self._is_absent:
                raise

    async def state(self) -> SecretState:
        """Where the next credential will be kept; looks for the keyring if nothing has yet, which opens no prompt."""
        if self._entries is None:
            try:
                await self._ask(lambda _: None)
            except SecretsUnavailableError as error:
                return SecretState(Kept.SESSION, reason=error.detail)
        backend = self._entries.backend_name if self._entries else ""
        if reason := self._reason():
            return SecretState(Kept.SESSION, backend, reason)
        return SecretState(Kept.KEYRING, backend)

    async def retry(self) -> SecretState:
        """Look for the keyring anew, and move there what was kept for the session."""
        if not self._thread.is_stuck:
            self._refusal = self._entries = None
        for name, secret in list(self._session.items()):
            await self.set(ConnectionId(name.removeprefix(f"{self._profile_id}/")), secret)
        return await self.state()

    @property
    def _is_absent(self) -> bool:
        return self._refusal is not None and self._refusal.is_absence

    def _name(self, connection_id: ConnectionId) -> str:
        return f"{self._profile_id}/{connection_id}"

    def _reason(self) -> str:
        if self._thread.is_stuck:
            return f"the keyring has not answered for {self._timeout_s:g} s"
        return self._refusal.reason if self._refusal else ""

    async def _ask(self, work: Callable[[KeyringEntries], T], hidden: Secret | None = None) -> T:
        if reason := self._reason():
            raise SecretsUnavailableError(reason)
        try:
            answer = await self._thread.call(lambda: self._guarded(work, hidden))
        except TimeoutError:
            answer = None
        if (
            answer is None
        ):  # raised out here: an error that carries another carries its frames, and their values
            raise SecretsUnavailableError(
                self._reason() or f"the keyring did not answer in {self._timeout_s:g} s"
            )
        return answer[0]

    def _guarded(self, work: Callable[[KeyringEntries], T], hidden: Secret | None) -> tuple[T] | None:
        """In the keyring's thread: the answer, or None with the refusal noted, however late it comes."""
        try:
            if self._entries is None:
                self._entries = KeyringEntries(self._backend or system_keyring(), SERVICE)
            return (work(self._entries),)
        except NoKeyringError as error:
            self._refusal = _Refusal(str(error), is_absence=True)
            _let_go(error)
        except Exception as error:  # noqa: BLE001 - keyrings raise what they like; none of it may end a run
            self._refusal = _Refusal(_described(error, hidden))
            _let_go(error)
        return None

    def __repr__(self) -> str:
        return f"SecretStore({self._profile_id!r})"


def _wrapped(value: str | None) -> Secret | None:
    return None if value is None else Secret(value)


def _described(error: Exception, hidden: Secret | None) -> str:
    """An error in words, without the value it may quote."""
    text = str(error)
    for part in cut(hidden.reveal()) if hidden else ():
        text = text.replace(part, "•••") if part else text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _let_go(error: BaseException | None) -> None:
    """Empty the frames that an error and its causes hold: the value may lie there until the next collection."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__
