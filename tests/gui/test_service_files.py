"""Files and search indexes at a service, seen and handled from an assistant's settings."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QListView, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.controllers.facts import RemoteFilesProgressed
from desktop_app.controllers.remote_files import RemoteFilesController
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.errors import UnreachableError
from desktop_app.domain.files import Chunking
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.remote_files import RemoteFile, RemoteIndex
from desktop_app.domain.tools import SearchTool
from desktop_app.qt.remote_file_intents import RemoteFileIntents
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.fields import TextArea
from desktop_app.widgets.dialogs.icon_rows import ASIDE_ROLE
from desktop_app.widgets.dialogs.service_files import ServiceFiles
from desktop_app.widgets.dialogs.tools_page import ToolsPage
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.gui.test_tools_in_dialog import open_settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD = Connection(ConnectionId("old"), ConnectionKind.ASSISTANT_API, "Old", folder="b1g")


class Folder(RemoteFilesController):
    """A service's folder in the test's hands.

    With ``is_slow`` indexes and ``is_slow_to_list`` lists never come; files are sent once ``gate`` is open.
    """

    def __init__(self) -> None:
        self.files = [RemoteFile(f"f{n}", f"{n}.pdf", "application/pdf", NOW) for n in range(3)]
        self.indexes = [RemoteIndex("i0", "Contracts", NOW)]
        self.made: list[tuple[str, tuple[str, ...], Chunking]] = []
        self.is_slow = self.is_slow_to_list = self.is_broken = self.was_cancelled = False
        self.lists_asked = 0
        self.gate: asyncio.Event | None = None
        self.sending = 0
        self.refusal: UnreachableError | None = None

    async def list(self, connection_id: ConnectionId) -> tuple[list[RemoteFile], list[RemoteIndex]]:
        assert connection_id == OLD.id
        self.lists_asked += 1
        if self.is_slow_to_list:
            await asyncio.Event().wait()
        if self.is_broken:
            raise UnreachableError("no route", step="connect")
        return [*self.files], [*self.indexes]

    async def upload(self, connection_id: ConnectionId, paths: Sequence[Path]) -> None:
        self.sending += 1
        if self.gate:
            await self.gate.wait()
        if self.refusal:
            raise self.refusal
        self.files += [RemoteFile(path.name, path.name, "", NOW) for path in paths]

    async def make_index(
        self, connection_id: ConnectionId, name: str, file_ids: Sequence[str], chunking: Chunking
    ) -> RemoteIndex:
        self.made.append((name, tuple(file_ids), chunking))
        if self.is_slow:
            try:
                await asyncio.Event().wait()
            finally:
                self.was_cancelled = True
        index = RemoteIndex("i1", name, NOW)
        self.indexes.insert(0, index)
        return index

    async def delete_file(self, connection_id: ConnectionId, remote_id: str) -> None:
        self.files = [file for file in self.files if file.remote_id != remote_id]

    async def delete_index(self, connection_id: ConnectionId, remote_id: str) -> None:
        self.indexes = [index for index in self.indexes if index.remote_id != remote_id]


@asynccontextmanager
async def opened(app: QApplication, path: Path) -> AsyncIterator[tuple[Scene, ToolsPage, Folder]]:
    """The page with the section unfolded and read."""
    folder = Folder()
    theme = Theme(resources_dir(), app)
    theme.set_mode("light")
    async with living_window(app, path) as scene:
        remote = RemoteFileIntents(
            replace(scene.backend, remote_files=folder),
            scene.intents,
            start=scene.intents._tasks.start,
            answer=scene.intents._answer,
        )
        page = ToolsPage(theme)
        page.resize(700, 600)
        page.serve(scene.intents.files, remote, scene.intents.functions)
        page.show_settings(replace(scene.assistant.settings, search=SearchTool()))
        page.set_connection(OLD)
        page.show()
        click(page, "service_open")
        await until(lambda: names(page, "service_files") or folder.is_broken)
        try:
            yield scene, page, folder
        finally:
            remote.cancel(OLD.id)
            page.deleteLater()
            await scene.settled()


def find(page: QWidget, name: str) -> QWidget:
    found = page.findChild(QWidget, name)
    assert found is not None, name
    return found


def click(page: QWidget, name: str) -> None:
    found = page.findChild(QAbstractButton, name)
    assert found is not None, name
    assert found.isEnabled(), name
    found.click()


def view(page: QWidget, name: str) -> QListView:
    found = page.findChild(QListView, name)
    assert found is not None
    return found


def names(page: QWidget, name: str) -> list[str]:
    model = view(page, name).model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def choose(page: QWidget, name: str, row: int) -> None:
    view(page, name).setCurrentIndex(view(page, name).model().index(row, 0))


def index_ids(page: ToolsPage) -> tuple[str, ...]:
    search = page._search.search()
    assert search is not None
    return search.index_ids


def is_free(page: QWidget) -> bool:
    return find(page, "service_upload").isEnabled()


async def test_what_is_there_is_read_when_it_is_asked_for(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with opened(qapp, tmp_path) as (_, page, folder):
        assert names(page, "service_files") == ["0.pdf", "1.pdf", "2.pdf"]
        assert names(page, "service_indexes") == ["Contracts"]
        await until(lambda: is_free(page))
        folder.is_broken = True
        click(page, "service_refresh")
        await until(lambda: find(page, "service_problem").isVisible())
        assert is_free(page)


async def test_an_index_of_chosen_files_is_made_and_used(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with opened(qapp, tmp_path) as (_, page, folder):
        await until(lambda: is_free(page))
        choose(page, "service_files", 0)
        QTest.keyClick(view(page, "service_files"), Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        name = find(page, "service_index_name")
        assert isinstance(name, QLineEdit)
        QTest.keyClicks(name, "Leases")
        click(page, "service_make_index")
        await until(lambda: index_ids(page) == ("i1",))
        assert folder.made == [("Leases", ("f0", "f1"), Chunking())]
        await until(lambda: names(page, "service_indexes") == ["Leases", "Contracts"])
        assert view(page, "service_indexes").model().index(0, 0).data(ASIDE_ROLE) == "Used here"
        choose(page, "service_indexes", 1)
        click(page, "service_use_index")
        assert index_ids(page) == ("i0",)
        area = page.findChild(TextArea, "search_indexes")
        assert area is not None
        assert area.text() == "i0"


async def test_making_an_index_is_told_and_can_be_given_up(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with opened(qapp, tmp_path) as (_, page, folder):
        await until(lambda: is_free(page))
        folder.is_slow = True
        choose(page, "service_files", 2)
        name = find(page, "service_index_name")
        QTest.keyClicks(name, "Leases")
        click(page, "service_make_index")
        await until(lambda: folder.made)
        assert not is_free(page)
        assert "Leases" in find(page, "service_progress").property("text")
        page._service._show_progress(RemoteFilesProgressed(OLD.id, "a.pdf", 1, 3))
        assert find(page, "service_progress").property("text") == "Sending a.pdf: 2 of 3"
        click(page, "service_cancel")
        await until(lambda: folder.was_cancelled and is_free(page))
        assert index_ids(page) == ()


async def test_reading_that_something_else_replaces_ends_nothing(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with opened(qapp, tmp_path) as (_, page, folder):
        await until(lambda: is_free(page))
        folder.is_slow = folder.is_slow_to_list = True
        click(page, "service_refresh")
        await until(lambda: folder.lists_asked == 2)
        intents = page._service._intents
        assert intents is not None
        ended: list[object] = []
        intents.ended.connect(lambda _, error: ended.append(error))
        intents.make_index(OLD.id, "Leases", ["f0"], Chunking())
        await until(lambda: folder.made)
        assert ended == []


async def test_deleting_asks_first_since_it_is_on_the_server(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with opened(qapp, tmp_path) as (_, page, folder):
        await until(lambda: is_free(page))
        choose(page, "service_files", 1)
        click(page, "service_delete_file")
        click(page, "service_keep")
        assert len(folder.files) == 3
        click(page, "service_delete_file")
        click(page, "service_delete")
        await until(lambda: names(page, "service_files") == ["0.pdf", "2.pdf"])
        await until(lambda: is_free(page))
        choose(page, "service_indexes", 0)
        click(page, "service_delete_index")
        click(page, "service_delete")
        await until(lambda: not folder.indexes and not names(page, "service_indexes"))


async def test_sent_files_stand_in_the_list(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with opened(qapp, tmp_path) as (_, page, _folder):
        await until(lambda: is_free(page))
        page._service._send([str(tmp_path / "new.pdf")])
        await until(lambda: names(page, "service_files")[-1] == "new.pdf")


async def test_another_connection_shows_nothing_of_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with opened(qapp, tmp_path) as (_, page, _folder):
        await until(lambda: is_free(page))
        choose(page, "service_files", 1)
        click(page, "service_delete_file")
        page.set_connection(replace(OLD, kind=ConnectionKind.CHAT))
        assert not find(page, "service_open").isVisible()
        page.set_connection(OLD)
        assert find(page, "service_open").isVisible()
        assert names(page, "service_files") == []
        assert page._service._question.isHidden()


# -- closed while something goes on


@asynccontextmanager
async def holding(app: QApplication, path: Path) -> AsyncIterator[tuple[Scene, Folder]]:
    """The window with an assistant whose service holds files; whatever is sent waits for the folder's gate."""
    folder = Folder()
    folder.gate = asyncio.Event()
    async with living_window(app, path) as scene:
        scene.intents.remote_files._backend = replace(scene.backend, remote_files=folder)
        await scene.backend.connection_records.add(OLD)
        settings = replace(scene.assistant.settings, connection_id=OLD.id, search=SearchTool())
        await scene.backend.assistants.save_version(scene.assistant.id, settings)
        yield scene, folder
        scene.intents.remote_files.cancel(OLD.id)
        await scene.settled()


async def unfold(scene: Scene) -> tuple[AssistantDialog, ServiceFiles]:
    dialog = await open_settings(scene)
    page = dialog.findChild(ServiceFiles)
    assert page is not None
    click(page, "service_open")
    await until(lambda: names(page, "service_files"))
    return dialog, page


async def send_and_close(scene: Scene, folder: Folder, name: str = "new.pdf") -> None:
    dialog, page = await unfold(scene)
    await until(lambda: is_free(page))
    page._send([name])
    await until(lambda: folder.sending)
    scene.intents.remote_files.take(RemoteFilesProgressed(OLD.id, name, 0, 1))
    dialog.reject()
    await until(lambda: scene.window.findChild(AssistantDialog) is None)


async def let_through(scene: Scene, folder: Folder) -> None:
    async def open_gate() -> None:
        assert folder.gate is not None
        folder.gate.set()

    await scene.backend.worker.ask(open_gate())


def notice(scene: Scene) -> str:
    label = scene.window.findChild(QLabel, "notice_text")
    return label.text() if label is not None and label.isVisible() else ""


async def test_sending_goes_on_when_the_settings_are_closed_and_its_end_is_told(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with holding(qapp, tmp_path) as (scene, folder):
        await send_and_close(scene, folder)
        await let_through(scene, folder)
        await until(lambda: notice(scene).startswith("1 file"))
        assert folder.files[-1].name == "new.pdf"


async def test_sending_that_fails_after_the_settings_were_closed_says_why(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with holding(qapp, tmp_path) as (scene, folder):
        folder.refusal = UnreachableError("no route", step="connect")
        await send_and_close(scene, folder)
        await let_through(scene, folder)
        await until(lambda: notice(scene).startswith("Not all files were sent to the service. "))
        assert len(notice(scene)) > 50


async def test_opened_again_the_settings_show_what_goes_on_and_can_stop_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with holding(qapp, tmp_path) as (scene, folder):
        await send_and_close(scene, folder)
        dialog, page = await unfold(scene)
        assert find(page, "service_progress").property("text") == "Sending new.pdf: 1 of 1"
        for _ in range(2):  # folded and unfolded
            click(page, "service_open")
        await until(lambda: folder.lists_asked == 3)
        assert not is_free(page)
        click(page, "service_cancel")
        await until(lambda: is_free(page))
        dialog.reject()
        await scene.settled()
        assert len(folder.files) == 3
        assert notice(scene) == ""


async def test_an_index_is_used_only_where_it_was_asked_for(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with holding(qapp, tmp_path) as (scene, _):
        intents = scene.intents.remote_files
        _, page = await unfold(scene)
        await until(lambda: is_free(page))
        chosen: list[str] = []
        page.index_chosen.connect(chosen.append)
        intents.make_index(
            OLD.id, "Leases", ["f0"], Chunking()
        )  # by the settings of another assistant, closed since
        intents.leave()
        await until(lambda: "“Leases” is ready" in notice(scene))
        await until(lambda: names(page, "service_indexes") == ["Leases", "Contracts"])
        assert chosen == []
