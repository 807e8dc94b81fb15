"""Up to the first paint: Qt alone, so that the window stands before anything else is loaded."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QEvent,
    QEventLoop,
    QLibraryInfo,
    QLocale,
    QObject,
    QTimer,
    QTranslator,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop_app.domain.settings import Settings
from desktop_app.domain.settings import Theme as ThemeChoice
from desktop_app.store.profile import Profile
from desktop_app.store.settings import load_settings, load_window
from desktop_app.widgets.main_window import MainWindow
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme, system_mode

DESKTOP_ID = "io.github.nitka_app.Nitka"
PAINT_LIMIT_MS = 2000
LANGUAGES = ("en", "ru")
# Qt's file dialog says these, and Qt's Russian lacks them (6.11); our translations are asked too.
LACKING_IN_QT = (
    QT_TRANSLATE_NOOP("QFileDialog", "&Look in:"),
    QT_TRANSLATE_NOOP("QFileDialog", "Files of &type:"),
)


class Opened(NamedTuple):
    """A window that stands, and what it was made with; the translators must outlive it."""

    app: QApplication
    window: MainWindow
    theme: Theme
    settings: Settings
    translators: list[QTranslator]
    kept_aside: list[Path]


def make_application() -> QApplication:
    """The one QApplication; it does not quit by itself."""
    # Fusion by an argument: QApplication.setStyle returns the style, and its wrapper loads a dozen enumerations.
    app = QApplication([*sys.argv[:1], "-style", "fusion"])
    app.setApplicationName("nitka")
    app.setApplicationDisplayName("Nitka")
    app.setDesktopFileName(DESKTOP_ID)
    app.setQuitOnLastWindowClosed(False)
    return app


def open_window(app: QApplication, profile: Profile, language: str | None) -> Opened:
    """Show the window as it stood last time."""
    loaded, state = load_settings(profile), load_window(profile)
    settings = loaded.value
    resources = resources_dir()
    app.setWindowIcon(QIcon(str(resources / "icons" / "nitka.svg")))
    translators = install_translators(app, resources, language or settings.language)
    theme = Theme(resources, app)
    theme.set_zoom(settings.zoom_percent)
    theme.set_mode(system_mode() if settings.theme is ThemeChoice.SYSTEM else str(settings.theme))
    window = MainWindow(theme, settings, state.value)
    app.styleHints().colorSchemeChanged.connect(lambda: _follow_system(theme, window))
    window.show()
    return Opened(
        app, window, theme, settings, translators, [p for p in (loaded.kept_aside, state.kept_aside) if p]
    )


def _follow_system(theme: Theme, window: MainWindow) -> None:
    if window.settings.theme is ThemeChoice.SYSTEM:
        theme.set_mode(system_mode())


def wait_for_first_paint(window: MainWindow) -> None:
    """Return when the window was painted once, or after two seconds for one that starts hidden."""
    loop = QEventLoop()
    painted = _FirstPaint(loop.quit)
    window.windowHandle().installEventFilter(painted)
    if window.windowHandle().isExposed():
        QTimer.singleShot(0, loop.quit)
    QTimer.singleShot(PAINT_LIMIT_MS, loop, loop.quit)
    loop.exec()
    window.windowHandle().removeEventFilter(painted)


class _FirstPaint(QObject):
    def __init__(self, on_painted: Callable[[], None]) -> None:
        super().__init__()
        self._on_painted = on_painted

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Expose:
            QTimer.singleShot(0, self._on_painted)  # painting happens inside this event, after the filter
        return False


def install_translators(app: QApplication, resources: Path, language: str) -> list[QTranslator]:
    """Let Nitka, Qt, numbers and dates speak ``language``: a code or "system"; English where neither is known."""
    locale = QLocale.system() if language == "system" else QLocale(language)
    code = next((known for known in LANGUAGES if locale.name().startswith(known)), "en")
    if code != locale.name()[:2]:
        locale = QLocale(code)
    QLocale.setDefault(locale)
    found = []
    places = {
        f"nitka_{code}": str(resources / "translations"),
        f"qtbase_{code}": QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath),
    }
    for name, place in places.items():
        translator = QTranslator(app)
        if translator.load(name, place):
            app.installTranslator(translator)
            found.append(translator)
    return found
