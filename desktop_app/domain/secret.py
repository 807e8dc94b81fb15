"""A credential that cannot be shown by accident."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kept(StrEnum):
    """Where a credential is kept: in the keyring of the system, or in memory until Nitka ends."""

    KEYRING = "keyring"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Secret:
    """Wraps a key; ``repr``, ``str`` and formatting never contain it.  Call ``reveal`` where it is sent."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The credential itself."""
        return self._value

    def hint(self) -> str:
        """First and last four characters for recognising a long key; dots alone for a short one."""
        value = self._value
        return f"{value[:4]}{'•' * 12}{value[-4:]}" if len(value) >= 20 else "•" * 12

    def __str__(self) -> str:
        return "•" * 12

    def __repr__(self) -> str:
        return "Secret(•••)"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of one connection: its key or token, and the password of its own proxy."""

    key: Secret | None = None
    proxy_password: Secret | None = None
