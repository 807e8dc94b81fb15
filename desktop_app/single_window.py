"""One window a profile: a second start asks the first to come to the front."""

import hashlib

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop_app.store.profile import Profile

ANSWER_LIMIT_MS = 2000


def _name(profile: Profile) -> str:
    return "nitka-" + hashlib.sha256(str(profile.settings).encode()).hexdigest()[:16]


def raise_first(profile: Profile) -> int:
    """Tell the window that holds the profile to show itself; returns the exit code: 0 when it heard."""
    socket = QLocalSocket()
    socket.connectToServer(_name(profile))
    return 0 if socket.waitForConnected(ANSWER_LIMIT_MS) else 1


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
