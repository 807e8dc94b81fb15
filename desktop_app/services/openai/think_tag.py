"""``<think>...</think>`` at the start of a reply: some models leave their thoughts in the text they answer with."""

from enum import Enum, auto

_OPEN, _CLOSE = "<think>", "</think>"


class _Stage(Enum):
    START = auto()
    THINKING = auto()
    GAP = auto()
    REPLYING = auto()


class ThinkTag:
    """Feed it the pieces of a reply, cut anywhere; they come out as thoughts and as reply.

    Blanks around the tags belong to neither.  Thoughts that never end were none: ``rest`` gives them back as text.
    """

    def __init__(self) -> None:
        self._stage = _Stage.START
        self._held = ""
        self._thought: list[str] = []

    def feed(self, piece: str) -> tuple[str, str]:
        """What ``piece`` adds to the thoughts and to the reply."""
        if self._stage is _Stage.REPLYING:
            return "", piece
        held, self._held = self._held + piece, ""
        if self._stage is _Stage.START:
            start = held.lstrip()
            if _OPEN.startswith(start):
                self._held = held
                if start != _OPEN:
                    return "", ""
            if not start.startswith(_OPEN):
                self._stage = _Stage.REPLYING
                return "", held
            self._stage, self._held = _Stage.THINKING, ""
            held = start.removeprefix(_OPEN)
        if self._stage is _Stage.GAP:
            return "", self._after(held)
        return self._think(held)

    def rest(self) -> str:
        """What was held back or taken for thoughts, once nothing more comes; empty after a proper end."""
        if self._stage is _Stage.START:
            return self._held
        return f"{_OPEN}{''.join(self._thought)}{self._held}" if self._stage is _Stage.THINKING else ""

    def _think(self, held: str) -> tuple[str, str]:
        thought, close, reply = held.partition(_CLOSE)
        if close:
            self._stage = _Stage.GAP
            return thought, self._after(reply)
        cut = len(held) - _begun(held)
        self._held = held[cut:]
        self._thought.append(held[:cut])
        return held[:cut], ""

    def _after(self, reply: str) -> str:
        reply = reply.lstrip()
        if reply:
            self._stage = _Stage.REPLYING
        return reply


def _begun(text: str) -> int:
    """How many characters at the end of ``text`` may be the beginning of the closing tag."""
    longest = min(len(text), len(_CLOSE) - 1)
    return next((size for size in range(longest, 0, -1) if _CLOSE.startswith(text[-size:])), 0)
