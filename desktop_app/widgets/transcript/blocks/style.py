"""The text's look as one value made from the theme: fonts, colours, distances in pixels."""

import sys
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF

from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.blocks.text_lines import TextFace

HEADINGS = {"H1": "h1", "H2": "h2", "H3": "h3"}
EMOJI = {"win32": "Segoe UI Emoji", "darwin": "Apple Color Emoji"}.get(sys.platform, "Noto Color Emoji")


@dataclass(frozen=True, eq=False)
class TextStyle:
    """What the writer of a text needs; ``scale`` is the zoom, 1.0 at 100 %.

    Equal only to itself, so that what is made from it can be kept by it.  ``theme`` gives colours by role, and icons.
    """

    theme: Theme
    scale: float
    reading: QFont
    reading_tabular: QFont
    reading_line: int
    x_height: int
    code: QFont
    code_line: int
    table: QFont
    table_head: QFont
    table_line: int
    headings: dict[str, tuple[QFont, int]]
    gap: int
    heading_gap: int
    text: QColor
    secondary: QColor
    link: QColor
    code_background: QColor
    code_header: QColor
    inline_code: QColor
    hairline: QColor
    hairline_strong: QColor
    quote: QColor
    radius: int
    faces: "dict[str, TextFace]" = field(init=False, default_factory=dict)
    """What texts are set in, by kind; ``text_lines.face_of`` keeps them here."""

    @classmethod
    def of(cls, theme: Theme) -> "TextStyle":
        """The style at the theme's colours and zoom."""
        return cls(
            theme=theme,
            scale=theme.zoom_percent / 100,
            reading=_with_emoji(theme.font("reading")),
            reading_tabular=_with_emoji(theme.font("reading", tabular=True)),
            reading_line=theme.line_height("reading"),
            x_height=round(QFontMetricsF(theme.font("reading")).xHeight()),
            code=_with_emoji(theme.font("code")),
            code_line=theme.line_height("code"),
            table=_with_emoji(theme.font("ui", tabular=True)),
            table_head=_with_emoji(_strong(theme.font("small"))),
            table_line=theme.line_height("ui"),
            headings={
                level: (_with_emoji(theme.font(name)), theme.line_height(name))
                for level, name in HEADINGS.items()
            },
            gap=theme.px("gap.block"),
            heading_gap=theme.px("gap.blockHeading"),
            text=theme.color("text"),
            secondary=theme.color("textSecondary"),
            link=theme.color("accentText"),
            code_background=theme.color("code"),
            code_header=theme.color("codeHeader"),
            inline_code=theme.color("hover"),
            hairline=theme.color("hairline"),
            hairline_strong=theme.color("hairlineStrong"),
            quote=theme.color("hairlineStrong"),
            radius=theme.px("radius.medium"),
        )

    def px(self, size: float) -> int:
        """A length of the drawing at this zoom, at least 1."""
        return max(1, round(size * self.scale))

    def heading(self, level: str) -> tuple[QFont, int]:
        """Font and line height of "H1" to "H6"; the smaller ones are bold text."""
        return self.headings.get(level, (_strong(self.reading), self.reading_line))


def _strong(font: QFont) -> QFont:
    strong = QFont(font)
    strong.setWeight(QFont.Weight.DemiBold)
    return strong


def _with_emoji(font: QFont) -> QFont:
    """``font`` with the emoji face named as its second, so that no search for one begins with each emoji."""
    if _has_emoji():
        font.setFamilies([*font.families(), EMOJI])
    return font


@cache
def _has_emoji() -> bool:
    return EMOJI in QFontDatabase.families()
