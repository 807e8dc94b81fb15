"""Databases for tests: let go also where a test fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desktop_app.store.database import Database
from tests.conftest import PATIENCE_S


@contextmanager
def database_in(folder: Path, name: str = "nitka.db", **options: Any) -> Iterator[Database]:
    """The database ``name`` in ``folder``, not yet opened; ``options`` are those of Database."""
    made = Database(folder / name, folder / "backups", **options)
    try:
        yield made
    finally:
        assert made.close_blocking(PATIENCE_S)
