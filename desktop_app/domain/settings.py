"""What the user has set, and where the window stood: two typed values with defaults.

They are read before the first paint; without slots their classes cost half to make.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Theme(StrEnum):
    """Which colours the window uses."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Settings:
    """The user's choices; ``language`` is "system" or a code such as "ru", ``zoom_percent`` 50 to 300."""

    profile_id: str = ""
    language: str = "system"
    theme: Theme = Theme.SYSTEM
    zoom_percent: int = 100
    send_with_ctrl_enter: bool = False


@dataclass(frozen=True)
class WindowState:
    """Where the window stood; ``geometry`` is x, y, width, height in logical pixels, or empty."""

    geometry: tuple[int, ...] = ()
    is_maximised: bool = False
    sidebar_width: int = 280
    assistants_height: int = 0
    sidebar_shown: bool = True
    thread_id: str = ""
    assistant_id: str = ""
    extra: dict[str, str] = field(default_factory=dict)
