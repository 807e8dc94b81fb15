"""Servers on this machine, found at real ports."""

import asyncio
from urllib.parse import urlsplit

from desktop_app.domain.connections import Model
from desktop_app.domain.offers import FoundServer
from desktop_app.services.discovery import USUAL_PORTS, discover
from tests.conftest import PATIENCE_S
from tests.servers import ChatServer, keep_silent, listing, refuse

MODELS = listing({"id": "llama3.2:1b", "object": "model", "owned_by": "library"})


def port(server: ChatServer) -> int:
    return urlsplit(server.base_url).port or 0


def closed_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_the_usual_ports_are_those_of_the_usual_servers() -> None:
    assert USUAL_PORTS == {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}


async def test_servers_are_found_with_their_models_and_nothing_else_is() -> None:
    async with (
        ChatServer(models=MODELS, key=None) as ollama,
        ChatServer(models=refuse(200, "<html>It works!</html>"), key=None) as web,
        ChatServer(models=refuse(404, "nothing here"), key=None) as other,
    ):
        ports = {
            port(web): "llama.cpp",
            port(ollama): "Ollama",
            port(other): "vLLM",
            closed_port(): "LM Studio",
        }
        found = await discover(ports)
        assert found == [
            FoundServer("Ollama", f"http://localhost:{port(ollama)}/v1", (Model("llama3.2:1b"),)),
        ]
        for server in (ollama, web, other):
            assert [(one.method, one.path) for one in server.seen] == [("GET", "/v1/models")]


async def test_a_server_that_wants_a_key_is_found_too() -> None:
    async with ChatServer(is_forgiving=True) as server:
        [found] = await discover({port(server): "vLLM"})
        assert found == FoundServer("vLLM", f"http://localhost:{port(server)}/v1", needs_key=True)


async def test_a_silent_port_does_not_hold_up_the_others() -> None:
    async with (
        ChatServer(models=keep_silent, key=None) as silent,
        ChatServer(models=MODELS, key=None) as quick,
    ):
        async with asyncio.timeout(PATIENCE_S):  # nobody ends the silence
            found = await discover({port(silent): "LM Studio", port(quick): "Ollama"})
        assert [server.name for server in found] == ["Ollama"]
