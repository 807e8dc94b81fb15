"""Threads that show every kind of block and every state, for pictures of the messages pane."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QLinearGradient, QPainter

from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Message, Run, Status, Usage
from tests.gui.conversation import question, reply, run_of

TEXT = """# Heading of the first level, long enough that it has to go on in a second line
A paragraph after it with **bold**, *italic*, ***both***, ~~struck out~~, `inline code`, a [link](https://example.org),\
 a [`code link`](https://example.org/c), a hard\\
break, a footnote[^1], and the formula $E = mc^2$. Emoji: 🚀 👩‍💻 🇷🇺 ✅, and arrows → ⇒ ≤ ≥ ≠.

## Heading of the second level
Some words.

### Heading of the third level
Some words. Pneumonoultramicroscopicsilicovolcanoconiosis_and_a_word_that_is_much_longer_than_any_line_has_room_for_it

#### Heading of the fourth level
Some words.

##### Heading of the fifth level
Some words.

###### Heading of the sixth level
Some words with `code_at_the_end`

---

$$\\int_0^1 x^2 \\, dx = \\tfrac{1}{3}$$

[^1]: The words of the footnote.
"""

LISTS = """Tight, nested three deep:

- First, with `code` and a line that is so long that it must be broken and goes on below its first word
  - Second
    - Third
  - Second again
- First again

1. One
2. Two, with a long line that is broken too, and goes on below its own first word as every list should do it

   A paragraph of the second.

   ```sh
   make install
   ```
3. Three

Numbers of two and three digits:

98. Ninety-eight
99. Ninety-nine
100. A hundred

Tasks:

- [x] Done
- [ ] To do, which is a long line that must be broken at the end of the column and goes on below the words
- [ ] `code` first

> A quote with **bold** words. It is long enough to be broken into two lines by a column of the usual width.
>
> - A list in the quote
> - Its second item
>
> > A quote in the quote.
>
> And its end.

- A list item

  > with a quote in it
  > of two lines

- and another one
"""

CODE = """Short, without a language:

```
one line
```

Wide:

```python
def deliver(hook: Hook, event: Event, *, attempts: int = 6, wait_s: float = 1.0, cap_s: float = 300.0) -> Outcome:
    \"\"\"Send an event until it is taken, or the attempts are used up.\"\"\"
    for attempt in range(attempts):
        reply = await hook.post(event, key=event.id)  # the same key each time
        if reply.status < 500 and reply.status != 429:
            return Outcome.of(reply)
        await sleep(uniform(0, min(cap_s, wait_s * 2**attempt)))
    raise Undelivered(f"{event.id}: {attempts} attempts")
```

A diff:

```diff
--- a/retry.py
+++ b/retry.py
@@ -1,3 +1,3 @@
 def wait(attempt):
-    return 2 ** attempt
+    return uniform(0, min(300, 2 ** attempt))
```

Long, folded:

```json
{
""" + "\n".join(f'  "key{number}": {{"value": {number}, "is_set": true, "note": null}},' for number in range(60)) + """
}
```
"""  # fmt: skip

TABLES = """A narrow one:

| Answer | Retry |
|---|---|
| Timeout | yes |
| 429 | as told |

Aligned:

| Left | Centre | Right |
|:---|:---:|---:|
| Timeout, 5xx | **yes** | 1 s |
| `429` | as told | 1 200 ms |
| [Other](https://example.org) | no | – |

With long cells:

| Service | What it does | Limits | Since |
|---|---|---|---:|
| Gateway | Takes the requests of all clients, checks their keys, and hands them to the right model | 600 requests a minute | 2024 |
| Queue | Keeps what could not be answered | 24 hours | 2025 |

Wide:

| id | created_at | customer | region | status | attempts | last_error | next_attempt_at | callback_address | owner |
|---|---|---|---|---|---:|---|---|---|---|
| 1024 | 2026-05-02 12:00:04 | Romashka LLC | ru-central1 | failed | 6 | connection_reset_by_peer | 2026-05-02 12:05:04 | https://example.org/hooks/orders | Anna |
| 1025 | 2026-05-02 12:00:09 | Vasilek LLC | ru-central1 | delivered | 1 | – | – | https://example.com/hooks | Boris |
"""  # noqa: E501

RTL = """# כותרת בעברית
זוהי פסקה בעברית עם **מילים מודגשות**, `code`, ועם [קישור](https://example.org) בתוכה; היא ארוכה ונשברת לשתי שורות.

- פריט ראשון
- פריט שני, שהוא ארוך מספיק כדי להישבר לשתי שורות בעמודה ברוחב הרגיל של החלון הזה כאן
  1. מקונן
  2. מקונן שני

> ציטוט בעברית
> בשתי שורות

- [x] משימה שנעשתה
- [ ] משימה פתוחה

| עמודה | עמודה שנייה | מספר |
|---|---|---:|
| תא | תא אחר | 12 |
| تا | خلية | 7 |

هذه فقرة بالعربية مع كلمة English في الوسط، وهي طويلة بما يكفي لتنكسر إلى سطرين في عمود بالعرض المعتاد للنافذة.

An English paragraph after it, with עברית inside.
"""

RUSSIAN = """## Новая редакция пункта 7.3

«За нарушение срока поставки Поставщик уплачивает неустойку в размере 0,1 % от стоимости **недопоставленной партии** \
за каждый день просрочки, но не более 10 % от этой стоимости».

### Чем рискуем

1. **Предел станет потолком.** Убытки сверх неустойки придётся доказывать отдельно: по умолчанию она зачётная.
2. **Что такое партия?** В договоре этого слова нет: добавьте определение в пункт 1.2, иначе спор сместится туда.
3. **Уменьшение судом.** Для контрагента-предпринимателя *нужно заявление* и доказательства явной несоразмерности.

```python
неустойка = min(стоимость * Decimal("0.001") * дней, стоимость * Decimal("0.10"))
```

| Срок | Неустойка, ₽ | Предел |
|---|---:|---:|
| 10 дней | 12 400 | 124 000 |
| 200 дней | 124 000 | 124 000 |
"""

ANSWER = """## Back off with full jitter, and let the receiver deduplicate

Retry only what can heal: timeouts, `429` and `5xx`. Everything else is final. Three rules carry most of the weight:

- **Spread the attempts.** A random wait between zero and the cap avoids a second wave.
- **Send the same key each time**, so that a repeated event is recognised and dropped.
- **Stop after 24 hours** and show the event as failed, with a button to replay it.

```python
async def deliver(hook: Hook, event: Event) -> Outcome:
    for attempt in range(6):
        reply = await hook.post(event, key=event.id)
        if reply.status < 500 and reply.status != 429:
            return Outcome.of(reply)
        await sleep(uniform(0, min(300, 2 ** attempt)))  # full jitter
```

| Answer | Retry | First wait | Cap |
|---|---|---:|---:|
| Timeout, 5xx | yes | 1 s | 5 min |
| 429 | yes | as told | 15 min |
"""
QUESTION = (
    "Our webhook sender hammers a customer's server after an outage. What should the retry rule be, and how do we "
    "keep events from arriving twice?"
)

Thread = tuple[list[Message], dict[MessageId, Run]]


def talk_of(*texts: str) -> Thread:
    """Questions and complete replies in turn."""
    messages = [reply(n, text) if n % 2 else question(n, text) for n, text in enumerate(texts)]
    runs = {one.id: run_of(one, usage=Usage(1204, 386)) for one in messages[1::2]}
    return messages, runs


def endings() -> Thread:
    """Every way in which a reply can end."""
    now = datetime.now(UTC)
    kinds: list[tuple[str, Status, RunError | None]] = [
        ("The agreement runs until 31 December and renews by itself unless one side objects 30 days before. Payment "
         "is due within 45 days; the penalty for late delivery is counted from", Status.INTERRUPTED,
         RunError("unreachable", "connection reset by peer", step="tcp")),
        ("", Status.FAILED, RunError("rate_limited", "slow down", 429, "req-1", retry_after_s=86_400)),
        ("", Status.FAILED, RunError("sign_in", "invalid api key", 401, "req-7f3a")),
        ("The lease has four dates. The first is the notice of renewal, due on 1 September; the second is",
         Status.TRUNCATED, None),
        ("", Status.FILTERED, None),
        ("It begins with", Status.STOPPED, None),
        ("", Status.STOPPED, None),
        ("", Status.FAILED, RunError("internal", "KeyError: 'x'")),
    ]  # fmt: skip
    messages: list[Message] = []
    runs: dict[MessageId, Run] = {}
    for number, (text, status, error) in enumerate(kinds):
        answer = reply(2 * number + 1, text, status)
        messages += [question(2 * number, "Summarise the supply agreement for the board, one page."), answer]
        runs[answer.id] = run_of(answer, error, Usage(900, 1200), ended_at=now - timedelta(seconds=2))
    return messages, runs


def questions() -> Thread:
    """Questions of every size."""
    log = "\n".join(
        f"2026-05-02 12:00:{n % 60:02} delivered event {n} to https://example.org" for n in range(900)
    )
    code = "Why does this fail?\n\ndef wait(attempt):\n    return 2 ** attempt  # grows\n\nI see `OverflowError`."
    return talk_of(
        "Hi", "Hello.",
        QUESTION, "See below.",
        code, "It does not.",
        "https://example.org/a/very/long/address/without/any/space/in/it/that/goes/on/and/on/and/on/until/it/must/break",
        "A link.",
        "Сколько это стоит? 🚀", "Немного.",
        "שלום, מה שלומך?", "בסדר.",
        log, "A log.",
    )  # fmt: skip


def picture_source(width: int = 640, height: int = 300) -> str:
    """A picture as a ``data:`` address."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    colours = QLinearGradient(0, 0, width, height)
    colours.setColorAt(0, QColor("#0b7285"))
    colours.setColorAt(1, QColor("#ffd8a8"))
    painter.fillRect(image.rect(), colours)
    painter.setPen(QColor("white"))
    painter.drawText(image.rect(), Qt.AlignmentFlag.AlignCenter, "A picture")
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return "data:image/png;base64," + b64encode(buffer.data().data()).decode("ascii")


def pictures() -> Thread:
    """Pictures that are there, are not asked for, and cannot be had."""
    return talk_of(
        "Show me.",
        f"A picture:\n\n![A gradient]({picture_source()})\n\nOne that is not loaded by itself:\n\n"
        "![The architecture of the sender, drawn as a diagram with a description that is far too long for the card]"
        "(https://example.org/diagram.png)\n\n"
        "![](https://example.org/diagram.png)\n\nOne that cannot be read:\n\n"
        "![Broken](data:image/png;base64,AAAA)\n\n- ![In a list](https://example.org/list.png)\n",
    )
