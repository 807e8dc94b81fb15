"""Commands without a window, on the same store and the same worker."""

import argparse
import queue
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.facts import Fact, ReplyEdited, RunFinished, StageReached
from desktop_app.controllers.library import Beginning
from desktop_app.domain.assistants import Assistant
from desktop_app.domain.connections import Auth, Connection, ConnectionKind, normalise_base_url
from desktop_app.domain.errors import NitkaError, StoreError
from desktop_app.domain.ids import ConnectionId, ThreadId
from desktop_app.domain.secret import Kept, Secret
from desktop_app.domain.threads import Run, Status
from desktop_app.export.markdown import Labels
from desktop_app.logs import Logs, asyncio_handler, set_up
from desktop_app.selftest import selftest
from desktop_app.store.profile import Profile
from desktop_app.store.settings import load_settings

OK, FAILED, STOPPED = 0, 1, 130

T = TypeVar("T")


class UsageError(Exception):
    """What was asked for does not exist; the text says what."""


def run(profile: Profile, command: str, arguments: list[str]) -> int:
    """Run one command; returns the exit code.  Errors go to standard error as one sentence."""
    options = _parser(command).parse_args(arguments)
    profile.prepare()
    logs = set_up(profile.logs, name="nitka-commands")
    if command == "selftest":
        return selftest(profile)
    facts: queue.SimpleQueue[Fact] = queue.SimpleQueue()
    _end_in_order()
    try:
        backend = _open(profile, facts.put, logs)
        try:
            return _COMMANDS[command](backend, options, facts)
        finally:
            backend.close()
    except (UsageError, NitkaError, OSError, ValueError) as error:
        print(f"nitka: {_said(error)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return STOPPED


def _end_in_order() -> None:
    """Let a request to end, and a terminal that is closed, do what Ctrl+C does: text that has come is stored."""
    for name in ("SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.default_int_handler)


def _said(error: Exception) -> str:
    if isinstance(error, NitkaError):
        return (
            f"{error.code.replace('_', ' ')}: {error.detail}"
            if error.detail
            else error.code.replace("_", " ")
        )
    return str(error)


def _open(profile: Profile, report: Callable[[Fact], None], logs: Logs) -> Backend:
    settings = load_settings(profile).value
    backend = open_backend(
        profile,
        settings.profile_id,
        report,
        labels=Labels(),
        beginning=Beginning(),
        on_loop_error=asyncio_handler,
        on_secret=logs.redactor.remember,
    )
    if backend.database.is_read_only:
        backend.close()
        raise StoreError(
            "the database is damaged and was opened for reading only; start the window to see its backups"
        )
    return backend


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"nitka {command}")
    match command:
        case "ask":
            parser.add_argument("text", help="the message; - reads standard input")
            parser.add_argument("--assistant", metavar="NAME")
            parser.add_argument(
                "--connection", metavar="NAME", help="answer through this connection, this time"
            )
            parser.add_argument("--model", metavar="M", help="answer with this model, this time")
            parser.add_argument("--thread", metavar="ID", help="go on in this thread instead of a new one")
        case "export":
            which = parser.add_mutually_exclusive_group(required=True)
            which.add_argument("--thread", metavar="ID")
            which.add_argument("--all", action="store_true")
            parser.add_argument("--format", choices=("md", "html", "json"), required=True)
            parser.add_argument("--output", type=Path, required=True, metavar="PATH")
        case "connections":
            _add_connection_words(parser)
    return parser


def _add_connection_words(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list")
    add = actions.add_parser("add", description="With --auth api-key the key is read from standard input.")
    add.add_argument("--kind", choices=("chat",), default="chat")
    add.add_argument("--name", required=True)
    add.add_argument("--base-url", required=True)
    add.add_argument("--auth", choices=("api-key", "none"), default="none")
    for name in ("test", "remove"):
        actions.add_parser(name).add_argument("name")


# -- ask


def _ask(backend: Backend, options: argparse.Namespace, facts: "queue.SimpleQueue[Fact]") -> int:
    text = sys.stdin.read() if options.text == "-" else options.text
    if not text.strip():
        raise UsageError("there is nothing to send")
    thread_id, assistant = _conversation(backend, options)
    backend.worker.call(backend.runs.send(thread_id, text, assistant)).result()
    try:
        run = _print_reply(thread_id, facts)
    except KeyboardInterrupt:
        backend.worker.call(backend.runs.stop(thread_id)).result()
        print()
        return STOPPED
    print()
    if run.error:
        print(f"nitka: {run.status}: {run.error.code.replace('_', ' ')} {run.error.detail}", file=sys.stderr)
    return OK if run.status in (Status.COMPLETED, Status.TRUNCATED) else FAILED


def _conversation(backend: Backend, options: argparse.Namespace) -> tuple[ThreadId, Assistant]:
    """The thread to write in, made once everything else is known to be there, and who answers this time."""
    assistants = backend.worker.call(backend.assistants.assistants()).result()
    assistant = _by_name(assistants, options.assistant, lambda a: a.settings.name, "assistant")
    thread_id = ThreadId(options.thread) if options.thread else None
    if thread_id:
        thread = backend.worker.call(backend.conversations.thread(thread_id)).result()
        if thread is None:
            raise UsageError(f"there is no thread {thread_id}")
        assistant = assistant or next((a for a in assistants if a.id == thread.assistant_id), None)
    elif assistants:
        assistant = assistant or assistants[0]
    if assistant is None:
        raise UsageError("there is no assistant to answer")
    answering = _overridden(backend, assistant, options)
    if thread_id is None:
        thread_id = backend.worker.call(backend.library.new_thread(assistant.id)).result().id
    return thread_id, answering


def _overridden(backend: Backend, assistant: Assistant, options: argparse.Namespace) -> Assistant:
    settings = assistant.settings
    if options.connection:
        settings = replace(settings, connection_id=_connection(backend, options.connection).id, model="")
    if options.model:
        settings = replace(settings, model=options.model)
    return replace(assistant, settings=settings)


def _print_reply(thread_id: ThreadId, facts: "queue.SimpleQueue[Fact]") -> Run:
    shown = ""
    while True:
        match facts.get():
            case ReplyEdited(thread, _, edit) if thread == thread_id:
                if edit.keep < len(shown):  # what is printed cannot be taken back: begin its line anew
                    start = shown.rfind("\n", 0, edit.keep) + 1
                    print(f"\n{shown[start : edit.keep]}", end="")
                print(edit.text, end="", flush=True)
                shown = edit.apply(shown)
            case StageReached(thread, _, stage, _) if thread == thread_id and sys.stderr.isatty():
                print(f"\r{stage.replace('_', ' ')}…\r", end="", file=sys.stderr)
            case RunFinished(thread, _, run) if thread == thread_id:
                return run


# -- lists, files, connections


def _threads(backend: Backend, _options: argparse.Namespace, _facts: object) -> int:
    for summary in backend.worker.call(backend.conversations.threads()).result():
        print(
            f"{summary.id}  {summary.updated_at.astimezone():%Y-%m-%d %H:%M}  {summary.name or '(new thread)'}"
        )
    return OK


def _assistants(backend: Backend, _options: argparse.Namespace, _facts: object) -> int:
    for entry in backend.worker.call(backend.library.assistants_in_use()).result():
        settings = entry.assistant.settings
        print(f"{entry.assistant.id}  v{entry.assistant.version}  {settings.name}  ({entry.model_label})")
    return OK


def _export(backend: Backend, options: argparse.Namespace, _facts: object) -> int:
    threads = None if options.all else [ThreadId(options.thread)]
    if threads and backend.worker.call(backend.conversations.thread(threads[0])).result() is None:
        raise UsageError(f"there is no thread {options.thread}")
    written = backend.worker.call(backend.library.export(threads, options.format, options.output)).result()
    print(written)
    return OK


def _connections(backend: Backend, options: argparse.Namespace, _facts: object) -> int:
    match options.action:
        case "list":
            for connection in backend.worker.call(backend.connection_records.connections()).result():
                print(
                    f"{connection.name}  {connection.kind}  {connection.base_url or '-'}  {connection.auth}"
                )
        case "add":
            _add_connection(backend, options)
        case "test":
            report = backend.worker.call(
                backend.connections.test(_connection(backend, options.name), None)
            ).result()
            print(f"works, {report.round_trip_s * 1000:.0f} ms, models: {len(report.models)}")
            for model in report.models:
                print(f"  {model.id}")
        case "remove":
            backend.worker.call(backend.connections.remove(_connection(backend, options.name).id)).result()
    return OK


def _add_connection(backend: Backend, options: argparse.Namespace) -> None:
    known = backend.worker.call(backend.connection_records.connections()).result()
    if any(connection.name == options.name for connection in known):
        raise UsageError(f"there is a connection {options.name!r} already")
    auth = Auth(options.auth)
    connection = Connection(
        ConnectionId(""), ConnectionKind.CHAT, options.name, normalise_base_url(options.base_url), auth
    )
    key = Secret(sys.stdin.readline().strip()) if auth is Auth.API_KEY else None
    if key is not None and not key.reveal():
        raise UsageError("the key is read from standard input, and nothing was there")
    saved, kept = backend.worker.call(backend.connections.save(connection, key)).result()
    if kept is Kept.SESSION:  # a command ends at once, and the key with it
        backend.worker.call(backend.connections.remove(saved.id)).result()
        state = backend.worker.call(backend.connections.secret_state()).result()
        raise UsageError(f"there is no keyring to keep the key in: {state.reason}")


def _connection(backend: Backend, name: str) -> Connection:
    known = backend.worker.call(backend.connection_records.connections()).result()
    found = _by_name(known, name, lambda connection: connection.name, "connection")
    if found is None:
        raise UsageError("a connection has to be named")
    return found


def _by_name(records: list[T], name: str | None, name_of: Callable[[T], str], kind: str) -> T | None:
    if name is None:
        return None
    found = [record for record in records if name_of(record) == name]
    if not found:
        raise UsageError(f"there is no {kind} {name!r}")
    return found[0]


_COMMANDS: dict[str, Callable[[Backend, argparse.Namespace, "queue.SimpleQueue[Fact]"], int]] = {
    "ask": _ask,
    "threads": _threads,
    "assistants": _assistants,
    "export": _export,
    "connections": _connections,
}
