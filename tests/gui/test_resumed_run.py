"""A reply that an earlier program left to its service: the window shows it growing, and can stop it."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.controllers.asking import new_question, new_reply
from desktop_app.domain.connections import Network
from desktop_app.domain.threads import Status
from tests.conftest import until
from tests.gui.living_window import living_window

pytestmark = pytest.mark.usefixtures("qtbot")


async def test_a_reply_that_is_read_on_is_shown_as_growing_and_can_be_stopped(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        records = s.backend.conversations

        async def adopt() -> None:
            s.backend.runs.adopt(orphans)

        connection = (await s.backend.connection_records.connections())[-1]
        one_at_a_time = replace(connection, network=Network(max_concurrent=1))
        await s.backend.connection_records.update(one_at_a_time)
        s.send(
            "Busy"
        )  # it takes the only turn, so that the other waits in line for as long as the test needs
        await until(lambda: s.is_running)
        left = await records.create_thread(s.assistant.id)
        question = new_question(left.id, None, "Left")
        run, reply = new_reply(left.id, question, s.assistant)
        reply = (await records.begin_run(run, user_message=question, reply=reply, owner="dead"))[-1]
        await records.save_reply(reply.id, "half", cursor=1, remote_id="remote")
        await s.open(left.id)
        await until(lambda: s.shown() == ["Left", "half"])
        orphans = await records.resumable_orphans(lambda owner: owner != "dead", s.backend.mark.token)
        await s.backend.worker.ask(adopt())
        await until(lambda: s.is_running)
        s.intents.runs.stop(left.id)
        await until(lambda: not s.is_running)
        assert s.shown() == ["Left", "half"]
        assert (await s.stored(left.id))[-1].status is Status.STOPPED
        s.prompter.answer("Busy", "Done")
