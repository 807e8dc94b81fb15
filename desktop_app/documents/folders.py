"""The files that are meant by what the user dropped: files, and folders with all that is in them."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop_app.documents.opening import fault_of, modified_ns
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
    left = [path]
    while left:  # os.walk calls itself, and is at its end where folders lie very deep
        folder = left.pop()
        try:
            names = sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208
        except OSError as error:
            yield FoundFile(str(folder), fault=fault_of(error), detail=str(error))
            continue
        inner = []
        for inside in map(folder.joinpath, names):
            if not os.path.isdir(inside):  # noqa: PTH112
                yield _looked_at(inside)
            elif not inside.is_symlink():
                inner.append(inside)
        left += reversed(inner)


def _looked_at(path: Path) -> FoundFile:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        return FoundFile(str(path), fault=fault_of(error), detail=str(error))
    fault = None if stat.S_ISREG(found.st_mode) else FileFault.NOT_A_FILE
    return FoundFile(str(path), found.st_size, modified_ns(found), fault)
