"""Arguments of a call, checked before anything is done with them.

What is wrong is said in English: the model reads it, and calls again.
"""

import json
from typing import Any

REASON_LENGTH = 500


class BadArgumentsError(ValueError):
    """The arguments are no JSON object, or not one as the function wants it."""


def one_line(arguments: str) -> str:
    """``arguments`` as a JSON object on one line, in ASCII; none at all are an empty one.  Raises BadArgumentsError."""
    try:
        given = json.loads(arguments.strip() or "{}", parse_constant=_refuse)
        line = json.dumps(given, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise BadArgumentsError(f"The arguments are not valid JSON: {error}"[:REASON_LENGTH]) from error
    if not isinstance(given, dict):
        raise BadArgumentsError("The arguments are not a JSON object.")
    return line


def misfit(arguments: str, parameters: str) -> str:
    """How JSON ``arguments`` break the schema ``parameters``; empty when they keep to it.

    No reference of the schema is fetched.  A hostile schema takes for ever, a pattern in it even with the interpreter's
    lock held: not for a process that has anything else to do.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for
    from referencing import Registry

    try:
        schema = json.loads(parameters)
        draft = validator_for(schema, default=Draft202012Validator)
        draft.check_schema(schema)
        error = best_match(draft(schema, registry=Registry()).iter_errors(json.loads(arguments)))
    except Exception as fault:  # noqa: BLE001 - a schema that is none may break the checker in any way
        return f"the schema itself cannot be used ({type(fault).__name__})."
    if error is None:
        return ""
    place = "".join(f"[{json.dumps(key)}]" for key in error.absolute_path)
    return f"at {place}: {error.message}" if place else error.message


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
