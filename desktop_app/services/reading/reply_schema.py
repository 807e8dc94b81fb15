"""JSON Schemas, from the text that the user typed to what is sent."""

from typing import Any

import msgspec

from desktop_app.domain.assistants import ResponseFormat
from desktop_app.domain.errors import RequestRejectedError


def schema_of(wanted: ResponseFormat) -> dict[str, Any]:
    """The schema of a reply as an object.  Raises RequestRejectedError for a text that is none."""
    return json_object(wanted.schema, "the schema of the reply")


def json_object(text: str, what: str) -> dict[str, Any]:
    """``text`` as a JSON object.  Raises RequestRejectedError, which says ``what`` is none."""
    try:
        schema = msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        raise RequestRejectedError(f"{what} is not JSON: {error}") from error
    if not isinstance(schema, dict):
        raise RequestRejectedError(f"{what} is not a JSON object")
    return schema
