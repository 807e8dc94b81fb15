"""What commands have in common: what they are asked, how they find a record by its name, how they end."""

import argparse
import queue
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from desktop_app.controllers.backend import Backend
from desktop_app.controllers.facts import Fact
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import NitkaError, RunError

OK, FAILED, STOPPED = 0, 1, 130

T = TypeVar("T")


class UsageError(Exception):
    """What was asked for does not exist, or makes no sense; the text says what."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of a command: its words, the open backend, and the facts that the backend tells meanwhile.

    ``began_at`` (aware UTC) lies before the opening of the backend.  A command may put None among the facts, to wake
    whoever waits for them.
    """

    backend: Backend
    options: argparse.Namespace
    facts: "queue.SimpleQueue[Fact | None]"
    began_at: datetime

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` on the worker and wait for it; Ctrl+C ends the waiting."""
        return self.backend.worker.call(work).result()

    def connection(self, name: str) -> Connection:
        """The connection of this name.  Raises UsageError."""
        known = self.wait(self.backend.connection_records.connections())
        return by_name(known, name, lambda connection: connection.name, "connection")


class Command(NamedTuple):
    """A command: the words it takes, and what it does; that returns the exit code."""

    add_words: Callable[[argparse.ArgumentParser], None] | None
    run: Callable[[Asked], int]


def by_name(records: list[T], name: str, name_of: Callable[[T], str], kind: str) -> T:
    """The first record of this name.  Raises UsageError, which calls it a ``kind``."""
    for record in records:
        if name_of(record) == name:
            return record
    raise UsageError(f"there is no {kind} {name!r}")


def in_words(error: Exception) -> str:
    """One sentence for an error."""
    return error_words(RunError.of(error)) if isinstance(error, NitkaError) else str(error)


def error_words(error: RunError) -> str:
    """One sentence for a stored error: its name, what the service said, the role that is missing."""
    said = ": ".join(part for part in (error.code.replace("_", " "), error.detail) if part)
    return f"{said} (needed: {error.role})" if error.role else said
