"""What of a thread is on the screen, and where.

One idea: **the place of reading is a message and a distance in pixels below its upper edge** (the anchor), so that
nothing that becomes known about the heights of other messages moves what is on the screen.  Messages are laid out when
they come near; everything else has a guessed height.

Coordinates: y from the upper edge of the viewport, whole pixels.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Message, Run
from desktop_app.widgets.transcript.cell import Cell, Place
from desktop_app.widgets.transcript.entry import UNFOLDED, Entry
from desktop_app.widgets.transcript.heights import Heights
from desktop_app.widgets.transcript.messages import ThreadMessages

CELLS = 80
GUESS = 160


class Shown(NamedTuple):
    """A message on the screen; ``cell`` is None while its text is on its way from the store."""

    position: int
    y: int
    height: int
    cell: Cell | None


class Page:
    """The geometry of the shown thread; ``make_cell`` lays a message out."""

    def __init__(self, make_cell: Callable[[Entry], Cell]) -> None:
        self._make_cell = make_cell
        self._cells: OrderedDict[str, Cell] = OrderedDict()
        self.messages = ThreadMessages()
        self.heights = Heights(0, GUESS)
        self.visible: list[Shown] = []
        self.height = 1
        self.bottom_padding = 0
        self.question_position: int | None = None
        self._position = 0
        self._offset = 0

    # -- which messages

    def reset(
        self, messages: Sequence[Message], runs: Mapping[MessageId, Run] | None, total: int | None
    ) -> None:
        """Another thread."""
        self.drop_cells()
        self.messages.reset(messages, runs, total)
        self.heights = Heights(self.messages.total, GUESS)
        self.question_position = None
        self._position = self._offset = 0

    def append(self, message: Message, run: Run | None) -> int:
        """One more at the end; its position."""
        position = self.messages.append(message, run)
        self.heights.append(GUESS)
        return position

    def replace(self, position: int, message: Message, run: Run | None) -> None:
        """Another message takes a place."""
        entry = self.messages.at(position)
        if entry is not None and (cell := self._cells.get(entry.message.id)) is not None:
            cell.keep_states()
        self._drop(position)
        self.messages.replace(position, message, run)

    def truncate(self, total: int) -> None:
        """Messages from position ``total`` on are gone."""
        for position in range(total, self.messages.total):
            self._drop(position)
        self.messages.truncate(total)
        self.heights.truncate(total)
        if self.question_position is not None and self.question_position >= total:
            self.question_position = None
        if self._position >= total:
            self._position, self._offset = total, 0

    def remove(self, position: int) -> None:
        """One message is gone; the later ones move up."""
        self._drop(position)
        self.messages.remove(position)
        self.heights.remove(position)
        question = self.question_position
        if question is not None and question >= position:
            self.question_position = None if question == position else question - 1
        if self._position > position:
            self._position -= 1
        elif self._position == position:
            self._offset = 0

    # -- cells

    def cell(self, position: int) -> Cell | None:
        """The message at a position, laid out; None when its text is not here."""
        entry = self.messages.at(position)
        if entry is None:
            return None
        cell = self._cells.get(entry.message.id)
        if cell is None:
            cell = self._cells[entry.message.id] = self._make_cell(entry)
            self.heights[position] = cell.height
        else:
            self._cells.move_to_end(entry.message.id)
        return cell

    def known_cell(self, message_id: str) -> Cell | None:
        """A message that is laid out already."""
        return self._cells.get(message_id)

    def cells(self) -> Iterator[Cell]:
        """All that are laid out."""
        return iter(self._cells.values())

    def is_laid_out(self, position: int) -> bool:
        """Whether a message is laid out; one whose text is not here counts as such."""
        entry = self.messages.at(position)
        return entry is None or entry.message.id in self._cells

    def height_of(self, position: int) -> int:
        """The height of a message, laid out when its text is here."""
        cell = self.cell(position)
        return self.heights[position] if cell is None else cell.height

    def on_screen(self, position: int | None) -> Shown | None:
        """What is on the screen of the message at a position; None when it is elsewhere."""
        return next((shown for shown in self.visible if shown.position == position), None)

    def shown(self, message_id: str) -> Shown | None:
        """A message on the screen; None when it is elsewhere, or not here."""
        found = self.on_screen(self.messages.position_of(message_id))
        return found if found is not None and found.cell is not None else None

    def measure(self, message_id: str) -> None:
        """A cell is of another height than before."""
        position, cell = self.messages.position_of(message_id), self._cells.get(message_id)
        if position is not None and cell is not None:
            self.heights[position] = cell.height

    def forget_cell(self, message_id: str) -> None:
        """Lay one message out anew when it is shown next."""
        cell = self._cells.pop(message_id, None)
        if cell is not None:
            cell.dispose()
            self.visible = [shown for shown in self.visible if shown.cell is not cell]

    def unfold(self, cell: Cell) -> None:
        """Show all of a long question when it is shown next."""
        cell.entry.states[UNFOLDED] = True
        self.forget_cell(cell.entry.message.id)

    def drop_cells(self) -> None:
        """Lay everything out anew when it is shown next."""
        for cell in self._cells.values():
            cell.keep_states()
            cell.dispose()
        self._cells.clear()
        self.visible = []

    def drop_far_cells(self) -> None:
        """Keep the number of cells bounded."""
        if len(self._cells) <= CELLS:
            return
        shown = {shown.cell for shown in self.visible}
        for message_id, cell in list(self._cells.items()):
            if len(self._cells) <= CELLS * 3 // 4:
                break
            if cell not in shown and not cell.entry.is_growing:
                del self._cells[message_id]
                cell.keep_states()
                cell.entry.forget_items()
                cell.dispose()
        for message_id in self.messages.forget_far_from(self._position):
            if (gone := self._cells.pop(message_id, None)) is not None:
                gone.dispose()

    def _drop(self, position: int) -> None:
        entry = self.messages.at(position)
        if entry is not None:
            self.forget_cell(entry.message.id)

    # -- where the reader is

    @property
    def value(self) -> int:
        """The distance of the viewport's upper edge from the start of the thread."""
        if not self.messages.total:
            return 0
        position = min(self._position, self.messages.total - 1)
        return self.heights.top(position) + self._offset

    @property
    def maximum(self) -> int:
        """The greatest ``value``."""
        if not self.messages.total:
            return 0
        end = self.heights.total + self.bottom_padding - self.height
        question = self.question_position
        if question is not None:
            end = max(end, self.heights.top(question) - self._above_question(question))
        return max(0, end)

    @property
    def distance_to_end(self) -> int:
        """How far the reader is from the end."""
        return self.maximum - self.value

    @property
    def first_position(self) -> int:
        """The first message that is on the screen."""
        return self.visible[0].position if self.visible else 0

    def place(self) -> Place | None:
        """The spot of the text at the upper edge of the viewport."""
        for shown in self.visible:
            if shown.cell is not None and shown.y + shown.height > 0:
                return shown.cell.place_at(-shown.y)
        return None

    def return_to(self, place: Place) -> bool:
        """Go to where ``place`` was taken; False when its message is gone."""
        position = self.messages.position_of(place.message_id)
        cell = None if position is None else self.cell(position)
        if position is None or cell is None:
            return False
        self._position, self._offset = position, cell.y_of(place)
        return True

    def go_to(self, position: int, offset: int = 0) -> None:
        """Put the upper edge of the viewport ``offset`` pixels below that of a message."""
        self._position = min(max(0, position), max(0, self.messages.total - 1))
        self._offset = offset

    def go_to_value(self, value: int) -> None:
        """Go to a distance from the start of the thread."""
        self._position, self._offset = self.heights.find(value)

    def scroll(self, by: int) -> None:
        """Move on by pixels."""
        self._offset += by

    def go_to_end(self) -> None:
        """Show the end, or the question that was just sent with the room for its answer."""
        total = self.messages.total
        if not total:
            return
        question = self.question_position
        position, height = total - 1, self.height_of(total - 1) + self.bottom_padding
        while position > 0 and height < self.height and (question is None or position > question):
            position -= 1
            height += self.height_of(position)
        if position == question:
            above = self._above_question(question)
            if height + above < self.height:
                self._position, self._offset = position, -above
                return
        while position > 0 and height < self.height:
            position -= 1
            height += self.height_of(position)
        self._position, self._offset = position, height - self.height

    def _above_question(self, position: int) -> int:
        """The room above a question's cell that shows it, and where its answer begins, in the top third."""
        cell = self.cell(position)
        gap = cell.gap_above if cell else 0
        height = self.height_of(position) - gap
        room = self.height // 3
        return max(min(room // 2, room - height), room // 2 - height) - gap

    # -- laying out what is visible

    def arrange(self) -> None:
        """Lay out what is on the screen, and keep the start and the end at its edges."""
        self.visible = []
        if not self.messages.total:
            return
        self._normalise()
        self._fill()
        last = self.visible[-1]
        is_at_last = last.position == self.messages.total - 1
        if (
            is_at_last
            and last.y + last.height + self.bottom_padding < self.height
            and not self._is_room_for_answer()
        ):
            self.go_to_end()
            self._normalise()
            self._fill()

    def _is_room_for_answer(self) -> bool:
        """Whether the empty room at the end is there for the answer to the question just sent."""
        question = self.question_position
        shown = self.on_screen(question)
        return question is not None and shown is not None and shown.y >= self._above_question(question)

    def _normalise(self) -> None:
        """Count the offset from the message that is at the upper edge."""
        last = self.messages.total - 1
        position, offset = min(self._position, last), self._offset
        while offset < 0 and position > 0:
            position -= 1
            offset += self.height_of(position)
        while position < last and offset >= (height := self.height_of(position)):
            offset -= height
            position += 1
        if position == 0:
            offset = max(0, offset)
        self._position, self._offset = position, offset

    def _fill(self) -> None:
        self.visible = []
        y, position = -self._offset, self._position
        while position < self.messages.total and (y < self.height or not self.visible):
            cell = self.cell(position)
            height = self.heights[position] if cell is None else cell.height
            self.visible.append(Shown(position, y, height, cell))
            y += height
            position += 1
