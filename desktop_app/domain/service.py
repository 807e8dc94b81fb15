"""What an adapter is: it answers runs.  The controllers know services only by this."""

from collections.abc import AsyncGenerator, Callable
from typing import Protocol

from desktop_app.domain.connections import Connection, ConnectionReport, Model
from desktop_app.domain.events import RunEvent
from desktop_app.domain.prompt import RunRequest
from desktop_app.domain.secret import Secret


class Service(Protocol):
    """A service that the user has a connection to; lives on the worker's loop."""

    def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Ask for a reply.

        Yields run events, at best ending in one ``RunEnded``; raises NitkaError at any moment.  The runs controller
        makes exactly one ending of whatever happens: an error becomes FAILED (INTERRUPTED when the network broke after
        text had come), an iterator that just stops INTERRUPTED.  Closing the iterator or cancelling its task closes
        the connection, and the service stops working on the reply.
        """
        ...

    async def models(self) -> tuple[Model, ...]:
        """The models on offer, in the service's order.  Raises NitkaError."""
        ...

    async def test(self) -> ConnectionReport:
        """Find out whether runs would be answered: address, sign-in, models.  Raises NitkaError."""
        ...

    async def close(self) -> None:
        """Close connections and child processes; safe to call twice."""
        ...


ServiceFactory = Callable[[Connection, Secret | None], Service]
