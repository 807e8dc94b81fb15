"""Files that only their owner can read, and that are whole or not there at all.

A file is written beside its place, reaches the disk, and is renamed over the old one; whoever reads it meanwhile sees
one or the other.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700


@contextmanager
def os_errors_translated(path: Path) -> Iterator[None]:
    """What the disk refuses becomes DiskFullError or StoreError naming ``path``."""
    try:
        yield
    except OSError as error:
        from desktop_app.domain.errors import DiskFullError, StoreError  # not for the start, which goes well

        is_full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None))
        blamed = DiskFullError if is_full else StoreError
        raise blamed(f"{path}: {error.strerror or error}") from error


def make_private_folder(path: Path) -> None:
    """Make ``path`` for its owner alone; a folder that is there already keeps its rights."""
    with os_errors_translated(path):
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def touch_private(path: Path) -> None:
    """See that ``path`` exists and that only its owner can read it.

    One that is there is not opened: closing it would let go the locks that this process has on it, also those of SQLite
    (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
    """
    with os_errors_translated(path):
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))
        path.chmod(FILE_MODE)


def replace_file(path: Path, content: bytes) -> None:
    """Write ``content`` as ``path``, durably and at once; a link is followed, so that linked settings stay linked."""
    path = path.resolve()
    with os_errors_translated(path):
        beside = _written_beside(path, content)
        try:
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def create_file(path: Path, content: bytes) -> bool:
    """As ``replace_file``, but only when nothing is there; returns whether it was written."""
    with os_errors_translated(path):
        beside = _written_beside(path, content)
        try:
            os.link(beside, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if path.exists():
                return False
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(path.parent)
        return True


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _written_beside(path: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 by itself
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
