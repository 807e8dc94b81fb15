"""Everything there is of one thread, as it is exported."""

from dataclasses import dataclass

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Message, Run, Thread


@dataclass(frozen=True, slots=True)
class ThreadArchive:
    """A thread with all its messages (siblings that are not shown too), its runs, and the assistant in use.

    Messages have their sources; runs have no cursors: where one can be resumed concerns only who writes it.
    ``leaf_id`` is the last message of the path that is shown; None means the newest message.
    """

    thread: Thread
    messages: tuple[Message, ...] = ()
    runs: tuple[Run, ...] = ()
    assistant: AssistantSettings | None = None
    assistant_version: int = 0
    leaf_id: MessageId | None = None

    def shown(self) -> tuple[Message, ...]:
        """The messages on the path that is shown, from the first to the last."""
        known = {message.id: message for message in self.messages}
        at = known.get(self.leaf_id) if self.leaf_id else None
        if at is None:
            at = max(self.messages, key=lambda message: (message.created_at, message.id), default=None)
        path: dict[MessageId, Message] = {}
        while at is not None and at.id not in path:  # an archive read from a file may hold a circle
            path[at.id] = at
            at = known.get(at.parent_id) if at.parent_id else None
        return tuple(reversed(path.values()))
