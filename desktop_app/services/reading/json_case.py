"""Keys of Yandex APIs in one case.

Reference pages promise lowerCamelCase, transcripts of the living gateways show snake_case, so that every reply is
brought to camelCase before it is read.  What users put into a record keeps its keys.
"""

from functools import lru_cache

# Their values belong to users: labels, arguments of a call, JSON Schemas.
_FREE_FORM = frozenset({"labels", "arguments", "parameters", "schema"})
# Protobuf's own JSON printers go no deeper; what lies deeper is left as it is.
_MAX_DEPTH = 100


def camel_cased(value: object, depth: int = _MAX_DEPTH) -> object:
    """``value`` with the keys of all its objects in camelCase, except inside free-form containers; never raises."""
    if not depth:
        return value
    if isinstance(value, list):
        return [camel_cased(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {
            camel(name): inner if name in _FREE_FORM else camel_cased(inner, depth - 1)
            for name, inner in value.items()
        }
    return value


@lru_cache(maxsize=1024)
def camel(name: str) -> str:
    """``name``, or a path of names with dots between them, in camelCase."""
    if "_" not in name:
        return name
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
