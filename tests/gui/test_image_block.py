"""Images: nothing is fetched unasked, nothing of the net is opened as a file, and what comes is shown in its place."""

import base64
import os
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.markdown.items import ImageItem
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import render_svg
from desktop_app.widgets.transcript.blocks import images as images_module
from desktop_app.widgets.transcript.blocks.block import SELECTION, Block, Environment, Mark
from desktop_app.widgets.transcript.blocks.image_block import ImageBlock
from desktop_app.widgets.transcript.blocks.image_decoding import (
    MISSING,
    TOO_LARGE,
    UNREADABLE,
    ImageError,
    decode,
    is_here,
    is_remote,
)
from desktop_app.widgets.transcript.blocks.images import Images, Stage
from tests.conftest import PATIENCE_S
from tests.gui.painted import Canvas, make_environment

WIDTH = 500
BOX = QSize(1000, 1000)
URL = "https://example.org/a.png"


def picture(width: int = 60, height: int = 40, color: str = "red", kind: str = "PNG") -> bytes:
    """An image file whose left half is of a colour and whose right half is white."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for x in range(width // 2):
        for y in range(height):
            image.setPixelColor(x, y, QColor(color))
    return saved(image, kind)


def saved(image: QImage, kind: str = "PNG") -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def data_address(content: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


class Shown:
    """An environment with images, and what its blocks told."""

    def __init__(self) -> None:
        self.changed: list[Block] = []
        self.fetched: list[str] = []
        self.images = Images()
        self.images.fetch_requested.connect(self.fetched.append)
        self.environment = make_environment()
        self.environment = Environment(
            self.environment.style, images=self.images, block_changed=self.changed.append
        )

    def block(self, source: str, description: str = "", width: int = WIDTH) -> ImageBlock:
        return ImageBlock(ImageItem(source, description), width, self.environment, is_growing=False)


@pytest.fixture
def shown(qapp: QApplication) -> Iterator[Shown]:
    made = Shown()
    yield made
    made.images.close()


@pytest.fixture
def png(tmp_path: Path) -> str:
    path = tmp_path / "a picture.png"
    path.write_bytes(picture())
    return str(path)


def canvas_of(block: ImageBlock, *marks: Mark) -> Canvas:
    canvas = Canvas(block.width, block.height)
    canvas.draw(lambda painter, top, bottom: block.paint(painter, 0, 0, top, bottom, marks))
    return canvas


def color_at(block: ImageBlock, x: int, y: int) -> str:
    return canvas_of(block).image.pixelColor(x, y).name()


def press(block: ImageBlock) -> None:
    assert block.activate(next(target for target in block.targets() if target.kind == "load"))


# -- what is opened


@pytest.mark.parametrize("source", ["http://example.org/a", "HTTPS://example.org/a.png"])
def test_what_lies_on_the_net_is_remote(source: str) -> None:
    assert is_remote(source)
    assert not is_here(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "a.png",
        "../a.png",
        "//server/share/a.png",
        "///server/share/a.png",
        "\\\\server\\share\\a.png",
        "\\\\?\\C:\\a.png",
        "file://server/share/a.png",
        "file:////server/share/a.png",
        "file:a.png",
        "ftp://example.org/a.png",
        "javascript:alert(1)",
        "data:text/html,hello",
        "\0",
        "/\0",
    ],
)
def test_neither_paths_of_the_network_nor_anything_odd_is_opened(source: str) -> None:
    with pytest.raises(ImageError):
        decode(source, None, BOX)
    if source != "/\0":
        assert not is_here(source)


def test_files_and_data_are_decoded(png: str) -> None:
    for source in (png, Path(png).as_uri(), data_address(picture()), "data:image/png;base64,%41"):
        assert is_here(source)
    for source in (png, Path(png).as_uri(), data_address(picture())):
        assert decode(source, None, BOX).size == QSize(60, 40)
    spaced = data_address(picture()).replace("A", "A\n ")
    assert decode(spaced, None, BOX).size == QSize(60, 40)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP"])
def test_the_usual_kinds_are_decoded(kind: str) -> None:
    made = decode("", picture(kind=kind), BOX)
    assert made.size == made.image.size() == QSize(60, 40)


def test_it_is_scaled_down_to_its_box_and_never_up() -> None:
    made = decode("", picture(600, 400), QSize(90, 90))
    assert made.size == QSize(600, 400)
    assert made.image.size() == QSize(90, 60)
    assert decode("", picture(20, 10), QSize(90, 90)).image.size() == QSize(20, 10)
    assert decode("", picture(900, 1), QSize(90, 90)).image.size() == QSize(90, 1)


def test_a_photo_stands_upright() -> None:
    jpeg = picture(60, 40, kind="JPEG")
    turned = bytes.fromhex(
        "ffe1002245786966000049492a00080000000100120103000100000006000000000000 00".replace(" ", "")
    )
    made = decode("", jpeg[:2] + turned + jpeg[2:], BOX)
    assert made.size == made.image.size() == QSize(40, 60)
    assert made.image.pixelColor(20, 5).green() < 100
    assert made.image.pixelColor(20, 55).green() > 200
    assert decode("", jpeg[:2] + turned + jpeg[2:], QSize(40, 30)).image.size() == QSize(20, 30)


def test_drawings_and_broken_files_are_not_shown() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    for content in (svg, b"", b"no image", picture()[:60], b"%PDF-1.4"):
        with pytest.raises(ImageError) as caught:
            decode("", content, BOX)
        assert caught.value.reason == UNREADABLE
    with pytest.raises(ImageError):
        decode("data:image/png;base64,A", None, BOX)
    with pytest.raises(ImageError):
        decode("data:image/png", None, BOX)


@pytest.mark.parametrize("side", [8_500, 20_000])
def test_huge_images_are_refused(side: int) -> None:
    head = bytearray(picture())
    head[16:24] = side.to_bytes(4) * 2
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4)
    with pytest.raises(ImageError):
        decode("", bytes(head), BOX)


def test_images_of_few_colours_but_many_pixels_are_refused() -> None:
    image = QImage(10_000, 6_500, QImage.Format.Format_Mono)
    image.fill(0)
    with pytest.raises(ImageError) as caught:
        decode("", saved(image), BOX)
    assert caught.value.reason == TOO_LARGE


def test_huge_files_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate((50 << 20) + 1)
    with pytest.raises(ImageError) as caught:
        decode(str(path), None, BOX)
    assert caught.value.reason == TOO_LARGE


@pytest.mark.skipif(os.name == "nt", reason="pipes have no path there")
def test_pipes_devices_and_folders_are_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/zero")):
        with pytest.raises(ImageError) as caught:
            decode(str(path), None, BOX)
        assert caught.value.reason == UNREADABLE
    with pytest.raises(ImageError) as caught:
        decode(str(tmp_path / "none.png"), None, BOX)
    assert caught.value.reason == MISSING


def test_bytes_leave_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    decode("", picture(), BOX)
    with pytest.raises(ImageError):
        decode("", picture()[:60], BOX)
    assert not list(tmp_path.iterdir())


def test_icons_are_drawn_while_pictures_are_decoded(qapp: QApplication) -> None:
    """Qt's lock of its image plug-ins and the interpreter's, taken in both orders, would stop both threads."""
    icon, content = (resources_dir() / "icons" / "copy.svg").read_bytes(), picture()
    thread = threading.Thread(target=lambda: [decode("", content, BOX) for _ in range(200)], daemon=True)
    thread.start()
    while thread.is_alive():
        assert not render_svg(icon, 20).isNull()
        time.sleep(0)  # lets the thread on, which else may wait 5 ms for every step


# -- what is shown


def test_an_image_of_this_machine_comes_by_itself(shown: Shown, png: str, qtbot: QtBot) -> None:
    block = shown.block(png, "A picture")
    card = block.height
    assert not block.targets()
    qtbot.waitUntil(lambda: shown.changed == [block])
    assert (block.height, card) == (40, 48)
    assert color_at(block, 10, 20) == "#ff0000"
    assert color_at(block, 55, 20) == color_at(block, 70, 20) == "#ffffff"
    (target,) = block.targets()
    assert (target.kind, target.value, target.name) == ("image", png, "A picture")
    assert not shown.fetched


def test_a_known_image_has_its_size_at_once(shown: Shown, png: str, qtbot: QtBot) -> None:
    first = shown.block(png)
    qtbot.waitUntil(lambda: shown.changed == [first])
    second = shown.block(png)
    assert second.height == 40
    assert color_at(second, 10, 20) == "#ff0000"
    assert shown.changed == [first]


def test_it_is_never_wider_than_its_block_nor_too_high(shown: Shown, qtbot: QtBot) -> None:
    blocks = [shown.block(data_address(picture(1000, 500))), shown.block(data_address(picture(200, 1500)))]
    qtbot.waitUntil(lambda: len(shown.changed) == 2)
    assert [block.height for block in blocks] == [250, 480]
    assert blocks[0].targets()[0].rect.width() == WIDTH
    assert not blocks[0].targets()[0].value  # there is nothing else to open
    assert blocks[1].targets()[0].rect.width() == 64


def test_the_corners_are_round(shown: Shown, qtbot: QtBot) -> None:
    block = shown.block(data_address(picture(200, 200, "black")))
    qtbot.waitUntil(lambda: shown.changed == [block])
    assert color_at(block, 0, 0) == color_at(block, 0, 199) == "#ffffff"
    assert color_at(block, 8, 8) == color_at(block, 0, 100) == "#000000"


def test_nothing_is_fetched_until_the_reader_asks(shown: Shown, qtbot: QtBot) -> None:
    block = shown.block(URL, "A picture")
    canvas_of(block)
    qtbot.wait(20)
    assert not shown.fetched
    (target,) = block.targets()
    assert (target.kind, target.value) == ("load", URL)
    assert "example.org" in target.name
    press(block)
    assert shown.fetched == [URL]
    assert not block.targets()
    assert block.height == 48


def test_what_was_fetched_is_shown_wherever_it_is(shown: Shown, qtbot: QtBot) -> None:
    blocks = [shown.block(URL), shown.block(URL), shown.block("https://example.org/other.png")]
    press(blocks[0])
    shown.images.supply(URL, picture())
    qtbot.waitUntil(lambda: len(shown.changed) == 2)
    assert set(shown.changed) == set(blocks[:2])
    assert [block.height for block in blocks] == [40, 40, 48]
    assert color_at(blocks[1], 10, 20) == "#ff0000"
    assert shown.fetched == [URL]


def test_a_failure_says_why_and_can_be_tried_again(shown: Shown, tmp_path: Path, qtbot: QtBot) -> None:
    block = shown.block(URL)
    press(block)
    shown.images.refuse(URL, "unreachable")
    assert shown.changed == [block]
    assert block.targets()[0].name.startswith("Retry")
    press(block)
    assert shown.fetched == [URL, URL]
    shown.images.supply(URL, b"no image")
    qtbot.waitUntil(lambda: len(shown.changed) == 2)
    assert shown.images.picture(URL).reason == UNREADABLE

    path = tmp_path / "late.png"
    late = shown.block(str(path))
    qtbot.waitUntil(lambda: shown.images.picture(str(path)).stage is Stage.FAILED)
    path.write_bytes(picture())
    press(late)
    qtbot.waitUntil(lambda: late.height == 40)


def test_what_the_reader_agreed_to_is_remembered(
    shown: Shown, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images_module, "KNOWN", 1)
    block = shown.block(URL)
    press(block)
    shown.images.refuse(URL, "unreachable")
    shown.changed.clear()
    del block
    other = shown.block("https://example.org/other.png")
    again = shown.block(URL)
    assert shown.fetched == [URL, URL]
    assert [target.kind for target in other.targets()] == ["load"]
    assert not again.targets()


def test_an_address_that_nobody_can_open_is_a_card_without_a_button(shown: Shown) -> None:
    for source in ("chart.png", "//server/share/a.png", "ftp://example.org/a.png"):
        block = shown.block(source, "A chart")
        assert block.height == 48
        assert not block.targets()
        assert canvas_of(block).has_ink(canvas_of(block).image.rect())
    assert not shown.fetched


def test_pixels_that_had_to_make_room_come_back(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images_module, "PIXMAP_BYTES", 3 * 60 * 40 * 4)
    shown = Shown()
    blocks = [
        shown.block(data_address(picture(color=color))) for color in ("red", "lime", "blue", "cyan", "tan")
    ]
    qtbot.waitUntil(lambda: len(shown.changed) == 5)
    assert sum(shown.images.pixmap(block.item.source, BOX) is not None for block in blocks[-3:]) == 3
    shown.changed.clear()
    assert color_at(blocks[0], 10, 20) != "#ff0000"
    assert blocks[0].height == 40
    qtbot.waitUntil(lambda: blocks[0] in shown.changed)
    assert color_at(blocks[0], 10, 20) == "#ff0000"
    shown.images.close()


def test_blocks_that_are_gone_are_not_told(shown: Shown, png: str, qtbot: QtBot) -> None:
    block = shown.block(png)
    del block
    qtbot.waitUntil(lambda: shown.images.picture(png).stage is Stage.READY)
    assert not shown.changed


def test_another_image_in_its_place_is_taken(shown: Shown, png: str, qtbot: QtBot) -> None:
    block = shown.block(URL)
    assert block.update(ImageItem(URL)) is None
    assert block.update(ImageItem(png)) == 0
    qtbot.waitUntil(lambda: block.height == 40)


def image_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "images"}


def test_its_thread_begins_with_the_first_image_and_ends_at_once(
    qapp: QApplication, png: str, qtbot: QtBot
) -> None:
    before = image_threads()
    shown = Shown()
    assert image_threads() <= before
    shown.block(png)
    (thread,) = image_threads() - before
    shown.images.close()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    qtbot.wait(20)
    assert not shown.changed


def test_a_program_that_ends_while_an_image_is_read_leaves_no_file(tmp_path: Path) -> None:
    program = """if True:
        import threading
        from PySide6.QtCore import QSize
        from desktop_app.widgets.transcript.blocks import image_decoding

        begun = threading.Event()
        def never_done(path, box):
            assert path.is_file()
            begun.set()
            threading.Event().wait()

        image_decoding._read = never_done
        reading = threading.Thread(target=image_decoding.decode, args=("", b"GIF8", QSize(1, 1)), daemon=True)
        reading.start()
        assert begun.wait(30)
    """
    places = {name: str(tmp_path) for name in ("TMPDIR", "TEMP", "TMP")}
    subprocess.run([sys.executable, "-c", program], env=os.environ | places, check=True, timeout=60)
    assert not list(tmp_path.iterdir())


def test_marks_and_carets_stand_around_it(shown: Shown, png: str, qtbot: QtBot) -> None:
    block = shown.block(png, "words")
    for _ in range(2):
        assert canvas_of(block, Mark(0, 5, SELECTION)).image != canvas_of(block).image
        assert canvas_of(block, Mark(7, 9, SELECTION)).image == canvas_of(block).image
        assert block.offset_at(0, 5) == 0
        assert block.offset_at(WIDTH, 5) == 5
        assert block.offset_at(0, 5000) == 5
        assert block.caret(0).x() == 0 < block.caret(5).x()
        qtbot.waitUntil(lambda: block.height == 40)


@pytest.mark.parametrize("mode", ["dark", "contrastLight"])
def test_its_colours_are_the_themes_and_stay_so(shown: Shown, mode: str) -> None:
    environment = make_environment(mode, 200)
    block = ImageBlock(ImageItem(URL, "words " * 40), WIDTH, environment, is_growing=False)
    first = canvas_of(block, Mark(0, 5, SELECTION)).image
    assert canvas_of(block, Mark(0, 5, SELECTION)).image == first
    assert block.height == 96
