"""Fragments for a query: any of its words, ranked by BM25, more for those that stand together as in the query.

The time of a search goes with the chunks that have a word, so the words that are in very many chunks are left out as
long as rarer ones are there.  Where all are frequent, the first chunks that have several of them are compared.
"""

# ruff: noqa: S608 - statements are put together from texts of ours, never from values

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from desktop_app.domain.files import FileId, FileStatus, Fragment
from desktop_app.domain.ids import AssistantId
from desktop_app.store.file_schema import unpacked, words_table

MOST_WORDS = 32
MOST_RANKED = 12_000  # chunks; a thousand take about a millisecond
MOST_COMPARED = 150  # chunks that have nothing but frequent words; a hundred take some 17 ms
MOST_FREQUENT = 3  # words of those that are in more than MOST_RANKED chunks

FRAGMENT = """
    SELECT f.id, f.path, p.text, c.start, c.stop, p.page, p.line + c.line - 1
    FROM chunks c JOIN files f ON f.number = c.file JOIN parts p ON p.file = c.file AND p.number = c.part
    WHERE c.id = ? AND f.status = ? AND f.removed_at IS NULL
"""


def search(
    connection: sqlite3.Connection, assistant_id: AssistantId, stems: Sequence[str], limit: int
) -> list[Fragment]:
    """The best ``limit`` fragments in the files of the assistant that are ready, best first."""
    row = connection.execute(
        "SELECT number FROM libraries WHERE assistant_id = ?", (assistant_id,)
    ).fetchone()
    if row is None:
        return []
    ranked = _ranked(connection, words_table(row[0]), list(dict.fromkeys(stems))[:MOST_WORDS])
    found = (fragment for rowid, score in ranked if (fragment := _fragment(connection, rowid, score)))
    return list(islice(found, limit))


def has_files(connection: sqlite3.Connection, assistant_id: AssistantId) -> bool:
    """Whether a file of the assistant is ready."""
    row = connection.execute(
        "SELECT 1 FROM files WHERE library = (SELECT number FROM libraries WHERE assistant_id = ?)"
        " AND status = ? AND removed_at IS NULL LIMIT 1",
        (assistant_id, FileStatus.READY),
    ).fetchone()
    return row is not None


def _ranked(connection: sqlite3.Connection, table: str, stems: list[str]) -> Iterable[tuple[int, float]]:
    """Chunks and their scores, best first."""
    counts = {stem: _chunks_with(connection, table, stem) for stem in stems}
    rare, budget = [], MOST_RANKED
    for stem in sorted(filter(counts.__getitem__, stems), key=counts.__getitem__):
        budget -= counts[stem]
        if budget < 0:
            break
        rare.append(stem)
    if not rare:  # the long ones are the rarer ones, mostly
        frequent = sorted(filter(counts.__getitem__, stems), key=len, reverse=True)
        return _ranked_by_share(connection, table, frequent[:MOST_FREQUENT])
    alternatives = [*map(_quoted, rare)]
    if len(stems) > 1 and len(rare) == len(stems):
        alternatives.append(_quoted(" ".join(stems)))
    return connection.execute(
        f"SELECT rowid, -bm25({table}) AS score FROM {table} WHERE {table} MATCH ? ORDER BY score DESC, rowid",
        (" OR ".join(alternatives),),
    )


def _ranked_by_share(connection: sqlite3.Connection, table: str, stems: list[str]) -> list[tuple[int, float]]:
    """The first chunks that have all ``stems``, by the share of these in their words; BM25 would count all chunks."""
    if not stems:
        return []
    rows = connection.execute(
        f"""
        SELECT c.id, p.id, p.words, c.first_word, c.last_word
        FROM {table} CROSS JOIN chunks c ON c.id = {table}.rowid JOIN files f ON f.number = c.file
        JOIN parts p ON p.file = c.file AND p.number = c.part
        WHERE {table} MATCH ? AND f.status = ? AND f.removed_at IS NULL LIMIT ?
        """,
        (" AND ".join(map(_quoted, stems)), FileStatus.READY, MOST_COMPARED),
    )
    shares = []
    for _, of_part in groupby(rows, key=itemgetter(1)):
        words: list[str] = []
        for chunk, _, kept, first, last in of_part:
            words = words or unpacked(kept).split(" ")
            of_chunk = words[first:last]
            shares.append((chunk, sum(map(of_chunk.count, stems)) / len(of_chunk)))
    return sorted(shares, key=lambda scored: -scored[1])


def _chunks_with(connection: sqlite3.Connection, table: str, stem: str) -> int:
    """How many chunks have the word; counted up to one more than are ranked."""
    (count,) = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT ?)",
        (_quoted(stem), MOST_RANKED + 1),
    ).fetchone()
    return int(count)


def _quoted(words: str) -> str:
    return f'"{words}"'  # word forms have letters and digits only


def _fragment(connection: sqlite3.Connection, rowid: int, score: float) -> Fragment | None:
    row = connection.execute(FRAGMENT, (rowid, FileStatus.READY)).fetchone()
    if row is None:
        return None
    file_id, path, text, start, stop, page, line = row
    return Fragment(FileId(file_id), Path(path).name, unpacked(text)[start:stop].strip(), page, line, score)
