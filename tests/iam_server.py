"""The exchange of tokens on loopback: ``POST /iam/v1/tokens`` as Yandex Cloud answers it, strict about what comes.

In tests: ``async with IamServer() as iam`` and ``iam.base_url``; ``iam.issued`` are the tokens it gave, oldest first.

As a process, for tests of the whole program: ``python tests/iam_server.py``; its first line is its base URL.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

OAUTH_TOKEN = "y0_" + "CanaryOAuth" * 5
BAD_TOKEN = {"code": 16, "message": "Token is invalid or has expired.", "details": []}


def token(number: int) -> str:
    """The IAM token of this number, of the real form."""
    return f"t1.canary{number}." + "aB" * 43


@dataclass
class IamServer:
    """Answers good exchanges with new tokens; ``refusal`` (status and body) answers all of them instead."""

    oauth: str = OAUTH_TOKEN
    expires_at: Callable[[], object] = lambda: "2999-08-27T23:07:37.532517123Z"
    refusal: tuple[int, object] | None = None
    is_repeating: bool = False
    delay_s: float = 0
    base_url: str = ""
    issued: list[str] = field(default_factory=list)
    asked: int = 0
    complaints: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._on_connection, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        self._server.close()
        if kind is None:
            assert not self.complaints, self.complaints

    async def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip().split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
            body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))))
            self.asked += 1
            await asyncio.sleep(self.delay_s)
            status, value = self._answer(first, headers, body)
            raw = value if isinstance(value, bytes) else json.dumps(value).encode()
            writer.write(
                f"HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\n"
                f"content-length: {len(raw)}\r\nconnection: close\r\n\r\n".encode()
                + raw
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, first: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, object]:
        if complaint := _complaint(first, headers, body):
            self.complaints.append(complaint)
            return 400, {"code": 3, "message": complaint, "details": []}
        if self.refusal:
            return self.refusal
        if body["yandexPassportOauthToken"] != self.oauth:
            return 401, BAD_TOKEN
        if not (self.is_repeating and self.issued):
            self.issued.append(token(len(self.issued) + 1))
        return 200, {"iamToken": self.issued[-1], "expiresAt": self.expires_at(), "newField": None}


def _complaint(first: str, headers: dict[str, str], body: dict[str, Any]) -> str:
    if first.split(" ")[:2] != ["POST", "/iam/v1/tokens"]:
        return f"unexpected call: {first}"
    for name in ("authorization", "openai-project", "x-folder-id"):
        if name in headers:
            return f"{name} does not belong to an exchange"
    if headers.get("content-type") != "application/json" or not headers.get("x-client-request-id"):
        return "content-type or x-client-request-id is missing"
    return "" if list(body) == ["yandexPassportOauthToken"] else f"wrong fields: {sorted(body)}"


async def _main() -> None:
    async with IamServer() as server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
