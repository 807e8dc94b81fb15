"""What controllers tell the window: facts in the past tense, with values.

They are made on the worker's loop and cross to the window in batches, at most once a frame.
"""

from dataclasses import dataclass
from datetime import datetime

from desktop_app.domain.files import FileId
from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.operations import Operation
from desktop_app.domain.remote import PullProgress
from desktop_app.domain.threads import Message, Run
from desktop_app.domain.tools import ToolStep


@dataclass(frozen=True, slots=True)
class RunBegan:
    """A run was committed: the question (None when regenerating) and the reply that begins to grow.

    ``replaces`` is the message whose place the first of them takes: a reply or, when a question was edited, that
    question.  ``hidden_turns`` counts the messages below a reply that are not shown any more, and ``hidden_end`` is the
    last of them: who shows that again has the whole former path back.
    """

    thread_id: ThreadId
    reply: Message
    question: Message | None = None
    replaces: MessageId | None = None
    hidden_turns: int = 0
    hidden_end: MessageId | None = None


@dataclass(frozen=True, slots=True)
class RunResumed:
    """A run that an earlier program left is read on; ``reply`` is the message as it was stored."""

    thread_id: ThreadId
    reply: Message


@dataclass(frozen=True, slots=True)
class StageReached:
    """What the run does while no words come; ``fraction`` 0..1 where it is known.

    Besides the stages of ``StageChanged``: "thinking", "approving" and "wanting" while calls wait for the user,
    "calling" while programs answer them, and "retrying" with the time ``until`` which is waited and the code of the
    ``error`` that caused it.
    """

    thread_id: ThreadId
    message_id: MessageId
    stage: str
    fraction: float | None = None
    until: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class ReplyEdited:
    """The reply's text changed."""

    thread_id: ThreadId
    message_id: MessageId
    edit: TextEdit


@dataclass(frozen=True, slots=True)
class StepsChanged:
    """The calls of a growing reply are these now; one that is ASKED or WANTED waits for the user."""

    thread_id: ThreadId
    message_id: MessageId
    steps: tuple[ToolStep, ...]


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The one ending, stored already; ``was_deferred`` says that nobody sat waiting for it."""

    thread_id: ThreadId
    message: Message
    run: Run
    was_deferred: bool = False


@dataclass(frozen=True, slots=True)
class LibraryChanged:
    """Threads, assistants or connections are not what they were: read them again."""

    threads: bool = False
    assistants: bool = False
    connections: bool = False


@dataclass(frozen=True, slots=True)
class OperationChanged:
    """An operation was sent, checked or ended; the store has it so.  ``RunFinished`` follows an ending."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class PullProgressed:
    """A pull went on; ``progress.stage`` tells whether it is over."""

    progress: PullProgress


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """These files of an assistant were read on or read, or (None) its list has changed: ask for them again."""

    assistant_id: AssistantId
    file_ids: frozenset[FileId] | None = None


@dataclass(frozen=True, slots=True)
class RemoteFilesProgressed:
    """Files are sent to a service, ``done`` of ``total`` so far and now ``name``; or an index is made (``total`` 0)."""

    connection_id: ConnectionId
    name: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Expired:
    """Assistants and threads were moved to the trash because their lifetime was over."""

    assistants: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()


RunFact = RunBegan | RunResumed | StageReached | ReplyEdited | StepsChanged | RunFinished
Fact = (
    RunFact
    | LibraryChanged
    | OperationChanged
    | PullProgressed
    | FilesChanged
    | RemoteFilesProgressed
    | Expired
)
