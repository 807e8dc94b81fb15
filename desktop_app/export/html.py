"""A thread as one HTML file that needs nothing else and does nothing by itself.

Every tag in it is written here: replies come as the parser's events, and raw HTML in them is a text like any other.
A Content-Security-Policy forbids whatever might still slip through: scripts, remote resources, forms, frames; the one
style sheet is allowed by its hash.  Images of replies are links, since to load one tells its server who reads.
"""

import base64
import hashlib
from collections.abc import Iterator
from datetime import tzinfo
from html import escape
from typing import Any

from desktop_app.domain.archive import ThreadArchive
from desktop_app.domain.threads import Author, Citation, Message, Run, Status, sources
from desktop_app.export.commonmark import events
from desktop_app.export.html_style import STYLE
from desktop_app.export.markdown import Labels, clean, is_linkable, local_time, one_line
from desktop_app.markdown.links import is_safe

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Nitka">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1 dir="auto">{title}</h1>
<p class="about">{about}</p>
</header>
<main>
"""

_PLAIN_TAGS = {
    "Paragraph": "p",
    "Item": "li",
    "Emphasis": "em",
    "Strong": "strong",
    "Strikethrough": "del",
    "HtmlBlock": "p",
}


def html(archive: ThreadArchive, labels: Labels, *, zone: tzinfo | None = None) -> Iterator[bytes]:
    """The document in pieces, one a message; UTF-8."""
    runs = {run.id: run for run in archive.runs}
    yield _head(archive, labels, zone).encode()
    for message in archive.shown():
        yield _message(message, runs.get(message.run_id) if message.run_id else None, labels, zone).encode()
    yield b"</main>\n</body>\n</html>\n"


def fragment(text: str) -> str:
    """Markdown as HTML made of harmless tags alone."""
    return "".join(_Renderer().render(clean(text)))


def _head(archive: ThreadArchive, labels: Labels, zone: tzinfo | None) -> str:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    words = [labels.exported]
    if archive.assistant:
        words += [one_line(archive.assistant.name), one_line(archive.assistant.model)]
    about = [f"<bdi>{escape(word)}</bdi>" for word in words if word]
    about.append(_time(archive.thread.created_at, zone))
    return _PAGE.format(
        language=escape(labels.language),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        title=escape(labels.title(archive)),
        style=STYLE,
        about=" · ".join(about),
    )


def _message(message: Message, run: Run | None, labels: Labels, zone: tzinfo | None) -> str:
    text = clean(message.text).strip("\n")
    if not text.strip():
        body = f'<p class="empty">{escape(labels.empty)}</p>'
    elif message.author is Author.ASSISTANT:
        body = fragment(text)
    else:
        body = escape(text)
    mark, kind = labels.mark(message, run), "mark failed" if message.status is Status.FAILED else "mark"
    author = f"<bdi>{escape(one_line(labels.author(message, run)))}</bdi>"
    return (
        f'<article class="message {message.author}">\n'
        f'<p class="who">{author} {_time(message.created_at, zone)}</p>\n'
        f'<div class="text" dir="auto">{body}</div>\n'
        + _sources(message, labels)
        + (f'<p class="{kind}">{escape(mark)}</p>\n' if mark else "")
        + "</article>\n"
    )


def _sources(message: Message, labels: Labels) -> str:
    """The sources of a reply as a list, those on the web as links."""
    items = "".join(f"<li>{_source(one, labels)}</li>" for one in sources(message.citations))
    return f'<div class="sources">{escape(labels.sources)}:<ul>{items}</ul></div>\n' if items else ""


def _source(citation: Citation, labels: Labels) -> str:
    name = escape(one_line(citation.name) or labels.deleted_file)
    if not is_linkable(citation.url):
        return name
    return f'<a href="{escape(citation.url)}" rel="noopener noreferrer nofollow">{name}</a>'


def _time(moment: Any, zone: tzinfo | None) -> str:
    return f'<time datetime="{moment.isoformat()}">{local_time(moment, zone)}</time>'


class _Renderer:
    """Turns the parser's events into tags; each start leaves the end that closes it on a stack."""

    def __init__(self) -> None:
        self._ends: list[str] = []
        self._columns: tuple[str, ...] = ()
        self._column = 0
        self._cell = "td"
        self._links = 0

    def render(self, text: str) -> Iterator[str]:
        """The pieces of the HTML."""
        for event in events(text):
            yield self._one(event)

    def _one(self, event: Any) -> str:
        match event:
            case "SoftBreak":
                return "\n"
            case "HardBreak":
                return "<br>\n"
            case "Rule":
                return "<hr>\n"
            case {"Start": tag}:
                start, end = self._start(tag)
                self._ends.append(end)
                return start
            case {"End": tag}:
                self._end(tag)
                return self._ends.pop()
            case {"Code": code}:
                return f"<code>{escape(code)}</code>"
            case {"TaskListMarker": is_done}:
                return "☑ " if is_done else "☐ "
            case {"FootnoteReference": name}:
                return f"<sup>{escape(name)}</sup>"
        return escape(next(iter(event.values())))  # text, and raw HTML: a text like any other

    def _start(self, tag: Any) -> tuple[str, str]:
        match tag:
            case "TableHead":
                self._cell, self._column = "th", 0
                return "<thead><tr>", "</tr></thead>\n"
            case "TableRow":
                self._cell, self._column = "td", 0
                return "<tr>", "</tr>\n"
            case "TableCell":
                return f"<{self._cell}{self._alignment()}>", f"</{self._cell}>"
            case str():
                name = _PLAIN_TAGS.get(tag, "div")
                return f"<{name}>", f"</{name}>" + ("\n" if name in ("p", "li", "div") else "")
            case {"Heading": {"level": level}}:
                return f"<{level.lower()}>", f"</{level.lower()}>\n"
            case {"BlockQuote": _}:
                return "<blockquote>\n", "</blockquote>\n"
            case {"List": None}:
                return "<ul>\n", "</ul>\n"
            case {"List": first}:
                return f'<ol start="{int(first)}">\n', "</ol>\n"
            case {"CodeBlock": kind}:
                return _code_block(kind)
            case {"Table": columns}:
                self._columns = columns
                return '<div class="table"><table>\n', "</table></div>\n"
            case {"FootnoteDefinition": name}:
                return f'<div class="footnote"><sup>{escape(name)}</sup> ', "</div>\n"
            case {"Link": {"dest_url": url, "title": title}} | {"Image": {"dest_url": url, "title": title}}:
                return self._link(url, title, is_image="Image" in tag)
        return "<div>", "</div>\n"

    def _end(self, tag: Any) -> None:
        if tag in ("Link", "Image"):
            self._links -= 1
        elif tag == "TableCell":
            self._column += 1

    def _alignment(self) -> str:
        alignment = self._columns[self._column].lower() if self._column < len(self._columns) else "none"
        return "" if alignment == "none" else f' class="{alignment}"'

    def _link(self, url: str, title: str, *, is_image: bool) -> tuple[str, str]:
        self._links += 1
        hint = f' title="{escape(title)}"' if title else ""
        before = "🖼 " if is_image else ""
        if self._links > 1 or not is_safe(url):
            hint = hint or f' title="{escape(url)}"'
            return f'<span class="dead"{hint}>{before}', "</span>"
        return f'<a href="{escape(url)}" rel="noopener noreferrer nofollow"{hint}>{before}', "</a>"


def _code_block(kind: Any) -> tuple[str, str]:
    language = kind["Fenced"].split()[:1] if isinstance(kind, dict) else []
    caption = f"<figcaption>{escape(language[0])}</figcaption>" if language else ""
    return f'<figure class="code">{caption}<pre><code dir="ltr">', "</code></pre></figure>\n"
