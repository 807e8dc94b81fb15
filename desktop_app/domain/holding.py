"""What a service holds of a thread, and when that may be relied on.

A thread there, or a chain of replies, spares sending the history once more.  It is claimed only while it says word for
word what the path here says: an answer to something that the user has edited or deleted would be worse than a longer
request.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop_app.domain.connections import Connection
from desktop_app.domain.ids import MessageId
from desktop_app.domain.prompt import Cut, Held, expanded
from desktop_app.domain.providers import can_chain, kind_of, provider_of
from desktop_app.domain.remote import RemoteThread
from desktop_app.domain.threads import Message, Status

MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HoldingRules:
    """How a service holds threads; without ``is_whole`` it holds chains, which are never longer than what is sent.

    A chain belongs to one ``model`` and is forgotten after ``kept_for``.
    """

    is_whole: bool = False
    model: str = ""
    kept_for: timedelta | None = None


def holding_rules(connection: Connection, model: str) -> HoldingRules | None:
    """How the service behind ``connection`` holds threads, None when it does not."""
    if kind_of(connection).truncates_itself:
        return HoldingRules(is_whole=True)
    if not can_chain(connection):
        return None
    days = provider_of(connection).keeps_replies_days
    return HoldingRules(model=model, kept_for=timedelta(days=days) - MARGIN if days else None)


def digest(messages: Iterable[Message]) -> str:
    """A fingerprint of who said and called what, in which order; empty messages say nothing."""
    from hashlib import sha256  # not before somebody asks: it loads OpenSSL

    found = sha256()
    for message in messages:
        for one in expanded(message):
            said = [(one.author.value, one.text)] if one.text or not one.calls else []
            for who, words in [*said, *((call.name, call.arguments) for call in one.calls)]:
                text = words.encode("utf-8", "surrogatepass")
                found.update(f"{who} {len(text)} ".encode("utf-8", "surrogatepass"))
                found.update(text)
    return found.hexdigest()


def held_part(
    remote: RemoteThread, spoken: Sequence[Message], part: Cut, rules: HoldingRules, now: datetime
) -> Held | None:
    """How much of ``part`` the service holds, None when it holds anything else as well.

    ``spoken`` is the path of messages that say something, oldest first, whose end ``part`` is.
    """
    if rules.kept_for is not None and now - remote.noted_at > rules.kept_for:
        return None
    if not rules.is_whole and remote.model != rules.model:
        return None
    first, end = _place(spoken, remote.first), _place(spoken, remote.last)
    if first is None or end is None:
        return None
    end += 1
    starts_well = first <= part.dropped if rules.is_whole else first == part.dropped
    if not starts_well or not part.dropped <= end < len(spoken) or remote.count != end - first:
        return None
    if spoken[end - 1].status is not Status.COMPLETED or digest(spoken[first:end]) != remote.digest:
        return None
    return Held(remote.remote_id, end - part.dropped)


def held_after(
    remote_id: str,
    before: RemoteThread | None,
    spoken: Sequence[Message],
    part: Cut,
    reply: Message,
    model: str,
    now: datetime,
) -> RemoteThread:
    """What the service holds under ``remote_id`` when ``reply`` has come whole as the answer to ``part``.

    ``before`` is what it held when it was asked: a thread there keeps its name and has grown, whatever has another
    name begins with ``part``.
    """
    first = _place(spoken, before.first) if before and before.remote_id == remote_id else None
    messages = [*spoken[part.dropped if first is None else first :], reply]
    return RemoteThread(remote_id, messages[0].id, reply.id, len(messages), model, now, digest(messages))


def _place(messages: Sequence[Message], message_id: MessageId) -> int | None:
    return next((index for index, message in enumerate(messages) if message.id == message_id), None)
