"""Log files that can be shown to others, and the last word on errors that nobody else caught.

Redaction works on the finished text of a record, traceback included, so that no way of logging gets around it: every
credential the program has seen is left out by value, and what looks like one by its form.  Texts of messages are not
redacted; they are never logged at the default level.

``NAME.log`` rotates (three files of 1 MB); ``NAME-faults.log`` gets the stacks of all threads when the process crashes
hard.  Both are the user's own (0600), with times in UTC.
"""

import faulthandler
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from desktop_app.domain.redaction import HIDDEN, Redaction
from desktop_app.domain.secret import Secret

FILE_BYTES = 1_000_000
OLD_FILES = 2
RECORD_CHARACTERS = 32_000

log = logging.getLogger(__name__)

# Every quantifier before a fixed text is bounded, so that a long record costs no more than its length.
_PATTERNS = [
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"\b(bearer|api-key)(\s+)[^\s\"',;]+", rf"\1\2{HIDDEN}"),
        (
            r"([\"']?\b(?:x-)?(?:(?:proxy-)?authorization|api[-_ ]?key|password|secret|(?:access|refresh|iam)[-_]token)"
            r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?)(?:(?:basic|bearer|api-key)\s+)?[^\s\"',;&}]+",
            rf"\1{HIDDEN}",
        ),
        (r"\b([a-z][a-z0-9+.-]{0,20}://)[^\s/@\"'<>]+@", rf"\1{HIDDEN}@"),
        (
            r"([?&;][\w.-]{0,30}(?:key|token|secret|password|signature|sig|auth|code|credential)[\w.-]{0,20}=)"
            r"[^&\s\"'#<>]+",
            rf"\1{HIDDEN}",
        ),
    )
] + [
    # Yandex Cloud API keys, the keys of most compatible servers, Yandex OAuth tokens, IAM tokens.
    (re.compile(rf"(?<![A-Za-z0-9])(?:{form})[\w.~+/=-]{{6,}}"), HIDDEN)
    for form in ("AQVN", "sk-", r"y\d_", r"[ct]\d\.")
]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x9b]")


class Redactor:
    """Leaves credentials out of texts: those it was told of, in any spelling, and what has the form of one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known = Redaction()

    def remember(self, secret: Secret) -> None:
        """From now on this credential is left out, wherever it stands; usable from any thread."""
        with self._lock:
            self._known.add(secret)

    def redact(self, text: str) -> str:
        """``text`` without credentials."""
        text = self._known(text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def __repr__(self) -> str:
        return "Redactor(•••)"


class RedactingFormatter(logging.Formatter):
    """One record as text: UTC, without credentials, further lines indented so that no text can pose as a record."""

    converter = staticmethod(time.gmtime)

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(
            "%(asctime)s.%(msecs)03dZ %(levelname)s %(threadName)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
        )
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The text of ``record``; a record that cannot be formatted says where it was made, not what it held."""
        try:
            text = super().format(record)
        except Exception as error:  # noqa: BLE001 - a wrong argument's repr may raise anything
            text = f"ERROR: {type(error).__name__} while formatting the record of {record.pathname}:{record.lineno}"
        text = self._redactor.redact(text)
        if len(text) > RECORD_CHARACTERS:
            text = f"{text[:RECORD_CHARACTERS]}… ({len(text):,} characters)"
        return _CONTROL.sub("\ufffd", text).replace("\n", "\n    ")


class Logs:
    """The open log files and the last-resort handlers; ``close`` puts back what was there before.

    ``redactor`` is to be told of every credential.
    """

    def __init__(self, folder: Path, level: int, name: str) -> None:
        self.redactor = Redactor()
        self._faults = _FaultListener(self.redactor)
        self._undo: list[Callable[[], object]] = []
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open_log(_rotating(folder / f"{name}.log"), level)
            self._open_faults(folder / f"{name}-faults.log")
        except OSError as error:  # a full or read-only disk is no reason not to run
            self._open_log(logging.StreamHandler() if sys.stderr else logging.NullHandler(), level)
            log.warning("no log file: %s", error)
        self._install_hooks()

    def listen(self, on_fault: Callable[[str], None]) -> None:
        """Hear of errors nobody caught, in one redacted line each, on the thread of the error.

        One that came before is told at once.
        """
        self._faults.listen(on_fault)

    def close(self) -> None:
        """Close the files and put the former handlers back; safe to call twice."""
        while self._undo:
            self._undo.pop()()

    def _open_log(self, handler: logging.Handler, level: int) -> None:
        handler.setFormatter(RedactingFormatter(self.redactor))
        root, http = logging.getLogger(), logging.getLogger("httpcore")
        before = (root.level, http.level, logging.raiseExceptions)

        def undo() -> None:
            root.removeHandler(handler)
            handler.close()
            logging.captureWarnings(False)
            root.setLevel(before[0])
            http.setLevel(before[1])
            logging.raiseExceptions = before[2]

        self._undo.append(undo)
        root.addHandler(handler)
        root.setLevel(level)
        http.setLevel(max(level, logging.INFO))  # below it logs headers
        logging.getLogger("httpx").setLevel(
            max(level, logging.WARNING)
        )  # services name each request themselves
        logging.captureWarnings(True)
        logging.raiseExceptions = False  # it would print a failed record's arguments as they are

    def _open_faults(self, path: Path) -> None:
        handle = _private(path, os.O_WRONLY | os.O_APPEND)
        if os.fstat(handle).st_size > FILE_BYTES:
            os.ftruncate(handle, 0)
        faulthandler.enable(handle, all_threads=True)
        self._undo.append(lambda: os.close(handle))
        self._undo.append(faulthandler.disable)

    def _install_hooks(self) -> None:
        before = (sys.excepthook, threading.excepthook, sys.unraisablehook)

        def undo() -> None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = before

        self._undo.append(undo)
        log.addHandler(self._faults)
        self._undo.append(lambda: log.removeHandler(self._faults))
        sys.excepthook = self._on_exception
        threading.excepthook = _on_thread_exception
        sys.unraisablehook = _on_unraisable

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("uncaught", exc_info=(kind, error, trace))
        self._print(error)

    def _print(self, error: BaseException) -> None:
        """The traceback on the terminal, if there is one, as redacted as in the file."""
        import traceback

        if sys.stderr:
            sys.stderr.write(self.redactor.redact("".join(traceback.format_exception(error))))


class _FaultListener(logging.Handler):
    """Hands the faults that this module logs to the window, in a line each; keeps one that comes too early."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(logging.CRITICAL)
        self._redactor = redactor
        self._on_fault: Callable[[str], None] | None = None
        self._unheard = ""

    def listen(self, on_fault: Callable[[str], None]) -> None:
        self._on_fault = on_fault
        if self._unheard:
            text, self._unheard = self._unheard, ""
            on_fault(text)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        text = self._redactor.redact(_one_line(error) if error else record.getMessage())
        if self._on_fault is None:
            self._unheard = text
            return
        try:
            self._on_fault(text)
        except Exception:
            log.exception("an error could not be shown")


def set_up(logs: Path, level: int = logging.INFO, *, name: str = "nitka") -> Logs:
    """Open ``NAME.log`` in the folder ``logs`` and become the last resort for errors.

    Each process at work at the same time needs a ``name`` of its own.  A folder that cannot be written is no error: the
    log goes to the terminal then.
    """
    return Logs(logs, level, name)


def asyncio_handler(loop: object, context: Mapping[str, Any]) -> None:
    """The exception handler of an asyncio loop: ``loop.set_exception_handler(asyncio_handler)``.

    Reprs of tasks, futures and callbacks are left out: they quote results and arguments.
    """
    message = str(context.get("message", "")).partition("(")[0]
    task = context.get("task") or context.get("future")
    name = getattr(task, "get_name", str)()
    log.critical("%s", f"{message} {name}".strip(), exc_info=_exc_info(context.get("exception")))


def install_qt_handler() -> None:
    """Send Qt's own messages to the log, until the interpreter ends."""
    import atexit

    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
        QtMsgType.QtCriticalMsg: logging.ERROR,
        QtMsgType.QtFatalMsg: logging.CRITICAL,
    }

    def handle(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        logger = logging.getLogger(f"qt.{context.category or 'default'}")
        logger.log(levels.get(kind, logging.WARNING), "%s", text)

    qInstallMessageHandler(handle)
    atexit.register(qInstallMessageHandler, None)


def _on_thread_exception(args: threading.ExceptHookArgs) -> None:
    if not issubclass(args.exc_type, SystemExit):
        name = args.thread.name if args.thread else "?"
        log.critical("uncaught in thread %s", name, exc_info=_exc_info(args.exc_value))


def _on_unraisable(args: "sys.UnraisableHookArgs") -> None:
    place = getattr(args.object, "__qualname__", type(args.object).__name__)
    log.error("%s %s", args.err_msg or "ignored in", place, exc_info=_exc_info(args.exc_value))


def _rotating(path: Path) -> logging.Handler:
    from logging.handlers import RotatingFileHandler  # 10 ms: not for those who only import this module

    class PrivateFile(RotatingFileHandler):
        def _open(self) -> Any:
            stream: IO[str] = open(  # noqa: SIM115 - the handler closes it
                _private(path, os.O_WRONLY | os.O_APPEND), "a", encoding="utf-8", errors="backslashreplace"
            )
            return stream

    return PrivateFile(path, maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8")


def _private(path: Path, flags: int) -> int:
    handle = os.open(path, flags | os.O_CREAT, 0o600)
    if sys.platform != "win32":
        os.fchmod(handle, 0o600)  # it may be there already, made by something less careful
    return handle


def _exc_info(
    error: BaseException | None,
) -> tuple[type[BaseException], BaseException, TracebackType | None] | None:
    return (type(error), error, error.__traceback__) if error else None


def _one_line(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - an error whose text raises is still an error to report
        text = ""
    return f"{type(error).__name__}: {text[:500]}" if text else type(error).__name__
