"""What the transcript answers a screen reader; ``accessible.AccessibleTranscript`` says what it may ask."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect

from desktop_app.widgets.transcript.blocks.block import Target
from desktop_app.widgets.transcript.entry import block_of

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.view import TranscriptView


NEAR = 20


class SpokenTranscript:
    """One view as screen readers see it."""

    def __init__(self, view: "TranscriptView") -> None:
        self._view = view

    def accessible_messages(self) -> list[str]:
        """Ids of the messages on the screen and of up to 20 before and after, oldest first."""
        page = self._view.page
        if not page.visible:
            return []
        near = range(page.visible[0].position - NEAR, page.visible[-1].position + NEAR + 1)
        entries = (page.messages.at(position) for position in near)
        return [entry.message.id for entry in entries if entry is not None]

    def has_message(self, message_id: str) -> bool:
        """Whether the message is in the transcript."""
        return self._view.page.messages.position_of(message_id) is not None

    def is_user_message(self, message_id: str) -> bool:
        """Whether the user wrote it."""
        entry = self._view.page.messages.entry(message_id)
        return entry is not None and entry.is_user

    def plain_text(self, message_id: str) -> str:
        """Its words without markup, blocks on lines of their own."""
        entry = self._view.page.messages.entry(message_id)
        return "" if entry is None else "\n".join(item.plain for item in entry.items)

    def description(self, message_id: str) -> str:
        """The line above a message from which the model sees the thread, or below the last one."""
        line = self._view.context_line
        is_last = line.is_below_all and message_id == self._view.last_id()
        return line.words_at(message_id) or (line.words_below() if is_last else "")

    def message_rect(self, message_id: str) -> QRect:
        """Where it lies in the viewport, with the margin at its right, where a table has its button and its room;
        empty when it is not on the screen.
        """
        view, shown = self._view, self._view.page.shown(message_id)
        if shown is None:
            return QRect()
        return QRect(view.column_left, shown.y, view.viewport().width() - view.column_left, shown.height)

    def character_rect(self, message_id: str, offset: int) -> QRect:
        """Where a character of the plain text stands in the viewport."""
        shown, entry = self._view.page.shown(message_id), self._view.page.messages.entry(message_id)
        if shown is None or shown.cell is None or entry is None or not shown.cell.flow.blocks:
            return QRect()
        return shown.cell.caret(*block_of(entry, offset)).translated(self._view.column_left, shown.y)

    def offset_at(self, message_id: str, point: QPoint) -> int:
        """The offset of the plain text nearest to a point of the viewport."""
        shown = self._view.page.shown(message_id)
        if shown is None or shown.cell is None or not shown.cell.flow.blocks:
            return 0
        block, offset = shown.cell.position_at(point.x() - self._view.column_left, point.y() - shown.y)
        return sum(len(item.plain) + 1 for item in shown.cell.entry.items[:block]) + offset

    def targets(self, message_id: str) -> list[Target]:
        """What can be pressed in a message."""
        shown = self._view.page.shown(message_id)
        if shown is None or shown.cell is None:
            return []
        return [spot.target._replace(rect=spot.rect, name=spot.name) for spot in shown.cell.spots()]

    def press_target(self, message_id: str, target: Target) -> None:
        """Press one of the ``targets``."""
        shown = self._view.page.shown(message_id)
        if shown is not None and shown.cell is not None:
            spots = (spot for spot in shown.cell.spots() if spot.rect == target.rect)
            if (spot := next(spots, None)) is not None:
                self._view.activate(shown.cell, spot, spot.rect.center().x())

    def current_message(self) -> str:
        """The message the keyboard is at, or ""."""
        return self._view.current_id

    def focus_message(self, message_id: str) -> None:
        """Give the transcript the focus, with the message as the current one, and show it."""
        self._view.show_message(message_id)
