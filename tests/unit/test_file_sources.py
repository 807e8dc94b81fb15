"""The text around a cited place, also where a page or a line is very long."""

import io
import random
from pathlib import Path

import pytest

from desktop_app.controllers import file_queue
from desktop_app.documents.plain import PART_CHARS
from desktop_app.domain.files import FileStatus, Source
from tests.conftest import until
from tests.unit.test_files_controller import OURS, Library, opened, rows

PAGES = 3


async def is_found_at_its_place(library: Library, query: str) -> Source:
    """The text around the fragment for ``query`` has it, in a part of bounded length."""
    [best, *_] = await library.files.search(OURS, query, 1)
    source = await library.files.source(best.file_id, best.page, best.line, best.text)
    assert source is not None
    assert all(len(part.text) <= PART_CHARS for part in source.parts)
    [part] = [part for part in source.parts if query in part.text]
    assert best.text in part.text
    assert part.page == best.page
    return source


async def test_a_line_without_end_is_opened_where_the_fragment_stands(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    path.write_text("слово " * 60_000 + "кенгуру " + "слово " * 60_000)
    async with opened(tmp_path / "library") as library:
        await library.files.add(OURS, [path])
        await library.settled()
        source = await is_found_at_its_place(library, "кенгуру")
        assert source.part_count > 20
        await can_be_read_through(library, source)


async def can_be_read_through(library: Library, source: Source) -> None:
    """Every part is there under its number."""
    for number in range(source.part_count):
        around = await library.files.source_at(source.file.id, number)
        assert around is not None
        assert around.first_part <= number < around.first_part + len(around.parts)


async def test_a_page_without_end_is_opened_where_the_fragment_stands(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(long_pages({1: "quokka", 2: "wombat"}))
    async with opened(tmp_path / "library") as library:
        await library.files.add(OURS, [path])
        [file] = await library.settled()
        assert file.pages == PAGES
        for word in ("quokka", "wombat"):
            source = await is_found_at_its_place(library, word)
            assert source.part_count > 3 * PAGES


async def test_a_page_without_end_is_read_once_however_often_reading_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_queue, "CHUNKS_AT_ONCE", 1)
    path, folder = tmp_path / "page.pdf", tmp_path / "library"
    path.write_bytes(long_pages({}))
    async with opened(folder) as library:
        await library.files.add(OURS, [path])
        await until(lambda: bool(rows(folder, "SELECT 1 FROM parts")))
    stored = rows(folder, "SELECT page, id FROM parts ORDER BY id")
    async with opened(folder) as library:
        assert [file.status for file in await library.settled()] == [FileStatus.READY]
    parts = rows(folder, "SELECT page, id FROM parts ORDER BY id")
    assert parts[: len(stored)] == stored
    numbers = [number for (number,) in rows(folder, "SELECT number FROM parts ORDER BY id")]
    assert numbers == list(range(len(parts)))
    counts = [sum(page == one for page, _ in parts) for one in range(1, PAGES + 1)]
    assert min(counts) == max(counts) > 3


def long_pages(words: dict[int, str]) -> bytes:
    """Pages of 100,000 characters, each word in the middle of its page."""
    from reportlab.pdfgen.canvas import Canvas

    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    draw = random.Random(1)
    for page in range(PAGES):
        text = canvas.beginText(40, 800)
        text.setFont("Helvetica", 7)
        for number in range(1000):
            if number == 500:
                text.textLine(words.get(page, ""))
            text.textLine(" ".join(draw.choices(("alpha", "bravo", "charlie", "delta"), k=18))[:100])
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return made.getvalue()
