"""The window program: paint first, then load what answers.

The window is painted by Qt alone; asyncio, the store, the keyring and HTTP are imported afterwards.  Qt never quits by
itself: closing the window wakes ``session.live``, which leaves in order.
"""

from PySide6.QtCore import QLockFile

from desktop_app import quick_start
from desktop_app.startup import make_application, open_window, wait_for_first_paint
from desktop_app.store.profile import Profile


def run_window(profile: Profile, language: str | None) -> int:
    """Open the window and stay until it is closed; returns the exit code.  A second start raises the first window."""
    profile.prepare()
    app = make_application()
    lock = QLockFile(str(profile.locks / "window.lock"))
    lock.setStaleLockTime(0)
    if not lock.tryLock(0):
        from desktop_app.single_window import raise_first

        return raise_first(profile)
    opened = open_window(app, profile, language)
    wait_for_first_paint(opened.window)
    quick_start.end()
    opened.window.fill_menus()
    from desktop_app.session import live

    code = live(opened, profile)
    lock.unlock()
    return code
