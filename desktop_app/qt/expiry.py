"""How lists say that something expires soon."""

from datetime import datetime, timedelta

from PySide6.QtCore import QObject

SOON = timedelta(days=3)


class ExpiryWords(QObject):
    """Says nothing of what ends later than in three days."""

    def soon(self, expires_at: datetime | None, now: datetime) -> str:
        """Like "Expires tomorrow", counted in days of the user's calendar; ``now`` is local, aware."""
        if expires_at is None or expires_at > now + SOON:
            return ""
        days = (expires_at.astimezone(now.tzinfo).date() - now.date()).days
        if days <= 0:
            return self.tr("Expires today")
        if days == 1:
            return self.tr("Expires tomorrow")
        return self.tr("Expires in %n day(s)", "", days)
