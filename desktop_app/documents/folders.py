"""The files that are meant by what the user dropped: files, and folders with all that is in them.

A link that the user drops is followed.  One inside a dropped folder is not followed to a folder, nor to a file outside:
nothing is read that was not dropped, and no loop is walked.  One to a file inside is that file once; it stands for the
file where the walk does not come to it, since it is hidden.  One to nothing is listed with its fault.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from desktop_app.documents.opening import fault_of, modified_ns
from desktop_app.domain.files import FILES_AT_ONCE, FileFault, FoundFile, TooManyFilesError


def found_files(paths: Iterable[Path]) -> list[FoundFile]:
    """The files at ``paths`` and in the folders there, by name; hidden ones only where they are named themselves.

    Links inside a folder come last.  What is no file, or cannot be looked at, has its fault.  Blocks; raises
    TooManyFilesError.
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
    root = os.path.realpath(path)
    links: list[Path] = []
    real: set[str] = set()
    left = [(path, root)]
    while left:  # os.walk calls itself, and is at its end where folders lie very deep
        folder, real_folder = left.pop()
        try:
            names = sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208
        except OSError as error:
            yield FoundFile(str(folder), fault=fault_of(error), detail=str(error))
            continue
        inner = []
        for name in names:
            inside, real_inside = folder / name, os.path.join(real_folder, name)  # noqa: PTH118
            if _is_link(inside):
                links.append(inside)
            elif os.path.isdir(inside):  # noqa: PTH112
                inner.append((inside, real_inside))
            else:
                real.add(real_inside)
                yield _looked_at(inside)
        left += reversed(inner)
    yield from _linked(links, root, real)


def _linked(links: list[Path], root: str, real: set[str]) -> Iterator[FoundFile]:
    """The files inside ``root`` that ``links`` lead to, beside those at ``real``, which were found."""
    for link in links:
        if not os.path.exists(link):  # noqa: PTH110 - nowhere, or in a circle, says its fault
            yield _looked_at(link)
            continue
        target = os.path.realpath(link)
        if target in real or not target.startswith(os.path.join(root, "")):  # noqa: PTH118
            continue
        real.add(target)
        if not os.path.isdir(target):  # noqa: PTH112
            yield _looked_at(link)


def _is_link(path: Path) -> bool:
    """Whether it leads elsewhere; Windows has links to folders that are not symbolic, too."""
    # Python knows of them from 3.12 on.
    is_junction: Callable[[Path], bool] = getattr(os.path, "isjunction", lambda _: False)
    return os.path.islink(path) or is_junction(path)  # noqa: PTH114


def _looked_at(path: Path) -> FoundFile:
    try:  # neither the database nor a message has a place for bytes that are no UTF-8
        str(path).encode()
    except UnicodeEncodeError:
        return FoundFile(str(path), fault=FileFault.BAD_NAME, detail=ascii(str(path)))
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        return FoundFile(str(path), fault=fault_of(error), detail=str(error))
    fault = None if stat.S_ISREG(found.st_mode) else FileFault.NOT_A_FILE
    return FoundFile(str(path), found.st_size, modified_ns(found), fault)
