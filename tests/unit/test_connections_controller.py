"""Connections with their secrets, services and turns: a real database, a keyring in memory, idle services."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from desktop_app.controllers.connections import ConnectionsController
from desktop_app.domain.connections import (
    Auth,
    Connection,
    ConnectionKind,
    ConnectionReport,
    Model,
    Network,
    Proxy,
)
from desktop_app.domain.errors import AccessDeniedError, SecretsUnavailableError, UnusableAssistantError
from desktop_app.domain.events import RunEvent
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.prompt import RunRequest
from desktop_app.domain.secret import Credentials, Kept, Secret
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.database import Database
from desktop_app.store.secrets import SecretStore
from tests.conftest import PATIENCE_S

KEY, OTHER, PASSWORD = Secret("canary-key-1"), Secret("canary-key-2"), Secret("canary-password")
NEW = Connection(ConnectionId(""), ConnectionKind.CHAT, "Test", "http://127.0.0.1:1/v1", Auth.API_KEY)
MANUAL = Network(proxy=Proxy.MANUAL, proxy_url="http://user@127.0.0.1:1")


class MemoryKeyring(KeyringBackend):
    """A keyring in memory, that can be locked."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[str, str] = {}
        self.is_locked = False

    @contextmanager
    def _unlocked(self) -> Iterator[dict[str, str]]:
        if self.is_locked:
            raise KeyringLocked("locked")
        yield self.entries

    def get_password(self, service: str, username: str) -> str | None:
        with self._unlocked() as entries:
            return entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        with self._unlocked() as entries:
            entries[username] = password

    def delete_password(self, service: str, username: str) -> None:
        with self._unlocked() as entries:
            del entries[username]


class IdleService:
    """Knows what it was made of; its test passes, or raises what it was told."""

    def __init__(self, connection: Connection, credentials: Credentials, error: Exception | None) -> None:
        self.connection = connection
        self.credentials = credentials
        self.error = error
        self.is_closed = False

    def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        raise NotImplementedError

    async def models(self) -> tuple[Model, ...]:
        return (Model("m"),)

    async def test(self) -> ConnectionReport:
        if self.error:
            raise self.error
        return ConnectionReport(0)

    async def close(self) -> None:
        self.is_closed = True


class Scene:
    """A controller and what is around it."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "nitka.db", folder / "backups")
        self.keyring = MemoryKeyring()
        self.made: list[IdleService] = []
        self.error: Exception | None = None
        self.connections = ConnectionsController(
            ConnectionStore(self.database), SecretStore("p", backend=self.keyring), self._make
        )

    def _make(self, connection: Connection, credentials: Credentials) -> IdleService:
        self.made.append(IdleService(connection, credentials, self.error))
        return self.made[-1]

    async def added(self, connection: Connection = NEW, key: Secret | None = KEY) -> Connection:
        return (await self.connections.save(connection, key))[0]


@asynccontextmanager
async def scene_at(folder: Path) -> AsyncIterator[Scene]:
    scene = Scene(folder)
    await scene.database.open()
    try:
        yield scene
    finally:
        await scene.connections.close()
        await scene.database.close()
    assert all(service.is_closed for service in scene.made)


@pytest.mark.parametrize("auth", [Auth.API_KEY, Auth.IAM, Auth.OAUTH])
async def test_a_credential_of_every_kind_lives_and_goes_with_its_connection(
    tmp_path: Path, auth: Auth
) -> None:
    async with scene_at(tmp_path) as scene:
        saved, kept = await scene.connections.save(replace(NEW, auth=auth), KEY)
        assert kept is Kept.KEYRING
        assert scene.keyring.entries == {f"p/{saved.id}": KEY.reveal()}
        assert await scene.connections.kept_keys() == {saved.id: Kept.KEYRING}
        assert await scene.connections.connection_of(saved.id) == saved
        async with scene.connections.using(saved.id):
            assert scene.made[0].credentials == Credentials(KEY)
        await scene.connections.remove(saved.id)
        assert scene.keyring.entries == {}
        assert await scene.connections.connection_of(saved.id) is None


async def test_a_connection_that_no_longer_signs_in_keeps_no_key(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        saved = await scene.added()
        assert await scene.connections.save(replace(saved, auth=Auth.IAM), None) == (
            replace(saved, auth=Auth.IAM),
            None,
        )
        assert scene.keyring.entries == {f"p/{saved.id}": KEY.reveal()}
        await scene.connections.save(replace(saved, auth=Auth.NONE), None)
        assert scene.keyring.entries == {}


async def test_a_key_is_not_kept_where_none_is_wanted(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        saved, kept = await scene.connections.save(replace(NEW, auth=Auth.NONE), KEY, PASSWORD)
        assert (kept, scene.keyring.entries) == (None, {})
        assert saved.id


async def test_the_password_of_a_proxy_lives_as_long_as_the_proxy(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        saved, _ = await scene.connections.save(replace(NEW, network=MANUAL), KEY, PASSWORD)
        entries = {f"p/{saved.id}": KEY.reveal(), f"p/{saved.id}.proxy": PASSWORD.reveal()}
        assert scene.keyring.entries == entries
        assert await scene.connections.kept_proxy_passwords() == {saved.id: Kept.KEYRING}
        await scene.connections.save(replace(saved, name="Renamed"), OTHER)
        assert scene.keyring.entries == entries | {f"p/{saved.id}": OTHER.reveal()}
        async with scene.connections.using(saved.id):
            assert scene.made[0].credentials == Credentials(OTHER, PASSWORD)
        await scene.connections.save(replace(saved, network=Network()), None)
        assert scene.keyring.entries == {f"p/{saved.id}": OTHER.reveal()}
        assert await scene.connections.kept_proxy_passwords() == {}
        await scene.connections.save(saved, None, PASSWORD)
        await scene.connections.remove(saved.id)
        assert scene.keyring.entries == {}


async def test_what_cannot_be_kept_leaves_nothing_behind(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        with pytest.raises(ValueError, match="must be text"):
            await scene.connections.save(replace(NEW, network=MANUAL), KEY, Secret("\ud800"))
        assert scene.keyring.entries == {}
        assert await scene.connections.kept_keys() == {}


async def test_one_secret_in_memory_only_is_said(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        scene.keyring.is_locked = True
        saved, kept = await scene.connections.save(replace(NEW, network=MANUAL), KEY, PASSWORD)
        assert kept is Kept.SESSION
        assert await scene.connections.kept_keys() == {saved.id: Kept.SESSION}


async def test_a_test_takes_what_was_given_and_what_is_kept_of_the_rest(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        saved, _ = await scene.connections.save(replace(NEW, network=MANUAL), KEY, PASSWORD)
        await scene.connections.test(saved, None)
        await scene.connections.test(saved, OTHER)
        await scene.connections.test(replace(NEW, network=MANUAL), OTHER)
        assert [service.credentials for service in scene.made] == [
            Credentials(KEY, PASSWORD),
            Credentials(OTHER, PASSWORD),
            Credentials(OTHER),
        ]
        scene.keyring.is_locked = True
        await scene.connections.test(saved, OTHER, PASSWORD)
        with pytest.raises(SecretsUnavailableError):
            await scene.connections.test(saved, None, PASSWORD)


async def test_the_missing_role_is_named_where_the_service_does_not(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        yandex = replace(NEW, kind=ConnectionKind.YANDEX_TEXT, folder="b1g")
        for connection, said, named in (
            (yandex, "", "ai.languageModels.user"),
            (yandex, "ai.assistants.editor", "ai.assistants.editor"),
            (
                replace(yandex, kind=ConnectionKind.ASSISTANT_API),
                "",
                "ai.assistants.editor, ai.languageModels.user",
            ),
            (NEW, "", ""),
        ):
            scene.error = AccessDeniedError("no")
            scene.error.role = said
            with pytest.raises(AccessDeniedError) as caught:
                await scene.connections.test(connection, KEY)
            assert caught.value.role == named


async def test_connections_are_listed_in_the_order_the_user_gave(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        first, second = await scene.added(), await scene.added(replace(NEW, name="Other"))
        await scene.connections.reorder([second.id, first.id])
        assert list(await scene.connections.kept_keys()) == [second.id, first.id]


# -- turns


class Waiting:
    """Takes a turn, and keeps it until it is let go."""

    def __init__(self, scene: Scene, connection_id: ConnectionId) -> None:
        self.has_turn, self.may_end = asyncio.Event(), asyncio.Event()
        self.waited = 0
        self.task = asyncio.create_task(self._wait(scene.connections, connection_id))

    async def _wait(self, connections: ConnectionsController, connection_id: ConnectionId) -> None:
        async with connections.turn(connection_id, self._on_wait) as service:
            assert isinstance(service, IdleService)
            self.service = service
            self.has_turn.set()
            await self.may_end.wait()
            assert not service.is_closed

    def _on_wait(self) -> None:
        self.waited += 1

    async def end(self) -> None:
        self.may_end.set()
        await self.task


async def settled(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0)


async def test_no_more_are_answered_at_once_than_the_connection_allows(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        saved = await scene.added(replace(NEW, network=Network(max_concurrent=2)))
        other = await scene.added(replace(NEW, network=Network(max_concurrent=1)))
        first, second = Waiting(scene, saved.id), Waiting(scene, saved.id)
        await first.has_turn.wait()
        await second.has_turn.wait()
        third, elsewhere = Waiting(scene, saved.id), Waiting(scene, other.id)
        await elsewhere.has_turn.wait()
        await settled(lambda: third.waited)
        assert not third.has_turn.is_set()
        await first.end()
        await third.has_turn.wait()
        assert [one.waited for one in (first, second, third, elsewhere)] == [0, 0, 1, 0]
        for one in (second, third, elsewhere):
            await one.end()


async def test_who_is_cancelled_while_waiting_takes_no_turn(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        saved = await scene.added(replace(NEW, network=Network(max_concurrent=1)))
        first = Waiting(scene, saved.id)
        await first.has_turn.wait()
        second, third = Waiting(scene, saved.id), Waiting(scene, saved.id)
        await settled(lambda: second.waited and third.waited)
        second.task.cancel()
        await first.end()
        await third.has_turn.wait()
        await third.end()
        assert second.task.cancelled()


async def test_who_waited_gets_the_connection_as_it_is_by_then(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        saved = await scene.added(replace(NEW, network=Network(max_concurrent=1)))
        first = Waiting(scene, saved.id)
        await first.has_turn.wait()
        second = Waiting(scene, saved.id)
        await settled(lambda: second.waited)
        await scene.connections.save(saved, OTHER)
        await first.end()
        await second.has_turn.wait()
        assert first.service.is_closed
        assert second.service.credentials == Credentials(OTHER)
        await second.end()


async def test_who_asks_while_a_connection_is_changed_gets_it_as_it_is_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene_at(tmp_path) as scene:
        saved = await scene.added()
        read = scene.connections._credentials
        has_read, may_go_on = asyncio.Event(), asyncio.Event()

        async def slow(connection: Connection) -> Credentials:
            credentials = await read(connection)
            has_read.set()
            await may_go_on.wait()
            return credentials

        monkeypatch.setattr(scene.connections, "_credentials", slow)
        waiting = Waiting(scene, saved.id)
        await has_read.wait()
        await scene.connections.save(saved, OTHER)
        may_go_on.set()
        await waiting.has_turn.wait()
        assert waiting.service.credentials == Credentials(OTHER)
        await waiting.end()
        has_read.clear()
        may_go_on.clear()
        await scene.connections.save(saved, KEY)
        asking = asyncio.create_task(scene.connections.models(saved.id))
        await has_read.wait()
        await scene.connections.remove(saved.id)
        may_go_on.set()
        with pytest.raises(UnusableAssistantError):
            await asking


async def test_the_model_on_this_device_keeps_its_own_queue(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        saved = await scene.added(Connection(ConnectionId(""), ConnectionKind.ON_DEVICE, "Here"))
        waiting = [Waiting(scene, saved.id) for _ in range(20)]
        for one in waiting:
            await one.has_turn.wait()
        for one in waiting:
            await one.end()
        assert len({id(one.service) for one in waiting}) == 1


async def test_a_turn_of_no_connection_is_refused(tmp_path: Path) -> None:
    async with scene_at(tmp_path) as scene:
        for missing in (None, ConnectionId("gone")):
            with pytest.raises(UnusableAssistantError):
                async with scene.connections.turn(missing):
                    pass
