"""Real programs: what they are given, what is kept of them, and that nothing of them is left."""

import asyncio
import errno
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.controllers import local_commands
from desktop_app.controllers.local_commands import CommandResult, environment, run_command
from desktop_app.domain.tools import CallStatus, Command
from tests.conftest import until

START_S = 3  # in which a program has begun, also on a slow machine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks at POSIX processes")


def python(script: str, **limits: int) -> Command:
    return Command(sys.executable, ("-c", script), **limits)


async def run(folder: Path, command: Command, arguments: str = "{}") -> CommandResult:
    return await run_command(command, arguments, folder / "own")


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


async def pid_in(file: Path) -> int:
    await until(lambda: read(file))
    return int(read(file))


async def gone(pid: int) -> None:
    await until(lambda: not is_alive(pid))


async def test_the_arguments_come_on_the_standard_input_and_what_is_printed_is_the_result(
    tmp_path: Path,
) -> None:
    script = "import json, sys; print(json.load(sys.stdin)['city'], '☀')"
    result = await run(tmp_path, python(script), '{"city": "Tula"}')
    assert result == CommandResult(CallStatus.DONE, "Tula ☀\n")


HOSTILE = [
    "; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "--help",
    "../../x",
    "a\nb\0c",
    "'\"&|<>",
    "é" * 5000,
]


async def test_hostile_arguments_are_nothing_but_input(tmp_path: Path) -> None:
    script = (
        "import json, os, sys\n"
        "lines = sys.stdin.read().splitlines()\n"
        "print(json.dumps([sys.argv, len(lines), json.loads(lines[0]), os.listdir('.')]))"
    )
    given = {word: word for word in HOSTILE}
    result = await run(tmp_path, python(script), json.dumps(given))
    assert json.loads(result.text) == [["-c"], 1, given, []]
    assert names_in(tmp_path) == ["own"]


async def test_no_shell_reads_the_fixed_arguments(tmp_path: Path) -> None:
    command = Command(sys.executable, ("-c", "import sys; print(sys.argv[1:])", "$HOME; ls", "*"))
    assert (await run(tmp_path, command)).text == "['$HOME; ls', '*']\n"


async def test_it_works_in_a_private_folder_of_its_own(tmp_path: Path) -> None:
    result = await run(tmp_path, python("import os; print(os.getcwd())"))
    assert result.text.strip() == str((tmp_path / "own").resolve())
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700


async def test_secrets_of_the_environment_are_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "MY_TOKEN", "Client_Secret", "PGPASSWORD", "SMB_PASSWD", "MYSQL_PWD"):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("DATABASE_URL", "postgres://ada:canary@localhost/db")
    monkeypatch.setenv("HTTP_PROXY", "http://localhost:3128/")
    monkeypatch.setenv("CITY", "Tula")
    result = await run(tmp_path, python("import os; print(dict(os.environ))"))
    assert "canary" not in result.text
    assert "'CITY': 'Tula'" in result.text
    assert "'HTTP_PROXY'" in result.text
    assert environment({"A": "1", "a_key": "2"}) == {"A": "1"}


async def test_a_failure_says_why(tmp_path: Path) -> None:
    script = "import sys; print('half'); print('no such city', file=sys.stderr); sys.exit(3)"
    result = await run(tmp_path, python(script))
    assert result.status is CallStatus.FAILED
    assert result.text == "The program failed with exit code 3.\nno such city"
    assert result.note == "no such city\n"


async def test_only_the_end_of_the_errors_is_kept(tmp_path: Path) -> None:
    script = "import sys; sys.stderr.write('x' * 1_000_000 + 'the end'); sys.exit(1)"
    result = await run(tmp_path, python(script))
    assert result.note.endswith("xthe end")
    assert len(result.note) == 4096


@pytest.mark.parametrize("kind", ["missing", "no program", "folder"])
async def test_what_cannot_be_started_is_named(tmp_path: Path, kind: str) -> None:
    program = tmp_path / kind
    if kind == "folder":
        program.mkdir()
    elif kind == "no program":
        program.write_text("print()")
    result = await run(tmp_path, Command(str(program)))
    assert result.status is CallStatus.FAILED
    assert str(program) in result.text


async def test_a_name_with_a_zero_character_is_refused(tmp_path: Path) -> None:
    assert (await run(tmp_path, Command("a\0b"))).status is CallStatus.FAILED


async def test_output_that_is_no_text_is_still_a_result(tmp_path: Path) -> None:
    result = await run(tmp_path, python("import sys; sys.stdout.buffer.write(b'a\\xff\\xfeb')"))
    assert result == CommandResult(CallStatus.DONE, "a\ufffd\ufffdb")


async def test_output_is_cut_while_it_comes_and_says_so(tmp_path: Path) -> None:
    script = "import sys\nwhile True: sys.stdout.write('y' * 1000)"
    result = await run(tmp_path, python(script, output_limit_kb=2))
    assert result.status is CallStatus.DONE
    assert result.text == "y" * 2048 + "\n[The output is cut here: it was longer than 2 KB.]"


async def test_output_of_exactly_the_limit_is_whole(tmp_path: Path) -> None:
    result = await run(tmp_path, python("print('y' * 1024, end='')", output_limit_kb=1))
    assert result.text == "y" * 1024


GROUP = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("pids.tmp", "w").write(str(child.pid))
os.replace("pids.tmp", "pid")
time.sleep(60)
"""


async def test_the_time_limit_ends_it_and_what_it_started(tmp_path: Path) -> None:
    result = await run(tmp_path, python(GROUP, time_limit_s=START_S))
    assert result.status is CallStatus.TIMED_OUT
    assert f"{START_S} s" in result.text
    await gone(await pid_in(tmp_path / "own" / "pid"))


async def test_stopping_ends_it_and_what_it_started(tmp_path: Path) -> None:
    task = asyncio.create_task(run(tmp_path, python(GROUP)))
    child = await pid_in(tmp_path / "own" / "pid")
    assert is_alive(child)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone(child)


async def test_what_was_printed_before_the_time_limit_is_told(tmp_path: Path) -> None:
    script = "import time; print('half', flush=True); time.sleep(60)"
    result = await run(tmp_path, python(script, time_limit_s=START_S))
    assert result.status is CallStatus.TIMED_OUT
    assert result.text.startswith(f"The program was ended after {START_S} s")
    assert result.text.endswith("it printed:\nhalf\n")


# One that ends by itself, while one that it started holds its output.
BACKGROUND = """
import os, subprocess, sys
open("parent", "w").write(str(os.getpid()))
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
open("pids.tmp", "w").write(str(child.pid))
os.replace("pids.tmp", "pid")
print("started")
sys.exit(int(sys.stdin.read()))
"""


@pytest.mark.parametrize(("code", "status"), [(0, CallStatus.DONE), (3, CallStatus.FAILED)])
async def test_a_program_that_leaves_one_running_has_answered(
    tmp_path: Path, code: int, status: CallStatus
) -> None:
    async with asyncio.timeout(60):  # the time limit is far away
        result = await run(tmp_path, python(BACKGROUND, time_limit_s=3600), str(code))
    assert result.status is status
    assert "started" in result.text
    assert result.text.startswith("started\n[The program has ended;") == (code == 0)
    child = await pid_in(tmp_path / "own" / "pid")
    assert is_alive(child)
    os.kill(child, signal.SIGKILL)
    await gone(child)


async def test_what_a_pipeline_prints_at_its_end_is_waited_for(tmp_path: Path) -> None:
    result = await run(tmp_path, Command("/bin/sh", ("-c", "(sleep 0.1; echo late) &")))
    assert result == CommandResult(CallStatus.DONE, "late\n")


async def test_stopping_ends_also_what_an_ended_program_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_commands, "GRACE_S", 60.0)
    task = asyncio.create_task(run(tmp_path, python(BACKGROUND), "0"))
    child = await pid_in(tmp_path / "own" / "pid")
    await gone(await pid_in(tmp_path / "own" / "parent"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone(child)


async def test_what_may_not_be_killed_is_a_result_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    file = tmp_path / "own" / "pid"
    script = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
    monkeypatch.setattr(local_commands, "END_S", 0.1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "killpg", refuse)
        patch.setattr(subprocess.Popen, "send_signal", refuse)
        result = await run(tmp_path, python(script, time_limit_s=START_S))
    assert result.status is CallStatus.TIMED_OUT
    os.kill(await pid_in(file), signal.SIGKILL)
    await gone(await pid_in(file))


async def test_who_does_not_read_its_input_still_answers(tmp_path: Path) -> None:
    result = await run(tmp_path, python("print('ok')"), json.dumps("x" * 5_000_000))
    assert result == CommandResult(CallStatus.DONE, "ok\n")


async def test_many_run_at_once(tmp_path: Path) -> None:
    script = "import sys; print(sys.stdin.read().strip())"
    results = await asyncio.gather(*(run(tmp_path, python(script), str(n)) for n in range(8)))
    assert [result.text for result in results] == [f"{n}\n" for n in range(8)]
    assert names_in(tmp_path / "own") == []
