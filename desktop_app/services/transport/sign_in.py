"""How requests are signed: with nothing, with a key, or with IAM tokens that an OAuth token is exchanged for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from desktop_app.domain.errors import SignInError
from desktop_app.domain.redaction import Redaction
from desktop_app.domain.secret import Secret

LONGEST_USE, SHORTEST_USE, BEFORE_END = timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=5)
"""An exchanged token is used for an hour, but not in its last minutes; a wrong clock here asks once a minute."""


class SignIn(Protocol):
    """Signs the requests of one connection; shared by the clients of all its hosts."""

    async def headers(self) -> Mapping[str, str]:
        """The headers that sign the next request.  Raises NitkaError."""
        ...

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """After a 401 to a request with the headers ``refused``: get a fresh token if there is a way.

        Says whether it is worth to ask once more.
        """
        ...

    def redacted(self, text: str) -> str:
        """``text`` without any credential that was ever sent."""
        ...


class KeySignIn:
    """A key or a token that is sent as it is; None sends nothing."""

    def __init__(self, key: Secret | None, scheme: str = "Bearer") -> None:
        self._key = key
        self._scheme = scheme
        self._redaction = Redaction(key)

    async def headers(self) -> Mapping[str, str]:
        """The ``authorization`` header.  Raises SignInError for a key that no header can hold."""
        return {"authorization": f"{self._scheme} {sendable(self._key)}"} if self._key else {}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Nobody but the user can."""
        return False

    def redacted(self, text: str) -> str:
        """``text`` without the key."""
        return self._redaction(text)


@dataclass(frozen=True, slots=True)
class IamToken:
    """A token that an OAuth token was exchanged for; it ends after 12 hours at most.  Times are aware UTC."""

    secret: Secret
    expires_at: datetime | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class OAuthSignIn:
    """Signs with IAM tokens, got by ``exchange`` when the first request comes and anew before they end.

    The OAuth token itself is never sent to a service.  ``clock`` is the wall's: it goes on while the machine sleeps.
    """

    def __init__(
        self,
        oauth: Secret,
        exchange: Callable[[Secret], Awaitable[IamToken]],
        *,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._oauth = oauth
        self._exchange = exchange
        self._clock = clock
        self._exchanging = asyncio.Lock()
        self._token: IamToken | None = None
        self._fresh_until = datetime.min.replace(tzinfo=UTC)
        self._redaction = Redaction(oauth)

    async def headers(self) -> Mapping[str, str]:
        """The ``authorization`` header.  Raises SignInError for a bad OAuth token, or another ServiceError."""
        token = self._fresh()
        if token is None:
            async with self._exchanging:
                token = self._fresh() or await self._exchanged()
        return _bearer(token)

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Exchange once more, unless another request did since; False when the same token comes again.

        Raises ServiceError.
        """
        sent = refused.get("authorization")
        async with self._exchanging:
            token = self._token
            if token is None or _bearer(token)["authorization"] == sent:
                token = await self._exchanged()
        return _bearer(token)["authorization"] != sent

    def redacted(self, text: str) -> str:
        """``text`` without the OAuth token and without every IAM token it was exchanged for."""
        return self._redaction(text)

    def _fresh(self) -> IamToken | None:
        return self._token if self._clock() < self._fresh_until else None

    async def _exchanged(self) -> IamToken:
        token = await self._exchange(self._oauth)
        self._redaction.add(token.secret)
        now = self._clock()
        use = min(LONGEST_USE, token.expires_at - now - BEFORE_END) if token.expires_at else LONGEST_USE
        self._token, self._fresh_until = token, now + max(use, SHORTEST_USE)
        return token


def _bearer(token: IamToken) -> Mapping[str, str]:
    return {"authorization": f"Bearer {sendable(token.secret)}"}


def sendable(key: Secret) -> str:
    """The key, if it can stand in a header; otherwise h11 and ``str.encode`` would quote it in their errors."""
    value = key.reveal()
    if not value or not value.isascii() or not value.isprintable() or value != value.strip():
        raise SignInError("the key holds characters that no key has; enter it again")
    return value
