"""The files of assistants: reading, its stops and restarts, kills, changes, removal, search."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from desktop_app.controllers import file_queue
from desktop_app.controllers.facts import Fact, FilesChanged
from desktop_app.controllers.files import FilesController
from desktop_app.domain.errors import DatabaseDamagedError, StoreError
from desktop_app.domain.files import Chunking, FileFault, FileId, FileStatus, LibraryFile
from desktop_app.domain.ids import AssistantId
from desktop_app.store.database import Database
from desktop_app.store.file_library import FileLibrary
from desktop_app.store.file_reading import FileReading
from desktop_app.store.file_schema import FILE_MIGRATIONS, unpacked
from desktop_app.store.ownership import ProcessMark
from tests.conftest import until
from tests.databases import database_in
from tests.mixed_files import KINDS, docx, make_file, make_library, pdf

OURS, OTHERS = AssistantId("ours"), AssistantId("others")
ROOT = Path(__file__).parents[2]
BUSY = {FileStatus.WAITING, FileStatus.READING}
LONG = "\n".join(f"Строка {number} договора о сроках и суммах." for number in range(2000))


class Library:
    """A controller in a folder, the facts it told, and the assistants that exist."""

    def __init__(self, folder: Path) -> None:
        self.facts: list[Fact] = []
        self.told_at: list[float] = []
        self.kept = {OURS, OTHERS}
        self.mark = ProcessMark(folder / "locks")
        self.files = FilesController(folder, self._hear, self.mark, self._is_kept)

    def _hear(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.told_at.append(time.monotonic())

    async def _is_kept(self, assistant_id: AssistantId) -> bool:
        return assistant_id in self.kept

    async def settled(self, assistant_id: AssistantId = OURS) -> list[LibraryFile]:
        """The files, once nothing is read any more."""
        while True:
            files = await self.files.files(assistant_id)
            if not any(file.status in BUSY for file in files):
                return files
            await asyncio.sleep(0.02)

    async def ids(self, assistant_id: AssistantId = OURS) -> dict[str, FileId]:
        return {file.name: file.id for file in await self.files.files(assistant_id)}

    async def names(self, query: str, assistant_id: AssistantId = OURS) -> set[str]:
        return {fragment.name for fragment in await self.files.search(assistant_id, query, 20)}


@asynccontextmanager
async def opened(folder: Path, *kept: AssistantId) -> AsyncIterator[Library]:
    """The library in ``folder``; ``kept`` are the assistants that exist."""
    library = Library(folder)
    library.kept = set(kept) or library.kept
    await library.files.start()
    try:
        yield library
    finally:
        await library.files.close()
        library.mark.release()


@asynccontextmanager
async def opened_database(folder: Path) -> AsyncIterator[Database]:
    with database_in(folder, "files.db", migrations=FILE_MIGRATIONS) as database:
        await database.open()
        yield database


def texts(folder: Path, **contents: str) -> list[Path]:
    """Text files by name."""
    folder.mkdir(exist_ok=True)
    paths = []
    for name, content in contents.items():
        path = folder / f"{name}.txt"
        path.write_text(content)
        paths.append(path)
    return paths


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "files.db")) as connection:
        return connection.execute(statement).fetchall()


def indexed(folder: Path) -> list[tuple[Any, ...]]:
    """Everything that is searched, whatever it is numbered; what is looked up are the words of each chunk."""
    words = looked_up(folder)
    found = []
    for path, number, page, line, text, kept, chunk, *place, first, last in rows(
        folder,
        "SELECT f.path, p.number, p.page, p.line, p.text, p.words, c.id, c.start, c.stop, c.line, c.first_word,"
        " c.last_word FROM files f JOIN parts p ON p.file = f.number"
        " LEFT JOIN chunks c ON c.file = f.number AND c.part = p.number ORDER BY f.path, p.number, c.start",
    ):
        of_chunk = unpacked(kept).split(" ")[first:last] if chunk else []
        assert words.pop(chunk, []) == of_chunk
        found.append((path, number, page, line, unpacked(text), *place, of_chunk))
    assert not words
    return found


def looked_up(folder: Path) -> dict[int, list[str]]:
    """The words that the index has of each row, in their order."""
    found: dict[int, list[str]] = defaultdict(list)
    with closing(sqlite3.connect(folder / "files.db")) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'words_1', 'instance')")
        for row, term in connection.execute("SELECT doc, term FROM terms ORDER BY doc, offset"):
            found[row].append(term)
    return found


def loose_rows(folder: Path) -> list[int]:
    """How many parts and chunks, rows of words and looked up words belong to nothing."""
    counts = (
        "SELECT count(*) FROM parts WHERE file NOT IN (SELECT number FROM files)",
        "SELECT count(*) FROM chunks WHERE file NOT IN (SELECT number FROM files)",
        "SELECT count(*) FROM words_1 WHERE rowid NOT IN (SELECT id FROM chunks)",
    )
    chunks = {row[0] for row in rows(folder, "SELECT id FROM chunks")}
    return [*(rows(folder, count)[0][0] for count in counts), len(looked_up(folder).keys() ^ chunks)]


# --- reading and finding ---


async def test_a_mixed_library_is_found_in_at_the_right_places(tmp_path: Path) -> None:
    made = make_library(tmp_path / "src", 16, 800_000)
    async with opened(tmp_path) as library:
        listed = await library.files.add(OURS, [tmp_path / "src"])
        assert [file.status for file in listed] == [FileStatus.WAITING] * 16
        files = await library.settled()
        assert {file.status for file in files} == {FileStatus.READY}
        assert await library.files.has_files(OURS)
        assert not await library.files.has_files(OTHERS)
        for file, each in zip(files, made, strict=True):
            best, *_ = await library.files.search(OURS, each.marker.upper(), 3)
            assert (best.file_id, best.name, best.page) == (file.id, each.path.name, each.page)
            assert each.marker in best.text
            assert await library.files.search(OTHERS, each.marker, 3) == []
            source = await library.files.source(file.id, best.page, best.line)
            assert source is not None
            (part,) = [part for part in source.parts if each.marker in part.text]
            assert part.page == each.page
            assert best.text.splitlines()[0] == part.text.split("\n")[best.line - part.line].strip()
            assert source.part_count >= source.first_part + len(source.parts)
            if each.path.suffix in {".txt", ".md", ".py"}:
                assert best.line <= each.line < best.line + best.text.count("\n") + 1


async def test_word_forms_and_the_words_together_decide(tmp_path: Path) -> None:
    paths = texts(
        tmp_path / "src",
        phrase="Срок аренды помещения истёк давно.",
        apart="Аренда. Было сказано много других слов. Потом сроки, потом ещё помещение.",
        one="Помещение большое и светлое, о нём сказано довольно.",
        none="Совсем о другом написано здесь.",
    )
    async with opened(tmp_path) as library:
        await library.files.add(OURS, paths)
        await library.settled()
        found = await library.files.search(OURS, "сроками аренд помещений", 10)
        assert [fragment.name for fragment in found] == ["phrase.txt", "apart.txt", "one.txt"]
        assert [fragment.score for fragment in found] == sorted((each.score for each in found), reverse=True)
        assert len(await library.files.search(OURS, "сроками аренд помещений", 2)) == 2
        assert await library.names("истек ИСТЁК") == {"phrase.txt"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        '"',
        "NOT",
        "a OR",
        "words:договор",
        "дого* NEAR(",
        "'; DROP TABLE files; --",
        "^x",
        "-",
        "🙂",
        "\x00",
    ],
)
async def test_queries_are_words_and_nothing_else(query: str, tmp_path: Path) -> None:
    paths = texts(tmp_path / "src", a="договор")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, paths)
        await library.settled()
        found = await library.names(query)
        assert found == ({"a.txt"} if "договор" in query else set())


async def test_frequent_words_do_not_make_a_search_slow_or_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.store.file_search.MOST_RANKED", 20)
    contents = {f"n{number}": f"договор и срок номер{number}" for number in range(40)}
    paths = texts(tmp_path / "src", **contents, last="срок услуги")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, paths)
        await library.settled()
        assert await library.names("договор срок номер7") == {"n7.txt"}
        assert len(await library.names("договор и срок")) == 20


async def test_removed_files_do_not_hide_others_from_a_search_for_frequent_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.store.file_search.MOST_RANKED", 2)
    monkeypatch.setattr("desktop_app.store.file_search.MOST_COMPARED", 2)
    paths = texts(tmp_path / "src", **{f"n{number}": "договор" for number in range(4)})
    async with opened(tmp_path) as library:
        await library.files.add(OURS, paths)
        await library.settled()
        ids = await library.ids()
        await library.files.remove([ids["n0.txt"], ids["n1.txt"]])
        assert await library.names("договор") == {"n2.txt", "n3.txt"}


async def test_a_query_whose_letters_are_not_composed_finds_those_that_are(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await library.files.add(OURS, texts(tmp_path / "src", a="район", b="город"))
        await library.settled()
        assert await library.names(unicodedata.normalize("NFD", "район")) == {"a.txt"}


async def test_nothing_is_searched_where_nothing_was_added(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        assert await library.files.files(OURS) == []
        assert await library.files.search(OURS, "договор", 5) == []
        assert not await library.files.has_files(OURS)
        assert await library.files.chunking(OURS) == Chunking()
        assert await library.files.source(FileId("of a service"), 1, 1) is None
    assert not (tmp_path / "files.db").exists()


async def test_hostile_files_have_their_faults_and_stop_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    texts(folder, good="хорошее слово")
    (folder / "broken.pdf").write_bytes(pdf(["x"])[:200])
    (folder / "locked.pdf").write_bytes(pdf(["x"], "secret"))
    (folder / "sparse.bin").touch()
    os.truncate(folder / "sparse.bin", 2 << 30)
    (folder / "blank.pdf").write_bytes(pdf([" "]))
    (folder / "picture.png").write_bytes(bytes(range(256)))
    (folder / "zz good.docx").write_bytes(docx(["ещё хорошее"]))
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [folder, tmp_path / "gone.txt"])
        files = await library.settled()
        assert {file.name: file.fault for file in files} == {
            "good.txt": None,
            "zz good.docx": None,
            "broken.pdf": FileFault.BROKEN,
            "locked.pdf": FileFault.ENCRYPTED,
            "sparse.bin": FileFault.TOO_LARGE,
            "blank.pdf": FileFault.NO_TEXT,
            "picture.png": FileFault.UNSUPPORTED,
            "gone.txt": FileFault.GONE,
        }
        assert all((file.fault is None) == (file.status is FileStatus.READY) for file in files)
        assert await library.names("хорошего") == {"good.txt", "zz good.docx"}


async def test_facts_come_at_most_four_times_a_second(tmp_path: Path) -> None:
    make_library(tmp_path / "src", 24, 2_000_000)
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [tmp_path / "src"])
        await library.settled()
        await until(lambda: time.monotonic() - library.told_at[-1] > 0.3)  # the last is told too
        told = [fact for fact in library.facts if isinstance(fact, FilesChanged)]
        assert told[0] == FilesChanged(OURS)  # the list
        assert {fact.assistant_id for fact in told} == {OURS}
        changed = [fact.file_ids for fact in told[1:]]
        assert None not in changed
        files = await library.files.files(OURS)
        assert frozenset().union(*filter(None, changed)) == {file.id for file in files}
        assert await library.files.files(OURS, changed[-1]) == [
            file for file in files if file.id in (changed[-1] or ())
        ]
        gaps = [later - earlier for earlier, later in pairwise(library.told_at)]
        assert min(gaps) > 0.24
        assert len(gaps) >= 2


# --- what the user does meanwhile ---


async def test_the_same_path_is_one_file_and_is_read_anew_when_it_changed(tmp_path: Path) -> None:
    (path,) = texts(tmp_path / "src", a="старое слово")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [path, path, path.parent])
        (before,) = await library.settled()
        path.write_text("новейшее выражение")
        os.utime(path, ns=(1, 1))
        await library.files.add(OURS, [path])
        (after,) = await library.settled()
        assert after.id == before.id
        assert await library.names("старое") == set()
        assert await library.names("выражения") == {"a.txt"}
        await library.files.add(OURS, [path])
        assert [file.status for file in await library.files.files(OURS)] == [FileStatus.READY]
        await library.files.retry(after.id)
        assert [file.status for file in await library.files.files(OURS)] != [FileStatus.READY]
        await library.settled()
        assert rows(tmp_path, "SELECT count(*) FROM chunks") == [(1,)]
        assert loose_rows(tmp_path) == [0, 0, 0, 0]


async def test_what_was_read_stays_when_the_file_is_gone(tmp_path: Path) -> None:
    (path,) = texts(tmp_path / "src", a="нужное слово")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [path])
        (file,) = await library.settled()
        path.unlink()
        await library.files.retry(file.id)
        (file,) = await library.settled()
        assert (file.status, file.fault) == (FileStatus.READY, FileFault.GONE)
        await library.files.add(OURS, [path])
        (file,) = await library.settled()
        assert (file.status, file.fault) == (FileStatus.READY, FileFault.GONE)
        assert await library.names("нужного") == {"a.txt"}


async def test_a_file_of_a_far_future_is_a_file_as_others_are(tmp_path: Path) -> None:
    (path,) = texts(tmp_path / "src", a="слово")
    year_2400 = 430 * 365 * 86_400
    os.utime(path, (year_2400, year_2400))
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [path])
        assert [file.status for file in await library.settled()] == [FileStatus.READY]


async def test_a_file_that_was_away_and_is_as_it_was_has_no_fault_any_more(tmp_path: Path) -> None:
    (path,) = texts(tmp_path / "src", a="слово")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [path])
        before = await library.settled()
        away = path.rename(tmp_path / "away")
        await library.files.retry(before[0].id)
        assert [file.fault for file in await library.settled()] == [FileFault.GONE]
        away.rename(path)
        await library.files.add(OURS, [path])
        assert await library.settled() == before


async def test_a_failed_file_is_read_when_it_can_be(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [path])
        (file,) = await library.settled()
        assert file.fault is FileFault.BROKEN
        path.write_bytes(docx(["нужное слово"]))
        await library.files.retry(file.id)
        (file,) = await library.settled()
        assert (file.status, file.fault) == (FileStatus.READY, None)


async def reading(library: Library, name: str, assistant_id: AssistantId = OURS) -> None:
    """Wait until some parts of the file were stored."""
    while True:
        files = {file.name: file for file in await library.files.files(assistant_id)}
        if files[name].status is FileStatus.READING and files[name].chunks:
            return
        await asyncio.sleep(0.005)


@pytest.fixture
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part is committed by itself."""
    monkeypatch.setattr(file_queue, "CHUNKS_AT_ONCE", 1)


@pytest.mark.usefixtures("in_small_steps")
async def test_cancelling_stops_at_once_and_a_retry_goes_on(tmp_path: Path) -> None:
    made = make_file(tmp_path, "big.pdf", KINDS["report.pdf"], 0, 1_500_000)
    paths = texts(tmp_path / "src", early="раннее", late="позднее")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [paths[0], made.path, paths[1]])
        await reading(library, made.path.name)
        began = time.monotonic()
        await library.files.cancel(OURS)
        files = {file.name: file for file in await library.settled()}
        assert time.monotonic() - began < 5
        assert [file.status for file in files.values()] == [
            FileStatus.READY,
            FileStatus.CANCELLED,
            FileStatus.CANCELLED,
        ]
        stopped_at = files[made.path.name].chunks
        ids = rows(tmp_path, "SELECT id FROM chunks")
        await library.files.retry(files[made.path.name].id)
        whole = (await library.settled())[1].chunks
        assert 0 < stopped_at < whole
        assert set(ids) < set(rows(tmp_path, "SELECT id FROM chunks"))
        assert made.path.name in await library.names(made.marker)


@pytest.mark.usefixtures("in_small_steps")
async def test_a_file_is_removed_while_it_is_read_and_comes_back(tmp_path: Path) -> None:
    made = make_file(tmp_path, "big.pdf", KINDS["report.pdf"], 0, 800_000)
    paths = texts(tmp_path / "src", late="позднее")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [made.path, *paths])
        ids = await library.ids()
        await reading(library, made.path.name)
        await library.files.remove([ids[made.path.name]])
        assert [file.name for file in await library.settled()] == ["late.txt"]
        assert await library.files.source(ids[made.path.name], 1, 1) is None
        await library.files.restore([ids[made.path.name]])
        assert {file.status for file in await library.settled()} == {FileStatus.READY}
        assert await library.ids() == ids
        assert await library.names(made.marker) == {made.path.name}
        await library.files.remove([ids[made.path.name]])
        assert await library.names(made.marker) == set()
    assert loose_rows(tmp_path) == [0, 0, 0, 0]


async def test_more_files_are_removed_at_once_than_a_statement_takes_parameters(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await library.files.add(OURS, texts(tmp_path / "src", a="слово"))
        before = await library.settled()
        many = [before[0].id, *(FileId(str(number)) for number in range(260_000))]
        await library.files.remove(many)
        assert await library.settled() == []
        await library.files.restore(many)
        assert await library.settled() == before


async def test_a_copy_of_a_library_takes_the_texts_that_are_there(tmp_path: Path) -> None:
    made = make_library(tmp_path / "src", 8, 300_000)
    broken = tmp_path / "src" / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing more")
    async with opened(tmp_path) as library:
        await library.files.set_chunking(OURS, Chunking(200, 50))
        await library.files.add(OURS, [tmp_path / "src"])
        before = await library.settled()
        for each in made:
            each.path.unlink()  # they cannot be read again
        await library.files.copy(OURS, OTHERS)
        copied = await library.settled(OTHERS)
        assert [_content(file) for file in copied] == [_content(file) for file in before]
        assert not {file.id for file in copied} & {file.id for file in before}
        assert await library.files.chunking(OTHERS) == Chunking(200, 50)
        assert index_of(tmp_path, OTHERS) == index_of(tmp_path, OURS)
        for each in made:
            ours, theirs = [await library.files.search(who, each.marker, 3) for who in (OURS, OTHERS)]
            assert [(one.name, one.text, one.page, one.line) for one in ours] == [
                (one.name, one.text, one.page, one.line) for one in theirs
            ]
        await library.files.remove([copied[0].id])
        assert await library.settled() == before


def _content(file: LibraryFile) -> tuple[object, ...]:
    return file.path, file.size, file.status, file.chunks, file.pages, file.fault, file.detail


def index_of(folder: Path, assistant_id: AssistantId) -> list[tuple[Any, ...]]:
    """The parts and chunks of a library, by file and in their order."""
    return rows(
        folder,
        "SELECT f.path, p.number, p.page, p.line, p.text, p.words, c.start, c.stop, c.line, c.first_word, c.last_word"
        " FROM files f JOIN parts p ON p.file = f.number LEFT JOIN chunks c ON c.file = f.number AND c.part = p.number"
        f" WHERE f.library = (SELECT number FROM libraries WHERE assistant_id = '{assistant_id}')"
        " ORDER BY f.path, p.number, c.id",
    )


async def test_an_assistant_without_files_is_copied_without(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await library.files.copy(OURS, OTHERS)
        assert not (tmp_path / "files.db").exists()
        await library.files.add(AssistantId("third"), texts(tmp_path / "src", a="слово"))
        await library.files.copy(OURS, OTHERS)
        assert await library.files.files(OTHERS) == []


async def test_a_copy_that_was_stopped_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_queue, "TEXTS_AT_ONCE", 1)
    made = make_file(tmp_path, "big.pdf", KINDS["report.pdf"], 0, 800_000)
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [made.path])
        await library.settled()
        made.path.unlink()
        await library.files.copy(OURS, OTHERS)
        await reading(library, made.path.name, OTHERS)
    query = "SELECT part_count FROM files ORDER BY number"
    (whole,), (begun,) = rows(tmp_path, query)
    assert 0 < begun < whole
    parts = rows(tmp_path, "SELECT id FROM parts")
    async with opened(tmp_path) as library:
        (file,) = await library.settled(OTHERS)
        assert file.status == FileStatus.READY
        assert await library.names(made.marker, OTHERS) == {made.path.name}
    assert set(parts) < set(rows(tmp_path, "SELECT id FROM parts"))
    assert index_of(tmp_path, OTHERS) == index_of(tmp_path, OURS)


async def test_a_copy_whose_original_goes_meanwhile_is_read_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_queue, "TEXTS_AT_ONCE", 1)
    made = make_file(tmp_path, "big.pdf", KINDS["report.pdf"], 0, 800_000)
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [made.path])
        await library.settled()
        await library.files.copy(OURS, OTHERS)
        await reading(library, made.path.name, OTHERS)
        with closing(sqlite3.connect(tmp_path / "files.db")) as another:
            another.execute("UPDATE files SET is_whole = 0 WHERE library = 1")
            another.commit()
        (file,) = await library.settled(OTHERS)
        assert file.status == FileStatus.READY
    assert index_of(tmp_path, OTHERS) == index_of(tmp_path, OURS)


@pytest.mark.usefixtures("in_small_steps")
@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_copy_that_is_added_again_has_the_text_that_the_file_has_now(
    tmp_path: Path, is_cancelled: bool
) -> None:
    big, third = make_file(tmp_path, "big.pdf", KINDS["report.pdf"], 0, 1_500_000), AssistantId("third")
    paths = texts(tmp_path / "src", a="район")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, paths)
        await library.settled()
        await library.files.add(third, [big.path])
        await reading(library, big.path.name, third)
        await library.files.copy(OURS, OTHERS)
        if is_cancelled:
            await library.files.cancel(OTHERS)
        texts(tmp_path / "src", a="большой город")
        await library.files.add(OTHERS, paths)
        assert [file.status for file in await library.files.files(OTHERS)] == [FileStatus.WAITING]
        await library.files.cancel(third)
        (file,) = await library.settled(OTHERS)
        assert (file.status, file.size) == (FileStatus.READY, paths[0].stat().st_size)
        assert await library.names("город", OTHERS) == {"a.txt"}
        assert await library.names("район", OTHERS) == set()


async def test_other_chunks_are_made_from_what_was_read(tmp_path: Path) -> None:
    made = make_library(tmp_path / "src", 4, 300_000)
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [tmp_path / "src"])
        before = await library.settled()
        for each in made:
            each.path.unlink()
        await library.files.set_chunking(OURS, Chunking(200, 0))
        assert await library.files.chunking(OURS) == Chunking(200, 0)
        wanted = [(200, 0)]
        query = "SELECT DISTINCT tokens, overlap FROM files WHERE status = 'ready'"
        await until(lambda: rows(tmp_path, query) == wanted)
        after = await library.settled()
        assert sum(file.chunks for file in after) > 1.5 * sum(file.chunks for file in before)
        assert [file.pages for file in after] == [file.pages for file in before]
        for each in made:
            assert each.path.name in await library.names(each.marker)
    assert loose_rows(tmp_path) == [0, 0, 0, 0]
    assert rows(tmp_path, "SELECT sum(chunk_count) FROM files") == rows(
        tmp_path, "SELECT count(*) FROM chunks"
    )


async def test_what_was_removed_long_ago_is_purged_and_what_gone_assistants_had_is_removed(
    tmp_path: Path,
) -> None:
    old, new, kept, gone = texts(tmp_path / "src", old="старый", new="новый", kept="целый", gone="чужой")
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [old, new, kept])
        await library.files.add(OTHERS, [gone])
        await library.settled()
        await library.settled(OTHERS)
        ids = await library.ids()
        await library.files.remove([ids["old.txt"], ids["new.txt"]])
    moment = int((datetime.now(UTC) - timedelta(days=31)).timestamp() * 1_000_000)
    with closing(sqlite3.connect(tmp_path / "files.db")) as connection, connection:
        connection.execute("UPDATE files SET removed_at = ? WHERE path LIKE '%old.txt'", (moment,))
    async with opened(tmp_path, OURS) as library:
        await until(lambda: not rows(tmp_path, "SELECT 1 FROM files WHERE path LIKE '%old.txt'"))
        assert [file.name for file in await library.files.files(OURS)] == ["kept.txt"]
        assert await library.files.files(OTHERS) == []
    assert rows(tmp_path, "SELECT removed_at IS NULL FROM files ORDER BY path") == [(0,), (1,), (0,)]
    assert loose_rows(tmp_path)[:2] == [0, 0]


@pytest.fixture
def row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is dropped goes in very many transactions, so that a kill comes between them."""
    monkeypatch.setattr("desktop_app.store.file_reading.ROWS_AT_ONCE", 1)


async def stopped_when_some_chunks_are_gone(folder: Path, dropping: Coroutine[Any, Any, None]) -> None:
    (chunks,) = rows(folder, "SELECT chunk_count FROM files")
    working = asyncio.create_task(dropping)
    await until(lambda: rows(folder, "SELECT chunk_count FROM files") < [chunks])
    working.cancel()
    await asyncio.wait((working,))
    assert rows(folder, "SELECT chunk_count FROM files") > [(0,)]


@pytest.mark.usefixtures("row_by_row")
async def test_a_file_that_was_purged_in_part_is_read_anew_when_it_is_added_again(tmp_path: Path) -> None:
    paths = texts(tmp_path / "src", a=LONG)
    async with opened(tmp_path) as library:
        await library.files.add(OURS, paths)
        before = await library.settled()
        await library.files.remove(list((await library.ids()).values()))
    whole = indexed(tmp_path)
    async with opened_database(tmp_path) as database:
        purging = FileReading(database, "killed").purge(datetime.now(UTC) + timedelta(days=1))
        await stopped_when_some_chunks_are_gone(tmp_path, purging)
    async with opened(tmp_path) as library:
        await library.files.add(OURS, paths)
        assert await library.settled() == before
    assert indexed(tmp_path) == whole


@pytest.mark.usefixtures("row_by_row")
async def test_a_new_cut_that_was_killed_and_taken_back_leaves_no_gap(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await library.files.add(OURS, texts(tmp_path / "src", a=LONG))
        before = await library.settled()
    whole = indexed(tmp_path)
    async with opened_database(tmp_path) as database:
        await FileLibrary(database).set_chunking(OURS, Chunking(200, 0))
        reading = FileReading(database, "killed")
        task = await reading.take(lambda _: False)
        assert task is not None
        await stopped_when_some_chunks_are_gone(tmp_path, reading.begin_cut(task))
        await FileLibrary(database).set_chunking(OURS, Chunking())
    async with opened(tmp_path) as library:
        assert await library.settled() == before
    assert indexed(tmp_path) == whole


@pytest.mark.usefixtures("in_small_steps")
async def test_closing_keeps_what_was_read_and_the_next_start_goes_on(tmp_path: Path) -> None:
    made = make_file(tmp_path, "big.pdf", KINDS["report.pdf"], 0, 1_000_000)
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [made.path])
        await reading(library, made.path.name)
        began = time.monotonic()
    assert time.monotonic() - began < 10
    before = set(rows(tmp_path, "SELECT id, part FROM chunks"))
    assert rows(tmp_path, "SELECT status, owner FROM files") == [("waiting", "")]
    async with opened(tmp_path) as library:
        (file,) = await library.settled()
        assert file.status is FileStatus.READY
    assert before < set(rows(tmp_path, "SELECT id, part FROM chunks"))


async def test_a_half_read_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["старое"]))
    async with opened(tmp_path) as library:
        await library.files.add(OURS, [path])
        await library.settled()
    with (
        closing(sqlite3.connect(tmp_path / "files.db")) as connection,
        connection,
    ):  # as a kill would leave it
        connection.execute("UPDATE files SET status = 'reading', owner = 'dead', is_whole = 0")
    path.write_bytes(pdf(["новое"]))
    async with opened(tmp_path) as library:
        await library.settled()
        assert await library.names("старое") == set()
        assert await library.names("новое") == {"a.pdf"}
    assert loose_rows(tmp_path) == [0, 0, 0, 0]


async def test_two_processes_read_a_library_together(tmp_path: Path) -> None:
    made = make_library(tmp_path / "src", 12, 500_000)
    async with opened(tmp_path) as one, opened(tmp_path) as two:
        await one.files.add(OURS, [tmp_path / "src"])
        await two.files.add(OURS, [tmp_path / "src"])
        files = await one.settled()
        assert {file.status for file in files} == {FileStatus.READY}
        assert len(files) == len(made)
    twice = "SELECT file, part, start FROM chunks GROUP BY 1, 2, 3 HAVING count(*) > 1"
    assert rows(tmp_path, twice) == []


async def test_another_process_that_comes_and_goes_does_not_take_the_journal_along(tmp_path: Path) -> None:
    """As it would if the second connection's opening had let go the locks of the first."""
    paths = texts(tmp_path / "src", a="слово")
    words = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1])\n"
        "connection.execute('SELECT id FROM files').fetchall()\n"
        "connection.close()"
    )
    async with opened(tmp_path) as library:
        await library.files.add(OURS, paths)
        await library.settled()
        await library.files.search(OURS, "слово", 1)
        other = await asyncio.create_subprocess_exec(sys.executable, "-c", words, str(tmp_path / "files.db"))
        assert await other.wait() == 0
        assert (tmp_path / "files.db-wal").stat().st_size


async def test_a_library_that_is_damaged_says_so_and_does_not_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "files.db").write_bytes(b"no database at all, but long enough for a header" * 100)
    async with opened(tmp_path) as library:
        with pytest.raises(StoreError):
            await library.files.files(OURS)


async def test_a_library_that_cannot_be_opened_says_so_and_does_not_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "files.db").mkdir()
    async with opened(tmp_path) as library:
        with pytest.raises(StoreError):
            await library.files.has_files(OURS)


async def test_a_text_of_the_library_that_is_damaged_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await library.files.add(OURS, texts(tmp_path / "src", a="слово"))
        await library.settled()
        with closing(sqlite3.connect(tmp_path / "files.db")) as connection, connection:
            connection.execute("UPDATE parts SET text = x'00'")
        with pytest.raises(DatabaseDamagedError):
            await library.files.search(OURS, "слово", 5)


# --- killed ---

INDEXER = """
import asyncio, sys
from pathlib import Path
from desktop_app.controllers import file_queue
from tests.unit.test_files_controller import OURS, Library

file_queue.CHUNKS_AT_ONCE = 5

async def main():
    folder = Path(sys.argv[1])
    library = Library(folder)
    await library.files.start()
    await library.files.add(OURS, [folder / "src"])
    print("added", flush=True)
    await library.settled()
    await library.files.close()
    print("done", flush=True)

asyncio.run(main())
"""


async def index(folder: Path, parts: int | None = None) -> None:
    """Index in a process of its own to the end, or kill that when it has stored so many parts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", INDEXER, str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        assert await process.stdout.readline() == b"added\n"
        if parts is None:
            assert await process.stdout.readline() == b"done\n"
            assert await process.wait() == 0
            return
        wanted = stored_parts(folder) + parts
        await until(lambda: stored_parts(folder) >= wanted)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == -signal.SIGKILL


def stored_parts(folder: Path) -> int:
    return int(str(rows(folder, "SELECT count(*) FROM parts")[0][0]))


@pytest.mark.slow
@pytest.mark.limit_s(300)
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
async def test_twenty_kills_change_nothing(tmp_path: Path) -> None:
    make_library(tmp_path / "src", 16, 8_000_000)
    await index(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "src").symlink_to(tmp_path / "src")
    draw = random.Random(5)
    half_read = 0
    finished: set[tuple[object, ...]] = set()
    for _ in range(20):
        await index(other, draw.randint(1, 10))
        ready = set(rows(other, "SELECT number, chunk_count FROM files WHERE status = 'ready'"))
        assert finished <= ready
        finished = ready
        half_read += len(rows(other, "SELECT 1 FROM files WHERE status = 'reading' AND part_count > 0"))
    assert half_read >= 3
    assert 0 < len(finished) < 16
    await index(other)
    assert without_folder(indexed(other)) == without_folder(indexed(tmp_path))
    assert loose_rows(other) == [0, 0, 0, 0]


def without_folder(found: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [(Path(str(path)).name, *rest) for path, *rest in found]
