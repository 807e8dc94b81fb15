"""A library that a command reads beside the window."""

import asyncio
from pathlib import Path

import pytest

from desktop_app.controllers import file_queue
from desktop_app.domain.files import FileStatus
from tests.conftest import until
from tests.unit.test_files_controller import LONG, OURS, opened, rows, texts


async def test_what_another_process_left_half_read_is_read_on_when_the_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_queue, "CHUNKS_AT_ONCE", 1)
    paths = texts(tmp_path / "src", a=LONG * 4)
    async with opened(tmp_path) as window:
        async with opened(tmp_path) as command:
            await command.files.add(OURS, paths)
            await until(lambda: bool(rows(tmp_path, "SELECT 1 FROM parts")))
            [file] = await window.files.files(OURS)
            assert file.status is FileStatus.READING
        stored = rows(tmp_path, "SELECT id FROM parts ORDER BY id")
        assert rows(tmp_path, "SELECT status FROM files") == [("waiting",)]
        async with asyncio.timeout(20):
            [file] = await window.settled()
        assert file.status is FileStatus.READY
        parts = rows(tmp_path, "SELECT id FROM parts ORDER BY id")
        assert parts[: len(stored)] == stored
        assert len(parts) > len(stored)
