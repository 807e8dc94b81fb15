"""An image on a line of its own: the picture, or a card that says why it is not there and what to press."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QPainter,
    QPen,
    QPixmap,
    QTransform,
)

from desktop_app.markdown.items import ImageItem, Item
from desktop_app.widgets.transcript.blocks.block import Block, Environment, Mark, Target
from desktop_app.widgets.transcript.blocks.hairlines import draw_box
from desktop_app.widgets.transcript.blocks.image_decoding import (
    MISSING,
    TOO_LARGE,
    UNREADABLE,
    is_data,
    is_remote,
)
from desktop_app.widgets.transcript.blocks.images import Picture, Stage

WIDEST, HIGHEST = 920, 480
"""The largest picture, at 100 %; a narrower block makes it smaller."""

CARD, SIDE, ICON, ICON_GAP = 48, 12, 20, 10
BUTTON, BUTTON_SIDE = 28, 12
TINT = 0.45

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ImageBlock(Block):
    """The block of an ``ImageItem``; a ``Viewer`` of the environment's images."""

    __slots__ = ("_box", "_hovered", "_picture", "_picture_size")

    item: ImageItem

    def __init__(self, item: Item, width: int, environment: Environment, *, is_growing: bool) -> None:
        super().__init__(item, width, environment, is_growing=is_growing)
        style = environment.style
        ratio = QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]
        self._box = QSize(round(style.px(WIDEST) * ratio), round(style.px(HIGHEST) * ratio))
        self._hovered: Target | None = None
        self.first_line = style.px(CARD)
        metrics = QFontMetrics(self._font)
        self.first_baseline = (self.first_line + metrics.ascent() - metrics.descent()) // 2
        self._look_up()

    # -- what is shown

    def update(self, item: Item) -> int | None:
        assert isinstance(item, ImageItem)
        is_same = item.signature() == self.item.signature()
        self.item = item
        if is_same:
            return None
        self._look_up()
        return 0

    def _look_up(self) -> None:
        images = self.environment.images
        if images is None:
            self._take(Picture(Stage.UNKNOWN))
        else:
            self._take(images.show(self.item.source, self._box, self))

    def image_changed(self) -> None:
        """The picture has come, or will not come."""
        images = self.environment.images
        if images is not None:
            self._take(images.picture(self.item.source))
            self.environment.block_changed(self)

    def _take(self, picture: Picture) -> None:
        self._picture = picture
        self._picture_size = QSize(0, 0)
        if picture.size is not None:
            self._picture_size = self._fitting(picture.size)
        self.height = self._picture_size.height() or self.environment.style.px(CARD)

    def _fitting(self, size: QSize) -> QSize:
        """How large a picture of ``size`` is shown: never larger than it is at this zoom."""
        style = self.environment.style
        wanted = QSize(style.px(size.width()), style.px(size.height()))
        room = QSize(min(self.width, style.px(WIDEST)), style.px(HIGHEST))
        if wanted.width() > room.width() or wanted.height() > room.height():
            wanted.scale(room, Qt.AspectRatioMode.KeepAspectRatio)
        return wanted.expandedTo(QSize(1, 1))

    @property
    def _is_picture(self) -> bool:
        return not self._picture_size.isEmpty()

    @property
    def _frame(self) -> QRect:
        """The picture or the card."""
        if self._is_picture:
            return QRect(QPoint(0, 0), self._picture_size)
        return QRect(0, 0, self.width, self.height)

    # -- drawing

    def paint(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Sequence[Mark] = ()
    ) -> None:
        frame = self._frame.translated(x, y)
        end = max(1, len(self.item.plain))
        roles = [mark.role for mark in marks if mark.start < end and mark.end > 0]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_picture:
            self._paint_picture(painter, frame)
            for role in roles:
                self._paint_veil(painter, frame, role)
        else:
            self._paint_card(painter, frame, roles[-1] if roles else "page")
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRect) -> None:
        images, style = self.environment.images, self.environment.style
        pixmap = images.pixmap(self.item.source, self._box) if images else None
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_stretched(pixmap, frame) if pixmap else style.code_background)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawRoundedRect(frame, style.radius, style.radius)

    def _paint_card(self, painter: QPainter, frame: QRect, ground: str) -> None:
        style = self.environment.style
        theme = style.theme
        draw_box(painter, frame, style.radius, style.hairline_strong, theme.color(ground), style.px(1))
        side = style.px(ICON)
        corner = QPoint(frame.x() + style.px(SIDE), frame.y() + (frame.height() - side) // 2)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(corner, theme.pixmap("image", "icon", side, ratio))
        left = corner.x() + side + style.px(ICON_GAP)
        button = self._button().translated(frame.topLeft())
        right = (button.left() if self._button_words else frame.right()) - style.px(SIDE)
        self._paint_words(painter, QRect(left, frame.y(), right - left, frame.height()))
        if self._button_words:
            self._paint_button(painter, button)

    def _paint_words(self, painter: QPainter, room: QRect) -> None:
        style = self.environment.style
        description = self.item.description
        title = self._title()
        painter.setFont(self._font)
        metrics = QFontMetrics(self._font)
        for words, color in (
            (f"{title}: " if description else title, style.text),
            (description, style.secondary),
        ):
            if room.width() > 0:
                shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width())
                painter.setPen(color)
                painter.drawText(room, _LEFT, shown)
                room.setLeft(room.left() + metrics.horizontalAdvance(words))

    def _paint_button(self, painter: QPainter, rect: QRect) -> None:
        style = self.environment.style
        theme = style.theme
        radius = theme.px("radius.small")
        ground = theme.color("hover" if self._hovered else "page")
        draw_box(painter, rect, radius, style.hairline_strong, ground, style.px(1))
        painter.setFont(self._button_font)
        painter.setPen(style.text)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._button_words)

    def _paint_veil(self, painter: QPainter, frame: QRect, role: str) -> None:
        """A mark before the picture: there is nothing behind it that could be coloured."""
        style = self.environment.style
        color = QColor(style.theme.color(role))
        color.setAlphaF(TINT)
        painter.setPen(QPen(style.text, 1) if style.theme.is_high_contrast else Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5), style.radius, style.radius)

    @property
    def _font(self) -> QFont:
        return self.environment.style.theme.font("ui")

    @property
    def _button_font(self) -> QFont:
        return self.environment.style.theme.font("smallStrong")

    # -- words

    def _title(self) -> str:
        if self._picture.stage is Stage.LOADING:
            return QCoreApplication.translate("ImageBlock", "Loading the image")
        if self._picture.stage is Stage.FAILED:
            return self._reason()
        if is_remote(self.item.source):
            said = QCoreApplication.translate("ImageBlock", "Image from %1")
            return said.replace("%1", _host(self.item.source))
        return QCoreApplication.translate("ImageBlock", "The address of the image cannot be opened")

    def _reason(self) -> str:
        reason = self._picture.reason
        if reason in {MISSING, "not_found"}:
            return QCoreApplication.translate("ImageBlock", "The image is not there")
        if reason == TOO_LARGE:
            return QCoreApplication.translate("ImageBlock", "The image is too large")
        if reason in {UNREADABLE, "bad_reply"}:
            return QCoreApplication.translate("ImageBlock", "This is no image that can be shown")
        return QCoreApplication.translate("ImageBlock", "The image could not be fetched")

    @property
    def _button_words(self) -> str:
        match self._picture.stage:
            case Stage.UNASKED:
                return QCoreApplication.translate("ImageBlock", "Show")
            case Stage.FAILED:
                return QCoreApplication.translate("ImageBlock", "Retry")
        return ""

    # -- places

    def offset_at(self, x: int, y: int) -> int:
        frame = self._frame
        is_behind = y >= frame.bottom() or (y >= 0 and x > frame.center().x())
        return len(self.item.plain) if is_behind else 0

    def caret(self, offset: int) -> QRect:
        frame = self._frame
        return QRect(frame.right() if offset > 0 else 0, 0, 1, frame.height())

    # -- targets

    def _button(self) -> QRect:
        style = self.environment.style
        width = QFontMetrics(self._button_font).horizontalAdvance(self._button_words)
        width += 2 * style.px(BUTTON_SIDE)
        height = style.px(BUTTON)
        margin = (self.height - height) // 2
        return QRect(self.width - margin - width, margin, width, height)

    def targets(self) -> Sequence[Target]:
        source, description = self.item.source, self.item.description
        if self._is_picture:
            address = "" if is_data(source) else source
            return (Target("image", self._frame, address, description),)
        if words := self._button_words:
            return (Target("load", self._button(), source, f"{words}: {self._title()}"),)
        return ()

    def target_at(self, x: int, y: int) -> Target | None:
        return next((target for target in self.targets() if target.rect.contains(x, y)), None)

    def set_hovered(self, target: Target | None) -> QRect | None:
        before, self._hovered = self._hovered, target
        return None if target == before else self._frame

    def activate(self, target: Target, x: int = 0) -> bool:
        images = self.environment.images
        if target.kind != "load" or images is None:
            return False
        images.load(self.item.source)
        self._take(images.picture(self.item.source))
        return True


def _stretched(pixmap: QPixmap, frame: QRect) -> QBrush:
    """A brush that fills ``frame`` with the whole pixmap: only a brush has smooth round corners."""
    brush = QBrush(pixmap)
    placed = QTransform.fromTranslate(frame.x(), frame.y())
    brush.setTransform(placed.scale(frame.width() / pixmap.width(), frame.height() / pixmap.height()))
    return brush


def _host(source: str) -> str:
    """The server's name; one under a Latin top domain in a spelling that cannot pass for another."""
    try:
        host = urlsplit(source).hostname or "?"
        is_national = not host.rpartition(".")[2].isascii()
        return host if is_national or host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return "?"
