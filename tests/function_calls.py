"""What the scripted servers call: words of a question that ask for calls, the same for every server.

The last question may hold::

    call weather Tula                  weather {"city": "Tula"}
    call twice weather Tula Kazan      two calls at once, with the function's name for the id of both
    call 10 times weather Tula         ten rounds, one call each
    call broken weather                arguments that are cut off, where the wire can carry them
    call anyway weather Tula           also if no such function is offered
    call weather Tula, cite            the answer ends with the marks of all fragments of files that came along

Functions that are not offered are not called, except with "anyway": "There is no function weather."  When all results
have come, the answer is "It says: +20; +25", in the order of the calls.  Other questions ask for no calls.
"""

import json
import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

_WANTED = re.compile(r"\bcall (?:(twice|broken|anyway|(\d+) times) )?([\w-]+)((?: [\w-]+)*)")
_CITING = re.compile(r"\bcite\b")
_FRAGMENT = re.compile(r"^\[\d+\](?= )", re.MULTILINE)
CUT_OFF = '{"city": "Tu'


class Call(NamedTuple):
    """A call as a server makes it; ``arguments`` is JSON text, or the beginning of one."""

    name: str
    arguments: str
    call_id: str


def reply_to(question: str, offered: Collection[str], results: Sequence[str]) -> str | list[Call] | None:
    """The calls or the answer, None where the question asks for no calls.

    ``offered`` are names of functions, ``results`` all that came since the question.
    """
    found = _WANTED.search(question)
    if not found:
        return None
    how, times, name, words = found[1] or "", int(found[2] or 1), found[3], found[4].split()
    if name not in offered and how != "anyway":
        return f"There is no function {name}."
    texts = (
        [CUT_OFF] if how == "broken" else [json.dumps({"city": word}, ensure_ascii=False) for word in words]
    )
    is_one_id = how == "twice"
    calls = [
        Call(name, text, name if is_one_id else f"call_{len(results)}{place}")
        for place, text in enumerate(texts)
    ]
    return calls if len(results) < len(calls) * times else f"It says: {'; '.join(results)}"


def marks_in(question: str, told: str) -> str:
    """The marks of the fragments in ``told``, such as "[1][2]", where the question asks for them."""
    return "".join(_FRAGMENT.findall(told)) if _CITING.search(question) else ""


def in_pieces(text: str, count: int) -> list[str]:
    """The text cut into so many pieces, empty ones among them where it is too short."""
    ends = [len(text) * end // count for end in range(count + 1)]
    return [text[start:end] for start, end in pairwise(ends)]


def complaint_about(calls: Sequence[str], results: Sequence[str]) -> str:
    """What is wrong with the ids of a request, in their order; empty when each call has one, and one result."""
    if len(set(calls)) < len(calls) or not all(calls):
        return f"ids of calls are not unique: {calls}"
    return "" if list(calls) == list(results) else f"calls {calls} have the results {results}"
