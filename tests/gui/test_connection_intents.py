"""The connections dialog over the real backend: what it asks for is done, and comes back to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog
from desktop_app.widgets.dialogs.pull_dialog import PullDialog
from desktop_app.widgets.dialogs.template_chooser import TemplateChooser
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.gui.parts import click, find
from tests.servers import ChatServer, keep_silent

pytestmark = pytest.mark.usefixtures("qtbot")


@asynccontextmanager
async def open_dialog(app: QApplication, folder: Path) -> AsyncIterator[tuple[Scene, ConnectionsDialog]]:
    """The dialog of a living window, filled."""
    async with living_window(app, folder) as scene:
        scene.window._actions["connections"].trigger()
        dialog = scene.find(ConnectionsDialog, "connections_dialog")
        await until(lambda: names(dialog) == ["On this device", "Loopback"])
        await scene.settled()
        yield scene, dialog


def names(dialog: QWidget) -> list[str]:
    rows = find(dialog, QListWidget, "connection_list")
    return [rows.item(row).text() for row in range(rows.count())]


def field(dialog: QWidget, name: str) -> QLineEdit:
    return find(dialog, QLineEdit, name)


def result(dialog: QWidget) -> str:
    panel = dialog.findChild(QWidget, "connection_result")
    assert panel is not None
    return panel.accessibleName()


async def test_a_test_that_is_given_up_hangs_up_at_once(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with (
        ChatServer((), models=keep_silent, key=None) as silent,
        open_dialog(qapp, tmp_path) as (scene, dialog),
    ):
        dialog.choose((await scene.backend.connection_records.connections())[-1].id)
        field(dialog, "connection_base_url").setText(silent.base_url)
        click(dialog, "connection_test")
        await until(lambda: silent.seen)
        click(dialog, "connection_test_cancel")
        await until(lambda: silent.hung_up == 1, 5)
        await scene.settled()
        assert result(dialog) == ""
        click(dialog, "connection_close")
        click(dialog, "connection_discard")


async def test_the_order_is_kept(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with open_dialog(qapp, tmp_path) as (scene, dialog):
        rows = dialog.findChild(QListWidget, "connection_list")
        assert rows is not None
        rows.setCurrentRow(1)
        QTest.keyClick(rows, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        await scene.settled()
        kept = await scene.backend.connection_records.connections()
        assert [one.name for one in kept] == names(dialog) == ["Loopback", "On this device"]


async def test_what_is_new_is_saved_tested_and_deleted(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with open_dialog(qapp, tmp_path) as (scene, dialog):
        click(dialog, "connection_add")
        click(dialog, "connection_preset_ollama")
        field(dialog, "connection_base_url").setText(scene.server.base_url)
        click(dialog, "connection_test")
        await until(lambda: result(dialog).startswith("Works"))
        click(dialog, "connection_save")
        await until(lambda: names(dialog) == ["On this device", "Loopback", "Ollama"])
        await scene.settled()
        assert result(dialog).startswith("Works")
        click(dialog, "connection_delete")
        click(dialog, "connection_remove")
        await until(lambda: names(dialog) == ["On this device", "Loopback"])
        await scene.settled()


async def test_a_server_that_is_not_there_is_told_by_the_step(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with open_dialog(qapp, tmp_path) as (scene, dialog):
        loopback = (await scene.backend.connection_records.connections())[-1]
        closed = replace(loopback, base_url="http://127.0.0.1:9/v1")
        await scene.backend.connection_records.update(closed)
        scene.intents.connections.read()
        await scene.settled()
        dialog.choose(loopback.id)
        click(dialog, "connection_test")
        steps = dialog.findChild(QWidget, "connection_steps")
        assert steps is not None
        await until(lambda: "TCP: failed here" in steps.accessibleName())
        await scene.settled()


async def test_servers_are_looked_for(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_dialog(qapp, tmp_path) as (scene, dialog):
        port = int(scene.server.base_url.split(":")[2].split("/")[0])
        controller = scene.backend.connections
        discover = controller.discover
        monkeypatch.setattr(controller, "discover", lambda: discover({port: "Ollama"}))
        click(dialog, "connection_add")
        click(dialog, "connection_discover")
        said = dialog.findChild(QLabel, "connection_discovered")
        assert said is not None
        await until(lambda: said.text() == "Found: Ollama.")
        click(dialog, "connection_preset_ollama")
        assert field(dialog, "connection_base_url").text() == f"http://localhost:{port}/v1"
        await scene.settled()


async def test_the_key_of_the_environment_is_read_when_it_is_chosen(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    async with open_dialog(qapp, tmp_path) as (_, dialog):
        click(dialog, "connection_add")
        click(dialog, "connection_offer_openai_api_key")
        assert field(dialog, "connection_key").text() == "sk-canary"
        assert field(dialog, "connection_base_url").text() == "https://api.openai.com/v1"
        click(dialog, "connection_close")
        click(dialog, "connection_discard")


async def test_records_are_brought_from_where_the_connection_is(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with open_dialog(qapp, tmp_path) as (scene, dialog):
        holding = Connection(
            ConnectionId("holding"),
            ConnectionKind.ASSISTANT_API,
            "Holding",
            scene.server.base_url,
            folder="b1gexample",
        )
        await scene.backend.connection_records.add(holding)
        scene.intents.connections.read()
        await until(lambda: names(dialog)[-1] == "Holding")
        await scene.settled()
        dialog.choose(holding.id)
        click(dialog, "connection_pull")
        await until(lambda: scene.window.findChild(PullDialog) is not None)
        assert not dialog.isVisible()
        await scene.settled()


async def test_a_new_connection_leads_to_an_assistant_that_answers_through_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with open_dialog(qapp, tmp_path) as (scene, dialog):
        click(dialog, "connection_add")
        click(dialog, "connection_preset_ollama")
        click(dialog, "connection_save")
        await until(lambda: "Ollama" in names(dialog))
        await scene.settled()
        assert not scene.window.notice.text
        click(dialog, "connection_close")
        await until(lambda: "“Ollama”" in scene.window.notice.text)
        click(scene.window, "notice_action")
        click(scene.find(TemplateChooser, "template_chooser"), "template_blank")
        await until(lambda: scene.window.findChild(AssistantDialog, "assistant_dialog") is not None)
        editor = scene.find(AssistantDialog, "assistant_dialog")
        chosen = editor.findChild(QComboBox, "assistant_connection")
        assert chosen is not None
        assert chosen.currentText() == "Ollama"
        await scene.settled()
        editor.done(0)


async def test_a_connection_that_was_only_changed_leads_nowhere(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with open_dialog(qapp, tmp_path) as (scene, dialog):
        dialog.choose((await scene.backend.connection_records.connections())[-1].id)
        field(dialog, "connection_name").setText("Renamed")
        click(dialog, "connection_save")
        await until(lambda: "Renamed" in names(dialog))
        await scene.settled()
        click(dialog, "connection_close")
        await scene.settled()
        assert not scene.window.notice.text
