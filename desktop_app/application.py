"""The window program: paint first, then load what answers.

The window is painted by Qt alone; asyncio, the store, the keyring and HTTP are imported afterwards.  Qt never quits by
itself: closing the window wakes ``session.live``, which leaves in order.
"""

from PySide6.QtCore import QLockFile

from desktop_app import quick_start
from desktop_app.domain.errors import StoreError
from desktop_app.startup import make_application, open_window, wait_for_first_paint
from desktop_app.store.profile import Profile


def run_window(profile: Profile, language: str | None) -> int:
    """Open the window and stay until it is closed; returns the exit code.  A second start raises the first window.

    Raises StoreError when the profile's folders cannot be used.
    """
    profile.prepare()
    app = make_application()
    lock = QLockFile(str(profile.locks / "window.lock"))
    lock.setStaleLockTime(0)
    if not lock.tryLock(0):
        if lock.error() is not QLockFile.LockError.LockFailedError:
            raise StoreError(f"{profile.locks}: the lock of the window cannot be written")
        from desktop_app.single_window import has_raised_first

        if has_raised_first(profile, lock.tryLock):
            return 0
    opened = open_window(app, profile, language)
    wait_for_first_paint(opened.window)
    quick_start.end()
    opened.window.fill_menus()
    from desktop_app.session import live

    code = live(opened, profile)
    lock.unlock()
    return code
