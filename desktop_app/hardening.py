"""What a process that holds keys and conversations gives up first: core dumps, and files that others can read.

The window and its child processes call ``harden`` before anything else.
"""

import os
import sys


def harden() -> None:
    """Switch core dumps and crash dialogs off, and make new files the user's own; never raises."""
    os.umask(0o077)
    if sys.platform == "win32":
        _silence_crash_dialogs()
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _silence_crash_dialogs() -> None:
    # SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX: no dialog, and with it no report that
    # takes the memory along (learn.microsoft.com, SetErrorMode).
    import ctypes

    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002 | 0x8000)
