"""What an adapter is: it answers runs.  The controllers know services only by these protocols.

Every adapter is a ``Service``; what only some can do has a protocol of its own, which the controllers look for with
``isinstance`` and answer with NotOfferedError where it is missing.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol, runtime_checkable

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionReport, Model
from desktop_app.domain.events import RunEvent
from desktop_app.domain.operations import RemoteOperation
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.remote import Page, PulledAssistant, PulledMessage, PulledThread, PulledVersion
from desktop_app.domain.secret import Credentials


class Service(Protocol):
    """A service that the user has a connection to; lives on the worker's loop."""

    def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Ask for a reply.

        Yields run events, at best ending in one ``RunEnded``; raises NitkaError at any moment.  The runs controller
        makes exactly one ending of whatever happens: an error becomes FAILED (INTERRUPTED when the network broke after
        text had come), an iterator that just stops INTERRUPTED.  Closing the iterator or cancelling its task closes
        the connection at once, and the service stops working on the reply where it can.

        An adapter asks once: repeating what ``is_untouched`` is the controller's business.  A stream of a run that
        can be resumed is taken up again by the adapter itself, a few times, with ``StageChanged("reconnecting")``.
        """
        ...

    async def models(self) -> tuple[Model, ...]:
        """The models on offer, in the service's order.  Raises NitkaError."""
        ...

    async def test(self) -> ConnectionReport:
        """Find out whether runs would be answered: address, sign-in, role, models.  Raises NitkaError."""
        ...

    async def close(self) -> None:
        """Close connections and child processes; safe to call twice."""
        ...


@runtime_checkable
class Resuming(Protocol):
    """A service that writes on when nobody listens."""

    def resume(
        self, request: RunRequest, remote_id: str, cursor: int | None
    ) -> AsyncGenerator[RunEvent, None]:
        """Read a run on after event ``cursor`` (None: from its beginning), as ``Service.run`` would.

        Text that was taken before ``cursor`` is not sent again, except in one ``TextReplaced`` of the whole reply.
        Raises NotFoundError when the service has forgotten the run.
        """
        ...

    async def cancel_run(self, remote_id: str) -> None:
        """Tell the service to stop writing; does nothing where it cannot be told.  Raises NitkaError."""
        ...


@runtime_checkable
class Submitting(Protocol):
    """A service that keeps a run waiting while its calls are answered."""

    def submit_results(
        self, request: RunRequest, remote_id: str, cursor: int | None, results: Sequence[PromptMessage]
    ) -> AsyncGenerator[RunEvent, None]:
        """Give the results of all calls of the paused run ``remote_id``, in their order, and read it on.

        As ``Resuming.resume`` otherwise; ``results`` are messages of ``Author.TOOL``.
        """
        ...


@runtime_checkable
class Deferring(Protocol):
    """A service that takes a request now and has its reply later."""

    async def submit(self, request: RunRequest) -> str:
        """Send a deferred request; the operation's remote id.  Raises NitkaError."""
        ...

    async def operation(self, remote_id: str) -> RemoteOperation:
        """How far it is.  Raises OperationGoneError, or another NitkaError when it could not be asked for."""
        ...

    async def cancel_operation(self, remote_id: str) -> None:
        """Ask the service to give it up; best effort.  Raises NitkaError."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A service with a tokenizer."""

    async def count_tokens(self, request: RunRequest) -> int:
        """How many tokens the prompt of ``request`` has, by the service's own count.  Raises NitkaError."""
        ...


@runtime_checkable
class Holding(Protocol):
    """A service that holds assistants and threads of its own, to be pulled from and pushed to."""

    async def assistants(self, page_token: str = "") -> Page[PulledAssistant]:
        """A page of the folder's assistants, without their versions.  Raises NitkaError."""
        ...

    def versions(self, assistant_id: str) -> AsyncGenerator[PulledVersion, None]:
        """All versions of an assistant, newest first.  Raises NitkaError."""
        ...

    async def threads(self, page_token: str = "") -> Page[PulledThread]:
        """A page of the folder's threads.  Raises NitkaError."""
        ...

    def messages(self, thread_id: str) -> AsyncGenerator[PulledMessage, None]:
        """The messages of a thread, newest first, as they come; closing stops the reading.  Raises NitkaError."""
        ...

    async def push(self, settings: AssistantSettings, remote_id: str = "") -> str:
        """Make the assistant there (empty ``remote_id``) or bring it up to date; its remote id.

        One that is gone there is made anew.  Raises NitkaError.
        """
        ...


ServiceFactory = Callable[[Connection, Credentials], Service]
