"""The last check of a reply: parsed whole, off the window's thread."""

import threading
from contextlib import suppress

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.threads import Message
from desktop_app.widgets.transcript.citations import items_of


class WholeParse(QObject):
    """Signal: ``parsed(Message, list)``, what was given to ``begin`` and its items, with the marks of its sources."""

    parsed = Signal(object, list)

    def begin(self, message: Message) -> None:
        """Parse the text of a reply; the answer comes on the window's thread."""
        threading.Thread(target=self._run, args=(message,), name="parse", daemon=True).start()

    def _run(self, message: Message) -> None:
        items = items_of(message)
        with suppress(RuntimeError):  # the window may have gone meanwhile
            self.parsed.emit(message, items)
