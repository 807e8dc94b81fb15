"""Functions that are bound to ``recorder.py``, and what it was given."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.domain.tools import NO_PARAMETERS, Command, Function

SCRIPT = Path(__file__).with_name("recorder.py")
CITY = '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}'


def recording(name: str, marks: Path | None = None, parameters: str = NO_PARAMETERS) -> Function:
    """A function whose program records; each start of it adds a line to ``marks``."""
    words = ("-I", str(SCRIPT), str(marks or ""))
    return Function(name, f"Does {name}.", parameters, command=Command(sys.executable, words))


LASTING = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(600)"


def lasting(name: str, marks: Path) -> Function:
    """A function whose program only ends when it is ended; each start adds its process id to ``marks``."""
    command = Command(sys.executable, ("-I", "-c", LASTING, str(marks)), time_limit_s=600)
    return Function(name, f"Does {name}, slowly.", command=command)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a program was given: words, standard input, folder and what lay there, names of the environment."""

    words: list[str]
    given: str
    folder: str
    beside: list[str]
    variables: list[str]

    @classmethod
    def of(cls, result: str) -> "Recorded":
        """What a call's result tells."""
        return cls(**json.loads(result))

    @property
    def arguments(self) -> Any:
        """The call's arguments; the standard input must be one line."""
        (line,) = self.given.splitlines()
        return json.loads(line)


def starts(marks: Path) -> int:
    """How often programs with these ``marks`` were started."""
    return len(marks.read_text().splitlines()) if marks.exists() else 0


def is_running(marks: Path) -> bool:
    """Whether the last program of ``lasting`` with these marks goes on."""
    return Path("/proc", marks.read_text().split()[-1]).exists()
