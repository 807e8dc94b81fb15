"""The schema's history: named migrations, appended and never edited.

Each runs in one transaction together with its bookkeeping (``user_version`` and a row in ``migrations``), after a
backup of a file that already holds something.  A file of a newer Nitka is refused.  Foreign keys rest meanwhile, as
SQLite asks for when tables are made anew (https://www.sqlite.org/lang_altertable.html#otheralter), and are checked
before the commit.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desktop_app.domain.errors import DatabaseNewerError
from desktop_app.store.backups import back_up
from desktop_app.store.rows import to_microseconds


@dataclass(frozen=True, slots=True)
class Migration:
    """A step of the schema; ``sql`` is a script of statements that end with a semicolon at the end of a line."""

    name: str
    sql: str


MIGRATIONS = (
    Migration(
        "records",
        """
        -- Times are microseconds since 1970 in UTC.  JSON columns hold domain values as msgspec writes them.
        CREATE TABLE connections (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            base_url TEXT NOT NULL,
            auth TEXT NOT NULL,
            model_path TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE assistants (
            id TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            last_active_at INTEGER NOT NULL,
            trashed_at INTEGER,
            remote_id TEXT NOT NULL DEFAULT ''
        ) STRICT;

        CREATE TABLE assistant_versions (
            assistant_id TEXT NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            settings TEXT NOT NULL,
            note TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (assistant_id, version)
        ) STRICT, WITHOUT ROWID;

        -- Edits not saved yet; the empty id is an assistant that is being made.
        CREATE TABLE assistant_drafts (
            assistant_id TEXT PRIMARY KEY,
            settings TEXT NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- preview follows the last shown message, so that the list needs no messages; long texts stand last.
        CREATE TABLE threads (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL DEFAULT '',
            assistant_id TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            pinned_at INTEGER,
            archived_at INTEGER,
            trashed_at INTEGER,
            is_unread INTEGER NOT NULL DEFAULT 0,
            preview TEXT NOT NULL DEFAULT '',
            read_anchor TEXT,
            read_offset INTEGER NOT NULL DEFAULT 0,
            labels TEXT NOT NULL DEFAULT '[]',
            expiration TEXT,
            description TEXT NOT NULL DEFAULT '',
            draft TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX threads_live ON threads (assistant_id, updated_at)
            WHERE trashed_at IS NULL AND archived_at IS NULL;

        -- A tree: siblings have the same parent, position is the depth.  Shown ones are one path from a root to a leaf.
        -- seq is an explicit row id, so that a full-text index may refer to it.
        CREATE TABLE messages (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            parent_id TEXT,
            position INTEGER NOT NULL,
            is_shown INTEGER NOT NULL,
            author TEXT NOT NULL,
            status TEXT NOT NULL,
            run_id TEXT,
            created_at INTEGER NOT NULL,
            labels TEXT NOT NULL DEFAULT '[]',
            text TEXT NOT NULL
        ) STRICT;
        CREATE INDEX messages_tree ON messages (thread_id, parent_id);
        CREATE UNIQUE INDEX messages_shown ON messages (thread_id, position) WHERE is_shown;

        -- settings is NULL where it is what the assistant's version says; owner is the process that writes the run.
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            message_id TEXT NOT NULL,
            assistant_id TEXT,
            assistant_version INTEGER NOT NULL,
            status TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            first_text_at INTEGER,
            ended_at INTEGER,
            prompt_tokens INTEGER,
            completion_tokens INTEGER,
            remote_id TEXT NOT NULL,
            owner TEXT NOT NULL,
            error TEXT,
            settings TEXT,
            seen TEXT NOT NULL
        ) STRICT;
        CREATE INDEX runs_thread ON runs (thread_id);
        CREATE INDEX runs_writing ON runs (owner) WHERE status = 'writing';
        """,
    ),
    Migration(
        "deleted messages",
        """
        -- A message that was deleted by itself; moved_up are the ids of what took its place below its parent.
        CREATE TABLE deletions (
            message_id TEXT PRIMARY KEY,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            deleted_at INTEGER NOT NULL,
            moved_up TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deletions_thread ON deletions (thread_id);

        -- The rows of messages as they were, with what went along; seq is unique in both tables together.
        CREATE TABLE deleted_messages (
            seq INTEGER PRIMARY KEY,
            deletion_id TEXT NOT NULL REFERENCES deletions (message_id) ON DELETE CASCADE,
            id TEXT NOT NULL,
            thread_id TEXT NOT NULL,
            parent_id TEXT,
            position INTEGER NOT NULL,
            is_shown INTEGER NOT NULL,
            author TEXT NOT NULL,
            status TEXT NOT NULL,
            run_id TEXT,
            created_at INTEGER NOT NULL,
            labels TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT;
        CREATE INDEX deleted_messages_deletion ON deleted_messages (deletion_id);
        """,
    ),
    Migration(
        "services",
        """
        -- details is the rest of a connection as JSON: provider, folder, addresses, network, switches.
        ALTER TABLE connections ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE connections ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
        -- Plain http was in use without a question; what the user has goes on working.
        UPDATE connections SET details = '{"network": {"allows_http": true}}' WHERE base_url LIKE 'http://%';

        -- The last event taken from a service that can go on from there; NULL where it cannot.
        ALTER TABLE runs ADD COLUMN cursor INTEGER;

        ALTER TABLE messages ADD COLUMN citations TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE deleted_messages ADD COLUMN citations TEXT NOT NULL DEFAULT '[]';

        -- Deferred requests; an open one is ended exactly once, together with its run and message.
        CREATE TABLE operations (
            id TEXT PRIMARY KEY,
            run_id TEXT NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
            thread_id TEXT NOT NULL,
            message_id TEXT NOT NULL,
            connection_id TEXT NOT NULL,
            remote_id TEXT NOT NULL,
            status TEXT NOT NULL,
            owner TEXT NOT NULL,
            sent_at INTEGER NOT NULL,
            checks INTEGER NOT NULL DEFAULT 0,
            checked_at INTEGER,
            next_check_at INTEGER,
            finished_at INTEGER,
            error TEXT
        ) STRICT;
        CREATE INDEX operations_open ON operations (next_check_at) WHERE status IN ('sending', 'waiting');

        -- How much of a thread a service holds, see domain.remote.RemoteThread.
        CREATE TABLE remote_threads (
            connection_id TEXT NOT NULL,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            remote_id TEXT NOT NULL,
            first_message_id TEXT NOT NULL,
            last_message_id TEXT NOT NULL,
            message_count INTEGER NOT NULL,
            model TEXT NOT NULL,
            noted_at INTEGER NOT NULL,
            digest TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (connection_id, thread_id)
        ) STRICT, WITHOUT ROWID;

        -- Which record here is which there; kind is assistant, version, thread or message.  local_version of an
        -- assistant is the version that the service's one is equal to.
        CREATE TABLE remote_records (
            connection_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            remote_id TEXT NOT NULL,
            local_id TEXT NOT NULL,
            local_version INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (connection_id, kind, remote_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX remote_records_local ON remote_records (local_id);

        -- How far a pull is; the next one goes on from there.  owner is the process that pulls, empty when none does.
        CREATE TABLE pulls (
            connection_id TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            stage TEXT NOT NULL,
            page_token TEXT NOT NULL,
            counts TEXT NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Messages of the thread that is being pulled, newest first (n counts up), until all of them are here.
        CREATE TABLE pulled_messages (
            connection_id TEXT NOT NULL,
            thread_remote_id TEXT NOT NULL,
            n INTEGER NOT NULL,
            remote_id TEXT NOT NULL,
            author TEXT NOT NULL,
            author_id TEXT NOT NULL,
            status TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            labels TEXT NOT NULL,
            citations TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (connection_id, thread_remote_id, n)
        ) STRICT, WITHOUT ROWID;
        """,
    ),
    Migration(
        "tools",
        """
        -- The calls of a reply, see domain.tools.ToolStep.
        ALTER TABLE messages ADD COLUMN steps TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE deleted_messages ADD COLUMN steps TEXT NOT NULL DEFAULT '[]';

        -- See domain.threads.RunDetails.
        ALTER TABLE runs ADD COLUMN details TEXT NOT NULL DEFAULT '{}';

        -- Tools of the AI Assistant API that are kept for it, see domain.threads.Thread.
        ALTER TABLE threads ADD COLUMN other_tools TEXT NOT NULL DEFAULT '[]';

        -- What the user decided once and for all about calls of a function; fingerprint says exactly of which.
        CREATE TABLE call_rules (
            assistant_id TEXT NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
            fingerprint TEXT NOT NULL,
            function TEXT NOT NULL,
            rule TEXT NOT NULL,
            decided_at INTEGER NOT NULL,
            PRIMARY KEY (assistant_id, fingerprint)
        ) STRICT, WITHOUT ROWID;

        -- How many tokens a service counts where the estimate says one, learned from what it reports.
        CREATE TABLE token_ratios (
            connection_id TEXT NOT NULL,
            model TEXT NOT NULL,
            ratio REAL NOT NULL,
            reports INTEGER NOT NULL,
            noted_at INTEGER NOT NULL,
            PRIMARY KEY (connection_id, model)
        ) STRICT, WITHOUT ROWID;

        -- Lifetimes begin to end records.  Those that were pulled came from a service, which ended its own by them.
        UPDATE threads SET expiration = json_set(expiration, '$.ends_there', json('true'))
            WHERE expiration IS NOT NULL
            AND id IN (SELECT local_id FROM remote_records WHERE kind = 'thread');
        UPDATE assistant_versions SET settings = json_set(settings, '$.expiration.ends_there', json('true'))
            WHERE json_type(settings, '$.expiration') = 'object'
            AND assistant_id IN (SELECT local_id FROM remote_records WHERE kind = 'assistant');
        """,
    ),
)

BOOKKEEPING = """
    CREATE TABLE IF NOT EXISTS migrations (
        version INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        applied_at INTEGER NOT NULL
    ) STRICT
"""


def refuse_newer(connection: sqlite3.Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Raise DatabaseNewerError for a file whose schema this Nitka does not know; nothing is written."""
    version = schema_version(connection)
    if version > len(migrations):
        raise DatabaseNewerError(f"schema {version}, this Nitka knows {len(migrations)}")


def migrate(
    connection: sqlite3.Connection, backups: Path, migrations: tuple[Migration, ...] = MIGRATIONS
) -> None:
    """Bring the file behind ``connection`` (in autocommit mode) to the newest schema.

    An empty file gets it in one step: nobody else ever sees it half made, and takes it for one that holds something.

    Raises sqlite3.Error, StoreError; the file then has the last schema that was reached whole.
    """
    refuse_newer(connection, migrations)
    version = schema_version(connection)
    if version == len(migrations):
        return
    if version > 0:
        back_up(connection, backups)
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        history = list(enumerate(migrations, start=1))
        for step in [[one] for one in history] if version > 0 else [history]:
            _apply(connection, step)
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def schema_version(connection: sqlite3.Connection) -> int:
    """How many migrations the file has had; 0 for an empty one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _apply(connection: sqlite3.Connection, step: Sequence[tuple[int, Migration]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number, migration in step:
            if schema_version(connection) < number:  # another process may have been faster
                _run_script(connection, number, migration)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _run_script(connection: sqlite3.Connection, number: int, migration: Migration) -> None:
    connection.execute(BOOKKEEPING)
    for statement in _statements(migration.sql):
        connection.execute(statement)
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise sqlite3.IntegrityError(f"migration {number} breaks foreign keys: {broken[:3]}")
    connection.execute(
        "INSERT INTO migrations VALUES (?, ?, ?)",
        (number, migration.name, to_microseconds(datetime.now(UTC))),
    )
    connection.execute(f"PRAGMA user_version = {number:d}")


def _statements(script: str) -> Iterator[str]:
    """The statements of ``script``; sqlite3's ``executescript`` would commit the transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError(f"not a whole statement: {statement.strip()[:80]}")
