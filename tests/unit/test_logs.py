"""The log file: what it tells, what it never tells, and who hears of an error that nobody caught."""

import faulthandler
import json
import logging
import re
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.domain.secret import Secret
from desktop_app.logs import FILE_BYTES, Logs, Redactor, asyncio_handler, set_up
from tests.conftest import PATIENCE_S

CANARY = "test-key-canary-123"


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    made = set_up(tmp_path)
    made.redactor.remember(Secret(CANARY))
    yield made
    made.close()
    faulthandler.enable(sys.__stderr__ or 2)


@pytest.fixture
def written(tmp_path: Path, logs: Logs) -> Callable[[], str]:
    return lambda: (tmp_path / "nitka.log").read_text(encoding="utf-8")


log = logging.getLogger("test.nitka")


def test_a_record_tells_when_where_and_what_in_utc(logs: Logs, written: Callable[[], str]) -> None:
    log.info("connection %s opened", "a")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO MainThread test\.nitka: connection a opened\n",
        written(),
    )


def test_details_stay_out_at_the_default_level(logs: Logs, written: Callable[[], str]) -> None:
    log.debug("the text of a message")
    assert written() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")
def test_files_are_the_users_own_even_if_they_were_not_before(tmp_path: Path) -> None:
    for name in ("nitka.log", "nitka-faults.log"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o644)
    with closing(set_up(tmp_path)):
        for _ in range(3):
            log.info("x" * (FILE_BYTES // 3))
        for _ in range(120):
            log.info("x" * 30_000)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["nitka-faults.log", "nitka.log", "nitka.log.1", "nitka.log.2"]
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.stat().st_size <= FILE_BYTES
    faulthandler.enable(sys.__stderr__ or 2)


SPELLINGS = {
    "as it is": CANARY,
    "in a header": f"Authorization: Bearer {CANARY}",
    "in a url": f"https://u:{CANARY}@example.org/v1?api_key={CANARY}&x=1",
    "in a dict": str({"Authorization": f"Api-Key {CANARY}", "n": 1}),
    "inside a word": f"prefix{CANARY}suffix",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_a_known_key_never_reaches_the_file(logs: Logs, written: Callable[[], str], text: str) -> None:
    log.info(text.replace("%", "%%"))
    log.info("%s", text)
    log.info("%r", [text])
    log.warning("%(a)s", {"a": text})
    try:
        local = text
        raise ValueError(f"bad: {local}") from KeyError(text)
    except ValueError:
        log.exception("failed with %s", text, stack_info=True)
    log.info("%d", text)
    assert CANARY not in written()
    assert "bad: " in written()
    assert "test_logs.py" in written(), "a record that cannot be formatted names its place"


@pytest.mark.parametrize(
    "key",
    [
        "ключ/with spaces & signs?",
        'quote"back\\slash',
        "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END KEY-----",
    ],
)
def test_a_known_key_is_found_in_any_spelling(key: str) -> None:
    redactor = Redactor()
    redactor.remember(Secret(key))
    spellings = [key, repr(key), json.dumps(key), json.dumps(key, ensure_ascii=False)]
    spellings += [urllib.parse.quote(key), urllib.parse.quote(key, safe=""), urllib.parse.quote_plus(key)]
    for spelling in spellings:
        assert redactor.redact(spelling).strip("\"'") == "•••"
    for line in key.splitlines():
        if len(line) >= 16:
            assert line not in redactor.redact(f"line {line}")
    assert key not in repr(redactor)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: •••"),
        ("sent Bearer abc.def-123, then", "sent Bearer •••, then"),
        ("Api-Key AQVNabcdefghij", "Api-Key •••"),
        ("key AQVNabcdefghij123 was", "key ••• was"),
        ("(sk-proj-abc_DEF-123456)", "(•••)"),
        ("token y0_AgAAAABabcdef-12", "token •••"),
        ("t1.9euelZqMk5yVy8-abc_def.xyz", "•••"),
        ("https://user:pass@host/v1", "https://•••@host/v1"),
        ("socks5://user@host:1080", "socks5://•••@host:1080"),
        ("GET /v1?api_key=abc&model=x", "GET /v1?api_key=•••&model=x"),
        ("GET /v1?model=x&X-Amz-Signature=abc#f", "GET /v1?model=x&X-Amz-Signature=•••#f"),
        ('{"api_key": "abc", "n": 1}', '{"api_key": "•••", "n": 1}'),
        ("{'x-api-key': 'abc'}", "{'x-api-key': '•••'}"),
        ("Proxy-Authorization: Basic dXNlcjpwYXNz", "Proxy-Authorization: •••"),
        ("prompt_tokens: 7000, max_tokens=12", "prompt_tokens: 7000, max_tokens=12"),
        ("mail to user@host about task-12", "mail to user@host about task-12"),
        ("https://host/a?model=gpt&n=3", "https://host/a?model=gpt&n=3"),
    ],
)
def test_what_has_the_form_of_a_key_is_left_out(text: str, expected: str) -> None:
    assert Redactor().redact(text) == expected


@pytest.mark.parametrize(
    "text", ["a.b" * 60_000, "?" * 60_000, "http" * 20_000, "key:" * 20_000, "Bearer " * 9_000]
)
def test_redaction_of_a_long_text_takes_no_time(text: str) -> None:
    # A pattern with a square cost would need minutes; the test's own limit is generous.
    done = threading.Event()

    def work() -> None:
        Redactor().redact(text)
        done.set()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(PATIENCE_S)


def test_a_very_short_key_does_not_blacken_everything() -> None:
    redactor = Redactor()
    redactor.remember(Secret("a"))
    redactor.remember(Secret(""))
    assert redactor.redact("a plain sentence") == "a plain sentence"


def test_a_text_cannot_pose_as_a_record(logs: Logs, written: Callable[[], str]) -> None:
    log.info("first\n2026-01-01T00:00:00.000Z INFO MainThread x: forged \x1b[31m \ud800")
    lines = written().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("    2026")
    assert "\x1b" not in written()


def test_a_huge_record_is_cut(logs: Logs, written: Callable[[], str]) -> None:
    log.info("x" * 500_000)
    assert len(written()) < 40_000


def test_a_folder_that_cannot_be_written_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    with closing(set_up(tmp_path / "file" / "logs")):
        log.info("still here")
    assert "no log file" in capsys.readouterr().err


def test_the_window_hears_of_an_error_once_also_of_one_before_it(
    logs: Logs, written: Callable[[], str]
) -> None:
    heard: list[str] = []
    sys.excepthook(ValueError, ValueError(f"early {CANARY}"), None)
    logs.listen(heard.append)
    assert heard == ["ValueError: early •••"]
    thread = threading.Thread(target=lambda: 1 / 0, name="worker-of-test")
    thread.start()
    thread.join()
    assert heard[1:] == ["ZeroDivisionError: division by zero"]
    assert "worker-of-test" in written()
    assert "Traceback" in written()


def test_an_error_in_showing_an_error_is_logged_and_no_more(logs: Logs, written: Callable[[], str]) -> None:
    def broken(text: str) -> None:
        raise RuntimeError("no window")

    logs.listen(broken)
    sys.excepthook(ValueError, ValueError("first"), None)
    assert "an error could not be shown" in written()


def test_a_loop_s_fault_is_logged_without_arguments_and_results(
    logs: Logs, written: Callable[[], str]
) -> None:
    heard: list[str] = []
    logs.listen(heard.append)
    context = {
        "message": "Exception in callback handle('the text of a message')",
        "exception": ValueError("oops"),
    }
    asyncio_handler(None, context)
    asyncio_handler(None, {"message": "Task was destroyed but it is pending!"})
    assert heard == ["ValueError: oops", "Task was destroyed but it is pending!"]
    assert "Exception in callback handle" in written()
    assert "the text of a message" not in written()


def test_closing_puts_everything_back(tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook, logging.getLogger().level)
    handlers = list(logging.getLogger().handlers)
    with closing(set_up(tmp_path, logging.DEBUG)) as made:
        made.close()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook, logging.getLogger().level) == before
    assert logging.getLogger().handlers == handlers
    faulthandler.enable(sys.__stderr__ or 2)


PROGRAM = """
import asyncio, logging, os, sys, threading
from pathlib import Path
from desktop_app.domain.secret import Secret
from desktop_app.logs import asyncio_handler, install_qt_handler, set_up

KEY = "test-key-" + "canary-123"
logs = set_up(Path(sys.argv[1]))
logs.redactor.remember(Secret(KEY))

class Unraisable:
    def __del__(self):
        raise ValueError(KEY)

def in_thread():
    local = KEY
    raise KeyError(local)

async def in_loop():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(asyncio_handler)
    loop.call_soon(lambda: {}[KEY])
    async def lost(): raise RuntimeError(KEY)
    task = asyncio.ensure_future(lost())
    await asyncio.sleep(0.01)

Unraisable()
thread = threading.Thread(target=in_thread); thread.start(); thread.join()
asyncio.run(in_loop())
import warnings; warnings.warn(KEY)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
install_qt_handler()
from PySide6.QtCore import qWarning, qCritical, QObject, QTimer, QCoreApplication
qWarning(f"https://u:{KEY}@host/"); qCritical(KEY)
app = QCoreApplication([])
def slot(): raise ValueError(KEY)
QTimer.singleShot(0, slot); QTimer.singleShot(5, app.quit)
app.exec()
def last():
    value = KEY
    raise OSError(f"the end {value}")
last()
"""


def _run(program: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def test_no_way_of_failing_tells_the_key(tmp_path: Path) -> None:
    ended = _run(PROGRAM, tmp_path)
    told = (tmp_path / "nitka.log").read_text(encoding="utf-8")
    assert ended.returncode == 1
    for trace in (
        "Unraisable.__del__",
        "uncaught in thread",
        "KeyError",
        "RuntimeError",
        "py.warnings",
        "WARNING MainThread qt.default",
        "ERROR MainThread qt.default",
        "in slot",
        "OSError: the end •••",
    ):
        assert trace in told
    assert "OSError: the end •••" in ended.stderr
    for text in (told, ended.stderr, ended.stdout, (tmp_path / "nitka-faults.log").read_text()):
        assert CANARY not in text


def test_a_hard_crash_leaves_the_stacks_in_a_file_of_their_own(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from desktop_app.hardening import harden
from desktop_app.logs import set_up
harden()
logs = set_up(Path(sys.argv[1]))
def the_place_of_the_crash():
    import faulthandler
    faulthandler._sigabrt()
the_place_of_the_crash()
"""
    _run(program, tmp_path)
    faults = tmp_path / "nitka-faults.log"
    assert "the_place_of_the_crash" in faults.read_text()
    if sys.platform != "win32":
        assert faults.stat().st_mode & 0o777 == 0o600


def test_logging_costs_the_start_neither_asyncio_nor_qt() -> None:
    heavy = ("asyncio", "PySide6", "socket", "json")
    program = f"import sys, desktop_app.logs; print([name for name in {heavy} if name in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert ended.stdout == "[]\n"
