"""What could be connected, found on request: servers on this machine, credentials in the environment."""

from dataclasses import dataclass

from desktop_app.domain.connections import Connection, Model


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server on this machine; ``name`` is what usually answers at its port, one that wants a key lists no models."""

    name: str
    base_url: str
    models: tuple[Model, ...] = ()
    needs_key: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A connection that the environment has the parts of: it has no id yet, and its secret has not been read.

    ``variable`` names where the secret is, or the address when there is none; ``others`` what else was used.
    """

    variable: str
    connection: Connection
    others: tuple[str, ...] = ()
