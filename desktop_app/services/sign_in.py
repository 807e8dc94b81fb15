"""How requests are signed: with nothing, with a key, or with IAM tokens that an OAuth token is exchanged for."""

from collections.abc import Mapping
from typing import Protocol

from desktop_app.domain.errors import SignInError
from desktop_app.domain.secret import Secret

MASK = "•••"


class SignIn(Protocol):
    """Signs the requests of one connection; shared by the clients of all its hosts."""

    async def headers(self) -> Mapping[str, str]:
        """The headers that sign the next request.  Raises NitkaError."""
        ...

    async def renew(self) -> bool:
        """After a 401: get a fresh token if there is a way; whether it is worth to ask once more."""
        ...

    def redacted(self, text: str) -> str:
        """``text`` without any credential that was ever sent."""
        ...


class KeySignIn:
    """A key or a token that is sent as it is; None sends nothing."""

    def __init__(self, key: Secret | None, scheme: str = "Bearer") -> None:
        self._key = key
        self._scheme = scheme

    async def headers(self) -> Mapping[str, str]:
        """The ``authorization`` header.  Raises SignInError for a key that no header can hold."""
        return {"authorization": f"{self._scheme} {sendable(self._key)}"} if self._key else {}

    async def renew(self) -> bool:
        """Nobody but the user can."""
        return False

    def redacted(self, text: str) -> str:
        """``text`` without the key."""
        key = self._key.reveal() if self._key else ""
        return text.replace(key, MASK) if key else text


def sendable(key: Secret) -> str:
    """The key, if it can stand in a header; otherwise h11 and ``str.encode`` would quote it in their errors."""
    value = key.reveal()
    if not value or not value.isascii() or not value.isprintable() or value != value.strip():
        raise SignInError("the key holds characters that no key has; enter it again")
    return value
