"""What is told of a cut thread; that it is cut in the right place is in ``test_truncation_properties``."""

import time
from datetime import UTC, datetime

from desktop_app.domain.assistants import PromptTruncation
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.prompt import Cut, PromptMessage, RunRequest, cut, estimate_request
from desktop_app.domain.threads import Author, Message, Status
from desktop_app.domain.tools import CallStatus, Function, ToolCall, ToolStep

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def message(index: int, author: Author, text: str, *steps: ToolStep) -> Message:
    return Message(
        MessageId(str(index)), ThreadId("t"), author, text, Status.COMPLETED, NOW, index, steps=steps
    )


def thread(*texts: str) -> list[Message]:
    return [
        message(index, Author.ASSISTANT if index % 2 else Author.USER, text)
        for index, text in enumerate(texts)
    ]


def test_nothing_said_is_nothing_sent() -> None:
    assert cut(thread(""), PromptTruncation()) == Cut((), 0, 0)


def test_a_question_over_every_limit_is_sent() -> None:
    said = thread("a", "b", "word " * 1000)
    assert cut(said, PromptTruncation(1, 1)).messages == (said[-1],)


def test_a_turn_that_is_too_long_for_the_last_messages_is_left_out_whole() -> None:
    said = thread("a", "b", "c", "d", "e")
    assert [cut(said, PromptTruncation(7000, last)).dropped for last in (1, 2, 3, 4, 5)] == [4, 4, 2, 2, 0]


def test_a_reply_without_its_question_is_not_the_beginning() -> None:
    said = thread("", "Hello!", "a", "b")
    assert [one.text for one in cut(said, PromptTruncation()).messages] == ["a", "b"]
    assert [one.text for one in cut(said[:2], PromptTruncation()).messages] == ["Hello!"]


def test_calls_that_say_nothing_else_are_sent_and_paid_for() -> None:
    call = ToolCall("1", "find", '{"query": "nitka"}')
    said = [
        message(0, Author.USER, "a"),
        message(1, Author.ASSISTANT, "", ToolStep(call, 0, 0, CallStatus.DONE, "word " * 100)),
        message(2, Author.USER, "b"),
    ]
    part = cut(said, PromptTruncation())
    assert len(part.messages) == 3
    assert part.tokens > 125
    assert cut(said, PromptTruncation(120)).messages == (said[2],)


def test_instruction_and_functions_take_their_part_of_the_budget() -> None:
    said, tools = thread("a" * 40, "b", "c"), (Function("find", "word " * 40),)
    assert cut(said, PromptTruncation(60)).dropped == 0
    assert cut(said, PromptTruncation(60), "word " * 40).dropped == 2
    assert cut(said, PromptTruncation(60), "", tools).dropped == 2
    assert cut(said, PromptTruncation(60), "", (), 4.0).dropped == 2


def test_a_request_is_estimated_as_the_part_it_was_made_of() -> None:
    said, tools = thread("a" * 40, "b", "c"), (Function("find", "word " * 40),)
    messages = tuple(PromptMessage(one.author, one.text) for one in said)
    request = RunRequest("r", "m", "Be brief.", messages, 0.3, functions=tools)
    assert estimate_request(request) == cut(said, PromptTruncation(), "Be brief.", tools).tokens


def test_a_long_thread_is_cut_within_a_frame() -> None:
    said = thread(*["Что говорит закон о сроке? " * 40] * 2000)
    took_s = []
    for _ in range(5):
        began = time.process_time()
        assert cut(said, PromptTruncation(10_000_000)).dropped == 0
        took_s.append(time.process_time() - began)
    assert min(took_s) < 0.016
