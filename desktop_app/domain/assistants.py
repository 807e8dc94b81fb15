"""The assistant: a configuration made once and used in many threads, with the AI Assistant API's meaning.

Every change makes a version: ``AssistantSettings`` is what a version holds, ``Assistant`` the record around it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId, ThreadId
from desktop_app.domain.problems import FieldProblem, Problem, is_json_object, number_problems
from desktop_app.domain.tool_problems import tool_problems
from desktop_app.domain.tools import Function, SearchTool

DEFAULT_TEMPERATURE = 0.3
DEFAULT_MAX_PROMPT_TOKENS = 7000

NAME_LIMIT = 100
DESCRIPTION_LIMIT = 1000
INSTRUCTION_LIMIT = 100_000
LABELS_LIMIT = 64
LABEL_LIMIT = 63
TOKENS_LIMIT = 10_000_000
MESSAGES_LIMIT = 100_000
TTL_DAYS_LIMIT = 3650
SCHEMA_LIMIT = 100_000


class ExpirationPolicy(StrEnum):
    """What the lifetime is counted from (``expiration_policy`` of the AI Assistant API)."""

    STATIC = "static"
    SINCE_LAST_ACTIVE = "since_last_active"


@dataclass(frozen=True, slots=True)
class Expiration:
    """A lifetime in days; ``first_days`` are those that one had before it was renewed (0: it never was).

    ``ends_there``: it came with a record of a service, which ends its own record by it; the one here is kept for good,
    since the user never asked this machine to forget it.
    """

    ttl_days: int
    policy: ExpirationPolicy = ExpirationPolicy.SINCE_LAST_ACTIVE
    first_days: int = field(default=0, compare=False)
    ends_there: bool = field(default=False, compare=False)

    def expires_at(self, created_at: datetime, last_active_at: datetime) -> datetime | None:
        """When a record made and last used at these times ends here, None for one that does not."""
        if self.ends_there:
            return None
        start = created_at if self.policy is ExpirationPolicy.STATIC else last_active_at
        return start + timedelta(days=self.ttl_days)


@dataclass(frozen=True, slots=True)
class PromptTruncation:
    """How much of a thread the model sees: a token budget, and optionally only the last N messages."""

    max_prompt_tokens: int = DEFAULT_MAX_PROMPT_TOKENS
    last_messages: int | None = None


class Reasoning(StrEnum):
    """How much a model may think before it answers; OFF leaves the service's own default untouched.

    Yandex text generation knows only on (ENABLED_HIDDEN) and off.
    """

    OFF = "off"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class FormatKind(StrEnum):
    """What a reply must be."""

    TEXT = "text"
    JSON_OBJECT = "json_object"
    JSON_SCHEMA = "json_schema"


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """The format of a reply; ``schema`` is a JSON Schema as JSON text, ``name`` what services call it."""

    kind: FormatKind = FormatKind.TEXT
    schema: str = ""
    name: str = "reply"


@dataclass(frozen=True, slots=True)
class CompletionOptions:
    """Options of one reply; ``max_tokens`` None leaves the limit to the service."""

    temperature: float = DEFAULT_TEMPERATURE
    max_tokens: int | None = None
    reasoning: Reasoning = Reasoning.OFF


@dataclass(frozen=True, slots=True)
class AssistantSettings:
    """What a version of an assistant holds.

    ``other_tools`` are tools of the AI Assistant API that Nitka only keeps and sends there, each a JSON object as text.
    """

    name: str
    description: str = ""
    instruction: str = ""
    connection_id: ConnectionId | None = None
    model: str = ""
    truncation: PromptTruncation = field(default_factory=PromptTruncation)
    completion: CompletionOptions = field(default_factory=CompletionOptions)
    expiration: Expiration | None = None
    labels: tuple[tuple[str, str], ...] = ()
    response_format: ResponseFormat = field(default_factory=ResponseFormat)
    functions: tuple[Function, ...] = ()
    search: SearchTool | None = None
    other_tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assistant:
    """An assistant at its newest version; times are aware UTC."""

    id: AssistantId
    version: int
    settings: AssistantSettings
    created_at: datetime
    updated_at: datetime
    last_active_at: datetime

    @property
    def expires_at(self) -> datetime | None:
        """When it expires, or None if it does not."""
        expiration = self.settings.expiration
        return expiration.expires_at(self.created_at, self.last_active_at) if expiration else None


@dataclass(frozen=True, slots=True)
class AssistantVersion:
    """One entry of an assistant's history; versions count from 1, the time is aware UTC."""

    version: int
    settings: AssistantSettings
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VersionUse:
    """The replies that one version gave in one thread, ``message_id`` the newest of them."""

    version: int
    thread_id: ThreadId
    thread_name: str
    message_id: MessageId
    replies: int


def problems(settings: AssistantSettings, *, max_temperature: float = 1.0) -> list[FieldProblem]:
    """Every field of ``settings`` that breaks a limit, in the order of the dialog; empty when all is well."""
    found = [
        *_text_problems(settings),
        *number_problems("temperature", settings.completion.temperature, 0, max_temperature),
        *number_problems("max_tokens", settings.completion.max_tokens, 1, TOKENS_LIMIT),
        *number_problems("max_prompt_tokens", settings.truncation.max_prompt_tokens, 1, TOKENS_LIMIT),
        *number_problems("last_messages", settings.truncation.last_messages, 1, MESSAGES_LIMIT),
    ]
    if settings.expiration:
        found += number_problems("ttl_days", settings.expiration.ttl_days, 1, TTL_DAYS_LIMIT)
    found += _schema_problems(settings.response_format) + label_problems(settings.labels)
    return found + tool_problems(settings.functions, settings.search, settings.other_tools)


def _schema_problems(wanted: ResponseFormat) -> list[FieldProblem]:
    """A schema that is asked for has to be a JSON object, and short enough to be sent with every message."""
    if wanted.kind is not FormatKind.JSON_SCHEMA:
        return []
    if not wanted.schema.strip():
        return [FieldProblem("schema", Problem.REQUIRED)]
    if len(wanted.schema) > SCHEMA_LIMIT:
        return [FieldProblem("schema", Problem.TOO_LONG, SCHEMA_LIMIT)]
    return [] if is_json_object(wanted.schema) else [FieldProblem("schema", Problem.NOT_JSON)]


def _text_problems(settings: AssistantSettings) -> list[FieldProblem]:
    found = []
    if not settings.name.strip():
        found.append(FieldProblem("name", Problem.REQUIRED))
    for name, text, limit in (
        ("name", settings.name, NAME_LIMIT),
        ("description", settings.description, DESCRIPTION_LIMIT),
        ("instruction", settings.instruction, INSTRUCTION_LIMIT),
    ):
        if len(text) > limit:
            found.append(FieldProblem(name, Problem.TOO_LONG, limit))
    return found


def label_problems(labels: tuple[tuple[str, str], ...]) -> list[FieldProblem]:
    """The limit that the labels of an assistant or a thread break, if they break one."""
    keys = [key for key, _ in labels]
    if len(labels) > LABELS_LIMIT:
        return [FieldProblem("labels", Problem.TOO_MANY, LABELS_LIMIT)]
    if len(set(keys)) < len(keys):
        return [FieldProblem("labels", Problem.DUPLICATE)]
    if any(not key for key in keys):
        return [FieldProblem("labels", Problem.REQUIRED)]
    if any(len(text) > LABEL_LIMIT for label in labels for text in label):
        return [FieldProblem("labels", Problem.TOO_LONG, LABEL_LIMIT)]
    return []
