"""What a connection can do and what its service does with what it gets, in one quiet line."""

from PySide6.QtCore import QDate, QLocale, QObject, Qt

from desktop_app.domain.connections import Auth, Connection
from desktop_app.domain.providers import can_defer, keeps_replies_days, kind_of, provider_of, roles


class AbilityTexts(QObject):
    """The sentences, in the language of the window."""

    def line(self, connection: Connection) -> str:
        """What is worth knowing of ``connection``; empty when nothing is."""
        parts = (
            self._closing(connection),
            self._keeping(connection),
            self._abilities(connection),
            self._needs(connection),
        )
        return " ".join(part for part in parts if part)

    def _closing(self, connection: Connection) -> str:
        closed_since = kind_of(connection).closed_since
        if not closed_since:
            return ""
        day = QLocale().toString(QDate.fromString(closed_since, Qt.DateFormat.ISODate), "d MMMM yyyy")
        return self.tr(
            "The hosted service was closed on {day}; for servers of your own that speak its language."
        ).format(day=day)

    def _keeping(self, connection: Connection) -> str:
        days = keeps_replies_days(connection)
        if days is None:
            return ""
        return self.tr("Keeps replies %n day(s); Nitka keeps them until you delete them.", "", days)

    def _abilities(self, connection: Connection) -> str:
        kind = kind_of(connection)
        abilities = [
            text
            for text, is_there in (
                (self.tr("Deferred requests"), can_defer(connection)),
                (self.tr("exact token counts"), kind.has_tokenizer),
                (self.tr("Holds assistants and threads: they can be brought here"), kind.has_pull),
            )
            if is_there
        ]
        return " · ".join(abilities) + "." if abilities else ""

    def _needs(self, connection: Connection) -> str:
        """What its account needs: worth a word while the connection is new."""
        needed, key_scope = ", ".join(roles(connection)), provider_of(connection).key_scope
        if connection.id or connection.auth is Auth.NONE or not needed:
            return ""
        if connection.auth is Auth.API_KEY and key_scope:
            return self.tr("The account needs the role {role}, its key the scope {scope}.").format(
                role=needed, scope=key_scope
            )
        return self.tr("The account needs the role {role}.").format(role=needed)
