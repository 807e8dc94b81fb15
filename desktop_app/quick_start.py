"""What Python does without while the window comes: looking for garbage, and reading what it imports.

Nearly nothing made on the way to the first paint is garbage, so the collector would only walk over it again and again.
"""

import builtins
import gc


def begin() -> None:
    """Load Qt, and keep Python from work that the start does not need; call it before anything that imports Qt."""
    gc.disable()
    import PySide6.QtCore  # noqa: F401 - the hook below is put in place by it

    # WORKAROUND: PySide6 replaces Python's import by one that also reads the source of every module, in search of
    # its optional spellings (snake_case, true_property).  Nitka uses none of them.
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def end() -> None:
    """Look for garbage again, but not among what stays until the end: modules, classes and the window."""
    gc.freeze()
    gc.enable()


def settle() -> None:
    """The window lives and a thread is open: what was loaded until now is not looked through again either.

    A look through everything takes a tenth of a second, in the middle of a reply; through what came since, a few
    milliseconds.
    """
    gc.freeze()
