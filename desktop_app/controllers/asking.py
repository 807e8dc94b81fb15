"""What asking needs, whether the reply grows at once or comes days later: who is asked, new records, the request."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.errors import UnusableAssistantError
from desktop_app.domain.ids import MessageId, RunId, ThreadId, new_id
from desktop_app.domain.prompt import PROMPT_MESSAGES_LIMIT, Cut, PromptMessage, RunRequest, expanded, spoken
from desktop_app.domain.threads import Author, Message, Run, Status, Thread
from desktop_app.domain.tools import Function
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore, Leading

CONTINUE = "Continue your last message exactly where it stopped. Do not repeat anything of it."

# Keeps a thread to one asker until the block is left; raises RunInProgressError when it is being asked already.
Claim = Callable[[ThreadId], AbstractContextManager[None]]


class Asking:
    """Reads who is asked and what was said.  What is gone raises UnusableAssistantError, everything StoreError."""

    def __init__(self, records: ConversationStore, assistants: AssistantStore) -> None:
        self._records = records
        self._assistants = assistants

    async def thread(self, thread_id: ThreadId) -> Thread:
        """The thread."""
        thread = await self._records.thread(thread_id)
        if thread is None:
            raise UnusableAssistantError("the thread was deleted")
        return thread

    async def assistant(self, thread_id: ThreadId, version: int | None = None) -> Assistant:
        """Who answers in the thread, as it was at ``version`` (None: as it is)."""
        thread = await self.thread(thread_id)
        found = await self._assistants.assistant(thread.assistant_id) if thread.assistant_id else None
        if found is None:
            raise UnusableAssistantError("the assistant was deleted")
        if version is None:
            return found
        former = await self._assistants.version(found.id, version)
        if former is None:
            raise UnusableAssistantError("the version was deleted")
        return replace(found, version=version, settings=former.settings)

    async def message(self, message_id: MessageId) -> Message:
        """The message."""
        message = await self._records.message(message_id)
        if message is None:
            raise UnusableAssistantError("the message was deleted")
        return message

    async def parent(self, message: Message) -> Message | None:
        """The message before this one."""
        return await self.message(message.parent_id) if message.parent_id else None

    async def spoken(self, reply: Message) -> Leading:
        """What led to ``reply`` and says something, at most PROMPT_MESSAGES_LIMIT messages."""
        history = await self._records.prompt_messages(reply.thread_id, reply.id, PROMPT_MESSAGES_LIMIT + 1)
        said = spoken([message for message in history.messages if message.id != reply.id])
        return Leading(said, history.older)


def new_question(thread_id: ThreadId, parent: Message | None, text: str) -> Message:
    """A question below ``parent``; where it stands the store says."""
    return _message(thread_id, Author.USER, parent, text, Status.COMPLETED)


def new_reply(
    thread_id: ThreadId,
    parent: Message | None,
    assistant: Assistant,
    status: Status = Status.WRITING,
) -> tuple[Run, Message]:
    """A run and its empty reply below ``parent``; both have ``status`` (WRITING or DEFERRED)."""
    reply = _message(thread_id, Author.ASSISTANT, parent, "", status)
    run = new_run(reply, assistant, status)
    return run, replace(reply, run_id=run.id)


def new_run(reply: Message, assistant: Assistant, status: Status = Status.WRITING) -> Run:
    """A run that writes ``reply``."""
    return Run(
        id=RunId(new_id()),
        thread_id=reply.thread_id,
        message_id=reply.id,
        assistant_id=assistant.id,
        assistant_version=assistant.version,
        settings=assistant.settings,
        status=status,
        started_at=datetime.now(UTC),
    )


def smaller_limits(settings: AssistantSettings, part: Cut) -> AssistantSettings:
    """What to ask with after the service said that ``part`` is too long: about two thirds of it."""
    limit = max(1, part.tokens * 2 // 3)
    return replace(settings, truncation=replace(settings.truncation, max_prompt_tokens=limit))


def request_of(
    run: Run,
    part: Cut,
    *,
    functions: Sequence[Function] = (),
    addition: str = "",
    is_continued: bool = False,
) -> RunRequest:
    """The request that ``run`` makes of ``part``; ``addition`` is what its instruction has more than its settings say.

    ``is_continued`` asks to go on with the last message, unless the model goes on by itself: with the results of calls.
    """
    settings = run.settings
    messages = sent(part.messages)
    if is_continued and messages[-1].author is Author.ASSISTANT:
        messages.append(PromptMessage(Author.USER, CONTINUE))
    return RunRequest(
        request_id=run.id,
        model=settings.model,
        instruction=instruction_with(settings.instruction, addition),
        messages=tuple(messages),
        temperature=settings.completion.temperature,
        max_tokens=settings.completion.max_tokens,
        reasoning=settings.completion.reasoning,
        response_format=settings.response_format,
        truncation=settings.truncation,
        functions=tuple(functions),
    )


def sent(messages: Iterable[Message]) -> list[PromptMessage]:
    """``messages`` as they are sent."""
    return [one for message in messages for one in expanded(message)]


def instruction_with(instruction: str, addition: str) -> str:
    """The instruction with what is added to it for one question."""
    return "\n\n".join(filter(None, (instruction, addition)))


def _message(
    thread_id: ThreadId, author: Author, parent: Message | None, text: str, status: Status
) -> Message:
    message_id = MessageId(new_id())
    return Message(
        id=message_id,
        thread_id=thread_id,
        author=author,
        text=text,
        status=status,
        created_at=datetime.now(UTC),
        position=parent.position + 1 if parent else 0,
        parent_id=parent.id if parent else None,
        sibling_ids=(message_id,),
    )
