"""Arguments of a call, checked before anything is done with them.

What is wrong is said in English: the model reads it, and calls again.
"""

import json
from typing import Any

REASON_LENGTH = 500


class BadArgumentsError(ValueError):
    """The arguments are no JSON object, or not one as the function wants it."""


def checked_arguments(arguments: str, parameters: str) -> str:
    """``arguments`` as JSON on one line, in ASCII, once they keep to the schema ``parameters``.

    None at all count as an empty object.  No reference of the schema is fetched.  Raises BadArgumentsError.  Loads the
    checker the first time, and may take long for large texts: not for the loop.
    """
    try:
        given = json.loads(arguments.strip() or "{}", parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadArgumentsError(f"The arguments are not valid JSON: {error}"[:REASON_LENGTH]) from error
    if not isinstance(given, dict):
        raise BadArgumentsError("The arguments are not a JSON object.")
    if reason := _broken(given, parameters):
        raise BadArgumentsError(f"The arguments do not fit the function's schema: {reason}"[:REASON_LENGTH])
    return json.dumps(given)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _broken(given: dict[str, Any], parameters: str) -> str:
    """What of ``given`` breaks the schema; empty when all is well."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, best_match
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        schema = json.loads(parameters)
        draft = validator_for(schema, default=Draft202012Validator)
        draft.check_schema(schema)
        error = best_match(draft(schema, registry=Registry()).iter_errors(given))
    except (ValueError, RecursionError, SchemaError, Unresolvable) as fault:
        return f"the schema itself cannot be used ({type(fault).__name__})."
    if error is None:
        return ""
    place = "".join(f"[{json.dumps(key)}]" for key in error.absolute_path)
    return f"at {place}: {error.message}" if place else error.message
