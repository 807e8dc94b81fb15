import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.focus_ring import FocusRing
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.spinner import Spinner, spinner_clock
from desktop_app.widgets.theme import MODES, Theme
from tests.gui.parts import activate
from tests.gui.themed_marks import marks

PACKAGE = Path(__file__).parents[2] / "desktop_app"
VIEWS = sorted((PACKAGE / "widgets").rglob("*.py"))
LITERAL = re.compile(
    r"""["'#](#?[0-9a-fA-F]{6}|#[0-9a-fA-F]{3})["';]|QColor\(\s*["'\d]|rgba?\(|GlobalColor\.(?!transparent)"""
)
ASKED = re.compile(
    r"""(color|px|font|line_height|icon|pixmap|IconButton)\(\s*(?:self\._theme,\s*|theme,\s*)?"""
    r""""([\w.-]+)"(?:,\s*"([\w.-]+)")?"""
)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(resources_dir())


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_views_write_no_colour_themselves(path: Path) -> None:
    if path.name != "theme.py":
        found = [line for line in path.read_text(encoding="utf-8").splitlines() if LITERAL.search(line)]
        assert not found


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_every_role_size_font_and_icon_asked_for_exists(path: Path, theme: Theme) -> None:
    for what, name, second in ASKED.findall(path.read_text(encoding="utf-8")):
        if what in ("icon", "pixmap", "IconButton"):
            assert (resources_dir() / "icons" / f"{name}.svg").is_file(), name
            if second and what != "IconButton":
                theme.color(second)
        elif what != "font" or path.name != "theme.py":
            getattr(theme, what)(name)


@pytest.mark.parametrize("mode", MODES)
def test_the_style_sheet_is_filled_in_every_mode(theme: Theme, mode: str) -> None:
    theme.set_mode(mode)
    sheet = theme.style_sheet()
    assert "@" not in sheet
    for path in re.findall(r'url\("([^"]+)"\)', sheet):
        assert Path(path).is_file()


def test_every_mode_has_every_role(theme: Theme) -> None:
    themes = theme._tokens["themes"]
    assert tuple(themes) == MODES
    assert all(set(roles) == set(themes["light"]) for roles in themes.values())


def test_marks_inside_controls_have_the_colours_of_their_mode() -> None:
    folder = resources_dir() / "themes" / "marks"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == marks()


def test_an_unknown_name_is_said_at_once(theme: Theme) -> None:
    for ask in (theme.color, theme.px, theme.font, theme.icon):
        with pytest.raises(KeyError):
            ask("nosuch")
    with pytest.raises(ValueError, match="sepia"):
        theme.set_mode("sepia")


def test_zoom_scales_sizes_and_fonts_together(theme: Theme, qtbot: QtBot) -> None:
    before = theme.px("header"), theme.font("ui").pixelSize(), theme.line_height("reading")
    with qtbot.waitSignal(theme.changed):
        theme.set_zoom(200)
    assert (theme.px("header"), theme.font("ui").pixelSize(), theme.line_height("reading")) == tuple(
        2 * size for size in before
    )
    theme.set_zoom(1000)
    assert theme.zoom_percent == 300


def pixels(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, dpr: float = 1.0) -> set[str]:
    image = icon.pixmap(QSize(20, 20), dpr, mode).toImage()
    assert image.width() == round(20 * dpr)
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {image.pixelColor(x, y).name() for x, y in points if image.pixelColor(x, y).alpha() == 255}


def test_an_icon_follows_the_theme_and_the_screen(theme: Theme) -> None:
    icon = theme.icon("plus")
    assert pixels(icon, dpr=2.0) == {theme.color("icon").name()}
    theme.set_mode("dark")
    assert pixels(icon, dpr=2.0) == {theme.color("icon").name()}
    assert not pixels(icon, QIcon.Mode.Disabled)


def test_the_theme_reaches_controls_that_exist_already(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme(resources_dir(), qapp)
    button = QPushButton("Save")
    button.setProperty("kind", "primary")
    qtbot.addWidget(button)
    try:
        for mode in ("light", "dark"):
            theme.set_mode(mode)
            corner = button.grab().toImage().pixelColor(8, 6)
            assert corner == QColor(theme.color("accent"))
        assert button.sizeHint().height() == theme.px("control")
    finally:
        qapp.setStyleSheet("")


def test_a_spinner_wakes_the_program_only_while_it_is_seen(theme: Theme, qtbot: QtBot) -> None:
    clock = spinner_clock(theme)
    assert spinner_clock(theme) is clock
    spinner = Spinner(theme)
    qtbot.addWidget(spinner)
    running = [clock.is_running]
    spinner.show()
    running.append(clock.is_running)
    assert running == [False, True]
    spinner.hide()
    qtbot.waitUntil(lambda: not clock.is_running)


def test_a_spinner_stands_still_under_reduced_motion(theme: Theme, qtbot: QtBot) -> None:
    theme.set_motion_reduced(True)
    spinner = Spinner(theme)
    qtbot.addWidget(spinner)
    spinner.show()
    assert not spinner_clock(theme).is_running
    assert theme.duration_ms("fast") == 0


def test_no_row_of_buttons_clips_the_ring(qapp: QApplication, theme: Theme, qtbot: QtBot) -> None:
    ring = FocusRing(theme, qapp)
    window = QWidget()
    qtbot.addWidget(window)
    row = QWidget(window)
    button = IconButton(theme, "plus", "plus", parent=row)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    row.setGeometry(QRect(QPoint(40, 40), button.sizeHint()))
    window.resize(200, 120)
    activate(qtbot, window)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    frame = ring._frame
    assert frame is not None
    around = QRect(frame.mapTo(window, QPoint()), frame.size())
    assert around.contains(QRect(button.mapTo(window, QPoint()), button.size()).adjusted(-2, -2, 2, 2))
    assert frame.visibleRegion().boundingRect() == frame.rect()
    ring.deleteLater()


def test_only_the_keyboard_puts_a_ring_around_buttons(qapp: QApplication, theme: Theme, qtbot: QtBot) -> None:
    ring = FocusRing(theme, qapp)
    window = QWidget()
    qtbot.addWidget(window)
    first, second = (IconButton(theme, name, name, parent=window) for name in ("plus", "close"))
    first.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    second.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    second.move(60, 0)
    window.resize(200, 60)
    activate(qtbot, window)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    frame = ring._frame
    assert frame is not None
    assert frame.widget() is first
    QTest.mousePress(window.windowHandle(), Qt.MouseButton.LeftButton, pos=second.geometry().center())
    qtbot.waitUntil(second.hasFocus)
    assert frame.widget() is None
    QTest.mouseRelease(window.windowHandle(), Qt.MouseButton.LeftButton, pos=second.geometry().center())
    first.setFocus(Qt.FocusReason.BacktabFocusReason)
    assert frame.widget() is first
    ring.deleteLater()
