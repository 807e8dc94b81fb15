"""What a model does not want to be told: learned from its refusals, so that it is asked in vain only once."""

import re
from collections.abc import Mapping

from desktop_app.domain.errors import NotFoundError, RequestRejectedError, ServiceError, ServiceFaultError
from desktop_app.domain.prompt import RunRequest

_ABOUT_FUNCTIONS = re.compile(r"\btools?\b|\btool.?(?:call|use|choice)|\bfunction.?call", re.I)
# A function may have the name of a field.
_A_FUNCTION = re.compile(r"\bfunction\W+[\w-]+", re.I)


class RefusedFields:
    """Optional fields of a request, by model; ``telling`` holds each with the word that names it in a refusal."""

    def __init__(self, telling: Mapping[str, str]) -> None:
        self._telling = {
            field: re.compile(rf"\b{re.escape(word)}\b", re.I) for field, word in telling.items()
        }
        self._refused: set[tuple[str, str]] = set()

    def has(self, model: str, field: str) -> bool:
        """Whether ``model`` refused ``field``."""
        return (model, field) in self._refused

    def learn(self, model: str, error: ServiceError) -> bool:
        """Whether ``error`` refuses a field that was not refused before, so that asking without it may help."""
        if not isinstance(error, RequestRejectedError):
            return False
        detail = _A_FUNCTION.sub("", error.detail)
        named = {field for field, word in self._telling.items() if word.search(detail)}
        new = {(model, field) for field in named} - self._refused
        self._refused |= new
        return bool(new)


def tell_refused_functions(error: ServiceError, request: RunRequest) -> None:
    """Raise RequestRejectedError for an error that means it.

    Some servers answer with 404 or 500 when a model cannot call the functions that it was offered.
    """
    is_odd = isinstance(error, NotFoundError | ServiceFaultError) and not error.is_untouched
    if request.functions and is_odd and _ABOUT_FUNCTIONS.search(error.detail):
        raise RequestRejectedError(
            error.detail, status_code=error.status_code, request_id=error.request_id
        ) from error
