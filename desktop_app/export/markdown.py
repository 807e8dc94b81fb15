"""A thread as Markdown that people read: a title, and the shown messages with author and local time.

No text may break the structure around it.  Replies are Markdown already and stay as they are; what one leaves open (a
code fence, a comment) is closed behind it.  The user's own words stay verbatim: as a quotation when Markdown would show
them as they are, else in a code fence longer than any in them.  In both cases the parser decides, not a guess.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from desktop_app.domain.archive import ThreadArchive
from desktop_app.domain.threads import Author, Citation, Message, Run, Status, sources
from desktop_app.export.commonmark import events

_SENTINEL = "nitkaendofmessage"
_CLOSERS = ("```", "~~~", "-->", "</script>", "</style>", "</pre>", "</textarea>", "?>", "]]>", ">", "</x>")


@dataclass(frozen=True, slots=True)
class Labels:
    """The words that an export adds to the user's own; ``language`` is a code such as "ru"."""

    you: str = "You"
    assistant: str = "Assistant"
    tool: str = "Tool"
    untitled: str = "Untitled thread"
    exported: str = "Exported from Nitka"
    empty: str = "No text"
    writing: str = "Still being written"
    deferred: str = "Waiting at the service"
    truncated: str = "Cut off at the length limit"
    filtered: str = "Withheld by the service"
    failed: str = "Failed"
    stopped: str = "Stopped"
    interrupted: str = "Interrupted"
    sources: str = "Sources"
    deleted_file: str = "a deleted file"
    language: str = "en"

    def author(self, message: Message, run: Run | None) -> str:
        """Who wrote ``message``; a reply bears the name that its assistant had then."""
        match message.author:
            case Author.USER:
                return self.you
            case Author.TOOL:
                return self.tool
        return (run and run.settings.name.strip()) or self.assistant

    def mark(self, message: Message, run: Run | None) -> str:
        """How ``message`` ended, in words; empty when it is complete."""
        if message.status is Status.COMPLETED:
            return ""
        mark: str = getattr(self, message.status.value)
        detail = run.error.detail if run and run.error else ""
        return f"{mark}: {one_line(detail)}" if detail.strip() else mark

    def title(self, archive: ThreadArchive) -> str:
        """The thread's name on one line."""
        return one_line(archive.thread.name) or self.untitled


def clean(text: str) -> str:
    """``text`` as any UTF-8 file can hold it: Unix line ends, and a replacement for what is no character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


def one_line(text: str) -> str:
    """``text`` without line breaks and doubled blanks."""
    return " ".join(clean(text).split())


def local_time(moment: datetime, zone: tzinfo | None) -> str:
    """Date and time to the minute in ``zone`` (None: this machine's)."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def markdown(archive: ThreadArchive, labels: Labels, *, zone: tzinfo | None = None) -> Iterator[bytes]:
    """The document in pieces, one a message; UTF-8."""
    runs = {run.id: run for run in archive.runs}
    yield f"# {escaped(labels.title(archive))}\n\n{_about(archive, labels, zone)}\n".encode()
    for message in archive.shown():
        run = runs.get(message.run_id) if message.run_id else None
        author = escaped(one_line(labels.author(message, run)))
        heading = f"\n## {author} · {local_time(message.created_at, zone)}\n\n"
        mark = labels.mark(message, run)
        body = _body(message) or f"*{escaped(labels.empty)}*\n"
        ending = f"\n*{escaped(mark)}*\n" if mark else ""
        yield (heading + body + _sources(message, labels) + ending).encode()


def _sources(message: Message, labels: Labels) -> str:
    """The sources of a reply as a list, those on the web as links."""
    lines = [f"- {_source(one, labels)}\n" for one in sources(message.citations)]
    return f"\n{escaped(labels.sources)}:\n\n{''.join(lines)}" if lines else ""


def _source(citation: Citation, labels: Labels) -> str:
    name = escaped(one_line(citation.name) or labels.deleted_file)
    return f"[{name}](<{citation.url}>)" if is_linkable(citation.url) else name


def is_linkable(url: str) -> bool:
    """Whether an address can stand in a link of ours: of the web, and nothing in it that ends the link."""
    return url.startswith(("https://", "http://")) and not re.search(r"[\s<>\"\\]", url)


def escaped(text: str) -> str:
    """``text``, one line, so that Markdown shows it as it is within a line of ours."""
    return re.sub(r"([\\`*_\[\]<&~|$#])", r"\\\1", text)


def _about(archive: ThreadArchive, labels: Labels, zone: tzinfo | None) -> str:
    words = [labels.exported]
    if archive.assistant:
        words += [one_line(archive.assistant.name), one_line(archive.assistant.model)]
    words.append(archive.thread.created_at.astimezone(zone).isoformat(" ", "minutes"))
    return f"*{escaped(' · '.join(word for word in words if word))}*"


def _body(message: Message) -> str:
    text = clean(message.text).strip("\n")
    if not text.strip():
        return ""
    if message.author is Author.ASSISTANT:
        return f"{_closed(text)}\n"
    return f"{_quoted(text) if _is_plain(text) else _fenced(text)}\n"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() if not line.strip() else f"> {line}" for line in text.split("\n"))


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _is_plain(text: str) -> bool:
    """Whether Markdown shows ``text`` as it is, blanks apart."""
    shown = []
    for event in events(text):
        if event in ("SoftBreak", "HardBreak"):
            shown.append("\n")
        elif isinstance(event, dict) and "Text" in event:
            shown.append(str(event["Text"]))
        elif isinstance(event, dict) and "End" in event:
            shown.append("\n")
    return "".join(shown).split() == text.split()


def _closed(text: str) -> str:
    """``text`` with whatever it leaves open closed, as a fence of a reply that was stopped."""
    if _ends_by_itself(text):
        return text
    fences = re.findall(r"^[ \t>]*(`{3,}|~{3,})", text, re.MULTILINE)
    for closer in (*sorted(set(fences), key=len), *_CLOSERS):
        if _ends_by_itself(f"{text}\n{closer}"):
            return f"{text}\n{closer}"
    return _fenced(text)


def _ends_by_itself(text: str) -> bool:
    """Whether a paragraph after ``text`` is one of the document, not of something left open."""
    depth, last = 0, ("", -1)
    for event in events(f"{text}\n\n{_SENTINEL}\n"):
        if isinstance(event, dict):
            depth += ("Start" in event) - ("End" in event)
            if "Text" in event or "Html" in event:
                last = (str(event.get("Text", "")), depth)
    return last == (_SENTINEL, 1)
