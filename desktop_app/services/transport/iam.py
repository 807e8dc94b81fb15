"""The exchange of an OAuth token for IAM tokens: ``POST /iam/v1/tokens`` of Yandex Cloud, signed with nothing."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from desktop_app.domain.errors import (
    BadReplyError,
    RequestRejectedError,
    ServiceFaultError,
    SignInError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.redaction import Redaction
from desktop_app.domain.secret import Secret
from desktop_app.services.transport.http import HttpClient
from desktop_app.services.transport.sign_in import IamToken, SignIn, sendable

EXCHANGE_S = 30.0


class _Reply(msgspec.Struct):
    iam_token: str | None = msgspec.field(default=None, name="iamToken")
    expires_at: object = msgspec.field(default=None, name="expiresAt")


class Unsigned:
    """Signs nothing: the token stands in the body.  It is still left out of what a server answers."""

    def __init__(self, oauth: Secret) -> None:
        self._redaction = Redaction(oauth)

    async def headers(self) -> Mapping[str, str]:
        """None."""
        return {}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Nobody but the user can."""
        return False

    def redacted(self, text: str) -> str:
        """``text`` without the OAuth token."""
        return self._redaction(text)


class IamExchange:
    """Exchanges OAuth tokens through the client that ``open_http`` makes, one for each: there is one an hour."""

    def __init__(self, open_http: Callable[[SignIn], HttpClient]) -> None:
        self._open_http = open_http

    async def __call__(self, oauth: Secret) -> IamToken:
        """A token.  Raises SignInError when the OAuth token is not accepted, or another ServiceError.

        Whatever the exchange came to, the service itself was asked for nothing: its failures are untouched.
        """
        body = msgspec.json.encode({"yandexPassportOauthToken": sendable(oauth)})
        http = self._open_http(Unsigned(oauth))
        try:
            return _token(await http.fetch("POST", "/iam/v1/tokens", body, read_timeout_s=EXCHANGE_S))
        except RequestRejectedError as error:  # 400 is said of what has not the form of a token
            raise SignInError(
                error.detail, status_code=error.status_code, request_id=error.request_id
            ) from error
        except (ServiceFaultError, SilentError, UnreachableError) as error:
            error.is_untouched = True
            raise
        finally:
            await http.close()


def _token(body: bytes) -> IamToken:
    try:
        reply = msgspec.json.decode(body, type=_Reply)
    except (msgspec.DecodeError, UnicodeDecodeError):
        reply = _Reply()
    if not reply.iam_token:  # not quoted: it may hold a token all the same
        raise BadReplyError("the sign-in service sent no IAM token")
    return IamToken(Secret(reply.iam_token), _moment(reply.expires_at))


def _moment(value: object) -> datetime | None:
    try:
        moment = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
