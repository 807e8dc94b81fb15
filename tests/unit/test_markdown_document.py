import time

import pytest

from desktop_app.markdown.document import Document
from desktop_app.markdown.items import LINK, CodeItem, TableItem, TextItem
from desktop_app.markdown.parser import parse
from tests.markdown_documents import make


def shown(document: Document) -> list[str]:
    return [item.plain for item in document.items]


@pytest.mark.parametrize(
    "mark",
    ["-", "1.", "12", "#", "**", "|", "|---|--", "===", ">", "> -", "``", "~~~", "- [", "- [ ]", "[a]:"],
)
def test_a_last_line_that_is_only_a_mark_is_not_shown_before_it_is_decided(mark: str) -> None:
    document = Document(f"words\n\n{mark}")
    assert shown(document) == ["words"]
    document.finish()
    assert [item.signature() for item in document.items] == [
        item.signature() for item in parse(f"words\n\n{mark}")
    ]


def test_a_fence_is_code_at_once_and_its_closing_line_is_never_code() -> None:
    document = Document("a\n\n```py")
    assert isinstance(document.items[1], CodeItem)
    for part in ("\n", "x = 1\n", "`", "``", "\n"):
        document.append(part)
        code = document.items[1]
        assert isinstance(code, CodeItem)
        assert not any("`" in line for line in code.lines)
    assert shown(document) == ["a", "x = 1"]


def test_other_marks_are_code_in_a_fence() -> None:
    document = Document("```\na\n")
    document.append("#")
    assert shown(document) == ["a\n#"]


def test_an_emphasis_that_is_not_closed_is_literal() -> None:
    document = Document("a **b")
    assert shown(document) == ["a **b"]
    document.append("**")
    assert shown(document) == ["a b"]


def test_a_table_appears_with_its_second_line() -> None:
    document = Document("| a | b |\n|--")
    assert [type(item) for item in document.items] == [TextItem]
    document.append("-|---|\n")
    assert [type(item) for item in document.items] == [TableItem]


def test_growing_blocks_stay_the_same_objects() -> None:
    for first, second in (("```\na\n", "b\n"), ("| a |\n|---|\n| b |\n", "| c |\n"), ("words ", "more")):
        document = Document(first)
        item = document.items[0]
        document.append(second)
        assert document.items == [item]
        assert len(document.items) == 1


def test_what_is_settled_is_said_to_be_stable() -> None:
    document = Document("```\na\nb\nc")
    code = document.items[0]
    assert isinstance(code, CodeItem)
    assert code.stable == 2
    table = Document("| a |\n|---|\n| b |\n| c").items[0]
    assert isinstance(table, TableItem)
    assert table.stable == 2
    words = Document(make(3_000, "paragraph")[:3_000]).items[0]
    assert isinstance(words, TextItem)
    assert len(words.text) - 700 < words.stable < len(words.text)


def test_a_late_definition_changes_just_the_blocks_that_waited_for_it() -> None:
    document = Document()
    for line in ("see [a]\n\n", "other\n\n", "- [b]\n- [a]\n\n", "end\n\n", "[a]: /u\n\n"):
        document.append(line)
    change = document.append("more\n\n")
    assert set(change.others) == {0, 3}
    assert change.first == 5
    for index in (0, 3):
        item = document.items[index]
        assert isinstance(item, TextItem)
        assert [(span.style, span.target) for span in item.spans] == [(LINK, "/u")]


def test_a_list_that_turns_loose_says_so() -> None:
    document = Document("- a\n- b\n- c\n")
    first = document.items[0]
    assert not document.append("- d\n").has_new_spacing
    assert document.append("\n- e\n").has_new_spacing
    assert document.items[0] is first
    assert first.list is not None
    assert first.list.is_loose


def test_an_edit_near_the_end_of_a_long_text_leaves_the_rest_alone() -> None:
    source = make(50_000, "cyrillic")
    document = Document()
    for start in range(0, len(source), 100):
        document.append(source[start : start + 100])
    before = list(document.items)
    change = document.edit(len(source) - 10, "new end\n")
    assert change.first >= len(before) - 1
    assert document.items[: change.first] == before[: change.first]
    assert document.source == source[:-10] + "new end\n"


def test_a_correction_keeps_what_is_equal() -> None:
    document = Document("a\n\nb\n\nc\n")
    document.finish()
    assert document.corrected(parse("a\n\nb\n\nc\n")) is None
    first = document.items[0]
    change = document.corrected(parse("a\n\n**b**\n\nc\n"))
    assert change is not None
    assert change.first == 1
    assert document.items[0] is first
    document.append("\nd")
    assert shown(document) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("profile", ["mixed", "fence", "list", "table", "paragraph", "quote", "deep"])
def test_new_text_costs_the_same_at_the_end_as_at_the_beginning(profile: str) -> None:
    source = make(60_000, profile)
    parts = [source[start : start + 80] for start in range(0, len(source), 80)]
    best = [1.0] * len(parts)
    for _ in range(3):
        document = Document()
        for index, part in enumerate(parts):
            start = time.thread_time()
            document.append(part)
            best[index] = min(best[index], time.thread_time() - start)
    fifth = len(parts) // 5
    assert sum(best[-fifth:]) < 2 * sum(best[:fifth])
