"""The parts behind the window: whatever fails, the rest is let go, and nothing is left open.

That no thread is left either is seen to after every test, in tests/conftest.py.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.library import Beginning
from desktop_app.domain.errors import DatabaseDamagedError, DiskFullError
from desktop_app.export.markdown import Labels
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.profile import Profile


def opened(profile: Profile) -> Backend:
    profile.prepare()
    return open_backend(profile, "id", lambda _: None, labels=Labels(), beginning=Beginning())


def test_a_part_that_fails_to_close_does_not_keep_the_others_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    profile = Profile.at(tmp_path)
    backend = opened(profile)

    async def break_down() -> None:
        raise OSError("no more")

    backend.connections.close = break_down  # type: ignore[method-assign]
    backend.close()
    assert list(profile.locks.glob("*.process")) == []
    assert "no more" in caplog.text


def test_a_start_that_fails_halfway_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_room(_self: object, _connection: object) -> None:
        raise DiskFullError("full")

    monkeypatch.setattr(ConnectionStore, "add", no_room)
    profile = Profile.at(tmp_path)
    with pytest.raises(DiskFullError):
        opened(profile)
    assert list(profile.locks.glob("*.process")) == []
    monkeypatch.undo()
    opened(profile).close()


def test_a_file_that_is_no_database_is_an_error_and_is_left_as_it_is(tmp_path: Path) -> None:
    profile = Profile.at(tmp_path)
    profile.prepare()
    profile.database.write_bytes(b"something else" * 1000)
    before = profile.database.read_bytes()
    with pytest.raises(DatabaseDamagedError):
        opened(profile)
    assert profile.database.read_bytes() == before


def test_damage_that_is_found_at_the_start_leaves_the_rest_to_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    profile = Profile.at(tmp_path)
    opened(profile).close()
    with closing(sqlite3.connect(profile.database)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'connections'"
        page, size = (
            connection.execute(query).fetchone()[0],
            connection.execute("PRAGMA page_size").fetchone()[0],
        )
    with profile.database.open("rb+") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with closing(opened(profile)) as backend:
        assert backend.database.is_read_only
        assert len(backend.worker.call(backend.assistants.assistants()).result()) == 1
