"""A thread of which much is known: a reply with calls, sources and settings of its own, one that failed, a lifetime."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_app.controllers.backend import Backend
from desktop_app.domain.assistants import Assistant, CompletionOptions, PromptTruncation
from desktop_app.domain.citing import fragments_block
from desktop_app.domain.errors import RunError
from desktop_app.domain.files import FileId, FileStatus, Fragment, LibraryFile
from desktop_app.domain.ids import MessageId, RunId, ThreadId, new_id
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.threads import Author, Citation, Cost, Message, Run, RunDetails, Status, Usage
from desktop_app.domain.tools import CallStatus, Command, ToolCall, ToolStep
from desktop_app.domain.variables import expand
from tests.conftest import PATIENCE_S

BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FRAGMENT = "The total of all penalties does not exceed ten per cent of the price of the goods."
QUESTIONS = (
    "What does the contract say about delivery?",
    "And what is the cap on penalties?",
    "And interest?",
)
ANSWER = "Penalties end at **10 %** of the price of the goods [1]. The law says more about it [2]."


def contract(folder: Path) -> Path:
    """A file whose fragment stands in the middle, broken into lines otherwise."""
    path = folder / "supply contract.txt"
    clauses = [f"{n}. Clause {n} of the contract says something of no importance.\n" for n in range(1, 400)]
    clauses[200] = (
        "201. The total of all penalties does not exceed\nten per cent of the price\nof the goods.\n"
    )
    path.write_text("".join(clauses), encoding="utf-8")
    return path


async def read_file(backend: Backend, assistant: Assistant, path: Path) -> LibraryFile:
    """Put a file into the assistant's library, and wait until it was read."""
    await backend.worker.ask(backend.files.add(assistant.id, [path]))
    async with asyncio.timeout(PATIENCE_S):
        while True:
            (file,) = await backend.worker.ask(backend.files.files(assistant.id))
            if file.status is FileStatus.READY:
                return file
            await asyncio.sleep(0.02)


async def tell(
    backend: Backend, thread_id: ThreadId, assistant: Assistant, file: LibraryFile | None
) -> list[Run]:
    """Write three questions and their replies into the thread; returns the runs."""
    runs = [
        await _answer(backend, thread_id, assistant, 0, "It is due in **30 days**.", RunDetails()),
        await _answer(
            backend,
            thread_id,
            assistant,
            1,
            ANSWER,
            RunDetails(
                dropped=1,
                prompt_tokens=1180,
                fragments=2,
                cost=Cost(0.42, "RUB"),
                request_id="req-9f1c2b7a-0d55-4be0-8e0e-2d1b",
                overrides=("completion",),
                rephrasing=Usage(100, 12),
                addition=fragments_block(
                    {
                        1: Fragment(FileId("f"), "supply contract.txt", FRAGMENT, 0, 201, 0),
                        2: Fragment(FileId("g"), "Civil code.pdf", "A penalty is a sum.", 330, 0, 0),
                    }
                ),
                functions=("find_clause", "rate_of_the_central_bank_on_a_day", "search_files"),
            ),
            citations=citations(file),
            steps=STEPS,
            overrides=RunOverrides(completion=CompletionOptions(temperature=0.9, max_tokens=800)),
        ),
    ]
    failed = RunError("rate_limited", "Too many requests", status_code=429, request_id="req-2")
    runs.append(await _answer(backend, thread_id, assistant, 2, "", RunDetails(), error=failed))
    return runs


def citations(file: LibraryFile | None) -> tuple[Citation, ...]:
    """Two places in one file, a page, and a file that is not there any more."""
    name, file_id = (file.name, file.id) if file else ("supply contract.txt", "gone")
    return (
        Citation(name, file_id=file_id, fragment=FRAGMENT, number=1, line=201),
        Citation(name, file_id=file_id, fragment="12. Clause 12 of the contract", number=3, line=12),
        Citation(
            "Civil code, article 330", url="https://example.org/330", fragment="A penalty is a sum.", number=2
        ),
        Citation("removed.pdf", file_id="removed", fragment="What the file said then.", page=3),
    )


STEPS = (
    ToolStep(
        ToolCall("a", "find_clause", '{"subject": "penalties", "limit": 3}', "call-1"),
        0,
        0,
        CallStatus.DONE,
        '{"clauses": ["201"]}',
        BEGAN,
        BEGAN + timedelta(seconds=0.4),
        command=Command("/usr/bin/clauses", ("--json",)),
        note="1 file was read",
    ),
    ToolStep(
        ToolCall("b", "rate_of_the_central_bank_on_a_day", "{not json", "call-2"),
        0,
        0,
        CallStatus.FAILED,
        "The arguments are not valid JSON.",
        BEGAN,
        BEGAN,
    ),
)


async def _answer(
    backend: Backend,
    thread_id: ThreadId,
    assistant: Assistant,
    place: int,
    text: str,
    details: RunDetails,
    *,
    citations: tuple[Citation, ...] = (),
    steps: tuple[ToolStep, ...] = (),
    overrides: RunOverrides | None = None,
    error: RunError | None = None,
) -> Run:
    store = backend.conversations
    newest = await store.newest(thread_id)
    asked_at = BEGAN + timedelta(minutes=10 * place)
    question = Message(
        MessageId(new_id()),
        thread_id,
        Author.USER,
        QUESTIONS[place],
        Status.COMPLETED,
        asked_at,
        2 * place,
        newest.id if newest else None,
    )
    run_id, reply_id = RunId(new_id()), MessageId(new_id())
    reply = Message(
        reply_id,
        thread_id,
        Author.ASSISTANT,
        "",
        Status.WRITING,
        asked_at,
        2 * place + 1,
        question.id,
        run_id,
    )
    settings = overrides.of(assistant.settings) if overrides else assistant.settings
    settings = replace(settings, instruction=expand(settings.instruction, {"date": "2026-03-02"}))
    run = Run(
        run_id,
        thread_id,
        reply_id,
        assistant.id,
        assistant.version,
        settings,
        Status.WRITING,
        asked_at,
        details=details,
    )
    question, reply = await store.begin_run(run, user_message=question, reply=reply, owner="test")
    seen = tuple(await store.shown_ids(thread_id))[details.dropped : -1]
    ended = Run(
        run_id,
        thread_id,
        reply_id,
        assistant.id,
        assistant.version,
        settings,
        Status.FAILED if error else Status.COMPLETED,
        asked_at,
        seen,
        asked_at + timedelta(seconds=1.2),
        asked_at + timedelta(seconds=5.3),
        None if error else Usage(1204 + place, 310),
        remote_id="chatcmpl-B7zQm2",
        error=error,
        details=details,
    )
    await store.end_run(ended, text, citations, steps)
    return ended


BUDGET = PromptTruncation(max_prompt_tokens=90)
