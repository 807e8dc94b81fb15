"""Assistants as files in the living window: what is asked, and what is said of what does not come along."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from desktop_app.domain.tools import Command, Function, SearchTool
from desktop_app.export.assistants import SUFFIX, read
from tests.conftest import until
from tests.gui.living_window import living_window
from tests.gui.parts import find

pytestmark = pytest.mark.usefixtures("qtbot")


@pytest.mark.parametrize(("action", "count"), [("export_assistant", 1), ("export_assistant_versions", 2)])
async def test_a_menu_entry_each_writes_one_version_or_all(
    qapp: QApplication, tmp_path: Path, action: str, count: int
) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        changed = replace(s.assistant.settings, instruction="Read.")
        await s.backend.assistants.save_version(s.assistant.id, changed)
        s.window._actions[action].trigger()
        chooser = find(s.window, QFileDialog, "export_assistant_dialog")
        assert chooser.nameFilters() == [f"Assistants (*.{SUFFIX})"]
        path = tmp_path / f"tester.{SUFFIX}"
        chooser.fileSelected.emit(str(path))
        chooser.close()
        await until(lambda: path.name in s.window.notice.text)
        assert len(read(path)) == count
        assert read(path)[-1].settings.instruction == "Read."


async def test_it_is_said_that_files_stay_and_that_programs_came(qapp: QApplication, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        functions = (
            Function("filled_in"),
            Function("list", command=Command("/bin/ls")),
            Function("echo", command=Command("/bin/echo")),
        )
        settings = replace(s.assistant.settings, functions=functions, search=SearchTool())
        await s.backend.assistants.save_version(s.assistant.id, settings)
        await s.intents.refresh()
        path = tmp_path / f"tester.{SUFFIX}"
        s.intents.assistant_files.export(s.assistant.id, path, has_history=False)
        await until(lambda: path.name in s.window.notice.text)
        assert (
            s.window.notice.text
            == f"Exported to {path.name}. The files that it searches in are not included."
        )
        s.window.assistants.files_dropped.emit([path])
        await until(lambda: "imported" in s.window.notice.text)
        assert "The files that it searches in did not come along." in s.window.notice.text
        assert "2 function(s) of it start programs" in s.window.notice.text


async def test_nothing_is_said_of_what_an_assistant_does_not_have(qapp: QApplication, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        path = tmp_path / f"tester.{SUFFIX}"
        s.intents.assistant_files.export(s.assistant.id, path, has_history=True)
        await until(lambda: s.window.notice.text == f"Exported to {path.name}")
        s.window.assistants.files_dropped.emit([path])
        await until(lambda: "imported" in s.window.notice.text)
        assert "files" not in s.window.notice.text
        assert "programs" not in s.window.notice.text
