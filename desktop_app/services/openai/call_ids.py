"""Ids of calls as they are sent: each call of a request has one of its own, and its result the same.

Services repeat ids (Yandex: the name of the function), give none, or give longer ones than others take.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import chain, count

from desktop_app.domain.prompt import PromptMessage
from desktop_app.domain.tools import ToolCall

# OpenAI takes no longer ones in Chat Completions.
LONGEST = 40


def with_call_ids(messages: Sequence[PromptMessage]) -> tuple[PromptMessage, ...]:
    """The messages with such ids.

    The first call with an id keeps it, and so does every call as long as messages are only added: what a service
    holds already goes by the same ids.
    """
    taken = {call.call_id for message in messages for call in message.calls}
    given: set[str] = set()
    round_: dict[str, ToolCall] = {}
    sent = []
    for message in messages:
        if message.calls:
            calls = tuple(replace(call, call_id=_id_of(call, given, taken)) for call in message.calls)
            round_ = {call.key: call for call in calls}
            sent.append(replace(message, calls=calls))
        elif message.call:
            sent.append(replace(message, call=round_[message.call.key]))
        else:
            sent.append(message)
    return tuple(sent)


def _id_of(call: ToolCall, given: set[str], taken: set[str]) -> str:
    """Its own id if it can be, else one made of its key."""
    is_good = 0 < len(call.call_id) <= LONGEST and call.call_id not in given
    made = (one for one in _made(call.key) if one not in given and one not in taken)
    found = next(chain([call.call_id] if is_good else [], made))
    given.add(found)
    return found


def _made(key: str) -> Iterator[str]:
    for number in count():
        said = f"{key}#{number}" if number else key
        yield f"call_{sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
