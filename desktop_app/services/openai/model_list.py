"""The models of a server that speaks an OpenAI dialect: what ``GET /models`` lists, and how a request names one."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from desktop_app.domain.connections import Connection, ConnectionReport, Model
from desktop_app.domain.errors import BadReplyError, NotFoundError, RequestRejectedError, ServiceError
from desktop_app.domain.providers import Provider, provider_of
from desktop_app.services.reading.streams import text_of
from desktop_app.services.transport.http import HttpClient
from desktop_app.services.yandex_models import model_uri

log = logging.getLogger(__name__)

LIST_S = 20.0
# Models of another API that stand in the same list.
_HIDDEN = "speech-realtime-"


class _ModelRow(msgspec.Struct):
    """A row of the list; the context's length has a name of its own at every server."""

    id: Any = None
    name: Any = None
    meta: dict[str, Any] | None = None
    max_model_len: Any = None
    context_length: Any = None
    context_window: Any = None
    max_context_length: Any = None


async def listed_models(http: HttpClient, provider: Provider) -> tuple[Model, ...]:
    """What the server lists, in its order, without what ``provider`` is known to list for other purposes.

    Raises ServiceError; ``has_no_list`` tells when there is none to ask for.
    """
    found = _models(await http.fetch("GET", "/models", read_timeout_s=LIST_S))
    return tuple(
        model
        for model in found
        if _HIDDEN not in model.id and model.id.startswith(provider.model_schemes or "")
    )


async def tested(
    models: Callable[[], Awaitable[tuple[Model, ...]]], ask_for_a_word: Callable[[], Awaitable[None]]
) -> ConnectionReport:
    """What a test finds out: the models, or where no list is, whether the model says a word.  Raises ServiceError."""
    start = time.monotonic()
    try:
        found = await models()
    except ServiceError as error:
        if not has_no_list(error):
            raise
        found = ()
        start = time.monotonic()
        await ask_for_a_word()
    return ConnectionReport(time.monotonic() - start, found)


async def word(asking: Awaitable[object]) -> None:
    """A try to get a word out of a server whose models are unknown.  Raises ServiceError, if it is not just that."""
    try:
        await asking
    except RequestRejectedError as error:
        # No model was named, since none is known; a server that minds has let the key pass.
        log.info("a word was refused, the server is there: %s", error.detail)
    except NotFoundError as error:
        if "model" not in error.detail.lower():
            raise


def sent_model(connection: Connection, model: str) -> str:
    """How ``model`` is named in a request: where models belong to a folder, a bare name is made a URI."""
    has_folder = provider_of(connection).has_folder and connection.folder
    return model_uri(model, connection.folder) if model and has_folder else model


def has_no_list(error: ServiceError) -> bool:
    """Whether a server that answered with ``error`` just has no list: 404, 405, 501."""
    return isinstance(error, NotFoundError) or error.status_code == 501


def _models(body: bytes) -> tuple[Model, ...]:
    try:
        listed = msgspec.json.decode(body)
        rows = listed.get("data") if isinstance(listed, dict) else listed
        if isinstance(listed, dict) and "data" not in listed:
            raise BadReplyError("the list of models has no data")
        found = [msgspec.convert(row, _ModelRow, strict=False) for row in rows or () if isinstance(row, dict)]
    except (msgspec.ValidationError, msgspec.DecodeError, TypeError) as error:
        what = "a web page" if body.lstrip().startswith(b"<") else f"not a list of models: {error}"
        raise BadReplyError(what) from error
    return tuple(
        Model(row.id, text_of(row.name), _context(row)) for row in found if row.id and isinstance(row.id, str)
    )


def _context(row: _ModelRow) -> int | None:
    meta = row.meta or {}
    lengths = (
        meta.get("n_ctx"),
        row.max_model_len,
        row.context_length,
        row.context_window,
        row.max_context_length,
        meta.get("n_ctx_train"),
    )
    return next((length for length in lengths if isinstance(length, int) and length > 0), None)
