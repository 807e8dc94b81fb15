"""Copies of the database: made with SQLite's own backup, whole or not there, the newest five kept."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from desktop_app.store.files import make_private_folder, os_errors_translated, sync_folder, touch_private

KEPT = 5
SUFFIX = ".db"


def back_up(connection: sqlite3.Connection, folder: Path) -> Path:
    """Copy the database behind ``connection``, outside a transaction, into ``folder`` and drop the oldest copies.

    Raises sqlite3.Error, StoreError, DiskFullError; a copy that failed leaves nothing behind.
    """
    make_private_folder(folder)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = folder / f"nitka-{stamp}-schema{version}{SUFFIX}"
    partial = copy.with_suffix(".partial")
    try:
        _copy(connection, partial)
        with os_errors_translated(copy):
            partial.rename(copy)
            sync_folder(folder)
    finally:
        partial.unlink(missing_ok=True)
    for old in newest_backups(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return copy


def newest_backups(folder: Path) -> list[Path]:
    """The copies in ``folder``, newest first."""
    return sorted(folder.glob(f"nitka-*{SUFFIX}"), reverse=True)


def restore(backup: Path, database: Path) -> Path | None:
    """Put ``backup`` in the place of the closed ``database``; returns where the old file was moved aside, if any.

    Raises StoreError, DiskFullError; then the old file is where it was.
    """
    fresh = database.with_suffix(".restored")
    touch_private(fresh)
    with os_errors_translated(database):
        shutil.copyfile(backup, fresh)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        aside = _moved_aside(database)
        fresh.rename(database)
        sync_folder(database.parent)
    return aside


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    touch_private(target)
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, readable without -wal and -shm


def _moved_aside(database: Path) -> Path | None:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = database.with_name(f"{database.stem}-damaged-{stamp}{database.suffix}")
    for ending in ("-wal", "-shm", ""):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside if aside.exists() else None
