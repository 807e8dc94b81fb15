"""Variables of an instruction: ``{{date}}`` stands for the day on which the model is asked.

What a name stands for is filled in once, when a question is asked; a name that nobody knows stays as it is written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# In the order in which they are offered to the user.
NAMES = ("date", "time", "weekday", "user", "language", "assistant", "model", "thread")

_VARIABLE = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
}
_LANGUAGES = {"en": "English", "ru": "русский"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who asks, and in which language the window is (a code such as "ru")."""

    user: str = ""
    language: str = "en"


def expand(text: str, values: Mapping[str, str]) -> str:
    """``text`` with the variables in ``values`` filled in, once: what a value says is not looked through again."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def unknown(text: str) -> tuple[str, ...]:
    """Names in ``text`` that stand for nothing, each once, in the order they are written."""
    names = (found[1] for found in _VARIABLE.finditer(text))
    return tuple(dict.fromkeys(name for name in names if name not in NAMES))


def values_for(
    now: datetime, surroundings: Surroundings, *, assistant: str, model: str, thread: str
) -> dict[str, str]:
    """What each of ``NAMES`` stands for; ``now`` is the user's own time, the rest are names.

    The date is written as ISO 8601 has it (2026-01-31), which is the same in every language, the time as 14:05.  The
    weekday and the language are named in that language.
    """
    language = surroundings.language
    code = language.partition("_")[0].partition("-")[0].lower()
    return {
        "date": now.date().isoformat(),
        "time": f"{now:%H:%M}",
        "weekday": _WEEKDAYS.get(code, _WEEKDAYS["en"])[now.weekday()],
        "user": surroundings.user,
        "language": _LANGUAGES.get(code, language),
        "assistant": assistant,
        "model": model,
        "thread": thread,
    }
