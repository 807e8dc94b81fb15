"""What asking needs, whether the reply grows at once or comes days later: who is asked, new records, the request."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

from desktop_app.domain.assistants import Assistant
from desktop_app.domain.errors import UnusableAssistantError
from desktop_app.domain.ids import MessageId, RunId, ThreadId, new_id
from desktop_app.domain.prompt import AskedAssistant, Cut, Held, PromptMessage, RunRequest, cut
from desktop_app.domain.threads import Author, Message, Run, Status, Thread
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore

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

    async def assistant(self, thread_id: ThreadId) -> Assistant:
        """Who answers in the thread."""
        thread = await self.thread(thread_id)
        found = await self._assistants.assistant(thread.assistant_id) if thread.assistant_id else None
        if found is None:
            raise UnusableAssistantError("the assistant was deleted")
        return found

    async def message(self, message_id: MessageId) -> Message:
        """The message."""
        message = await self._records.message(message_id)
        if message is None:
            raise UnusableAssistantError("the message was deleted")
        return message

    async def parent(self, message: Message) -> Message | None:
        """The message before this one."""
        return await self.message(message.parent_id) if message.parent_id else None

    async def spoken(self, reply: Message, *, is_continued: bool = False) -> list[Message]:
        """What led to ``reply`` and says something, oldest first; the beginning of a continued one comes last.

        A reply that was filtered is left out: it says why there is none, and may have the next one filtered, too.
        """
        history = await self._records.prompt_messages(reply.thread_id, reply.id)
        return [
            message
            for message in history
            if message.text
            and (is_continued if message.id == reply.id else message.status is not Status.FILTERED)
        ]


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


def what_fits(spoken: Sequence[Message], run: Run) -> Cut:
    """The end of ``spoken`` that the assistant's limits let the model see."""
    return cut(spoken, run.settings.truncation, run.settings.instruction)


def what_fits_better(part: Cut, spoken: Sequence[Message], run: Run) -> Cut:
    """What to send after the service said that ``part`` is too long: about two thirds of it."""
    truncation = replace(run.settings.truncation, max_prompt_tokens=max(1, part.tokens * 2 // 3))
    return cut(spoken, truncation, run.settings.instruction)


def request_of(
    run: Run,
    part: Cut,
    *,
    is_continued: bool = False,
    held: Held | None = None,
    assistant: AskedAssistant | None = None,
    thread_name: str = "",
) -> RunRequest:
    """The request that ``run`` makes of ``part``; ``is_continued`` asks to go on with its last message."""
    settings = run.settings
    messages = [PromptMessage(message.author, message.text) for message in part.messages]
    if is_continued:
        messages.append(PromptMessage(Author.USER, CONTINUE))
    return RunRequest(
        request_id=run.id,
        model=settings.model,
        instruction=settings.instruction,
        messages=tuple(messages),
        temperature=settings.completion.temperature,
        max_tokens=settings.completion.max_tokens,
        reasoning=settings.completion.reasoning,
        response_format=settings.response_format,
        held=held,
        assistant=assistant,
        thread_name=thread_name,
    )


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
