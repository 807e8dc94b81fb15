"""What the window shows now: read by whoever acts on "this thread" and "this assistant"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_app.widgets.messages_pane import MessagesPane

if TYPE_CHECKING:
    from desktop_app.domain.assistants import Assistant
    from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
    from desktop_app.domain.threads import ThreadSummary


class Shown:
    """The lists as they were read last, what is selected in them, and the thread that is open in ``messages``.

    ``assistant_id`` is the selected assistant, None with all threads selected; ``connection_id`` is what answers in
    the open thread.
    """

    def __init__(self, messages: MessagesPane) -> None:
        self._messages = messages
        self.assistants: list[Assistant] = []
        self.threads: list[ThreadSummary] = []
        self.assistant_id: AssistantId | None = None
        self.connection_id: ConnectionId | None = None

    @property
    def thread_id(self) -> ThreadId | None:
        """The open thread, listed or not."""
        return self._messages.thread_id

    @property
    def thread(self) -> ThreadSummary | None:
        """The open thread as it is listed."""
        return next((summary for summary in self.threads if summary.id == self.thread_id), None)

    @property
    def answering_id(self) -> AssistantId | None:
        """The assistant of the open thread."""
        return self.thread.assistant_id if self.thread else None

    @property
    def current_assistant_id(self) -> AssistantId | None:
        """The selected assistant or, with all threads selected, the one in use."""
        return self.assistant_id or self.answering_id
