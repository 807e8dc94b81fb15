"""The JSON Schema of a reply, from the text that the user typed to what is sent."""

from typing import Any

import msgspec

from desktop_app.domain.assistants import ResponseFormat
from desktop_app.domain.errors import RequestRejectedError


def schema_of(wanted: ResponseFormat) -> dict[str, Any]:
    """The schema as an object.  Raises RequestRejectedError for a text that is none."""
    try:
        schema = msgspec.json.decode(wanted.schema)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestRejectedError(f"the schema of the reply is not JSON: {error}") from error
    if not isinstance(schema, dict):
        raise RequestRejectedError("the schema of the reply is not a JSON object")
    return schema
