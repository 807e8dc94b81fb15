"""Each call of a request is sent with an id of its own, whatever services gave them."""

import random

from desktop_app.domain.prompt import PromptMessage
from desktop_app.domain.threads import Author
from desktop_app.domain.tools import ToolCall
from desktop_app.services.openai.call_ids import LONGEST, with_call_ids


def round_of(*calls: ToolCall) -> list[PromptMessage]:
    """The calls, and a result of each that tells them apart."""
    results = [PromptMessage(Author.TOOL, call.arguments, call=call) for call in calls]
    return [PromptMessage(Author.ASSISTANT, "", calls=calls), *results]


def call(key: str, call_id: str = "", arguments: str = "{}") -> ToolCall:
    return ToolCall(key, "weather", arguments, call_id)


def ids(messages: tuple[PromptMessage, ...]) -> list[str]:
    return [call.call_id for message in messages for call in message.calls]


def test_ids_that_are_unique_stay() -> None:
    messages = [PromptMessage(Author.USER, "Hi"), *round_of(call("1", "a"), call("2", "b"))]
    assert list(with_call_ids(messages)) == messages


def test_the_first_of_a_repeated_id_keeps_it() -> None:
    first, second = ids(with_call_ids(round_of(call("1", "weather"), call("2", "weather"))))
    assert first == "weather"
    assert second.startswith("call_")


def test_an_id_that_is_made_is_nobody_elses() -> None:
    (made,) = ids(with_call_ids(round_of(call("1"))))
    assert len(set(ids(with_call_ids([*round_of(call("1"), call("2", made)), *round_of(call("1"))])))) == 3


def test_ids_stay_as_they_are_when_messages_follow() -> None:
    chance = random.Random(7)
    messages: list[PromptMessage] = []
    for _ in range(50):
        before = ids(with_call_ids(messages))
        given = chance.choices(["", "weather", "x" * 41, "x" * 40, str(chance.random())], k=3)
        calls = (call(str(key), one, str(chance.random())) for key, one in enumerate(given))
        messages += [*round_of(*calls), PromptMessage(Author.USER, "More.")]
        assert ids(with_call_ids(messages))[: len(before)] == before
    sent = with_call_ids(messages)
    found = ids(sent)
    assert len(set(found)) == len(found) == 150
    assert all(0 < len(one) <= LONGEST for one in found)
    by_id = {call.call_id: call.arguments for message in sent for call in message.calls}
    assert all(by_id[one.call.call_id] == one.text for one in sent if one.call)
