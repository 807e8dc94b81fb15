"""What an exported thread looks like, and what it can never do."""

import base64
import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pyromark
import pytest

from desktop_app.domain.archive import ThreadArchive
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.threads import Author, Citation, Message, Status, Thread
from desktop_app.export.archive import decode, encode
from desktop_app.export.files import FORMATS, export, safe_name, unique_names, write
from desktop_app.export.html import fragment, html
from desktop_app.export.markdown import Labels, markdown
from desktop_app.markdown.links import is_safe
from tests.nasty_thread import INJECTION, TEXTS, nasty_thread

VOID = {"meta", "br", "hr"}
MOSCOW = timezone(timedelta(hours=3))


class Page(HTMLParser):
    """What a page is made of: tags, attributes, text; complains about what does not close."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    def names(self) -> set[str]:
        return {name for name, _ in self.tags}

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.tags if attribute in attributes]


@pytest.fixture(scope="module")
def page_source() -> str:
    return b"".join(html(nasty_thread(), Labels(), zone=MOSCOW)).decode()


@pytest.fixture(scope="module")
def page(page_source: str) -> Page:
    return Page(page_source)


@pytest.fixture(scope="module")
def document() -> str:
    return b"".join(markdown(nasty_thread(), Labels(), zone=MOSCOW)).decode()


def one(text: str, author: Author = Author.ASSISTANT, name: str = "Name") -> ThreadArchive:
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    message = Message(MessageId("m"), ThreadId("t"), author, text, Status.COMPLETED, at, 0)
    return ThreadArchive(Thread(ThreadId("t"), name, None, at, at), (message,))


# HTML.


def test_a_page_runs_nothing_and_loads_nothing(page: Page) -> None:
    harmful = {
        "script",
        "iframe",
        "img",
        "svg",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "input",
        "video",
        "audio",
    }
    assert not page.names() & harmful
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "srcset", "style", "action", "background", "poster"), (tag, name)
            assert name != "href" or (value or "").startswith(("https://", "http://", "mailto:")), value
    allowed = (
        "html head meta title style body header h1 h2 h3 p main article div bdi time strong em del code pre figure "
        "figcaption a span table thead tr th td ul ol li blockquote hr br sup"
    )
    assert page.names() <= {*allowed.split()}


def test_a_page_is_well_formed_and_holds_every_shown_message(page: Page) -> None:
    assert page.open == []
    articles = [attributes for name, attributes in page.tags if name == "article"]
    assert len(articles) == len(TEXTS)
    assert "the reply not shown" not in "".join(page.texts)


def test_the_policy_allows_the_page_s_own_style_and_nothing_else(page: Page, page_source: str) -> None:
    policy = next(a["content"] for n, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", page_source, re.DOTALL)
    assert policy and style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import|expression", style[1])
    assert page_source.index("Content-Security-Policy") < page_source.index("<style>")


def test_a_page_shows_the_text_of_an_injection_as_text(page: Page) -> None:
    shown = "".join(page.texts)
    for text in (
        "<script>alert(1)</script>",
        '<b onclick="alert(1)">',
        "<script>alert(3)</script>",
        "<!-- never closed",
    ):
        assert text in shown


def test_a_page_names_title_authors_times_and_endings(page: Page) -> None:
    shown = "".join(page.texts)
    assert page.values("lang") == ["en"]
    assert "Title </title><script>alert(0)</script> *x* # second" in shown
    assert "You 2026-03-02 02:30" in shown
    assert "Helper </title><script>alert(5)</script> 2026-03-02 02:31" in shown
    assert "Failed: HTTP 500 <b>oops</b> second line" in shown
    for mark in (
        "Stopped",
        "Interrupted",
        "Cut off at the length limit",
        "Withheld by the service",
        "No text",
    ):
        assert mark in shown
    assert page.values("datetime")[1] == "2026-03-01T23:30:00+00:00"


def test_a_page_follows_the_reader_s_colours_and_prints(page_source: str) -> None:
    assert "@media (prefers-color-scheme: dark)" in page_source
    assert "@media print" in page_source


def cited(*citations: Citation) -> ThreadArchive:
    archive = nasty_thread()
    reply = next(one for one in archive.messages if one.author is Author.ASSISTANT and one in archive.shown())
    messages = [replace(one, citations=citations) if one is reply else one for one in archive.messages]
    return replace(archive, messages=type(archive.messages)(messages))


def test_the_sources_of_a_reply_are_listed_once_and_those_on_the_web_linked() -> None:
    archive = cited(
        Citation("Tariffs [2026]", "https://example.org/a?b=1&c=2"),
        Citation("notes.md", file_id="f1", fragment="one"),
        Citation("notes.md", file_id="f1", fragment="two"),
        Citation("Trap", 'javascript:alert("x")'),
        Citation("Tag", "https://example.org/><script>"),
        Citation(""),
    )
    text = b"".join(markdown(archive, Labels())).decode()
    assert (
        "\nSources:\n\n- [Tariffs \\[2026\\]](<https://example.org/a?b=1&c=2>)\n- notes.md\n- Trap\n- Tag\n"
        in text
    )
    assert "- a deleted file\n" in text
    page = Page(b"".join(html(archive, Labels())).decode())
    assert page.values("href").count("https://example.org/a?b=1&c=2") == 1
    assert all(is_safe(url) for url in page.values("href"))
    assert page.texts.count("notes.md") == 1


def test_each_text_runs_in_its_own_direction(page: Page) -> None:
    assert page.values("dir").count("auto") == len(TEXTS) + 1


def test_markdown_of_a_reply_becomes_html() -> None:
    assert fragment("**a** `b<c`\n\n1. x\n2. y") == (
        '<p><strong>a</strong> <code>b&lt;c</code></p>\n<ol start="1">\n<li>x</li>\n<li>y</li>\n</ol>\n'
    )
    assert '<td class="right">2</td>' in fragment("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert "☑ done" in fragment("- [x] done")
    assert '<figcaption>python</figcaption><pre><code dir="ltr">x &lt; y\n</code></pre>' in fragment(
        "```python a\nx < y\n```"
    )


def test_links_lead_to_pages_and_mail_alone() -> None:
    found = Page(fragment(INJECTION)).values("href")
    assert "https://ok.example/a?b=1&c=2" in found
    assert "mailto:someone@example.org" in found
    assert "https://evil.example/track.png" in found, "a picture is a link"
    assert not any("script:" in each or each.startswith(("data", "file", "..")) for each in found)


@pytest.mark.parametrize(
    "url", ["javascript:x", "\x01javascript:x", "java\nscript:x", "data:x", "//host", "x", "", "#a", ":"]
)
def test_what_is_no_page_is_no_link(url: str) -> None:
    assert not is_safe(url)


def test_a_translated_page_says_its_language_and_words() -> None:
    labels = Labels(you="Вы", untitled="Без названия", language="ru")
    made = Page(b"".join(html(one("привет", Author.USER, name=" "), labels)).decode())
    assert made.values("lang") == ["ru"]
    assert "Вы" in made.texts
    assert made.texts.count("Без названия") == 2


def test_a_page_of_a_huge_text_is_made_in_one_pass() -> None:
    text = "word *em* <b> [x](y) `code`\n\n" * 20_000
    assert len(b"".join(html(one(text), Labels()))) > len(text)


# Markdown.


def headings(document: str) -> list[str]:
    """The headings that stand in the document itself, not inside a quotation or a list."""
    found, depth, inside = [], 0, False
    for event in pyromark.events(document, options=pyromark.Options.ENABLE_TABLES):
        if not isinstance(event, dict):
            continue
        if "Start" in event:
            depth += 1
            if depth == 1 and isinstance(event["Start"], dict) and "Heading" in event["Start"]:
                inside = True
                found.append("")
        elif "End" in event:
            depth -= 1
            inside = inside and depth > 0
        elif inside and "Text" in event:
            found[-1] += str(event["Text"])
    return found


def test_no_message_breaks_the_structure(document: str) -> None:
    found = headings(document)
    assert found[0] == "Title </title><script>alert(0)</script> *x* # second"
    authors = [heading for heading in found[1:] if re.search(r" · 2026-03-0\d \d\d:\d\d$", heading)]
    assert len(authors) == len(TEXTS)
    assert authors[0] == "You · 2026-03-02 02:30"
    assert authors[1] == "Helper </title><script>alert(5)</script> · 2026-03-02 02:31"
    assert set(found[1:]) - set(authors) == {"One", "Two"}, "only a finished reply's own headings remain"
    assert "the reply not shown" not in document


def test_the_user_s_words_stay_as_they_are(document: str) -> None:
    for author, text, _ in TEXTS:
        if author is Author.USER and text.isprintable():
            assert all(line in document for line in text.strip().split("\n"))
    assert "> Hello, who are you?\n> Second line\n" in document


@pytest.mark.parametrize(
    "text",
    [
        "a *b* c",
        "# a",
        "<b>",
        "[x]: http://a",
        "`a`",
        "~~~\nb",
        "&amp;",
        "a\\*",
        "- x",
        "1. x",
        "| a |\n|---|\n| b |",
        "```` x",
    ],
)
def test_words_that_markdown_would_change_stand_in_a_code_block(text: str) -> None:
    document = b"".join(markdown(one(text, Author.USER), Labels())).decode()
    events = list(pyromark.events(document))
    code = [
        event["Text"]
        for before, event in itertools.pairwise(events)
        if "CodeBlock" in str(before) and isinstance(event, dict) and "Text" in event
    ]
    assert code == [f"{text}\n"]


@pytest.mark.parametrize(
    "text",
    [
        "```\nx",
        "> ```\nx",
        "- ```\n  x",
        "~~~~\n```\nx",
        "<!-- x",
        "<script>\nx",
        "<pre>\nx",
        "<?x",
        "<![CDATA[x",
        "<!X",
        "````\n```",
    ],
)
def test_what_a_reply_leaves_open_is_closed_behind_it(text: str) -> None:
    archive = nasty_thread()
    first, second = archive.messages[0], archive.messages[1]
    reply = Message(
        second.id, second.thread_id, Author.ASSISTANT, text, Status.STOPPED, second.created_at, 1, first.id
    )
    last = Message(
        MessageId("z"), first.thread_id, Author.USER, "end", Status.COMPLETED, second.created_at, 2, reply.id
    )
    made = ThreadArchive(archive.thread, (first, reply, last), leaf_id=last.id)
    document = b"".join(markdown(made, Labels())).decode()
    assert text in document
    assert [heading.partition(" ·")[0] for heading in headings(document)][1:] == ["You", "Assistant", "You"]
    assert "\n*Stopped*\n" in document


def test_times_are_local_and_say_their_offset(document: str) -> None:
    assert " · 2026-03-02 02:30+03:00*\n" in document


# Which messages.


def test_the_chosen_branch_is_the_one_exported() -> None:
    archive = nasty_thread()
    chosen = ThreadArchive(archive.thread, archive.messages, leaf_id=MessageId("m01b"))
    assert [message.text for message in chosen.shown()] == [TEXTS[0][1], "the reply not shown"]
    assert [message.id for message in archive.shown()] == [f"m{index:02d}" for index in range(len(TEXTS))]
    assert ThreadArchive(archive.thread).shown() == ()


def test_an_archive_with_a_circle_ends() -> None:
    archive = nasty_thread()
    first = archive.messages[0]
    looped = Message(
        first.id, first.thread_id, first.author, "x", first.status, first.created_at, 0, first.id
    )
    assert ThreadArchive(archive.thread, (looped,)).shown() == (looped,)


# Files.


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_nasty_thread_becomes_one_private_file(tmp_path: Path, file_format: str) -> None:
    output = tmp_path / f"thread.{file_format}"
    assert export([nasty_thread()], file_format, output) == output
    assert output.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    output.read_text(encoding="utf-8")
    if file_format == "json":
        assert decode(output.read_bytes()) == [nasty_thread()]


@pytest.mark.parametrize("file_format", ["md", "html"])
def test_many_threads_become_a_folder(tmp_path: Path, file_format: str) -> None:
    names = ["Same", "same", "CON", "", "a/b:c*?", "🧵" * 100, "..", "ё" * 200]
    export([nasty_thread(name) for name in names], file_format, tmp_path / "new" / "folder")
    written = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert len(written) == len(names)
    assert {
        f"Same.{file_format}",
        f"same (2).{file_format}",
        f"_CON.{file_format}",
        f"a b c.{file_format}",
    } < set(written)


def test_many_threads_as_json_become_one_file(tmp_path: Path) -> None:
    archives = [nasty_thread("one"), nasty_thread("two")]
    assert decode(export(archives, "json", tmp_path / "all.json").read_bytes()) == archives
    assert decode(export([], "json", tmp_path / "none.json").read_bytes()) == []


def test_a_folder_given_for_one_thread_gets_the_file(tmp_path: Path) -> None:
    assert export([nasty_thread("My talk")], "md", tmp_path) == tmp_path / "My talk.md"
    assert export([nasty_thread("My talk")], "html", tmp_path / "x", as_folder=True) == tmp_path / "x"
    assert (tmp_path / "x" / "My talk.html").exists()


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="docx"):
        export([nasty_thread()], "docx", tmp_path / "x")


def test_a_failed_export_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the disk is full")

    path = tmp_path / "thread.md"
    path.write_text("old")
    with pytest.raises(OSError, match="full"):
        write(path, failing())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_replaces_a_file_and_follows_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    target.write_text("old")
    link.symlink_to(target)
    write(link, [b"new"])
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Plain name", "Plain name"),
        ("  a \t b\n", "a b"),
        ("../../etc/passwd", "etc passwd"),
        ("nul.txt", "_nul.txt"),
        ("LPT¹", "_LPT¹"),
        ("-rf", "_-rf"),
        ("", "thread"),
        ("???", "thread"),
        ("ends with dot. ", "ends with dot"),
        ("x\u202egnp.exe", "x gnp.exe"),
        ("👩‍💻 work", "👩‍💻 work"),
    ],
)
def test_a_name_is_safe_on_every_system(name: str, expected: str) -> None:
    assert safe_name(name) == expected


def test_long_names_are_cut_between_characters() -> None:
    assert len(safe_name("🧵" * 200).encode()) <= 120
    assert safe_name("🧵" * 200).strip("🧵") == ""


def test_names_differ_also_where_case_and_accents_do_not() -> None:
    assert unique_names(["Café", "CAFE\u0301", "cafe", "x", "X (2)", "x"]) == [
        "Café",
        "CAFÉ (2)",
        "cafe",
        "x",
        "X (2)",
        "x (3)",
    ]


@pytest.mark.parametrize("file_format", FORMATS)
def test_one_chunk_a_message_keeps_memory_flat(file_format: str) -> None:
    archive = nasty_thread()
    chunks = {"md": markdown, "html": html}.get(file_format)
    made = list(chunks(archive, Labels())) if chunks else list(encode([archive]))
    assert len(made) >= (len(TEXTS) if chunks else 3)


@pytest.mark.parametrize("status", Status)
def test_a_reply_of_every_status_can_be_exported(status: Status) -> None:
    made = one("text")
    made = replace(made, messages=tuple(replace(message, status=status) for message in made.messages))
    mark = Labels().mark(made.messages[0], None)
    assert bool(mark) == (status is not Status.COMPLETED)
    for document in (markdown, html):
        assert mark in b"".join(document(made, Labels())).decode()
