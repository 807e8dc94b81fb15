"""Connections: which services the user has, and what is known of them.

A credential is never a field of a connection: keys and proxy passwords are keyring entries under the connection's id.
What a kind of service needs and can do is data, in ``domain.providers``.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from desktop_app.domain.ids import ConnectionId


class ConnectionKind(StrEnum):
    """Which adapter serves a connection."""

    ON_DEVICE = "on-device"
    CHAT = "chat"
    RESPONSES = "responses"
    YANDEX_TEXT = "yandex-text"
    ASSISTANT_API = "assistant-api"


class Auth(StrEnum):
    """How a connection signs in; everything but NONE has a credential in the keyring.

    An OAuth token is exchanged for IAM tokens and never sent to the service itself; Yandex ends it with 2026.
    """

    NONE = "none"
    API_KEY = "api-key"
    IAM = "iam"
    OAUTH = "oauth"


class Proxy(StrEnum):
    """Which proxy is on the way: that of the system and the environment, none, or one of the connection's own."""

    SYSTEM = "system"
    NONE = "none"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Network:
    """The way to a service.

    ``proxy_url`` (http, https, socks5, socks5h; a user name may stand in it, its password is a keyring entry) counts
    with MANUAL; ``ca_path`` is a PEM file trusted besides the system's authorities; ``allows_http`` is the user's yes
    to plain http beyond this machine; ``max_concurrent`` None is the provider's usual limit; ``retries`` 0 turns
    automatic repetition off.
    """

    proxy: Proxy = Proxy.SYSTEM
    proxy_url: str = ""
    ca_path: str = ""
    allows_http: bool = False
    max_concurrent: int | None = None
    retries: int = 3


@dataclass(frozen=True, slots=True)
class Price:
    """What 1,000 tokens of a model cost; ``model`` is its id, empty for all that have no price of their own."""

    model: str
    prompt: float
    completion: float
    currency: str


@dataclass(frozen=True, slots=True)
class Connection:
    """A service the user can choose: ``base_url`` for servers, ``model_path`` (a GGUF file) on this device.

    An empty ``model_path`` means the model that comes with Nitka; an empty ``provider`` that the address tells it, and
    an empty ``operations_url`` or ``iam_url`` the provider's own.  ``is_chained`` lets a service that keeps replies go
    on from the last one instead of being sent the history, ``is_background`` lets it write on when the network breaks,
    ``opts_out_of_logging`` asks it not to log the requests.  ``prices`` are the user's own table.
    """

    id: ConnectionId
    kind: ConnectionKind
    name: str
    base_url: str = ""
    auth: Auth = Auth.NONE
    model_path: str = ""
    provider: str = ""
    folder: str = ""
    operations_url: str = ""
    iam_url: str = ""
    network: Network = field(default_factory=Network)
    is_chained: bool = True
    is_background: bool = False
    opts_out_of_logging: bool = True
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the service lists it; ``context_tokens`` None when the service does not say."""

    id: str
    name: str = ""
    context_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What a successful test of a connection found; ``note`` is a remark of the service, like a closing date."""

    round_trip_s: float
    models: tuple[Model, ...] = ()
    note: str = ""


class TestStep(StrEnum):
    """What a test of a connection goes through, in this order; a failed one is named by ``failed_step``."""

    __test__ = False

    DNS = "dns"
    TCP = "tcp"
    PROXY = "proxy"
    TLS = "tls"
    AUTH = "auth"
    ROLE = "role"
    MODEL = "model"


_LOOPBACK = re.compile(r"127(?:\.[0-9]{1,3}){1,3}")  # and not a name like 127.example.com
_HOST = re.compile(r"[^\s/?#@<>\"'\\]+")
_FOLDER_PAGE = re.compile(r"/folders/([^/?#\s]+)")
# What stands after the base URL of a kind when somebody pastes the address of a call, and what base has no path.
_CALLS = {
    ConnectionKind.CHAT: ("/chat/completions", "/completions", "/models"),
    ConnectionKind.RESPONSES: ("/responses", "/chat/completions", "/models"),
    ConnectionKind.YANDEX_TEXT: ("/completion", "/completionAsync", "/tokenizeCompletion", "/tokenize"),
    ConnectionKind.ASSISTANT_API: ("/assistants/v1/assistants", "/assistants/v1", "/assistants"),
}
_PATHS = {
    ConnectionKind.CHAT: "/v1",
    ConnectionKind.RESPONSES: "/v1",
    ConnectionKind.YANDEX_TEXT: "/foundationModels/v1",
    ConnectionKind.ASSISTANT_API: "",
}


def normalise_base_url(pasted: str, kind: ConnectionKind = ConnectionKind.CHAT) -> str:
    """A base URL without blanks, query, trailing slash or the pasted path of a call, like ``/chat/completions``.

    ``localhost:11434`` gains a scheme: http on loopback, https elsewhere.  A URL without any path gains the usual one
    of its kind, like ``/v1`` of Chat Completions.  Raises ValueError when no host is left or the scheme is not http(s).
    """
    return _normalised(pasted, _CALLS[kind], _PATHS[kind])


def normalise_operations_url(pasted: str) -> str:
    """The base before ``/operations/{id}``; empty stays empty.  Raises ValueError as ``normalise_base_url`` does."""
    return _normalised(pasted, ("/operations",), "") if pasted.strip() else ""


def normalise_iam_url(pasted: str) -> str:
    """The base before ``/iam/v1/tokens``; empty stays empty.  Raises ValueError as ``normalise_base_url`` does."""
    return _normalised(pasted, ("/iam/v1/tokens", "/iam/v1", "/iam"), "") if pasted.strip() else ""


def _normalised(pasted: str, calls: tuple[str, ...], usual_path: str) -> str:
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
    for call in calls:
        path = path.removesuffix(call)
    return urlunsplit((parts.scheme.lower(), parts.netloc, path or usual_path, "", ""))


def normalise_folder(pasted: str) -> str:
    """The id of a folder, cut out of the address of its page in the console (``.../folders/<id>/...``) if need be."""
    text = pasted.strip()
    found = _FOLDER_PAGE.search(text)
    return found[1] if found else text


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine."""
    return host in ("localhost", "::1") or bool(_LOOPBACK.fullmatch(host))
