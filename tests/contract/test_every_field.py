"""Every field of an assistant, at its limits, as each service is asked: what it has a place for, and nothing else.

A ``Case`` is a wire and how its requests are checked and read: Yandex by the official descriptors, which its server is
built on, others by the types of the ``openai`` package.
"""

import json
from abc import ABC, abstractmethod
from dataclasses import fields, replace
from typing import Any, NamedTuple

import pytest
from google.protobuf.json_format import MessageToDict
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

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
    problems,
)
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.prompt import AskedAssistant, AskedThread, RunRequest
from desktop_app.domain.tools import (
    FUNCTION_DESCRIPTION_LIMIT,
    FUNCTION_NAME_LIMIT,
    FUNCTIONS_LIMIT,
    PARAMETERS_LIMIT,
    SEARCH_INSTRUCTION_LIMIT,
    SEARCH_RESULTS_LIMIT,
    Command,
    Function,
    SearchTool,
)
from tests.contract.suite import (
    QUESTION,
    REPLY,
    AssistantApi,
    Chat,
    Responses,
    ResponsesInBackground,
    Wire,
    YandexText,
)
from tests.contract.test_openai_package import accept

CANARY = "nitkas-own"


class Offered(NamedTuple):
    """A function as a service is told of it."""

    name: str
    description: str
    parameters: dict[str, Any]
    is_strict: bool


class Said(NamedTuple):
    """The fields of a request that have their places in an assistant."""

    instruction: str
    temperature: float
    max_tokens: int | None
    reasoning: str | None
    format: str
    schema: dict[str, Any] | None
    functions: list[Offered]


def text(length: int, start: str = "") -> str:
    """A text of so many characters, of two, three and four bytes, quotes and line ends."""
    return (start + 'Ё\u2028\U0001f994 "\\\n{}' * length)[:length]


def schema(length: int, **more: Any) -> str:
    """A schema of an object as JSON of so many characters."""
    said = {"type": "object", "properties": {"city": {"type": "string"}}} | more
    bare = len(json.dumps(said | {"description": ""}, ensure_ascii=False))
    return json.dumps(said | {"description": "Ж" * (length - bare)}, ensure_ascii=False)


def function(number: int, *, is_whole: bool) -> Function:
    """A function at its limits; only one has parameters at theirs, as 128 of them would be a book."""
    name = f"{number:03}_{CALLABLE}"[:FUNCTION_NAME_LIMIT]
    description = text(FUNCTION_DESCRIPTION_LIMIT if is_whole else 10)
    parameters = schema(PARAMETERS_LIMIT if is_whole else 200, required=["city"])
    command = Command(f"/bin/{CANARY}", (f"--{CANARY}",))
    return Function(name, description, parameters, is_strict=is_whole, command=command)


OTHER_TOOL = json.dumps({"genSearch": {"description": CANARY, "options": {"enableNrfmDocs": True}}})
CALLABLE = "aZ09_-" * FUNCTION_NAME_LIMIT

LARGEST = AssistantSettings(
    name=text(NAME_LIMIT, CANARY),
    description=text(DESCRIPTION_LIMIT, CANARY),
    instruction=text(INSTRUCTION_LIMIT),
    model="scripted",
    truncation=PromptTruncation(TOKENS_LIMIT, MESSAGES_LIMIT),
    completion=CompletionOptions(2.0, TOKENS_LIMIT, Reasoning.HIGH),
    expiration=Expiration(TTL_DAYS_LIMIT, ExpirationPolicy.STATIC),
    labels=tuple((text(LABEL_LIMIT, f"{CANARY}{n}"), text(LABEL_LIMIT, CANARY)) for n in range(LABELS_LIMIT)),
    response_format=ResponseFormat(FormatKind.JSON_SCHEMA, schema(SCHEMA_LIMIT), "reply"),
    functions=tuple(function(number, is_whole=number == 0) for number in range(FUNCTIONS_LIMIT)),
    search=SearchTool(
        name=CANARY,
        instruction=text(SEARCH_INSTRUCTION_LIMIT, CANARY),
        max_results=SEARCH_RESULTS_LIMIT,
        rephraser=CANARY,
        index_ids=(CANARY,),
    ),
    other_tools=(OTHER_TOOL,),
)
SMALLEST = AssistantSettings(
    name=CANARY,
    model="scripted",
    truncation=PromptTruncation(1, 1),
    # fewer tokens are refused by OpenAI, and raised for it
    completion=CompletionOptions(0.0, 16),
    expiration=Expiration(1),
    labels=((CANARY, ""),),
)
BETWEEN = replace(
    SMALLEST,
    completion=CompletionOptions(0.3, None, Reasoning.LOW),
    response_format=ResponseFormat(FormatKind.JSON_OBJECT),
    functions=(Function("a"),),
)
THREAD = AskedThread(
    text(THREAD_NAME_LIMIT, CANARY).strip(),
    text(DESCRIPTION_LIMIT, CANARY),
    LARGEST.labels,
    LARGEST.expiration,
    (
        OTHER_TOOL,
        json.dumps({"function": {"name": CANARY, "description": CANARY, "parameters": {CANARY: None}}}),
    ),
)
SETTINGS = [
    pytest.param(LARGEST, id="largest"),
    pytest.param(SMALLEST, id="smallest"),
    pytest.param(BETWEEN, id="between"),
]


def request_of(settings: AssistantSettings) -> RunRequest:
    """What is asked on behalf of an assistant; the search belongs to it only where it is a function."""
    completion = settings.completion
    return RunRequest(
        "request-1",
        settings.model,
        settings.instruction,
        (QUESTION,),
        completion.temperature,
        completion.max_tokens,
        completion.reasoning,
        settings.response_format,
        assistant=AskedAssistant(settings),
        thread=THREAD,
        functions=settings.functions,
    )


class Case(ABC):
    """A wire, the check of its requests, and what they say; ``max_temperature`` is the service's.

    ``thinks`` and ``has_strict``: it has such a field for them.  ``has_own``: it has a place for what is Nitka's own
    elsewhere: name, description, labels, lifetimes.
    """

    wire: Wire
    max_temperature = 2.0
    has_own = False
    thinks = has_strict = True

    @abstractmethod
    def said(self, server: Any) -> Said:
        """The fields of the last request, once it was checked."""


class ChatCase(Case):
    wire = Chat()

    def said(self, server: Any) -> Said:
        (body,) = server.bodies
        accept(CompletionCreateParamsStreaming, body)
        wanted = body.get("response_format", {})
        return Said(
            next((one["content"] for one in body["messages"] if one["role"] == "system"), ""),
            body["temperature"],
            body.get("max_tokens"),
            body.get("reasoning_effort"),
            wanted.get("type", "text"),
            wanted.get("json_schema", {}).get("schema"),
            [whole(tool["function"]) for tool in body.get("tools", ())],
        )


class ResponsesCase(Case):
    wire = Responses()

    def said(self, server: Any) -> Said:
        (body,) = server.bodies
        accept(ResponseCreateParamsStreaming, body)
        wanted = body.get("text", {}).get("format", {})
        return Said(
            body.get("instructions", ""),
            body["temperature"],
            body.get("max_output_tokens"),
            body.get("reasoning", {}).get("effort"),
            wanted.get("type", "text"),
            wanted.get("schema"),
            [whole(tool) for tool in body.get("tools", ())],
        )


class ResponsesInBackgroundCase(ResponsesCase):
    wire = ResponsesInBackground()


class YandexTextCase(Case):
    """The server takes only what the official descriptors have."""

    wire = YandexText()
    max_temperature = 1.0

    def said(self, server: Any) -> Said:
        (request,) = server.requests("TextGenerationService.Completion")
        options = request.completion_options
        wanted = request.WhichOneof("ResponseFormat")
        mode = options.reasoning_options.mode if options.HasField("reasoning_options") else 0
        return Said(
            next((one.text for one in request.messages if one.role == "system"), ""),
            options.temperature.value,
            options.max_tokens.value if options.HasField("max_tokens") else None,
            "hidden" if mode == options.reasoning_options.ENABLED_HIDDEN else None,
            wanted or "text",
            MessageToDict(request.json_schema.schema) if wanted == "json_schema" else None,
            [whole(MessageToDict(tool.function)) for tool in request.tools],
        )


class AssistantApiCase(Case):
    """The assistant that the server holds then says what a run does not."""

    wire = AssistantApi()
    max_temperature = 1.0
    has_own = True
    thinks = has_strict = False

    def said(self, server: Any) -> Said:
        (request,) = server.requests("RunService.Create")
        assert not request.tools
        (made,) = server.folder.assistants.values()
        options, wanted = made.completion_options, made.response_format
        kind = wanted.WhichOneof("ResponseFormat")
        return Said(
            made.instruction,
            options.temperature.value,
            options.max_tokens.value if options.HasField("max_tokens") else None,
            None,
            kind or "text",
            MessageToDict(wanted.json_schema.schema) if kind == "json_schema" else None,
            [whole(MessageToDict(tool.function)) for tool in made.tools if tool.HasField("function")],
        )


CASES = [
    ChatCase(),
    ResponsesCase(),
    ResponsesInBackgroundCase(),
    YandexTextCase(),
    AssistantApiCase(),
]


def whole(said: dict[str, Any]) -> Offered:
    """A function with what need not be said."""
    return Offered(said["name"], said.get("description", ""), said["parameters"], said.get("strict", False))


def expected(case: Case, settings: AssistantSettings) -> Said:
    """What a service should be told of an assistant."""
    completion, wanted = settings.completion, settings.response_format
    is_off = completion.reasoning is Reasoning.OFF or not case.thinks
    reasoning = None if is_off else completion.reasoning.value
    return Said(
        settings.instruction,
        min(completion.temperature, case.max_temperature),
        completion.max_tokens,
        "hidden" if reasoning and isinstance(case.wire, YandexText) else reasoning,
        wanted.kind.value,
        json.loads(wanted.schema) if wanted.schema else None,
        [
            Offered(one.name, one.description, json.loads(one.parameters), one.is_strict and case.has_strict)
            for one in settings.functions
        ],
    )


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.wire.name)
async def test_each_field_that_a_service_has_is_sent_as_it_is_and_no_other(
    case: Case, settings: AssistantSettings
) -> None:
    async with case.wire.server() as server:
        assert (await case.wire.answer(server, request_of(settings))).text == REPLY.text
        assert case.said(server) == expected(case, settings)
        sent = [json.dumps([one.path, one.headers, one.body]) for one in server.seen]
    assert case.has_own or not [one for one in sent if CANARY in one]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_limits_are_those_of_the_dialog(settings: AssistantSettings) -> None:
    assert not problems(settings, max_temperature=2.0)


def test_the_largest_assistant_leaves_no_field_out() -> None:
    bare = AssistantSettings("")
    same = [field.name for field in fields(bare) if getattr(LARGEST, field.name) == getattr(bare, field.name)]
    assert same == ["connection_id"]
