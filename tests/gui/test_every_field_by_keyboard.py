"""Every field of an assistant, a thread and a run: set by keyboard, and found unchanged wherever it goes."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.library import Beginning
from desktop_app.domain.archive import ThreadArchive
from desktop_app.domain.assistants import NAME_LIMIT, Assistant, AssistantSettings, Expiration
from desktop_app.domain.connections import Connection
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.overrides import FIELDS, RunOverrides
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import Status, Thread
from desktop_app.domain.tools import FUNCTIONS_LIMIT, Command, Function, SearchTool
from desktop_app.export import archive, assistants
from desktop_app.export.markdown import Labels
from desktop_app.store.profile import Profile
from desktop_app.widgets.dialogs.run_options_dialog import RunOptionsDialog
from tests.assistants_folder import FOLDER
from tests.conftest import until
from tests.contract.suite import Wire
from tests.contract.test_every_field import CANARY, CASES, Case, expected
from tests.gui.fields_by_keyboard import (
    ASSISTANT_FIELDS,
    RUN_FIELDS,
    THREAD_FIELDS,
    Field,
    run_at_limits,
    run_fields,
)
from tests.gui.filling_in import (
    assistant_dialog,
    fill_in,
    has_focus,
    is_enabled,
    is_gone,
    named,
    prepare,
    refuse,
    run_dialog,
    thread_dialog,
)
from tests.gui.living_window import Scene, living_window
from tests.gui.records_at_limits import (
    ASSISTANT,
    HELD_ASSISTANT,
    HELD_THREAD,
    RUN,
    THREAD,
    WITHOUT_A_FIELD,
    leaves,
    value_of,
)
from tests.gui.typist import CTRL, SHIFT, Typist

QUESTION = "What is 2 + 2?"
[HELD_CASE] = [case for case in CASES if case.has_own]
TOLD_EACH_TIME = [case for case in CASES if not case.has_own]


def with_places(fields: Sequence[Field]) -> list[Any]:
    """A case for each field that has a place in its record."""
    return [pytest.param(field, id=field.name) for field in fields if field.path]


# -- the tables are whole


@pytest.mark.parametrize(
    ("record", "fields"),
    [(ASSISTANT, ASSISTANT_FIELDS), (THREAD, THREAD_FIELDS), (RUN, RUN_FIELDS)],
    ids=["assistant", "thread", "run"],
)
def test_each_field_is_in_its_table(record: Any, fields: list[Field]) -> None:
    there = [field.path for field in fields if field.path]
    assert sorted(there) == sorted(set(leaves(record)) - WITHOUT_A_FIELD)


def test_no_field_is_as_it_is_when_nothing_is_set() -> None:
    function = Function("", command=Command(""))
    bare = AssistantSettings("", expiration=Expiration(1), functions=(function,), search=SearchTool())
    same = {path for path in leaves(ASSISTANT) if value_of(ASSISTANT, path) == value_of(bare, path)}
    assert same == WITHOUT_A_FIELD


# -- each field by itself


@pytest.mark.parametrize("field", with_places(ASSISTANT_FIELDS))
async def test_a_field_of_an_assistant_keeps_to_its_limits(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, field: Field
) -> None:
    async with HELD_CASE.wire.server() as server, living_window(qapp, tmp_path) as scene:
        await connect(scene.backend, HELD_CASE.wire, server)
        typist = await assistant_dialog(scene)
        await prepare(typist, scene, field, ASSISTANT_FIELDS)
        await refuse(typist, field, "assistant_apply", "assistant_save")
        if field.wrong:
            typist.press(Qt.Key.Key_S, CTRL)
            assert typist.dialog.isVisible()
        assert (await stored_assistant(scene)).version == scene.assistant.version
        for entry, value, then in field.taken(ASSISTANT):
            await fill_in(typist, scene, [replace(field, entry=entry), *named(then, ASSISTANT_FIELDS)])
            await until(partial(is_enabled, typist, "assistant_apply"))
            typist.press(Qt.Key.Key_S, CTRL | SHIFT)
            await scene.settled()
            assert value_of((await stored_assistant(scene)).settings, field.path) == value
        typist.leave()


async def test_there_can_be_so_many_functions_and_no_more(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as scene:
        typist = await assistant_dialog(scene)
        typist.show_page("Tools")
        for name in ("function_add", "function_back"):
            typist.fill(name, None)
        typist.reach("function_duplicate")
        for _ in range(FUNCTIONS_LIMIT - 1):
            typist.press(Qt.Key.Key_Space)
        assert not is_enabled(typist, "function_duplicate")
        assert not is_enabled(typist, "function_add")
        assert str(FUNCTIONS_LIMIT) in typist.part(QLabel, "function_hint").text()
        typist.press(Qt.Key.Key_S, CTRL)
        await until(partial(is_gone, scene, "assistant_dialog"))
        functions = (await stored_assistant(scene)).settings.functions
        assert len({function.name for function in functions}) == FUNCTIONS_LIMIT


async def test_what_an_import_brought_over_the_limits_is_told_where_it_can_be_mended(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    given = AssistantSettings(
        "n" * (NAME_LIMIT + 1),
        functions=tuple(Function(f"f{number}") for number in range(FUNCTIONS_LIMIT + 1)),
    )
    path = tmp_path / "given.json"
    path.write_bytes(assistants.encode([assistants.SavedVersion(given, datetime.now(UTC))]))
    async with living_window(qapp, tmp_path / "here") as scene:
        imported = (await scene.backend.assistant_files.import_(path)).assistant
        scene.intents.assistants.edit(imported.id)
        await until(partial(has_focus, "assistant_name"))
        typist = Typist(scene.find(QDialog, "assistant_dialog"), "assistant_tabs")
        assert typist.shown("assistant_name") == given.name
        assert f"at most {NAME_LIMIT} characters" in typist.problem("assistant_name")
        typist.press(Qt.Key.Key_End)
        typist.press(Qt.Key.Key_Backspace)
        assert not typist.problem("assistant_name")
        assert not is_enabled(typist, "assistant_save")
        typist.show_page("Tools")
        told = typist.part(QWidget, "function_problem")
        assert told.isVisible()
        assert f"at most {FUNCTIONS_LIMIT}" in told.accessibleName()
        typist.reach("function_list")
        typist.press(Qt.Key.Key_Delete)
        assert not told.isVisible()
        typist.press(Qt.Key.Key_S, CTRL)
        await until(partial(is_gone, scene, "assistant_dialog"))
        mended = await scene.backend.assistants.assistant(imported.id)
        assert mended
        assert mended.settings == replace(given, name=given.name[:-1], functions=given.functions[1:])


@pytest.mark.parametrize("field", with_places(THREAD_FIELDS))
async def test_a_field_of_a_thread_keeps_to_its_limits(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, field: Field
) -> None:
    async with HELD_CASE.wire.server() as server, living_window(qapp, tmp_path) as scene:
        await answer_through(scene, await connect(scene.backend, HELD_CASE.wire, server))
        await refuse_in_thread(scene, field)
        for entry, value, _ in field.taken(THREAD):
            typist = await thread_dialog(scene)
            await prepare(typist, scene, field, THREAD_FIELDS)
            typist.fill(field.name, entry)
            typist.press(Qt.Key.Key_S, CTRL)
            await until(partial(is_gone, scene, "thread_dialog"))
            assert value_of(ThreadSettings.of(await stored_thread(scene)), field.path) == value


async def refuse_in_thread(scene: Scene, field: Field) -> None:
    typist = await thread_dialog(scene)
    await prepare(typist, scene, field, THREAD_FIELDS)
    await refuse(typist, field, "thread_save")
    typist.leave("thread_discard")
    await until(partial(is_gone, scene, "thread_dialog"))


@pytest.mark.parametrize("field", with_places(RUN_FIELDS))
async def test_a_field_of_a_run_keeps_to_its_limits(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, field: Field
) -> None:
    async with living_window(qapp, tmp_path) as scene:
        for entry, value, then in field.taken(RUN):
            typist = await run_dialog(scene)
            await prepare(typist, scene, field, RUN_FIELDS)
            await refuse(typist, field, "run_options_use")
            await fill_in(typist, scene, [replace(field, entry=entry), *named(then, RUN_FIELDS)])
            assert isinstance(typist.dialog, RunOptionsDialog)
            await until(partial(is_enabled, typist, "run_options_use"))
            with qtbot.waitSignal(typist.dialog.chosen) as chosen:
                typist.press(Qt.Key.Key_Return, CTRL)
            [overrides] = chosen.args
            settings = (overrides or RunOverrides()).of(scene.assistant.settings)
            assert value_of(settings, field.path) == value


# -- all of them, all the way


async def test_all_fields_of_an_assistant_go_everywhere_unchanged(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "assistant.json"
    async with HELD_CASE.wire.server() as server, living_window(qapp, tmp_path / "here") as scene:
        await connect(scene.backend, HELD_CASE.wire, server)
        typist = await assistant_dialog(scene)
        await fill_in(typist, scene, ASSISTANT_FIELDS)
        await until(partial(is_enabled, typist, "assistant_save"))
        typist.press(Qt.Key.Key_S, CTRL)
        await until(partial(is_gone, scene, "assistant_dialog"))
        assert (await stored_assistant(scene)).settings == ASSISTANT
        await scene.backend.assistant_files.export(scene.assistant.id, path, has_history=True)
    written = replace(ASSISTANT, connection_id=None)
    assert assistants.read(path)[-1].settings == written
    async with other_profile(tmp_path / "there") as backend:
        imported = (await backend.assistant_files.import_(path)).assistant
        assert imported.settings == written
        for case in CASES:
            async with case.wire.server() as server:
                await ask(backend, imported, await connect(backend, case.wire, server))
                assert case.said(server) == expected(case, ASSISTANT)
                if case.has_own:
                    assert created(server, "AssistantService") == HELD_ASSISTANT
                    assert created(server, "ThreadService") == HELD_THREAD
                else:
                    assert_nothing_of_nitkas_own(server)


async def test_all_fields_of_a_thread_go_everywhere_unchanged(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with HELD_CASE.wire.server() as server, living_window(qapp, tmp_path) as scene:
        await answer_through(scene, await connect(scene.backend, HELD_CASE.wire, server))
        typist = await thread_dialog(scene)
        await fill_in(typist, scene, THREAD_FIELDS)
        typist.press(Qt.Key.Key_S, CTRL)
        await until(partial(is_gone, scene, "thread_dialog"))
        assert ThreadSettings.of(await stored_thread(scene)) == THREAD
        assert ThreadSettings.of((await written_thread(scene, tmp_path)).thread) == THREAD
        await send(scene)
        assert created(server, "ThreadService") == HELD_THREAD


@pytest.mark.parametrize("case", TOLD_EACH_TIME, ids=lambda case: case.wire.name)
async def test_all_fields_of_a_run_are_asked_for(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, case: Case
) -> None:
    async with case.wire.server() as server, living_window(qapp, tmp_path) as scene:
        settings = await answer_through(scene, await connect(scene.backend, case.wire, server))
        await ask_otherwise(scene, run_fields(case))
        asked = run_at_limits(case).of(settings)
        await assert_run(scene, tmp_path, asked)
        assert case.said(server) == expected(case, asked)
        assert case.wire.sent(server).model in ("otherwise", f"gpt://{FOLDER}/otherwise/latest")


async def test_all_fields_of_a_run_of_a_held_assistant_are_of_that_run(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with HELD_CASE.wire.server() as server, living_window(qapp, tmp_path) as scene:
        settings = await answer_through(scene, await connect(scene.backend, HELD_CASE.wire, server))
        await ask_otherwise(scene, run_fields(HELD_CASE))
        await assert_run(scene, tmp_path, run_at_limits(HELD_CASE).of(settings))
        said = created(server, "RunService")
        assert {name: value for name, value in said.items() if name.startswith("custom")} == {
            "customPromptTruncationOptions": HELD_ASSISTANT["promptTruncationOptions"],
            "customCompletionOptions": HELD_ASSISTANT["completionOptions"],
            "customResponseFormat": HELD_ASSISTANT["responseFormat"],
        }
        made = created(server, "AssistantService")
        assert "responseFormat" not in made
        assert made["modelUri"] == f"gpt://{FOLDER}/otherwise/latest"  # a run there has none of its own


# -- hands


async def ask_otherwise(scene: Scene, fields: Sequence[Field]) -> None:
    """Fill in the settings for the next question, and ask it."""
    typist = await run_dialog(scene)
    await fill_in(typist, scene, fields)
    await until(partial(is_enabled, typist, "run_options_use"))
    typist.press(Qt.Key.Key_Return, CTRL)
    await until(partial(is_gone, scene, "run_options_dialog"))
    await send(scene)


async def send(scene: Scene) -> None:
    """Ask by keyboard, and wait for the end of the reply."""
    scene.send(QUESTION)
    await scene.settled()
    await scene.backend.worker.ask(scene.backend.runs.wait(scene.thread_id))
    await scene.settled()


# -- what stands behind


def without_a_key(server: Any) -> None:
    """Nobody signs in: the keyring is not asked."""
    if hasattr(server, "accepted"):
        server.accepted = set()
    else:
        server.key = None


async def connect(backend: Backend, wire: Wire, server: Any) -> ConnectionId:
    """A connection to ``server``."""
    without_a_key(server)
    url = wire.url(server)
    made = Connection(ConnectionId(wire.name), wire.kind, wire.name, url, **wire.settings(url))
    await backend.connection_records.add(made)
    return made.id


async def answer_through(scene: Scene, connection_id: ConnectionId) -> AssistantSettings:
    """Let the assistant of the window answer through a connection."""
    settings = replace(scene.assistant.settings, connection_id=connection_id)
    scene.intents.assistants.save(scene.assistant.id, settings, "")
    await scene.settled()
    return settings


async def stored_assistant(scene: Scene) -> Assistant:
    found = await scene.backend.assistants.assistant(scene.assistant.id)
    assert found
    return found


async def stored_thread(scene: Scene) -> Thread:
    found = await scene.backend.conversations.thread(scene.thread_id)
    assert found
    return found


async def written_thread(scene: Scene, folder: Path) -> ThreadArchive:
    """The open thread as it is in the file that it is exported to."""
    path = await scene.backend.library.export([scene.thread_id], "json", folder / "thread.json")
    [found] = archive.decode(path.read_bytes())
    return found


async def assert_run(scene: Scene, folder: Path, settings: AssistantSettings) -> None:
    """The run is in the store and in the file as it was asked for, and was answered."""
    [run] = await scene.backend.conversations.runs(scene.thread_id)
    assert (run.status, run.error) == (Status.COMPLETED, None)
    assert run.settings == settings
    assert run.details.overrides == FIELDS
    assert [one.settings for one in (await written_thread(scene, folder)).runs] == [settings]


@asynccontextmanager
async def other_profile(folder: Path) -> AsyncIterator[Backend]:
    """What stands behind another window, without it."""
    profile = Profile.at(folder)
    profile.prepare()
    backend = await asyncio.to_thread(
        partial(open_backend, profile, "other", lambda _: None, labels=Labels(), beginning=Beginning())
    )
    try:
        yield backend
    finally:
        await asyncio.to_thread(backend.close)


async def ask(backend: Backend, assistant: Assistant, connection_id: ConnectionId) -> None:
    """Ask an assistant through a connection, in a thread of which everything is said."""
    settings = replace(assistant.settings, connection_id=connection_id)
    asked = await backend.assistants.save_version(assistant.id, settings)
    thread = await backend.conversations.create_thread(asked.id)
    await backend.conversations.describe_thread(thread.id, THREAD)
    await backend.worker.ask(backend.runs.send(thread.id, QUESTION))
    await backend.worker.ask(backend.runs.wait(thread.id))
    [run] = await backend.conversations.runs(thread.id)
    assert (run.status, run.error) == (Status.COMPLETED, None)


def created(server: Any, service: str) -> dict[str, Any]:
    """What the service was told to make, as the official descriptors read it."""
    [request] = server.requests(f"{service}.Create")
    return {name: value for name, value in MessageToDict(request).items() if name != "messages"}


def assert_nothing_of_nitkas_own(server: Any) -> None:
    sent = [json.dumps([one.path, one.headers, one.body]) for one in server.seen]
    assert sent
    assert not [one for one in sent if CANARY in one]
