"""Commands about deferred requests: send one, list, check, give up."""

import argparse
import queue
import sys
from datetime import UTC, datetime, timedelta

from desktop_app.domain.assistants import Assistant
from desktop_app.domain.errors import NotOfferedError, UnusableAssistantError
from desktop_app.domain.ids import OperationId, ThreadId
from desktop_app.domain.operations import Operation, OperationStatus
from desktop_app.domain.providers import can_defer
from desktop_app.headless.command import FAILED, OK, Asked, UsageError, error_words

LOOK_S = 1.0
"""How often ``check --wait`` looks for what another program ends; what this one ends it hears of at once."""
ENDED_SHOWN = 1000


def add_words(parser: argparse.ArgumentParser) -> None:
    """The words of ``outbox``."""
    parser.set_defaults(action="list", all=False)
    actions = parser.add_subparsers(dest="action")
    order = "ID, age, next check, status, thread; oldest first."
    listing = actions.add_parser("list", help="what is awaited; so does no word at all", description=order)
    listing.add_argument("--all", action="store_true", help="what has ended as well")
    asking = "Asks for all that wait, and prints what arrived."
    check = actions.add_parser("check", help="asks for what is awaited", description=asking)
    check.add_argument("--wait", action="store_true", help="until nothing waits any more")
    actions.add_parser("cancel", help="gives a request up").add_argument("id")


def run(asked: Asked) -> int:
    """What ``outbox`` was asked to do."""
    match asked.options.action:
        case "check":
            return _check(asked)
        case "cancel":
            _cancel(asked, OperationId(asked.options.id))
        case _:
            _list(asked)
    return OK


def must_defer(asked: Asked, assistant: Assistant) -> None:
    """Raises UnusableAssistantError or NotOfferedError if the assistant's service takes no deferred requests."""
    connection_id = assistant.settings.connection_id
    connection = asked.wait(asked.backend.connections.connection_of(connection_id)) if connection_id else None
    if connection is None:
        raise UnusableAssistantError("the assistant has no connection")
    if not can_defer(connection):
        raise NotOfferedError(f"{connection.name} takes no deferred requests")


def send(asked: Asked, thread_id: ThreadId, text: str, assistant: Assistant) -> int:
    """Send a deferred request, and print its id once that is stored."""
    operation = asked.wait(asked.backend.operations.send(thread_id, text, assistant))
    if operation.status is OperationStatus.FAILED:
        print(f"nitka: failed: {_ending(operation)}", file=sys.stderr)
        return FAILED
    print(operation.id)
    return OK


def _list(asked: Asked) -> None:
    records, now = asked.backend.operation_records, datetime.now(UTC)
    shown = asked.wait(records.recent(ENDED_SHOWN))[::-1] if asked.options.all else asked.wait(records.open())
    for operation in shown:
        age, check = _span(now - operation.sent_at), operation.next_check_at
        due = "-" if check is None else f"in {_span(check - now)}"
        print(f"{operation.id}  {age}  {due}  {operation.status}  {operation.thread_name or '(new thread)'}")


def _check(asked: Asked) -> int:
    asked.wait(asked.backend.operations.check_now())
    printed: set[OperationId] = set()
    while True:
        still_open = asked.wait(asked.backend.operation_records.open())
        endings = [one for one in _ended_since_the_start(asked) if one.id not in printed]
        for operation in endings:
            _print_ending(asked, operation)
            printed.add(operation.id)
        if not still_open or not asked.options.wait:
            break
        _wait_for_news(asked)
    if not printed:
        print(f"nothing has arrived; open: {len(still_open)}")
        for operation in still_open:
            if operation.error:
                print(f"nitka: {operation.id}: {error_words(operation.error)}", file=sys.stderr)
    failed = (OperationStatus.FAILED, OperationStatus.LOST)
    return FAILED if any(one.status in failed for one in _ended_since_the_start(asked)) else OK


def _ended_since_the_start(asked: Asked) -> list[Operation]:
    """What ended while this command ran, whoever asked for it: the backend itself does from its start on."""
    recent = asked.wait(asked.backend.operation_records.recent(ENDED_SHOWN))
    return [one for one in reversed(recent) if one.finished_at and one.finished_at >= asked.began_at]


def _wait_for_news(asked: Asked) -> None:
    try:
        asked.facts.get(timeout=LOOK_S)
    except queue.Empty:
        return


def _print_ending(asked: Asked, operation: Operation) -> None:
    print(f"{operation.id}  {operation.status}  {operation.thread_name or '(new thread)'}")
    message = asked.wait(asked.backend.conversations.message(operation.message_id))
    print(message.text if message and operation.status is OperationStatus.DONE else _ending(operation))
    print(flush=True)


def _ending(operation: Operation) -> str:
    return error_words(operation.error) if operation.error else operation.status.value


def _cancel(asked: Asked, operation_id: OperationId) -> None:
    operation = asked.wait(asked.backend.operation_records.operation(operation_id))
    if operation is None:
        raise UsageError(f"there is no operation {operation_id}")
    if not operation.status.is_open:
        raise UsageError(f"operation {operation_id} has ended already: {operation.status}")
    asked.wait(asked.backend.operations.cancel(operation_id))


def _span(span: timedelta) -> str:
    """A time span in its largest whole unit; what lies in the past is now."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
