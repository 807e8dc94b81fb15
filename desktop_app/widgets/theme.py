"""The look as one value: roles to colours, scales to fonts, names to sizes, and the style sheet made of them.

Everything comes from ``resources/themes``: ``tokens.json`` holds the numbers, ``style.qss`` the rules for the
standard controls.  Views ask for roles (``theme.color("page")``) and never write a colour themselves.  An icon
is drawn when it is painted, in the colour of that moment, so icons stay right when the theme changes and cost
nothing before.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication

MODES = ("light", "dark", "contrastLight", "contrastDark")
ZOOM_PERCENT = range(50, 301)

_PLACEHOLDER = re.compile(r"@(size|mark|font)\(([\w.-]+)\)|@(\w+)")
_SVG_SIZE = re.compile(rb'width="\d+" height="\d+"')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_GENERIC_FAMILIES = ("", "Sans", "Sans Serif", "sans-serif", "DejaVu Sans", "Bitstream Vera Sans")
_PALETTE = {
    QPalette.ColorRole.Window: "sidebar",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "field",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "onAccent",
    QPalette.ColorRole.PlaceholderText: "textSecondary",
    QPalette.ColorRole.Highlight: "textSelection",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accentText",
    QPalette.ColorRole.LinkVisited: "accentText",
    QPalette.ColorRole.ToolTipBase: "tooltip",
    QPalette.ColorRole.ToolTipText: "tooltipText",
    QPalette.ColorRole.Light: "hover",
    QPalette.ColorRole.Midlight: "hairline",
    QPalette.ColorRole.Mid: "hairlineStrong",
    QPalette.ColorRole.Dark: "borderField",
    QPalette.ColorRole.Shadow: "hairlineStrong",
}
_PALETTE_DISABLED = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
    QPalette.ColorRole.HighlightedText,
)


class Theme(QObject):
    """Colours, fonts, sizes and icons of one mode at one zoom.

    Nothing reaches the application before the first ``set_mode``: set the zoom first, and the style sheet is
    parsed once.  Sizes are logical pixels at the zoom, never multiplied by the device pixel ratio.

    Signals: ``changed`` when colours, zoom or fonts are other ones: restyle and repaint.
    """

    changed = Signal()

    def __init__(self, resources: Path, app: QApplication | None = None) -> None:
        """Read the tokens under ``resources``; raises OSError or ValueError when they are missing or broken."""
        super().__init__()
        self._resources = resources
        self._tokens: dict[str, Any] = json.loads((resources / "themes" / "tokens.json").read_bytes())
        self._app = app
        self._mode = "light"
        self._zoom_percent = 100
        self._is_applied = False
        self._is_motion_reduced = False
        self._colors: dict[str, QColor] = {}
        self._families: dict[str, str] = {}
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    @property
    def mode(self) -> str:
        """One of ``MODES``."""
        return self._mode

    @property
    def is_dark(self) -> bool:
        """Whether text is light on dark."""
        return self._mode in ("dark", "contrastDark")

    @property
    def is_high_contrast(self) -> bool:
        """Whether selections need an outline beside their colour."""
        return self._mode.startswith("contrast")

    @property
    def is_motion_reduced(self) -> bool:
        """Whether nothing may move: spinners stand, panes jump."""
        return self._is_motion_reduced

    @property
    def zoom_percent(self) -> int:
        """50 to 300."""
        return self._zoom_percent

    def set_mode(self, mode: str) -> None:
        """Use the colours of ``mode`` in the whole application.  Raises ValueError for an unknown mode."""
        if mode not in MODES:
            raise ValueError(mode)
        if mode != self._mode or not self._is_applied:
            self._mode = mode
            self._is_applied = True
            self._restyle()

    def set_zoom(self, percent: int) -> None:
        """Scale every size and font; ``percent`` is brought into 50..300."""
        percent = min(max(percent, ZOOM_PERCENT[0]), ZOOM_PERCENT[-1])
        if percent != self._zoom_percent:
            self._zoom_percent = percent
            self._restyle()

    def set_motion_reduced(self, is_reduced: bool) -> None:
        """Stop or allow motion."""
        if is_reduced != self._is_motion_reduced:
            self._is_motion_reduced = is_reduced
            self.changed.emit()

    def color(self, role: str) -> QColor:
        """The colour of a role such as "page" or "accentText"; raises KeyError for an unknown one."""
        if role not in self._colors:
            self._colors[role] = _parse_color(self._tokens["themes"][self._mode][role])
        return self._colors[role]

    def font(self, scale: str, *, tabular: bool = False) -> QFont:
        """The font of a scale such as "ui", "reading" or "code"; ``tabular``: figures of equal width."""
        key = (scale, tabular)
        if key not in self._fonts:
            self._fonts[key] = self._make_font(scale, tabular)
        return QFont(self._fonts[key])

    def line_height(self, scale: str) -> int:
        """Pixels from one baseline to the next."""
        return self._zoomed(self._tokens["type"]["scale"][scale]["line"])

    def px(self, name: str) -> int:
        """A size such as "header", "radius.large", "gap.turn" or "spacing.4"; raises KeyError for others."""
        group, _, key = name.rpartition(".")
        return max(1, self._zoomed(self._tokens[group or "size"][key]))

    def duration_ms(self, name: str) -> int:
        """How long a motion such as "fast" or "normal" lasts; 0 when motion is reduced."""
        return 0 if self._is_motion_reduced else int(self._tokens["motion"][name])

    def icon(self, name: str, role: str = "icon", size: int = 20) -> QIcon:
        """``resources/icons/NAME.svg`` in the colour of ``role``; follows the theme, faded when disabled.

        ``size`` is the largest it is drawn, at 100 %; buttons choose the size by ``setIconSize``.
        """
        self._icon_file(name)
        return QIcon(_TintedIcon(self, name, role, size))

    def pixmap(self, name: str, role: str, size: int, dpr: float) -> QPixmap:
        """The icon ``size`` logical pixels wide at a device pixel ratio of ``dpr``."""
        key = (name, role, size, dpr)
        if key not in self._pixmaps:
            self._pixmaps[key] = self._render(name, role, size, dpr)
        return self._pixmaps[key]

    def style_sheet(self) -> str:
        """The rules for the standard controls, with colours and sizes filled in."""
        return self.fill((self._resources / "themes" / "style.qss").read_text(encoding="utf-8"))

    def fill(self, rules: str) -> str:
        """``rules`` with ``@role``, ``@size(name)``, ``@font(scale)`` and ``@mark(name)`` replaced.

        Raises KeyError for a name that is not there.
        """
        return _PLACEHOLDER.sub(self._value, _COMMENT.sub("", rules))

    def _value(self, match: re.Match[str]) -> str:
        kind, name, role = match.groups()
        if kind == "size":
            return f"{self.px(name)}px"
        if kind == "font":
            token = self._tokens["type"]["scale"][name]
            return f"font-size: {self._zoomed(token['size'])}px; font-weight: {token['weight']}"
        if kind == "mark":
            path = self._resources / "themes" / "marks" / f"{name}-{self._mode}.svg"
            return f'url("{path.as_posix()}")'
        return self.color(role).name(QColor.NameFormat.HexArgb)

    def _restyle(self) -> None:
        self._colors.clear()
        self._families.clear()
        self._fonts.clear()
        self._pixmaps.clear()
        if self._app is not None and self._is_applied:
            self._app.setPalette(self._palette())
            self._app.setFont(self.font("ui"))
            self._app.setStyleSheet(self.style_sheet())
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        for place, role in _PALETTE.items():
            palette.setColor(place, self.color(role))
        for place in _PALETTE_DISABLED:
            palette.setColor(QPalette.ColorGroup.Disabled, place, self.color("textDisabled"))
        return palette

    def _make_font(self, scale: str, tabular: bool) -> QFont:
        token = self._tokens["type"]["scale"][scale]
        is_code = scale.startswith("code")
        font = QFont()
        font.setFamilies([self._family("mono" if is_code else "ui")])
        font.setPixelSize(max(1, round(token["size"] * self._zoom_percent / 100)))
        font.setWeight(QFont.Weight(token["weight"]))
        if is_code:
            font.setStyleHint(QFont.StyleHint.Monospace)
            font.setFixedPitch(True)
            for feature in ("liga", "calt"):
                font.setFeature(QFont.Tag(feature), 0)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        if token["size"] >= 18:
            font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 99)
        return font

    def _family(self, kind: str) -> str:
        if kind not in self._families:
            self._families[kind] = self._find_family(kind)
        return self._families[kind]

    def _find_family(self, kind: str) -> str:
        """The system's own face when it has one, else the first installed of the tokens' list."""
        which = QFontDatabase.SystemFont.FixedFont if kind == "mono" else QFontDatabase.SystemFont.GeneralFont
        system = QFontDatabase.systemFont(which).family()
        if system not in (*_GENERIC_FAMILIES, "monospace", "DejaVu Sans Mono"):
            return system
        platform = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
        installed = QFontDatabase.families()  # QFontDatabase.hasFamily would look for a substitute each time
        return next(
            (one for one in self._tokens["type"][f"{kind}Family"][platform] if one in installed), system
        )

    def _zoomed(self, size: float) -> int:
        return round(size * self._zoom_percent / 100)

    def _icon_file(self, name: str) -> Path:
        path = self._resources / "icons" / f"{name}.svg"
        if not path.is_file():
            raise KeyError(name)
        return path

    def _render(self, name: str, role: str, size: int, dpr: float) -> QPixmap:
        color = self.color(role).name().encode()
        pixels = max(1, round(size * dpr))
        image = render_svg(self._icon_file(name).read_bytes().replace(b"currentColor", color), pixels)
        image.setDevicePixelRatio(dpr)
        return QPixmap.fromImage(image)


class _TintedIcon(QIconEngine):
    """Draws an icon in the theme's colour of the moment."""

    def __init__(self, theme: Theme, name: str, role: str, size: int) -> None:
        super().__init__()
        self._theme, self._name, self._role, self._size = theme, name, role, size

    def clone(self) -> QIconEngine:
        return _TintedIcon(self._theme, self._name, self._role, self._size)

    def actualSize(self, size: QSize, _mode: QIcon.Mode, _state: QIcon.State) -> QSize:
        side = min(size.width(), size.height())
        return QSize(side, side)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, _state: QIcon.State, scale: float) -> QPixmap:
        """``size`` is in logical pixels (since Qt 6.8)."""
        side = min(size.width(), size.height())
        pixmap = self._theme.pixmap(self._name, self._role, side, scale)
        return _faded(pixmap) if mode == QIcon.Mode.Disabled else pixmap


def _faded(pixmap: QPixmap, opacity: float = 0.45) -> QPixmap:
    faded = QPixmap(pixmap.size())
    faded.setDevicePixelRatio(pixmap.devicePixelRatio())
    faded.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faded)
    painter.setOpacity(opacity)
    painter.drawPixmap(QPoint(0, 0), pixmap)
    painter.end()
    return faded


def render_svg(svg: bytes, pixels: int) -> QImage:
    """The drawing in a square of ``pixels``.

    It goes through Qt's image plugin, so that QtSvg is loaded with the first icon and not with the program.  The size
    is written into the drawing: to scale, a reader would be needed and a QBuffer, for which Qt asks for the interpreter
    while it holds the lock of its image plug-ins.  A thread that decodes a picture then waits for this one, and this
    one for it.
    """
    size = b'width="%d" height="%d"' % (pixels, pixels)
    return QImage.fromData(_SVG_SIZE.sub(size, svg, count=1), "SVG")  # type: ignore[arg-type]  # no bytes there


def system_mode() -> str:
    """The mode that the desktop asks for."""
    hints = QGuiApplication.styleHints()
    is_dark = hints.colorScheme() == Qt.ColorScheme.Dark
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return "contrastDark" if is_dark else "contrastLight"
    return "dark" if is_dark else "light"


def _parse_color(text: str) -> QColor:
    """``#RRGGBB`` or ``rgba(r,g,b,alpha)``, the two forms of the tokens."""
    if not text.startswith("rgba("):
        return QColor(text)
    red, green, blue, alpha = text[5:-1].split(",")
    return QColor(int(red), int(green), int(blue), round(float(alpha) * 255))
