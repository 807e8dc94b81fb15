"""What the model sees: the request of one run, cut to the assistant's limits.

A thread is cut between turns: a turn is a question with what follows it up to the next one, and is sent whole or not at
all, so that no reply loses its question and no call its result.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import ceil

from desktop_app.domain.assistants import (
    AssistantSettings,
    Expiration,
    PromptTruncation,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.counting import TOKENS_A_MESSAGE, estimate_functions, estimate_tokens
from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Author, Message, Status
from desktop_app.domain.tools import BETWEEN_ROUNDS, Function, ToolCall

# More of a thread is never sent, whatever an assistant allows, so that no prompt takes more than a moment to make.
PROMPT_MESSAGES_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """A message as it is sent.

    ``calls`` are what an assistant's message called after its ``text`` (which may be empty).  A message of
    ``Author.TOOL`` is the result of ``call``; those of one round follow their calls in the same order.
    """

    author: Author
    text: str
    calls: tuple[ToolCall, ...] = ()
    call: ToolCall | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The first ``messages`` of a request are on the service's side already, under ``remote_id``."""

    remote_id: str
    messages: int


@dataclass(frozen=True, slots=True)
class AskedAssistant:
    """The assistant behind a request, for services that hold assistants themselves.

    ``remote_id`` is empty when it is not there yet; ``is_current`` says whether it is there as ``settings`` say.
    """

    settings: AssistantSettings
    remote_id: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class AskedThread:
    """The thread of a request, for services that hold threads themselves; fields as in ``threads.Thread``.

    ``is_current`` says whether the one that is held there says the same.
    """

    name: str = ""
    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    expiration: Expiration | None = None
    other_tools: tuple[str, ...] = ()
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Everything an adapter needs to ask for a reply; ``request_id`` goes to the service's log and ours.

    ``messages`` is always the whole of what the model should see; ``held`` lets an adapter send less of it.
    ``assistant`` and ``thread`` are for services that hold such records, ``truncation`` for those that cut threads
    themselves.  ``functions`` are on offer to the model, the search in files among them where it is one.
    """

    request_id: str
    model: str
    instruction: str
    messages: tuple[PromptMessage, ...]
    temperature: float
    max_tokens: int | None = None
    reasoning: Reasoning = Reasoning.OFF
    response_format: ResponseFormat = field(default_factory=ResponseFormat)
    held: Held | None = None
    assistant: AskedAssistant | None = None
    thread: AskedThread | None = None
    truncation: PromptTruncation | None = None
    functions: tuple[Function, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of a thread that is sent: ``dropped`` counts the older messages that are not.

    ``tokens`` are those of the whole prompt, with instruction and functions.
    """

    messages: tuple[Message, ...]
    dropped: int
    tokens: int

    @property
    def ids(self) -> tuple[MessageId, ...]:
        """Ids of the messages sent, oldest first."""
        return tuple(message.id for message in self.messages)


def expanded(message: Message) -> tuple[PromptMessage, ...]:
    """``message`` as it is sent: a reply that called functions is parted at its calls.

    Each round is the text before its calls with them, then a message of ``Author.TOOL`` for each result.  A round that
    still waits for one, and what follows it, is left out: a call is never sent without its result.  What says nothing
    is sent as nothing.
    """
    found: list[PromptMessage] = []
    start = 0
    for _, group in groupby(message.steps, key=lambda step: step.round):
        steps = list(group)
        end = max(start, steps[0].place)
        text = _part(message.text, start, end)
        if any(step.is_open for step in steps):
            return (*found, PromptMessage(message.author, text)) if text else tuple(found)
        found.append(PromptMessage(message.author, text, calls=tuple(step.call for step in steps)))
        found += [PromptMessage(Author.TOOL, step.result, call=step.call) for step in steps]
        start = end
    rest = _part(message.text, start, len(message.text))
    return (*found, PromptMessage(message.author, rest)) if rest else tuple(found)


def _part(text: str, start: int, end: int) -> str:
    """What was written between two rounds, without the blank line that joins it to what stands before."""
    return text[start:end].removeprefix(BETWEEN_ROUNDS) if start else text[:end]


def says_something(message: Message) -> bool:
    """Whether anything of ``message`` is sent; most have no calls to look through."""
    return bool(expanded(message)) if message.steps else bool(message.text)


def spoken(messages: Iterable[Message]) -> list[Message]:
    """Those of ``messages`` that a prompt may have.

    A reply that was filtered is left out: it says why there is none, and may have the next one filtered, too.
    """
    return [one for one in messages if one.status is not Status.FILTERED and says_something(one)]


def estimate_message(message: Message) -> int:
    """About how many tokens ``message`` is sent with."""
    if not message.steps:
        return estimate_tokens(message.text) + TOKENS_A_MESSAGE
    return _estimate(expanded(message))


def estimate_request(request: RunRequest) -> int:
    """About how many tokens the prompt of ``request`` has, before anything was learned."""
    tools = estimate_functions(request.functions)
    return estimate_tokens(request.instruction) + tools + _estimate(request.messages)


def cut(
    messages: Sequence[Message],
    truncation: PromptTruncation,
    instruction: str = "",
    functions: Sequence[Function] = (),
    ratio: float = 1.0,
) -> Cut:
    """The newest turns of ``messages`` (oldest first) that fit the budget after instruction and functions.

    The newest turn is sent whatever the limits are, and replies before the first question are not, unless there is no
    question at all.  What says nothing is left out and not counted.  ``ratio`` is what the estimate is multiplied by.
    """
    said = [message for message in messages if says_something(message)]
    start, estimate = len(said), estimate_tokens(instruction) + estimate_functions(functions)
    for first in _turns_from_the_end(said):
        longer = estimate + sum(estimate_message(message) for message in said[first:start])
        over = ceil(longer * ratio) > truncation.max_prompt_tokens
        many = truncation.last_messages is not None and len(said) - first > truncation.last_messages
        if start < len(said) and (over or many):
            break
        start, estimate = first, longer
    return Cut(tuple(said[start:]), start, ceil(estimate * ratio))


def _turns_from_the_end(said: Sequence[Message]) -> Iterator[int]:
    """Where each turn begins, newest first; replies that nobody asked for are one turn when there is nothing else."""
    questions = [index for index, message in enumerate(said) if message.author is Author.USER]
    return reversed(questions or ([0] if said else []))


def _estimate(messages: Iterable[PromptMessage]) -> int:
    return sum(
        TOKENS_A_MESSAGE
        + estimate_tokens(message.text)
        + sum(
            TOKENS_A_MESSAGE + estimate_tokens(call.name) + estimate_tokens(call.arguments)
            for call in message.calls
        )
        for message in messages
    )
