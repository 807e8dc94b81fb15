"""The set-up's own rules; nothing is installed and the network is not asked."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[ModuleType]:
    """start.py, living in a folder of its own."""
    place = tmp_path / "somewhere with spaces"
    (place / "packaging").mkdir(parents=True)
    (place / "resources" / "translations").mkdir(parents=True)
    for name in (
        "start.py",
        "runtime.txt",
        "development.txt",
        "weights.txt",
        "system-needs.txt",
        "test-needs.txt",
    ):
        (place / "packaging" / name).write_bytes((ROOT / "packaging" / name).read_bytes())
    (place / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    spec = importlib.util.spec_from_file_location("start_under_test", place / "packaging" / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("start_under_test", None)


def finish_all(start: ModuleType, job: str = "open") -> None:
    """Pretend that a set-up went through."""
    start.PYTHON.parent.mkdir(parents=True, exist_ok=True)
    start.PYTHON.touch()
    notes = start.Notes()
    for step in start.steps_for(job):
        notes.finish(step, settled=True)


def is_ready(start: ModuleType, job: str = "open") -> bool:
    return all(map(start.Notes().has, start.steps_for(job)))


@pytest.mark.parametrize(
    ("words", "job", "rest"),
    [
        ([], "open", []),
        (["test"], "test", []),
        (["test", "-k", "check"], "test", ["-k", "check"]),
        (["check"], "check", []),
        (["--profile", "test"], "open", ["--profile", "test"]),
        (["ask", "test"], "open", ["ask", "test"]),
        (["--help"], "open", ["--help"]),
    ],
)
def test_only_the_two_reserved_first_words_are_not_for_nitka(
    start: ModuleType, words: list[str], job: str, rest: list[str]
) -> None:
    assert start.split_words(words) == (job, rest)


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_an_unknown_python_is_refused_with_a_way_out(start: ModuleType, version: tuple[int, int]) -> None:
    with pytest.raises(start.SetUpError, match=r"3\.11 to 3\.14.*\n.*python3\.13"):
        start.check_python(version)


def test_known_pythons_are_taken(start: ModuleType) -> None:
    for minor in (11, 12, 13, 14):
        start.check_python((3, minor))


def test_a_finished_set_up_has_nothing_to_do(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert not is_ready(start)
    finish_all(start)
    assert is_ready(start)
    start.set_up(start.steps_for("open"))
    assert capsys.readouterr() == ("", "")


def test_tests_need_more_than_the_window(start: ModuleType) -> None:
    finish_all(start)
    assert not is_ready(start, "test")
    finish_all(start, "test")
    assert is_ready(start, "test")
    assert is_ready(start, "open")


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ("packaging/runtime.txt", "runtime"),
        ("packaging/weights.txt", "weights"),
        ("packaging/system-needs.txt", "system"),
        ("pyproject.toml", "nitka"),
        ("resources/translations/nitka_ru.ts", "languages"),
    ],
)
def test_a_changed_file_runs_its_own_step_again(start: ModuleType, changed: str, step: str) -> None:
    finish_all(start)
    with (start.ROOT / changed).open("a") as file:
        file.write("\n")
    again = [each.name for each in start.steps_for("open") if not start.Notes().has(each)]
    assert again == [step]
    assert not start.must_rebuild(start.Notes(), start.steps_for("open"))


def test_a_set_up_killed_while_it_changed_the_environment_is_made_anew(start: ModuleType) -> None:
    finish_all(start)
    steps = start.steps_for("open")
    start.Notes().begin("runtime")
    assert start.must_rebuild(start.Notes(), steps)
    start.remove_environment()
    assert not start.ENVIRONMENT.exists()
    assert not [*start.ROOT.glob(".venv.removed-*")]


def test_an_environment_without_python_or_of_another_place_is_made_anew(
    start: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish_all(start)
    start.PYTHON.unlink()
    assert start.must_rebuild(start.Notes(), start.steps_for("open"))
    start.PYTHON.touch()
    assert not start.must_rebuild(start.Notes(), start.steps_for("open"))
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    monkeypatch.setattr(start, "ROOT", tmp_path)
    assert start.must_rebuild(start.Notes(), start.steps_for("open"))


def test_an_environment_of_the_person_is_completed_not_deleted(start: ModuleType) -> None:
    start.PYTHON.parent.mkdir(parents=True)
    start.PYTHON.touch()
    assert not start.must_rebuild(start.Notes(), start.steps_for("open"))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"x"'])
def test_unreadable_notes_mean_that_nothing_is_known(start: ModuleType, text: str) -> None:
    start.ENVIRONMENT.mkdir()
    start.NOTES.write_text(text)
    assert start.Notes().done == {}


def test_a_step_that_could_not_be_settled_is_looked_at_again(start: ModuleType) -> None:
    steps = start.steps_for("open")
    start.Notes().finish(steps[0], settled=False)
    assert not start.Notes().has(steps[0])


def test_missing_things_are_named_with_the_packages_that_have_them(start: ModuleType) -> None:
    needs = start.read_needs((ROOT / "packaging" / "system-needs.txt").read_text())
    missing = start.what_is_missing(needs, lambda thing: thing not in {"libEGL.so.1", "libxcb-cursor.so.0"})
    assert missing == {"libEGL.so.1": "libegl1", "libxcb-cursor.so.0": "libxcb-cursor0"}
    assert "apt-get install --no-install-recommends libegl1 libxcb-cursor0" in start.describe_missing(
        missing, debian=True
    )
    elsewhere = start.describe_missing(missing, debian=False)
    assert "libEGL.so.1, libxcb-cursor.so.0" in elsewhere
    assert "apt-get" not in elsewhere


def test_things_are_looked_for_by_their_kind(start: ModuleType, tmp_path: Path) -> None:
    assert not start.is_there("libnothing-of-the-kind.so.9")
    assert not start.is_there("nothing-of-the-kind")
    assert not start.is_there(f"{tmp_path}/**/*.ttf")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "face.ttf").touch()
    assert start.is_there(f"{tmp_path}/**/*.ttf")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        (
            "NewConnectionError: ... Temporary failure in name resolution\nNo matching distribution found",
            "network",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT"),
        ("ERROR: No matching distribution found for pyside6-essentials==6.11.3", "no ready-made build"),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend", "Another program"),
    ],
)
def test_a_failure_is_followed_by_what_to_do(start: ModuleType, output: str, words: str) -> None:
    assert words in start.advice_for(output)


def test_a_failed_program_is_shown_by_its_last_words(start: ModuleType) -> None:
    command = [sys.executable, "-c", "print('first'); print('E: it broke'); raise SystemExit(3)"]
    with pytest.raises(start.SetUpError, match="E: it broke"):
        start.run(command, start.Progress("a step"))


def test_the_second_start_waits_for_the_first(start: ModuleType) -> None:
    with start.only_one(), start.LOCK.open("a+b") as other:
        assert not start.try_lock(other)
    with start.LOCK.open("a+b") as other:
        assert start.try_lock(other)


def test_locks_hold_a_hash_for_every_package_and_no_address() -> None:
    for name in ("runtime.txt", "development.txt", "weights.txt"):
        text = (ROOT / "packaging" / name).read_text()
        packages = [line for line in text.splitlines() if "==" in line]
        assert packages
        assert all(line.endswith("\\") for line in packages)
        assert "://" not in text
        assert "index" not in text


def test_tools_are_locked_at_the_versions_that_nitka_runs_on() -> None:
    def locked(name: str) -> set[str]:
        text = (ROOT / "packaging" / name).read_text()
        return {line.split(" ")[0] for line in text.splitlines() if "==" in line}

    assert locked("runtime.txt") < locked("development.txt")


def test_the_set_up_runs_from_anywhere_and_passes_words_and_exit_code_on(
    start: ModuleType, tmp_path: Path
) -> None:
    if sys.platform == "win32":
        pytest.skip("the stand-in is a shell script")
    finish_all(start)
    start.PYTHON.write_text('#!/bin/sh\necho "$@"\npwd\nexit 9\n')
    start.PYTHON.chmod(0o755)
    place = tmp_path / "elsewhere"
    place.mkdir()
    command = [sys.executable, str(start.PACKAGING / "start.py"), "--profile", "a b"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (9, "")
    assert done.stdout.splitlines() == ["-P -m desktop_app --profile a b", str(place)]
