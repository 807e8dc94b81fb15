"""Pictures of the real window with a history in it, for the README and for looking at.

Run: python -m tests.e2e.screenshots FOLDER [WORDS FOR NITKA]; sizes and scale by --size 1200x780 --scale 2.
"""

import argparse
import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import ConnectionId, MessageId, RunId, ThreadId, new_id
from desktop_app.domain.threads import Author, Message, Run, Status, Usage
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.profile import Profile
from tests.desktop_session import DesktopSession
from tests.e2e.window import NitkaWindow

NARROW = 860  # below it the panes are folded, and the newest thread is what can be seen
REPLY = """## Back off with full jitter, and let the receiver deduplicate

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
RUSSIAN = """## Новая редакция пункта 7.3

«За нарушение срока поставки Поставщик уплачивает неустойку в размере 0,1 % от стоимости **недопоставленной партии** за
каждый день просрочки, но не более 10 % от этой стоимости».

1. **Предел станет потолком.** Убытки сверх неустойки придётся доказывать отдельно.
2. **Что такое партия?** В договоре этого слова нет: добавьте определение в пункт 1.2.
3. **Уменьшение судом.** Для предпринимателя *нужно заявление* и доказательства явной несоразмерности.
"""
THREADS: tuple[tuple[str, str, str, str, Status, str], ...] = (
    (
        "House style",
        "Give me our house style.",
        "Short sentences, no filler, metric units.",
        "b",
        Status.COMPLETED,
        "",
    ),
    ("Onboarding letter", "Write it.", "Subject: your first week", "t", Status.STOPPED, ""),
    (
        "Supply agreement",
        "Summarise it.",
        "The agreement runs until 31 December and",
        "c",
        Status.INTERRUPTED,
        "tcp",
    ),
    ("Release notes 2.4", "Shorter, please.", "", "b", Status.FAILED, "key"),
    ("Договор поставки, пункт 7", "Предложи правку пункта 7.3.", RUSSIAN, "c", Status.COMPLETED, ""),
    (
        "Webhook retries",
        "Our webhook sender hammers a customer's server after an outage. What should the retry rule be, and how do we "
        "keep events from arriving twice?",
        REPLY,
        "b",
        Status.COMPLETED,
        "",
    ),
)


async def fill(profile: Profile) -> None:
    """Make assistants and threads as a week of work would."""
    profile.prepare()
    database = Database(profile.database, profile.backups)
    await database.open()
    conversations = ConversationStore(database)
    assistants = await _assistants(database)
    for place, (name, question, answer, assistant, status, fault) in enumerate(THREADS):
        hours = (70, 50, 27, 26, 3, 2)[place]
        then = datetime.now(UTC) - timedelta(hours=hours)
        past = ConversationStore(database, clock=partial(_same, then))
        await _thread(past, assistants[assistant], name, question, answer, status, fault, hours)
    newest = (await conversations.threads())[0]
    first = next(summary for summary in await conversations.threads() if summary.name == "House style")
    await conversations.pin_thread(first.id, True)
    await conversations.save_draft((await conversations.threads())[3].id, "ask about the penalty cap")
    await conversations.mark_read(newest.id)
    await database.close()


async def _assistants(database: Database) -> dict[str, Assistant]:
    connections, store = ConnectionStore(database), AssistantStore(database)
    device = Connection(ConnectionId(new_id()), ConnectionKind.ON_DEVICE, "On this device")
    team = Connection(
        ConnectionId(new_id()),
        ConnectionKind.CHAT,
        "Team gateway",
        "https://llm.example.org/v1",
        Auth.API_KEY,
    )
    for connection in (device, team):
        await connections.add(connection)
    settings = AssistantSettings(name="", connection_id=team.id)
    made = {}
    for key, name, model in (
        ("b", "Backend reviewer", "qwen3-235b"),
        ("c", "Contract reader", "yandexgpt-5-pro"),
        ("t", "Translator RU-EN", "yandexgpt-5-lite"),
    ):
        made[key] = await store.create(replace(settings, name=name, model=model))
    await store.create(AssistantSettings(name="Local assistant", connection_id=device.id))
    return made


async def _thread(
    store: ConversationStore, assistant: Assistant, name: str, question: str, answer: str, status: Status,
    fault: str, hours: float,
) -> None:  # fmt: skip
    thread = await store.create_thread(assistant.id)
    when = datetime.now(UTC) - timedelta(hours=hours)
    asked = _message(thread.id, Author.USER, question, when, None)
    reply = _message(thread.id, Author.ASSISTANT, "", when, asked.id)
    run = Run(
        id=RunId(new_id()), thread_id=thread.id, message_id=reply.id, assistant_id=assistant.id,
        assistant_version=assistant.version, settings=assistant.settings, status=Status.WRITING, started_at=when,
    )  # fmt: skip
    await store.begin_run(run, user_message=asked, reply=replace(reply, run_id=run.id), owner="screenshots")
    errors = {
        "tcp": RunError("unreachable", "connection reset by peer", step="tcp"),
        "key": RunError("sign_in", "invalid api key", 401, "req-7f3a"),
    }
    ended = replace(
        run,
        status=status,
        ended_at=when + timedelta(seconds=9),
        usage=Usage(1204, 386),
        error=errors.get(fault),
    )
    await store.end_run(ended, answer)
    await store.rename_thread(thread.id, name)


def _message(
    thread: ThreadId, author: Author, text: str, when: datetime, parent: MessageId | None
) -> Message:
    status = Status.COMPLETED if author is Author.USER else Status.WRITING
    position = 0 if parent is None else 1
    return Message(MessageId(new_id()), thread, author, text, status, when, position, parent)


def _same(moment: datetime) -> datetime:
    return moment


def _is_open(window: NitkaWindow, name: str) -> bool:
    return name in window.text("thread_title")


def take(session: DesktopSession, path: Path) -> None:
    """A picture of the window without its frame, once it has stopped changing."""
    found = session.run(["xdotool", "search", "--onlyvisible", "--name", "Nitka"]).stdout.split()[-1]
    before = b""
    while True:
        session.run(["import", "-window", found, "-strip", path])
        if path.read_bytes() == before:
            return
        before = path.read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1200x780")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--threads", nargs="*", default=["Webhook"])
    options, words = parser.parse_known_args()
    width, height = (int(number) for number in options.size.split("x"))
    factor = int(options.scale)
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        profile = folder / "profile"
        asyncio.run(fill(Profile.at(profile)))
        state = f'{{"geometry": [0, 40, {width}, {height}]}}'
        (profile / "window.json").write_text(state)
        (profile / "settings.json").write_text(f'{{"theme": "{options.theme}"}}')
        with DesktopSession(
            folder, display=True, size=(width * factor + 60, height * factor + 120)
        ) as session:
            session.env["QT_SCALE_FACTOR"] = options.scale
            window = NitkaWindow(session, profile, *words)
            window.wait_for(lambda: window.text("thread_title"), "the window", 60)
            for name in options.threads:
                if width >= NARROW:
                    window.choose_row("threads", name)
                window.wait_for(partial(_is_open, window, name), name)
                window.keys("ctrl+l")
                take(session, options.folder / f"{name.split()[0].lower()}.png")
            window.quit()


if __name__ == "__main__":
    main()
