"""Conversations: threads, their messages, and the runs that write them.

Each method is one transaction on the store's thread; what belongs together (a question, its empty reply and the run)
is committed together or not at all.  A thread that is asked for and not there is None; changing one that is not there
changes nothing.
"""

# ruff: noqa: S608 - statements are put together from column names of ours, never from values

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from desktop_app.domain.assistants import Expiration
from desktop_app.domain.ids import AssistantId, MessageId, RunId, ThreadId, new_id
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.prompt import PROMPT_MESSAGES_LIMIT
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import (
    Author,
    Citation,
    Message,
    Run,
    Status,
    Thread,
    ThreadSummary,
)
from desktop_app.domain.tools import ToolStep
from desktop_app.store import deletions, forks, runs, tree, writing
from desktop_app.store.database import Database
from desktop_app.store.rows import (
    from_json,
    from_json_or_none,
    storable,
    to_json,
    to_microseconds,
    to_time,
    to_time_or_none,
    utc_now,
)

T = TypeVar("T")

DRAFT_PREVIEW_LENGTH = 200
CONTINUABLE = frozenset({Status.INTERRUPTED, Status.TRUNCATED, Status.STOPPED, Status.FAILED})

LIVE = "trashed_at IS NULL AND archived_at IS NULL"
THREAD_COLUMNS = (
    "id, name, assistant_id, created_at, updated_at, description, labels, expiration, other_tools, pinned_at,"
    " archived_at, trashed_at, draft, read_anchor, read_offset"
)


@dataclass(frozen=True, slots=True)
class MessageWindow:
    """Shown messages that stand together, with their last runs; ``total`` are shown in all.

    What runs have ``seen``, and what files added to their instruction, is left out.
    """

    messages: list[Message]
    runs: dict[MessageId, Run]
    total: int


class Leading(NamedTuple):
    """What led to a message, oldest first; ``older`` counts those that say something before these."""

    messages: list[Message]
    older: int


class Deletion(NamedTuple):
    """A message was deleted: its thread, the sibling in its place (None: what followed moved up), messages left."""

    thread_id: ThreadId
    instead: MessageId | None
    left: int


class ConversationStore:
    """Threads, messages and runs in ``database``; ``clock`` tells the time (aware UTC)."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    # --- threads ---

    async def threads(self, *, assistant_id: AssistantId | None = None) -> list[ThreadSummary]:
        """The threads that are neither archived nor trashed, newest activity first; drafts are cut to their start.

        ``assistant_id`` keeps those of one assistant.
        """
        condition, parameters = (
            (LIVE, ()) if assistant_id is None else (f"assistant_id = ? AND {LIVE}", (assistant_id,))
        )

        def select(connection: sqlite3.Connection) -> list[ThreadSummary]:
            rows = connection.execute(
                "SELECT id, name, assistant_id, preview, substr(draft, 1, ?), updated_at, pinned_at, is_unread,"
                " expiration, created_at"
                f" FROM threads WHERE {condition} ORDER BY updated_at DESC, id DESC",
                (DRAFT_PREVIEW_LENGTH, *parameters),
            )
            return [_to_summary(row) for row in rows]

        return await self._database.read(select)

    async def counts(self) -> dict[AssistantId | None, int]:
        """How many threads of ``threads()`` each assistant has, and how many have none; zeros are left out."""

        def count(connection: sqlite3.Connection) -> dict[AssistantId | None, int]:
            query = f"SELECT assistant_id, count(*) FROM threads WHERE {LIVE} GROUP BY assistant_id"
            return dict(connection.execute(query).fetchall())

        return await self._database.read(count)

    async def thread(self, thread_id: ThreadId) -> Thread | None:
        """The thread, trashed and archived ones too."""
        return await self._database.read(lambda connection: _thread(connection, thread_id))

    async def create_thread(self, assistant_id: AssistantId | None) -> Thread:
        """A thread in which nothing was said: a new one, or an untouched one of the same assistant, made young."""
        now = to_microseconds(self._clock())

        def create(connection: sqlite3.Connection) -> Thread:
            thread_id = _untouched_thread(connection, assistant_id)
            if thread_id is None:
                thread_id = ThreadId(new_id())
                connection.execute(
                    "INSERT INTO threads (id, assistant_id, created_at, updated_at) VALUES (?, ?, ?, ?)",
                    (thread_id, assistant_id, now, now),
                )
            else:
                connection.execute(
                    "UPDATE threads SET created_at = ?, updated_at = ? WHERE id = ?", (now, now, thread_id)
                )
            thread = _thread(connection, thread_id)
            assert thread is not None
            return thread

        return await self._database.run(create)

    async def rename_thread(self, thread_id: ThreadId, name: str) -> None:
        """Give the thread a name; an empty one lets the next message name it."""
        await self._set(thread_id, name=_stored_name(name))

    async def describe_thread(self, thread_id: ThreadId, settings: ThreadSettings) -> None:
        """Change what the user says about the thread; a name as ``rename_thread`` takes it."""
        await self._set(
            thread_id,
            name=_stored_name(settings.name),
            description=storable(settings.description),
            labels=to_json(settings.labels),
            expiration=to_json(settings.expiration) if settings.expiration else None,
            other_tools=to_json(settings.other_tools),
        )

    async def pin_thread(self, thread_id: ThreadId, is_pinned: bool) -> None:
        """Pin the thread, or let it go."""
        await self._set(thread_id, pinned_at=to_microseconds(self._clock()) if is_pinned else None)

    async def set_thread_assistant(self, thread_id: ThreadId, assistant_id: AssistantId | None) -> None:
        """Let another assistant answer from now on."""
        await self._set(thread_id, assistant_id=assistant_id)

    async def trash_thread(self, thread_id: ThreadId) -> None:
        """Move the thread to the trash; nothing of it is lost until the trash is purged."""
        await self._set(thread_id, trashed_at=to_microseconds(self._clock()))

    async def restore_thread(self, thread_id: ThreadId) -> None:
        """Take the thread out of the trash."""
        await self._set(thread_id, trashed_at=None)

    async def save_draft(self, thread_id: ThreadId, draft: str) -> None:
        """Keep what stands in the composer."""
        await self._set(thread_id, draft=storable(draft))

    async def save_read_position(self, thread_id: ThreadId, anchor: MessageId | None, offset: int) -> None:
        """Keep where the reader is: ``offset`` characters into the message ``anchor``; None is the end."""
        await self._set(thread_id, read_anchor=anchor, read_offset=offset)

    async def mark_read(self, thread_id: ThreadId) -> None:
        """The user has seen the thread as it is."""
        await self._set(thread_id, is_unread=0)

    # --- messages ---

    async def messages(
        self, thread_id: ThreadId, *, first: int = 0, count: int | None = None
    ) -> list[Message]:
        """The shown messages at ``count`` positions (None: all there are) from ``first`` on."""
        limit = -1 if count is None else count
        return await self._database.read(lambda connection: tree.shown(connection, thread_id, first, limit))

    async def window(self, thread_id: ThreadId, *, first: int, count: int) -> MessageWindow:
        """The shown messages at ``count`` positions from ``first`` on, with their runs."""
        return await self._database.read(lambda connection: _window(connection, thread_id, first, count))

    async def window_around(
        self, thread_id: ThreadId, message_id: MessageId | None, *, count: int
    ) -> MessageWindow:
        """``count`` messages, a quarter of them above ``message_id``; the newest when it is not shown."""

        def select(connection: sqlite3.Connection) -> MessageWindow:
            place = tree.shown_position(connection, message_id) if message_id else None
            newest = max(0, tree.shown_count(connection, thread_id) - count)
            first = newest if place is None else min(newest, max(0, place - count // 4))
            return _window(connection, thread_id, first, count)

        return await self._database.read(select)

    async def newest(self, thread_id: ThreadId, author: Author | None = None) -> Message | None:
        """The last shown message, or the last one of ``author``."""
        return await self._database.read(lambda connection: tree.newest_shown(connection, thread_id, author))

    async def all_messages(self, thread_id: ThreadId) -> list[Message]:
        """Every message, siblings that are not shown too, parents before children."""
        return await self._database.read(lambda connection: tree.every(connection, thread_id))

    async def shown_ids(self, thread_id: ThreadId) -> list[MessageId]:
        """The path that is shown, from the root to the leaf."""
        return await self._database.read(lambda connection: tree.shown_ids(connection, thread_id))

    async def message(self, message_id: MessageId) -> Message | None:
        """The message, shown or not."""
        return await self._database.read(lambda connection: tree.one(connection, message_id))

    async def prompt_messages(
        self, thread_id: ThreadId, up_to: MessageId, count: int = PROMPT_MESSAGES_LIMIT
    ) -> Leading:
        """The newest ``count`` of the messages that led to ``up_to`` and itself; ``sibling_ids`` stay empty."""

        def select(connection: sqlite3.Connection) -> Leading:
            path = tree.ancestry(connection, up_to, count)
            found = [message for message in path if message.thread_id == thread_id]
            before = found[0].parent_id if len(found) == count else None
            return Leading(found, tree.said_count(connection, before) if before else 0)

        return await self._database.read(select)

    async def show_sibling(self, message_id: MessageId) -> None:
        """Show this alternative, and below it always the newest.  Raises LookupError when it is gone."""

        def show(connection: sqlite3.Connection) -> None:
            writing.refresh_preview(connection, tree.show(connection, message_id))

        await self._database.run(show)

    async def delete_message(self, message_id: MessageId) -> Deletion:
        """Take one message out of its thread.

        With siblings it goes together with all below it; without, what followed moves up.  Raises LookupError when
        it is gone, RunInProgressError when a reply that is being written or waited for would go.
        """
        now = to_microseconds(self._clock())

        def delete(connection: sqlite3.Connection) -> Deletion:
            thread_id, neighbour = deletions.delete(connection, message_id, now)
            writing.refresh_preview(connection, thread_id)
            return Deletion(thread_id, neighbour, tree.shown_count(connection, thread_id))

        return await self._database.run(delete)

    async def restore_message(self, message_id: MessageId) -> ThreadId:
        """Put a deleted message back where it was; returns its thread.

        Raises LookupError when it was purged or its parent is gone.
        """

        def restore(connection: sqlite3.Connection) -> ThreadId:
            thread_id = deletions.restore(connection, message_id)
            writing.refresh_preview(connection, thread_id)
            return thread_id

        return await self._database.run(restore)

    async def fork_thread(self, message_id: MessageId, name: str) -> ThreadId:
        """Make a thread called ``name`` of all that led to the message, and itself.  Raises LookupError."""
        now = to_microseconds(self._clock())

        def fork(connection: sqlite3.Connection) -> ThreadId:
            thread_id = forks.fork(connection, message_id, _stored_name(name), now)
            writing.refresh_preview(connection, thread_id)
            return thread_id

        return await self._database.run(fork)

    # --- runs ---

    async def begin_run(
        self, run: Run, *, user_message: Message | None, reply: Message, owner: str
    ) -> list[Message]:
        """Commit a question (None when a reply is made anew), its empty reply and the run, all at once.

        The new messages are shown in place of what was below their parent; their positions follow from the parent,
        whatever they say.  With a question the draft is cleared and a thread without a name gets one.  ``owner`` is
        the token of this process.  Returns the new messages as stored.  Raises LookupError when the parent is gone or
        the thread is in the trash.
        """
        return await self._database.run(
            lambda connection: writing.begin(connection, run, user_message, reply, owner)
        )

    async def continue_run(self, run: Run, message_id: MessageId, owner: str) -> Message:
        """Let ``run`` write on where an interrupted, truncated, stopped or failed message ends.

        Returns the message, writing again.  Raises LookupError when it is gone or its thread is in the trash,
        ValueError when it cannot go on.
        """

        def go_on(connection: sqlite3.Connection) -> Message:
            message = tree.one(connection, message_id)
            if message is None:
                raise LookupError(f"no message {message_id}")
            writing.check_thread(connection, message.thread_id)
            if message.status not in CONTINUABLE:
                raise ValueError(f"a message that is {message.status} cannot be continued")
            runs.insert(connection, run, owner)
            connection.execute(
                "UPDATE messages SET status = ?, run_id = ? WHERE id = ?",
                (Status.WRITING, run.id, message_id),
            )
            writing.note_activity(connection, run.thread_id, to_microseconds(run.started_at))
            return replace(message, status=Status.WRITING, run_id=run.id)

        return await self._database.run(go_on)

    async def save_reply(
        self,
        message_id: MessageId,
        text: str,
        steps: Sequence[ToolStep] | None = None,
        *,
        cursor: int | None = None,
        remote_id: str | None = None,
    ) -> None:
        """Journal the text so far, and the calls; a message that has ended is left as it is.

        A run that its service can resume journals its ``remote_id`` and the ``cursor`` that belongs to this text and
        these calls.  None leaves what was journaled before.
        """

        def save(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE messages SET text = ?, steps = coalesce(?, steps) WHERE id = ? AND status = ?",
                (storable(text), None if steps is None else to_json(steps), message_id, Status.WRITING),
            )
            if cursor is not None or remote_id is not None:
                runs.note_place(connection, message_id, cursor, remote_id)

        await self._database.run(save)

    async def end_run(
        self,
        run: Run,
        text: str,
        citations: Sequence[Citation] = (),
        steps: Sequence[ToolStep] | None = None,
    ) -> bool:
        """Commit the one ending of ``run``, with the whole text of its message, its sources and its calls.

        False when the run had ended before (an earlier call, or another process that took this one for dead): then
        nothing is changed.  The thread becomes unread, save when the user stopped the run.
        """
        if run.status in (Status.WRITING, Status.DEFERRED):
            raise ValueError("this is no ending")
        ended_at = to_microseconds(run.ended_at or self._clock())
        return await self._database.run(
            lambda connection: writing.end(connection, run, text, citations, ended_at, steps)
        )

    async def resumable_orphans(
        self, is_alive: Callable[[str], bool], owner: str
    ) -> list[tuple[Run, Message]]:
        """Take over what dead processes were writing and their services can resume, with the message as journaled.

        From now on they belong to ``owner``: of two starts at once only one gets them.  ``is_alive`` as for
        ``interrupt_orphans``, which is called after this and ends the rest.
        """

        def take_over(connection: sqlite3.Connection) -> list[tuple[Run, Message]]:
            found = runs.take_over(connection, is_alive, owner)
            pairs = [(run, tree.one(connection, run.message_id)) for run in found]
            return [(run, message) for run, message in pairs if message is not None]

        return await self._database.run(take_over)

    async def interrupt_orphans(self, is_alive: Callable[[str], bool]) -> list[MessageId]:
        """End as interrupted what dead processes were writing; returns the messages.

        ``is_alive`` says whether the owner with a token still runs; it is called on the store's thread.
        """
        now = to_microseconds(self._clock())

        def interrupt(connection: sqlite3.Connection) -> list[MessageId]:
            found = runs.interrupt_orphans(connection, is_alive, now)
            for thread_id in {thread_id for thread_id, _ in found}:
                writing.refresh_preview(connection, thread_id)
            return [message_id for _, message_id in found]

        return await self._database.run(interrupt)

    async def run(self, run_id: RunId) -> Run | None:
        """The run."""
        return await self._database.read(lambda connection: runs.one(connection, run_id))

    async def runs(self, thread_id: ThreadId, *, is_brief: bool = True) -> list[Run]:
        """The runs of a thread in the order they began; brief ones without what files added to the instruction."""
        return await self._database.read(
            lambda connection: runs.of_thread(connection, thread_id, is_brief=is_brief)
        )

    async def note_asked(self, run: Run) -> None:
        """Keep what the model was given, while the reply is still to come."""
        await self._database.run(lambda connection: runs.note_asked(connection, run))

    async def _set(self, thread_id: ThreadId, **values: str | int | None) -> None:
        assignments = ", ".join(f"{column} = :{column}" for column in values)

        def update(connection: sqlite3.Connection) -> None:
            connection.execute(
                f"UPDATE threads SET {assignments} WHERE id = :id", {**values, "id": thread_id}
            )

        await self._database.run(update)


def _stored_name(name: str) -> str:
    return storable(name.strip())[:THREAD_NAME_LIMIT]


def _window(connection: sqlite3.Connection, thread_id: ThreadId, first: int, count: int) -> MessageWindow:
    messages = tree.shown(connection, thread_id, first, count)
    found = runs.brief(connection, [message.run_id for message in messages if message.run_id])
    return MessageWindow(
        messages, {run.message_id: run for run in found}, tree.shown_count(connection, thread_id)
    )


def _thread(connection: sqlite3.Connection, thread_id: ThreadId) -> Thread | None:
    row = connection.execute(
        f"SELECT {THREAD_COLUMNS} FROM threads WHERE id = ?",
        (thread_id,),
    ).fetchone()
    return _to_thread(row) if row else None


def _untouched_thread(connection: sqlite3.Connection, assistant_id: AssistantId | None) -> ThreadId | None:
    row = connection.execute(
        f"SELECT id FROM threads t WHERE assistant_id IS ? AND {LIVE} AND name = '' AND draft = ''"
        " AND description = '' AND labels = '[]' AND expiration IS NULL AND other_tools = '[]'"
        " AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.thread_id = t.id) ORDER BY updated_at DESC LIMIT 1",
        (assistant_id,),
    ).fetchone()
    return ThreadId(row[0]) if row else None


def _to_summary(row: tuple[Any, ...]) -> ThreadSummary:
    id_, name, assistant_id, line, draft, updated_at, pinned_at, is_unread, told, created_at = row
    active_at = to_time(updated_at)
    expiration = from_json_or_none(told, Expiration)
    return ThreadSummary(
        id_,
        name,
        assistant_id,
        line,
        draft,
        active_at,
        pinned_at is not None,
        bool(is_unread),
        expiration.expires_at(to_time(created_at), active_at) if expiration else None,
    )


def _to_thread(row: tuple[Any, ...]) -> Thread:
    id_, name, assistant_id, created_at, updated_at, description, labels, expiration, other_tools = row[:9]
    pinned_at, archived_at, trashed_at, draft, read_anchor, read_offset = row[9:]
    return Thread(
        id=id_,
        name=name,
        assistant_id=assistant_id,
        created_at=to_time(created_at),
        updated_at=to_time(updated_at),
        description=description,
        labels=from_json(labels, tuple[tuple[str, str], ...]),
        expiration=from_json_or_none(expiration, Expiration),
        other_tools=from_json(other_tools, tuple[str, ...]),
        pinned_at=to_time_or_none(pinned_at),
        archived_at=to_time_or_none(archived_at),
        trashed_at=to_time_or_none(trashed_at),
        draft=draft,
        read_anchor=read_anchor,
        read_offset=read_offset,
    )
