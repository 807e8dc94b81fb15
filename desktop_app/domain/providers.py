"""Providers: what is particular to a service, as data.

Adapters and dialogs ask these facts instead of asking who the service is.  Sources are the providers' documentation;
what a server on the user's own machine does is "compatible", the careful middle.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from desktop_app.domain.connections import Auth, Connection, ConnectionKind


class Provider(NamedTuple):
    """One provider.

    ``hosts`` are endings of host names that tell it.  ``key_scheme`` stands before an API key in ``Authorization``.
    ``has_iam``: IAM and OAuth tokens sign in as well as keys.  ``project_header`` carries the folder where OpenAI's
    protocol is spoken, ``folder_header`` elsewhere; ``opt_out_header`` with "false" switches logging off there.
    ``keeps_replies_days`` None: not at all.  A limit of fewer than ``min_output_tokens`` is refused.
    ``has_obfuscation``: streams are padded with random text, which can be switched off.  ``model_schemes`` are the
    beginnings of the model ids worth showing, all when empty.  ``unsupported`` are fields of a request that are refused
    or ignored there.  ``takes_any_arguments``: arguments of earlier calls may be texts that are no JSON objects; other
    servers read them and would refuse the whole history.  ``roles`` are what an account needs, ``key_scope`` what a key
    needs.
    """

    id: str
    name: str
    hosts: tuple[str, ...] = ()
    key_scheme: str = "Bearer"
    has_iam: bool = False
    project_header: str = ""
    folder_header: str = ""
    opt_out_header: str = ""
    has_folder: bool = False
    max_temperature: float = 2.0
    max_concurrent: int = 4
    keeps_replies_days: int | None = None
    can_chain: bool = False
    can_run_in_background: bool = False
    min_output_tokens: int = 1
    has_obfuscation: bool = False
    model_schemes: tuple[str, ...] = ()
    unsupported: frozenset[str] = frozenset()
    takes_any_arguments: bool = False
    roles: tuple[str, ...] = ()
    key_scope: str = ""


YANDEX = Provider(
    "yandex",
    "Yandex AI Studio",
    hosts=("api.cloud.yandex.net", "api.yandexcloud.kz"),
    key_scheme="Api-Key",
    has_iam=True,
    project_header="OpenAI-Project",
    folder_header="x-folder-id",
    opt_out_header="x-data-logging-enabled",
    has_folder=True,
    max_temperature=1.0,
    max_concurrent=10,
    keeps_replies_days=30,
    can_chain=True,
    can_run_in_background=True,
    model_schemes=("gpt://",),
    unsupported=frozenset(
        {
            "truncation",
            "metadata",
            "include",
            "stream_options",
            "service_tier",
            "store_in_chat",
            "context_management",
        }
    ),
    roles=("ai.languageModels.user",),
    key_scope="yc.ai.foundationModels.execute",
)
OPENAI = Provider(
    "openai",
    "OpenAI",
    hosts=("api.openai.com",),
    keeps_replies_days=30,
    can_chain=True,
    can_run_in_background=True,
    min_output_tokens=16,
    has_obfuscation=True,
    takes_any_arguments=True,
)
COMPATIBLE = Provider("compatible", "", unsupported=frozenset({"metadata", "include", "truncation"}))
PROVIDERS = (YANDEX, OPENAI, COMPATIBLE)

_YANDEX_KINDS = (ConnectionKind.YANDEX_TEXT, ConnectionKind.ASSISTANT_API)


def provider_of(connection: Connection) -> Provider:
    """The provider that was chosen, or that kind, folder or address tell."""
    if named := next((one for one in PROVIDERS if one.id == connection.provider), None):
        return named
    if connection.kind in _YANDEX_KINDS or connection.folder:
        return YANDEX
    host = urlsplit(connection.base_url).hostname or ""
    return next((one for one in PROVIDERS if host.endswith(one.hosts)), COMPATIBLE)


class Kind(NamedTuple):
    """A kind of connection: where it usually is, what it needs, what it can do.

    ``is_openai``: it speaks OpenAI's protocol.  ``has_functions``: functions are offered to its models.
    ``has_deferred``: requests can be sent now and their replies fetched later.  ``truncates_itself``: the service holds
    whole threads and cuts them, so that what it holds may be more than what Nitka would send.  ``roles`` are what an
    account needs besides those of its provider.  ``closed_since`` is the date (ISO) on which the hosted service ended.
    ``has_reasoning``: how much is thought can be asked for, only on or off with ``has_reasoning_switch``.
    """

    base_url: str = ""
    auths: tuple[Auth, ...] = (Auth.NONE,)
    is_openai: bool = False
    has_functions: bool = True
    needs_folder: bool = False
    has_operations: bool = False
    has_deferred: bool = False
    has_pull: bool = False
    has_tokenizer: bool = False
    truncates_itself: bool = False
    has_reasoning: bool = False
    has_reasoning_switch: bool = False
    operations_url: str = ""
    roles: tuple[str, ...] = ()
    closed_since: str = ""


_YANDEX_AUTHS = (Auth.API_KEY, Auth.IAM, Auth.OAUTH, Auth.NONE)
IAM_URL = "https://iam.api.cloud.yandex.net"

KINDS = {
    # A model this small calls functions at random.
    ConnectionKind.ON_DEVICE: Kind(has_functions=False),
    ConnectionKind.CHAT: Kind("http://localhost:11434/v1", _YANDEX_AUTHS, is_openai=True, has_reasoning=True),
    ConnectionKind.RESPONSES: Kind(
        "https://ai.api.cloud.yandex.net/v1", _YANDEX_AUTHS, is_openai=True, has_reasoning=True
    ),
    ConnectionKind.YANDEX_TEXT: Kind(
        "https://ai.api.cloud.yandex.net/foundationModels/v1",
        _YANDEX_AUTHS,
        needs_folder=True,
        has_operations=True,
        has_deferred=True,
        has_tokenizer=True,
        has_reasoning=True,
        has_reasoning_switch=True,
        operations_url="https://operation.api.cloud.yandex.net",
    ),
    ConnectionKind.ASSISTANT_API: Kind(
        "https://rest-assistant.api.cloud.yandex.net",
        _YANDEX_AUTHS,
        needs_folder=True,
        has_operations=True,
        has_pull=True,
        truncates_itself=True,
        operations_url="https://operation.api.cloud.yandex.net",
        roles=("ai.assistants.editor",),
        closed_since="2026-01-26",
    ),
}


def kind_of(connection: Connection) -> Kind:
    """The facts of the connection's kind."""
    return KINDS[connection.kind]


def max_temperature(connection: Connection) -> float:
    """The upper end of the temperature's range."""
    return provider_of(connection).max_temperature


def max_concurrent(connection: Connection) -> int:
    """How many runs may be asked for at once."""
    return connection.network.max_concurrent or provider_of(connection).max_concurrent


def roles(connection: Connection) -> tuple[str, ...]:
    """The roles that an account needs for this connection; none where nobody knows of any."""
    return (*kind_of(connection).roles, *provider_of(connection).roles)


def auths(connection: Connection) -> tuple[Auth, ...]:
    """The ways to sign in; that of the connection itself is among them whatever the address is now."""
    has_iam = provider_of(connection).has_iam
    plain = (Auth.API_KEY, Auth.NONE, connection.auth)
    return tuple(auth for auth in kind_of(connection).auths if has_iam or auth in plain)


def has_folder(connection: Connection) -> bool:
    """Whether a folder belongs to the connection."""
    return kind_of(connection).needs_folder or provider_of(connection).has_folder


def keeps_replies_days(connection: Connection) -> int | None:
    """For how many days the service keeps replies; None: not at all, or nobody knows."""
    is_keeping = connection.kind is ConnectionKind.RESPONSES
    return provider_of(connection).keeps_replies_days if is_keeping else None


def offers_chain(connection: Connection) -> bool:
    """Whether the service can go on from a reply that it keeps."""
    return connection.kind is ConnectionKind.RESPONSES and provider_of(connection).can_chain


def offers_background(connection: Connection) -> bool:
    """Whether the service can write on when nobody listens."""
    return connection.kind is ConnectionKind.RESPONSES and provider_of(connection).can_run_in_background


def can_call_functions(connection: Connection) -> bool:
    """Whether functions are offered to the model; a model that calls none may still be behind the connection."""
    return kind_of(connection).has_functions


def can_defer(connection: Connection) -> bool:
    """Whether a request can be sent now and its reply fetched later, even days later."""
    return kind_of(connection).has_deferred or offers_background(connection)


def can_chain(connection: Connection) -> bool:
    """Whether a request may go on from the last reply that the service keeps, instead of being sent the history."""
    return offers_chain(connection) and connection.is_chained
