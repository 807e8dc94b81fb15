"""Pictures of the real window with a history in it, for the README and for looking at.

Run: python -m tests.e2e.screenshots FOLDER [WORDS FOR NITKA]; sizes and scale by --size 1200x780 --scale 2.  With
--states the last thread is shown in states as well: see ``STATES``, and with --services threads that ask services on
loopback: see ``SERVICES``.  For the messages pane alone there is tests/gui/gallery_transcript.py: every block and state
in every theme, width, zoom and scale.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
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
from tests.assistants_folder import FOLDER
from tests.desktop_session import DesktopSession
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import NitkaWindow
from tests.gui import transcript_samples as samples

SIDEBAR, REST_S = 280, 0.4
NARROW = 860  # below it the panes are folded, and the newest thread is what can be seen
ODD = ("Every block", "Right to left")
YANDEX = ConnectionKind.YANDEX_TEXT
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
    ("Договор поставки, пункт 7", "Предложи правку пункта 7.3.", samples.RUSSIAN, "c", Status.COMPLETED, ""),
    (
        "Every block",
        "Show me all of it.",
        "\n\n".join((samples.TEXT, samples.LISTS, samples.CODE, samples.TABLES)),
        "b",
        Status.COMPLETED,
        "",
    ),
    ("Right to left", "שלום, מה שלומך?", samples.RTL, "t", Status.COMPLETED, ""),
    ("Webhook retries", samples.QUESTION, samples.ANSWER, "b", Status.COMPLETED, ""),
)


SERVICE_THREADS: tuple[tuple[str, str, str, ConnectionKind, Status, str], ...] = (
    ("Digest of the night", "Sum up the week.", "Four releases, one outage.", YANDEX, Status.COMPLETED, ""),
    ("Release plan", "What is left?", "Two reviews and the changelog.", ConnectionKind.CHAT, Status.COMPLETED, ""),
    ("Old helper", "Where were we?", "", ConnectionKind.ASSISTANT_API, Status.FAILED, "closed"),
    ("Invoice reader", "Read the invoice.", "", YANDEX, Status.FAILED, "role"),
)  # fmt: skip
NAMES = {
    YANDEX: "Yandex, text generation",
    ConnectionKind.CHAT: "Team gateway, busy",
    ConnectionKind.ASSISTANT_API: "Old folder",
}


async def fill(profile: Profile, wanted: list[str], servers: dict[str, str]) -> None:
    """Make assistants and threads as a week of work would; of those that are odd only the ``wanted`` ones.

    With ``servers``, addresses by the kind of connection, there are threads that ask them, and one for each refusal.
    """
    profile.prepare()
    database = Database(profile.database, profile.backups)
    await database.open()
    conversations = ConversationStore(database)
    assistants = await _assistants(database)
    for place, (name, question, answer, assistant, status, fault) in enumerate(THREADS):
        if name in ODD and name.split()[0] not in wanted:
            continue
        hours = (70, 50, 27, 26, 3, 52, 51, 2)[place]
        then = datetime.now(UTC) - timedelta(hours=hours)
        past = ConversationStore(database, clock=partial(_same, then))
        await _thread(past, assistants[assistant], name, question, answer, status, fault, hours)
    newest = (await conversations.threads())[0]
    first = next(summary for summary in await conversations.threads() if summary.name == "House style")
    await conversations.pin_thread(first.id, True)
    await conversations.save_draft((await conversations.threads())[3].id, "ask about the penalty cap")
    await conversations.mark_read(newest.id)
    if servers:
        await _service_threads(database, servers)
    await database.close()


async def _service_threads(database: Database, servers: dict[str, str]) -> None:
    store = ConversationStore(database)
    for name, question, answer, kind, status, fault in SERVICE_THREADS:
        connection = Connection(
            ConnectionId(new_id()),
            kind,
            NAMES[kind],
            servers[kind],
            folder=FOLDER,
            operations_url=servers["operations"],
        )
        await ConnectionStore(database).add(connection)
        settings = AssistantSettings(name="Night shift", connection_id=connection.id, model="yandexgpt")
        assistant = await AssistantStore(database).create(settings)
        await _thread(store, assistant, name, question, answer, status, fault, 1)


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
        "role": RunError(
            "access_denied", "Permission denied", 403, "req-81c2", role="ai.languageModels.user"
        ),
        "closed": RunError("service_closed", "", 404, closed_since="2026-01-26"),
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


def take(session: DesktopSession, path: Path, *, is_moving: bool = False) -> None:
    """A picture of the window without its frame but with its menus, once it has stopped changing."""
    found = session.run(["xdotool", "search", "--onlyvisible", "--name", "Nitka"]).stdout.split()[-1]
    told = session.run(["xwininfo", "-id", found]).stdout
    place = dict(line.strip().split(":", 1) for line in told.splitlines() if ": " in line)
    sides = ("Width", "Height", "Absolute upper-left X", "Absolute upper-left Y")
    area = "{}x{}+{}+{}".format(*(int(place[side]) for side in sides))
    before = b""
    while True:
        session.run(["import", "-window", "root", "-crop", area, "+repage", "-strip", path])
        if is_moving or path.read_bytes() == before:
            return
        before = path.read_bytes()


def _point_at(session: DesktopSession, x: int, y: int) -> None:
    """Move the mouse to a point of the window's inside, in pixels of the screen."""
    found = session.run(["xdotool", "search", "--onlyvisible", "--name", "Nitka"]).stdout.split()[-1]
    session.run(["xdotool", "mousemove", "--window", found, str(x), str(y)])
    time.sleep(REST_S)


def _find(window: NitkaWindow, _: "tuple[int, int]") -> None:
    window.keys("ctrl+f")
    window.type("the")
    time.sleep(2 * REST_S)


def _menu(window: NitkaWindow, middle: tuple[int, int]) -> None:
    _point_at(window.session, *middle)
    window.session.run(["xdotool", "click", "3"])
    time.sleep(REST_S)


def _away(window: NitkaWindow, middle: tuple[int, int]) -> None:
    _point_at(window.session, *middle)
    window.session.run(["xdotool", "click", "--repeat", "12", "4"])
    time.sleep(REST_S)


def _edit(window: NitkaWindow, _: tuple[int, int]) -> None:
    window.focus("composer")
    window.keys("Up")
    time.sleep(REST_S)


def _select(window: NitkaWindow, _: tuple[int, int]) -> None:
    window.keys("alt+Up", "ctrl+a")
    time.sleep(REST_S)


def _connections(window: NitkaWindow, _: tuple[int, int]) -> None:
    window.keys("alt+f", "c")
    window.wait_for(lambda: window.is_showing("connection_list"), "the connections")
    window.press("connection_add")
    time.sleep(2 * REST_S)


STATES: dict[str, tuple[Callable[[NitkaWindow, tuple[int, int]], None], tuple[str, ...]]] = {
    "find": (_find, ("Escape",)),
    "menu": (_menu, ("Escape",)),
    "ring": (lambda window, _: window.keys("alt+Up"), ()),
    "selection": (_select, ("Escape",)),
    "editing": (_edit, ("Escape",)),
    "away": (_away, ("End",)),
    "connections": (_connections, ("Escape", "Escape")),
}
"""How to get there, given the window and the middle of its messages, and the keys that lead back."""


# -- services on loopback


def _start_servers(session: DesktopSession, folder: Path) -> dict[str, str]:
    """One that answers tomorrow, one that asks to wait, one that holds records; addresses by the kind."""

    def start(name: str, *words: str) -> str:
        place = folder / name
        place.mkdir()
        return ScriptedServer(session, place, *words, module=f"tests.{name}").base_url

    yandex = start("yandex_text_server", "--key", "", "--operation-s", "86400")
    holding = start(
        "assistants_server", "--key", "", "--delay-ms", "40", "--threads", "60", "--messages", "900"
    )
    busy = start("servers", "--mode", "error", "--status", "429", "--retry-after", "95")
    return {
        YANDEX: f"{yandex}/foundationModels/v1",
        "operations": yandex,
        ConnectionKind.ASSISTANT_API: holding,
        ConnectionKind.CHAT: busy,
    }


def _send_deferred(window: NitkaWindow) -> None:
    window.focus("composer")
    window.type("Write the digest of this night.")
    window.keys("ctrl+shift+Return")
    window.wait_for(lambda: window.is_showing("fix_check_operation"), "the card")
    time.sleep(5)  # until the checks are some seconds apart


def _outbox(window: NitkaWindow) -> None:
    _choose_in_menu(window, 5, 2)
    window.wait_for(lambda: window.is_showing("outbox"), "the outbox")


def _wait_for_turn(window: NitkaWindow) -> None:
    window.focus("composer")
    window.send("And who does them?")
    window.wait_for(lambda: window.is_showing("retry_now"), "the wait")


def _pull(window: NitkaWindow) -> None:
    _choose_in_menu(window, 4, 4)
    window.wait_for(lambda: window.is_showing("pull_start"), "the dialog")
    window.press("pull_start")

    def threads() -> int:
        return int("".join(filter(str.isdecimal, window.describe("pull_threads").get("name", ""))) or 0)

    window.wait_for(lambda: threads() > 9, "some threads", 60)


def _pull_all(window: NitkaWindow) -> None:
    window.wait_for(lambda: window.is_showing("pull_start"), "the end of the pull", 120)


def _choose_in_menu(window: NitkaWindow, menu: int, item: int) -> None:
    """By the arrow keys, which are the same in every language."""
    window.keys("alt", *["Right"] * menu, *["Down"] * item)
    time.sleep(REST_S)
    window.keys("Return")


def _show(window: NitkaWindow) -> None:
    window.keys("ctrl+l")


SERVICES: dict[str, tuple[str, Callable[[NitkaWindow], None], tuple[str, ...]]] = {
    "deferred": ("Digest of the night", _send_deferred, ()),
    "outbox": ("", _outbox, ("Escape",)),
    "retrying": ("Release plan", _wait_for_turn, ("Escape",)),
    "closed_service": ("Old helper", _show, ()),
    "missing_role": ("Invoice reader", _show, ()),
    "pull": ("", _pull, ()),
    "pulled": ("", _pull_all, ("Escape",)),
}
"""The thread ("": the one before), how to get there, and the keys that lead back."""


def _take_services(window: NitkaWindow, folder: Path) -> None:
    for state, (name, enter, leave) in SERVICES.items():
        if name:
            _go_to(window, name)
        enter(window)
        take(
            window.session,
            folder / f"{state}.png",
            is_moving=state in ("retrying", "deferred", "outbox", "pull"),
        )
        if leave:
            window.keys(*leave)


def _go_to(window: NitkaWindow, name: str) -> None:
    """Open a thread, also where the panes are folded: from the top of the list down."""
    step = "Prior"
    while not _is_open(window, name):
        before = window.text("thread_title")
        window.keys(f"ctrl+{step}")
        time.sleep(REST_S)
        if window.text("thread_title") == before:
            step = "Next"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1200x780")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--zoom", type=int, default=100)
    parser.add_argument("--threads", nargs="*", default=["Webhook"])
    parser.add_argument("--states", nargs="*", choices=STATES, default=[])
    parser.add_argument("--services", action="store_true")
    options, words = parser.parse_known_args()
    width, height = (int(number) for number in options.size.split("x"))
    factor = float(options.scale)
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        profile = folder / "profile"
        profile.mkdir()
        (profile / "window.json").write_text(json.dumps({"geometry": [0, 40, width, height]}))
        (profile / "settings.json").write_text(
            json.dumps({"theme": options.theme, "zoom_percent": options.zoom})
        )
        screen = (round(width * factor) + 60, round(height * factor) + 120)
        with DesktopSession(folder, display=True, size=screen) as session:
            servers = _start_servers(session, folder) if options.services else {}
            asyncio.run(fill(Profile.at(profile), options.threads, servers))
            session.env["QT_SCALE_FACTOR"] = options.scale
            window = NitkaWindow(session, profile, *words)
            window.wait_for(lambda: window.text("thread_title"), "the window", 60)
            for name in options.threads:
                if width >= NARROW:
                    window.choose_row("threads", name)
                window.wait_for(partial(_is_open, window, name), name)
                window.keys("ctrl+l")
                take(session, options.folder / f"{name.split()[0].lower()}.png")
            middle = (
                round((width if width < NARROW else width + SIDEBAR) * factor / 2),
                round(height * factor / 2),
            )
            for state in options.states:
                enter, leave = STATES[state]
                enter(window, middle)
                take(session, options.folder / f"{state}.png")
                if leave:
                    window.keys(*leave)
            if options.services:
                _take_services(window, options.folder)
            window.quit()


if __name__ == "__main__":
    main()
