"""Code in a frame: its language and buttons in the header, then the lines, which scroll sideways or wrap.

From top to bottom, in pixels at 100 %: a border of 1, the header of 32, 10 of air, rows of 20, 10 of air (where the
bar for scrolling lies), a row of 32 that folds a long finished block, a border of 1.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication, QLocale, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from desktop_app.markdown.items import CodeItem, Item
from desktop_app.widgets.transcript.blocks.block import Block, Environment, Mark, Target
from desktop_app.widgets.transcript.blocks.code_lines import CodeLines, look_of
from desktop_app.widgets.transcript.blocks.colouring import Colouring
from desktop_app.widgets.transcript.blocks.copied import CopiedNote
from desktop_app.widgets.transcript.blocks.hairlines import draw_box, thin
from desktop_app.widgets.transcript.blocks.languages import display_name
from desktop_app.widgets.transcript.blocks.sideways import Sideways

BORDER = 1
HEADER, PADDING, SIDE, FOLD_ROW = 32, 10, 12, 32
BUTTON, BUTTON_MARGIN, BUTTON_PADDING, ICON, ICON_GAP = 28, 4, 8, 16, 5
FOLDED_LINES, LONGEST_UNFOLDED = 36, 40

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class CodeState(NamedTuple):
    """What the reader did to a block."""

    is_wrapped: bool
    is_unfolded: bool
    offset: int


class CodeBlock(Block):
    """A code block; see ``Block``."""

    __slots__ = (
        "_colouring",
        "_copied",
        "_hovered",
        "_is_foldable",
        "_is_unfolded",
        "_is_wrapped",
        "_language",
        "_lines",
        "_look",
        "_sideways",
        "_stable",
    )

    item: CodeItem

    def __init__(self, item: CodeItem, width: int, environment: Environment, *, is_growing: bool) -> None:
        super().__init__(item, width, environment, is_growing=is_growing)
        style = environment.style
        self._look = look_of(style)
        self._lines = CodeLines(self._look, item.lines)
        self._language = item.language
        self._stable = item.stable
        self._is_foldable = not is_growing  # what was seen as it grew stays
        self._is_unfolded = is_growing
        self._is_wrapped = False
        self._sideways = Sideways(style)
        self._hovered = ""
        self._copied = CopiedNote(self)
        self.first_line = self._header
        metrics = QFontMetrics(self._label_font())
        self.first_baseline = (self.first_line - metrics.height()) // 2 + metrics.ascent()
        self._measure()
        self._colouring = Colouring(self, self._lines, item.language, is_growing=is_growing)
        self._colouring.lines_changed(0, item.stable)

    # -- content

    def update(self, item: Item) -> int | None:
        assert isinstance(item, CodeItem)
        first = self._lines.first_difference(item.lines, self._stable if item is self.item else 0)
        has_new_language = item.language != self._language
        self.item = item
        self._stable = item.stable
        if first == len(item.lines) == len(self._lines.lines) and not has_new_language:
            return None
        offset = self._sideways.offset
        y = self._top_of_row(self._lines.rows(first))
        self._lines.replace(first, item.lines[first:])
        self._measure()
        if has_new_language:
            self._language = item.language
            self._colouring.set_language(item.language)
        recoloured = self._colouring.lines_changed(first, self._stable)
        if recoloured is not None:
            y = min(y, self._top_of_row(self._lines.rows(recoloured)))
        return 0 if has_new_language or offset != self._sideways.offset else y

    def finish(self) -> None:
        self._colouring.finish()

    # -- geometry

    @property
    def _header(self) -> int:
        return BORDER + self._px(HEADER)

    @property
    def _text_left(self) -> int:
        return BORDER + self._px(SIDE)

    @property
    def _can_fold(self) -> bool:
        return self._is_foldable and len(self._lines.lines) > LONGEST_UNFOLDED

    @property
    def _shown_lines(self) -> int:
        is_folded = self._can_fold and not self._is_unfolded
        return FOLDED_LINES if is_folded else len(self._lines.lines)

    @property
    def _rows(self) -> int:
        return self._lines.rows(self._shown_lines)

    def _px(self, size: float) -> int:
        return self.environment.style.px(size)

    def _top_of_row(self, row: int) -> int:
        return self._header + self._px(PADDING) + row * self._look.line

    def _measure(self) -> None:
        """Bring the height and the room for scrolling up to date."""
        bottom = self._top_of_row(self._rows) + self._px(PADDING) + BORDER
        self.height = bottom + (self._px(FOLD_ROW) if self._can_fold else 0)
        content = 0.0 if self._is_wrapped else self._lines.width(self._shown_lines)
        sides = 2 * self._px(SIDE)
        self._sideways.set_extent(int(content) + 1 + sides, self.width - 2 * BORDER)

    def _columns(self) -> int:
        """How many characters fit into a row."""
        return max(1, int((self.width - 2 * self._text_left) / self._look.pitch))

    def offset_at(self, x: int, y: int) -> int:
        row = (y - self._top_of_row(0)) // self._look.line
        if row < 0:
            return 0
        if row >= self._rows:
            return self._lines.length
        return self._lines.offset_at(x - self._text_left + self._sideways.offset, row)

    def caret(self, offset: int) -> QRect:
        shown = self._lines.length_of(self._shown_lines)
        x, row = self._lines.place_of(min(offset, max(0, shown - 1)))
        left = self._text_left - self._sideways.offset + round(x)
        return QRect(left, self._top_of_row(row), 1, self._look.line)

    def reveal(self, offset: int) -> bool:
        """Unfold and scroll sideways so that the character at ``offset`` can be seen; whether that was needed."""
        is_hidden = self._lines.line_of(offset) >= self._shown_lines
        if is_hidden:
            self._set_unfolded(True)
        x = round(self._lines.place_of(offset)[0]) + self._px(SIDE)
        has_scrolled = self._sideways.show(x, x, self._px(4 * SIDE))
        return is_hidden or has_scrolled

    # -- controls

    def targets(self) -> Sequence[Target]:
        found = [self._wrap_target(), self._copy_target()]
        if self._sideways.is_needed:
            found.append(self._sideways.target(self._track()))
        if self._can_fold:
            found.append(self._fold_target())
        return found

    def target_at(self, x: int, y: int) -> Target | None:
        if y >= self._header and self._sideways.is_needed and self._track().contains(x, y):
            return self._sideways.target(self._track(), x)
        place = QPoint(x, y)
        return next((one for one in self.targets() if one.rect.contains(place)), None)

    def set_hovered(self, target: Target | None) -> QRect | None:
        kind = "" if target is None else target.kind
        if kind == self._hovered:
            return None
        changed = QRect()
        for one in self.targets():
            if one.kind in (kind, self._hovered):
                changed = changed.united(one.rect)
        self._hovered = kind
        self._sideways.is_hovered = kind == "scroll"
        return changed

    def activate(self, target: Target, x: int = 0) -> bool:
        match target.kind:
            case "copy":
                self._copied.show()
            case "wrap":
                self._set_wrapped(not self._is_wrapped)
            case "fold":
                self._set_unfolded(not self._is_unfolded)
            case "scroll":
                return self._sideways.drag(target, x)
            case _:
                return False
        return True

    def scroll_sideways(self, by: int) -> bool:
        return self._sideways.is_needed and self._sideways.move_by(by)

    @property
    def state(self) -> CodeState | None:
        is_unfolded = self._is_unfolded and len(self._lines.lines) > LONGEST_UNFOLDED
        state = CodeState(self._is_wrapped, is_unfolded, self._sideways.offset)
        return state if any(state) else None

    def restore(self, state: Any) -> None:
        if isinstance(state, CodeState):
            self._set_wrapped(state.is_wrapped)
            self._set_unfolded(state.is_unfolded or not self._is_foldable)
            self._sideways.move_to(state.offset)

    def _set_wrapped(self, is_wrapped: bool) -> None:
        if is_wrapped != self._is_wrapped:
            self._is_wrapped = is_wrapped
            self._lines.wrap(self._columns() if is_wrapped else None)
            self._measure()

    def _set_unfolded(self, is_unfolded: bool) -> None:
        self._is_unfolded = is_unfolded
        self._measure()

    # -- where the controls are

    def _copy_words(self) -> tuple[str, str]:
        """Before and after a press."""
        return QCoreApplication.translate("CodeBlock", "Copy"), QCoreApplication.translate(
            "CodeBlock", "Copied"
        )

    def _copy_target(self) -> Target:
        metrics = QFontMetrics(self._button_font())
        widest = max(map(metrics.horizontalAdvance, self._copy_words()))
        width = widest + self._px(2 * BUTTON_PADDING + ICON + ICON_GAP)
        right = self.width - BORDER - self._px(BUTTON_MARGIN)
        return Target(
            "copy",
            self._button_rect(right - width, width),
            name=QCoreApplication.translate("CodeBlock", "Copy code"),
        )

    def _wrap_target(self) -> Target:
        width = self._px(BUTTON)
        if self._is_wrapped:
            name = QCoreApplication.translate("CodeBlock", "Do not wrap lines")
        else:
            name = QCoreApplication.translate("CodeBlock", "Wrap lines")
        return Target("wrap", self._button_rect(self._copy_target().rect.left() - width, width), name=name)

    def _fold_target(self) -> Target:
        height = self._px(FOLD_ROW)
        rect = QRect(BORDER, self.height - BORDER - height, self.width - 2 * BORDER, height)
        return Target("fold", rect, name=self._fold_words())

    def _fold_words(self) -> str:
        if self._is_unfolded:
            return QCoreApplication.translate("CodeBlock", "Show less")
        words = QCoreApplication.translate("CodeBlock", "Show all %1 lines")  # more than one, always
        return words.replace("%1", QLocale().toString(len(self._lines.lines)))

    def _button_rect(self, left: int, width: int) -> QRect:
        height = self._px(BUTTON)
        return QRect(left, BORDER + (self._px(HEADER) - height) // 2, width, height)

    def _track(self) -> QRect:
        """The place of the scroll bar: the air below the last row."""
        inset = BORDER + self._px(2)
        return QRect(inset, self._top_of_row(self._rows), self.width - 2 * inset, self._px(PADDING))

    # -- painting

    def paint(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Sequence[Mark] = ()
    ) -> None:
        top, bottom = max(top, y), min(bottom, y + self.height)
        if top >= bottom:
            return
        painter.save()
        painter.setClipRect(x, top, self.width, bottom - top, Qt.ClipOperation.IntersectClip)
        self._paint_frame(painter, x, y, top, bottom)
        if top < y + self._header:
            self._paint_header(painter, x, y)
        if bottom > y + self._top_of_row(self._rows):
            self._sideways.paint(painter, self._track().translated(x, y))
            if self._can_fold:
                self._paint_fold_row(painter, x, y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._paint_lines(painter, x, y, top, bottom, marks)
        painter.restore()

    def _paint_frame(self, painter: QPainter, x: int, y: int, top: int, bottom: int) -> None:
        """The ground and the border; the round corners are drawn only where they are, the block may be very long."""
        style = self.environment.style
        upper, lower = y + self._header, y + self.height - style.radius - BORDER
        if top < upper:
            box = QRect(x, y, self.width, self._header + 2 * style.radius)
            self._paint_rounded(painter, box, QRect(x, y, self.width, self._header), style.code_header)
        if bottom > lower:
            box = QRect(x, upper - style.radius, self.width, y + self.height - upper + style.radius)
            box.setTop(max(box.top(), lower - 2 * style.radius))
            seen = QRect(x, lower, self.width, y + self.height - lower)
            self._paint_rounded(painter, box, seen, style.code_background)
        first, last = max(top, upper), min(bottom, lower)
        if first < last:
            painter.fillRect(x, first, self.width, last - first, style.code_background)
            line = thin(painter, BORDER)
            for left in (x, x + self.width - line):
                painter.fillRect(QRectF(left, first, line, last - first), style.hairline)

    def _paint_rounded(self, painter: QPainter, box: QRect, seen: QRect, ground: Any) -> None:
        """The part of a rounded box that lies in ``seen``."""
        radius = self.environment.style.radius
        painter.save()
        painter.setClipRect(seen, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(painter, box, radius, self.environment.style.hairline, ground, BORDER)
        painter.restore()

    def _paint_lines(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Sequence[Mark]
    ) -> None:
        text_top = y + self._top_of_row(0)
        line = self._look.line
        rows = range(max(0, (top - text_top) // line), min(self._rows, -(-(bottom - text_top) // line)))
        if self._sideways.is_needed:
            inner = QRect(x + BORDER, top, self.width - 2 * BORDER, bottom - top)
            painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
        left = x + self._text_left - self._sideways.offset
        self._lines.paint(painter, left, text_top, rows, (x, x + self.width), marks)

    def _paint_header(self, painter: QPainter, x: int, y: int) -> None:
        style = self.environment.style
        wrap, copy = self._wrap_target().rect, self._copy_target().rect
        font = self._label_font()
        label = QRect(self._text_left, BORDER, wrap.left() - self._text_left, self._px(HEADER))
        words = QFontMetrics(font).elidedText(
            display_name(self._language), Qt.TextElideMode.ElideRight, label.width()
        )
        painter.setFont(font)
        painter.setPen(style.secondary)
        painter.drawText(label.translated(x, y), _LEFT, words)
        role = "accentText" if self._is_wrapped else "icon"
        self._paint_button(
            painter, wrap.translated(x, y), "wrap", role, "", is_hovered=self._hovered == "wrap"
        )
        before, after = self._copy_words()
        is_hovered = self._hovered == "copy"
        place = copy.translated(x, y)
        if self._copied.is_shown:
            self._paint_button(painter, place, "check", "successText", after, is_hovered=is_hovered)
        else:
            self._paint_button(painter, place, "copy", "icon", before, is_hovered=is_hovered)

    def _paint_button(
        self, painter: QPainter, rect: QRect, icon: str, role: str, words: str, *, is_hovered: bool
    ) -> None:
        """An icon and words at the right end of ``rect``, which has room for longer words."""
        style = self.environment.style
        font = self._button_font()
        side, padding = self._px(ICON), self._px(BUTTON_PADDING)
        if words:
            width = QFontMetrics(font).horizontalAdvance(words) + self._px(
                2 * BUTTON_PADDING + ICON + ICON_GAP
            )
            rect = rect.adjusted(rect.width() - width, 0, 0, 0)
        else:
            padding = (rect.width() - side) // 2
        if is_hovered:
            self._paint_hover(painter, rect.adjusted(0, self._px(2), 0, -self._px(2)))
        place = QRect(rect.left() + padding, rect.top() + (rect.height() - side) // 2, side, side)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(place, style.theme.pixmap(icon, role, side, ratio))
        if words:
            painter.setFont(font)
            painter.setPen(style.text)
            painter.drawText(rect.adjusted(padding + side + self._px(ICON_GAP), 0, 0, 0), _LEFT, words)

    def _paint_fold_row(self, painter: QPainter, x: int, y: int) -> None:
        style = self.environment.style
        row = self._fold_target().rect.translated(x, y)
        painter.fillRect(row.left(), row.top(), row.width(), 1, style.hairline)
        if self._hovered == "fold":
            gap = self._px(BUTTON_MARGIN)
            self._paint_hover(painter, row.adjusted(gap, gap, -gap, 1 - gap))
        side = self._px(ICON)
        icon = "chevron-up" if self._is_unfolded else "chevron-down"
        place = QRect(x + self._text_left, row.top() + (row.height() + 1 - side) // 2, side, side)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(place, style.theme.pixmap(icon, "icon", side, ratio))
        painter.setFont(self._button_font())
        painter.setPen(style.secondary)
        left = place.right() + 1 + self._px(ICON_GAP) - row.left()
        painter.drawText(row.adjusted(left, 1, 0, 0), _LEFT, self._fold_words())

    def _paint_hover(self, painter: QPainter, rect: QRect) -> None:
        theme = self.environment.style.theme
        radius = theme.px("radius.small")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("hover"))
        painter.drawRoundedRect(rect, radius, radius)

    def _label_font(self) -> QFont:
        return self.environment.style.theme.font("caption")

    def _button_font(self) -> QFont:
        return self.environment.style.theme.font("small")
