"""A desktop of one's own for a test: private D-Bus, an unlocked gnome-keyring, and on demand a display to click on.

Works without any session around it (also as root in a container), touches neither the user's home nor their keyring,
and leaves no process behind::

    with DesktopSession(tmp_path, display=True) as session:
        window = session.popen([sys.executable, "-m", "desktop_app"])
        session.run(["xdotool", "key", "Return"])
        session.screenshot(tmp_path / "window.png")
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PASSWORD = "test-keyring-password"
MARK = "NITKA_TEST_SESSION"
START_LIMIT_S = 60.0
SESSION_VARIABLES = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_",
    "AT_SPI",
    "PYTHON_KEYRING",
    "QT_",
)


def wait_until(condition: Callable[[], object], timeout_s: float = START_LIMIT_S, what: str = "") -> None:
    """Wait until ``condition`` holds; raises TimeoutError.  Blocks: not for ``async def`` tests."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(what or "the condition did not come true")
        time.sleep(0.02)


class DesktopSession:
    """Starts on entering, ends with everything that was started in it on leaving.

    ``env`` is the whole environment of its programs: HOME lies in ``folder``, and with ``display`` there are Xvfb
    (``size``), openbox and accessibility switched on for Qt.
    """

    def __init__(
        self,
        folder: Path,
        *,
        display: bool = False,
        bus: bool = True,
        keyring: bool = True,
        size: tuple[int, int] = (1280, 800),
    ) -> None:
        self.env: dict[str, str] = {}
        self.keyring: subprocess.Popen[Any] | None = None
        self._folder = folder
        self._display, self._bus, self._keyring, self._size = display, bus, keyring, size
        self._mark = uuid.uuid4().hex
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._stack = stack
            stack.callback(self._end_everything)
            self._make_environment()
            if self._display:
                self._start_display()
            if self._bus:
                self._start_bus()
            if self._bus and self._keyring:
                self._start_keyring()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(
        self, words: Sequence[str | Path], *, timeout_s: float = 120, check: bool = True, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; its output is captured as text.  Raises CalledProcessError or TimeoutExpired."""
        given: dict[str, Any] = {"env": self.env, "capture_output": True, "text": True} | options
        return subprocess.run(words, timeout=timeout_s, check=check, **given)

    def popen(self, words: Sequence[str | Path], **options: Any) -> "subprocess.Popen[Any]":
        """Start a program; it is ended with the session."""
        process: subprocess.Popen[Any] = subprocess.Popen(words, **({"env": self.env} | options))
        self._stack.callback(_end, process)
        return process

    def screenshot(self, path: Path) -> Path:
        """A picture of the whole screen."""
        self.run(["import", "-window", "root", path])
        return path

    def lookup(self, service: str, username: str) -> str | None:
        """What another keyring client finds, or None."""
        found = self.run(["secret-tool", "lookup", "service", service, "username", username], check=False)
        return found.stdout if found.returncode == 0 else None

    def lock_keyring(self) -> None:
        """Lock the default collection, so that its next user is asked for the password."""
        collection = "/org/freedesktop/secrets/collection/login"
        self._gdbus("org.freedesktop.Secret.Service.Lock", f'[objectpath "{collection}"]')

    def stop_keyring(self, signal_number: int = signal.SIGKILL) -> None:
        """Send a signal to the keyring's daemon."""
        assert self.keyring is not None
        self.keyring.send_signal(signal_number)

    def processes(self) -> list[int]:
        """Ids of all processes of this session, however far they went from their parents."""
        return sorted(_marked(self._mark))

    def _gdbus(self, method: str, *arguments: str) -> None:
        secrets = ["-d", "org.freedesktop.secrets", "-o", "/org/freedesktop/secrets"]
        self.run(["gdbus", "call", "--session", *secrets, "-m", method, *arguments])

    def _make_environment(self) -> None:
        home = self._folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        # A socket's path may have 107 bytes: the test's own folder can be too deep for that.
        runtime = Path(tempfile.mkdtemp(prefix="nitka-"))
        self._stack.callback(shutil.rmtree, runtime, ignore_errors=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(SESSION_VARIABLES)}
        self.env = kept | {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LANG": "C.UTF-8",
            "GSETTINGS_BACKEND": "memory",
            "NO_AT_BRIDGE": "0",
            MARK: self._mark,
        }

    def _start_display(self) -> None:
        reading, writing = os.pipe()
        with os.fdopen(reading, encoding="ascii") as numbers:
            screen = "{}x{}x24".format(*self._size)
            words = [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                screen,
                "-nolisten",
                "tcp",
                "-noreset",
            ]
            self._quiet(words, pass_fds=(writing,))
            os.close(writing)
            number = numbers.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.env |= {
            "DISPLAY": f":{number}",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        self._quiet(["openbox", "--sm-disable"])
        wait_until(self._has_window_manager, what="openbox did not start")

    def _has_window_manager(self) -> bool:
        return self.run(["xdotool", "get_num_desktops"], check=False).returncode == 0

    def _start_bus(self) -> None:
        words = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"]
        bus = self.popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert bus.stdout is not None
        self._stack.callback(bus.stdout.close)
        address = bus.stdout.readline().strip()
        if not address:
            raise RuntimeError("dbus-daemon did not start")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address

    def _start_keyring(self) -> None:
        words = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        self.keyring = self._quiet(words, stdin=subprocess.PIPE)
        assert self.keyring.stdin is not None
        self.keyring.stdin.write(PASSWORD.encode())
        self.keyring.stdin.close()
        self.run(
            ["gdbus", "wait", "--session", "--timeout", str(int(START_LIMIT_S)), "org.freedesktop.secrets"]
        )

    def _quiet(self, words: Sequence[str], **options: Any) -> "subprocess.Popen[Any]":
        return self.popen(words, **({"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | options))

    def _end_everything(self) -> None:
        """Whatever else the session made: services that the bus started, daemons that left their parents."""
        for _ in range(200):
            for pid in _marked(self._mark):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not self.processes():
                return
            time.sleep(0.05)
        raise RuntimeError(f"processes of the session are left: {self.processes()}")


def _end(process: "subprocess.Popen[Any]") -> None:
    if process.poll() is None:
        process.terminate()
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait(30)


def _marked(mark: str) -> Iterator[int]:
    wanted = f"{MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
