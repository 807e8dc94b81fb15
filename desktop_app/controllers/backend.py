"""Everything without a window, built by hand: the same for the window and for headless commands."""

import asyncio
import getpass
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desktop_app.controllers.assistant_files import AssistantFilesController
from desktop_app.controllers.calls import Toolbox
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.context import ContextController
from desktop_app.controllers.facts import Fact
from desktop_app.controllers.files import FilesController
from desktop_app.controllers.find import FindController
from desktop_app.controllers.images import ImagesController
from desktop_app.controllers.library import Beginning, LibraryController
from desktop_app.controllers.lifetimes import LifetimesController
from desktop_app.controllers.operations import OperationsController
from desktop_app.controllers.prompts import Prompts
from desktop_app.controllers.pull import PullController
from desktop_app.controllers.remote_files import RemoteFilesController
from desktop_app.controllers.runs import RunsController
from desktop_app.controllers.searching import Searching
from desktop_app.controllers.worker import ExceptionHandler, Worker
from desktop_app.domain.errors import DatabaseDamagedError, StoreError
from desktop_app.domain.secret import Secret
from desktop_app.domain.trash import KEPT
from desktop_app.domain.variables import Surroundings
from desktop_app.export.markdown import Labels
from desktop_app.services.device.on_device import OnDeviceModel
from desktop_app.services.factory import service_factory
from desktop_app.services.images import fetch_image
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.call_rules import CallRuleStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.finding import FindingStore
from desktop_app.store.lifetimes import LifetimeStore
from desktop_app.store.operations import OperationStore
from desktop_app.store.ownership import ProcessMark
from desktop_app.store.profile import Profile
from desktop_app.store.pulled import PulledStore
from desktop_app.store.remote import RemoteStore
from desktop_app.store.secrets import SecretStore
from desktop_app.store.token_ratios import TokenRatioStore
from desktop_app.store.trash import TrashStore

log = logging.getLogger(__name__)

CLOSE_LIMIT_S = 4.0
BACKUP_EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Backend:
    """The parts, open and wired; ``commands`` holds the folders in which programs that answer calls work."""

    worker: Worker
    database: Database
    mark: ProcessMark
    model: OnDeviceModel
    conversations: ConversationStore
    assistants: AssistantStore
    connection_records: ConnectionStore
    operation_records: OperationStore
    connections: ConnectionsController
    library: LibraryController
    runs: RunsController
    operations: OperationsController
    pull: PullController
    find: FindController
    images: ImagesController
    rules: CallRuleStore
    files: FilesController
    context: ContextController
    lifetimes: LifetimesController
    trash: TrashStore
    assistant_files: AssistantFilesController
    remote_files: RemoteFilesController
    commands: Path
    _files: asyncio.Lock = field(default_factory=asyncio.Lock)

    def log_fault(self, error: BaseException) -> None:
        """Keep an error that is about to be shown."""
        log.error("a task failed", exc_info=error)

    async def run_blocking(self, work: Callable[[], Any]) -> None:
        """Run a short blocking function on the worker's side."""
        await self.worker.ask(self._one_by_one(work))

    async def _one_by_one(self, work: Callable[[], Any]) -> None:
        async with self._files:
            await asyncio.to_thread(work)

    def close(self) -> None:
        """Stop runs, keep their text, end the child, the worker and the store, within a few seconds."""
        leaving = self.worker.call(self._leave())
        try:
            leaving.result(CLOSE_LIMIT_S)
        except TimeoutError:
            log.warning("leaving took too long; what was stored stays stored")
        except Exception:
            log.exception("a part could not be closed")
        finally:
            self.worker.stop()
            self.database.close_blocking()
            self.mark.release()

    async def _leave(self) -> None:
        async with AsyncExitStack() as leaving:  # in reverse order, each whatever the others do
            leaving.push_async_callback(self.model.close)
            leaving.push_async_callback(self.connections.close)
            leaving.push_async_callback(self.files.close)
            leaving.push_async_callback(self.lifetimes.close)
            leaving.push_async_callback(self.pull.close)
            leaving.push_async_callback(self.operations.close)
            leaving.push_async_callback(self.runs.close)

    def prepare(self, beginning: Beginning) -> None:
        """Mend what a crash left, and give a new profile its beginning.  Blocks; raises StoreError."""
        try:
            self.worker.call(self._prepare(beginning)).result()
        except DatabaseDamagedError:  # what can be read is shown, and nothing more is written
            log.exception("the database is damaged")
        else:
            self.worker.call(_back_up_when_due(self.database))

    async def _prepare(self, beginning: Beginning) -> None:
        self.runs.adopt(await self.conversations.resumable_orphans(self.mark.is_alive, self.mark.token))
        await self.conversations.interrupt_orphans(self.mark.is_alive)
        await self.library.begin(beginning)
        await self.trash.purge(datetime.now(UTC) - KEPT)
        await self.operations.start(self.mark.is_alive)
        await self.lifetimes.start()
        await self.files.start()


def open_backend(
    profile: Profile,
    profile_id: str,
    report: Callable[[Fact], None],
    *,
    labels: Labels,
    beginning: Beginning,
    on_loop_error: ExceptionHandler | None = None,
    on_secret: Callable[[Secret], None] | None = None,
) -> Backend:
    """Open the store, mend what a crash left, start the worker.  Raises StoreError.

    Blocks for as long as the database needs: call it off the window's thread.
    """
    database = Database(profile.database, profile.backups)
    database.open_blocking()
    try:
        mark = ProcessMark(profile.locks)
    except BaseException:
        database.close_blocking()
        raise
    conversations, assistants = ConversationStore(database), AssistantStore(database)
    records, operation_records = ConnectionStore(database), OperationStore(database)
    worker = Worker(on_loop_error)
    worker.start()
    model = OnDeviceModel(profile.logs)
    secrets = SecretStore(profile_id, on_secret=on_secret)
    connections = ConnectionsController(records, secrets, service_factory(model))
    library = LibraryController(conversations, assistants, records, labels)
    remote = RemoteStore(database)
    trash = TrashStore(database)
    files = FilesController(profile.library, report, mark, trash.has_assistant)
    prompts = Prompts(TokenRatioStore(database), Surroundings(_user(), labels.language))
    rules = CallRuleStore(database)
    searching = Searching(files)
    toolbox = Toolbox(rules, searching, profile.commands)
    runs = RunsController(
        conversations, assistants, connections, remote, prompts, toolbox, mark.token, report
    )
    operations = OperationsController(
        operation_records,
        conversations,
        assistants,
        connections,
        prompts,
        searching,
        mark.token,
        report,
        claim=runs.claim,
    )
    backend = Backend(
        worker,
        database,
        mark,
        model,
        conversations,
        assistants,
        records,
        operation_records,
        connections,
        library,
        runs,
        operations,
        PullController(
            PulledStore(database), remote, assistants, connections, mark.token, mark.is_alive, report
        ),
        FindController(FindingStore(database)),
        ImagesController(fetch_image),
        rules,
        files,
        ContextController(conversations, assistants, connections, prompts, searching),
        LifetimesController(LifetimeStore(database), report),
        trash,
        AssistantFilesController(assistants, records),
        RemoteFilesController(connections, report),
        profile.commands,
    )
    if not database.is_read_only:
        try:
            backend.prepare(beginning)
        except BaseException:
            backend.close()
            raise
    return backend


def _user() -> str:
    """The name under which the user is signed in here; empty where the system has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


async def _back_up_when_due(database: Database) -> None:
    """Make a copy of the database when the newest is a week old; the start does not wait for it."""
    newest = database.backups()[:1]
    if newest and datetime.now(UTC) - datetime.fromtimestamp(newest[0].stat().st_mtime, UTC) < BACKUP_EVERY:
        return
    try:
        await database.back_up()
    except StoreError:
        log.exception("no backup of the database could be made")
