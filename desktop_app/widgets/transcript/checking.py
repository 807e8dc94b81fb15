"""The last check of a reply: parsed whole, off the window's thread."""

import threading
from contextlib import suppress

from PySide6.QtCore import QObject, Signal

from desktop_app.markdown.parser import parse


class WholeParse(QObject):
    """Signal: ``parsed(str, str, list)``, what was given to ``begin`` and the items of the source."""

    parsed = Signal(str, str, list)

    def begin(self, message_id: str, source: str) -> None:
        """Parse ``source``; the answer comes on the window's thread."""
        threading.Thread(target=self._run, args=(message_id, source), name="parse", daemon=True).start()

    def _run(self, message_id: str, source: str) -> None:
        items = parse(source)
        with suppress(RuntimeError):  # the window may have gone meanwhile
            self.parsed.emit(message_id, source, items)
