"""The sources of a reply: their numbers, the marks in its text, and what they are called."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject

from desktop_app.domain.threads import Citation, Message
from desktop_app.markdown.citation_marks import Mark, parse_cited
from desktop_app.markdown.items import Item
from desktop_app.markdown.parser import parse
from desktop_app.widgets.transcript.call_arguments import visible

PLACES_NAMED = 3


def numbers_of(citations: Sequence[Citation]) -> tuple[int, ...]:
    """The number of each citation as it is marked in the text; 0 for those that stand in the list alone.

    The reply's own numbers stay; those without that have a place get the next free ones, the same part of a source the
    same one.
    """
    taken = {one.number for one in citations}
    following = (number for number in range(1, len(citations) + len(taken) + 1) if number not in taken)
    given: dict[tuple[object, ...], int] = {}
    numbers = []
    for one in citations:
        if one.number or one.end is None:
            numbers.append(one.number)
            continue
        part = one.title, one.url, one.file_id, one.page, one.line, one.fragment
        if part not in given:
            given[part] = next(following)
        numbers.append(given[part])
    return tuple(numbers)


def items_of(reply: Message) -> list[Item]:
    """What a complete reply shows, with the marks of its sources."""
    citations = reply.citations
    if not citations:
        return parse(reply.text)
    numbers = numbers_of(citations)
    marks = {
        Mark(one.end, number)
        for one, number in zip(citations, numbers, strict=True)
        if one.end is not None and not one.number
    }
    return parse_cited(reply.text, {one.number for one in citations if one.number}, marks)


class Source(NamedTuple):
    """A page or a file with the citations of it: their ``indexes`` among all of the reply, and their ``numbers``."""

    citation: Citation
    indexes: tuple[int, ...]
    numbers: tuple[int, ...]


def sources_of(citations: Sequence[Citation]) -> list[Source]:
    """The sources in the order of the reply, each once."""
    numbers = numbers_of(citations)
    found: dict[tuple[str, str, str], list[int]] = {}
    for index, one in enumerate(citations):
        found.setdefault((one.title, one.url, one.file_id), []).append(index)
    return [
        Source(
            citations[indexes[0]],
            tuple(indexes),
            tuple(sorted({numbers[index] for index in indexes if numbers[index]})),
        )
        for indexes in found.values()
    ]


def with_number(citations: Sequence[Citation], number: int) -> list[int]:
    """The indexes of the citations that a mark stands for."""
    return [index for index, known in enumerate(numbers_of(citations)) if known == number]


class SourceTexts(QObject):
    """What sources and the places in them are called."""

    def name(self, citation: Citation) -> str:
        """What to call a source, also one that was deleted at the service."""
        return visible(" ".join(citation.name.split())) or self.tr("A deleted file")

    def place(self, citation: Citation) -> str:
        """Where in a file: "page 3", "line 12", or nothing."""
        if citation.page:
            return self.tr("page %1").replace("%1", str(citation.page))
        return self.tr("line %1").replace("%1", str(citation.line)) if citation.line else ""

    def mark(self, citations: Sequence[Citation], number: int) -> str:
        """What a screen reader says of a mark: "Source 1: name, page 3"."""
        cited = [citations[index] for index in with_number(citations, number)]
        if not cited:
            return ""
        words = self.tr("Source %1: %2").replace("%1", str(number))
        return words.replace("%2", ", ".join(filter(None, (self.name(cited[0]), self.place(cited[0])))))

    def listed(self, source: Source, citations: Sequence[Citation]) -> str:
        """A source as the list below a reply has it, without its numbers: "name · p. 3, 7"."""
        cited = [citations[index] for index in source.indexes]
        pages = sorted({one.page for one in cited if one.page})
        lines = sorted({one.line for one in cited if one.line and not one.page})
        name = self.name(source.citation)
        if not pages and not lines:
            return name
        place = self.tr("p. %1") if pages else self.tr("line %1")
        return f"{name} · {place.replace('%1', _listed(pages or lines))}"


def _listed(numbers: Sequence[int]) -> str:
    few = ", ".join(str(number) for number in numbers[:PLACES_NAMED])
    return f"{few}…" if len(numbers) > PLACES_NAMED else few
