"""The line below the composer and the ring in the header: what a question would send, told while it is written."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import AssistantSettings, PromptTruncation
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.context import ContextPreview, Counted
from desktop_app.domain.ids import ConnectionId, MessageId, new_id
from desktop_app.domain.threads import Cost
from desktop_app.widgets.amounts import money
from desktop_app.widgets.composer import Composer
from desktop_app.widgets.composer_context import ComposerContext
from desktop_app.widgets.context_caption import ContextCaption
from desktop_app.widgets.context_words import ContextWords, fill_of
from desktop_app.widgets.gauge import ContextGauge
from desktop_app.widgets.header import ThreadHeader
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.servers import refuse
from tests.yandex_text_server import FOLDER, YandexTextServer

COUNT = "TokenizerService.TokenizeCompletion"
PARTS = ("~412 of 7,000 tokens", "will send 18 of 63 messages", "about 0.21 RUB")


def preview(*, tokens: int = 412, sent: int = 18, counted: Counted = Counted.ESTIMATE) -> ContextPreview:
    return ContextPreview((), sent, 63, MessageId("m"), tokens, 7000, counted, cost=Cost(0.21, "RUB"))


@pytest.fixture
def composer(qtbot: QtBot, qapp: QApplication) -> Composer:
    made = Composer(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(720, 120)
    made.show()
    made.set_context(PARTS)
    qtbot.waitExposed(made)
    return made


def line_of(composer: Composer) -> ContextCaption:
    found = composer.findChild(ContextCaption, "context_caption")
    assert isinstance(found, ContextCaption)
    return found


def test_the_line_says_tokens_messages_and_cost(composer: Composer) -> None:
    assert line_of(composer).isVisible()
    assert line_of(composer).shown_text() == " · ".join(PARTS)


def test_a_narrow_line_keeps_whole_parts_and_its_tip_has_all(composer: Composer, qtbot: QtBot) -> None:
    composer.resize(540, 120)
    line = line_of(composer)
    assert line.shown_text() == " · ".join(PARTS[:2])
    assert line.toolTip() == " · ".join(PARTS)
    composer.resize(340, 120)
    assert line.shown_text() == PARTS[0]


def test_hints_and_editing_come_before_the_line(composer: Composer) -> None:
    line = line_of(composer)
    composer.set_hint("Sends when the reply is complete")
    assert not line.isVisible()
    composer.set_hint("")
    assert line.isVisible()
    composer.set_editing(True)
    assert not line.isVisible()
    composer.set_editing(False)
    composer.set_context(())
    assert not line.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_the_line_is_pressed_by_keys(composer: Composer, qtbot: QtBot, key: Qt.Key) -> None:
    with qtbot.waitSignal(composer.context_requested):
        QTest.keyClick(line_of(composer), key)


@pytest.fixture
def in_english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_US"))
    yield
    QLocale.setDefault(before)


@pytest.mark.usefixtures("in_english")
def test_large_numbers_have_their_thousands_apart(qapp: QApplication) -> None:
    many = replace(preview(), sent=11_994, total=11_994)
    assert "11,994 message" in ContextWords().parts(many)[1]
    assert "1,994 of 11,994 message" in ContextWords().parts(replace(many, sent=1994))[1]
    assert "10,000 older message" in ContextWords().consequence(replace(many, sent=1994))


def test_what_leaves_no_room_for_any_message_is_said_first(qapp: QApplication, composer: Composer) -> None:
    words = ContextWords()
    full = replace(preview(sent=1), instruction_tokens=7001)
    assert words.parts(full)[1] == "over the limit without any message"
    assert "The instruction alone takes more tokens" in words.consequence(full)
    assert "The instruction and the tools alone" in words.consequence(replace(full, tools_tokens=1))
    just = replace(full, instruction_tokens=6000, tools_tokens=1000)
    assert words.warning(just) == ""
    assert "will not be sent" in words.consequence(just)
    line = line_of(composer)
    calm = line.grab().toImage()
    composer.set_context(PARTS, is_warning=True)
    assert line.grab().toImage() != calm
    composer.set_context(PARTS)
    assert line.grab().toImage() == calm


def test_only_what_nobody_counted_is_marked(qapp: QApplication) -> None:
    words = ContextWords()
    assert words.tokens(preview()).startswith("~412 of")
    assert words.tokens(preview(counted=Counted.LEARNED)).startswith("~412")
    assert words.tokens(preview(counted=Counted.SERVICE)).startswith("412 of")


@pytest.mark.parametrize(
    ("tokens", "role"),
    [(0, "accent"), (5599, "accent"), (5600, "warning"), (6649, "warning"), (6650, "error"), (9000, "error")],
)
def test_the_ring_is_amber_from_80_and_red_from_95_per_cent(qtbot: QtBot, tokens: int, role: str) -> None:
    header = ThreadHeader(Theme(resources_dir()))
    qtbot.addWidget(header)
    header.set_context(fill_of(preview(tokens=tokens)), "What it means")
    gauge = header.findChild(ContextGauge, "context_gauge")
    assert gauge is not None
    assert gauge.role == role
    assert "What it means" in gauge.toolTip()
    header.set_context(None)
    assert gauge.isHidden()


@pytest.mark.parametrize(
    ("amount", "text"),
    [(12.5, "12.50"), (0.21, "0.21"), (0.0, "0.00"), (0.0042, "0.0042"), (1e-9, "0.000000")],
)
def test_small_amounts_keep_two_digits_that_say_something(amount: float, text: str) -> None:
    assert money(Cost(amount, "RUB")) == f"{text} RUB"


async def test_the_line_follows_what_is_typed(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        composer, told = s.window.messages.composer, []
        await s.settled()
        assert composer.findChild(ContextCaption, "context_caption") is None  # an empty thread tells nothing
        s.intents.details.previewed.connect(lambda _, one: told.append(one))
        s.type("One two three")
        await until(lambda: composer.findChild(ContextCaption, "context_caption") is not None)
        assert len(told) == 1  # not for every key
        assert "will send 1 message" in line_of(composer).text()
        short = told[-1].tokens
        s.type(" and much more than there was before")
        await until(lambda: told[-1].tokens > short)


async def test_the_line_counts_what_was_said_when_the_reply_is_there(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("Hello", "Hi")
        composer = s.window.messages.composer
        await until(lambda: composer.findChild(ContextCaption) is not None)
        await until(lambda: "will send 2 message" in line_of(composer).text())
        gauge = s.find(ContextGauge, "context_gauge")
        assert not gauge.isHidden()
        assert "sees the whole thread" in gauge.accessibleDescription()
        await s.new_thread()
        await until(lambda: gauge.isHidden())
        assert not line_of(composer).isVisible()
        assert s.find(QLabel, "composer_hint").text() == ""


async def test_the_thread_says_when_the_model_sees_nothing_of_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        line = s.window.messages.transcript.context_line
        await s.ask("One", "First")
        await s.settled()
        assert not line.is_below_all
        short = replace(s.assistant.settings, instruction="word " * 400, truncation=PromptTruncation(50))
        await s.backend.assistants.save_version(s.assistant.id, short)
        s.type("Two")
        await until(lambda: line.is_below_all)
        assert "over the limit without any message" in line_of(s.window.messages.composer).text()
        await s.new_thread()
        await until(lambda: not line.is_below_all)


async def test_a_service_that_counts_is_asked_when_typing_rests(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with YandexTextServer(accepted=set()) as server, living_window(qapp, tmp_path) as s:
        await answer_through(s, server)
        s.type("How many tokens are these")
        await until(lambda: s.window.findChild(ContextCaption) is not None)
        line = line_of(s.window.messages.composer)
        assert line.text().startswith("~")
        assert not server.requests(COUNT)
        await until(lambda: not line.text().startswith("~"))
        (counted,) = server.requests(COUNT)
        assert counted.messages[-1].text == "How many tokens are these"


async def test_a_service_that_cannot_count_is_asked_once_for_the_same_words(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with YandexTextServer(accepted=set()) as server, living_window(qapp, tmp_path) as s:
        server.fail(COUNT, refuse(400))
        await answer_through(s, server)
        told: list[ContextPreview] = []
        s.intents.details.previewed.connect(lambda _, one: told.append(one))
        s.type("How many tokens are these")
        # The estimate, and what was left of it.
        await until(lambda: [one.total for one in told].count(1) == 2)
        assert told[-1].counted is not Counted.SERVICE
        context = s.window.findChild(ComposerContext)
        assert context is not None
        assert not context._idle.isActive()


async def answer_through(s: Scene, server: YandexTextServer) -> None:
    """From now on an assistant of the server answers in the open thread."""
    connection = Connection(
        ConnectionId(new_id()), ConnectionKind.YANDEX_TEXT, "Yandex", server.text_url, folder=FOLDER
    )
    await s.backend.connection_records.add(connection)
    settings = AssistantSettings("Counter", connection_id=connection.id, model="yandexgpt")
    assistant = await s.backend.assistants.create(settings)
    answerers: list[object] = []
    s.intents.answerer_changed.connect(answerers.append)
    s.intents.threads.set_assistant(s.thread_id, assistant.id)
    await until(lambda: answerers)
