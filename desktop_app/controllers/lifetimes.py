"""Lifetimes: what has expired goes to the trash, where it is found for 30 days; the trash itself."""

from collections.abc import Callable

from desktop_app.controllers.facts import Fact
from desktop_app.domain.ids import AssistantId, ThreadId
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore


class LifetimesController:
    """Lives on the worker's loop; one task sleeps until the next lifetime is over, with nothing to expire none."""

    def __init__(
        self, records: ConversationStore, assistants: AssistantStore, report: Callable[[Fact], None]
    ) -> None:
        self._records = records
        self._assistants = assistants
        self._report = report

    async def start(self) -> None:
        """Move what has expired to the trash, and go on doing so."""

    async def close(self) -> None:
        """Stop."""

    async def extend_thread(self, thread_id: ThreadId) -> None:
        """Let a thread's lifetime begin anew today."""
        raise NotImplementedError

    async def extend_assistant(self, assistant_id: AssistantId) -> None:
        """Let an assistant's lifetime begin anew today; no version is made of it unless its days have to change."""
        raise NotImplementedError
