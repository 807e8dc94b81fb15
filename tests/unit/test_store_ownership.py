import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def owner(locks: Path) -> Iterator[str]:
    """The token of another process, which is killed in the end."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(locks)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            yield child.stdout.readline().strip()
        finally:
            child.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_a_killed_process_is_known_to_be_dead(tmp_path: Path) -> None:
    mark = ProcessMark(tmp_path)
    with owner(tmp_path) as token:
        assert mark.is_alive(token)
        assert mark.is_alive(token)
    assert not mark.is_alive(token)
    mark.release()
    assert not list(tmp_path.glob("*.process"))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_marks_of_killed_processes_are_removed_at_the_next_start(tmp_path: Path) -> None:
    with owner(tmp_path) as token:
        pass
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
