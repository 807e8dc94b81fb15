"""What of a growing message is read aloud, and when."""

from desktop_app.markdown.items import Cell, CodeItem, ImageItem, Item, RuleItem, TableItem, TextItem
from desktop_app.markdown.sentences import Passage, Sentences


def heard(reading: Sentences, *items: Item, is_complete: bool = False) -> list[str]:
    """The words that can be read now."""
    return [passage.text for passage in reading.take(items, is_complete=is_complete)]


def test_a_sentence_is_read_when_the_next_one_has_begun() -> None:
    reading = Sentences()
    assert heard(reading, TextItem("The first sentence.")) == []
    assert heard(reading, TextItem("The first sentence. T")) == ["The first sentence."]
    assert heard(reading, TextItem("The first sentence. The sec")) == []
    assert heard(reading, TextItem("The first sentence. The second! And")) == ["The second!"]


def test_nothing_is_read_twice_and_nothing_is_left_out() -> None:
    text = "One is 3.5 metres. Is that so? «Да…» — сказал он. Хорошо!\nLast line without an end"
    reading = Sentences()
    said = [word for end in range(len(text)) for word in heard(reading, TextItem(text[:end]))]
    said += heard(reading, TextItem(text), is_complete=True)
    assert " ".join(said).split() == text.split()
    assert said == [
        "One is 3.5 metres.",
        "Is that so?",
        "«Да…» — сказал он.",
        "Хорошо!",
        "Last line without an end",
    ]


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    reading = Sentences()
    assert heard(reading, TextItem("Use a tool, e.g. this one, т. е. тот. Then")) == [
        "Use a tool, e.g. this one, т. е. тот."
    ]


def test_a_line_ends_what_stands_in_it() -> None:
    assert heard(Sentences(), TextItem("first point\u2028second.\u2028third po")) == ["first point\nsecond."]


def test_a_paragraph_is_read_to_its_end_when_something_follows() -> None:
    assert heard(Sentences(), TextItem("A heading", level=2), TextItem("A paragraph")) == ["A heading"]


def test_what_may_still_become_markup_waits() -> None:
    reading = Sentences()
    assert heard(reading, TextItem("Plain. Then **bold. Still bold. A")) == ["Plain."]
    assert heard(reading, TextItem("Plain. Then bold. Still bold. And")) == ["Then bold. Still bold."]


def test_the_number_of_a_list_item_is_read_and_its_bullet_is_not() -> None:
    items = (TextItem("Wash", marker="1.", nesting="l"), TextItem("Rinse", marker="•", nesting="l"))
    assert heard(Sentences(), *items, is_complete=True) == ["1. Wash", "Rinse"]


def test_a_code_block_is_mentioned_once_it_is_whole() -> None:
    reading = Sentences()
    code = CodeItem(["a", "b", "c"])
    assert reading.take([TextItem("See:"), code]) == [Passage("See:")]
    assert reading.take([TextItem("See:"), code, TextItem("So")]) == [Passage("", 3)]


def test_rows_of_a_table_are_read_as_they_settle() -> None:
    reading = Sentences()
    table = TableItem(
        ("", ""), [(Cell("Name"), Cell("Age")), (Cell("Ann"), Cell("30")), (Cell("Bo"), Cell(""))]
    )
    table.stable = 2
    assert heard(reading, table) == ["Name, Age\nAnn, 30"]
    assert heard(reading, table, RuleItem()) == ["Bo"]


def test_a_paragraph_that_turns_out_a_table_is_read_as_one() -> None:
    reading = Sentences()
    assert heard(reading, TextItem("| Name. | Age |")) == ["| Name."]
    table = TableItem(("",), [(Cell("Name."),), (Cell("Ann"),)])
    assert heard(reading, table, is_complete=True) == ["Name.\nAnn"]


def test_an_image_is_read_by_its_description() -> None:
    assert heard(Sentences(), ImageItem("a.png", "A cat"), ImageItem("b.png"), is_complete=True) == ["A cat"]


def test_what_was_there_before_can_be_skipped_up_to_the_sentence_that_is_being_written() -> None:
    reading = Sentences()
    first = TextItem("Paragraph.")
    reading.skip([first, TextItem("Old. Older. In the mid")])
    assert heard(reading, first, TextItem("Old. Older. In the middle. N")) == ["In the middle."]


def test_a_text_that_was_taken_back_does_no_harm() -> None:
    reading = Sentences()
    assert heard(reading, TextItem("One."), TextItem("Two."), TextItem("Three. A")) == [
        "One.",
        "Two.",
        "Three.",
    ]
    assert heard(reading, TextItem("One.")) == []
    assert heard(reading, TextItem("One."), TextItem("Else."), is_complete=True) == ["Else."]
