"""Commands about conversations: ask, list, export."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.controllers.facts import ReplyEdited, RunFinished, StageReached, StepsChanged
from desktop_app.domain.assistants import Assistant
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.threads import Run, Status
from desktop_app.domain.tools import CallStatus, Decision, ToolStep
from desktop_app.headless import outbox
from desktop_app.headless.command import FAILED, OK, STOPPED, Asked, UsageError, by_name, error_words


def add_ask_words(parser: argparse.ArgumentParser) -> None:
    """The words of ``ask``."""
    parser.add_argument("text", help="the message; - reads standard input")
    parser.add_argument("--assistant", metavar="NAME")
    parser.add_argument("--connection", metavar="NAME", help="answer through this connection, this time")
    parser.add_argument("--model", metavar="M", help="answer with this model, this time")
    parser.add_argument("--thread", metavar="ID", help="go on in this thread instead of a new one")
    parser.add_argument(
        "--deferred", action="store_true", help="print the operation's id instead of the reply"
    )


def add_export_words(parser: argparse.ArgumentParser) -> None:
    """The words of ``export``."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--thread", metavar="ID")
    which.add_argument("--all", action="store_true")
    parser.add_argument("--format", choices=("md", "html", "json"), required=True)
    parser.add_argument("--output", type=Path, required=True, metavar="PATH")


def ask(asked: Asked) -> int:
    """Send a message and print the reply while it comes, or the id of the operation that will bring it."""
    text = sys.stdin.read() if asked.options.text == "-" else asked.options.text
    if not text.strip():
        raise UsageError("there is nothing to send")
    thread_id, assistant = _conversation(asked)
    if asked.options.deferred:
        return outbox.send(asked, thread_id, text, assistant)
    asked.wait(asked.backend.runs.send(thread_id, text, assistant))
    try:
        run = _print_reply(thread_id, asked)
    except KeyboardInterrupt:
        asked.wait(asked.backend.runs.stop(thread_id))
        print()
        return STOPPED
    if run.error:
        print(f"nitka: {run.status}: {error_words(run.error)}", file=sys.stderr)
    return OK if run.status in (Status.COMPLETED, Status.TRUNCATED) else FAILED


def list_threads(asked: Asked) -> int:
    """A thread a line."""
    for summary in asked.wait(asked.backend.conversations.threads()):
        changed = f"{summary.updated_at.astimezone():%Y-%m-%d %H:%M}"
        print(f"{summary.id}  {changed}  {summary.name or '(new thread)'}")
    return OK


def list_assistants(asked: Asked) -> int:
    """An assistant a line."""
    for entry in asked.wait(asked.backend.library.assistants_in_use()):
        settings = entry.assistant.settings
        print(f"{entry.assistant.id}  v{entry.assistant.version}  {settings.name}  ({entry.model_label})")
    return OK


def export(asked: Asked) -> int:
    """Write threads to files."""
    options = asked.options
    threads = None if options.all else [ThreadId(options.thread)]
    if threads and asked.wait(asked.backend.conversations.thread(threads[0])) is None:
        raise UsageError(f"there is no thread {options.thread}")
    print(asked.wait(asked.backend.library.export(threads, options.format, options.output)))
    return OK


def _conversation(asked: Asked) -> tuple[ThreadId, Assistant]:
    """The thread to write in, made once everything else is known to be there, and who answers this time."""
    options, backend = asked.options, asked.backend
    assistants = asked.wait(backend.assistants.assistants())
    assistant: Assistant | None = None
    if options.assistant is not None:
        assistant = by_name(assistants, options.assistant, lambda a: a.settings.name, "assistant")
    thread_id = ThreadId(options.thread) if options.thread else None
    if thread_id:
        thread = asked.wait(backend.conversations.thread(thread_id))
        if thread is None:
            raise UsageError(f"there is no thread {thread_id}")
        assistant = assistant or next((a for a in assistants if a.id == thread.assistant_id), None)
    elif assistants:
        assistant = assistant or assistants[0]
    if assistant is None:
        raise UsageError("there is no assistant to answer")
    answering = _overridden(asked, assistant)
    if options.deferred:
        outbox.must_defer(asked, answering)
    if thread_id is None:
        thread_id = asked.wait(backend.library.new_thread(assistant.id)).id
    return thread_id, answering


def _overridden(asked: Asked, assistant: Assistant) -> Assistant:
    settings = assistant.settings
    if asked.options.connection:
        connection = asked.connection(asked.options.connection)
        settings = replace(settings, connection_id=connection.id, model="")
    if asked.options.model:
        settings = replace(settings, model=asked.options.model)
    return replace(assistant, settings=settings)


def _print_reply(thread_id: ThreadId, asked: Asked) -> Run:
    shown = ""
    denied: set[str] = set()
    while True:
        match asked.facts.get():
            case ReplyEdited(thread, _, edit) if thread == thread_id:
                if edit.keep < len(shown):  # what is printed cannot be taken back: begin its line anew
                    start = shown.rfind("\n", 0, edit.keep) + 1
                    print(f"\n{shown[start : edit.keep]}", end="")
                print(edit.text, end="", flush=True)
                shown = edit.apply(shown)
            case StageReached(thread, _, stage, _) if thread == thread_id and sys.stderr.isatty():
                print(f"\r{stage.replace('_', ' ')}…\r", end="", file=sys.stderr)
            case StepsChanged(thread, message, steps) if thread == thread_id:
                _deny_what_waits(asked, message, steps, denied)
            case RunFinished(thread, _, run) if thread == thread_id:
                if shown:
                    print()
                return run


def _deny_what_waits(
    asked: Asked, message_id: MessageId, steps: Sequence[ToolStep], denied: set[str]
) -> None:
    """Deny calls that wait for the user: without a window only what is always allowed is called."""
    for step in steps:
        if step.waits_for_user and step.call.key not in denied:
            denied.add(step.call.key)
            asked.wait(asked.backend.runs.decide(message_id, step.call.key, Decision.UNATTENDED))
            is_asked = step.status is CallStatus.ASKED
            why = "it is not always allowed" if is_asked else "nobody is there to give its result"
            print(f"nitka: {step.call.name!r} was not called: {why}", file=sys.stderr)
