"""One window a profile: a second start asks the first to come to the front."""

import hashlib
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop_app.domain.errors import StoreError
from desktop_app.store.profile import Profile

TRY_MS = 200
TRIES = 50


def _name(profile: Profile) -> str:
    return "nitka-" + hashlib.sha256(str(profile.settings).encode()).hexdigest()[:16]


def has_raised_first(profile: Profile, try_lock: Callable[[int], bool]) -> bool:
    """Tell the window that holds the profile to show itself; False when it was on its way out, and has let go.

    ``try_lock(timeout_ms)`` takes the profile.  A window that is just starting does not listen yet, and one that is
    being closed listens no more.  Raises StoreError for one that does neither: it hangs.
    """
    for _ in range(TRIES):
        socket = QLocalSocket()
        socket.connectToServer(_name(profile))
        if socket.waitForConnected(TRY_MS):
            return True
        if try_lock(TRY_MS):
            return False
    raise StoreError("a window of this profile is open and does not answer")


class RaiseRequests(QObject):
    """Hears of later starts.  ``raised``: the window should come to the front."""

    raised = Signal()

    def __init__(self, profile: Profile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(
            _name(profile)
        )  # a crash leaves the socket behind; the profile's lock is ours
        self._server.listen(_name(profile))

    def _on_connection(self) -> None:
        while self._server.hasPendingConnections():
            connection = self._server.nextPendingConnection()
            connection.disconnected.connect(connection.deleteLater)
        self.raised.emit()

    def close(self) -> None:
        """Hear no more."""
        self._server.close()
