"""Pictures of the messages pane to look at, each block and each state of it.

Run: python -m tests.gui.gallery_transcript FOLDER [NAME…]; without names every picture of ``PICTURES``.  Each is drawn
in a program of its own, since scale and language are chosen when it starts.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from json import dumps, loads
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtGui import QImageWriter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.ids import AssistantId, MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Status
from desktop_app.domain.threads import Thread as ThreadRecord
from desktop_app.domain.tools import ToolStep
from desktop_app.qt.intents import ThreadOpened
from desktop_app.startup import install_translators
from desktop_app.widgets.focus_ring import FocusRing
from desktop_app.widgets.messages_pane import MessagesPane
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.context_line import BELOW_ALL
from desktop_app.widgets.transcript.selection import TextSpot
from tests.gui import call_samples as calls
from tests.gui import transcript_samples as samples
from tests.gui.conversation import NOON, question, reply, run_of
from tests.gui.transcript_reader import Reader

ALL = 0
"""As high as the thread."""

MIN_HEIGHT, END = 200, 24


@dataclass(frozen=True)
class Picture:
    """What is drawn, and how: sizes in logical pixels, ``scale`` is the device pixel ratio."""

    name: str
    scene: str
    width: int = 840
    height: int = ALL
    mode: str = "light"
    zoom: int = 100
    scale: float = 1
    language: str = "en"


class Stage:
    """A messages pane with a thread in it."""

    def __init__(self, app: QApplication, picture: Picture) -> None:
        self.app = app
        self.picture = picture
        self.theme = Theme(resources_dir(), app)
        self.theme.set_zoom(picture.zoom)
        self.theme.set_mode(picture.mode)
        self.theme.set_motion_reduced(True)
        self.ring = FocusRing(self.theme, app)
        self.pane = MessagesPane(self.theme)
        self.pane.build_pages()
        self.pane.resize(picture.width, picture.height or 800)
        self.pane.show()
        self.view = self.pane.transcript
        self.reader = Reader(self.view)

    def show(self, thread: samples.Thread, title: str = "Webhook retries") -> None:
        """Open a thread, from its start when the picture is of all of it."""
        messages, runs = thread
        record = ThreadRecord(ThreadId("t"), title, AssistantId("a"), NOON, NOON)
        assistant = Assistant(AssistantId("a"), 3, AssistantSettings("Backend reviewer"), NOON, NOON, NOON)
        growing_id = messages[-1].id if messages[-1].status is Status.WRITING else None
        self.pane.show_thread(ThreadOpened(record, assistant, messages, runs, len(messages), growing_id))
        self.pane.composer.focus()
        self.settle()
        if self.picture.height == ALL:
            self.grow_to_fit()

    def grow_to_fit(self) -> None:
        """Make the pane as high as the thread."""
        chrome = self.pane.height() - self.view.height()
        before = 0
        while self.pane.height() != before:
            before = self.pane.height()
            self.pane.resize(self.pane.width(), chrome + max(MIN_HEIGHT, self.view.page.heights.total + END))
            self.settle()

    def settle(self, ms: int = 250) -> None:
        """Wait until colours and pictures have come."""
        QTest.qWait(ms)

    def hover(self, message_id: str) -> None:
        """Put the mouse over a message."""
        y = self.reader.y(message_id)
        cell = next(
            one.cell for one in self.view.page.visible if one.cell and one.cell.entry.message.id == message_id
        )
        self.point(QPoint(self.view.width() // 2, y + cell.text_top + 4))

    def point(self, where: QPoint) -> None:
        """Move the mouse there."""
        QTest.mouseMove(self.view.viewport(), where)
        self.settle(100)


def _blocks(text: str) -> Callable[[Stage], None]:
    return lambda stage: stage.show(samples.talk_of("Show me all of it.", text))


def _thread(make: Callable[[], samples.Thread]) -> Callable[[Stage], None]:
    return lambda stage: stage.show(make())


def _answer() -> samples.Thread:
    return samples.talk_of(
        "Should the endpoint be signed?",
        "Yes: the endpoint is public, so sign the body and check the time of the signature before anything else. Five "
        "minutes of tolerance is enough.",
        samples.QUESTION,
        samples.ANSWER,
    )


def _siblings(stage: Stage) -> None:
    messages, runs = _answer()
    answer = messages[3]
    messages[3] = type(answer)(
        answer.id, answer.thread_id, answer.author, answer.text, answer.status, answer.created_at, 3, None, None,
        (MessageId("x1"), answer.id, MessageId("x2")),
    )  # fmt: skip
    asked = messages[2]
    messages[2] = type(asked)(
        asked.id, asked.thread_id, asked.author, asked.text, asked.status, asked.created_at, 2, None, None,
        (MessageId("x3"), asked.id),
    )  # fmt: skip
    stage.show((messages, runs))


def _streaming(stage: Stage) -> None:
    messages, runs = samples.talk_of("Предложи правку пункта 7.3.", "Какую?", "Неустойка только от партии.")
    growing = reply(3, "", Status.WRITING)
    stage.show(([*messages, growing], runs), "Договор поставки, пункт 7")
    stage.view.set_stage(growing.id, "queued")
    stage.view.scroll_to_question("m0002")
    stage.view.set_stage(growing.id, "writing")
    stage.view.edit(growing.id, TextEdit(0, samples.RUSSIAN[:560]))
    stage.settle(1500)


def _hover_question(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.hover("m0002")


def _hover_reply(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.hover("m0001")


def _ring(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.pane.activateWindow()
    stage.view.focus_message("m0003")
    stage.settle()


def _ring_question(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.pane.activateWindow()
    stage.view.focus_message("m0002")
    stage.settle()


def _ring_link(stage: Stage) -> None:
    _blocks(samples.TEXT)(stage)
    stage.pane.activateWindow()
    stage.view.focus_message("m0001")
    QTest.keyClick(stage.view, Qt.Key.Key_Tab)
    stage.settle()


def _ring_button(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.pane.activateWindow()
    stage.view.focus_message("m0003")
    QTest.keyClick(stage.view, Qt.Key.Key_Tab)
    stage.settle()


def _selection(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.view.extend_selection(TextSpot(1, 0, 30), TextSpot(3, 6, 40))
    stage.settle()


def _find(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.view.set_find("the")
    stage.view.show_hit(3, "m0003", 0, 35, 38)
    stage.settle()


def _pill(stage: Stage) -> None:
    messages, runs = _answer()
    growing = reply(5, samples.ANSWER, Status.WRITING)
    stage.show(([*messages, question(4), growing], runs))
    stage.view.scroll_by(-400)
    stage.view.edit(growing.id, TextEdit(len(samples.ANSWER), "\n\nA.\n\nB.\n\nC."))
    stage.settle()


def _editing(stage: Stage) -> None:
    _thread(_answer)(stage)
    messages, _ = _answer()
    stage.pane.edit(messages[2])
    stage.settle()


def _unfolded(stage: Stage) -> None:
    _blocks(samples.CODE)(stage)
    stage.reader.click(stage.reader.target("m0001", "wrap"))
    cell = stage.view.page.known_cell("m0001")
    assert cell is not None
    wraps = [spot for spot in cell.spots() if spot.target.kind == "wrap"]
    stage.view.activate(cell, wraps[1])
    stage.view.activate(cell, next(spot for spot in cell.spots() if spot.target.kind == "fold"))
    stage.view.activate(cell, [spot for spot in cell.spots() if spot.target.kind == "copy"][2])
    stage.grow_to_fit()


def _hover_table(stage: Stage) -> None:
    _blocks(samples.TABLES)(stage)
    stage.point(stage.reader.target("m0001", "copy"))


def _ring_tables(stage: Stage) -> None:
    _blocks(samples.TABLES)(stage)
    stage.pane.activateWindow()
    stage.view.focus_message("m0001")
    stage.settle()


def _details_open(stage: Stage) -> None:
    _thread(samples.endings)(stage)
    from PySide6.QtWidgets import QPushButton

    for button in stage.view.findChildren(QPushButton, "details")[:2]:
        button.click()
    stage.grow_to_fit()


def _waiting(*steps: ToolStep) -> Callable[[Stage], None]:
    def scene(stage: Stage) -> None:
        stage.show((calls.waiting(*steps), {}))
        stage.view.set_stage("m0001", "approving")
        stage.settle(400)

    return scene


def _steps(stage: Stage) -> None:
    messages = calls.used()
    stage.show((messages, {messages[1].id: run_of(messages[1])}))


def _steps_open(stage: Stage) -> None:
    _steps(stage)
    stage.reader.button("steps_toggle").click()
    stage.grow_to_fit()


def _cited(stage: Stage) -> None:
    messages = calls.cited()
    stage.show((messages, {messages[1].id: run_of(messages[1])}))


def _popover(stage: Stage) -> None:
    _cited(stage)
    stage.reader.click(stage.reader.target("m0001", "citation"))
    stage.settle()
    popover = stage.view.findChild(QWidget, "source_popover")
    assert popover is not None
    popover.setParent(stage.pane, Qt.WindowType.Widget)  # a picture is taken of one window
    below = stage.view.mapTo(stage.pane, stage.reader.target("m0001", "citation") + QPoint(0, 12))
    popover.move(min(below.x(), stage.pane.width() - popover.width()), below.y())
    popover.show()


def _context_line(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.pane.set_context_line("m0002")
    stage.settle()


def _line_below(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.pane.set_context_line(BELOW_ALL)
    stage.settle()


def _run_line(stage: Stage) -> None:
    _thread(_answer)(stage)
    stage.view.context_line.show_run("m0001")
    stage.settle()


SCENES: dict[str, Callable[[Stage], None]] = {
    "text": _blocks(samples.TEXT),
    "lists": _blocks(samples.LISTS),
    "code": _blocks(samples.CODE),
    "code-changed": _unfolded,
    "tables": _blocks(samples.TABLES),
    "tables-hover": _hover_table,
    "tables-ring": _ring_tables,
    "rtl": _blocks(samples.RTL),
    "russian": lambda stage: stage.show(
        samples.talk_of("Предложи правку пункта 7.3: неустойка только от стоимости партии.", samples.RUSSIAN),
        "Договор поставки, пункт 7",
    ),
    "answer": _thread(_answer),
    "siblings": _siblings,
    "questions": _thread(samples.questions),
    "pictures": _thread(samples.pictures),
    "endings": _thread(samples.endings),
    "endings-details": _details_open,
    "streaming": _streaming,
    "hover-question": _hover_question,
    "hover-reply": _hover_reply,
    "ring": _ring,
    "ring-question": _ring_question,
    "ring-link": _ring_link,
    "ring-button": _ring_button,
    "selection": _selection,
    "find": _find,
    "pill": _pill,
    "editing": _editing,
    "approval": _waiting(calls.asked(), calls.asked("0:1", "pay", calls.HOSTILE)),
    "result": _waiting(calls.wanted()),
    "steps": _steps,
    "steps-open": _steps_open,
    "cited": _cited,
    "popover": _popover,
    "context-line": _context_line,
    "context-line-below": _line_below,
    "run-line": _run_line,
}
FIXED_HEIGHT = {"streaming": 720, "pill": 640, "editing": 640}

PICTURES = [
    *(Picture(scene, scene, height=FIXED_HEIGHT.get(scene, ALL)) for scene in SCENES),
    *(
        Picture(f"{scene}-{mode}", scene, height=FIXED_HEIGHT.get(scene, ALL), mode=mode)
        for mode in ("dark", "contrastLight", "contrastDark")
        for scene in ("text", "lists", "code", "tables", "answer", "questions", "pictures", "endings", "streaming",
                      "hover-question", "ring", "ring-link", "selection", "find", "pill", "editing")
    ),
    *(Picture(f"{scene}-{mode}", scene, mode=mode)
      for mode in ("dark", "contrastLight", "contrastDark")
      for scene in ("approval", "result", "steps-open", "cited", "popover", "context-line")),
    *(Picture(f"{scene}-ru", scene, language="ru")
      for scene in ("approval", "result", "steps-open", "cited", "popover", "context-line")),
    *(Picture(f"{scene}-2x", scene, scale=2) for scene in ("approval", "steps-open", "cited")),
    *(Picture(f"{scene}-440", scene, width=440) for scene in ("approval", "result", "steps-open", "cited")),
    *(Picture(f"{scene}-ru", scene, height=FIXED_HEIGHT.get(scene, ALL), language="ru")
      for scene in ("russian", "endings", "streaming", "pill", "editing", "code", "pictures", "questions", "siblings")),
    *(Picture(f"{scene}-{scale}x", scene, scale=scale)
      for scale in (1.25, 1.5, 2) for scene in ("answer", "lists", "tables", "pictures", "endings", "hover-question")),
    *(Picture(f"{scene}-{width}", scene, width=width, height=FIXED_HEIGHT.get(scene, ALL))
      for width in (720, 440, 1640)
      for scene in ("answer", "siblings", "hover-question", "endings", "tables", "tables-ring", "tables-hover",
                    "code", "questions", "pictures",
                    "pill")),
    *(Picture(f"{scene}-{zoom}", scene, width=840 if zoom < 300 else 1400, zoom=zoom)
      for zoom in (50, 150, 300) for scene in ("answer", "lists", "endings", "hover-question", "tables")),
]  # fmt: skip


REFERENCES = (
    "text", "lists", "code", "tables", "rtl", "answer-dark", "answer-2x", "selection-contrastDark",
    "hover-question-720", "endings", "endings-ru", "streaming-ru", "pictures", "tables-1640", "pill",
)  # fmt: skip
"""Those that are kept in tests/references/transcript."""


def draw(picture: Picture, path: Path) -> None:
    """Draw one picture, in a program of its own."""
    app = QApplication([])
    translators = install_translators(app, resources_dir(), picture.language)
    stage = Stage(app, picture)
    SCENES[picture.scene](stage)
    stage.settle()
    while len(stage.view.highlighter._newest):
        stage.settle(50)
    writer = QImageWriter(str(path), QByteArray(b"png"))
    writer.setCompression(100)
    writer.write(stage.pane.grab().toImage())
    stage.pane.end()
    assert translators is not None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--references", action="store_true", help="the pictures that are kept")
    parser.add_argument("--picture", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.picture:
        picture = Picture(**loads(options.picture))
        draw(picture, options.folder / f"{picture.name}.png")
        return
    names = REFERENCES if options.references else options.names
    for picture in PICTURES:
        if not names or picture.name in names:
            environment = (
                {"QT_QPA_PLATFORM": "offscreen"} | os.environ | {"QT_SCALE_FACTOR": str(picture.scale)}
            )
            words = [sys.executable, "-m", "tests.gui.gallery_transcript", str(options.folder)]
            subprocess.run([*words, "--picture", dumps(asdict(picture))], env=environment, check=True)


if __name__ == "__main__":
    main()
