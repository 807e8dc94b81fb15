"""What can go wrong, drawn by what the user can do about it.

NitkaError
├── ServiceError               a service did not answer the run
│   ├── SignInError            401: replace the key
│   ├── AccessDeniedError      403: a role, a scope or the folder is wrong
│   ├── NotFoundError          404: the model or the address does not exist
│   ├── RequestRejectedError   400, 413, 422: change the request
│   │   └── ContextTooLongError   shorten what is sent
│   ├── RateLimitedError       429: wait
│   ├── QuotaExceededError     402 or a spent quota: pay, or choose another service
│   ├── ServiceFaultError      5xx: try again
│   ├── BadReplyError          what came back is not the protocol
│   ├── UnreachableError       DNS, TCP, TLS, proxy: check the network
│   ├── SilentError            nothing came for too long
│   ├── InsecureAddressError   plain http beyond this machine: allow it, or use https
│   ├── ServiceClosedError     410, or a host that was switched off: use another service
│   ├── OperationGoneError     the service no longer knows a deferred request: ask again
│   ├── UnansweredCallError    the model called a function, and nothing here answers it
│   └── NotOfferedError        the service has no such ability
├── OnDeviceError              the model on this machine cannot run
│   ├── RuntimeMissingError    there is no llama.cpp wheel here
│   ├── WeightsMissingError    no model file, or not the right one
│   └── ModelStartError        the child process ended while loading
├── StoreError                 what is kept on this machine
│   ├── DatabaseDamagedError
│   ├── DatabaseNewerError     written by a newer Nitka
│   └── DiskFullError
├── SecretsUnavailableError    no keyring, or it did not answer in time
├── UnusableAssistantError     it has no connection, or the connection is gone
├── TooManyRoundsError         the model called functions again and again instead of answering
└── RunInProgressError         the thread is being answered already: wait, or stop the reply

A detail never holds a credential: adapters build it from what the service said, not from what was sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass


class NitkaError(Exception):
    """Base of everything the window explains; ``detail`` is for the expandable part, not for the sentence."""

    code = "error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class ServiceError(NitkaError):
    """A service did not answer the run.

    ``is_untouched``: nothing was delivered and nothing billed (no connection, 429, 503), so that asking again is safe.
    """

    code = "service"

    def __init__(
        self,
        detail: str = "",
        *,
        status_code: int | None = None,
        request_id: str = "",
        retry_after_s: float | None = None,
        is_untouched: bool = False,
    ) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.is_untouched = is_untouched


class SignInError(ServiceError):
    """The key was rejected, or none was given where one is needed."""

    code = "sign_in"


class AccessDeniedError(ServiceError):
    """The key is valid; a role, scope or folder is not.

    ``role`` is the one to ask for, where it is known; ``is_about_folder``: the folder is not that of the key, and no
    role would help.
    """

    code = "access_denied"
    role = ""
    is_about_folder = False

    def name_usual(self, roles: Iterable[str]) -> None:
        """Name the roles that are usually missing, when the service did not say what is."""
        if not self.role and not self.is_about_folder:
            self.role = ", ".join(roles)


class NotFoundError(ServiceError):
    """The model or the address does not exist at the service."""

    code = "not_found"


class RequestRejectedError(ServiceError):
    """The service refused the request as it is."""

    code = "request_rejected"


class ContextTooLongError(RequestRejectedError):
    """The prompt does not fit; token counts where the service told them."""

    code = "context_too_long"

    def __init__(
        self,
        detail: str = "",
        *,
        status_code: int | None = None,
        request_id: str = "",
        prompt_tokens: int | None = None,
        context_tokens: int | None = None,
    ) -> None:
        super().__init__(detail, status_code=status_code, request_id=request_id)
        self.prompt_tokens = prompt_tokens
        self.context_tokens = context_tokens


class RateLimitedError(ServiceError):
    """Too many requests; ``retry_after_s`` where the service told it."""

    code = "rate_limited"


class QuotaExceededError(ServiceError):
    """A spending limit or quota is used up."""

    code = "quota"


class ServiceFaultError(ServiceError):
    """The service failed by itself."""

    code = "service_fault"


class BadReplyError(ServiceError):
    """The answer is not what the protocol says: HTML, broken JSON, a wrong type."""

    code = "bad_reply"


class UnreachableError(ServiceError):
    """No connection; ``step`` is dns, tcp, tls or proxy."""

    code = "unreachable"

    def __init__(
        self, detail: str = "", *, step: str, request_id: str = "", is_untouched: bool = False
    ) -> None:
        super().__init__(detail, request_id=request_id, is_untouched=is_untouched)
        self.step = step


class SilentError(ServiceError):
    """The service was reached and then sent nothing for too long."""

    code = "silent"


class InsecureAddressError(ServiceError):
    """The address is plain http on another machine, and the user has not allowed that."""

    code = "insecure_address"


class ServiceClosedError(ServiceError):
    """The service was withdrawn; ``closed_since`` (an ISO date) where it is known."""

    code = "service_closed"
    closed_since = ""


class OperationGoneError(ServiceError):
    """The service does not know the operation: it expired, or never was there."""

    code = "operation_gone"


class UnansweredCallError(ServiceError):
    """The model called a function instead of answering."""

    code = "unanswered_call"


class NotOfferedError(ServiceError):
    """The service has no such ability: deferred requests, a tokenizer, records to pull."""

    code = "not_offered"


class OnDeviceError(NitkaError):
    """The model on this machine cannot run."""

    code = "on_device"


class RuntimeMissingError(OnDeviceError):
    """The runtime (xllamacpp) is not installed on this platform."""

    code = "runtime_missing"


class WeightsMissingError(OnDeviceError):
    """No model file is there, or it is not the one it should be."""

    code = "weights_missing"


class ModelStartError(OnDeviceError):
    """The child process did not come up."""

    code = "model_start"


class StoreError(NitkaError):
    """Something kept on this machine could not be read or written."""

    code = "store"


class DatabaseDamagedError(StoreError):
    """The database does not pass its own check."""

    code = "database_damaged"


class DatabaseNewerError(StoreError):
    """The database was written by a newer Nitka."""

    code = "database_newer"


class DiskFullError(StoreError):
    """There is no room left."""

    code = "disk_full"


class SecretsUnavailableError(NitkaError):
    """The keyring is not there, is locked, or did not answer in time."""

    code = "secrets_unavailable"


class UnusableAssistantError(NitkaError):
    """The assistant has no connection that could answer."""

    code = "unusable_assistant"


class TooManyRoundsError(NitkaError):
    """The model called functions again and again, as often as one reply may."""

    code = "too_many_rounds"


class RunInProgressError(NitkaError):
    """The thread is being answered already."""

    code = "run_in_progress"


@dataclass(frozen=True, slots=True)
class RunError:
    """What is kept of an error with the run it ended; ``code`` is one of the tree above."""

    code: str
    detail: str = ""
    status_code: int | None = None
    request_id: str = ""
    retry_after_s: float | None = None
    step: str = ""
    role: str = ""
    closed_since: str = ""

    @classmethod
    def of(cls, error: BaseException) -> "RunError":
        """The value for ``error``; what is not a NitkaError is a fault of ours and is named by its type."""
        if not isinstance(error, NitkaError):
            return cls("internal", f"{type(error).__name__}: {error}")
        return cls(
            code=error.code,
            detail=error.detail,
            status_code=getattr(error, "status_code", None),
            request_id=getattr(error, "request_id", ""),
            retry_after_s=getattr(error, "retry_after_s", None),
            step=getattr(error, "step", ""),
            role=getattr(error, "role", ""),
            closed_since=getattr(error, "closed_since", ""),
        )


_STEPS = {"sign_in": "auth", "access_denied": "role", "not_found": "model"}


def failed_step(error: RunError) -> str:
    """Which step of a test failed (a ``TestStep``), empty when none of them is to blame."""
    return error.step or _STEPS.get(error.code, "")
