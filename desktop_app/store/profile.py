"""Where a profile lives: the platform's own places, or one folder for everything.

Wanted before the first paint, so platformdirs is imported only when the platform is asked.
"""

import sys
from pathlib import Path
from typing import NamedTuple, Self

from desktop_app.store.files import make_private_folder


class Profile(NamedTuple):
    """The places of one profile.

    ``folder`` is what ``--profile`` named, None for the platform's places.  Folders are made by ``prepare``: 0700, the
    files in them 0600.
    """

    settings: Path
    window: Path
    database: Path
    backups: Path
    locks: Path
    cache: Path
    logs: Path
    library: Path
    commands: Path
    folder: Path | None = None

    @classmethod
    def default(cls) -> Self:
        """The user's profile where the platform keeps such things (XDG, ``%APPDATA%``, ``~/Library``)."""
        from platformdirs import PlatformDirs

        name = "nitka" if sys.platform.startswith("linux") else "Nitka"
        dirs = PlatformDirs(name, appauthor=False)
        config = PlatformDirs(name, appauthor=False, roaming=True).user_config_path
        data = dirs.user_data_path
        return cls(
            settings=config / "settings.json",
            window=dirs.user_state_path / "window.json",
            database=data / "nitka.db",
            backups=data / "backups",
            locks=data / "locks",
            cache=dirs.user_cache_path,
            logs=dirs.user_log_path,
            library=data / "library",
            commands=data / "commands",
        )

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Everything in ``folder``; a relative one is taken from the working folder of now."""
        folder = folder.expanduser().absolute()
        return cls(
            settings=folder / "settings.json",
            window=folder / "window.json",
            database=folder / "nitka.db",
            backups=folder / "backups",
            locks=folder / "locks",
            cache=folder / "cache",
            logs=folder / "logs",
            library=folder / "library",
            commands=folder / "commands",
            folder=folder,
        )

    def prepare(self) -> None:
        """Make the folders that are missing.  Raises StoreError, DiskFullError."""
        parents = (self.settings.parent, self.window.parent, self.database.parent)
        for folder in (
            *parents,
            self.backups,
            self.locks,
            self.cache,
            self.logs,
            self.library,
            self.commands,
        ):
            make_private_folder(folder)
