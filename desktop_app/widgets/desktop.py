"""What the desktop opens for the user: addresses in the browser, folders in the file manager, files."""

from pathlib import Path


def open_address(address: str) -> None:
    """Open an address with whatever the desktop has for it."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl(address))


def open_folder(folder: Path) -> None:
    """Show a folder."""
    open_address(folder.absolute().as_uri())


def open_file(path: str) -> None:
    """Open a file with the program that the desktop has for it."""
    open_address(Path(path).absolute().as_uri())
