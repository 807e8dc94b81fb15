"""An assistant, a thread and the settings for a run with every field at its limit, and what a service is told of them.

They begin with a word of their own, which nobody but a service that holds such records may be sent.
"""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from desktop_app.domain.assistants import (
    DESCRIPTION_LIMIT,
    INSTRUCTION_LIMIT,
    LABEL_LIMIT,
    LABELS_LIMIT,
    MESSAGES_LIMIT,
    NAME_LIMIT,
    SCHEMA_LIMIT,
    TOKENS_LIMIT,
    TTL_DAYS_LIMIT,
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.tools import (
    COMMAND_ARGUMENTS_LIMIT,
    FUNCTION_DESCRIPTION_LIMIT,
    FUNCTION_NAME_LIMIT,
    OUTPUT_LIMIT_KB,
    PARAMETERS_LIMIT,
    SEARCH_INSTRUCTION_LIMIT,
    SEARCH_RESULTS_LIMIT,
    TIME_LIMIT_S,
    CallStrategy,
    Command,
    Function,
    SearchTool,
)
from tests.assistants_folder import FOLDER
from tests.contract.suite import AssistantApi
from tests.contract.test_every_field import CANARY, schema

HELD = ConnectionId(AssistantApi.name)


def words(length: int, start: str = CANARY) -> str:
    """A text of so many characters: letters of all widths, lines, brackets.  It begins with Nitka's own word."""
    return (start + '\n\u00a0Ё\U0001f994 "\\{}' * length)[: length - 1] + "."


def line(length: int) -> str:
    """The same on one line."""
    return words(length).replace("\n", " ")


def tool(name: str) -> str:
    """A tool of the AI Assistant API."""
    return json.dumps({"genSearch": {"description": name, "options": {"site": {"site": ["https://a.b"]}}}})


LABELS = tuple(
    (f"{CANARY}{number}=".ljust(LABEL_LIMIT, "Ж"), CANARY.ljust(LABEL_LIMIT, "Ё"))
    for number in range(LABELS_LIMIT)
)
ARGUMENTS = tuple(f"--{CANARY}={number} Ё" for number in range(COMMAND_ARGUMENTS_LIMIT))
REPLY_SCHEMA = schema(SCHEMA_LIMIT)
PARAMETERS = schema(PARAMETERS_LIMIT, required=["city"])
TOOL = tool(CANARY)

COMMAND = Command(f"/bin/{CANARY}", ARGUMENTS, TIME_LIMIT_S, OUTPUT_LIMIT_KB)
FUNCTION = Function(
    "aZ09_-" * 10 + "aZ09",
    words(FUNCTION_DESCRIPTION_LIMIT, "described"),
    PARAMETERS,
    is_strict=True,
    command=COMMAND,
)
SEARCH = SearchTool(
    CallStrategy.AUTO,
    CANARY.ljust(FUNCTION_NAME_LIMIT, "_"),
    words(SEARCH_INSTRUCTION_LIMIT),
    SEARCH_RESULTS_LIMIT,
    f"gpt://{CANARY}/latest",
    (CANARY,),
)
ASSISTANT = AssistantSettings(
    name=line(NAME_LIMIT),
    description=words(DESCRIPTION_LIMIT),
    instruction=words(INSTRUCTION_LIMIT, "instructed"),
    connection_id=HELD,
    model="scripted",
    truncation=PromptTruncation(TOKENS_LIMIT, MESSAGES_LIMIT),
    completion=CompletionOptions(1.0, TOKENS_LIMIT, Reasoning.HIGH),
    expiration=Expiration(TTL_DAYS_LIMIT, ExpirationPolicy.STATIC),
    labels=LABELS,
    response_format=ResponseFormat(FormatKind.JSON_SCHEMA, REPLY_SCHEMA),
    functions=(FUNCTION,),
    search=SEARCH,
    other_tools=(TOOL, TOOL),
)
THREAD = ThreadSettings(
    line(THREAD_NAME_LIMIT).replace("\u00a0", "."),
    words(DESCRIPTION_LIMIT),
    LABELS,
    Expiration(TTL_DAYS_LIMIT, ExpirationPolicy.STATIC),
    (TOOL, TOOL),
)
RUN = RunOverrides(
    "otherwise",
    CompletionOptions(2.0, TOKENS_LIMIT, Reasoning.HIGH),
    PromptTruncation(TOKENS_LIMIT, MESSAGES_LIMIT),
    ResponseFormat(FormatKind.JSON_SCHEMA, REPLY_SCHEMA),
)
# What services call a schema, and the days before a lifetime was renewed, have no field: they are what they were.
WITHOUT_A_FIELD = {"response_format.name", "expiration.first_days", "expiration.ends_there"}


# What the AI Assistant API is told of them.
_EXPIRES = {"expirationPolicy": "STATIC", "ttlDays": str(TTL_DAYS_LIMIT)}
HELD_THREAD: dict[str, Any] = {
    "folderId": FOLDER,
    "name": THREAD.name,
    "description": THREAD.description,
    "labels": dict(THREAD.labels),
    "expirationConfig": _EXPIRES,
    "tools": [json.loads(TOOL)] * 2,
}
HELD_ASSISTANT: dict[str, Any] = {
    "folderId": FOLDER,
    "name": ASSISTANT.name,
    "description": ASSISTANT.description,
    "labels": dict(ASSISTANT.labels),
    "expirationConfig": _EXPIRES,
    "modelUri": f"gpt://{FOLDER}/{ASSISTANT.model}/latest",
    "instruction": ASSISTANT.instruction,
    "promptTruncationOptions": {
        "maxPromptTokens": str(TOKENS_LIMIT),
        "lastMessagesStrategy": {"numMessages": str(MESSAGES_LIMIT)},
    },
    "completionOptions": {"maxTokens": str(TOKENS_LIMIT), "temperature": 1.0},
    "responseFormat": {"jsonSchema": {"schema": json.loads(REPLY_SCHEMA)}},
    "tools": [
        {
            "searchIndex": {
                "searchIndexIds": [CANARY],
                "maxNumResults": str(SEARCH_RESULTS_LIMIT),
                "rephraserOptions": {"rephraserUri": SEARCH.rephraser},
                "callStrategy": {"autoCall": {"name": SEARCH.name, "instruction": SEARCH.instruction}},
            }
        },
        {
            "function": {
                "name": FUNCTION.name,
                "description": FUNCTION.description,
                "parameters": json.loads(PARAMETERS),
            }
        },
        *[json.loads(TOOL)] * 2,
    ],
}


def leaves(record: Any, path: str = "") -> Iterator[str]:
    """The paths of all fields of ``record``, parts of parts among them."""
    for field in fields(record):
        value, place = getattr(record, field.name), f"{path}{field.name}"
        parts = value if isinstance(value, tuple) and value and is_dataclass(value[0]) else ()
        if is_dataclass(value):
            yield from leaves(value, f"{place}.")
        for number, part in enumerate(parts):
            yield from leaves(part, f"{place}.{number}.")
        if not parts and not is_dataclass(value):
            yield place


def value_of(record: Any, path: str) -> Any:
    """What stands in ``record`` at ``path``."""
    for step in path.split("."):
        record = record[int(step)] if step.isdigit() else getattr(record, step)
    return record
