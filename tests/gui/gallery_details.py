"""Pictures of the right pane to look at: ``python -m tests.gui.gallery_details FOLDER [NAME…]``."""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import qasync
from PySide6.QtWidgets import QApplication

from desktop_app.startup import install_translators
from desktop_app.widgets.details.given import GivenList
from desktop_app.widgets.details.panel import DetailsPanel
from desktop_app.widgets.details.step_list import StepHead
from desktop_app.widgets.details.tab import Tab
from desktop_app.widgets.resources import resources_dir
from tests.conftest import until
from tests.gui.detailed_thread import BUDGET, contract, read_file, tell
from tests.gui.living_window import Scene, living_window

INSTRUCTION = "You are a careful lawyer. Today is {{date}}."
SIZES = {"wide": (1280, 860), "narrow": (720, 640)}
SCENES = (
    "details",
    "given",
    "steps",
    "citations",
    "source",
    "gone",
    "context",
    "overfull",
    "runs",
    "empty",
    "line",
)


async def stage(app: QApplication, folder: Path, png: Path, scene: str, mode: str, size: str) -> None:
    async with living_window(app, folder / "profile") as s:
        s.window._theme.set_mode(mode)
        s.window.resize(*SIZES[size])
        if scene != "empty":
            await fill(s, folder)
        if scene == "overfull":
            settings = replace(s.assistant.settings, truncation=BUDGET, instruction=INSTRUCTION * 20)
            await s.backend.assistants.save_version(s.assistant.id, settings)
        if scene in ("line", "overfull"):
            s.type("And what about the interest that is owed?")
        if scene != "line":
            panel = await show(s, scene)
            assert panel.isVisible()
        await s.settled()
        await asyncio.sleep(0.6)  # what is told while typing comes after a pause
        s.window.grab().save(str(png))


async def fill(s: Scene, folder: Path) -> None:
    file = await read_file(s.backend, s.assistant, contract(folder))
    settings = replace(s.assistant.settings, truncation=BUDGET, instruction=INSTRUCTION)
    assistant = await s.backend.assistants.save_version(s.assistant.id, settings)
    await tell(s.backend, s.thread_id, assistant, file)
    await s.backend.conversations.rename_thread(s.thread_id, "Supply contract, penalties")
    await s.intents._show_again(s.thread_id)


async def show(s: Scene, scene: str) -> DetailsPanel:
    details = s.window._details
    assert details is not None
    details.toggle()
    panel = details.panel
    assert panel is not None
    await s.settled()
    if scene == "empty":
        return panel
    message_id = (await s.stored())[3].id
    details.show_message(message_id)
    await until(lambda: panel.citations.rows.rows)
    await s.settled()
    match scene:
        case "given":
            given = panel.findChild(GivenList)
            assert given is not None
            for head in given.findChildren(StepHead):
                head.click()
            await asyncio.sleep(0.1)
            panel.details.bring_into_sight(given)
        case "steps":
            for head in panel.findChildren(StepHead):
                head.click()
            bar = panel.details.verticalScrollBar()
            app = QApplication.instance()
            assert app is not None
            await asyncio.sleep(0.1)
            bar.setValue(bar.maximum())
        case "citations":
            panel.show_tab(Tab.CITATIONS)
        case "source" | "gone":
            details.show_citation(message_id, 0 if scene == "source" else 3)
        case "context" | "overfull":
            panel.show_tab(Tab.CONTEXT)
        case "runs":
            panel.show_tab(Tab.RUNS)
    return panel


def draw(png: Path, scene: str, mode: str, language: str, size: str) -> None:
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    translators = install_translators(app, resources_dir(), language)
    with tempfile.TemporaryDirectory() as folder:
        loop = qasync.QEventLoop(app)
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(stage(app, Path(folder), png, scene, mode, size))
    assert translators is not None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="SCENE-MODE-LANGUAGE-SIZE, such as details-light-en-wide")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or [f"{scene}-light-en-wide" for scene in SCENES]:
        if options.one:
            draw(options.folder / f"{name}.png", *name.split("-"))
        else:
            words = [sys.executable, "-m", "tests.gui.gallery_details", str(options.folder), name, "--one"]
            subprocess.run(words, env={"QT_QPA_PLATFORM": "offscreen"} | os.environ, check=True)


if __name__ == "__main__":
    main()
