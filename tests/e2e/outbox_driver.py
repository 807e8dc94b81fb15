"""A program on a profile that sends deferred questions and waits for their replies, made to be killed at any moment.

``python -m tests.e2e.outbox_driver PROFILE COUNT SEED``: every question without a reply that has come or may come is
asked,
one after the other.  Prints a line for whatever happens, and ends by itself when all replies are here.
"""

import random
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.facts import Fact, OperationChanged
from desktop_app.controllers.library import Beginning
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.operations import OperationStatus
from desktop_app.export.markdown import Labels
from desktop_app.store.profile import Profile
from desktop_app.store.settings import load_settings

HOPEFUL = (OperationStatus.SENDING, OperationStatus.WAITING, OperationStatus.DONE)
PAUSE_S = 0.8
ASSISTANT = "post"

T = TypeVar("T")


def question(number: int) -> str:
    """What is asked."""
    return f"question {number}"


class Driver:
    """Asks ``count`` questions, one after the other."""

    def __init__(self, backend: Backend, count: int, chance: random.Random) -> None:
        self._backend = backend
        self._count = count
        self._chance = chance

    def run(self) -> None:
        """Ask and wait until every question is answered."""
        while True:
            operations = self._wait(self._backend.operation_records.recent(1000))
            hopeful = {one.thread_name for one in operations if one.status in HOPEFUL}
            missing = [n for n in range(self._count) if question(n) not in hopeful]
            if missing:
                self._ask(self._chance.choice(missing))
            elif not any(one.status.is_open for one in operations):
                return
            time.sleep(self._chance.uniform(0, PAUSE_S))  # as somebody who writes

    def _ask(self, number: int) -> None:
        thread = self._wait(self._backend.conversations.create_thread(AssistantId(ASSISTANT)))
        self._wait(self._backend.operations.send(thread.id, question(number)))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self._backend.worker.call(work).result()


def tell(fact: Fact) -> None:
    """Print what became of an operation."""
    if isinstance(fact, OperationChanged):
        print(fact.operation.status, fact.operation.thread_name, flush=True)


def main() -> None:
    """Run until all replies are here."""
    profile = Profile.at(Path(sys.argv[1]))
    backend = open_backend(
        profile, load_settings(profile).value.profile_id, tell, labels=Labels(), beginning=Beginning()
    )
    print("ready", flush=True)
    try:
        Driver(backend, int(sys.argv[2]), random.Random(sys.argv[3])).run()
    finally:
        backend.close()
    print("over", flush=True)


if __name__ == "__main__":
    main()
