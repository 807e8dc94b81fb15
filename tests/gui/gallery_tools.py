"""Pictures of the tools of an assistant to look at, in every state.

Run: python -m tests.gui.gallery_tools FOLDER [STATE ...], with the options of tests/gui/gallery.py.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from desktop_app.controllers.facts import RemoteFilesProgressed
from desktop_app.domain.assistants import AssistantSettings, problems
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.files import FileFault, FileId, FileStatus, Fragment, LibraryFile
from desktop_app.domain.ids import AssistantId, ConnectionId
from desktop_app.domain.remote_files import RemoteFile, RemoteIndex
from desktop_app.domain.tools import (
    FUNCTIONS_LIMIT,
    CallStatus,
    CallStrategy,
    Command,
    Function,
    Rule,
    SearchTool,
)
from desktop_app.widgets.dialogs.tools_page import ToolsPage
from desktop_app.widgets.theme import Theme
from tests.gui.gallery import draw, scroll_to
from tests.gui.parts import click, find

ASSISTANT = AssistantId("assistant")
WEATHER = Function(
    "weather",
    "Tells the weather of a city for the coming days.",
    """{
  "type": "object",
  "properties": {
    "city": {"type": "string", "title": "City", "description": "Its name, without the country"},
    "days": {"type": "integer", "title": "Days ahead"},
    "unit": {"enum": ["°C", "°F"], "title": "Unit"},
    "is_short": {"type": "boolean", "title": "Only one line"}
  },
  "required": ["city"]
}""",
    is_strict=True,
    command=Command("/usr/local/bin/weather.py", ("--format", "json"), 30, 64),
)
DELIVERY = Function("delivery_date", "Asks the warehouse for the date of a delivery.")
SEARCH = SearchTool(CallStrategy.AUTO, "search_files", "Search the contracts for terms and sums.", 5)
SETTINGS = AssistantSettings("Contract reader", functions=(WEATHER, DELIVERY), search=SEARCH)
AT_SERVICE = Connection(ConnectionId("old"), ConnectionKind.ASSISTANT_API, "Old assistants", folder="b1g")
ON_DEVICE = Connection(ConnectionId("device"), ConnectionKind.ON_DEVICE, "On this device")


def library_file(name: str, status: FileStatus, **fields: object) -> LibraryFile:
    made = LibraryFile(
        FileId(name), ASSISTANT, name, f"/home/ann/{name}", 1_340_000, status, datetime.now(UTC)
    )
    return replace(made, **fields)  # type: ignore[arg-type]


FILES = [
    library_file("Lease 2024.pdf", FileStatus.READY, pages=12, chunks=48),
    library_file(
        "Annex 3 — floor plans and the list of equipment, signed.docx", FileStatus.READING, fraction=0.4
    ),
    library_file("Notes.md", FileStatus.WAITING, size=2_100),
    library_file("Protected.pdf", FileStatus.FAILED, fault=FileFault.ENCRYPTED),
    library_file("Scan.pdf", FileStatus.FAILED, fault=FileFault.NO_TEXT),
    library_file("Prices.html", FileStatus.CANCELLED),
    library_file("Guide.txt", FileStatus.READY, chunks=1),
]
REMOTE_FILES = [
    RemoteFile("fvt5dk2example7", "Lease 2024.pdf", "application/pdf", datetime.now(UTC)),
    RemoteFile("fvt5dk2example8", "Guide.txt", "text/plain", datetime.now(UTC)),
]
REMOTE_INDEXES = [
    RemoteIndex("fvt5dk2example1", "Leases", datetime.now(UTC)),
    RemoteIndex("fvt5dk2example2", "Everything of last year", datetime.now(UTC)),
]
TEXT = "The tenant pays the rent by the fifth day of each month; after ten days of delay a penalty is due. "
FRAGMENTS = [
    Fragment(FileId("a"), "Lease 2024.pdf", TEXT * 5, 3, 0, 9.1),
    Fragment(FileId("b"), "Guide.txt", TEXT, 0, 120, 4.2),
]


def fill(page: ToolsPage, settings: AssistantSettings = SETTINGS) -> None:
    page.show_settings(settings)
    page.show_problems(problems(page.write(AssistantSettings("A"))))


def with_files(page: ToolsPage) -> None:
    page.set_assistant(ASSISTANT)
    fill(page)
    page._library._show_files(ASSISTANT, FILES)


def library(page: ToolsPage) -> None:
    with_files(page)
    scroll_to(page, "chunking")


def removed(page: ToolsPage) -> None:
    with_files(page)
    view = page._library._panel._view
    view.setCurrentIndex(view.model().index(3, 0))
    page._library._panel._remove_chosen()
    scroll_to(page, "chunking")


def searched(page: ToolsPage) -> None:
    with_files(page)
    find(page, QLineEdit, "files_search").setText("rent")
    page._library._trial.show_fragments("rent", FRAGMENTS)
    scroll_to(page, "search_name")


def chunking(page: ToolsPage) -> None:
    with_files(page)
    page._library.chunking.set_open(True)
    scroll_to(page, "chunking_apply")


def edit(page: ToolsPage, name: str = "") -> None:
    page._rules.decide(WEATHER, Rule.ALLOW)
    fill(page)
    page._edit(0)
    if name:
        scroll_to(page, name)


def tried(page: ToolsPage) -> None:
    edit(page)
    find(page, QLineEdit, "argument_city").setText("Tula")
    click(page, "command_try")
    page._editor.trial.show_result(CallStatus.DONE, '{"temperature": 21, "sky": "clear"}', "cache is cold")


def asks_again(page: ToolsPage) -> None:
    edit(page)
    find(page, QLineEdit, "command_program").setText("/usr/local/bin/weather2.py")
    scroll_to(page, "function_rule")


def wrong(page: ToolsPage) -> None:
    bad = replace(WEATHER, name="the weather", parameters='{"type": "object",}', command=Command("", (), 0))
    fill(page, replace(SETTINGS, functions=(bad, DELIVERY), search=replace(SEARCH, instruction="")))


def many(page: ToolsPage, count: int) -> None:
    functions = tuple(replace(DELIVERY, name=f"delivery_date_{number}") for number in range(1, count + 1))
    fill(page, replace(SETTINGS, functions=functions))


def wrong_editor(page: ToolsPage) -> None:
    wrong(page)
    page._edit(0)


def answered_by_me(page: ToolsPage) -> None:
    fill(page)
    page._edit(0)
    find(page, QComboBox, "function_source").setCurrentIndex(0)
    scroll_to(page, "argument_is_short")


def deleted(page: ToolsPage) -> None:
    fill(page)
    click(page, "function_delete")


def at_service(page: ToolsPage) -> None:
    page.set_connection(AT_SERVICE)
    fill(page, replace(SETTINGS, other_tools=('{"genSearch": {"options": {"site": ["example.org"]}}}',)))
    scroll_to(page, "other_tools")


def service_open(page: ToolsPage) -> None:
    page.set_connection(AT_SERVICE)
    fill(page, replace(SETTINGS, search=replace(SEARCH, index_ids=("fvt5dk2example1",))))
    page._service.set_open(True)
    page._service._show_listed(AT_SERVICE.id, REMOTE_FILES, REMOTE_INDEXES)
    view = page._service._file_view
    view.setCurrentIndex(view.model().index(0, 0))


def service(page: ToolsPage) -> None:
    service_open(page)
    page._service._show_progress(RemoteFilesProgressed(AT_SERVICE.id, "Lease 2024.pdf", 1, 3))
    scroll_to(page, "service_cancel")


def on_device(page: ToolsPage) -> None:
    page.set_connection(ON_DEVICE)
    fill(page)


def not_created(page: ToolsPage) -> None:
    fill(page)
    scroll_to(page, "files_create")


STATES: dict[str, Callable[[ToolsPage], object]] = {
    "empty": lambda page: fill(page, AssistantSettings("A")),
    "functions": fill,
    "deleted": deleted,
    "full": lambda page: many(page, FUNCTIONS_LIMIT),
    "too-many": lambda page: many(page, FUNCTIONS_LIMIT + 1),
    "wrong": wrong,
    "wrong-editor": wrong_editor,
    "editor": edit,
    "editor-command": lambda page: edit(page, "command_output_limit"),
    "editor-tried": tried,
    "editor-changed": asks_again,
    "editor-me": answered_by_me,
    "library": library,
    "library-removed": removed,
    "library-search": searched,
    "library-chunking": chunking,
    "library-new": not_created,
    "other-tools": at_service,
    "service": service,
    "device": on_device,
}


def show(theme: Theme, state: str) -> QWidget:
    ground = QWidget()
    ground.setProperty("surface", "raised")
    ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    page = ToolsPage(theme)
    column = QVBoxLayout(ground)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(page)
    ground.resize(760, 640)
    ground.show()
    STATES[state](page)
    return ground


if __name__ == "__main__":
    draw(STATES, show)
