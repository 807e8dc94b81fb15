"""Commands without a window, on the same store and the same worker; each module has a subject's commands.

Errors go to standard error as one sentence, results to standard output.  Secrets come from standard input or the
environment, never from the words of a command: those are seen by everybody on the machine.
"""

import argparse
import queue
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.facts import Fact
from desktop_app.controllers.library import Beginning
from desktop_app.domain.errors import NitkaError, StoreError
from desktop_app.export.markdown import Labels
from desktop_app.headless import assistants, connections, conversations, outbox, pull
from desktop_app.headless.command import FAILED, STOPPED, Asked, Command, UsageError, in_words
from desktop_app.logs import Logs, asyncio_handler, set_up
from desktop_app.selftest import selftest
from desktop_app.store.profile import Profile
from desktop_app.store.settings import load_settings

COMMANDS = MappingProxyType(
    {
        "ask": Command(conversations.add_ask_words, conversations.ask),
        "threads": Command(None, conversations.list_threads),
        "assistants": Command(None, conversations.list_assistants),
        "assistant": Command(assistants.add_words, assistants.run),
        "connections": Command(connections.add_words, connections.run),
        "models": Command(connections.add_models_words, connections.list_models),
        "outbox": Command(outbox.add_words, outbox.run),
        "pull": Command(pull.add_words, pull.run),
        "export": Command(conversations.add_export_words, conversations.export),
    }
)


def run(profile: Profile, name: str, arguments: list[str], about: str) -> int:
    """Run one command, whose help begins with ``about``; returns the exit code."""
    parser = argparse.ArgumentParser(prog=f"nitka {name}", description=about)
    command = COMMANDS.get(name)
    if command and command.add_words:
        command.add_words(parser)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:  # only their names: what somebody tries to say in so many words may be a key
        names = [word.partition("=")[0] for word in unknown if word.startswith("--")]
        parser.error(f"not known: {', '.join(names)}" if names else "too many words")
    profile.prepare()
    logs = set_up(profile.logs, name="nitka-commands")
    if command is None:
        return selftest(profile)
    facts: queue.SimpleQueue[Fact | None] = queue.SimpleQueue()
    _end_in_order()
    began_at = datetime.now(UTC)
    try:
        backend = _open(profile, facts.put, logs)
        try:
            return command.run(Asked(backend, options, facts, began_at))
        finally:
            backend.close()
    except (UsageError, NitkaError, OSError, ValueError) as error:
        print(f"nitka: {in_words(error)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return STOPPED


def _end_in_order() -> None:
    """Let a request to end, and a terminal that is closed, do what Ctrl+C does: text that has come is stored."""
    for name in ("SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.default_int_handler)


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
