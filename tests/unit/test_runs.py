"""Runs against a real store and a scripted service: one ending each, and nothing that arrived is lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.controllers.asking import new_question, new_reply
from desktop_app.controllers.facts import ReplyEdited
from desktop_app.domain.assistants import PromptTruncation
from desktop_app.domain.errors import (
    ContextTooLongError,
    NitkaError,
    RunInProgressError,
    SignInError,
    StoreError,
    UnreachableError,
    UnusableAssistantError,
)
from desktop_app.domain.events import RunEnded, TextAppended, TextReplaced, UsageReported
from desktop_app.domain.threads import Author, Status, Usage
from tests.conftest import until
from tests.unit.run_scene import DONE, SETTINGS, Step, scene


async def test_a_reply_grows_and_is_kept_with_its_usage(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        usage = UsageReported(Usage(5, 2))
        reply = await s.ask("Hello", TextAppended("Hi"), TextAppended(" there"), usage, DONE)
        assert (reply.text, reply.status) == ("Hi there", Status.COMPLETED)
        assert s.shown() == "Hi there"
        run = await s.conversations.run(reply.run_id) if reply.run_id else None
        assert run is not None
        assert run.usage == Usage(5, 2)
        assert run.seen == (reply.parent_id,)
        assert run.ended_at is not None


async def test_growing_snapshots_give_one_right_message(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        grown: list[Step] = [
            TextReplaced("He"),
            TextReplaced("Hello"),
            TextReplaced("Hello"),
            TextReplaced("Hollow"),
            DONE,
            DONE,
        ]
        reply = await s.ask("?", *grown)
        assert reply.text == s.shown() == "Hollow"
        assert len(s.endings()) == 1


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ([TextAppended("a")], Status.INTERRUPTED, ""),
        ([SignInError("no", status_code=401)], Status.FAILED, "sign_in"),
        ([TextAppended("a"), UnreachableError("gone", step="tcp")], Status.INTERRUPTED, "unreachable"),
        ([UnreachableError("gone", step="dns")], Status.FAILED, "unreachable"),
        ([TextAppended("a"), RunEnded(Status.TRUNCATED), TextAppended("more")], Status.TRUNCATED, ""),
        ([RunEnded(Status.FILTERED)], Status.FILTERED, ""),
        ([TextAppended("a"), ValueError("ours")], Status.FAILED, "internal"),
    ],
)
async def test_every_run_ends_exactly_once_and_keeps_its_text(
    tmp_path: Path, script: Sequence[Step], status: Status, code: str
) -> None:
    async with scene(tmp_path) as s:
        reply = await s.ask("?", *script)
        assert reply.status is status
        assert reply.text == ("a" if isinstance(script[0], TextAppended) else "")
        assert len(s.endings()) == 1
        error = s.endings()[0].run.error
        assert (error.code if error else "") == code


async def test_stop_keeps_the_text_received_so_far(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([TextAppended("half a"), asyncio.Event()])
        await s.runs.send(s.thread_id, "?")
        await until(lambda: s.shown() == "half a")
        await s.runs.stop(s.thread_id)
        reply = (await s.messages())[-1]
        assert (reply.text, reply.status) == ("half a", Status.STOPPED)
        assert s.service.closed_streams == 1
        assert len(s.endings()) == 1


async def test_stop_right_after_send_ends_the_run(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([asyncio.Event()])
        await s.runs.send(s.thread_id, "?")
        await s.runs.stop(s.thread_id)
        assert (await s.messages())[-1].status is Status.STOPPED
        assert len(s.endings()) == 1


async def test_closing_marks_what_still_runs_as_interrupted(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([TextAppended("half"), asyncio.Event()])
        await s.runs.send(s.thread_id, "?")
        await until(lambda: s.shown() == "half")
        await s.runs.close()
        reply = (await s.messages())[-1]
        assert (reply.text, reply.status) == ("half", Status.INTERRUPTED)


async def test_the_growing_text_is_in_the_store_before_the_end(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        go_on = asyncio.Event()
        s.service.scripts.append([TextAppended("half"), go_on, DONE])
        await s.runs.send(s.thread_id, "?")

        async def is_stored() -> bool:
            return (await s.messages())[-1].text == "half"

        await until(is_stored)
        assert (await s.messages())[-1].status is Status.WRITING
        go_on.set()
        await s.runs.wait(s.thread_id)


async def test_the_question_is_stored_even_when_the_service_fails(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.ask("Do not lose me", SignInError("no"))
        assert [m.text for m in await s.messages()] == ["Do not lose me", ""]


async def test_regenerate_keeps_the_old_reply_as_a_sibling(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first = await s.ask("?", TextAppended("one"), DONE)
        s.service.scripts.append([TextAppended("two"), DONE])
        await s.runs.regenerate(first.id)
        await s.runs.wait(s.thread_id)
        shown = await s.messages()
        assert [m.text for m in shown] == ["?", "two"]
        assert shown[-1].sibling_ids[0] == first.id
        assert [m.text for m in s.service.requests[-1].messages] == ["?"]


async def test_continue_goes_on_in_the_same_message(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first = await s.ask("?", TextAppended("one, "), RunEnded(Status.TRUNCATED))
        s.service.scripts.append([TextReplaced("two"), TextReplaced("two, three"), DONE])
        await s.runs.continue_reply(first.id)
        await s.runs.wait(s.thread_id)
        reply = (await s.messages())[-1]
        assert (reply.id, reply.text, reply.status) == (first.id, "one, two, three", Status.COMPLETED)
        assert s.service.requests[-1].messages[1].text == "one, "
        assert s.service.requests[-1].messages[-1].author is Author.USER


async def test_a_filtered_reply_is_not_sent_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.ask("first", TextReplaced("Let us change the subject."), RunEnded(Status.FILTERED))
        await s.ask("second", TextReplaced("Half"), RunEnded(Status.TRUNCATED))
        await s.ask("third", DONE)
        assert [m.text for m in s.service.requests[-1].messages] == ["first", "second", "Half", "third"]


async def test_a_thread_is_answered_once_at_a_time(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([asyncio.Event()])
        await s.runs.send(s.thread_id, "one")
        with pytest.raises(RunInProgressError):
            await s.runs.send(s.thread_id, "two")
        assert [m.text for m in await s.messages()] == ["one", ""]


async def test_a_thread_whose_reply_comes_later_may_be_asked_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        question = new_question(s.thread_id, None, "Think about it")
        run, reply = new_reply(s.thread_id, question, s.assistant, Status.DEFERRED)
        await s.conversations.begin_run(run, user_message=question, reply=reply, owner="owner")
        await s.ask("And this?", TextAppended("Yes"), DONE)
        assert [m.text for m in await s.messages()] == ["Think about it", "", "And this?", "Yes"]
        assert [m.text for m in s.service.requests[0].messages] == ["Think about it", "And this?"]


async def test_who_claims_a_thread_is_its_only_asker(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        with s.runs.claim(s.thread_id):
            with pytest.raises(RunInProgressError):
                await s.runs.send(s.thread_id, "?")
            with pytest.raises(RunInProgressError), s.runs.claim(s.thread_id):
                pass
        assert not await s.messages()
        await s.ask("?", DONE)


async def test_a_prompt_that_is_too_long_is_shortened_and_asked_again(tmp_path: Path) -> None:
    settings = replace(SETTINGS, truncation=PromptTruncation(10_000))
    async with scene(tmp_path, settings) as s:
        for number in range(6):
            await s.ask(f"question {number} " + "word " * 200, TextAppended("answer"), DONE)
        s.service.scripts += [[ContextTooLongError("too long")], [TextAppended("ok"), DONE]]
        await s.runs.send(s.thread_id, "last")
        await s.runs.wait(s.thread_id)
        assert (await s.messages())[-1].text == "ok"
        long, short = s.service.requests[-2:]
        assert 0 < len(short.messages) < len(long.messages)
        assert short.messages[-1].text == "last"


async def test_an_assistant_without_a_connection_says_so_and_keeps_the_question(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.assistants.save_version(s.assistant.id, SETTINGS)
        try:
            await s.runs.send(s.thread_id, "?")
        except NitkaError:
            pytest.fail("the question is taken, the run fails")
        await s.runs.wait(s.thread_id)
        reply = (await s.messages())[-1]
        assert reply.status is Status.FAILED
        error = s.endings()[0].run.error
        assert error is not None
        assert error.code == "unusable_assistant"


async def test_who_comes_in_the_middle_gets_the_whole_text(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        go_on = asyncio.Event()
        s.service.scripts.append([TextAppended("half"), go_on, TextAppended(" whole"), DONE])
        await s.runs.send(s.thread_id, "?")
        await until(lambda: s.shown() == "half")
        await s.runs.announce(s.thread_id)
        announced = [fact for fact in s.facts if isinstance(fact, ReplyEdited)][-1]
        assert (announced.edit.keep, announced.edit.text) == (0, "half")
        go_on.set()
        await s.runs.wait(s.thread_id)
        assert s.shown() == "half whole"


async def test_a_thread_that_cannot_be_read_fails_with_the_reason(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:

        async def unreadable(*_: object) -> None:
            raise StoreError("the disk is gone")

        s.conversations.prompt_messages = unreadable  # type: ignore[assignment,method-assign]
        reply = await s.ask("?", DONE)
        assert reply.status is Status.FAILED
        error = s.endings()[0].run.error
        assert error is not None
        assert error.code == "store"


async def test_stopping_twice_waits_twice_for_the_one_ending(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([TextAppended("half"), asyncio.Event()])
        await s.runs.send(s.thread_id, "?")
        await until(lambda: s.shown() == "half")
        stopping = [asyncio.create_task(s.runs.stop(s.thread_id)) for _ in range(4)]
        for number in range(12):  # cancelled in each of its last steps
            await asyncio.sleep(0)
            if number % 3 == 0:
                stopping.append(asyncio.create_task(s.runs.stop(s.thread_id)))
        closing = asyncio.create_task(s.runs.close())
        await asyncio.wait([closing, *stopping], return_when=asyncio.FIRST_COMPLETED)
        assert [ended.run.status for ended in s.endings()] == [Status.STOPPED]
        await asyncio.gather(closing, *stopping)
        assert len(s.endings()) == 1
        assert (await s.messages())[-1].status is Status.STOPPED


async def test_a_question_in_other_words_is_a_branch_of_its_own(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.ask("First", TextAppended("1"), DONE)
        await s.ask("Sekond", TextAppended("2"), DONE)
        first, _, typo, _ = await s.messages()
        s.service.scripts.append([TextAppended("two"), DONE])
        began = await s.runs.resend(typo.id, "Second")
        await s.runs.wait(s.thread_id)
        assert (began.replaces, began.hidden_turns) == (typo.id, 0)
        shown = await s.messages()
        assert [m.text for m in shown] == ["First", "1", "Second", "two"]
        assert shown[2].sibling_ids == (typo.id, shown[2].id)
        assert [m.text for m in s.service.requests[-1].messages] == ["First", "1", "Second"]
        s.service.scripts.append([TextAppended("new"), DONE])
        await s.runs.resend(first.id, "Anew")
        await s.runs.wait(s.thread_id)
        assert [m.text for m in await s.messages()] == ["Anew", "new"]
        await s.conversations.show_sibling(first.id)
        assert [m.text for m in await s.messages()] == ["First", "1", "Second", "two"]


async def test_asking_again_in_the_middle_says_how_much_is_not_shown_any_more(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        reply = await s.ask("First", TextAppended("1"), DONE)
        last = await s.ask("Second", TextAppended("2"), DONE)
        s.service.scripts += [[TextAppended("2b"), DONE], [TextAppended("1b"), DONE]]
        began = await s.runs.regenerate(last.id)
        await s.runs.wait(s.thread_id)
        assert began.hidden_turns == 0
        began = await s.runs.regenerate(reply.id)
        await s.runs.wait(s.thread_id)
        assert (began.replaces, began.hidden_turns) == (reply.id, 2)
        hidden = await s.conversations.message(began.hidden_end) if began.hidden_end else None
        assert hidden is not None
        assert hidden.text == "2b"
        assert [m.text for m in await s.messages()] == ["First", "1b"]


async def test_a_reply_ends_where_it_stands_after_a_message_above_was_deleted(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first = await s.ask("First", TextAppended("1"), DONE)
        is_free = asyncio.Event()
        s.service.scripts.append([TextAppended("2"), is_free, DONE])
        await s.runs.send(s.thread_id, "Second")
        await s.conversations.delete_message(first.id)
        is_free.set()
        await s.runs.wait(s.thread_id)
        assert s.endings()[-1].message == (await s.messages())[-1]
        assert s.endings()[-1].message.position == 2


async def test_what_belongs_to_a_deleted_message_is_refused(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        reply = await s.ask("First", TextAppended("1"), DONE)
        await s.conversations.delete_message(reply.id)
        for asking in (s.runs.resend(reply.id, "text"), s.runs.regenerate(reply.id)):
            with pytest.raises(UnusableAssistantError):
                await asking
        assert [m.text for m in await s.messages()] == ["First"]
