"""An image of a reply is fetched by the whole program when the reader presses Show, and not before."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.blocks.images import Stage
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.servers import refuse
from tests.unit.test_image_fetch import serving


def png() -> bytes:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def press(view: TranscriptView, message_id: str, kind: str) -> None:
    shown = view.page.shown(message_id)
    assert shown is not None and shown.cell is not None
    spot = next(spot for spot in shown.cell.spots() if spot.target.kind == kind)
    point = spot.rect.center()
    point.setX(point.x() + view.column_left)
    point.setY(point.y() + shown.y)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)


async def drawn(scene: Scene, address: str) -> tuple[TranscriptView, str]:
    """A reply with an image at ``address``, complete."""
    scene.prompter.answer("Draw", f"![A field]({address}/picture)\n\nWords.")
    scene.send("Draw")
    await until(lambda: any("Words." in text for text in scene.shown()))
    await until(lambda: not scene.is_running)
    return scene.window.messages.transcript, (await scene.stored())[-1].id


async def test_an_image_comes_when_it_is_asked_for(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    behaviour = refuse(200, png(), content_type="image/png")
    async with serving(picture=behaviour) as (address, asked), living_window(qapp, tmp_path) as scene:
        view, message_id = await drawn(scene, address)
        assert asked == []
        press(view, message_id, "load")
        shown = view.page.shown(message_id)
        assert shown is not None
        await until(lambda: view.images.picture(f"{address}/picture").stage is Stage.READY)
        assert [one.path for one in asked] == ["/picture"]


async def test_an_image_that_cannot_be_had_says_so(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    async with serving(picture=refuse(404)) as (address, _), living_window(qapp, tmp_path) as scene:
        view, message_id = await drawn(scene, address)
        press(view, message_id, "load")
        await until(lambda: view.images.picture(f"{address}/picture").stage is Stage.FAILED)
