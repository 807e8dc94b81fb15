"""The real window on real parts for tests: store, worker, HTTP; only what the service says is in the test's hands."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.library import Beginning
from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, ThreadId, new_id
from desktop_app.domain.threads import Message
from desktop_app.export.markdown import Labels
from desktop_app.qt.bridge import Bridge
from desktop_app.qt.intents import Intents
from desktop_app.session import serve
from desktop_app.startup import Opened
from desktop_app.store.profile import Profile
from desktop_app.store.settings import load_settings, load_window
from desktop_app.widgets.main_window import MainWindow
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from tests.conftest import until
from tests.servers import Behaviour, ChatServer, Exchange, delta

Part = TypeVar("Part", bound=QWidget)


class Prompter:
    """Answers each question with what the test says, piece by piece; ``refusals`` come first."""

    def __init__(self) -> None:
        self.refusals: list[Behaviour] = []
        self._said: defaultdict[str, asyncio.Queue[str | None]] = defaultdict(asyncio.Queue)

    def say(self, question: str, *pieces: str) -> None:
        """Go on with the reply to ``question``."""
        for piece in pieces:
            self._said[question].put_nowait(piece)

    def end(self, question: str) -> None:
        """Complete the reply to ``question``."""
        self._said[question].put_nowait(None)

    def answer(self, question: str, *pieces: str) -> None:
        """Say everything at once."""
        self.say(question, *pieces)
        self.end(question)

    async def __call__(self, exchange: Exchange) -> None:
        if self.refusals:
            await self.refusals.pop(0)(exchange)
            return
        await exchange.head()
        replying = asyncio.create_task(self._reply(exchange))
        leaving = asyncio.create_task(exchange.reader.read(1))
        done, left = await asyncio.wait((replying, leaving), return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if replying in done:
            replying.result()

    async def _reply(self, exchange: Exchange) -> None:
        said = self._said[exchange.body["messages"][-1]["content"]]
        while (piece := await said.get()) is not None:
            await exchange.event(delta(piece))
        for last in (delta(finish="stop"), "[DONE]"):
            await exchange.event(last)
        await exchange.end()


@dataclass
class Scene:
    """The window, what stands behind it, and the hands of a user."""

    window: MainWindow
    backend: Backend
    intents: Intents
    profile: Profile
    prompter: Prompter
    server: ChatServer
    assistant: Assistant
    living: "asyncio.Task[None]"

    def find(self, kind: type[Part], name: str) -> Part:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    # -- what the user does

    @property
    def composer(self) -> QPlainTextEdit:
        return composer_of(self.window)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.composer, text)

    def press(self, key: Qt.Key, widget: QWidget | None = None) -> None:
        QTest.keyClick(widget or self.composer, key)

    def send(self, text: str) -> None:
        self.type(text)
        self.press(Qt.Key.Key_Return)

    async def ask(self, text: str, *pieces: str) -> None:
        """Send and wait for the end of the reply."""
        self.prompter.answer(text, *pieces)
        self.send(text)
        await until(lambda: self.shown()[-2:] == [text, "".join(pieces)] and not self.is_running)

    async def new_thread(self) -> ThreadId:
        before = self.thread_id
        self.intents.new_thread()
        await until(lambda: self.thread_id != before)
        return self.thread_id

    async def open(self, thread_id: ThreadId) -> None:
        self.intents.open_thread(thread_id)
        await until(lambda: self.window.messages.thread_id == thread_id)

    # -- what the user sees

    @property
    def thread_id(self) -> ThreadId:
        found = self.window.messages.thread_id
        assert found is not None
        return found

    @property
    def is_running(self) -> bool:
        return not self.find(QWidget, "stop").isHidden()

    def shown(self) -> list[str]:
        """The words of the messages from the top, as far as they are loaded."""
        transcript = self.window.messages.transcript
        if not transcript.isVisible():
            return []
        messages = transcript.page.messages
        entries = [entry for place in range(messages.total) if (entry := messages.at(place)) is not None]
        return ["\n".join(item.plain for item in entry.items) for entry in entries]

    async def stored(self, thread_id: ThreadId | None = None) -> list[Message]:
        conversations = self.backend.conversations
        return await conversations.messages(thread_id or self.thread_id)

    async def stored_texts(self, thread_id: ThreadId | None = None) -> list[str]:
        return [message.text for message in await self.stored(thread_id)]

    async def settled(self) -> None:
        """Wait until nothing that was asked for is still being done."""
        await until(lambda: not self.intents._tasks._tasks)

    async def draft(self, thread_id: ThreadId | None = None) -> str:
        thread = await self.backend.conversations.thread(thread_id or self.thread_id)
        assert thread is not None
        return thread.draft


def composer_of(window: MainWindow) -> QPlainTextEdit:
    found = window.findChild(QPlainTextEdit, "composer")
    assert found is not None
    return found


def make_window(app: QApplication, profile: Profile) -> Opened:
    """The window as it stands after the first paint."""
    # What other tests left is destroyed here: a QObject that Python collects on another thread takes Qt down.
    gc.collect()
    profile.prepare()
    theme = Theme(resources_dir(), app)
    settings = load_settings(profile).value
    window = MainWindow(theme, settings, load_window(profile).value)
    window.show()
    return Opened(app, window, theme, settings, [], [])


def make_backend(profile: Profile, bridge: Bridge) -> Backend:
    """Everything behind the window; the keyring is not asked, since no connection of the tests has a key."""
    profile_id = load_settings(profile).value.profile_id
    return open_backend(profile, profile_id, bridge.post, labels=Labels(), beginning=Beginning())


async def make_assistant(backend: Backend, base_url: str) -> Assistant:
    """The only assistant: one that asks the test's server."""
    connection = Connection(ConnectionId(new_id()), ConnectionKind.CHAT, "Loopback", base_url)
    await backend.connection_records.add(connection)
    for known in await backend.assistants.assistants():
        await backend.assistants.trash(known.id)
    settings = AssistantSettings("Tester", instruction="", connection_id=connection.id, model="scripted")
    return await backend.assistants.create(settings)


@asynccontextmanager
async def living_window(app: QApplication, folder: Path, *, typed_early: str = "") -> AsyncIterator[Scene]:
    """The window with a thread open, at first an empty one; at the end it is closed as a user closes it."""
    prompter = Prompter()
    async with ChatServer(prompter, key=None) as server:
        profile = Profile.at(folder)
        opened = make_window(app, profile)
        QTest.keyClicks(composer_of(opened.window), typed_early)
        bridge = Bridge()
        backend = make_backend(profile, bridge)
        assistant = await make_assistant(backend, server.base_url)
        intents, leaving = Intents(backend, bridge), asyncio.Event()
        opened.window.closed.connect(leaving.set)
        living = asyncio.create_task(serve(opened, profile, backend, intents, leaving))
        scene = Scene(opened.window, backend, intents, profile, prompter, server, assistant, living)
        try:
            await until(lambda: opened.window.messages.thread_id is not None)
            yield scene
        finally:
            opened.window.close()
            await living
            opened.window.deleteLater()
    assert not list(profile.locks.glob("*.process"))
