"""What the model would see of a thread, and how many tokens that is."""

from desktop_app.controllers.connections import ConnectionsController
from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.context import ContextPreview
from desktop_app.domain.ids import ThreadId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore


class ContextController:
    """Works on any loop but for ``counted``, which asks a service and lives on the worker's."""

    def __init__(
        self, records: ConversationStore, assistants: AssistantStore, connections: ConnectionsController
    ) -> None:
        self._records = records
        self._assistants = assistants
        self._connections = connections

    async def preview(
        self,
        thread_id: ThreadId,
        draft: str = "",
        settings: AssistantSettings | None = None,
        overrides: RunOverrides | None = None,
    ) -> ContextPreview | None:
        """What asking ``draft`` now would send; None when the thread or its assistant is gone.

        ``settings`` None takes those of the thread's assistant.  It is exactly what ``RunsController.send`` sends.
        """
        raise NotImplementedError

    async def counted(
        self,
        thread_id: ThreadId,
        draft: str = "",
        settings: AssistantSettings | None = None,
        overrides: RunOverrides | None = None,
    ) -> ContextPreview | None:
        """As ``preview``, with the tokens counted by the service where it has a tokenizer.

        A count teaches the estimate; a service that fails leaves the estimate.
        """
        raise NotImplementedError
