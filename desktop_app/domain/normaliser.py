"""One normaliser for both kinds of stream: pieces and snapshots become edits of the message.

An edit keeps the first ``keep`` characters and puts ``text`` after them, so a replacement costs only what changed and
an append costs only what came.
"""

from dataclasses import dataclass

from desktop_app.domain.events import RunEvent, TextAppended, TextReplaced
from desktop_app.domain.tools import BETWEEN_ROUNDS


@dataclass(frozen=True, slots=True)
class TextEdit:
    """The text after it is ``before[:keep] + text``; characters are code points."""

    keep: int
    text: str

    def apply(self, before: str) -> str:
        """The text after the edit."""
        return before[: self.keep] + self.text


class Normaliser:
    """Follows one reply; ``prefix`` is the text that a continued message already has.

    ``so_far`` is what has come of the reply itself before, when its run is taken up again.
    """

    def __init__(self, prefix: str = "", so_far: str = "") -> None:
        self._prefix = prefix
        self._pieces = [prefix + so_far]
        self._length = len(prefix) + len(so_far)
        self._joint = ""
        self._may_repeat = False

    @property
    def text(self) -> str:
        """The whole message so far."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    @property
    def length(self) -> int:
        """How many characters the message has so far."""
        return self._length

    @property
    def start(self) -> int:
        """Where the text begins that a snapshot replaces."""
        return len(self._prefix) + len(self._joint)

    def begin_round(self, *, may_repeat: bool = False) -> None:
        """What comes from now on is another part of the message, after a blank line.

        ``may_repeat``: a snapshot that begins with the text so far repeats it.
        """
        self._joint = BETWEEN_ROUNDS if self._length else ""
        self._prefix = self.text
        self._may_repeat = may_repeat

    def feed(self, event: RunEvent) -> TextEdit | None:
        """The edit that ``event`` makes, or None when the text stays as it is."""
        match event:
            case TextAppended(text) | TextReplaced(text) if text and self._joint:
                return self._begin(event)
            case TextAppended(text) if text:
                return self._append(text)
            case TextReplaced(text):
                return self._replace(self._prefix + text)
        return None

    def _begin(self, event: TextAppended | TextReplaced) -> TextEdit | None:
        """The first text of a round that others had text before."""
        joint, self._joint = self._joint, ""
        if isinstance(event, TextAppended):
            self._prefix += joint
            return self._append(joint + event.text)
        is_repeated = self._may_repeat and event.text.startswith(self._prefix)
        self._prefix = "" if is_repeated else self._prefix + joint
        return self._replace(self._prefix + event.text)

    def _append(self, piece: str) -> TextEdit:
        edit = TextEdit(self._length, piece)
        self._pieces.append(piece)
        self._length += len(piece)
        return edit

    def _replace(self, snapshot: str) -> TextEdit | None:
        before = self.text
        if snapshot == before:
            return None
        keep = len(before) if snapshot.startswith(before) else _common_length(before, snapshot)
        self._pieces = [snapshot]
        self._length = len(snapshot)
        return TextEdit(keep, snapshot[keep:])


def _common_length(before: str, after: str) -> int:
    """How many characters both begin with; by halves, since comparing slices is much faster than characters."""
    same, high = 0, min(len(before), len(after))
    while same < high:
        middle = (same + high + 1) // 2
        if before[same:middle] == after[same:middle]:
            same = middle
        else:
            high = middle - 1
    return same


def merge(edits: list[TextEdit]) -> TextEdit:
    """One edit with the effect of ``edits`` in order; raises ValueError for an empty list."""
    if not edits:
        raise ValueError("no edits")
    keep, tail = edits[0].keep, [edits[0].text]
    length = keep + len(edits[0].text)
    for edit in edits[1:]:
        if edit.keep < length:
            text = "".join(tail)
            tail = [text[: max(0, edit.keep - keep)]]
            keep = min(keep, edit.keep)
        tail.append(edit.text)
        length = edit.keep + len(edit.text)
    return TextEdit(keep, "".join(tail))
