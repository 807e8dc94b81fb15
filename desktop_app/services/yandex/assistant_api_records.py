"""The records of the AI Assistant API as they are read: assistants, versions, threads and messages.

What is read here has camelCase keys already (``json_case``).  Everything may be null, missing or unknown: what cannot
be understood is left at its default, content that is no text becomes a placeholder, and no text is cut to a limit of
Nitka's.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from desktop_app.domain.assistants import (
    DEFAULT_MAX_PROMPT_TOKENS,
    DEFAULT_TEMPERATURE,
    MESSAGES_LIMIT,
    TOKENS_LIMIT,
    TTL_DAYS_LIMIT,
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    ResponseFormat,
)
from desktop_app.domain.remote import (
    USUAL_EXPIRATION,
    PulledAssistant,
    PulledMessage,
    PulledThread,
    PulledVersion,
)
from desktop_app.domain.threads import Author, Citation, Status
from desktop_app.services.reading.json_case import camel
from desktop_app.services.reading.json_fields import count_of, number_of, read, text_of
from desktop_app.services.yandex.assistant_api_tools import Json, kept_tools, tools_of

EPOCH = datetime.fromtimestamp(0, UTC)


class _Expiration(msgspec.Struct, rename="camel"):
    expiration_policy: Any = None
    ttl_days: Any = None


class _LastMessages(msgspec.Struct, rename="camel"):
    num_messages: Any = None


class _Truncation(msgspec.Struct, rename="camel"):
    max_prompt_tokens: Any = None
    last_messages_strategy: _LastMessages | None = None


class _Completion(msgspec.Struct, rename="camel"):
    max_tokens: Any = None
    temperature: Any = None


class _Schema(msgspec.Struct):
    schema: Any = None


class _Format(msgspec.Struct, rename="camel"):
    json_object: Any = None
    json_schema: _Schema | None = None


class _Assistant(msgspec.Struct, rename="camel"):
    id: Any = None
    folder_id: Any = None
    name: Any = None
    description: Any = None
    created_at: Any = None
    updated_at: Any = None
    expiration_config: _Expiration | None = None
    labels: Any = None
    model_uri: Any = None
    instruction: Any = None
    prompt_truncation_options: _Truncation | None = None
    completion_options: _Completion | None = None
    response_format: _Format | None = None
    tools: Any = None


class _Version(msgspec.Struct, rename="camel"):
    id: Any = None
    update_mask: Any = None
    assistant: dict[str, Any] | None = None


class _Thread(msgspec.Struct, rename="camel"):
    id: Any = None
    name: Any = None
    description: Any = None
    created_at: Any = None
    updated_at: Any = None
    expiration_config: _Expiration | None = None
    labels: Any = None
    tools: Any = None


class _Author(msgspec.Struct):
    id: Any = None
    role: Any = None


class _File(msgspec.Struct):
    id: Any = None
    name: Any = None


class _Chunk(msgspec.Struct, rename="camel"):
    source_file: _File | None = None
    content: Any = None


class _Source(msgspec.Struct):
    chunk: _Chunk | None = None


class _Citation(msgspec.Struct):
    sources: list[_Source | None] | None = None


class _Message(msgspec.Struct, rename="camel"):
    id: Any = None
    thread_id: Any = None
    created_at: Any = None
    author: _Author | None = None
    labels: Any = None
    content: Any = None
    status: Any = None
    citations: list[_Citation | None] | None = None


# -- from the wire


def pulled_assistant(value: Json) -> PulledAssistant:
    """An assistant without its versions.  Raises BadReplyError."""
    wire = read(value, _Assistant)
    created_at = time_of(wire.created_at) or time_of(wire.updated_at) or EPOCH
    return PulledAssistant(
        text_of(wire.id), _settings(wire), created_at, time_of(wire.updated_at) or created_at
    )


def pulled_versions(versions: Sequence[Json], present: Json) -> list[PulledVersion]:
    """The versions of an assistant, newest first as they are given.  Raises BadReplyError.

    The snapshot of a version may be the whole assistant or only what its mask names.  A whole one has a folder and a
    model, which every assistant has; any other is laid over the version before it, field by field of its mask.  When
    the first version is not whole, what no mask ever names is taken from the assistant as it is at ``present``; the
    rest of it is not known any more and stays empty.
    """
    found = [read(version, _Version) for version in versions]
    masked = {path.partition(".")[0] for version in found for path in _mask(version.update_mask)}
    state = {name: value for name, value in present.items() if name not in masked}
    made = []
    for version in reversed(found):
        snapshot = version.assistant or {}
        if snapshot.get("folderId") and snapshot.get("modelUri"):
            state = snapshot
        else:
            state = _masked(state, snapshot, _mask(version.update_mask))
        created_at = time_of(snapshot.get("updatedAt"))
        made.append(PulledVersion(text_of(version.id), _settings(read(state, _Assistant)), created_at))
    return made[::-1]


def is_whole(version: Json) -> bool:
    """Whether the snapshot of a version needs no other to be understood."""
    snapshot = version.get("assistant")
    return isinstance(snapshot, dict) and bool(snapshot.get("folderId") and snapshot.get("modelUri"))


def pulled_thread(value: Json) -> PulledThread:
    """A thread without its messages.  Raises BadReplyError."""
    wire = read(value, _Thread)
    created_at = time_of(wire.created_at) or time_of(wire.updated_at) or EPOCH
    return PulledThread(
        text_of(wire.id),
        text_of(wire.name),
        created_at,
        time_of(wire.updated_at) or created_at,
        text_of(wire.description),
        _labels(wire.labels),
        _expiration(wire.expiration_config),
        kept_tools(wire.tools),
    )


_AUTHORS = {"ASSISTANT": Author.ASSISTANT, "TOOL": Author.TOOL}
_STATUSES = {"TRUNCATED": Status.TRUNCATED, "FILTERED_CONTENT": Status.FILTERED}


def pulled_message(value: Json) -> PulledMessage:
    """A message; unknown roles count as the user's, unknown statuses as completed.  Raises BadReplyError."""
    wire = read(value, _Message)
    author = wire.author or _Author()
    return PulledMessage(
        text_of(wire.id),
        _AUTHORS.get(text_of(author.role).upper(), Author.USER),
        text_of(author.id),
        content_text(wire.content),
        _STATUSES.get(text_of(wire.status).upper(), Status.COMPLETED),
        time_of(wire.created_at) or EPOCH,
        _labels(wire.labels),
        _citations(wire.citations),
    )


def content_text(content: object) -> str:
    """The text of a ``MessageContent``: its parts as lines, one of an unknown kind as ``[kind]``."""
    parts = content.get("content") if isinstance(content, dict) else content
    if isinstance(parts, str):
        return parts
    said = (_part(part) for part in parts if isinstance(part, dict)) if isinstance(parts, list) else ()
    return "\n".join(text for text in said if text)


def time_of(value: object) -> datetime | None:
    """An RFC 3339 time with up to nine digits of a second, of which six are kept, as aware UTC."""
    try:
        time = datetime.fromisoformat(text_of(value))
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _part(part: Json) -> str:
    text = part.get("text")
    if isinstance(text, dict):
        return text_of(text.get("content"))
    if isinstance(text, str):
        return text
    kind = next((name for name, value in part.items() if value is not None), "")
    return f"[{kind}]" if kind else ""


def _citations(citations: Sequence[_Citation | None] | None) -> tuple[Citation, ...]:
    chunks = (
        source.chunk
        for citation in citations or ()
        if citation
        for source in citation.sources or ()
        if source and source.chunk
    )
    return tuple(_citation(chunk) for chunk in chunks)


def _citation(chunk: _Chunk) -> Citation:
    """A source; that of a file which was deleted has neither title nor file id."""
    file = chunk.source_file or _File()
    file_id = text_of(file.id)
    return Citation(text_of(file.name) or file_id, file_id=file_id, fragment=content_text(chunk.content))


def _settings(wire: _Assistant) -> AssistantSettings:
    tools = tools_of(wire.tools)
    return AssistantSettings(
        text_of(wire.name).strip() or f"Assistant {text_of(wire.id)[-4:]}".strip(),
        description=text_of(wire.description),
        instruction=text_of(wire.instruction),
        model=text_of(wire.model_uri),
        truncation=_truncation(wire.prompt_truncation_options or _Truncation()),
        completion=_completion(wire.completion_options or _Completion()),
        expiration=_expiration(wire.expiration_config),
        labels=_labels(wire.labels),
        response_format=_response_format(wire.response_format or _Format()),
        functions=tools.functions,
        search=tools.search,
        other_tools=tools.others,
    )


def _truncation(wire: _Truncation) -> PromptTruncation:
    last = wire.last_messages_strategy or _LastMessages()
    return PromptTruncation(
        _positive(wire.max_prompt_tokens, TOKENS_LIMIT) or DEFAULT_MAX_PROMPT_TOKENS,
        _positive(last.num_messages, MESSAGES_LIMIT),
    )


def _completion(wire: _Completion) -> CompletionOptions:
    temperature = number_of(wire.temperature)
    return CompletionOptions(
        DEFAULT_TEMPERATURE if temperature is None else temperature, _positive(wire.max_tokens, TOKENS_LIMIT)
    )


def _expiration(wire: _Expiration | None) -> Expiration | None:
    """A lifetime that somebody chose: the one that the service gives to everything is none here."""
    days = _positive(wire.ttl_days, TTL_DAYS_LIMIT) if wire else None
    if wire is None or days is None:
        return None
    is_static = text_of(wire.expiration_policy).upper() == "STATIC"
    policy = ExpirationPolicy.STATIC if is_static else ExpirationPolicy.SINCE_LAST_ACTIVE
    told = Expiration(days, policy, ends_there=True)
    return None if told == USUAL_EXPIRATION else told


def _response_format(wire: _Format) -> ResponseFormat:
    if wire.json_schema and isinstance(wire.json_schema.schema, dict):
        schema = msgspec.json.encode(wire.json_schema.schema).decode()
        return ResponseFormat(FormatKind.JSON_SCHEMA, schema)
    return ResponseFormat(FormatKind.JSON_OBJECT) if wire.json_object is True else ResponseFormat()


def _labels(value: object) -> tuple[tuple[str, str], ...]:
    labels = value if isinstance(value, dict) else {}
    return tuple((name, text_of(label)) for name, label in labels.items())


def _positive(value: object, limit: int) -> int | None:
    """A number of things, None when there is none to speak of; the service's own limits are not known."""
    count = count_of(value)
    return min(count, limit) if count is not None and count > 0 else None


def _mask(value: object) -> list[str]:
    """The paths of a field mask, which is one text; in camelCase whatever it was written in."""
    if isinstance(value, dict):
        value = value.get("paths")
    paths = value if isinstance(value, list) else text_of(value).split(",")
    return [camel(path.strip()) for path in paths if isinstance(path, str) and path.strip()]


def _masked(state: Json, snapshot: Json, mask: Sequence[str]) -> Json:
    """``state`` with the masked paths as ``snapshot`` has them; what it does not have is reset."""
    for path in mask:
        name, _, inner = path.partition(".")
        value = snapshot.get(name)
        if inner and isinstance(state.get(name), dict):
            value = _masked(state[name], value if isinstance(value, dict) else {}, [inner])
        state = state | {name: value}
    return state | {"id": snapshot.get("id") or state.get("id")}
