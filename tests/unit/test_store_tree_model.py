"""The tree in SQL against a slow, obvious one: whatever is asked and shown, both show the same path."""

import sqlite3
from datetime import UTC, datetime
from typing import NamedTuple

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.threads import Author, Message, Status
from desktop_app.store import deletions, tree
from desktop_app.store.migrations import MIGRATIONS, _run_script

THREAD, OTHER = ThreadId("thread"), ThreadId("other")


class Deleted(NamedTuple):
    parents: dict[MessageId, MessageId | None]
    moved_up: list[MessageId]
    shown_leaf: MessageId | None
    was_shown: bool


class ObviousTree:
    """Parents and a shown leaf; everything else is worked out anew at every question."""

    def __init__(self) -> None:
        self.parents: dict[MessageId, MessageId | None] = {}
        self.leaf: MessageId | None = None
        self.deleted: dict[MessageId, Deleted] = {}

    def path(self) -> list[MessageId]:
        return self.path_to(self.leaf)

    def path_to(self, message_id: MessageId | None) -> list[MessageId]:
        path = []
        while message_id is not None:
            path.append(message_id)
            message_id = self.parents[message_id]
        return path[::-1]

    def children(self, parent: MessageId | None) -> list[MessageId]:
        found = [id_ for id_, other in self.parents.items() if other == parent]
        return sorted(found, key=lambda id_: int(id_[1:]))

    def siblings(self, message_id: MessageId) -> tuple[MessageId, ...]:
        return tuple(self.children(self.parents[message_id]))

    def show(self, message_id: MessageId) -> None:
        while children := self.children(message_id):
            message_id = children[-1]
        self.leaf = message_id

    def delete(self, message_id: MessageId) -> None:
        siblings, was_shown = self.siblings(message_id), message_id in self.path()
        parent = self.parents[message_id]
        if len(siblings) == 1:
            moved = self.children(message_id)
            self.deleted[message_id] = Deleted({message_id: parent}, moved, None, was_shown)
            if self.leaf == message_id:
                self.leaf = parent
            for child in moved:
                self.parents[child] = parent
            del self.parents[message_id]
            return
        gone = {id_: above for id_, above in self.parents.items() if message_id in self.path_to(id_)}
        self.deleted[message_id] = Deleted(gone, [], self.leaf if was_shown else None, was_shown)
        self.parents = {id_: above for id_, above in self.parents.items() if id_ not in gone}
        if was_shown:
            place = siblings.index(message_id)
            self.show(siblings[place - 1] if place else siblings[1])

    def restore(self, message_id: MessageId) -> None:
        deleted = self.deleted.pop(message_id)
        path = self.path()
        parent = deleted.parents[message_id]
        returning = [id_ for id_ in deleted.moved_up if id_ in self.parents and self.parents[id_] == parent]
        self.parents.update(deleted.parents)
        for child in returning:
            self.parents[child] = message_id
        if deleted.was_shown and not set(returning) & set(path):
            if deleted.shown_leaf:
                self.leaf = deleted.shown_leaf
            else:
                self.show(message_id)


class TreeMachine(RuleBasedStateMachine):
    """Adds messages anywhere, shows, deletes and restores any of them."""

    messages: Bundle[MessageId] = Bundle("messages")

    @initialize()
    def begin(self) -> None:
        self.model = ObviousTree()
        self.made = 0
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        for number, migration in enumerate(MIGRATIONS, start=1):
            _run_script(self.connection, number, migration)
        for thread in (THREAD, OTHER):
            self.connection.execute(
                "INSERT INTO threads (id, created_at, updated_at) VALUES (?, 0, 0)", (thread,)
            )
        self._insert(OTHER, MessageId("elsewhere"), None)

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()

    def _insert(self, thread_id: ThreadId, message_id: MessageId, parent_id: MessageId | None) -> None:
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        message = Message(
            message_id, thread_id, Author.USER, message_id, Status.COMPLETED, moment, 0, parent_id
        )
        tree.insert_shown(self.connection, message)

    def _add(self, parent_id: MessageId | None) -> MessageId:
        self.made += 1
        message_id = MessageId(f"m{self.made}")
        self._insert(THREAD, message_id, parent_id)
        self.model.parents[message_id] = parent_id
        self.model.leaf = message_id
        return message_id

    @rule(target=messages)
    def edit_the_first(self) -> MessageId:
        return self._add(None)

    @rule(target=messages)
    def say_more(self) -> MessageId:
        return self._add(self.model.leaf)

    @rule(target=messages, parent=messages)
    def branch(self, parent: MessageId) -> MessageId:
        hypothesis.assume(parent in self.model.parents)
        return self._add(parent)

    @rule(message=messages)
    def show(self, message: MessageId) -> None:
        hypothesis.assume(message in self.model.parents)
        assert tree.show(self.connection, message) == THREAD
        self.model.show(message)

    def _rows(self) -> list[tuple[object, ...]]:
        return self.connection.execute("SELECT * FROM messages ORDER BY seq").fetchall()

    @rule(message=messages)
    def delete(self, message: MessageId) -> None:
        hypothesis.assume(message in self.model.parents)
        self.model.delete(message)
        thread_id, instead = deletions.delete(self.connection, message, 0)
        assert thread_id == THREAD
        assert instead is None or instead in self.model.parents

    @rule(message=messages)
    def delete_and_change_ones_mind(self, message: MessageId) -> None:
        hypothesis.assume(message in self.model.parents)
        before = self._rows()
        deletions.delete(self.connection, message, 0)
        assert deletions.restore(self.connection, message) == THREAD
        assert self._rows() == before

    @rule(message=messages)
    def restore(self, message: MessageId) -> None:
        hypothesis.assume(message in self.model.deleted)
        parent = self.model.deleted[message].parents[message]
        if parent is None or parent in self.model.parents:
            deletions.restore(self.connection, message)
            self.model.restore(message)
        else:
            with pytest.raises(LookupError):
                deletions.restore(self.connection, message)

    @rule(first=st.integers(0, 10), count=st.integers(1, 5))
    def window(self, first: int, count: int) -> None:
        shown = tree.shown(self.connection, THREAD, first, count)
        assert [message.id for message in shown] == self.model.path()[first : first + count]
        assert [message.sibling_ids for message in shown] == [
            self.model.siblings(message.id) for message in shown
        ]
        places = [tree.shown_position(self.connection, message.id) for message in shown]
        assert places == [message.position for message in shown] == list(range(first, first + len(shown)))

    @rule(message=messages)
    def prompt(self, message: MessageId) -> None:
        hypothesis.assume(message in self.model.parents)
        expected = self.model.path_to(message)[::-1]
        assert [found.id for found in tree.ancestry(self.connection, message, 1000)] == expected[::-1]
        assert [found.id for found in tree.ancestry(self.connection, message, 2)] == expected[:2][::-1]

    @invariant()
    def both_show_the_same_path(self) -> None:
        if hasattr(self, "model"):
            assert tree.shown_ids(self.connection, THREAD) == self.model.path()
            assert tree.shown_count(self.connection, THREAD) == len(self.model.path())
            newest = tree.newest_shown(self.connection, THREAD, None)
            assert (newest.id if newest else None) == self.model.leaf
            assert tree.shown_ids(self.connection, OTHER) == ["elsewhere"]

    @invariant()
    def every_message_is_kept(self) -> None:
        if hasattr(self, "model"):
            every = tree.every(self.connection, THREAD)
            depths = {message.id: len(self.model.path_to(message.id)) - 1 for message in every}
            assert {message.id: message.position for message in every} == depths
            assert {message.id: message.parent_id for message in every} == self.model.parents
            assert all(message.sibling_ids == self.model.siblings(message.id) for message in every)


TestTree = TreeMachine.TestCase
TestTree.settings = hypothesis.settings(
    deadline=None,
    max_examples=60,
    stateful_step_count=30,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
