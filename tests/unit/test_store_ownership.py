import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.store.ownership import ProcessMark

OWNER = """
import sys
from pathlib import Path
from desktop_app.store.ownership import ProcessMark
mark = ProcessMark(Path(sys.argv[1]))
print(mark.token, flush=True)
sys.stdin.read()
"""


def owner(locks: Path) -> tuple["subprocess.Popen[str]", str]:
    child = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(locks)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    token = child.stdout.readline().strip()
    return child, token


def end(child: "subprocess.Popen[str]", number: int) -> None:
    os.kill(child.pid, number)
    child.wait()
    for stream in (child.stdin, child.stdout):
        assert stream is not None
        stream.close()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_a_killed_process_is_known_to_be_dead(tmp_path: Path) -> None:
    mark = ProcessMark(tmp_path)
    child, token = owner(tmp_path)
    assert mark.is_alive(token)
    assert mark.is_alive(token)
    end(child, signal.SIGKILL)
    assert not mark.is_alive(token)
    mark.release()
    assert not list(tmp_path.glob("*.process"))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_marks_of_killed_processes_are_removed_at_the_next_start(tmp_path: Path) -> None:
    child, token = owner(tmp_path)
    end(child, signal.SIGKILL)
    assert (tmp_path / f"{token}.process").exists()
    mark = ProcessMark(tmp_path)
    assert [path.stem for path in tmp_path.glob("*.process")] == [mark.token]
    mark.release()


def test_this_process_is_alive_and_an_unknown_token_is_not(tmp_path: Path) -> None:
    mark, other = ProcessMark(tmp_path), ProcessMark(tmp_path)
    assert mark.is_alive(mark.token)
    assert mark.is_alive(other.token)
    assert not mark.is_alive("nobody")
    other.release()
    other.release()
    assert not mark.is_alive(other.token)
    mark.release()
