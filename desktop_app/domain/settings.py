"""What the user has set, and where the window stood: two typed values with defaults.

They are read before the first paint: a NamedTuple is made in a sixth of the time that a dataclass takes.
"""

from enum import StrEnum
from typing import NamedTuple


class Theme(StrEnum):
    """Which colours the window uses."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Announcements(StrEnum):
    """What a screen reader is told of a reply that is being written."""

    SENTENCES = "sentences"
    ENDS = "ends"
    OFF = "off"


class Notifications(StrEnum):
    """What the desktop says of a reply that ends while the user is elsewhere."""

    OFF = "off"
    WITHOUT_TEXT = "without-text"
    WITH_TEXT = "with-text"


class Settings(NamedTuple):
    """The user's choices; ``language`` is "system" or a code such as "ru", ``zoom_percent`` 50 to 300."""

    profile_id: str = ""
    language: str = "system"
    theme: Theme = Theme.SYSTEM
    zoom_percent: int = 100
    send_with_ctrl_enter: bool = False
    announcements: Announcements = Announcements.SENTENCES
    notifications: Notifications = Notifications.WITH_TEXT


class WindowState(NamedTuple):
    """Where the window stood; ``geometry`` is x, y, width, height in logical pixels, or empty.

    ``is_assistants_height_own``: the user dragged the assistants' pane to its height.  ``details_shown``: at the right,
    where there is room for them.
    """

    geometry: tuple[int, ...] = ()
    is_maximised: bool = False
    sidebar_width: int = 280
    assistants_height: int = 0
    is_assistants_height_own: bool = False
    sidebar_shown: bool = True
    details_width: int = 320
    details_shown: bool = False
    thread_id: str = ""
