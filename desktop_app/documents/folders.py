"""The files that are meant by what the user dropped: files, and folders with all that is in them."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop_app.documents.opening import fault_of
from desktop_app.domain.files import FILES_AT_ONCE, FileFault, FoundFile, TooManyFilesError


def found_files(paths: Iterable[Path]) -> list[FoundFile]:
    """The files at ``paths`` and in the folders there, by name; hidden ones only where they are named themselves.

    Links to folders inside a folder are not followed.  What is no file, or cannot be looked at, has its fault.  Blocks;
    raises TooManyFilesError.
    """
    found: dict[str, FoundFile] = {}
    for path in paths:
        for each in _below(Path(os.path.abspath(path))):  # noqa: PTH100 - without following links
            found[each.path] = each
            if len(found) > FILES_AT_ONCE:
                raise TooManyFilesError(f"more than {FILES_AT_ONCE} files")
    return list(found.values())


def _below(path: Path) -> Iterator[FoundFile]:
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where the system says no
        yield _looked_at(path)
        return
    refused: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield _looked_at(Path(folder, name))
    for error in refused:
        yield FoundFile(str(error.filename), fault=fault_of(error), detail=str(error))


def _looked_at(path: Path) -> FoundFile:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        return FoundFile(str(path), fault=fault_of(error), detail=str(error))
    fault = None if stat.S_ISREG(found.st_mode) else FileFault.NOT_A_FILE
    return FoundFile(str(path), found.st_size, found.st_mtime_ns, fault)
