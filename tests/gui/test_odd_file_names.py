"""Names of files are shown letter by letter on one line, and nothing in them changes the look of others."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QListView
from pytestqt.qtbot import QtBot

from desktop_app.domain.files import FileFault, FileStatus, Source, SourcePart
from desktop_app.domain.threads import Citation
from desktop_app.qt.details_intents import SourceRead
from desktop_app.widgets.details.source_view import SourceView
from desktop_app.widgets.dialogs.files_panel import FilesPanel
from desktop_app.widgets.dialogs.frame import ElidedLabel
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from tests.gui.test_files_panel import click, file, find

SHOWN = {
    "two\nlines\r.txt": "two\\nlines\\u000d.txt",
    "invoice\u202etxt.exe": "invoice\\u202etxt.exe",
    "<b>bold</b><img src=x>.txt": "<b>bold</b><img src=x>.txt",
    "Снимок\u202f10.30.png": "Снимок 10.30.png",
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_name_is_shown_letter_by_letter_on_one_line(name: str, qapp: QApplication, qtbot: QtBot) -> None:
    panel = FilesPanel(Theme(resources_dir(), qapp))
    qtbot.addWidget(panel)
    detail = f"[Errno 2] {name}"
    panel.show_files([file(name, FileStatus.FAILED, fault=FileFault.GONE, detail=detail)])
    row = find(panel, QListView, "files_list").model().index(0, 0)
    shown = SHOWN[name]
    assert row.data() == shown
    assert row.data(Qt.ItemDataRole.AccessibleTextRole).startswith(f"{shown}, ")
    tip = row.data(Qt.ItemDataRole.ToolTipRole)
    assert "\u202e" not in tip
    assert "<b>" not in tip
    find(panel, QListView, "files_list").selectAll()
    click(panel, "files_remove")
    undone = [label.text() for label in panel.findChildren(ElidedLabel) if shown in label.text()]
    assert undone == [f"“{shown}” was removed."]


def test_the_source_has_its_name_on_one_line(qapp: QApplication, qtbot: QtBot) -> None:
    view = SourceView(Theme(resources_dir(), qapp))
    qtbot.addWidget(view)
    for name, shown in SHOWN.items():
        source = Source(file(name), (SourcePart(0, 1, "text"),), 0, 1)
        view.show_source(SourceRead(Citation(name, file_id=name), source))
        assert find(view, ElidedLabel, "source_name").text() == shown
