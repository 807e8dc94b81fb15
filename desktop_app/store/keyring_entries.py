"""Entries of the system's keyring: which keyring counts as one, and values of any length in it.

Only the keyrings of the systems themselves count: Secret Service and KWallet, Credential Manager, Keychain.  What else
the ``keyring`` library can be given (``fail``, ``null``, a chain, the plain text files of ``keyrings.alt``) may lose a
value or write it where anyone reads it.

Credential Manager takes 2,560 bytes of UTF-16, so a longer value is cut into parts under ``NAME#a0``, ``NAME#a1`` and
so on, and the entry ``NAME`` says which parts make the value.  Parts alternate between two series, ``a`` and ``b``:
the new ones are complete before the entry names them, and the old ones are complete until then.
"""

import hashlib
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

PART_UNITS = 1200
"""UTF-16 code units of a part; the limit of Windows is 1280."""

_HEAD = re.compile(r"\x01nitka:([ab]):(\d{1,6}):([0-9a-f]{16})")
_SYSTEM_MODULES = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "libsecret", "kwallet", "Windows", "macOS")
)


class NoKeyringError(Exception):
    """This system has no keyring that may be used."""


class NotKeptError(Exception):
    """The keyring took a value and does not give it back."""


def system_keyring() -> "KeyringBackend":
    """The keyring of this system, looked for anew at each call; raises NoKeyringError with the reasons.

    A keyring that the user chose in the library's own configuration is respected when it is one of the system's; when
    it is not, there is none.
    """
    from keyring import core

    configured = core.load_env() or core.load_config()
    if configured is not None:
        return trusted(configured)
    reasons, found = [], []
    for candidate in _candidates():
        try:
            found.append((candidate.priority, candidate))
        except Exception as error:  # noqa: BLE001 - backends raise what they like when they do not fit
            reasons.append(f"{candidate.name}: {error}")
    if not found:
        raise NoKeyringError("; ".join(reasons))
    return max(found, key=lambda pair: pair[0])[1]()


def trusted(backend: "KeyringBackend") -> "KeyringBackend":
    """The backend itself, or the first of its chain, that is a keyring of the system; raises NoKeyringError."""
    from keyring.backends.chainer import ChainerBackend

    candidates = backend.backends if isinstance(backend, ChainerBackend) else [backend]
    for candidate in candidates:
        if type(candidate).__module__.removesuffix(".api") in _SYSTEM_MODULES:
            found: KeyringBackend = candidate
            return found
    raise NoKeyringError(f"{backend.name} is not a keyring of the system")


def _candidates() -> "list[type[KeyringBackend]]":
    if sys.platform == "win32":
        from keyring.backends import Windows

        return [Windows.WinVaultKeyring]
    if sys.platform == "darwin":
        from keyring.backends import macOS

        return [macOS.Keyring]
    from keyring.backends import SecretService, kwallet

    return [SecretService.Keyring, kwallet.DBusKeyring]


def cut(value: str) -> list[str]:
    """``value`` in parts that fit into any keyring; one part for an empty value."""
    size = PART_UNITS if value.isascii() or max(value) <= "\uffff" else PART_UNITS // 2
    return [value[at : at + size] for at in range(0, len(value), size)] or [""]


class KeyringEntries:
    """Values under names in one service of a keyring; every call may block, and raises what the keyring raises."""

    def __init__(self, backend: "KeyringBackend", service: str) -> None:
        self._backend = backend
        self._service = service

    @property
    def backend_name(self) -> str:
        """What the keyring is called."""
        return str(self._backend.name)

    def get(self, name: str) -> str | None:
        """The whole value, or None; a value of which a part is missing or strange does not exist."""
        head = self._read(name)
        if head is None or not (match := _HEAD.fullmatch(head)):
            return head
        series, count, digest = match[1], int(match[2]), match[3]
        parts = [self._read(f"{name}#{series}{index}") for index in range(count)]
        value = "".join(part for part in parts if part is not None)
        return value if None not in parts and _digest(value) == digest else None

    def set(self, name: str, value: str) -> None:
        """Keep ``value``; whoever reads at any moment, or after a crash at any moment, gets the old or the new one.

        Raises NotKeptError when it cannot be read again.
        """
        parts = cut(value)
        series, head = "", value
        if len(parts) > 1 or _HEAD.match(value):
            series = "b" if self._series(name) == "a" else "a"
            head = f"\x01nitka:{series}:{len(parts)}:{_digest(value)}"
            for index, part in enumerate(parts):
                self._backend.set_password(self._service, f"{name}#{series}{index}", part)
        self._backend.set_password(self._service, name, head)
        for each in "ab":
            self._drop_parts(name, each, start=len(parts) if each == series else 0)
        if self.get(name) != value:
            raise NotKeptError("the keyring did not keep the value")

    def delete(self, name: str) -> None:
        """Remove every trace of the value; parts first, so that nothing is left that no name leads to."""
        for series in "ab":
            self._drop_parts(name, series)
        self._drop(name)

    def _series(self, name: str) -> str:
        match = _HEAD.fullmatch(self._read(name) or "")
        return match[1] if match else ""

    def _read(self, name: str) -> str | None:
        value = self._backend.get_password(self._service, name)
        return None if value is None else str(value)

    def _drop_parts(self, name: str, series: str, start: int = 0) -> None:
        count = start
        while self._read(f"{name}#{series}{count}") is not None:
            count += 1
        for index in range(count - 1, start - 1, -1):
            self._drop(f"{name}#{series}{index}")

    def _drop(self, name: str) -> None:
        if self._read(name) is not None:
            self._backend.delete_password(self._service, name)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]
