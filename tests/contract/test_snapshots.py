"""Growing snapshots make exactly one right message, whatever wire they come over.

The AI Assistant API and Yandex text generation repeat the whole text in each event, and a snapshot need not continue
the one before it.  Their adapters are not there yet; ``SnapshotService`` stands for them, and the snapshot mode of some
Chat Completions gateways is the same over a real wire.
"""

from collections.abc import AsyncGenerator

import pytest

from desktop_app.controllers.endings import one_ending
from desktop_app.domain.connections import Connection, ConnectionKind, ConnectionReport, Model
from desktop_app.domain.events import RunAccepted, RunEnded, RunEvent, TextReplaced
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.normaliser import Normaliser, TextEdit, merge
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Author, Status
from desktop_app.services.openai.chat_completions import ChatCompletionsService
from tests.servers import ChatServer, delta, events, snapshot, snapshots

REQUEST = RunRequest("request-1", "m", "", (PromptMessage(Author.USER, "Hi"),), 0.3)

SEQUENCES = [
    pytest.param(["Да", "Да, ко", "Да, конечно", "Да, конечно."], id="growing"),
    pytest.param(["Да", "Да, ко", "Нет, это", "Нет, это не так."], id="one that continues nothing"),
    pytest.param(["Да", "Да, конечно", "Да, конечно", "Да, конечно."], id="a duplicate"),
    pytest.param(["Да, конечно", "Да", "Да."], id="one that shrinks"),
    pytest.param(["\U0001f994", "\U0001f994\u0301 и ёж"], id="marks that join what was there"),
]


class SnapshotService:
    """Answers with snapshots; the last one comes twice, then the ending, then a careless second ending."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts

    async def run(self, _: RunRequest) -> AsyncGenerator[RunEvent, None]:
        yield RunAccepted("run-1")
        for text in [*self._texts, self._texts[-1]]:
            yield TextReplaced(text)
        yield RunEnded(Status.COMPLETED)
        yield TextReplaced(self._texts[-1] + " again")
        yield RunEnded(Status.COMPLETED)

    async def models(self) -> tuple[Model, ...]:
        return ()

    async def test(self) -> ConnectionReport:
        return ConnectionReport(0.0)

    async def close(self) -> None:
        pass


async def message_of(service: Service, prefix: str = "") -> tuple[str, list[TextEdit], list[RunEnded]]:
    """The message as it is kept and as the edits make it, and the endings."""
    normaliser = Normaliser(prefix)
    edits: list[TextEdit] = []
    endings: list[RunEnded] = []
    async for event in one_ending(service.run(REQUEST)):
        if edit := normaliser.feed(event):
            edits.append(edit)
        if isinstance(event, RunEnded):
            endings.append(event)
    return normaliser.text, edits, endings


def applied(before: str, edits: list[TextEdit]) -> str:
    for edit in edits:
        before = edit.apply(before)
    return before


@pytest.mark.parametrize("prefix", ["", "Как было. "])
@pytest.mark.parametrize("texts", SEQUENCES)
async def test_snapshots_make_one_right_message(texts: list[str], prefix: str) -> None:
    text, edits, endings = await message_of(SnapshotService(texts), prefix)
    assert text == prefix + texts[-1]
    assert applied(prefix, edits) == merge(edits).apply(prefix) == text
    assert endings == [RunEnded(Status.COMPLETED)]
    assert len(edits) <= len(texts)


@pytest.mark.parametrize("texts", SEQUENCES)
async def test_snapshots_over_chat_completions_make_one_right_message(texts: list[str]) -> None:
    async with ChatServer(snapshots(*texts), key=None) as server:
        service = ChatCompletionsService(_connection(server.base_url), Credentials())
        text, edits, endings = await message_of(service)
        await service.close()
    assert text == applied("", edits) == texts[-1]
    assert endings == [RunEnded(Status.COMPLETED)]


async def test_deltas_that_end_in_a_snapshot_are_not_doubled() -> None:
    whole = snapshot("Four.", "stop")
    async with ChatServer(
        events(delta("Fo"), delta("ur."), whole, whole, "[DONE]", whole), key=None
    ) as server:
        service = ChatCompletionsService(_connection(server.base_url), Credentials())
        text, edits, endings = await message_of(service)
        await service.close()
    assert text == "Four."
    assert [edit.text for edit in edits] == ["Fo", "ur."]
    assert endings == [RunEnded(Status.COMPLETED)]


async def test_a_growing_text_costs_what_is_new() -> None:
    _, edits, _ = await message_of(SnapshotService(["a" * length for length in (10, 20, 30)]))
    assert [(edit.keep, len(edit.text)) for edit in edits] == [(0, 10), (10, 10), (20, 10)]


def _connection(base_url: str) -> Connection:
    return Connection(ConnectionId("c"), ConnectionKind.CHAT, "Test", base_url)
