"""The window's languages: nothing is missing, nothing is mangled, and every key of a menu means one thing."""

import ast
import importlib.util
import re
import shutil
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QPoint
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
from desktop_app.domain.providers import KINDS
from desktop_app.domain.secret import Kept
from desktop_app.domain.settings import Settings, WindowState
from desktop_app.domain.threads import ThreadSummary
from desktop_app.domain.tools import CallStrategy, Command, Function, SearchTool
from desktop_app.qt.models import AssistantListModel, ThreadListModel
from desktop_app.qt.moments import day, day_and_time, long_day, time_of_day, whole_moment
from desktop_app.startup import install_translators
from desktop_app.widgets.dialogs.about_dialog import AboutDialog
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog
from desktop_app.widgets.dialogs.frame import WrappedLabel
from desktop_app.widgets.dialogs.template_chooser import TemplateChooser
from desktop_app.widgets.dialogs.tools_page import ToolsPage
from desktop_app.widgets.main_window import MainWindow
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from tests.gui import gallery_connections, gallery_threads

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGES = ("en", "ru")
FORMS = {"en": 2, "ru": 3}
PLACEHOLDER = re.compile(r"%L?(?:\d|n)|\{\w+\}")
NAMES = {
    *(
        "AI",
        "API",
        "AQVN",
        "Assistant",
        "cer",
        "Chat",
        "Completions",
        "crt",
        "CSV",
        "DOCX",
        "GGUF",
        "JSON",
        "gguf",
        "HTML",
        "HTTP",
        "http",
        "https",
        "IAM",
        "library",
        "M",
        "Markdown",
        "MIT",
        "Nitka",
        "OAuth",
        "PDF",
        "pem",
        "Qt",
        "SmolLM",
        "SOCKS",
        "socks",
        "Yandex",
    ),
    *("Ctrl", "Enter", "Esc", "End", "F", "v"),
}
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVER = Connection(
    ConnectionId("server"), ConnectionKind.CHAT, "Server", "http://example.org/v1", Auth.API_KEY
)
DEVICE = Connection(ConnectionId("device"), ConnectionKind.ON_DEVICE, "Device")
ASSISTANT = Assistant(AssistantId("a"), 7, AssistantSettings("Name", connection_id=SERVER.id), NOW, NOW, NOW)


class Text(NamedTuple):
    """A text of the program with its translations: one, or one for each plural form."""

    context: str
    source: str
    is_plural: bool
    state: str
    translations: tuple[str, ...]


def texts_of(path: Path) -> list[Text]:
    return [
        _text(str(context.findtext("name")), message)
        for context in ET.parse(path).getroot().iter("context")
        for message in context.iter("message")
    ]


def _text(context: str, message: ET.Element) -> Text:
    translation = message.find("translation")
    assert translation is not None
    is_plural = message.get("numerus") == "yes"
    said = (
        [form.text or "" for form in translation.iter("numerusform")]
        if is_plural
        else [translation.text or ""]
    )
    return Text(
        context, message.findtext("source") or "", is_plural, translation.get("type", ""), tuple(said)
    )


def pairs(language: str) -> list[tuple[str, str]]:
    """Every (source, translation) of a language."""
    return [(text.source, said) for text in texts_of(file_of(language)) for said in text.translations]


def file_of(language: str) -> Path:
    return TRANSLATIONS / f"nitka_{language}.ts"


def script(name: str) -> ModuleType:
    """A program of packaging/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"{name}_under_test", ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# -- the files


def test_every_visible_text_is_in_the_files_and_nothing_else(tmp_path: Path) -> None:
    for language in LANGUAGES:
        shutil.copy(file_of(language), tmp_path)
    script("translations").update(tmp_path)
    for language in LANGUAGES:
        updated, kept = texts_of(tmp_path / file_of(language).name), texts_of(file_of(language))
        assert updated == kept, (
            "run: .venv/bin/python packaging/translations.py update; then translate what is new"
        )


def test_every_text_is_found_in_the_class_that_says_it() -> None:
    """A text that lupdate files under another class would never be translated, and it skips what is no literal."""
    found = {(text.context, text.source) for text in texts_of(file_of("ru"))}
    said = set()
    for path in sorted((ROOT / "desktop_app").rglob("*.py")):
        said |= set(_said_by_classes(ast.parse(path.read_text(encoding="utf-8")), ""))
    assert said
    assert said <= found, said - found


def _said_by_classes(node: ast.AST, owner: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and ast.unparse(child.func) == "self.tr":
            yield owner, ast.literal_eval(child.args[0])
        yield from _said_by_classes(child, child.name if isinstance(child, ast.ClassDef) else owner)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    for text in texts_of(file_of(language)):
        assert text.state == "", text
        assert len(text.translations) == (FORMS[language] if text.is_plural else 1), text
        assert all(text.translations), text


def test_english_has_every_plural_and_nothing_else() -> None:
    plurals = {(text.context, text.source) for text in texts_of(file_of("ru")) if text.is_plural}
    assert {(text.context, text.source) for text in texts_of(file_of("en"))} == plurals


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    for source, said in pairs(language):
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(source)), said


def test_russian_has_no_words_left_in_english() -> None:
    for source, said in pairs("ru"):
        words = set(re.findall(r"[A-Za-z]+", PLACEHOLDER.sub("", said.replace("&", ""))))
        assert words <= NAMES, f"{source!r}: {said!r}"


def test_russian_is_set_as_russian_is() -> None:
    for _, said in pairs("ru"):
        assert not set("\"“”'") & set(said), f"quotes are «…»: {said}"
        assert "..." not in said
        assert not re.search(r"(\d|%1|%n|\}) (%|с$|мс|диалог|слов|модел|строк|символ|меток|дней)", said), (
            f"no break: {said}"
        )
        assert said == said.strip()


# -- the compiled files


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A resources folder with compiled translations, made as the wheel makes them."""
    folder = tmp_path_factory.mktemp("resources")
    (folder / "translations").mkdir()
    copies = [Path(shutil.copy(file_of(language), folder / "translations")) for language in LANGUAGES]
    script("hatch_build").compile_translations(copies)
    return folder


@pytest.fixture
def language(request: pytest.FixtureRequest, qapp: QApplication, resources: Path) -> Iterator[str]:
    """The program's language for the time of a test."""
    before = QLocale()
    translators = install_translators(qapp, resources, request.param)
    yield request.param
    for translator in translators:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


both = pytest.mark.parametrize("language", LANGUAGES, indirect=True)
russian = pytest.mark.parametrize("language", ["ru"], indirect=True)


def test_the_set_up_compiles_what_the_wheel_has(tmp_path: Path, resources: Path) -> None:
    start = script("start")
    copies = [Path(shutil.copy(file_of(language), tmp_path)) for language in LANGUAGES]
    with start.Progress("languages") as progress:
        start.compile_languages(copies, progress)
    for language in LANGUAGES:
        name = f"nitka_{language}.qm"
        assert (tmp_path / name).read_bytes() == (resources / "translations" / name).read_bytes()


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "1 thread"),
        ("en", 2, "2 threads"),
        ("en", 1234, "1,234 threads"),
        ("ru", 1, "1\u00a0диалог"),
        ("ru", 3, "3\u00a0диалога"),
        ("ru", 11, "11\u00a0диалогов"),
        ("ru", 21, "21\u00a0диалог"),
    ],
    indirect=["language"],
)
def test_numbers_take_their_plural_form(language: str, count: int, said: str) -> None:
    model = AssistantListModel()
    assert QCoreApplication.translate("AssistantListModel", "%Ln thread(s)", "", count) == said
    assert model.tr("%Ln thread(s)", "", count) == said


@russian
def test_rows_and_captions_tell_the_same_time_in_24_hours(language: str) -> None:
    moment = datetime.now(UTC).astimezone().replace(hour=14, minute=8)
    summary = ThreadSummary(ThreadId("t"), "Name", None, "", "", moment)
    model = ThreadListModel(now=lambda: moment)
    model.set_threads([summary])
    assert model.time(summary) == time_of_day(moment) == "14:08"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "26 Nov 2026",
                "26 November 2026",
                "26 Nov 2026, 2:08 PM",
                "Thursday, 26 November 2026, 2:08 PM",
            ),
        ),
        ("ru", ("26 нояб. 2026", "26 ноября 2026", "26 нояб. 2026, 14:08", "Четверг, 26 ноября 2026, 14:08")),
    ],
    indirect=["language"],
)
def test_days_are_said_alike_everywhere(language: str, said: tuple[str, ...]) -> None:
    moment = datetime(2026, 11, 26, 14, 8).astimezone()
    found = [put(moment) for put in (day, long_day, day_and_time, whole_moment)]
    assert [text.replace("\u202f", " ") for text in found] == list(said)
    model = ThreadListModel(now=lambda: moment.replace(year=2027))
    summary = ThreadSummary(ThreadId("t"), "Name", None, "", "", moment)
    model.set_threads([summary])
    assert model.time(summary) == said[0]


@russian
def test_the_file_dialog_and_standard_buttons_speak_russian(language: str, qtbot: QtBot) -> None:
    dialog = QFileDialog()
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
    labels: list[QLabel | QAbstractButton] = [*dialog.findChildren(QLabel), *box.buttons()]
    said = [label.text() for label in labels if label.text() and not label.text().startswith("/")]
    assert len(said) > 3
    assert [text for text in said if re.search("[A-Za-z]", text)] == []


# -- the keys of menus and dialogs


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(resources_dir(), qapp)


def assert_keys_are_unique(texts: list[str]) -> None:
    keys = Counter(QKeySequence.mnemonic(text).toString() for text in texts)
    clashes = {
        key: [text for text in texts if QKeySequence.mnemonic(text).toString() == key] for key in keys if key
    }
    assert {key: said for key, said in clashes.items() if len(said) > 1} == {}


def texts_with_keys(window: QWidget) -> list[str]:
    """What a key with Alt reaches in ``window`` as it stands."""
    labels = [
        label.text()
        for label in window.findChildren(QLabel)
        if label.isVisible() and label.buddy() is not None
    ]
    buttons = [button.text() for button in window.findChildren(QAbstractButton) if button.isVisible()]
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible()]
    return [*labels, *buttons, *(bar.tabText(index) for bar in bars for index in range(bar.count()))]


@both
def test_no_two_items_of_a_menu_have_the_same_key(language: str, theme: Theme, qtbot: QtBot) -> None:
    window = MainWindow(theme, Settings(), WindowState())
    qtbot.addWidget(window)
    window._show_more_menu(QPoint())
    window._show_assistant_menu(QPoint())
    menus = window.findChildren(QMenu)
    assert len(menus) >= 9
    assert all(menu.actions() for menu in menus)
    assert_keys_are_unique([action.text() for action in window.menuBar().actions()])
    for menu in menus:
        assert_keys_are_unique([action.text() for action in menu.actions()])
        menu.close()


@both
def test_every_item_of_a_menu_has_a_key_unless_it_is_a_name(
    language: str, theme: Theme, qtbot: QtBot
) -> None:
    window = MainWindow(theme, Settings(), WindowState())
    qtbot.addWidget(window)
    window.fill_menus()
    for menu in window.menuBar().findChildren(QMenu):
        items = [
            a.text() for a in menu.actions() if a.text() and not re.search(r"\d|English|Русский", a.text())
        ]
        assert [text for text in items if QKeySequence.mnemonic(text).isEmpty()] == []


def opened(dialog: QDialog, qtbot: QtBot) -> None:
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)


@both
def test_no_two_fields_of_the_assistant_dialog_have_the_same_key(
    language: str, theme: Theme, qtbot: QtBot
) -> None:
    dialog = AssistantDialog(theme)
    qtbot.addWidget(dialog)
    dialog.edit(ASSISTANT, ASSISTANT.settings, [SERVER, DEVICE])
    (tabs,) = dialog.findChildren(QTabBar)
    for is_asking in (False, True):
        if is_asking:
            name = dialog.findChild(QLineEdit, "assistant_name")
            assert name is not None
            name.setText("Another")
            dialog.reject()
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            assert_keys_are_unique(texts_with_keys(dialog))


@both
def test_no_two_fields_of_the_tools_have_the_same_key(language: str, theme: Theme, qtbot: QtBot) -> None:
    dialog = AssistantDialog(theme)
    qtbot.addWidget(dialog)
    function = Function("weather", command=Command("/bin/weather"))
    tools = replace(ASSISTANT.settings, functions=(function,), search=SearchTool(CallStrategy.AUTO))
    dialog.edit(replace(ASSISTANT, settings=tools), tools, [SERVER, DEVICE])
    page = dialog.findChild(ToolsPage)
    add = dialog.findChild(QAbstractButton, "function_add")
    (tabs,) = dialog.findChildren(QTabBar)
    assert page is not None
    assert add is not None
    for index in range(tabs.count()):
        tabs.setCurrentIndex(index)
        if add.isVisible():
            break
    assert add.isVisible()
    assert_keys_are_unique(texts_with_keys(dialog))
    page._edit(0)
    assert not add.isVisible()
    assert_keys_are_unique(texts_with_keys(dialog))


@both
def test_no_two_fields_of_the_connections_dialog_have_the_same_key(
    language: str, theme: Theme, qtbot: QtBot
) -> None:
    dialog = ConnectionsDialog(theme)
    kinds = [kind for kind in ConnectionKind if kind is not ConnectionKind.ON_DEVICE]
    hosted = [
        Connection(ConnectionId(kind), kind, kind, KINDS[kind].base_url, Auth.OAUTH, folder="f")
        for kind in kinds
    ]
    dialog.set_connections([SERVER, DEVICE, *hosted], {SERVER.id: Kept.KEYRING})
    opened(dialog, qtbot)
    for connection in (SERVER, DEVICE, *hosted):
        dialog.choose(connection.id)
        dialog._editor.advanced.set_open(True)
        assert_keys_are_unique(texts_with_keys(dialog))
    dialog._show_chooser()
    assert_keys_are_unique(texts_with_keys(dialog))
    dialog.choose(SERVER.id, replaces_key=True)
    dialog._editor._server._sign_in._key.edit.setText("test-key-canary-123")
    assert_keys_are_unique(texts_with_keys(dialog))
    dialog.reject()
    assert_keys_are_unique(texts_with_keys(dialog))
    dialog._answered("stay")
    dialog._ask_deletion()
    assert_keys_are_unique(texts_with_keys(dialog))


def cut_off(window: QWidget) -> list[str]:
    """What is said in fewer lines than it takes."""
    labels = [label for label in window.findChildren(WrappedLabel) if label.isVisible()]
    return [label.text() for label in labels if label.heightForWidth(label.width()) > label.height()]


@both
@pytest.mark.parametrize("state", gallery_connections.STATES)
def test_nothing_is_cut_off_in_the_narrowest_connections_dialog(
    language: str, theme: Theme, qtbot: QtBot, state: str
) -> None:
    dialog = gallery_connections.make_dialog(theme, 0)
    opened(dialog, qtbot)
    gallery_connections.STATES[state](dialog)
    page = dialog._pages.currentWidget()
    assert isinstance(page, QScrollArea)
    form = page.widget()
    assert form is not None
    assert form.minimumSizeHint().width() <= page.viewport().width()
    qtbot.waitUntil(lambda: cut_off(dialog) == [])
    add = dialog.findChild(QAbstractButton, "connection_add")
    assert add is not None
    assert add.width() >= add.sizeHint().width()


@both
@pytest.mark.parametrize("kind", [TemplateChooser, AboutDialog])
def test_no_two_buttons_of_a_small_dialog_have_the_same_key(
    language: str, kind: type[QDialog], theme: Theme, qtbot: QtBot
) -> None:
    dialog = AboutDialog(theme, version="1.0") if kind is AboutDialog else TemplateChooser(theme)
    opened(dialog, qtbot)
    assert_keys_are_unique(texts_with_keys(dialog))


@both
@pytest.mark.parametrize("state", gallery_threads.STATES)
def test_no_two_fields_of_a_thread_s_dialogs_have_the_same_key(
    language: str, theme: Theme, qtbot: QtBot, state: str
) -> None:
    dialog = gallery_threads.STATES[state](theme)
    qtbot.addWidget(dialog)
    qtbot.waitExposed(dialog)
    assert_keys_are_unique(texts_with_keys(dialog))
    qtbot.waitUntil(lambda: cut_off(dialog) == [])
