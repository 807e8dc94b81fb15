"""What the model sees, against a slow reference written from the rule alone.

The rule: a turn is a question with what follows it up to the next one.  Turns are sent whole or not at all, the newest
always, and of the older ones as many as fit both limits.  A filtered reply, and what says nothing, is not there at all.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from math import ceil

from hypothesis import event, given, settings
from hypothesis import strategies as st

from desktop_app.domain.assistants import PromptTruncation
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.prompt import PromptMessage, cut, expanded, spoken
from desktop_app.domain.threads import Author, Message, Status
from desktop_app.domain.tools import CallStatus, Function, ToolCall, ToolStep

NOW = datetime(2026, 1, 1, tzinfo=UTC)
USER, ASSISTANT, TOOL = Author.USER, Author.ASSISTANT, Author.TOOL

TEXTS = st.sampled_from(
    ["", "a", "word " * 3, "ёж " * 9, "🦔" * 5, "\ud800", "x" * 1_000_000, "ы" * 300_000]
) | st.text(max_size=30)
SHORT_TEXTS = st.sampled_from(["", "a", "{}", "ёж", "word word"])
STATUSES = st.sampled_from([Status.COMPLETED, Status.FILTERED, Status.INTERRUPTED, Status.FAILED])


@st.composite
def steps_of(draw: st.DrawFn, text: str) -> tuple[ToolStep, ...]:
    """Rounds at growing places of ``text``, some of them with calls that were never answered."""
    places = sorted(draw(st.lists(st.integers(0, min(len(text), 40)), max_size=3)))
    found = []
    for number, place in enumerate(places):
        for call in range(draw(st.integers(1, 3))):
            made = ToolCall(f"{number}:{call}", draw(st.sampled_from(["f", "поиск"])), draw(SHORT_TEXTS))
            status = draw(st.sampled_from([*[CallStatus.DONE] * 6, CallStatus.DENIED, CallStatus.WANTED]))
            found.append(ToolStep(made, number, place, status, draw(SHORT_TEXTS)))
    return tuple(found)


@st.composite
def threads(draw: st.DrawFn) -> list[Message]:
    messages = []
    for index in range(draw(st.integers(0, 12))):
        author = draw(st.sampled_from([USER, ASSISTANT]))
        text = draw(TEXTS)
        steps = draw(steps_of(text)) if author is ASSISTANT and draw(st.booleans()) else ()
        status = draw(STATUSES) if author is ASSISTANT else Status.COMPLETED
        messages.append(
            Message(MessageId(str(index)), ThreadId("t"), author, text, status, NOW, index, steps=steps)
        )
    return messages


BUDGETS = st.integers(1, 120) | st.integers(1, 1_000_000)
TRUNCATIONS = st.builds(PromptTruncation, BUDGETS, st.none() | st.integers(1, 12))
INSTRUCTIONS = st.sampled_from(["", "Be brief.", "Отвечай кратко и по делу."])
FUNCTIONS = st.sampled_from(
    [(), (Function("f", "Найти в файлах", '{"type": "object"}'),), (Function("a"), Function("b"))]
)
RATIOS = st.sampled_from([1.0, 0.25, 1.3, 4.0])


@cache
def tokens(text: str) -> int:
    latin = sum(1 for letter in text if ord(letter) < 128)
    return ceil(latin / 4) + ceil((len(text) - latin) / 3)


def sent_as(message: Message) -> list[tuple[Author, str, tuple[ToolCall, ...], ToolCall | None]]:
    """The message in the parts that are sent, by walking through its rounds one by one."""
    parts: list[tuple[Author, str, tuple[ToolCall, ...], ToolCall | None]] = []
    left, gone = message.text, 0
    for number in sorted({step.round for step in message.steps}):
        steps = [step for step in message.steps if step.round == number]
        place = steps[0].place
        said, left = left[: place - gone], left[place - gone :]
        if gone and said.startswith("\n\n"):
            said = said[2:]
        gone = place
        if not all(step.status not in ("asked", "wanted", "running") for step in steps):
            return [*parts, (message.author, said, (), None)] if said else parts
        parts.append((message.author, said, tuple(step.call for step in steps), None))
        parts += [(TOOL, step.result, (), step.call) for step in steps]
    if gone and left.startswith("\n\n"):
        left = left[2:]
    return [*parts, (message.author, left, (), None)] if left else parts


def price(message: Message) -> int:
    total = 0
    for _, text, calls, _ in sent_as(message):
        total += 4 + tokens(text)
        for call in calls:
            total += 4 + tokens(call.name) + tokens(call.arguments)
    return total


def fixed(instruction: str, functions: Sequence[Function]) -> int:
    total = tokens(instruction)
    for one in functions:
        schema = json.dumps(json.loads(one.parameters), separators=(",", ":"), ensure_ascii=False)
        total += 4 + tokens(one.name) + tokens(one.description) + tokens(schema)
    return total


def reference(
    said: list[Message],
    truncation: PromptTruncation,
    instruction: str,
    functions: Sequence[Function],
    ratio: float,
) -> list[Message]:
    """Of all ends of the thread that begin with a turn, the longest that fits; the last one whatever it is."""
    ends = [said[index:] for index, message in enumerate(said) if message.author is USER]
    if not ends:
        return said
    for end in ends[:-1]:
        whole = ceil((fixed(instruction, functions) + sum(map(price, end))) * ratio)
        limit = truncation.last_messages
        if whole <= truncation.max_prompt_tokens and (limit is None or len(end) <= limit):
            return end
    return ends[-1]


@settings(max_examples=2000, deadline=None)
@given(threads(), TRUNCATIONS, INSTRUCTIONS, FUNCTIONS, RATIOS)
def test_what_is_sent_is_what_the_rule_says(
    messages: list[Message],
    truncation: PromptTruncation,
    instruction: str,
    functions: tuple[Function, ...],
    ratio: float,
) -> None:
    said = [one for one in messages if one.status is not Status.FILTERED and sent_as(one)]
    assert spoken(messages) == said
    expected = reference(said, truncation, instruction, functions, ratio)
    event("cut" if 0 < len(expected) < len(said) else "whole")
    part = cut(said, truncation, instruction, functions, ratio)
    assert list(part.messages) == expected
    assert part.dropped == len(said) - len(expected)
    assert part.tokens == ceil((fixed(instruction, functions) + sum(map(price, expected))) * ratio)
    assert part.ids == tuple(message.id for message in expected)


@settings(max_examples=1000, deadline=None)
@given(threads())
def test_a_reply_is_parted_at_its_calls_and_no_call_goes_without_its_result(messages: list[Message]) -> None:
    for message in messages:
        found = expanded(message)
        assert [(one.author, one.text, one.calls, one.call) for one in found] == sent_as(message)
        waiting: list[ToolCall] = []
        for one in found:
            if one.author is TOOL:
                assert one.call == waiting.pop(0)
            else:
                assert not waiting
                waiting = list(one.calls)
        assert not waiting


def reply(text: str, *steps: ToolStep) -> Message:
    return Message(MessageId("r"), ThreadId("t"), ASSISTANT, text, Status.COMPLETED, NOW, 1, steps=steps)


def step(number: int, place: int, result: str, status: CallStatus = CallStatus.DONE) -> ToolStep:
    return ToolStep(ToolCall(f"{number}", "f", "{}"), number, place, status, result)


def test_the_blank_line_that_joins_two_rounds_is_not_sent() -> None:
    first, second = step(0, 4, "one"), step(1, 10, "two")
    message = reply("Look\n\nMore\n\nDone", first, second)
    assert expanded(message) == (
        PromptMessage(ASSISTANT, "Look", calls=(first.call,)),
        PromptMessage(TOOL, "one", call=first.call),
        PromptMessage(ASSISTANT, "More", calls=(second.call,)),
        PromptMessage(TOOL, "two", call=second.call),
        PromptMessage(ASSISTANT, "Done"),
    )


def test_a_round_that_waits_is_left_out_with_all_after_it() -> None:
    first, waiting, late = step(0, 0, "one"), step(1, 0, "", CallStatus.ASKED), step(2, 0, "late")
    assert expanded(reply("", first, waiting, late)) == (
        PromptMessage(ASSISTANT, "", calls=(first.call,)),
        PromptMessage(TOOL, "one", call=first.call),
    )
    assert expanded(reply("Look", step(0, 4, "", CallStatus.RUNNING))) == (PromptMessage(ASSISTANT, "Look"),)
    assert expanded(reply("", step(0, 0, "", CallStatus.RUNNING))) == ()
