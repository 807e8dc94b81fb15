"""Connections: which services the user has, and what is known of them.

A credential is never a field of a connection: it is a keyring entry under the connection's id.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.domain.ids import ConnectionId


class ConnectionKind(StrEnum):
    """Which adapter serves a connection."""

    ON_DEVICE = "on-device"
    CHAT = "chat"


class Auth(StrEnum):
    """How a connection signs in."""

    NONE = "none"
    API_KEY = "api-key"


@dataclass(frozen=True, slots=True)
class Connection:
    """A service the user can choose: ``base_url`` for servers, ``model_path`` (a GGUF file) on this device.

    An empty ``model_path`` means the model that comes with Nitka.
    """

    id: ConnectionId
    kind: ConnectionKind
    name: str
    base_url: str = ""
    auth: Auth = Auth.NONE
    model_path: str = ""

    @property
    def max_temperature(self) -> float:
        """The upper end of the temperature's range; Chat Completions servers take 0 to 2."""
        return 2.0


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the service lists it; ``context_tokens`` None when the service does not say."""

    id: str
    name: str = ""
    context_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What a successful test of a connection found."""

    round_trip_s: float
    models: tuple[Model, ...] = ()


_HOST = re.compile(r"[^\s/?#@<>\"'\\]+")


def normalise_base_url(pasted: str) -> str:
    """A base URL without blanks, query, trailing slash or a pasted ``/chat/completions``.

    ``localhost:11434`` gains a scheme: http on loopback, https elsewhere.  A URL without any path gains ``/v1``, the
    place where every compatible server answers.  Raises ValueError when no host is left or the scheme is not http(s).
    """
    from urllib.parse import urlsplit, urlunsplit

    text = pasted.strip()
    if "://" not in text:
        host = text.partition("/")[0].rsplit(":", 1)[0].strip("[]")
        text = f"{'http' if is_loopback(host) else 'https'}://{text}"
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(parts.hostname or ""):
        raise ValueError("not an http or https address")
    if not parts.port and parts.netloc.rpartition("]")[2].endswith(":"):
        raise ValueError(
            "the port is missing"
        )  # "ftp:/x" and "host:" end here; a port that is no number raises above
    if parts.username or parts.password:
        raise ValueError("a key does not belong in the address")
    path = parts.path.rstrip("/")
    for ending in ("/chat/completions", "/completions", "/models"):
        path = path.removesuffix(ending)
    return urlunsplit((parts.scheme.lower(), parts.netloc, path or "/v1", "", ""))


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")
