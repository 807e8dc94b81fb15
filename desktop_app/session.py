"""The living window: from the first paint to the way out.

Here the loops start, the store is opened on its own thread, and the window is given what it can do.  There is one
way to end: the window was closed, by the user, by a signal or by the session's end.
"""

import asyncio
import concurrent.futures
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QObject, Qt, Signal

from desktop_app import quick_start
from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.library import Beginning
from desktop_app.domain.errors import DatabaseDamagedError, RunError, StoreError
from desktop_app.domain.settings import Settings
from desktop_app.export.markdown import Labels
from desktop_app.logs import Logs, asyncio_handler, install_qt_handler, set_up
from desktop_app.qt.bridge import Bridge
from desktop_app.qt.finding import Finding
from desktop_app.qt.intents import Intents
from desktop_app.single_window import RaiseRequests
from desktop_app.startup import Opened
from desktop_app.store.profile import Profile
from desktop_app.store.settings import save_settings, save_window
from desktop_app.widgets.focus_ring import FocusRing

log = logging.getLogger(__name__)

T = TypeVar("T")


def live(opened: Opened, profile: Profile) -> int:
    """Stay until the window is closed and everything is stored; returns the exit code."""
    logs = set_up(profile.logs)
    install_qt_handler()
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(opened.app)) as runner:
        return runner.run(stay(opened, profile, logs))


async def stay(opened: Opened, profile: Profile, logs: Logs) -> int:
    """As ``live``, on the loop that runs."""
    asyncio.get_running_loop().set_exception_handler(asyncio_handler)
    window, leaving = opened.window, asyncio.Event()
    window.closed.connect(leaving.set)
    if window.is_closed:  # before anybody listened
        leaving.set()
    FocusRing(opened.theme, opened.app)  # the application owns it
    faults = _Faults()
    faults.told.connect(window.notices.show_fault)
    logs.listen(faults.told.emit)
    requests = RaiseRequests(profile)
    requests.raised.connect(window.come_forward)
    window.closed.connect(requests.close)
    with _closing_on_request(opened, window.close):
        bridge = Bridge()
        opening = _opening(profile, opened.settings, bridge, logs)
        try:
            backend = await _in_thread(opening)
        except Exception as error:
            log.exception("the database could not be opened")
            window.show_unopened(RunError.of(error), profile.database.parent)
            await leaving.wait()
            return 1
        await serve(opened, profile, backend, Intents(backend, bridge), leaving)
    return 0


async def serve(
    opened: Opened, profile: Profile, backend: Backend, intents: Intents, leaving: asyncio.Event
) -> None:
    """Let the window be used until it is left; then leave in order."""
    window = opened.window

    def keep(settings: Settings) -> None:
        intents.run_later(lambda: save_settings(profile, settings), "settings")

    def keep_place(_opened: object) -> None:
        state = window.state()
        intents.run_later(lambda: save_window(profile, state), "window")

    window.settings_changed.connect(keep)
    if window.settings != opened.settings:  # chosen while the database was opened
        keep(window.settings)
    window.attach(intents, profile.database.parent)
    finding = Finding(backend)
    window.messages.attach_finding(finding)
    if backend.database.is_read_only:
        error = DatabaseDamagedError(backend.database.read_only_reason)
        window.show_unopened(RunError.of(error), profile.database.parent)
    intents.thread_opened.connect(quick_start.settle, Qt.ConnectionType.SingleShotConnection)
    intents.thread_opened.connect(keep_place)  # after a crash, too, the next start shows the same thread
    for path in opened.kept_aside:
        window.notices.show_kept_aside(path)
    await leaving.wait()
    state = window.state()
    window.hide()
    finding.cancel()
    try:
        await intents.close()
        await _in_thread(lambda: save_window(profile, state))
    except StoreError:
        log.exception("the place of the window could not be kept")
    finally:
        await _in_thread(backend.close)


def _opening(profile: Profile, settings: Settings, bridge: Bridge, logs: Logs) -> Callable[[], Backend]:
    """What opens the backend; the words it needs are translated here, on the window's thread."""
    labels, beginning = _labels(), _beginning()
    return lambda: open_backend(
        profile,
        settings.profile_id,
        bridge.post,
        labels=labels,
        beginning=beginning,
        on_loop_error=asyncio_handler,
        on_secret=logs.redactor.remember,
    )


def _labels() -> Labels:
    translate = QCoreApplication.translate
    return Labels(
        you=translate("Export", "You"),
        assistant=translate("Export", "Assistant"),
        tool=translate("Export", "Tool"),
        untitled=translate("Export", "Untitled thread"),
        exported=translate("Export", "Exported from Nitka"),
        empty=translate("Export", "No text"),
        writing=translate("Export", "Still being written"),
        deferred=translate("Export", "Waiting at the service"),
        truncated=translate("Export", "Cut off at the length limit"),
        filtered=translate("Export", "Withheld by the service"),
        failed=translate("Export", "Failed"),
        stopped=translate("Export", "Stopped"),
        interrupted=translate("Export", "Interrupted"),
        sources=translate("Export", "Sources"),
        deleted_file=translate("Export", "a deleted file"),
        language=QLocale().name()[:2],
    )


def _beginning() -> Beginning:
    translate = QCoreApplication.translate
    return Beginning(
        connection_name=translate("Beginning", "On this device"),
        assistant_name=translate("Beginning", "Local assistant"),
    )


class _Faults(QObject):
    """Carries faults from the threads that they happen on to the window's."""

    told = Signal(str)


async def _in_thread(work: Callable[[], T]) -> T:
    """Run ``work`` in a thread that nothing waits for at the end, unlike those of an executor."""
    done: concurrent.futures.Future[T] = concurrent.futures.Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
            done.set_exception(error)

    threading.Thread(target=run, name="opening", daemon=True).start()
    return await asyncio.wrap_future(done)


class _QuitRequests(QObject):
    """Turns a quit of the application (Cmd+Q, the session's end) into closing the window."""

    def __init__(self, close: Callable[[], object]) -> None:
        super().__init__()
        self._close = close

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit:
            event.ignore()
            self._close()
            return True
        return False


@contextmanager
def _closing_on_request(opened: Opened, close: Callable[[], object]) -> Iterator[None]:
    requests = _QuitRequests(close)
    opened.app.installEventFilter(requests)
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, close)
    try:
        yield
    finally:
        opened.app.removeEventFilter(requests)
