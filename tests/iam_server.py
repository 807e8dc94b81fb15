"""The exchange of tokens on loopback: ``POST /iam/v1/tokens`` as Yandex Cloud answers it, strict about what comes.

In tests: ``async with IamServer() as iam`` and ``iam.base_url``; ``iam.issued`` are the tokens it gave, oldest first.

As a process, for tests of the whole program: ``python -m tests.iam_server``; its first line is its base URL.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.servers import Exchange, LoopbackServer

OAUTH_TOKEN = "y0_" + "CanaryOAuth" * 5
BAD_TOKEN = {"code": 16, "message": "Token is invalid or has expired.", "details": []}


def token(number: int) -> str:
    """The IAM token of this number, of the real form."""
    return f"t1.canary{number}." + "aB" * 43


@dataclass(kw_only=True)
class IamServer(LoopbackServer):
    """Answers good exchanges with new tokens; ``refusal`` (status and body) answers all of them instead."""

    oauth: str = OAUTH_TOKEN
    expires_at: Callable[[], object] = lambda: "2999-08-27T23:07:37.532517123Z"
    refusal: tuple[int, object] | None = None
    is_repeating: bool = False
    delay_s: float = 0
    issued: list[str] = field(default_factory=list)

    async def answer(self, exchange: Exchange) -> None:
        """A token, or why there is none."""
        await asyncio.sleep(self.delay_s)
        if complaint := _complaint(exchange):
            self.complaints.append(complaint)
            await exchange.reply(400, {"code": 3, "message": complaint, "details": []})
        elif self.refusal:
            await exchange.reply(*self.refusal)
        elif exchange.body["yandexPassportOauthToken"] != self.oauth:
            await exchange.reply(401, BAD_TOKEN)
        else:
            if not (self.is_repeating and self.issued):
                self.issued.append(token(len(self.issued) + 1))
            said = {"iamToken": self.issued[-1], "expiresAt": self.expires_at(), "newField": None}
            await exchange.reply(200, said)


def _complaint(exchange: Exchange) -> str:
    if (exchange.method, exchange.path) != ("POST", "/iam/v1/tokens"):
        return f"unexpected call: {exchange.method} {exchange.path}"
    for name in ("authorization", "openai-project", "x-folder-id"):
        if name in exchange.headers:
            return f"{name} does not belong to an exchange"
    if exchange.headers.get("content-type") != "application/json":
        return "content-type is not application/json"
    if not exchange.headers.get("x-client-request-id"):
        return "x-client-request-id is missing"
    fields = list(exchange.body)
    return "" if fields == ["yandexPassportOauthToken"] else f"wrong fields: {fields}"


async def _main() -> None:
    async with IamServer() as server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
