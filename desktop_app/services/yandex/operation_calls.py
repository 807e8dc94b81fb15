"""Operations of Yandex Cloud: where they are asked about, and what it means when one is not found."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from desktop_app.domain.errors import NotFoundError, OperationGoneError
from desktop_app.services.transport.failures import may_be_from_elsewhere


def operation_path(remote_id: str) -> str:
    """The path of an operation below the host of operations."""
    return f"/operations/{quote(remote_id, safe='')}"


@contextmanager
def telling_what_is_gone() -> Iterator[None]:
    """A service that does not know an operation says so in words; what else is not found may be the address.

    Raises OperationGoneError in the first case.
    """
    try:
        yield
    except NotFoundError as error:
        if error.status_code != 404 or may_be_from_elsewhere(error):
            raise
        raise OperationGoneError(error.detail, status_code=404, request_id=error.request_id) from error
