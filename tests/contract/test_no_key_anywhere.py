"""No credential is anywhere but in the keyring and on its way: every kind of connection, sign-in and error.

The servers repeat what they were sent wherever a reply has room for it, in every writing.  Everything that the program
tells and keeps is searched then: errors with their causes, facts, what the window would copy, logs, the database and
its copies, settings, exports.  ``NITKA_KEY_ROUNDS=10`` looks longer: each round repeats credentials in every place
once more, in other writings.
"""

import asyncio
import json
import logging
import os
import traceback
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.facts import Fact
from desktop_app.controllers.library import Beginning
from desktop_app.domain.assistants import Assistant
from desktop_app.domain.connections import Auth, Connection, ConnectionKind, Network, Proxy
from desktop_app.domain.errors import NitkaError, RunError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.providers import can_defer, kind_of
from desktop_app.domain.secret import Secret
from desktop_app.export.markdown import Labels
from desktop_app.logs import set_up
from desktop_app.services.transport import retries
from desktop_app.services.yandex import assistant_api_runs
from desktop_app.store.profile import Profile
from desktop_app.store.settings import load_settings
from tests.assistants_folder import FOLDER as ASSISTANTS_FOLDER
from tests.assistants_folder import Folder
from tests.echoing import (
    PLACES,
    STATUSES,
    WRITINGS,
    Echoing,
    EchoingAll,
    EchoingAssistants,
    EchoingChat,
    EchoingIam,
    EchoingResponses,
    EchoingYandexText,
    echo,
    told,
)
from tests.proxies import SocksProxy
from tests.responses_server import ID, message, response, says
from tests.servers import Behaviour, Exchange, refuse, stream
from tests.yandex_text_server import FOLDER

# Of no form that is known to be one of a key.
API_KEY = "canary-7Qk2Xz9Lw4Rt8Vb3Nm6Hj1"
IAM_TOKEN = "canary.Tg5Ys0Du7Fc2Ae9Pi4Ow8Zx"
OAUTH_TOKEN = "canary_Mv3Kb6Jn1Gh8Sd5Lf0Qa2Ue"
PASSWORD = "canary~Rw9Ct4Xp7Zo1Bi6Vy3Ek8Nu"
SECRETS = [API_KEY, IAM_TOKEN, OAUTH_TOKEN, PASSWORD]
KEYS = {Auth.API_KEY: API_KEY, Auth.IAM: IAM_TOKEN, Auth.OAUTH: OAUTH_TOKEN}

KINDS = [kind for kind in ConnectionKind if kind is not ConnectionKind.ON_DEVICE]
RUN_S = 10.0
ROUNDS = int(os.environ.get("NITKA_KEY_ROUNDS", "1"))

pytestmark = pytest.mark.limit_s(120.0 * ROUNDS)


@dataclass
class Everything:
    """The program without a window, on a profile of its own, and all that it told."""

    profile: Profile
    said: list[str] = field(default_factory=list)
    errors: list[RunError] = field(default_factory=list)

    def open(self) -> None:
        """Start."""
        self.profile.prepare()
        self._logs = set_up(self.profile.logs, logging.DEBUG)
        self._backend = open_backend(
            self.profile,
            load_settings(self.profile).value.profile_id,
            self._hear,
            labels=Labels(),
            beginning=Beginning(),
            on_secret=lambda _: None,  # what is left out of errors is not left to the logs
        )

    def close(self) -> None:
        """End."""
        self._backend.close()
        self._logs.close()

    @property
    def backend(self) -> Backend:
        """The parts."""
        return self._backend

    def _hear(self, fact: Fact) -> None:
        self.said.append(repr(fact))
        run = getattr(fact, "run", None) or getattr(fact, "operation", None)
        if error := getattr(run, "error", None):
            self.errors.append(error)

    async def attempt(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something that may fail, and keep what is said of it."""
        try:
            self.said.append(repr(await self.backend.worker.ask(work)))
        except NitkaError as error:
            self.errors.append(RunError.of(error))
            self.said += ["".join(traceback.format_exception(error)), *_told_by(error)]

    async def use(self, connection: Connection) -> None:
        """All that can be done with a connection."""
        backend = self.backend
        await self.attempt(backend.connections.test(connection, None))
        await self.attempt(backend.connections.models(connection.id))
        assistant = (await backend.worker.ask(backend.assistants.assistants()))[0]
        settings = replace(assistant.settings, connection_id=connection.id, model="yandexgpt/latest")
        await self.ask(replace(assistant, settings=settings))
        if can_defer(connection):
            thread = await backend.worker.ask(backend.library.new_thread(assistant.id))
            answering = replace(assistant, settings=settings)
            await self.attempt(backend.operations.send(thread.id, "Later?", answering))
            await self.attempt(backend.operations.check_now())
        if kind_of(connection).has_pull:
            await self.attempt(backend.pull.pull(connection.id))

    async def ask(self, assistant: Assistant) -> None:
        """Ask for a reply and wait for its end."""
        backend = self.backend
        thread = await backend.worker.ask(backend.library.new_thread(assistant.id))
        await self.attempt(backend.runs.send(thread.id, "Hello?", assistant))
        try:
            async with asyncio.timeout(RUN_S):
                await backend.worker.ask(backend.runs.wait(thread.id))
        except TimeoutError:
            pytest.fail("a run did not end")

    async def add(self, connection: Connection, password: str = "") -> Connection:
        """Keep a connection and its secrets."""
        key = Secret(KEYS[connection.auth])
        work = self.backend.connections.save(connection, key, Secret(password) if password else None)
        saved, _ = await self.backend.worker.ask(work)
        return saved

    async def leave(self, folder: Path) -> None:
        """Copy the database and export all threads, in every format."""
        await self.backend.worker.ask(self.backend.database.back_up())
        for suffix in ("md", "html", "json"):
            await self.backend.worker.ask(self.backend.library.export(None, suffix, folder / suffix))


def _told_by(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield f"{one!r} {one} {vars(one)}"
            waiting += [one.__cause__, one.__context__]


@pytest.fixture
def everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Everything]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for name in ("POLL_FIRST_S", "POLL_PATIENCE_S", "POLL_LIMIT_S"):
        monkeypatch.setattr(assistant_api_runs, name, 0.01)
    for module in (assistant_api_runs, retries):
        monkeypatch.setattr(module, "delay_s", lambda *_: 0.0)
    made = Everything(Profile.at(tmp_path / "profile"))
    made.open()
    yield made
    made.close()


def search(everything: Everything, folder: Path, issued: Sequence[str] = ()) -> None:
    """Fail if a credential is anywhere; ``issued`` are those that were got by exchange."""
    from desktop_app.widgets.transcript.error_texts import ErrorTexts

    assert not [error for error in everything.errors if error.code == "internal"]
    secrets = [*SECRETS, *issued]
    copied = [ErrorTexts().details(error) for error in everything.errors]
    explained = [repr(ErrorTexts().explain(error)) for error in everything.errors]
    for text in {*everything.said, *copied, *explained}:
        assert not told(text, secrets), text
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"nitka.db", "settings.json", "nitka.log"} <= names, names
    for path in files:
        assert not told(path.read_bytes().decode("latin-1"), secrets), path


# -- the servers

WHOLE = refuse(200, response("completed", message("Fine"), response_id=ID))


async def answer_responses(exchange: Exchange) -> None:
    """A stream, or, for a deferred request, the whole."""
    await (says("Fi", "ne") if exchange.body.get("stream") else WHOLE)(exchange)


@asynccontextmanager
async def server_of(kind: ConnectionKind) -> AsyncIterator[tuple[Echoing, Connection]]:
    """A good server, which takes any credential, and a connection to it but for its sign-in."""
    made = Connection(ConnectionId(""), kind, "Echo", provider="yandex", network=Network(retries=0))
    match kind:
        case ConnectionKind.CHAT:
            async with EchoingChat(stream("Fi", "ne"), is_forgiving=True) as chat:
                yield chat, replace(made, base_url=chat.base_url)
        case ConnectionKind.RESPONSES:
            async with EchoingResponses(answer_responses, WHOLE, is_forgiving=True) as responses:
                yield responses, replace(made, base_url=responses.base_url)
        case ConnectionKind.YANDEX_TEXT:
            async with EchoingYandexText(is_forgiving=True) as text:
                made = replace(made, folder=FOLDER, operations_url=text.base_url)
                yield text, replace(made, base_url=text.text_url)
        case _:
            folder = Folder()
            folder.populate(assistants=1, versions=1, threads=1, messages=2)
            async with EchoingAssistants(is_forgiving=True, folder=folder) as assistants:
                yield assistants, replace(made, folder=ASSISTANTS_FOLDER, base_url=assistants.base_url)


@pytest.mark.parametrize("auth", list(KEYS))
@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_service_repeats_of_a_credential_is_nowhere(
    kind: ConnectionKind, auth: Auth, everything: Everything, tmp_path: Path
) -> None:
    seeded = Random(f"{kind} {auth} {ROUNDS}")
    async with EchoingIam(oauth=OAUTH_TOKEN) as iam, server_of(kind) as (server, made):
        connection = await everything.add(replace(made, auth=auth, iam_url=iam.base_url))
        await everything.use(connection)
        assert not everything.errors
        for place in [*PLACES] * ROUNDS:
            server.fault, server.spared = any_echo(place, seeded), seeded.choice((0, 0, 1, 2, 3))
            await everything.use(connection)
        server.fault = None
        for place in [*PLACES] * ROUNDS if auth is Auth.OAUTH else ():
            iam.fault = any_echo(place, seeded)
            await everything.attempt(everything.backend.connections.test(connection, None))
        await everything.leave(tmp_path)
        for one in (server, iam) if auth is Auth.OAUTH else (server,):
            sent = iam.issued if auth is Auth.OAUTH and one is server else [KEYS[auth]]
            assert told(" ".join(one.sent), sent), "nothing was repeated"
    search(everything, tmp_path, iam.issued)


def any_echo(place: str, seeded: Random) -> Behaviour:
    """Credentials in a place, written and sent anyhow."""
    return echo(
        place, seeded.choice([*WRITINGS]), seeded.choice(STATUSES), is_crumbled=not seeded.randrange(4)
    )


# -- behind a proxy


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_repeated_behind_a_proxy_is_nowhere(
    kind: ConnectionKind, everything: Everything, tmp_path: Path
) -> None:
    seeded = Random(kind)
    async with server_of(kind) as (server, made):
        connection = behind(made, f"http://user@{urlsplit(made.base_url).netloc}")
        connection = await everything.add(connection, PASSWORD)
        await everything.use(connection)
        assert not everything.errors
        for place in PLACES:
            server.fault, server.spared = any_echo(place, seeded), seeded.choice((0, 0, 1, 2, 3))
            await everything.use(connection)
        assert told(" ".join(server.sent), [PASSWORD])
        assert told(" ".join(server.sent), [API_KEY])
        await everything.leave(tmp_path)
    search(everything, tmp_path)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("is_systems", [False, True])
async def test_what_a_proxy_repeats_is_nowhere(
    scheme: str, is_systems: bool, everything: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded = Random(scheme)
    made = Connection(
        ConnectionId(""), ConnectionKind.CHAT, "Echo", "http://127.0.0.1:1/v1", provider="yandex"
    )
    async with EchoingAll() as proxy:
        host = proxy.base_url.partition("://")[2]
        connection = behind(made, f"http://user@{host}", scheme)
        if is_systems:
            monkeypatch.setenv(f"{scheme}_proxy", f"http://user:{PASSWORD}@{host}")
            connection = replace(connection, network=replace(connection.network, proxy=Proxy.SYSTEM))
        connection = await everything.add(connection, "" if is_systems else PASSWORD)
        for writing in WRITINGS:
            for place in PLACES:
                proxy.fault = echo(place, writing, seeded.choice((407, *STATUSES)))
                await everything.attempt(everything.backend.connections.test(connection, None))
        await everything.use(connection)
        assert told(" ".join(proxy.sent), [PASSWORD])
        await everything.leave(tmp_path)
    search(everything, tmp_path)


@pytest.mark.parametrize("password", [PASSWORD, "wrong-" + PASSWORD])
async def test_the_password_of_a_socks_proxy_is_nowhere(
    password: str, everything: Everything, tmp_path: Path
) -> None:
    made = Connection(ConnectionId(""), ConnectionKind.CHAT, "Socks", "http://127.0.0.1:1/v1")
    async with SocksProxy(user="user", password=PASSWORD) as proxy:
        connection = behind(made, f"socks5h://user@127.0.0.1:{proxy.port}")
        await everything.use(await everything.add(connection, password))
        assert password.encode() in proxy.heads
        await everything.leave(tmp_path)
    assert everything.errors
    search(everything, tmp_path)


def behind(connection: Connection, proxy_url: str, scheme: str = "http") -> Connection:
    """The connection, with a key, behind a proxy that alone knows the host."""

    def moved(url: str) -> str:
        parts = urlsplit(url)
        return urlunsplit((scheme, "service.invalid", parts.path, "", "")) if url else ""

    return replace(
        connection,
        auth=Auth.API_KEY,
        base_url=moved(connection.base_url),
        operations_url=moved(connection.operations_url),
        network=Network(Proxy.MANUAL, proxy_url, allows_http=True, retries=0),
    )


# -- the search itself


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("text", [API_KEY, f"Bearer {API_KEY}", f"y{API_KEY[5:20]}"])
def test_the_search_finds_a_credential_in_every_writing(writing: str, text: str) -> None:
    assert told(f"<{WRITINGS[writing](text)}>", SECRETS)
    assert told(json.dumps({"a": WRITINGS[writing](text)}), SECRETS)


def test_the_search_finds_nothing_else() -> None:
    assert not told("canary " + " ".join(WRITINGS[writing]("canary-8") for writing in WRITINGS), SECRETS)
