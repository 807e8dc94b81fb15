"""The store against other processes: some are killed, some write the same file."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.domain.threads import Status
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.ownership import ProcessMark
from tests.databases import database_in

BEGINNING = """
import asyncio, sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.ids import MessageId, RunId, new_id
from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.ownership import ProcessMark

folder, name = Path(sys.argv[1]), sys.argv[2]
database = Database(folder / "nitka.db", folder / "backups")
database.open_blocking()
mark = ProcessMark(folder / "locks")
store = ConversationStore(database)

async def ask(thread, parent, text):
    now = datetime.now(UTC)
    question = Message(MessageId(new_id()), thread.id, Author.USER, text, Status.COMPLETED, now, 0, parent)
    run_id = RunId(new_id())
    reply = Message(MessageId(new_id()), thread.id, Author.ASSISTANT, "", Status.WRITING, now, 0, question.id, run_id)
    run = Run(run_id, thread.id, reply.id, None, 1, AssistantSettings("a"), Status.WRITING, now)
    await store.begin_run(run, user_message=question, reply=reply, owner=mark.token)
    return run, reply
"""

STREAMER = (
    BEGINNING
    + """
async def main():
    thread = await store.create_thread(None)
    parent, number = None, 0
    while True:
        run, reply = await ask(thread, parent, f"question {number}")
        print("asked", number, flush=True)
        text = ""
        for piece in range(5):
            text += f"piece {piece} " * 200
            await store.save_reply(reply.id, text)
            print("journaled", len(text), flush=True)
        await store.end_run(replace(run, status=Status.COMPLETED), text)
        print("ended", number, flush=True)
        parent, number = reply.id, number + 1

asyncio.run(main())
"""
)

TALKER = (
    BEGINNING
    + """
async def main():
    for number in range(30):
        thread = await store.create_thread(None)
        run, reply = await ask(thread, None, f"{name} {number}")
        await store.end_run(replace(run, status=Status.COMPLETED), "answer")

asyncio.run(main())
assert database.close_blocking(30)
mark.release()
"""
)


def child(script: str, folder: Path, name: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder), name], stdout=subprocess.PIPE, text=True
    )


def killed_after(folder: Path, lines: int) -> list[tuple[str, int]]:
    """What a streaming process said was stored before it was killed."""
    process = child(STREAMER, folder)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(lines)]
    os.kill(process.pid, signal.SIGKILL)
    said += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    words = [line.split() for line in said if line.endswith("\n")]
    return [(word, int(number)) for word, number in words]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("lines", [1, 3, *random.Random(7).sample(range(4, 60), 4)])
async def test_a_killed_process_loses_nothing_that_was_stored(tmp_path: Path, lines: int) -> None:
    said = killed_after(tmp_path, lines)
    with database_in(tmp_path) as database:
        await database.open()
        mark, store = ProcessMark(tmp_path / "locks"), ConversationStore(database)
        interrupted = await store.interrupt_orphans(mark.is_alive)
        (thread,) = await store.threads()
        messages = await store.messages(thread.id)
        questions, replies = messages[0::2], messages[1::2]
        asked = [number for word, number in said if word == "asked"]
        ended = [number for word, number in said if word == "ended"]
        assert [message.text for message in questions][: len(asked)] == [
            f"question {number}" for number in asked
        ]
        assert len(interrupted) <= 1
        assert all(message.status is Status.COMPLETED for message in replies[: len(ended)])
        assert not any(message.status is Status.WRITING for message in replies)
        if said[-1][0] == "journaled":
            assert len(replies[len(asked) - 1].text) >= said[-1][1]
        assert await database.check() == []
    mark.release()
    assert not list((tmp_path / "locks").glob("*.process"))


async def test_two_processes_write_the_same_file(tmp_path: Path) -> None:
    talkers = [child(TALKER, tmp_path, name) for name in ("first", "second")]
    for talker in talkers:
        out, _ = talker.communicate(timeout=60)
        assert (talker.returncode, out) == (0, "")
    with database_in(tmp_path) as database:
        await database.open()
        names = sorted(summary.name for summary in await ConversationStore(database).threads())
        questions = await database.read(
            lambda c: c.execute("SELECT text FROM messages WHERE author = 'user'").fetchall()
        )
        assert sorted(text for (text,) in questions) == sorted(
            f"{name} {n}" for name in ("first", "second") for n in range(30)
        )
        assert names
        assert await database.check() == []
