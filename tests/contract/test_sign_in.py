"""How connections sign in: keys as they are, OAuth tokens exchanged at a real server on loopback."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.errors import BadReplyError, ServiceFaultError, SignInError, UnreachableError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.services.transport.connecting import sign_in_of
from desktop_app.services.transport.http import HttpClient
from desktop_app.services.transport.iam import IamExchange
from desktop_app.services.transport.sign_in import OAuthSignIn, SignIn
from tests.iam_server import OAUTH_TOKEN, IamServer, token
from tests.servers import KEY, ChatServer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def connection(auth: Auth, **more: str) -> Connection:
    made = Connection(ConnectionId("c"), ConnectionKind.YANDEX_TEXT, "Test", "http://127.0.0.1:9/v1", auth)
    return replace(made, **more)  # type: ignore[arg-type]


def oauth(iam: IamServer, clock: Clock | None = None, sent: str = OAUTH_TOKEN) -> OAuthSignIn:
    exchange = IamExchange(lambda unsigned: HttpClient(iam.base_url, unsigned))
    return OAuthSignIn(Secret(sent), exchange, clock=clock or Clock())


def bearer(number: int) -> dict[str, str]:
    return {"authorization": f"Bearer {token(number)}"}


async def test_each_way_to_sign_in_sends_its_own_header() -> None:
    credentials = Credentials(Secret(KEY))
    for auth, sent in (
        (Auth.NONE, {}),
        (Auth.API_KEY, {"authorization": f"Api-Key {KEY}"}),
        (Auth.IAM, {"authorization": f"Bearer {KEY}"}),
    ):
        sign_in = sign_in_of(connection(auth), credentials)
        assert await sign_in.headers() == sent
        assert not await sign_in.renew(sent)
        assert KEY not in sign_in.redacted(f"what {KEY}?") or auth is Auth.NONE


async def test_an_oauth_token_is_exchanged_where_the_connection_says() -> None:
    async with IamServer() as iam:
        sign_in = sign_in_of(connection(Auth.OAUTH, iam_url=iam.base_url), Credentials(Secret(OAUTH_TOKEN)))
        assert iam.seen == []
        assert await sign_in.headers() == bearer(1)


async def test_many_requests_at_once_exchange_once() -> None:
    async with IamServer(delay_s=0.05) as iam:
        sign_in = oauth(iam)
        sent = await asyncio.gather(*(sign_in.headers() for _ in range(20)))
        assert sent == [bearer(1)] * 20
        assert len(iam.seen) == 1


@pytest.mark.parametrize(
    ("expires_after", "used_for"),
    [
        (timedelta(hours=12), timedelta(hours=1)),
        (timedelta(minutes=30), timedelta(minutes=25)),
        (timedelta(minutes=2), timedelta(minutes=1)),
        (timedelta(days=-400), timedelta(minutes=1)),
        (None, timedelta(hours=1)),
    ],
)
async def test_a_token_is_used_for_an_hour_but_not_in_its_last_minutes(
    expires_after: timedelta | None, used_for: timedelta
) -> None:
    expires_at = (NOON + expires_after).isoformat() if expires_after is not None else None
    async with IamServer(expires_at=lambda: expires_at) as iam:
        clock = Clock()
        sign_in = oauth(iam, clock)
        assert await sign_in.headers() == bearer(1)
        clock.now = NOON + used_for - timedelta(seconds=1)
        assert await sign_in.headers() == bearer(1)
        clock.now = NOON + used_for
        assert await sign_in.headers() == bearer(2)


@pytest.mark.parametrize("expires_at", ["never", 5, {"a": 1}, "0001-01-01T00:00:00+14:00", ""])
async def test_an_end_that_nobody_understands_is_no_error(expires_at: object) -> None:
    async with IamServer(expires_at=lambda: expires_at) as iam:
        assert await oauth(iam).headers() == bearer(1)


async def test_a_refused_token_is_exchanged_once_more_however_many_were_refused() -> None:
    async with IamServer(delay_s=0.05) as iam:
        sign_in = oauth(iam)
        sent = await sign_in.headers()
        assert await asyncio.gather(*(sign_in.renew(sent) for _ in range(5))) == [True] * 5
        assert await sign_in.renew(sent)  # a refusal that comes late
        assert await sign_in.headers() == bearer(2)
        assert len(iam.seen) == 2


async def test_the_same_token_again_is_not_worth_another_request() -> None:
    async with IamServer(is_repeating=True) as iam:
        sign_in = oauth(iam)
        assert not await sign_in.renew(await sign_in.headers())


async def test_a_request_that_is_given_up_does_not_stop_the_others() -> None:
    async with IamServer(delay_s=0.1) as iam:
        sign_in = oauth(iam)
        first, second = asyncio.create_task(sign_in.headers()), asyncio.create_task(sign_in.headers())
        await asyncio.sleep(0)
        first.cancel()
        assert await second in (bearer(1), bearer(2))
        assert first.cancelled()


@pytest.mark.parametrize("refusal", [None, (400, {"code": 3, "message": f"no token: {OAUTH_TOKEN}x"})])
async def test_a_bad_token_is_a_matter_of_signing_in(refusal: tuple[int, object] | None) -> None:
    async with IamServer(refusal=refusal) as iam:
        with pytest.raises(SignInError) as caught:
            await oauth(iam, sent=f"{OAUTH_TOKEN}x").headers()
        assert OAUTH_TOKEN not in f"{caught.value!r} {caught.value.detail}"


async def test_a_token_that_cannot_be_sent_is_not_quoted() -> None:
    async with IamServer() as iam:
        with pytest.raises(SignInError) as caught:
            await oauth(iam, sent=f"{OAUTH_TOKEN}\ud800").headers()
        assert OAUTH_TOKEN not in repr(caught.value)
        assert iam.seen == []


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"<html>hello</html>", BadReplyError),
        (200, {"iamToken": None}, BadReplyError),
        (200, {"iamToken": 7, "secret": "t1.canary"}, BadReplyError),
        (200, [], BadReplyError),
        (200, b"\xff\xfe", BadReplyError),
        (503, {"code": 14, "message": "unavailable"}, ServiceFaultError),
    ],
)
async def test_what_is_no_token_is_an_error_of_ours(
    status: int, body: object, expected: type[Exception]
) -> None:
    async with IamServer(refusal=(status, body)) as iam:
        with pytest.raises(expected) as caught:
            await oauth(iam).headers()
        assert "t1.canary" not in repr(caught.value)


async def test_nobody_there_to_exchange_is_a_matter_of_the_network() -> None:
    async with IamServer() as iam:
        gone = iam
    with pytest.raises(UnreachableError) as caught:
        await oauth(gone).headers()
    assert caught.value.is_untouched


async def test_a_fault_of_the_exchange_may_be_repeated_since_nothing_was_asked_of_the_service() -> None:
    async with IamServer(refusal=(500, {"code": 13, "message": "internal"})) as iam:
        with pytest.raises(ServiceFaultError) as caught:
            await oauth(iam).headers()
        assert caught.value.is_untouched


async def test_neither_the_oauth_token_nor_any_iam_token_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    async with IamServer() as iam:
        with caplog.at_level(logging.DEBUG, "desktop_app"):
            sign_in = oauth(iam)
            await sign_in.headers()
            await sign_in.renew(await sign_in.headers())
        every = f"{OAUTH_TOKEN} {token(1)} {token(2)}"
        assert sign_in.redacted(every) == "••• ••• •••"
        shown = f"{caplog.text} {sign_in!r} {vars(sign_in)!r}"
        assert not [secret for secret in every.split() if secret in shown]


async def test_a_refused_request_is_repeated_once_with_a_fresh_token() -> None:
    async with IamServer() as iam, ChatServer(key=token(2), is_forgiving=True) as server:
        sign_in: SignIn = oauth(iam)
        http = HttpClient(server.base_url, sign_in)
        try:
            assert b"scripted" in await http.fetch("GET", "/models")
        finally:
            await http.close()
        assert [exchange.headers["authorization"] for exchange in server.seen] == [
            f"Bearer {token(1)}",
            f"Bearer {token(2)}",
        ]
