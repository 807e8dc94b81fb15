"""Files at a service, from the window to a strict server: sent, indexed, used, cited, deleted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLineEdit,
    QListView,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, new_id
from desktop_app.domain.threads import Status
from desktop_app.domain.tools import SearchTool
from desktop_app.widgets.details.rows import DetailRows
from desktop_app.widgets.details.tab import Tab
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.icon_rows import ASIDE_ROLE
from tests.assistants_folder import FOLDER, MODEL, citation
from tests.assistants_server import AssistantsServer, Script
from tests.conftest import until
from tests.gui.living_window import Scene, living_window

Key = Qt.Key
SENTENCE = "The tenant pays the rent by the fifth day."
REPLY = "By the fifth day."
CONTENTS = {"lease.txt": SENTENCE.encode(), "заметки.md": "Позвонить хозяину.\n".encode()}

Found = TypeVar("Found", bound=QWidget)


@dataclass
class Held:
    """A window whose assistant answers through the server."""

    scene: Scene
    server: AssistantsServer
    sources: Path

    async def settings(self) -> AssistantSettings:
        """Those that are kept."""
        kept = await self.scene.backend.assistants.assistant(self.scene.assistant.id)
        assert kept is not None
        return kept.settings


@asynccontextmanager
async def held(app: QApplication, folder: Path) -> AsyncIterator[Held]:
    sources = folder / "sources"
    sources.mkdir()
    for name, content in CONTENTS.items():
        (sources / name).write_bytes(content)
    async with (
        AssistantsServer(accepted=set(), checks=2) as server,
        living_window(app, folder / "profile") as scene,
    ):
        connection = Connection(
            ConnectionId(new_id()), ConnectionKind.ASSISTANT_API, "Held", server.base_url, folder=FOLDER
        )
        await scene.backend.connection_records.add(connection)
        settings = replace(
            scene.assistant.settings, connection_id=connection.id, model=MODEL, search=SearchTool()
        )
        await scene.backend.assistants.save_version(scene.assistant.id, settings)
        yield Held(scene, server, sources)


def find(page: QWidget, kind: type[Found], name: str) -> Found:
    found = page.findChild(kind, name)
    assert isinstance(found, kind), name
    return found


def click(page: QWidget, name: str) -> None:
    found = find(page, QAbstractButton, name)
    assert found.isEnabled(), name
    found.click()


def rows(page: QWidget, name: str, role: int = Qt.ItemDataRole.DisplayRole) -> list[str]:
    model = find(page, QListView, name).model()
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


def choose(page: QWidget, name: str, *chosen: str) -> None:
    view = find(page, QListView, name)
    for text in chosen:
        index = view.model().index(rows(page, name).index(text), 0)
        view.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)


def is_free(page: QWidget) -> bool:
    return find(page, QWidget, "service_upload").isEnabled()


async def opened(scene: Scene) -> AssistantDialog:
    """The settings of the assistant, with what is at the service."""
    scene.window._actions["assistant_settings"].trigger()
    await until(lambda: scene.window.findChild(AssistantDialog) is not None)
    dialog = find(scene.window, AssistantDialog, "assistant_dialog")
    click(dialog, "service_open")
    await until(lambda: is_free(dialog))
    return dialog


async def test_files_are_sent_indexed_used_cited_and_deleted_at_the_service(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with held(qapp, tmp_path) as here:
        scene, folder = here.scene, here.server.folder
        dialog = await opened(scene)
        await sends(dialog, here.sources)
        assert sorted(folder.contents.values()) == sorted(CONTENTS.values())
        index_id = await indexes(dialog, here.server)
        click(dialog, "assistant_save")
        await until(lambda: scene.window.findChild(AssistantDialog) is None)
        await scene.settled()
        search = (await here.settings()).search
        assert search is not None
        assert search.index_ids == (index_id,)
        await asks(here, index_id)
        await opens_the_citation(scene)
        await deletes(await opened(scene), here.server)


async def sends(dialog: QWidget, sources: Path) -> None:
    """Choose the files as a user does, and wait until they are there."""
    click(dialog, "service_upload")
    chooser = find(dialog, QFileDialog, "service_dialog")
    chooser.setDirectory(str(sources))
    name = find(chooser, QLineEdit, "fileNameEdit")
    name.setText(" ".join(f'"{one}"' for one in CONTENTS))
    QTest.keyClick(name, Key.Key_Return)
    await until(lambda: set(rows(dialog, "service_files")) == set(CONTENTS) and is_free(dialog))


async def indexes(dialog: QWidget, server: AssistantsServer) -> str:
    """Make an index of both files, which is used from then on; its id."""
    choose(dialog, "service_files", *CONTENTS)
    QTest.keyClicks(find(dialog, QLineEdit, "service_index_name"), "Leases")
    click(dialog, "service_make_index")
    assert "Leases" in find(dialog, QWidget, "service_progress").property("text")
    await until(lambda: rows(dialog, "service_indexes", ASIDE_ROLE) == ["Used here"] and is_free(dialog))
    assert rows(dialog, "service_indexes") == ["Leases"]
    [(index_id, file_ids)] = server.folder.indexed.items()
    assert set(file_ids) == set(server.folder.files)
    return index_id


async def asks(here: Held, index_id: str) -> None:
    """The service is told to search in the index, and what it cites is kept with the reply."""
    scene, files = here.scene, here.server.folder.files
    [lease] = [file_id for file_id, file in files.items() if file.name == "lease.txt"]
    here.server.scripts.append(Script((), REPLY, citations=[citation("lease.txt", SENTENCE, lease)]))
    scene.send("When is the rent due?")
    await until(lambda: REPLY in "".join(scene.shown()[-1:]) and not scene.is_running)
    [run] = here.server.requests("RunService.Create")
    assistant = here.server.folder.assistants[run.assistant_id]
    [tool] = [tool.search_index for tool in run.tools or assistant.tools if tool.HasField("search_index")]
    assert list(tool.search_index_ids) == [index_id]
    reply = (await scene.stored())[-1]
    assert reply.status is Status.COMPLETED
    assert [(one.title, one.fragment) for one in reply.citations] == [("lease.txt", SENTENCE)]


async def opens_the_citation(scene: Scene) -> None:
    """The file is not on this device: what was used of it is shown."""
    scene.window.resize(1300, 900)
    scene.window._actions["details"].trigger()
    await until(lambda: scene.window.findChild(DetailRows, "citation_rows") is not None)
    find(scene.window, QTabBar, "details_tabs").setCurrentIndex(Tab.CITATIONS)
    cited = find(scene.window, DetailRows, "citation_rows")
    await until(lambda: len(cited.rows) == 2)
    assert cited.rows[0].title == "lease.txt"
    cited.select(0)
    QTest.keyClick(cited, Key.Key_Return)
    source = find(scene.window, QTextEdit, "source_text")
    await until(lambda: source.isVisible() and SENTENCE in source.toPlainText())
    assert (
        "not in the library on this device" in find(scene.window, QWidget, "source_notice").accessibleName()
    )


async def deletes(dialog: QWidget, server: AssistantsServer) -> None:
    """The index and both files, each after a question."""
    choose(dialog, "service_indexes", "Leases")
    click(dialog, "service_delete_index")
    click(dialog, "service_delete")
    await until(lambda: not server.folder.indexes and not rows(dialog, "service_indexes") and is_free(dialog))
    for name in CONTENTS:
        choose(dialog, "service_files", name)
        click(dialog, "service_delete_file")
        click(dialog, "service_delete")
        await until(lambda name=name: name not in rows(dialog, "service_files") and is_free(dialog))  # type: ignore[misc]
    assert not server.folder.files
    click(dialog, "assistant_cancel")
