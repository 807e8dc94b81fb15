"""The tables of the file library, a database of its own: what is indexed for minutes holds up no history.

A file's text is kept in parts (a page, a stretch of a very long one, or some lines), and so are its word forms,
separated by blanks; both are deflated.  A chunk is a stretch of one part, characters ``start`` to ``stop`` and words
``first_word`` to ``last_word`` (neither end included), so that nothing is kept twice however much chunks overlap.

The word forms of a library's chunks are searched in an FTS5 table of its own, ``words_N`` for the library with the
number N, its rows numbered as the chunks are: the ranking of one library knows nothing of another, and a search passes
over no rows of others.  It is an FTS5 table without content, less than half as large as a plain one.  Deleting from it
takes the very words that were put in (SQLite before 3.43); those are the part's, whatever the stemmer makes of its text
today.  Its tokenizer is ``ascii``, which leaves all other letters as they are: words come in their final form.

Status and faults are those of ``domain.files``.  ``owner`` is the process that reads the file.  ``is_whole``: the parts
are all of it; ``is_stale``: they are to be dropped and read anew; the first ``cut_parts`` of ``part_count`` have their
chunks, made with ``tokens`` and ``overlap``.
"""

import zlib

from desktop_app.domain.errors import DatabaseDamagedError
from desktop_app.store.migrations import Migration

_FASTEST = 1  # of zlib's levels; the best one makes a library smaller by a tenth only

FILE_MIGRATIONS = (
    Migration(
        "files",
        """
        -- Times are microseconds since 1970 in UTC; modified_ns is the file's own, in nanoseconds.
        CREATE TABLE libraries (
            number INTEGER PRIMARY KEY,
            assistant_id TEXT NOT NULL UNIQUE,
            tokens INTEGER NOT NULL,
            overlap INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE files (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            library INTEGER NOT NULL REFERENCES libraries (number),
            path TEXT NOT NULL,
            size INTEGER NOT NULL,
            modified_ns INTEGER NOT NULL,
            status TEXT NOT NULL,
            owner TEXT NOT NULL DEFAULT '',
            fault TEXT,
            detail TEXT NOT NULL DEFAULT '',
            added_at INTEGER NOT NULL,
            removed_at INTEGER,
            is_whole INTEGER NOT NULL DEFAULT 0,
            is_stale INTEGER NOT NULL DEFAULT 0,
            part_count INTEGER NOT NULL DEFAULT 0,
            cut_parts INTEGER NOT NULL DEFAULT 0,
            page_count INTEGER NOT NULL DEFAULT 0,
            chunk_count INTEGER NOT NULL DEFAULT 0,
            tokens INTEGER NOT NULL,
            overlap INTEGER NOT NULL,
            UNIQUE (library, path)
        ) STRICT;

        CREATE TABLE parts (
            id INTEGER PRIMARY KEY,
            file INTEGER NOT NULL REFERENCES files (number),
            number INTEGER NOT NULL,
            page INTEGER NOT NULL,
            line INTEGER NOT NULL,
            text BLOB NOT NULL,
            words BLOB NOT NULL,
            UNIQUE (file, number)
        ) STRICT;

        CREATE TABLE chunks (
            id INTEGER PRIMARY KEY,
            file INTEGER NOT NULL REFERENCES files (number),
            part INTEGER NOT NULL,
            start INTEGER NOT NULL,
            stop INTEGER NOT NULL,
            line INTEGER NOT NULL,
            first_word INTEGER NOT NULL,
            last_word INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX chunks_of_a_file ON chunks (file);
        """,
    ),
)


def words_table(library: int) -> str:
    """The name of a library's FTS5 table."""
    return f"words_{library:d}"


def create_words(library: int) -> str:
    """The statement that makes it."""
    return f"CREATE VIRTUAL TABLE {words_table(library)} USING fts5(words, content = '', tokenize = 'ascii')"


def packed(text: str) -> bytes:
    """How texts and words of parts are kept."""
    return zlib.compress(text.encode(), _FASTEST)


def unpacked(kept: bytes) -> str:
    """What was ``packed``.  Raises DatabaseDamagedError."""
    try:
        return zlib.decompress(kept).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise DatabaseDamagedError(f"a text of the library: {error}") from error
