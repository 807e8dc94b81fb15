"""What a copy puts on the clipboard, as other programs read it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QClipboard, QGuiApplication, QTextDocument, QTextList, QTextListFormat, QTextTable
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit

from desktop_app.markdown.items import TextItem
from desktop_app.markdown.parser import parse
from desktop_app.widgets.transcript.clipboard import (
    MARKDOWN,
    RichData,
    markdown_data,
    plain_data,
    put_on_clipboard,
)

SOURCE = "**Bold** Привет 😀\n\n3. three\n4. four\n\n| a | b |\n|---|--:|\n| c | d |"


@pytest.fixture
def clipboard(qapp: QApplication) -> Iterator[QClipboard]:
    yield QGuiApplication.clipboard()
    QGuiApplication.clipboard().clear()


def forms(data: QMimeData) -> set[str]:
    return {name for name in data.formats() if name.startswith("text/")}


def test_a_copy_is_words_rich_text_and_markdown(clipboard: QClipboard) -> None:
    put_on_clipboard(RichData(parse(SOURCE)))
    data = clipboard.mimeData()
    assert forms(data) == {"text/plain", "text/html", MARKDOWN}
    assert data.text() == "Bold Привет 😀\n\n3. three\n4. four\n\na\tb\nc\td"
    assert "<strong>Bold</strong> Привет 😀" in data.html()
    assert bytes(data.data(MARKDOWN).data()).decode().startswith("**Bold** Привет 😀\n\n3. three\n4. four\n")
    assert not data.hasImage()
    assert not data.hasUrls()
    assert data.data("image/png").isEmpty()


def test_every_form_is_written_once_and_only_when_it_is_asked_for(qapp: QApplication) -> None:
    item = TextItem("before")
    data = RichData([item])
    item.text = "after"
    assert data.text() == "after"
    item.text = "much later"
    assert data.text() == "after"
    assert "much later" in data.html()


def test_markdown_that_is_known_is_taken_as_it_is(qapp: QApplication) -> None:
    data = RichData(parse("* **Bold**"), lambda: "* **Bold**\n")
    assert bytes(data.data(MARKDOWN).data()) == b"* **Bold**\n"
    assert data.text() == "• Bold"


def test_a_program_that_copied_ends_well() -> None:
    program = """
from PySide6.QtWidgets import QApplication
from desktop_app.markdown.parser import parse
from desktop_app.widgets.transcript.clipboard import RichData, put_on_clipboard
app = QApplication([])
put_on_clipboard(RichData(parse("**Bold**")))
print(app.clipboard().text())
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "Bold\n"), ended.stderr


def test_editors_take_the_form_they_understand(clipboard: QClipboard) -> None:
    put_on_clipboard(RichData(parse(SOURCE)))
    words, rich = QPlainTextEdit(), QTextEdit()
    words.paste()
    rich.paste()
    assert words.toPlainText().startswith("Bold Привет 😀\n\n3. three")
    assert rich.toPlainText().startswith("Bold Привет 😀\nthree\nfour\n")


def test_a_word_processor_reads_lists_quotes_headings_and_code(qapp: QApplication) -> None:
    document = QTextDocument()
    source = (
        "## Head\n\n3. three\n4. four\n   - inner\n\n> quoted\n\n```\na\n  b\n```\n\n[to](https://a.example)"
    )
    document.setHtml(RichData(parse(source)).html())
    blocks = {}
    block = document.begin()
    while block.isValid():
        blocks[block.text()] = block
        block = block.next()
    assert blocks["Head"].blockFormat().headingLevel() == 2
    numbered, inner = blocks["four"].textList(), blocks["inner"].textList()
    assert isinstance(numbered, QTextList)
    assert isinstance(inner, QTextList)
    assert numbered.format().style() == QTextListFormat.Style.ListDecimal
    assert numbered.format().start() == 3
    assert numbered.itemText(blocks["four"]) == "4."
    assert inner.format().indent() == 2
    assert blocks["quoted"].blockFormat().leftMargin() > blocks["Head"].blockFormat().leftMargin()
    assert blocks["a"].blockFormat().nonBreakableLines()
    assert "  b" in blocks
    assert blocks["to"].begin().fragment().charFormat().anchorHref() == "https://a.example"


def test_a_word_processor_reads_tables(qapp: QApplication) -> None:
    document = QTextDocument()
    document.setHtml(RichData(parse(SOURCE)).html())
    table = next(frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable))
    assert (table.rows(), table.columns()) == (2, 2)
    assert table.format().border() == 1
    cell = table.cellAt(1, 1).firstCursorPosition()
    assert cell.block().text() == "d"
    assert cell.blockFormat().alignment() & Qt.AlignmentFlag.AlignRight


@pytest.mark.parametrize("source", ["", "* a\n\t*b*  \n", "Привет 😀\r\n"])
def test_a_message_copied_as_markdown_is_its_source(clipboard: QClipboard, source: str) -> None:
    data = markdown_data(source)
    assert forms(data) == {"text/plain", MARKDOWN}
    assert data.text() == source
    assert bytes(data.data(MARKDOWN).data()) == source.encode(errors="replace")


def test_half_a_pair_of_surrogates_spoils_no_copy(qapp: QApplication) -> None:
    data = markdown_data("half \ud83d whole")
    assert data.text().startswith("half ")
    assert bytes(data.data(MARKDOWN).data()) == b"half ? whole"


def test_words_alone_are_words_alone(qapp: QApplication) -> None:
    data = plain_data(parse("**Bold** [link](https://a.example)"))
    assert forms(data) == {"text/plain"}
    assert data.text() == "Bold link"
