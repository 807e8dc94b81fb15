"""The tree in SQL against a slow, obvious one: whatever is asked and shown, both show the same path."""

import sqlite3
from datetime import UTC, datetime

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.threads import Author, Message, Status
from desktop_app.store import tree
from desktop_app.store.migrations import MIGRATIONS, _run_script

THREAD, OTHER = ThreadId("thread"), ThreadId("other")


class ObviousTree:
    """Parents and a shown leaf; everything else is worked out anew at every question."""

    def __init__(self) -> None:
        self.parents: dict[MessageId, MessageId | None] = {}
        self.leaf: MessageId | None = None

    def path(self) -> list[MessageId]:
        return self.path_to(self.leaf)

    def path_to(self, message_id: MessageId | None) -> list[MessageId]:
        path = []
        while message_id is not None:
            path.append(message_id)
            message_id = self.parents[message_id]
        return path[::-1]

    def siblings(self, message_id: MessageId) -> tuple[MessageId, ...]:
        return tuple(id_ for id_, parent in self.parents.items() if parent == self.parents[message_id])

    def show(self, message_id: MessageId) -> None:
        while children := [id_ for id_, parent in self.parents.items() if parent == message_id]:
            message_id = children[-1]
        self.leaf = message_id


class TreeMachine(RuleBasedStateMachine):
    """Adds messages anywhere and shows any of them."""

    messages: Bundle[MessageId] = Bundle("messages")

    @initialize()
    def begin(self) -> None:
        self.model = ObviousTree()
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        _run_script(self.connection, 1, MIGRATIONS[0])
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
        message_id = MessageId(f"m{len(self.model.parents)}")
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
        return self._add(parent)

    @rule(message=messages)
    def show(self, message: MessageId) -> None:
        assert tree.show(self.connection, message) == THREAD
        self.model.show(message)

    @rule(before=st.none() | st.integers(0, 10), limit=st.integers(1, 5))
    def page(self, before: int | None, limit: int) -> None:
        shown = tree.shown(self.connection, THREAD, before, limit)
        assert [message.id for message in shown] == self.model.path()[:before][-limit:]
        assert [message.sibling_ids for message in shown] == [
            self.model.siblings(message.id) for message in shown
        ]

    @rule(message=messages)
    def prompt(self, message: MessageId) -> None:
        expected = self.model.path_to(message)[::-1]
        assert [found.id for found in tree.ancestry(self.connection, message, 1000)] == expected[::-1]
        assert [found.id for found in tree.ancestry(self.connection, message, 2)] == expected[:2][::-1]

    @invariant()
    def both_show_the_same_path(self) -> None:
        if hasattr(self, "model"):
            assert tree.shown_ids(self.connection, THREAD) == self.model.path()
            shown = tree.shown(self.connection, THREAD, None, 1000)
            assert [message.position for message in shown] == list(range(len(shown)))
            assert tree.shown_ids(self.connection, OTHER) == ["elsewhere"]

    @invariant()
    def every_message_is_kept(self) -> None:
        if hasattr(self, "model"):
            every = tree.every(self.connection, THREAD)
            assert {message.id: message.parent_id for message in every} == self.model.parents
            assert all(message.sibling_ids == self.model.siblings(message.id) for message in every)


TestTree = TreeMachine.TestCase
TestTree.settings = hypothesis.settings(
    deadline=None,
    max_examples=40,
    stateful_step_count=30,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
