"""A thread made to break exports: injections, things left open, huge and empty texts, every direction and status."""

from datetime import UTC, datetime, timedelta

from desktop_app.domain.archive import ThreadArchive
from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId, RunId, ThreadId
from desktop_app.domain.threads import Author, Message, Run, Status, Thread, Usage

STARTED = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)

INJECTION = """Raw <b onclick="alert(1)">bold</b> <script>alert(1)</script> <img src=x onerror=alert(1)>

<script src="https://evil.example/x.js"></script>

<style>body { display: none }</style>

<iframe src="https://evil.example"></iframe> <svg/onload=alert(1)>

[click](javascript:alert(1)) [click](<java\tscript:alert(1)>) [click](JaVaScRiPt:alert(1)) [data](data:text/html,x)
[file](file:///etc/passwd) [relative](../secret) [quote](https://ok.example/"onmouseover="alert(1) "t\\"><script>")
![picture](https://evil.example/track.png "pixel") [![nested](https://evil.example/p.png)](https://ok.example)
<https://auto.example> [vb](vbscript:x) [good](https://ok.example/a?b=1&c=2) [mail](mailto:someone@example.org)

```"><script>alert(2)</script>
</code></pre><script>alert(3)</script>
```

&lt;script&gt; &#60;script&#62; </div></article></main></body></html>
"""

OPEN_FENCE = "Here is code:\n\n````python\nprint('```')\n## You · 2026-01-01 00:00\n"
OPEN_COMMENT = "Look: \n\n<!-- never closed\n\nand more"
RIGHT_TO_LEFT = "שלום **עולם** \u202eevil\u202c مرحبا `code` x"
HUGE_TABLE = "| n | square | note |\n|:--|--:|:-:|\n" + "\n".join(
    f"| {n} | {n * n} | `a|b` ~~x~~ |" for n in range(2000)
)
FENCES_INSIDE = (
    "Please explain:\n```\ncode ```` inside\n```\n## Assistant · forged\n<!-- \n1. list\n> quote\\"
)
EVERYTHING = """# One
## Two
Some *em*, **strong**, ~~gone~~, `a<b`, hard\\
break[^1] and

- [x] done
- [ ] open
  1. nested
  7. list

> quote
> > deeper

---

| a | b |
|---|--:|
| 1 | 2 |

    indented <code>

[^1]: The foot &amp; note.
"""

TEXTS: list[tuple[Author, str, Status]] = [
    (Author.USER, "Hello, who are you?\nSecond line", Status.COMPLETED),
    (Author.ASSISTANT, INJECTION, Status.COMPLETED),
    (Author.USER, INJECTION, Status.COMPLETED),
    (Author.ASSISTANT, OPEN_FENCE, Status.STOPPED),
    (Author.USER, FENCES_INSIDE, Status.COMPLETED),
    (Author.ASSISTANT, OPEN_COMMENT, Status.INTERRUPTED),
    (Author.USER, RIGHT_TO_LEFT, Status.COMPLETED),
    (Author.ASSISTANT, HUGE_TABLE, Status.TRUNCATED),
    (Author.USER, "   \n\n", Status.COMPLETED),
    (Author.ASSISTANT, "", Status.FAILED),
    (Author.USER, "nul \x00, surrogates \ud83d\ude00 \ud800, bell \x07, crlf\r\nend", Status.COMPLETED),
    (Author.ASSISTANT, RIGHT_TO_LEFT, Status.FILTERED),
    (Author.TOOL, '{"result": "<script>alert(4)</script>"}', Status.COMPLETED),
    (Author.ASSISTANT, EVERYTHING, Status.COMPLETED),
]

SETTINGS = AssistantSettings(
    name="Helper </title><script>alert(5)</script>",
    instruction="Be kind.",
    connection_id=ConnectionId("c1"),
    model="model/<b>",
    labels=(("k", "v"),),
)


def nasty_thread(name: str = "Title </title><script>alert(0)</script> *x*\n# second") -> ThreadArchive:
    """The thread, with a reply that is not shown beside the first one."""
    thread_id = ThreadId("t1")
    messages, runs = [], []
    for index, (author, text, status) in enumerate(TEXTS):
        message, run = _message(thread_id, index, author, text, status)
        messages.append(message)
        runs += [run] if run else []
    other, run = _message(thread_id, 1, Author.ASSISTANT, "the reply not shown", Status.COMPLETED, suffix="b")
    messages.insert(2, other)
    runs += [run] if run else []
    thread = Thread(
        thread_id, name, AssistantId("a1"), STARTED, STARTED + timedelta(hours=1), draft="<draft>"
    )
    return ThreadArchive(thread, tuple(messages), tuple(runs), SETTINGS, 3)


def _message(
    thread_id: ThreadId, index: int, author: Author, text: str, status: Status, suffix: str = ""
) -> tuple[Message, Run | None]:
    message_id, at = MessageId(f"m{index:02d}{suffix}"), STARTED + timedelta(minutes=index)
    parent = MessageId(f"m{index - 1:02d}") if index else None
    run_id = RunId(f"r{index:02d}{suffix}") if author is Author.ASSISTANT else None
    message = Message(message_id, thread_id, author, text, status, at, index, parent, run_id, (message_id,))
    if run_id is None:
        return message, None
    error = RunError("service", "HTTP 500 <b>oops</b>\nsecond line") if status is Status.FAILED else None
    run = Run(
        run_id,
        thread_id,
        message_id,
        AssistantId("a1"),
        3,
        SETTINGS,
        status,
        at,
        usage=Usage(10, 20),
        error=error,
    )
    return message, run
