"""Messages and runs for the tests of the messages pane."""

from datetime import UTC, datetime

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import MessageId, RunId, ThreadId
from desktop_app.domain.threads import Author, Message, Run, Status, Usage

NOON = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)
PARAGRAPH = (
    "A sentence that is long enough to be broken into lines by every window that is not very wide. " * 3
)


def message(number: int, text: str, *, author: Author, status: Status = Status.COMPLETED) -> Message:
    identity = MessageId(f"m{number:04}")
    return Message(identity, ThreadId("t"), author, text, status, NOON, number)


def question(number: int, text: str = "What is it?") -> Message:
    return message(number, text, author=Author.USER)


def reply(number: int, text: str = PARAGRAPH, status: Status = Status.COMPLETED) -> Message:
    return message(number, text, author=Author.ASSISTANT, status=status)


def talk(count: int, first: int = 0) -> list[Message]:
    """``count`` messages, questions and replies in turn."""
    return [
        reply(number, f"Reply {number}. {PARAGRAPH}\n\nThe end of it.") if number % 2 else question(number)
        for number in range(first, first + count)
    ]


def run_of(
    answer: Message,
    error: RunError | None = None,
    usage: Usage | None = None,
    ended_at: datetime | None = NOON,
    max_tokens: int | None = None,
) -> Run:
    settings = AssistantSettings("Tester", completion=CompletionOptions(max_tokens=max_tokens))
    return Run(
        RunId(f"r-{answer.id}"),
        answer.thread_id,
        answer.id,
        None,
        3,
        settings,
        answer.status,
        NOON,
        ended_at=ended_at,
        usage=usage,
        error=error,
    )
