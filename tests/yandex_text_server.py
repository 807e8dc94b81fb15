"""Yandex text generation on loopback: completion, deferred requests, tokenizer, IAM tokens and the list of models.

Built on the official descriptors (``tests.protobuf_server``), all hosts in one.  Without a script it repeats what was
asked, so that every reply can be told from the others, and calls functions that a question asks for in the words of
``tests.function_calls`` ("call weather Tula").

As a process, for tests of the whole program::

    python -m tests.yandex_text_server --port 0 --key KEY --operation-s 2

The first line it prints is its base URL, which is that of operations and IAM too; then comes one JSON line a request,
without the key.
"""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from yandex.cloud.ai.foundation_models.v1 import text_common_pb2 as common
from yandex.cloud.ai.foundation_models.v1.text_generation import (
    text_generation_service_pb2 as text_generation,
)
from yandex.cloud.iam.v1 import iam_token_service_pb2 as iam
from yandex.cloud.operation import operation_pb2
from yandex.cloud.operation import operation_service_pb2 as operations

from tests import function_calls
from tests.protobuf_server import Message, ProtobufServer, Refusal, services_in
from tests.servers import KEY, Exchange, listing

FOLDER = "b1g00000000000000f01"
OAUTH = "y0_" + "CanaryOAuthToken" * 4
IAM_TOKEN = "t1.canaryToken." + "S" * 86
MODELS = [
    f"gpt://{FOLDER}/{name}"
    for name in ("yandexgpt/latest", "yandexgpt/rc", "yandexgpt-lite/latest", "new-model/latest")
]
FINAL = "ALTERNATIVE_STATUS_FINAL"
PARTIAL = "ALTERNATIVE_STATUS_PARTIAL"
TOOL_CALLS = "ALTERNATIVE_STATUS_TOOL_CALLS"
VERSION = "09.02.2025"


@dataclass
class Job:
    """A deferred request; done after ``checks`` checks and ``seconds``, unless ``failure`` or a cancel ends it."""

    id: str
    request: Message
    checks: int
    seconds: float
    failure: Refusal | None = None
    begun: float = field(default_factory=time.monotonic)
    checked: int = 0
    is_cancelled: bool = False

    @property
    def is_done(self) -> bool:
        """Whether a check finds it finished."""
        return self.is_cancelled or (
            self.checked >= self.checks and time.monotonic() - self.begun >= self.seconds
        )


@dataclass
class YandexTextServer(ProtobufServer):
    """Answers with ``snapshots``, the last one with ``status``; without them, with the words of the question.

    ``jobs`` are the deferred requests by id; taking one out of it is what the end of its three days does.
    """

    is_camel: bool = True
    snapshots: Sequence[str] = ()
    status: str = FINAL
    calls_functions: Sequence[tuple[str, dict[str, Any]]] = ()
    failure: Refusal | None = None
    delay_s: float = 0
    operation_checks: int = 1
    operation_s: float = 0
    jobs: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services = services_in(text_generation, operations, iam)
        self.bindings = [("POST", "/operations/{operation_id}:cancel", "OperationService.Cancel")]
        self.handlers = {
            "TextGenerationService.Completion": self._complete,
            "TextGenerationAsyncService.Completion": self._defer,
            "TokenizerService.Tokenize": self._tokenize,
            "TokenizerService.TokenizeCompletion": self._tokenize_completion,
            "OperationService.Get": self._operation,
            "OperationService.Cancel": self._cancel,
            "IamTokenService.Create": self._exchange_token,
        }
        self.plain = {"GET /v1/models": listing(*({"id": one, "owned_by": "yandex"} for one in MODELS))}
        self.without_sign_in = frozenset({"IamTokenService.Create"})
        self._numbers = count(1)
        super().__post_init__()

    @property
    def text_url(self) -> str:
        """The base URL of a connection."""
        return f"{self.base_url}/foundationModels/v1"

    def complaint_about(self, exchange: Exchange, name: str) -> str:
        """Headers that belong to other calls."""
        is_key = exchange.headers.get("authorization", "").startswith("Api-Key")
        if "x-folder-id" in exchange.headers and (is_key or "/foundationModels/" not in exchange.path):
            return f"x-folder-id does not belong to {name}"
        if ("openai-project" in exchange.headers) != (exchange.path == "/v1/models"):
            return f"openai-project is wrong at {name}"
        return ""

    # -- replies

    async def _complete(self, request: Message, _: Exchange) -> AsyncGenerator[Message, None]:
        _check(request)
        if isinstance(said := _reply_to(request), list) and not self.calls_functions:
            for end in range(1, len(said) + 1):
                yield calls_of(said[:end])
            return
        texts = self._texts(request)
        if request.completion_options.stream:
            for text in texts[:-1]:
                yield reply_of(text, PARTIAL)
                await asyncio.sleep(self.delay_s)
        if self.failure:
            raise self.failure
        yield self._final(request)

    def _texts(self, request: Message) -> Sequence[str]:
        if self.snapshots:
            return self.snapshots
        said = _reply_to(request)
        words = (said if isinstance(said, str) else f"You said: {request.messages[-1].text}").split(" ")
        return [" ".join(words[: end + 1]) for end in range(len(words))]

    def _final(self, request: Message) -> Message:
        if self.calls_functions:
            calls = [function_calls.Call(name, json.dumps(given), "") for name, given in self.calls_functions]
            return calls_of(calls, status=self.status)
        return reply_of(self._texts(request)[-1], self.status)

    # -- deferred requests

    async def _defer(self, request: Message, _: Exchange) -> Message:
        if request.completion_options.stream:
            raise self._wrong("stream has no meaning in a deferred request")
        _check(request)
        job = Job(
            f"d7q{next(self._numbers):017}", request, self.operation_checks, self.operation_s, self.failure
        )
        self.jobs[job.id] = job
        return self._printed_job(job, is_done=False)

    async def _operation(self, request: Message, _: Exchange) -> Message:
        job = self._job(request.operation_id)
        job.checked += 1
        return self._printed_job(job, job.is_done)

    async def _cancel(self, request: Message, _: Exchange) -> Message:
        job = self._job(request.operation_id)
        job.is_cancelled = job.is_cancelled or not job.is_done
        return self._printed_job(job, job.is_done)

    def _job(self, remote_id: str) -> Job:
        if remote_id not in self.jobs:
            raise Refusal(5, f"Operation {remote_id} not found")
        return self.jobs[remote_id]

    def _printed_job(self, job: Job, is_done: bool) -> Message:
        shown = operation_pb2.Operation(
            id=job.id, description="Async GPT Completion", created_by="aje00000000000000s01"
        )
        shown.created_at.GetCurrentTime()
        shown.modified_at.GetCurrentTime()
        shown.done = is_done
        refusal = Refusal(1, "Operation is cancelled") if job.is_cancelled else job.failure
        if is_done and refusal:
            shown.error.code, shown.error.message = refusal.code, str(refusal)
        elif is_done:
            shown.response.Pack(self._final(job.request))
        return shown

    # -- tokens of both kinds

    async def _tokenize(self, request: Message, _: Exchange) -> Message:
        _check_model(request.model_uri)
        return tokens_of(request.text)

    async def _tokenize_completion(self, request: Message, _: Exchange) -> Message:
        _check(request)
        return tokens_of(" ".join(f"[{message.role}] {message.text}" for message in request.messages))

    async def _exchange_token(self, request: Message, _: Exchange) -> Message:
        if request.yandex_passport_oauth_token != OAUTH:
            raise Refusal(16, "OAuth token is invalid or expired")
        self.accepted.add(f"Bearer {IAM_TOKEN}")
        reply = iam.CreateIamTokenResponse(iam_token=IAM_TOKEN)
        reply.expires_at.FromSeconds(int(time.time()) + 12 * 3600)
        return reply

    def _wrong(self, complaint: str) -> Refusal:
        self.complaints.append(complaint)
        return Refusal(3, complaint)


def reply_of(text: str, status: str = FINAL) -> Message:
    """A CompletionResponse; a word is a token."""
    spoken = len(text.split())
    reply = text_generation.CompletionResponse(model_version=VERSION)
    message = common.Message(role="assistant", text=text)
    reply.alternatives.add(message=message, status=common.Alternative.AlternativeStatus.Value(status))
    reply.usage.input_text_tokens, reply.usage.completion_tokens = 30, spoken
    reply.usage.total_tokens = 30 + spoken
    reply.usage.completion_tokens_details.SetInParent()
    return reply


def calls_of(calls: Sequence[function_calls.Call], text: str = "", status: str = TOOL_CALLS) -> Message:
    """A CompletionResponse that calls functions; arguments that are no JSON cannot be said here, and are none."""
    reply = reply_of(text, status)
    message = reply.alternatives[0].message
    message.ClearField("text")
    for call in calls:
        called = message.tool_call_list.tool_calls.add().function_call
        called.name = call.name
        called.arguments.update(
            {} if call.arguments == function_calls.CUT_OFF else json.loads(call.arguments)
        )
    return reply


def _reply_to(request: Message) -> str | list[function_calls.Call] | None:
    """What the last question asks for in the words of ``tests.function_calls``."""
    questions = [at for at, one in enumerate(request.messages) if one.role == "user" and one.text]
    if not questions:
        return None
    later = request.messages[questions[-1] :]
    results = [
        one.function_result.content for message in later for one in message.tool_result_list.tool_results
    ]
    offered = [tool.function.name for tool in request.tools]
    return function_calls.reply_to(request.messages[questions[-1]].text, offered, results)


def tokens_of(text: str) -> Message:
    """A TokenizeResponse: a token at the beginning, and one a word."""
    reply = text_generation.TokenizeResponse(model_version=VERSION)
    reply.tokens.add(id=1, text="<s>", special=True)
    for number, word in enumerate(text.split(), 45533):
        reply.tokens.add(id=number, text=f"\u2581{word}")
    return reply


def _check(request: Message) -> None:
    """What the service itself refuses."""
    _check_model(request.model_uri)
    if not request.messages:
        raise Refusal(3, "messages must not be empty")
    for message in request.messages:
        if message.role not in ("system", "user", "assistant") or not message.WhichOneof("Content"):
            raise Refusal(3, f"wrong message: {message.role}")
    _check_results(request.messages)
    if not 0 <= request.completion_options.temperature.value <= 1:
        raise Refusal(3, "temperature must be in [0, 1]")


def _check_results(messages: Sequence[Message]) -> None:
    """Results follow their calls in one message, in the same order."""
    for before, message in pairwise([common.Message(), *messages, common.Message()]):
        called = [call.function_call.name for call in before.tool_call_list.tool_calls]
        answered = [result.function_result.name for result in message.tool_result_list.tool_results]
        if called != answered:
            raise Refusal(3, f"the calls {called} have the results {answered}")


def _check_model(uri: str) -> None:
    scheme, _, rest = uri.partition("://")
    folder, _, name = rest.partition("/")
    if scheme != "gpt" or not folder or not name:
        raise Refusal(3, f"Failed to parse model URI '{uri}'")
    if folder != FOLDER:
        raise Refusal(7, f"Permission to [resource-manager.folder {folder}] denied")
    if name.startswith("missing"):
        raise Refusal(5, f"model {uri} not found")


# -- as a process


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Yandex text generation on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY, help="the API key that must come; an empty one: none may")
    parser.add_argument("--delay-ms", type=float, default=0, help="pause after each snapshot")
    parser.add_argument("--operation-s", type=float, default=0, help="how long a deferred request takes")
    parser.add_argument("--operation-checks", type=int, default=1, help="how many checks it takes")
    return parser.parse_args()


def _print_request(exchange: Exchange) -> None:
    print(json.dumps({"method": exchange.method, "path": exchange.path, "body": exchange.body}), flush=True)


async def _main() -> None:
    given = _arguments()
    server = YandexTextServer(
        port=given.port,
        accepted={f"Api-Key {given.key}", f"Bearer {IAM_TOKEN}"} if given.key else set(),
        delay_s=given.delay_ms / 1000,
        operation_s=given.operation_s,
        operation_checks=given.operation_checks,
        is_forgiving=True,
        on_request=_print_request,
    )
    async with server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
