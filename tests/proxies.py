"""Proxies on loopback, HTTP and SOCKS5, with and without sign-in; and certificates of an authority nobody knows.

A proxy knows a few names (``hosts``: name to port on this machine) and refuses all others, so that a test can reach a
service called ``service.invalid`` through it and in no other way.
"""

import asyncio
import ssl
import subprocess
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit


@dataclass(kw_only=True)
class _Proxy:
    """``seen`` are the targets that were asked for, ``heads`` all it was told before it began to relay."""

    hosts: dict[str, int] = field(default_factory=dict)
    user: str = ""
    password: str = ""
    is_silent: bool = False
    tls: ssl.SSLContext | None = None
    port: int = 0
    seen: list[str] = field(default_factory=list)
    heads: bytes = b""
    met: int = 0
    left: int = 0

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to a client, then relay."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._on_connection, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.met += 1
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            if self.is_silent:
                await reader.read()
            else:
                await self.meet(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # asyncio's own callback of start_server cannot bear a cancelled handler
        finally:
            self.left += 1
            writer.close()

    def _port_of(self, host: str, port: int) -> int | None:
        self.seen.append(f"{host}:{port}")
        return self.hosts.get(host)


class HttpProxy(_Proxy):
    """CONNECT for https, whole addresses for plain http (one request a connection)."""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads += head
        method, target, _ = head.decode("latin-1").split(" ", 2)
        pair = b64encode(f"{self.user}:{self.password}".encode())
        if self.user and b"proxy-authorization: basic " + pair.lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            return
        where = urlsplit(f"//{target}" if method == "CONNECT" else target)
        port = self._port_of(where.hostname or "", where.port or 80)
        if port is None:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _relay(reader, writer, port)
        else:
            await _relay(reader, writer, port, head.replace(target.encode(), where.path.encode(), 1))


class SocksProxy(_Proxy):
    """SOCKS5 (RFC 1928, RFC 1929); names are looked up here."""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        methods = await self._read(reader, (await self._read(reader, 2))[1])
        wanted = 2 if self.user else 0
        if wanted not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, wanted]))
        if wanted == 2:
            user = await self._read(reader, (await self._read(reader, 2))[1])
            password = await self._read(reader, (await self._read(reader, 1))[0])
            is_right = (user, password) == (self.user.encode(), self.password.encode())
            writer.write(b"\x01\x00" if is_right else b"\x01\x01")
            if not is_right:
                return
        kind = (await self._read(reader, 4))[3]
        if kind == 1:
            host = ".".join(str(part) for part in await self._read(reader, 4))
        else:
            host = (await self._read(reader, (await self._read(reader, 1))[0])).decode()
        port = self._port_of(host, int.from_bytes(await self._read(reader, 2), "big"))
        writer.write(bytes([5, 4 if port is None else 0, 0, 1, 127, 0, 0, 1, 0, 0]))
        if port is not None:
            await _relay(reader, writer, port)

    async def _read(self, reader: asyncio.StreamReader, count: int) -> bytes:
        data = await reader.readexactly(count)
        self.heads += data
        return data


class BabblingProxy(_Proxy):
    """Answers everything with something else."""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"220 mail.example ESMTP\r\n")


async def _relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, first: bytes = b""
) -> None:
    there_reader, there = await asyncio.open_connection("127.0.0.1", port)
    there.write(first)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_pass_on(reader, there))
            group.create_task(_pass_on(there_reader, writer))
    except* ConnectionError:
        pass
    finally:
        there.close()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.close()


@dataclass(frozen=True)
class Authority:
    """A certificate authority of our own in ``folder``: ``ca_path`` is what a client has to trust."""

    folder: Path

    @property
    def ca_path(self) -> str:
        """The PEM file."""
        return str(self.folder / "ca.pem")

    def make(self, *names: str) -> Self:
        """Make the authority and a certificate for ``names``, with openssl."""
        made = ("-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        ca = ("-addext", "keyUsage=critical,keyCertSign")
        (self.folder / "names").write_text("subjectAltName=" + ",".join(names))
        self._openssl(
            "req", "-x509", *made, *ca, "-subj", "/CN=Nobody", "-keyout", "ca.key", "-out", "ca.pem"
        )
        self._openssl("req", *made, "-subj", "/CN=service", "-keyout", "key.pem", "-out", "request")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
        self._openssl("x509", "-req", "-in", "request", *signed, "-out", "certificate.pem")
        return self

    def server(self) -> ssl.SSLContext:
        """The context of a server with the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "certificate.pem", self.folder / "key.pem")
        return context

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
