"""Error codes into sentences: what happened, what to do, and one action.

The codes are those of ``domain/errors.py``; every one has its sentence, and a test looks that none is missing.
"""

from dataclasses import dataclass

from PySide6.QtCore import QDate, QLocale, QObject, Qt

from desktop_app.domain.errors import RunError


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error in words.

    ``action`` is what would mend it: "retry", "replace_key", "copy_role", "connections", "assistant_settings", or ""
    for nothing.  ``look`` is "error", "warning" or "plain"; ``icon`` a name in ``resources/icons``.
    """

    title: str
    advice: str = ""
    action: str = "retry"
    label: str = ""
    look: str = "error"
    icon: str = "error"


class ErrorTexts(QObject):
    """The sentences, in the language of the window."""

    def explain(self, error: RunError) -> Explanation:
        """The words for ``error``; a code that is not known is told as an error of Nitka."""
        found = (
            self._of_sign_in(error)
            or self._of_request(error)
            or self._of_service(error)
            or self._of_machine(error)
            or self._of_files(error)
        )
        return found or self._unknown(error)

    def details(self, error: RunError) -> str:
        """What to copy into a report: code, status, request id, the service's own words."""
        lines = [self.tr("Error: %1").replace("%1", error.code)]
        if error.status_code is not None:
            lines.append(self.tr("Status: %1").replace("%1", str(error.status_code)))
        if error.request_id:
            lines.append(self.tr("Request: %1").replace("%1", error.request_id))
        if error.role:
            lines.append(self.tr("Missing: %1").replace("%1", error.role))
        if error.detail:
            lines.append(error.detail)
        return "\n".join(lines)

    def _of_sign_in(self, error: RunError) -> Explanation | None:
        match error.code:
            case "sign_in":
                title = self.tr("The service rejected the key")
                return Explanation(
                    _with_status(title, error),
                    self.tr("Other connections are not affected."),
                    "replace_key",
                    self.tr("Replace key…"),
                    icon="key",
                )
            case "access_denied":
                return self._denied(error)
            case "secrets_unavailable":
                return Explanation(
                    self.tr("The key could not be read"),
                    self.tr("The system keyring is locked or did not answer."),
                    "connections",
                    self.tr("Connections…"),
                    icon="lock",
                )
            case "quota":
                return Explanation(
                    _with_status(self.tr("The spending limit is reached"), error),
                    self.tr("Top up at the service, or choose another connection."),
                    "assistant_settings",
                    self.tr("Choose a model…"),
                    "warning",
                    "warning",
                )
        return None

    def _denied(self, error: RunError) -> Explanation:
        title = _with_status(self.tr("The key has no access"), error)
        if error.role:
            advice = self.tr("The key is valid; this is missing: %1.").replace("%1", error.role)
            return Explanation(title, advice, "copy_role", self.tr("Copy role name"), icon="lock")
        advice = self.tr("The key is valid; a role, a scope or the folder is missing.")
        return Explanation(title, advice, "connections", self.tr("Connections…"), icon="lock")

    def _of_request(self, error: RunError) -> Explanation | None:
        settings = self.tr("Assistant settings…")
        match error.code:
            case "not_found":
                return Explanation(
                    _with_status(self.tr("The model or the address does not exist"), error),
                    self.tr("Check the model's name and the connection's address."),
                    "assistant_settings",
                    self.tr("Choose a model…"),
                    icon="connection",
                )
            case "context_too_long":
                return Explanation(
                    self.tr("The thread is too long for this model"),
                    self.tr("Lower the prompt limit, or send fewer messages."),
                    "assistant_settings",
                    settings,
                    "warning",
                    "warning",
                )
            case "request_rejected":
                return Explanation(
                    _with_status(self.tr("The service refused the request"), error),
                    self.tr("A setting of the assistant may not fit this model."),
                    "assistant_settings",
                    settings,
                )
            case "unanswered_call":
                return Explanation(
                    self.tr("The model called a function"),
                    self.tr("Nothing here answers it; ask for an answer in words."),
                    look="warning",
                    icon="tool",
                )
            case "too_many_rounds":
                return Explanation(
                    self.tr("The model called functions again and again"),
                    self.tr(
                        "A reply may do so only so often. Ask in other words, or change the instruction."
                    ),
                    "assistant_settings",
                    settings,
                    icon="tool",
                )
            case "not_offered":
                return Explanation(
                    self.tr("This connection cannot do that"),
                    self.tr("Another kind of connection may."),
                    "assistant_settings",
                    self.tr("Choose a model…"),
                    "warning",
                    "connection",
                )
            case "run_in_progress":
                return Explanation(
                    self.tr("A reply is being written"),
                    self.tr("Wait for its end, or stop it."),
                    "",
                    "",
                    "plain",
                    "clock",
                )
            case "unusable_assistant":
                return Explanation(
                    self.tr("The assistant has no connection"),
                    self.tr("Choose who answers in its settings."),
                    "assistant_settings",
                    settings,
                    "warning",
                    "connection",
                )
        return None

    def _of_service(self, error: RunError) -> Explanation | None:
        match error.code:
            case "rate_limited":
                return Explanation(
                    self.tr("Too many requests"),
                    self.tr("The service asks to wait."),
                    look="warning",
                    icon="clock",
                )
            case "service_fault":
                return Explanation(
                    _with_status(self.tr("The service failed"), error),
                    self.tr("This is a fault of the service; trying again often helps."),
                    icon="warning",
                )
            case "bad_reply":
                return Explanation(
                    self.tr("The answer could not be understood"),
                    self.tr("The address may not belong to a compatible service."),
                    "connections",
                    self.tr("Connections…"),
                )
            case "unreachable":
                return self._unreachable(error)
            case "insecure_address":
                return Explanation(
                    self.tr("The address is not encrypted"),
                    self.tr("Nothing was sent. Use https, or allow this address in the connection."),
                    "connections",
                    self.tr("Connections…"),
                    "warning",
                    "lock",
                )
            case "service_closed":
                return self._closed(error)
            case "operation_gone":
                return Explanation(
                    self.tr("The deferred reply cannot be had any more"),
                    self.tr("The service does not know the request; it keeps results for some days only."),
                    look="warning",
                    icon="clock",
                )
            case "silent":
                return Explanation(self.tr("The service stopped answering"), "", look="plain", icon="clock")
            case "service":
                return Explanation(_with_status(self.tr("The service did not answer the request"), error))
        return None

    def _closed(self, error: RunError) -> Explanation:
        title, advice = (
            self.tr("The service was closed"),
            self.tr("Your threads stay; choose another service."),
        )
        if error.closed_since:
            day = QLocale().toString(
                QDate.fromString(error.closed_since, Qt.DateFormat.ISODate), "d MMMM yyyy"
            )
            title = self.tr("The service was closed on %1").replace("%1", day)
        label = self.tr("Choose a model…")
        return Explanation(title, advice, "assistant_settings", label, "warning", "offline")

    def _unreachable(self, error: RunError) -> Explanation:
        title = self.tr("The service cannot be reached")
        match error.step:
            case "dns":
                advice = self.tr("Its name was not found. Check the network and the address.")
            case "tls":
                advice = self.tr("The secure connection failed. Check the certificate and the clock.")
            case "proxy":
                advice = self.tr("The proxy does not answer, or lets nothing through.")
            case _:
                advice = self.tr("Check the network, and that the service is running.")
        return Explanation(title, advice, look="plain", icon="offline")

    def _of_machine(self, error: RunError) -> Explanation | None:
        another = self.tr("Choose another model…")
        match error.code:
            case "runtime_missing":
                return Explanation(
                    self.tr("The on-device model does not run on this system"),
                    self.tr("Connect a service to get answers."),
                    "connections",
                    self.tr("Connections…"),
                    "warning",
                    "warning",
                )
            case "weights_missing":
                return Explanation(
                    self.tr("The model's file is missing"),
                    self.tr("Choose a GGUF file in the connection's settings."),
                    "connections",
                    self.tr("Connections…"),
                    icon="file",
                )
            case "model_start":
                return Explanation(
                    self.tr("The on-device model did not start"),
                    self.tr("There may be too little free memory."),
                    icon="warning",
                )
            case "on_device":
                return Explanation(
                    self.tr("The on-device model failed"), "", "assistant_settings", another, icon="warning"
                )
            case "disk_full":
                return Explanation(
                    self.tr("The disk is full"),
                    self.tr("Make room, then try again."),
                    look="warning",
                    icon="warning",
                )
            case "database_damaged" | "database_newer" | "store":
                return self._of_store(error)
        return None

    def _of_files(self, error: RunError) -> Explanation | None:
        match error.code:
            case "too_many_files":
                title = self.tr("Too many files at once")
                advice = self.tr("None was added. Add a smaller folder, or its parts one after another.")
            case "library_damaged":
                title = self.tr("The database of the files is damaged")
                advice = self.tr(
                    "Threads are unaffected. Close Nitka, delete “library” in the data folder, then add files again."
                )
            case "file_too_large":
                title = self.tr("The file is too large for the service")
                advice = self.tr("It takes files of up to 128 MB.")
            case "unreadable_file":
                title = self.tr("The file cannot be sent")
                advice = self.tr("It is gone, empty, or may not be read.")
            case _:
                return None
        return Explanation(title, advice, "", look="warning", icon="file")

    def _of_store(self, error: RunError) -> Explanation:
        match error.code:
            case "database_damaged":
                return Explanation(
                    self.tr("The database is damaged"),
                    self.tr("Nothing is saved in it any more; copies are in the data folder."),
                    "",
                )
            case "database_newer":
                return Explanation(
                    self.tr("The database is from a newer Nitka"), self.tr("Update Nitka to open it."), ""
                )
        return Explanation(
            self.tr("Nitka's data cannot be read or written"),
            self.tr("The disk or the rights may be at fault."),
        )

    def _unknown(self, error: RunError) -> Explanation:
        return Explanation(self.tr("Something went wrong"), self.tr("The details say more."))


def _with_status(title: str, error: RunError) -> str:
    return f"{title} ({error.status_code})" if error.status_code is not None else title
