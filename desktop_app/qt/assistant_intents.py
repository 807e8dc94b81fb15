"""What the user wants with assistants: making, editing, copying and deleting them."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.drafts import AssistantDraft
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
from desktop_app.domain.trash import TrashKind

Work = Coroutine[Any, Any, None]


class AssistantIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks, tells errors in values, opens threads and offers undo.

    ``draft_found(AssistantDraft)``: an assistant that was being made when the program ended.
    ``ready_to_edit(Assistant | None, AssistantSettings, list, AssistantDraft | None)``: what the dialog shows, with
    all connections and the edits that were not saved; no assistant is one that is not there yet.
    ``saved(Assistant)`` and ``save_failed(RunError)`` answer ``save``, ``revived(Assistant, bool)`` comes before it
    when the assistant was in the trash (False) or deleted for good (True).  ``extended(Assistant)`` answers
    ``extend``.  ``models_listed(str, list)`` and ``models_failed(str, RunError)``, with the connection's id, answer
    ``list_models``.  ``threads_listed(list)`` of ThreadSummary answers ``list_threads``, ``versions_listed(list,
    list)`` of AssistantVersion and VersionUse ``list_versions``, ``previewed(ContextPreview | None)`` the newest
    ``preview``, ``expanded(str)`` answers ``expand``.
    """

    draft_found = Signal(object)
    ready_to_edit = Signal(object, object, list, object)
    saved = Signal(object)
    save_failed = Signal(object)
    revived = Signal(object, bool)
    extended = Signal(object)
    threads_listed = Signal(list)
    versions_listed = Signal(list, list)
    previewed = Signal(object)
    expanded = Signal(str)
    models_listed = Signal(str, object)
    models_failed = Signal(str, object)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], None],
        answer: Callable[[Exception], RunError],
        refresh: Callable[[], Work],
        new_thread: Callable[[AssistantId], Work],
        changed: Callable[[Assistant], Work],
        deselect: Callable[[AssistantId], None],
        offer_undo: Callable[[str, str, Callable[[], Work]], None],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._answer = answer
        self._refresh = refresh
        self._new_thread = new_thread
        self._changed = changed
        self._deselect = deselect
        self._offer_undo = offer_undo
        self._previews = 0

    # -- making and editing

    async def find_draft(self) -> None:
        """Tell of an assistant that was being made."""
        if draft := await self._backend.assistants.load_draft(None):
            self.draft_found.emit(draft)

    def look_for_draft(self) -> None:
        """Tell of an assistant that was being made, before another is begun in its place."""
        self._start(self.find_draft(), "assistant draft")

    def edit(self, assistant_id: AssistantId) -> None:
        """Open the settings of an assistant, with edits that were not saved."""
        self._start(self._edit(assistant_id), "edit assistant")

    async def _edit(self, assistant_id: AssistantId) -> None:
        assistant = await self._backend.assistants.assistant(assistant_id)
        if assistant:
            draft = await self._backend.assistants.load_draft(assistant_id)
            connections = await self._backend.connection_records.connections()
            self.ready_to_edit.emit(assistant, assistant.settings, connections, draft)

    def draft(self, settings: AssistantSettings) -> None:
        """Open the settings for an assistant that is not there yet."""
        self._start(self._draft(settings), "draft assistant")

    async def _draft(self, settings: AssistantSettings) -> None:
        connections = await self._backend.connection_records.connections()
        if settings.connection_id is None and connections:
            settings = replace(settings, connection_id=connections[0].id)
        self.ready_to_edit.emit(None, settings, connections, None)

    def go_on(self, draft: AssistantDraft) -> None:
        """Open the settings of an assistant that was being made; all of them are unsaved changes."""
        self._start(self._go_on(draft), "draft assistant")

    async def _go_on(self, draft: AssistantDraft) -> None:
        connections = await self._backend.connection_records.connections()
        self.ready_to_edit.emit(None, AssistantSettings(""), connections, draft)

    def keep_draft(self, assistant_id: AssistantId | None, draft: AssistantDraft | None) -> None:
        """Keep unsaved edits through a crash; None drops them."""
        store = self._backend.assistants
        work = store.save_draft(assistant_id, draft) if draft else store.drop_draft(assistant_id)
        self._start(work, "assistant draft")

    def save(
        self,
        assistant_id: AssistantId | None,
        settings: AssistantSettings,
        note: str,
        edited_version: int = 0,
    ) -> None:
        """Make an assistant, or a new version of one by editing a version of it."""
        self._start(self._save(assistant_id, settings, note, edited_version), "save assistant")

    async def _save(
        self, assistant_id: AssistantId | None, settings: AssistantSettings, note: str, edited_version: int
    ) -> None:
        store = self._backend.assistants
        try:
            assistant = await self._stored(assistant_id, settings, note, edited_version)
        except Exception as error:  # noqa: BLE001 - the dialog waits for an answer
            self.save_failed.emit(self._answer(error))
            return
        self.saved.emit(assistant)
        self._backend.lifetimes.rearm()
        await store.drop_draft(assistant_id)
        await self._refresh()
        if assistant_id is None:
            await self._new_thread(assistant.id)
        else:
            await self._changed(assistant)

    async def _stored(
        self, assistant_id: AssistantId | None, settings: AssistantSettings, note: str, edited_version: int
    ) -> Assistant:
        """The assistant with these settings, in use: who saves it means to use it, wherever it went meanwhile."""
        store, trash = self._backend.assistants, self._backend.trash
        if assistant_id is None:
            return await store.create(settings, note)
        if not await trash.has_assistant(assistant_id):
            made = await store.create(settings, note)
            self.revived.emit(made, True)
            return made
        saved = await store.save_version(assistant_id, settings, note, edited_version=edited_version)
        if saved.id in {one.id for one in await store.assistants()}:
            return saved
        await trash.restore(TrashKind.ASSISTANT, saved.id)
        restored = await store.assistant(saved.id) or saved  # a lifetime that was over begins anew
        self.revived.emit(restored, False)
        return restored

    def extend(self, assistant_id: AssistantId) -> None:
        """Let the lifetime of an assistant begin anew."""
        self._start(self._extend(assistant_id), "extend assistant")

    async def _extend(self, assistant_id: AssistantId) -> None:
        await self._backend.worker.ask(self._backend.lifetimes.extend_assistant(assistant_id))
        if assistant := await self._backend.assistants.assistant(assistant_id):
            self.extended.emit(assistant)

    def duplicate(self, assistant_id: AssistantId, name: str) -> None:
        """Make a copy under a new name, with the same files."""
        self._start(self._duplicate(assistant_id, name), "duplicate assistant")

    async def _duplicate(self, assistant_id: AssistantId, name: str) -> None:
        backend = self._backend
        made = await backend.assistants.duplicate(assistant_id, name)
        try:
            await backend.worker.ask(backend.files.copy(assistant_id, made.id))
        finally:
            await self._refresh()

    # -- deleting

    def delete(self, assistant_id: AssistantId) -> None:
        """Put an assistant into the trash; its threads stay.  Undo is offered."""
        self._start(self._delete(assistant_id), "delete assistant")

    async def _delete(self, assistant_id: AssistantId) -> None:
        store = self._backend.assistants
        assistant = await store.assistant(assistant_id)
        if assistant is None:
            return
        await store.trash(assistant_id)
        self._deselect(assistant_id)
        self._offer_undo("assistant_deleted", assistant.settings.name, lambda: self._restore(assistant_id))
        await self._refresh()

    async def _restore(self, assistant_id: AssistantId) -> None:
        await self._backend.trash.restore(TrashKind.ASSISTANT, assistant_id)
        await self._refresh()

    # -- what the dialog shows of an assistant besides its settings

    def list_threads(self, assistant_id: AssistantId) -> None:
        """List the threads of an assistant."""
        self._start(self._list_threads(assistant_id), "list threads of an assistant")

    async def _list_threads(self, assistant_id: AssistantId) -> None:
        self.threads_listed.emit(await self._backend.conversations.threads(assistant_id=assistant_id))

    def list_versions(self, assistant_id: AssistantId) -> None:
        """List the versions of an assistant, and the replies that each gave."""
        self._start(self._list_versions(assistant_id), "list versions")

    async def _list_versions(self, assistant_id: AssistantId) -> None:
        store = self._backend.assistants
        versions, uses = await store.versions(assistant_id), await store.replies_by_version(assistant_id)
        self.versions_listed.emit(versions, uses)

    def preview(self, thread_id: ThreadId, settings: AssistantSettings) -> None:
        """Find out what a question in a thread would send if ``settings`` were in use."""
        self._previews += 1
        self._start(self._preview(thread_id, settings, self._previews), "preview")

    async def _preview(self, thread_id: ThreadId, settings: AssistantSettings, number: int) -> None:
        preview = await self._backend.context.preview(thread_id, "", settings)
        if number == self._previews:
            self.previewed.emit(preview)

    def expand(self, settings: AssistantSettings) -> None:
        """Fill in the variables of an instruction, as for a thread without a name."""
        self.expanded.emit(self._backend.context.instruction(settings))

    # -- models

    def list_models(self, connection_id: str) -> None:
        """Ask a connection for its models."""
        self._start(self._list_models(ConnectionId(connection_id)), "list models")

    async def _list_models(self, connection_id: ConnectionId) -> None:
        try:
            models = await self._backend.worker.ask(self._backend.connections.models(connection_id))
        except Exception as error:  # noqa: BLE001 - the dialog waits for an answer
            self.models_failed.emit(connection_id, self._answer(error))
        else:
            self.models_listed.emit(connection_id, models)
