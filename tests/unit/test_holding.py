"""When what a service holds may be relied on: the rules one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desktop_app.domain.assistants import PromptTruncation
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.holding import HoldingRules, digest, held_after, held_part, holding_rules
from desktop_app.domain.ids import ConnectionId, MessageId, ThreadId
from desktop_app.domain.prompt import Cut, Held, cut
from desktop_app.domain.remote import RemoteThread
from desktop_app.domain.threads import Author, Message, Status
from desktop_app.domain.tools import CallStatus, ToolCall, ToolStep

NOW = datetime(2026, 1, 31, tzinfo=UTC)
THREAD = HoldingRules(is_whole=True)
CHAIN = HoldingRules(model="m", kept_for=timedelta(days=29))


def path(count: int) -> list[Message]:
    """A path of questions and replies in turn."""
    authors = (Author.USER, Author.ASSISTANT)
    return [
        Message(MessageId(f"m{n}"), ThreadId("t"), authors[n % 2], f"text {n}", Status.COMPLETED, NOW, n)
        for n in range(count)
    ]


def holds(messages: list[Message], noted_at: datetime = NOW) -> RemoteThread:
    """A record of a service that holds exactly ``messages``."""
    return RemoteThread(
        "remote", messages[0].id, messages[-1].id, len(messages), "m", noted_at, digest(messages)
    )


def part_of(messages: list[Message], last: int | None = None) -> Cut:
    return cut(messages, PromptTruncation(100_000, last))


def test_what_stands_right_before_the_question_is_held() -> None:
    messages = path(5)
    for rules in (THREAD, CHAIN):
        assert held_part(holds(messages[:4]), messages, part_of(messages), rules, NOW) == Held("remote", 4)


def test_older_replies_that_the_service_does_not_have_are_sent_with_the_question() -> None:
    messages = path(7)
    assert held_part(holds(messages[:4]), messages, part_of(messages), CHAIN, NOW) == Held("remote", 4)


def test_a_thread_may_begin_before_the_part_and_a_chain_may_not() -> None:
    messages = path(7)
    part = part_of(messages, 3)
    assert held_part(holds(messages[:6]), messages, part, THREAD, NOW) == Held("remote", 2)
    assert held_part(holds(messages[:6]), messages, part, CHAIN, NOW) is None


@pytest.mark.parametrize("rules", [THREAD, CHAIN])
def test_what_begins_after_the_part_or_ends_before_it_is_not_held(rules: HoldingRules) -> None:
    messages = path(7)
    assert held_part(holds(messages[2:6]), messages, part_of(messages), rules, NOW) is None
    assert held_part(holds(messages[:4]), messages, part_of(messages, 1), rules, NOW) is None
    assert held_part(holds(messages[:7]), messages, part_of(messages), rules, NOW) is None


@pytest.mark.parametrize("rules", [THREAD, CHAIN])
def test_other_words_and_other_numbers_are_not_held(rules: HoldingRules) -> None:
    messages = path(5)
    remote = holds(messages[:4])
    edited = [*messages[:1], replace(messages[1], text="longer"), *messages[2:]]
    assert held_part(remote, edited, part_of(edited), rules, NOW) is None
    without = [*messages[:1], *messages[3:]]
    assert held_part(remote, without, part_of(without), rules, NOW) is None
    for wrong in (replace(remote, digest=""), replace(remote, count=3)):
        assert held_part(wrong, messages, part_of(messages), rules, NOW) is None
    broken = [*messages[:3], replace(messages[3], status=Status.STOPPED), *messages[4:]]
    assert held_part(remote, broken, part_of(broken), rules, NOW) is None


def test_a_chain_ends_with_its_model_and_its_time() -> None:
    messages = path(3)
    remote = holds(messages[:2], NOW - timedelta(days=29, seconds=1))
    assert held_part(remote, messages, part_of(messages), CHAIN, NOW) is None
    assert held_part(remote, messages, part_of(messages), THREAD, NOW) is not None
    other = replace(CHAIN, model="other")
    assert held_part(holds(messages[:2]), messages, part_of(messages), other, NOW) is None


def test_a_thread_grows_and_everything_else_begins_with_what_was_sent() -> None:
    messages = path(8)
    spoken, reply = messages[:7], messages[7]
    before = holds(messages[:6])
    part = part_of(spoken, 1)
    grown = held_after("remote", before, spoken, part, reply, "m", NOW)
    assert grown == holds(messages)
    anew = held_after("other", before, spoken, part, reply, "m", NOW)
    assert anew == replace(holds(messages[6:]), remote_id="other")


def test_the_fingerprint_tells_who_said_what_where() -> None:
    one, two = path(2)
    swapped = [replace(one, text=two.text), replace(two, text=one.text)]
    moved = [replace(one, text="text 0t"), replace(two, text="ext 1")]
    others = [[one], [two, one], swapped, moved, [one, replace(two, author=Author.USER)]]
    assert len({digest(messages) for messages in [[one, two], *others]}) == len(others) + 1
    assert digest([one, replace(two, text="")]) == digest([one])
    assert digest([replace(one, text="\ud800")])


def test_the_fingerprint_tells_what_was_called_and_answered() -> None:
    one, two = path(2)
    done = ToolStep(ToolCall("0:0", "f", "{}"), 0, 4, CallStatus.DONE, "42")
    steps = [
        (),
        (done,),
        (replace(done, result="43"),),
        (replace(done, call=ToolCall("0:0", "g", "{}")),),
        (replace(done, call=ToolCall("0:0", "f", '{"a": 1}')),),
        (replace(done, place=0),),
        (done, replace(done, round=1)),
    ]
    assert len({digest([one, replace(two, steps=made)]) for made in steps}) == len(steps)


@pytest.mark.parametrize("rules", [THREAD, CHAIN])
def test_a_call_that_was_answered_later_is_not_held(rules: HoldingRules) -> None:
    messages = path(7)
    asked = ToolStep(ToolCall("0:0", "f", "{}"), 0, 6, CallStatus.ASKED)
    messages[1] = replace(messages[1], status=Status.INTERRUPTED, steps=(asked,))
    remote = holds(messages[:4])
    assert held_part(remote, messages, part_of(messages), rules, NOW) == Held("remote", 4)
    messages[1] = replace(messages[1], steps=(replace(asked, status=CallStatus.DONE, result="42"),))
    assert held_part(remote, messages, part_of(messages), rules, NOW) is None


def test_services_hold_threads_chains_or_nothing() -> None:
    def rules(kind: ConnectionKind, *, provider: str = "", folder: str = "") -> HoldingRules | None:
        return holding_rules(Connection(ConnectionId("c"), kind, "n", provider=provider, folder=folder), "m")

    assert rules(ConnectionKind.ASSISTANT_API) == HoldingRules(is_whole=True)
    assert rules(ConnectionKind.RESPONSES, provider="openai") == CHAIN
    assert rules(ConnectionKind.RESPONSES) is None
    assert rules(ConnectionKind.CHAT, provider="openai") is None
    assert rules(ConnectionKind.YANDEX_TEXT, folder="f") is None
