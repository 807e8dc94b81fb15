"""The page of the assistant's settings with its versions: what changed, which replies each gave, and the way back."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.domain.assistants import AssistantVersion, VersionUse
from desktop_app.domain.connections import Connection
from desktop_app.domain.differences import (
    Change,
    FieldDifference,
    Piece,
    settings_difference,
    word_difference,
)
from desktop_app.qt.aside import Aside
from desktop_app.qt.moments import day_and_time
from desktop_app.widgets.details.rows import DetailRow, DetailRows
from desktop_app.widgets.dialogs.difference_view import DifferenceView, Section
from desktop_app.widgets.dialogs.fields import ChoiceBox
from desktop_app.widgets.dialogs.frame import Callout, Hairline, StrongLabel, button
from desktop_app.widgets.dialogs.version_words import VersionWords
from desktop_app.widgets.theme import Theme

ARROW = " → "
PROSE = frozenset(
    {
        "name",
        "description",
        "instruction",
        "response_format.schema",
        "functions.description",
        "functions.parameters",
        "functions.command.arguments",
        "search.instruction",
        "other_tools",
    }
)


class Said(NamedTuple):
    """What a field is called, and what it says in both versions; ``is_prose``: single words of it are worth telling."""

    name: str
    old: str
    new: str
    is_prose: bool


class VersionsPage(QWidget):
    """A list at the left, newest first; at the right what the chosen version changed, and where it answered.

    Signals: ``restore_requested(AssistantVersion)``; ``reply_requested(str, str)`` with a thread's and a message's id;
    ``undo_requested`` after a restore that ``show_restored`` told of.
    """

    restore_requested = Signal(object)
    reply_requested = Signal(str, str)
    undo_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._versions: dict[int, AssistantVersion] = {}
        self._uses: Sequence[VersionUse] = ()
        self._awaited: int | None = None
        self._words = VersionWords(self)
        self._list = DetailRows(theme, "assistant_versions")
        self._list.setAccessibleName(self.tr("Versions"))
        self._other = ChoiceBox("assistant_compare")
        self._title = StrongLabel(theme, "", scale="ui")
        self._title.setWordWrap(True)
        self._restore = button(self.tr("&Restore"), "assistant_restore")
        self._restored = Callout(theme, "success")
        self._restored.setObjectName("assistant_restored")
        self._undo = button(self.tr("&Undo"), "assistant_restore_undo", kind="quiet")
        self._difference = DifferenceView(theme, "assistant_difference")
        self._replies_title = StrongLabel(theme, "")
        self._replies = DetailRows(theme, "assistant_replies")
        self._replies.setAccessibleName(self.tr("Threads with replies of this version"))
        self._aside = Aside(self)
        self._lay_out(theme)
        self._connect()
        self.show_restored("")

    def set_connections(self, connections: Sequence[Connection]) -> None:
        """Name connections instead of their ids."""
        self._words.connections = {connection.id: connection for connection in connections}

    def set_versions(self, versions: Sequence[AssistantVersion], uses: Sequence[VersionUse]) -> None:
        """Show these, newest first; the chosen version stays, else it is the newest."""
        self._versions = {version.version: version for version in versions}
        self._uses = uses
        chosen = self._awaited or self._list.key_of(self._list.currentIndex())
        self._awaited = None
        self._list.set_rows([self._row(version, version is versions[0]) for version in versions])
        self._list.select(chosen if chosen in self._versions else max(self._versions, default=None))
        self._chosen_changed()

    def await_version(self, number: int) -> None:
        """Choose this version as soon as the versions are there."""
        self._awaited = number

    def show_restored(self, text: str) -> None:
        """Say that a version is in use again, and offer the way back; an empty text says nothing."""
        self._restored.show_text(text)

    # -- building

    def _lay_out(self, theme: Theme) -> None:
        gap = theme.px("spacing.2")
        self._list.setFixedWidth(theme.px("sidebarMin") + theme.px("spacing.8"))
        self._list.setViewportMargins(0, theme.px("spacing.2"), 0, 0)
        head = QGridLayout()
        head.setHorizontalSpacing(gap)
        head.setVerticalSpacing(theme.px("spacing.1"))
        label = QLabel(self.tr("Compare &with"))
        label.setBuddy(self._other)
        self._other.setAccessibleName(self.tr("Compare with"))
        head.addWidget(self._title, 0, 0, 1, 2)
        head.addWidget(label, 1, 0)
        head.addWidget(self._other, 1, 1)
        head.addWidget(self._restore, 1, 2)
        head.setColumnStretch(1, 1)
        self._restored.row.addWidget(self._undo)
        right = QVBoxLayout()
        right.setContentsMargins(*[theme.px("spacing.4")] * 4)
        right.setSpacing(theme.px("spacing.3"))
        right.addWidget(self._restored)
        right.addLayout(head)
        right.addWidget(self._difference, 1)
        right.addWidget(self._replies_title)
        right.addWidget(self._replies)
        self._replies.setMaximumHeight(theme.px("threadRow") * 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._list)
        row.addWidget(Hairline(theme, Qt.Orientation.Vertical))
        row.addLayout(right, 1)

    def _connect(self) -> None:
        self._list.chosen.connect(self._chosen_changed)
        self._other.currentIndexChanged.connect(self._compare)
        self._restore.clicked.connect(self._restore_chosen)
        self._undo.clicked.connect(self.undo_requested)
        self._replies.opened.connect(self._open_reply)
        self._aside.answered.connect(self._show_sections)

    # -- the list

    @property
    def _chosen(self) -> AssistantVersion | None:
        key = self._list.key_of(self._list.currentIndex())
        return self._versions.get(key) if isinstance(key, int) else None

    def _row(self, version: AssistantVersion, is_newest: bool) -> DetailRow:
        replies = sum(use.replies for use in self._uses if use.version == version.version)
        title = self.tr("Version {n}").format(n=QLocale().toString(version.version))
        told = [
            day_and_time(version.created_at),
            self.tr("%Ln reply(s)", "", replies) if replies else "",
            version.note,
        ]
        return DetailRow(
            title,
            " · ".join(filter(None, told)),
            self.tr("in use") if is_newest else "",
            version.version,
            lines=3,
        )

    def _chosen_changed(self) -> None:
        chosen = self._chosen
        newest = max(self._versions, default=0)
        others = [
            number for number in sorted(self._versions, reverse=True) if chosen and number != chosen.version
        ]
        with QSignalBlocker(self._other):
            self._other.set_choices([(self._choice(number, newest), number) for number in others])
            if chosen and others:
                before = [number for number in others if number < chosen.version]
                self._other.select(newest if chosen.version != newest else before[0])
        self._other.setEnabled(bool(others))
        self._restore.setEnabled(chosen is not None and chosen.version != newest)
        self._show_replies(chosen)
        self._compare()

    def _choice(self, number: int, newest: int) -> str:
        text = self.tr("Version {n}").format(n=QLocale().toString(number))
        return f"{text} · {self.tr('in use')}" if number == newest else text

    # -- differences

    def _compare(self) -> None:
        chosen, other = self._chosen, self._versions.get(self._other_number)
        if chosen is None or other is None:
            self._aside.forget()
            self._title.setText("")
            self._difference.show_sections((), self.tr("There is only this version yet."))
            return
        older, newer = sorted((chosen, other), key=lambda version: version.version)
        numbers = [QLocale().toString(version.version) for version in (older, newer)]
        self._title.setText(
            self.tr("What changed from version {old} to version {new}").format(old=numbers[0], new=numbers[1])
        )
        fields = self._all_said(settings_difference(older.settings, newer.settings))
        self._aside.ask(partial(_sections, fields))  # long texts take their time

    @property
    def _other_number(self) -> int:
        value = self._other.value
        return value if isinstance(value, int) else 0

    def _all_said(self, differences: Sequence[FieldDifference]) -> list[Said]:
        """Each field by itself, but a function that came or went as one."""
        whole = {one.item for one in differences if one.field == "functions.name"}

        def function(one: FieldDifference) -> str | None:
            return one.item if one.field.startswith("functions.") and one.item in whole else None

        said: list[Said] = []
        for name, group in groupby(differences, function):
            parts = list(group)
            if name is None:
                said += map(self._said, parts)
            elif parts[0].old is None:
                title = self.tr("Function added: {name}").format(name=name)
                said.append(Said(title, "", self._words.whole_function(parts), is_prose=False))
            else:
                title = self.tr("Function removed: {name}").format(name=name)
                said.append(Said(title, self._words.whole_function(parts), "", is_prose=False))
        return said

    def _said(self, difference: FieldDifference) -> Said:
        words = self._words
        old, new = words.value(difference, difference.old), words.value(difference, difference.new)
        if old == new:  # a label without a value came or went
            empty = self.tr("(empty)")
            old, new = ("", empty) if difference.old is None else (empty, "")
        return Said(words.name(difference), old, new, difference.field in PROSE)

    def _show_sections(self, found: object) -> None:
        assert isinstance(found, list)
        self._difference.show_sections(found, self.tr("The two versions are the same."))

    # -- replies

    def _show_replies(self, chosen: AssistantVersion | None) -> None:
        uses = [use for use in self._uses if chosen and use.version == chosen.version]
        self._replies.set_rows(
            [
                DetailRow(
                    use.thread_name or self.tr("New thread"),
                    note=self.tr("%Ln reply(s)", "", use.replies),
                    key=(use.thread_id, use.message_id),
                )
                for use in uses
            ]
        )
        count = sum(use.replies for use in uses)
        self._replies.setVisible(bool(uses))
        self._replies_title.setText(
            self.tr("It gave %n reply(s)", "", count) if uses else self.tr("It gave no replies.")
        )

    def _open_reply(self) -> None:
        key = self._replies.key_of(self._replies.currentIndex())
        if isinstance(key, tuple):
            self.reply_requested.emit(*key)

    def _restore_chosen(self) -> None:
        if chosen := self._chosen:
            self.restore_requested.emit(chosen)


def _sections(fields: Sequence[Said]) -> list[Section]:
    """Texts with their differences word by word, everything else whole."""
    return [
        Section(said.name, word_difference(said.old, said.new) if said.is_prose else _whole(said))
        for said in fields
    ]


def _whole(said: Said) -> list[Piece]:
    pieces = [Piece(Change.REMOVED, said.old), Piece(Change.SAME, ARROW), Piece(Change.ADDED, said.new)]
    return pieces if said.old and said.new else [piece for piece in pieces if piece.text not in ("", ARROW)]
