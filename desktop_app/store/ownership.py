"""Which process owns what: a lock that the system lets go when its process ends, however it ends.

A run is stored with the token of the process that writes it.  After a crash the token's lock is free, and the next
start knows that the run is nobody's.  filelock (40 ms to import) is imported when the first lock is asked for.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain.ids import new_id
from desktop_app.store.files import FILE_MODE, make_private_folder

if TYPE_CHECKING:
    from filelock import BaseFileLock

MARK_SUFFIX = ".process"


class ProcessMark:
    """This process's mark in the folder ``locks``, held from the call of the constructor to ``release``.

    ``token`` names the process in the database.  Marks that dead processes left are removed on the way.
    """

    def __init__(self, locks: Path) -> None:
        make_private_folder(locks)
        self._locks = locks
        self.token = new_id()
        self._lock = _lock(self._path(self.token))
        self._lock.acquire()
        self._remove_stale()

    def is_alive(self, token: str) -> bool:
        """Whether the process that holds ``token`` still runs; this one does."""
        return token == self.token or _is_held(self._path(token))

    def release(self) -> None:
        """Let go and leave nothing behind; safe to call twice."""
        if self._lock.is_locked:
            _remove_held(self._path(self.token))
            self._lock.release()

    def _path(self, token: str) -> Path:
        return self._locks / f"{token}{MARK_SUFFIX}"

    def _remove_stale(self) -> None:
        for path in self._locks.glob(f"*{MARK_SUFFIX}"):
            self.is_alive(path.stem)


def _lock(path: Path) -> "BaseFileLock":
    from filelock import FileLock

    # thread_local=False: taken on the window's thread, it may be let go by another.
    return FileLock(path, mode=FILE_MODE, thread_local=False)


def _is_held(path: Path) -> bool:
    """Whether a process holds the lock at ``path``; a lock that nobody holds is removed."""
    from filelock import Timeout

    if not path.exists():
        return False
    lock = _lock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    _remove_held(path)
    lock.release()
    return False


def _remove_held(path: Path) -> None:
    """Remove a lock file that this process holds, so that nobody can take a name that is going.

    On Windows a held file cannot be removed; there filelock removes it when it lets go.
    """
    if os.name == "posix":
        with suppress(OSError):
            path.unlink()
