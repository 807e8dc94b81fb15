"""What the model sees: the request of one run, cut to the assistant's limits.

Token counts are estimates (about 4 characters a token in Latin script, 3 in others, 4 more a message), since most
services have no tokenizer to ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from desktop_app.domain.assistants import AssistantSettings, PromptTruncation, Reasoning, ResponseFormat
from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Author, Message
from desktop_app.domain.tools import Function, ToolCall

TOKENS_A_MESSAGE = 4
BETWEEN_ROUNDS = "\n\n"


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
class RunRequest:
    """Everything an adapter needs to ask for a reply; ``request_id`` goes to the service's log and ours.

    ``messages`` is always the whole of what the model should see; ``held`` lets an adapter send less of it.
    ``thread_name`` is for services that hold threads.  ``functions`` are on offer to the model, the search in files
    among them where it is one.
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
    thread_name: str = ""
    functions: tuple[Function, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of a thread that is sent: ``messages`` newest-complete, ``dropped`` how many older ones are not."""

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


def estimate_tokens(text: str) -> int:
    """About how many tokens ``text`` has; never 0 for a text."""
    if not text:
        return 0
    latin = len(text.encode("ascii", "ignore"))
    return max(1, -(-latin // 4) + -(-(len(text) - latin) // 3))


def cut(messages: Sequence[Message], truncation: PromptTruncation, instruction: str = "") -> Cut:
    """The newest of ``messages`` (oldest first) that fit the budget after the instruction.

    The last user message and what follows it is always sent.  Empty messages say nothing and are left out; the part
    never starts with a reply whose question was cut off.
    """
    spoken = [message for message in messages if message.text]
    must = next((i for i in range(len(spoken) - 1, -1, -1) if spoken[i].author is Author.USER), 0)
    start, tokens = len(spoken), estimate_tokens(instruction)
    for index in range(len(spoken) - 1, -1, -1):
        cost = estimate_tokens(spoken[index].text) + TOKENS_A_MESSAGE
        over = tokens + cost > truncation.max_prompt_tokens
        many = truncation.last_messages is not None and len(spoken) - index > truncation.last_messages
        if index < must and (over or many):
            break
        start, tokens = index, tokens + cost
    while start < must and spoken[start].author is not Author.USER:
        tokens -= estimate_tokens(spoken[start].text) + TOKENS_A_MESSAGE
        start += 1
    return Cut(tuple(spoken[start:]), start, tokens)
