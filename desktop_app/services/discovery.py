"""Servers on this machine, found by asking the usual ports of loopback for their models."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.errors import ServiceError, SignInError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.offers import FoundServer
from desktop_app.domain.secret import Credentials
from desktop_app.services.openai.chat_completions import ChatCompletionsService

USUAL_PORTS: Mapping[int, str] = MappingProxyType(
    {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}
)
LIMIT_S = 1.5


async def discover(ports: Mapping[int, str] = USUAL_PORTS, *, limit_s: float = LIMIT_S) -> list[FoundServer]:
    """The servers that answer within ``limit_s``, in the order of ``ports``; all are asked at the same time."""
    found = await asyncio.gather(*(_asked(port, name, limit_s) for port, name in ports.items()))
    return [server for server in found if server]


async def _asked(port: int, name: str, limit_s: float) -> FoundServer | None:
    base_url = f"http://localhost:{port}/v1"
    connection = Connection(ConnectionId(""), ConnectionKind.CHAT, name, base_url)
    service = ChatCompletionsService(connection, Credentials())
    try:
        async with asyncio.timeout(limit_s):
            return FoundServer(name, base_url, await service.models())
    except SignInError:
        return FoundServer(name, base_url, needs_key=True)
    except (ServiceError, TimeoutError):
        return None
    finally:
        await service.close()
