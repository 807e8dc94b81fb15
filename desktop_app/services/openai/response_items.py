"""The output of a Responses reply while it grows: messages, thoughts, function calls, sources.

Servers name an item by ``item_id``, by ``output_index``, or not at all (llama.cpp), may leave out the events that
announce it, and may repeat one id (Yandex: the name of the function).  Messages of one reply are shown with a blank
line between them, their parts without.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec

from desktop_app.domain.events import ReasoningAppended, TextAppended, TextReplaced, ToolCalled
from desktop_app.domain.threads import Citation
from desktop_app.services.reading.streams import text_of

GAP = "\n\n"


class Part(msgspec.Struct):
    """A part of a message or of a thought; a refusal has its words in a field of its own."""

    text: Any = None
    refusal: Any = None
    annotations: Any = None

    @property
    def words(self) -> str:
        """What the part says."""
        return text_of(self.text) or text_of(self.refusal)


class Item(msgspec.Struct):
    """An output item; which fields it has depends on ``type``."""

    type: Any = None
    id: Any = None
    call_id: Any = None
    name: Any = None
    arguments: Any = None
    content: Any = None
    summary: Any = None
    results: Any = None


def item_in(value: object) -> Item:
    """The item, an empty one where none is."""
    return msgspec.convert(value, Item) if isinstance(value, dict) else Item()


def part_in(value: object) -> Part:
    """The part, an empty one where none is; a bare text is a part too."""
    if isinstance(value, str):
        return Part(value)
    return msgspec.convert(value, Part) if isinstance(value, dict) else Part()


def items_in(value: object) -> list[Item]:
    """The items of an ``output``; what is none becomes an empty one, since indexes count it."""
    return [item_in(one) for one in value] if isinstance(value, list) else []


def parts_in(value: object) -> list[Part]:
    """The parts of a ``content`` or ``summary``, counted as items are; a bare text is the only one."""
    if isinstance(value, str):
        return [Part(value)]
    return [part_in(one) for one in value] if isinstance(value, list) else []


class Named(NamedTuple):
    """How an event names an item: ids without the empty ones, and the place in the output where it is told."""

    ids: frozenset[str] = frozenset()
    output_index: int | None = None


def named(index: object, *ids: object) -> Named:
    """The name made of what an event holds; numbers count as ids too."""
    texts = (str(one) for one in ids if isinstance(one, str | int) and one != "")
    return Named(frozenset(texts), index if isinstance(index, int) else None)


@dataclass(slots=True, eq=False)
class _Place:
    """An item that was met: its names, and where it stands among the others."""

    names: Named
    place: int


_Placed = TypeVar("_Placed", bound=_Place)


def _found(items: list[_Placed], names: Named, *, are_ids_unique: bool = True) -> _Placed | None:
    """The item with one of the ids, or else at the index, or else the last one if nothing speaks against it."""
    for item in reversed(items):
        is_elsewhere = (
            None not in (names.output_index, item.names.output_index)
            and names.output_index != item.names.output_index
        )
        if names.ids & item.names.ids and (are_ids_unique or not is_elsewhere):
            return item
    if names.output_index is not None:
        for item in reversed(items):
            if item.names.output_index == names.output_index:
                return item
    last = items[-1] if items else None
    if last and None in (names.output_index, last.names.output_index) and not (names.ids and last.names.ids):
        return last
    return None


def _joined(old: Named, new: Named) -> Named:
    return Named(old.ids | new.ids, new.output_index if old.output_index is None else old.output_index)


def _next_place(items: list[_Placed], names: Named) -> int:
    last = max((item.place for item in items), default=-1)
    return last + 1 if names.output_index is None else names.output_index


# -- messages


@dataclass(slots=True, eq=False)
class _Words:
    pieces: list[str] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""


@dataclass(slots=True, eq=False)
class _Message(_Place):
    parts: dict[int, _Words] = field(default_factory=dict)

    def part_index(self, told: int | None) -> int:
        return max(self.parts, default=0) if told is None else told

    def part(self, index: int) -> _Words:
        return self.parts.setdefault(index, _Words())

    @property
    def text(self) -> str:
        return "".join(self.parts[index].text for index in sorted(self.parts))


class Messages:
    """The reply's text, in messages and parts; the last one grows at its end, what came before can still change."""

    def __init__(self) -> None:
        self._items: list[_Message] = []
        self._end: tuple[int, int] | None = None

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Messages":
        """The messages of a whole output."""
        made = cls()
        for index, item in enumerate(items):
            if item.type == "message":
                made.settle_item(named(index), item)
        return made

    @property
    def text(self) -> str:
        """All of it."""
        ordered = sorted(self._items, key=lambda item: item.place)
        return GAP.join(text for item in ordered if (text := item.text))

    def begin(self, names: Named) -> None:
        """A message is announced."""
        self._item(names, is_new=True)

    def begin_part(self, names: Named, index: int | None) -> None:
        """A part is announced; one without an index comes after those that have words."""
        item = self._item(names)
        last = item.part_index(index)
        is_next = index is None and last in item.parts and bool(item.parts[last].pieces)
        item.part(last + 1 if is_next else last)

    def append(self, names: Named, index: int | None, text: str) -> TextAppended | TextReplaced | None:
        """The next piece of a part."""
        if not text:
            return None
        item = self._item(names)
        index = item.part_index(index)
        place = item.place, index
        item.part(index).pieces.append(text)
        if self._end is not None and place < self._end:
            return TextReplaced(self.text)
        gap = GAP if self._end is not None and self._end[0] != item.place else ""
        self._end = place
        return TextAppended(gap + text)

    def settle(self, names: Named, index: int | None, text: str) -> TextAppended | TextReplaced | None:
        """What a part says in the end; nothing said is not believed."""
        item = self._item(names)
        index = item.part_index(index)
        part = item.part(index)
        if not text or text == part.text:
            return None
        if text.startswith(part.text):
            return self.append(names, index, text[len(part.text) :])
        part.pieces = [text]
        return TextReplaced(self.text)

    def settle_item(self, names: Named, item: Item) -> list[TextAppended | TextReplaced]:
        """What a message says in the end, sources included."""
        self._item(names)
        changes = []
        for index, part in enumerate(parts_in(item.content)):
            if change := self.settle(names, index, part.words):
                changes.append(change)
            self.annotate(names, index, part.annotations)
        return changes

    def annotate(self, names: Named, index: int | None, annotations: object) -> None:
        """The sources of a part: all of them in a list, or the next one."""
        item = self._item(names)
        part = item.part(item.part_index(index))
        if isinstance(annotations, dict):
            part.annotations.append(annotations)
        elif isinstance(annotations, list) and annotations:
            part.annotations = [one for one in annotations if isinstance(one, dict)]

    def annotations(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every annotation, with where its part begins in the text."""
        start = 0
        for item in sorted(self._items, key=lambda item: item.place):
            before = start
            for _, part in sorted(item.parts.items()):
                yield from ((start, annotation) for annotation in part.annotations)
                start += len(part.text)
            start += len(GAP) if start > before else 0

    def _item(self, names: Named, *, is_new: bool = False) -> _Message:
        found = _found(self._items, names)
        if found is None or (is_new and not names.ids and names.output_index is None and found.parts):
            found = _Message(names, _next_place(self._items, names))
            self._items.append(found)
        found.names = _joined(found.names, names)
        return found


# -- thoughts


@dataclass(slots=True, eq=False)
class _Thought(_Place):
    parts: dict[tuple[str, int], _Words] = field(default_factory=dict)


class Thoughts:
    """What the model thinks aloud.  It only grows: what was said is not taken back."""

    def __init__(self) -> None:
        self._items: list[_Thought] = []
        self._end: _Words | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was thought aloud."""
        return self._end is None

    def append(self, names: Named, family: str, index: int | None, text: str) -> Iterator[ReasoningAppended]:
        """The next piece of a part; ``family`` is "summary" or "content"."""
        if text:
            part = self._item(names).parts.setdefault((family, index or 0), _Words())
            gap = "" if self._end is None or self._end is part else GAP
            self._end = part
            part.pieces.append(text)
            yield ReasoningAppended(gap + text)

    def settle(self, names: Named, family: str, index: int | None, text: str) -> Iterator[ReasoningAppended]:
        """What a part says in the end: what is missing of it is added."""
        part = self._item(names).parts.get((family, index or 0))
        said = part.text if part else ""
        if text.startswith(said):
            yield from self.append(names, family, index, text[len(said) :])

    def settle_item(self, names: Named, item: Item) -> Iterator[ReasoningAppended]:
        """What a thought says in the end; one that is told in both ways is shown in one."""
        told = {"summary": parts_in(item.summary), "content": parts_in(item.content)}
        streamed = {family for family, _ in self._item(names).parts}
        whole = next((family for family, parts in told.items() if any(part.words for part in parts)), "")
        for family in streamed or {whole} - {""}:
            for index, part in enumerate(told[family]):
                yield from self.settle(names, family, index, part.words)

    def _item(self, names: Named) -> _Thought:
        found = _found(self._items, names)
        if found is None:
            found = _Thought(names, _next_place(self._items, names))
            self._items.append(found)
        found.names = _joined(found.names, names)
        return found


# -- function calls


@dataclass(slots=True, eq=False)
class _Call(_Place):
    name: str = ""
    call_id: str = ""
    arguments: list[str] = field(default_factory=list)
    is_told: bool = False


class Calls:
    """The functions that the model calls, each told once, when the reply is whole."""

    def __init__(self) -> None:
        self._items: list[_Call] = []

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the functions, in the order of the calls."""
        return tuple(call.name for call in sorted(self._items, key=lambda call: call.place))

    def begin(self, names: Named, item: Item) -> None:
        """A call is announced, with what is known of it."""
        call = self._item(names)
        call.name = text_of(item.name) or call.name
        call.call_id = text_of(item.call_id) or call.call_id

    def append(self, names: Named, text: str) -> None:
        """The next piece of the arguments."""
        self._item(names).arguments.append(text)

    def settle(self, names: Named, name: object, arguments: object) -> None:
        """The whole arguments; some servers send an object instead of its text."""
        call = self._item(names)
        call.name = text_of(name) or call.name
        if isinstance(arguments, dict):
            arguments = msgspec.json.encode(arguments).decode()
        if text := text_of(arguments):
            call.arguments = [text]

    def settle_item(self, names: Named, item: Item) -> None:
        """A call as it is in the end."""
        self.begin(names, item)
        self.settle(names, item.name, item.arguments)

    def told(self, response_id: str) -> Iterator[ToolCalled]:
        """All that were not told yet, in their order."""
        for call in sorted(self._items, key=lambda call: call.place):
            if not call.is_told:
                call.is_told = True
                arguments = "".join(call.arguments).strip() or "{}"
                yield ToolCalled(f"{response_id}:{call.place}", call.name, arguments, call.call_id)

    def _item(self, names: Named) -> _Call:
        found = _found(self._items, names, are_ids_unique=False)
        if found is None:
            found = _Call(names, _next_place(self._items, names))
            self._items.append(found)
        found.names = _joined(found.names, names)
        return found


# -- sources


class Fragments:
    """What file search found, by file: annotations name the file only."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}

    def add(self, results: object) -> None:
        """The ``results`` of a file_search_call."""
        for result in results if isinstance(results, list) else ():
            if isinstance(result, dict) and (text := text_of(result.get("text") or result.get("content"))):
                texts = self._texts.setdefault(text_of(result.get("file_id")), [])
                if text not in texts:
                    texts.append(text)

    def of(self, file_id: str) -> str:
        """All that was found in a file."""
        return GAP.join(self._texts.get(file_id, ()))


def citations(messages: Messages, fragments: Fragments) -> tuple[Citation, ...]:
    """The sources of the reply, each once: Yandex repeats a file for every piece of it that was used."""
    found: dict[object, Citation] = {}
    for start, annotation in messages.annotations():
        made = _citation(annotation, start, fragments)
        if made:
            found.setdefault((made.url, made.start, made.end) if made.url else made.file_id, made)
    return tuple(found.values())


def _citation(annotation: dict[str, Any], base: int, fragments: Fragments) -> Citation | None:
    start, end = annotation.get("start_index"), annotation.get("end_index")
    is_anchored = isinstance(start, int) and isinstance(end, int) and 0 <= start < end
    span = (base + start, base + end) if is_anchored else (None, None)  # type: ignore[operator]
    if url := text_of(annotation.get("url")).strip():
        url = url if "://" in url else f"https://{url}"  # Yandex sends bare hosts
        return Citation(text_of(annotation.get("title")) or _host(url), url, "", "", *span)
    if file_id := text_of(annotation.get("file_id")):
        title = text_of(annotation.get("filename")) or file_id
        return Citation(title, "", file_id, fragments.of(file_id), *span)
    return None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
