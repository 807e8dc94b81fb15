from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.errors import RunError, RunInProgressError
from desktop_app.domain.ids import ConnectionId, MessageId, OperationId, RunId, ThreadId, new_id
from desktop_app.domain.operations import Operation, OperationStatus
from desktop_app.domain.threads import Author, Citation, Message, Run, RunDetails, Status, Usage
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.operations import OperationStore
from desktop_app.store.trash import TrashStore

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CONNECTION = ConnectionId("c1")
MINUTE = timedelta(minutes=1)


class Outbox:
    """A thread whose questions are answered later."""

    def __init__(self, database: Database) -> None:
        self.operations = OperationStore(database, clock=lambda: NOW)
        self.conversations = ConversationStore(database, clock=lambda: NOW)
        self.trash = TrashStore(database)

    async def open(self) -> None:
        self.thread_id: ThreadId = (await self.conversations.create_thread(None)).id

    async def ask(self, text: str, owner: str = "me") -> tuple[Run, Operation]:
        newest = await self.conversations.newest(self.thread_id)
        question = self._message(Author.USER, text, Status.COMPLETED, newest.id if newest else None)
        run_id = RunId(new_id())
        reply = replace(self._message(Author.ASSISTANT, "", Status.DEFERRED, question.id), run_id=run_id)
        run = Run(
            run_id, self.thread_id, reply.id, None, 1, AssistantSettings("Helper"), Status.DEFERRED, NOW
        )
        stored = await self.operations.begin(
            run, user_message=question, reply=reply, connection_id=CONNECTION, owner=owner
        )
        assert [message.text for message in stored[:2]] == [text, ""]
        return run, stored[2]

    def _message(self, author: Author, text: str, status: Status, parent: MessageId | None) -> Message:
        return Message(MessageId(new_id()), self.thread_id, author, text, status, NOW, 0, parent)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "nitka.db", tmp_path / "backups")
    made.open_blocking()
    yield made
    assert made.close_blocking()


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


async def test_a_deferred_question_is_stored_before_it_is_sent(outbox: Outbox) -> None:
    await outbox.open()
    run, operation = await outbox.ask("Later, please")
    assert operation.status is OperationStatus.SENDING
    assert (operation.run_id, operation.message_id, operation.sent_at) == (run.id, run.message_id, NOW)
    assert operation.thread_name == "Later, please"
    messages = await outbox.conversations.messages(outbox.thread_id)
    assert [(message.text, message.status) for message in messages] == [
        ("Later, please", Status.COMPLETED),
        ("", Status.DEFERRED),
    ]
    assert await outbox.conversations.run(run.id) == run
    assert await outbox.operations.open() == [operation]


async def test_an_operation_is_followed_until_its_one_ending(outbox: Outbox) -> None:
    await outbox.open()
    run, operation = await outbox.ask("Later")
    operations = outbox.operations
    asked = replace(run, seen=(run.message_id,), details=RunDetails(dropped=2, overrides=("model",)))
    waiting = await operations.sent(operation.id, "remote", NOW + MINUTE, asked)
    assert waiting == replace(
        operation, status=OperationStatus.WAITING, remote_id="remote", next_check_at=NOW + MINUTE
    )
    assert await operations.due(NOW) == []
    assert await operations.due(NOW + MINUTE) == [waiting]
    assert await operations.next_check_at() == NOW + MINUTE
    error = RunError("unreachable", step="dns")
    checked = await operations.checked(operation.id, NOW + 2 * MINUTE, error)
    assert checked == replace(waiting, checks=1, checked_at=NOW, next_check_at=NOW + 2 * MINUTE, error=error)
    assert await outbox.conversations.run(run.id) == asked
    ended = replace(asked, status=Status.TRUNCATED, usage=Usage(3, 4))
    sources = (Citation("Page", "https://example.org"),)
    assert await operations.end(operation.id, OperationStatus.DONE, ended, "The reply", sources)
    assert not await operations.end(operation.id, OperationStatus.DONE, ended, "The reply again")
    assert await operations.checked(operation.id, NOW) is None
    assert await operations.sent(operation.id, "late", NOW, run) is None
    assert await operations.open() == await operations.due(NOW + 9 * MINUTE) == []
    assert await operations.next_check_at() is None
    (done,) = await operations.recent()
    assert (done.status, done.finished_at, done.error) == (OperationStatus.DONE, NOW, None)
    reply = await outbox.conversations.message(run.message_id)
    assert reply is not None
    assert (reply.text, reply.status, reply.citations) == ("The reply", Status.TRUNCATED, sources)
    assert await outbox.conversations.run(run.id) == replace(ended, ended_at=NOW)
    (summary,) = await outbox.conversations.threads()
    assert (summary.preview, summary.is_unread) == ("The reply", True)


async def test_what_is_still_open_is_no_ending(outbox: Outbox) -> None:
    await outbox.open()
    run, operation = await outbox.ask("Later")
    for status, run_status in (
        (OperationStatus.WAITING, Status.COMPLETED),
        (OperationStatus.DONE, Status.DEFERRED),
    ):
        with pytest.raises(ValueError, match="no ending"):
            await outbox.operations.end(operation.id, status, replace(run, status=run_status), "")
    with pytest.raises(ValueError, match="no ending"):
        await outbox.conversations.end_run(run, "")


async def test_a_request_whose_program_died_while_sending_is_told_as_lost(outbox: Outbox) -> None:
    await outbox.open()
    run, lost = await outbox.ask("Did it arrive?", owner="dead")
    _, going = await outbox.ask("Still sending", owner="alive")
    asked, sent = await outbox.ask("Sent by the dead", owner="dead")
    await outbox.operations.sent(sent.id, "remote", NOW, asked)
    (told,) = await outbox.operations.lose_orphans("alive".__eq__)
    assert (told.id, told.status) == (lost.id, OperationStatus.LOST)
    assert told.error is not None
    assert told.error.code == "operation_gone"
    ended = await outbox.conversations.run(run.id)
    assert ended is not None
    assert (ended.status, ended.error) == (Status.INTERRUPTED, told.error)
    assert [operation.id for operation in await outbox.operations.open()] == [going.id, sent.id]
    assert await outbox.operations.lose_orphans("alive".__eq__) == []
    assert await outbox.conversations.interrupt_orphans("alive".__eq__) == []
    assert len(await outbox.operations.recent()) == 3
    assert len(await outbox.operations.recent(1)) == 1


async def test_a_reply_that_is_waited_for_cannot_be_deleted(outbox: Outbox) -> None:
    await outbox.open()
    run, _ = await outbox.ask("Later")
    with pytest.raises(RunInProgressError):
        await outbox.conversations.delete_message(run.message_id)
    fork = await outbox.conversations.fork_thread(run.message_id, "Fork")
    assert [message.status for message in await outbox.conversations.messages(fork)][1] is Status.INTERRUPTED


async def test_a_thread_in_the_trash_still_gets_its_reply_and_a_purged_one_needs_none(outbox: Outbox) -> None:
    await outbox.open()
    run, operation = await outbox.ask("Later")
    await outbox.operations.sent(operation.id, "remote", NOW, run)
    await outbox.conversations.trash_thread(outbox.thread_id)
    assert [found.id for found in await outbox.operations.due(NOW)] == [operation.id]
    await outbox.trash.purge(NOW + MINUTE)
    assert await outbox.operations.open() == []
    assert await outbox.operations.operation(operation.id) is None
    ended = replace(run, status=Status.COMPLETED)
    assert not await outbox.operations.end(operation.id, OperationStatus.DONE, ended, "too late")
    assert await outbox.operations.checked(OperationId("unknown"), NOW) is None
