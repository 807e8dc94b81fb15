"""A text that grows looks at every moment as if it had been written at once."""

import random

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.markdown import MarkdownDocument, decided
from desktop_app.widgets.transcript.style import TextStyle

SAMPLE = """# Title

Setext
------

A paragraph with *emphasis*, **strong words**, `code` and a [link](https://example.com/a).
A second line of it.

- one
- two
  1. nested
  2. [x] done

     loose paragraph
- three

```python
def answer():
    return 42

```

| a | b |
|---|--:|
| 1 | `2` |
| 3 | 4 |

> quoted
> > deeper, with `code`

---

    indented code

<div>as it is</div>

- a list

  | in | list |
  |----|------|
  | x  | y    |

after it [ref]

```
open fence
"""
DEFINED = SAMPLE + "```\n\n[ref]: https://example.com/ref\n"


@pytest.fixture
def style(qapp: QApplication) -> TextStyle:
    return TextStyle.of(Theme(resources_dir()))


def plain(markdown: str, style: TextStyle) -> tuple[str, list[object], float, str]:
    document = QTextDocument()
    shown = MarkdownDocument(document, style)
    shown.show(markdown)
    return state(document, shown)


def state(document: QTextDocument, shown: MarkdownDocument) -> tuple[str, list[object], float, str]:
    document.setTextWidth(600)
    return document.toPlainText(), list(shown.decorations()), document.size().height(), document.toHtml()


@pytest.mark.parametrize("seed", range(6))
def test_growing_text_equals_text_written_at_once(seed: int, style: TextStyle) -> None:
    pieces = random.Random(seed)
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    shown = MarkdownDocument(document, style)
    end = 0
    while end < len(DEFINED):
        end = min(len(DEFINED), end + pieces.randint(1, 40))
        shown.show(DEFINED[:end])
        assert state(document, shown) == plain(DEFINED[:end], style), DEFINED[:end][-30:]


def test_a_snapshot_that_is_no_continuation_replaces_the_text(style: TextStyle) -> None:
    document = QTextDocument()
    shown = MarkdownDocument(document, style)
    for snapshot in (SAMPLE, "Another text\n\n| a |\n|---|\n| b |", SAMPLE[:200], "", "short", SAMPLE[100:]):
        shown.show(snapshot)
        assert state(document, shown) == plain(snapshot, style)


def test_the_same_text_again_changes_nothing(style: TextStyle) -> None:
    shown = MarkdownDocument(QTextDocument(), style)
    assert shown.show(SAMPLE)
    assert not shown.show(SAMPLE)


def test_no_word_is_lost(style: TextStyle) -> None:
    text, *_ = plain(SAMPLE, style)
    for word in (
        "Title",
        "Setext",
        "link",
        "nested",
        "loose",
        "return 42",
        "deeper",
        "<div>",
        "open fence",
        "3",
    ):
        assert word in text


@pytest.mark.parametrize(
    "text", ["\ufdd0 frame \ufdd1", "lone \ud800 surrogate", "nul \x00 byte", "a\u2029b", "\r\n\r"]
)
def test_hostile_characters_do_not_tear_the_document(text: str, style: TextStyle) -> None:
    shown, *_ = plain(f"before\n\n{text}\n\nafter", style)
    assert shown.startswith("before") and shown.endswith("after")


def test_only_web_and_mail_links_become_links(style: TextStyle) -> None:
    source = (
        "[a](https://example.com) [b](javascript:alert) [c](file:///etc/passwd) [d](mailto:a@example.com)"
    )
    *_, html = plain(source, style)
    assert "https://example.com" in html and "mailto:a@example.com" in html
    assert "javascript" not in html and "passwd" not in html


def test_an_image_is_its_description_and_is_not_fetched(style: TextStyle) -> None:
    text, *_, html = plain("![a cat](https://example.com/cat.png)", style)
    assert text == "a cat"
    assert "<img" not in html


@pytest.mark.parametrize("tail", ["\n-", "\n\n*", "\n```", "\n1.", "\n|", "\n  - "])
def test_a_line_that_is_only_a_mark_yet_waits(tail: str) -> None:
    assert decided("text" + tail).rstrip() == "text"


def test_a_finished_line_does_not_wait() -> None:
    assert decided("text\n- a") == "text\n- a"
    assert decided("text\n---\n") == "text\n---\n"
