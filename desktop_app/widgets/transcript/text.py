"""The text of one message: selectable, with links, code frames and marks; never fetches anything.

It has no scroll bars of its own and is always as high as its text: scrolling is the transcript's.
"""

import math
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTextBlock,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QTextBrowser, QToolButton, QWidget

from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.markdown import (
    CODE_HEADER,
    CODE_PADDING,
    CODE_SIDE,
    INDENT,
    Decoration,
    MarkdownDocument,
    clean,
    decided,
)
from desktop_app.widgets.transcript.style import TextStyle

MEASURED_LINES = 40
SCROLL_KEYS = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Space,
    Qt.Key.Key_Escape,
)


class MessageText(QTextBrowser):
    """Signals: ``selected`` when the reader has selected something, ``link_activated(str)``."""

    selected = Signal()
    link_activated = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._style = TextStyle.of(theme)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUndoRedoEnabled(False)
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        # The width is given, not taken from a viewport that may not have been shown yet.
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.document().setDefaultFont(self._style.reading)
        self.anchorClicked.connect(self._follow_link)
        self.copyAvailable.connect(self._on_copy_available)

    # -- content

    @property
    def chunk_count(self) -> int:
        """How many top-level blocks the text has."""
        return 1

    def set_source(self, source: str, *, is_growing: bool = False) -> bool:
        """Show ``source``; says whether anything changed."""
        raise NotImplementedError

    def restyle(self) -> None:
        """Take the theme's fonts and colours of now."""
        self._style = TextStyle.of(self._theme)
        self.document().setDefaultFont(self._style.reading)

    def fit(self, width: int) -> int:
        """Lay the text out ``width`` pixels wide; the height it needs."""
        if self.lineWrapColumnOrWidth() != width:
            self.setLineWrapColumnOrWidth(width)
        return math.ceil(self.document().size().height())

    def position_at(self, y: int) -> int:
        """The first character of the line at ``y`` pixels from the top."""
        return self.cursorForPosition(QPoint(0, y)).position()

    def top_of(self, position: int) -> int:
        """Where the line with the character at ``position`` begins, in pixels from the top."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(position, self.document().characterCount() - 1))
        return self.cursorRect(cursor).top()

    # -- nothing is fetched, links are handed on

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing: neither the net nor a file of this machine."""
        return None

    def _follow_link(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString())

    def _on_copy_available(self, is_available: bool) -> None:
        if is_available:
            self.selected.emit()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Plain text alone: the theme's colours have no place in another document."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data

    # -- what the transcript scrolls is not scrolled here

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The text stands still in its control."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        jumps = event.matches(QKeySequence.StandardKey.MoveToStartOfDocument) or event.matches(
            QKeySequence.StandardKey.MoveToEndOfDocument
        )
        if is_alt or jumps or (is_plain and event.key() in SCROLL_KEYS):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(self.tr("Copy"))
        copy.setEnabled(self.textCursor().hasSelection())
        copy.triggered.connect(self.copy)
        link = self.anchorAt(event.pos())
        if link:
            menu.addAction(self.tr("Copy link")).triggered.connect(
                lambda: QGuiApplication.clipboard().setText(link)
            )
        menu.addAction(self.tr("Select all")).triggered.connect(self.selectAll)
        menu.popup(event.globalPos())


class PlainText(MessageText):
    """The user's own words, as they were typed."""

    def set_source(self, source: str, *, is_growing: bool = False) -> bool:
        source = clean(source)
        if source == self.toPlainText():
            return False
        self.setPlainText(source)
        self._format()
        return True

    def restyle(self) -> None:
        super().restyle()
        self._format()

    def natural_width(self, limit: int) -> int:
        """How wide the text is when no line is longer than ``limit`` pixels; a long text is not measured."""
        if self.document().blockCount() > MEASURED_LINES:
            return limit
        self.setLineWrapColumnOrWidth(limit)
        return min(limit, math.ceil(self.document().idealWidth()) + 1)

    def _format(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(self._style.block(self._style.reading_line))
        palette = self.palette()
        palette.setColor(palette.ColorRole.Text, self._theme.color("userBubbleText"))
        self.setPalette(palette)


class MarkdownText(MessageText):
    """A reply: Markdown on the page."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._markdown = MarkdownDocument(self.document(), self._style)
        self._source = ""
        self._decorations: list[Decoration] = []
        self._headers: list[CodeHeader] = []

    @property
    def chunk_count(self) -> int:
        return self._markdown.chunk_count

    def set_source(self, source: str, *, is_growing: bool = False) -> bool:
        self._source = decided(source) if is_growing else source
        selection = self.textCursor()
        anchor, position = selection.anchor(), selection.position()
        if not self._markdown.show(self._source):
            return False
        self._restore(anchor, position)
        self._decorate()
        return True

    def restyle(self) -> None:
        super().restyle()
        self._markdown.restyle(self._style, self._source)
        self._decorate()

    def fit(self, width: int) -> int:
        height = super().fit(width)
        self._place_headers()
        codes = [one for one in self._decorations if one.kind == "code"]
        # Qt leaves out the space below the last block, where the frame of code that ends a reply has its edge.
        return max(height, math.ceil(self._code_frame(codes[-1]).bottom()) + 1) if codes else height

    def _restore(self, anchor: int, position: int) -> None:
        """Keep what the reader has selected when the blocks under it were written again."""
        cursor = self.textCursor()
        if anchor != position and (cursor.anchor(), cursor.position()) != (anchor, position):
            last = self.document().characterCount() - 1
            cursor.setPosition(min(anchor, last))
            cursor.setPosition(min(position, last), QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)

    # -- code headers are real widgets, so that the keyboard and screen readers reach their buttons

    def _decorate(self) -> None:
        self._decorations = list(self._markdown.decorations())
        codes = [decoration for decoration in self._decorations if decoration.kind == "code"]
        while len(self._headers) > len(codes):
            header = self._headers.pop()
            header.hide()
            header.deleteLater()
        while len(self._headers) < len(codes):
            self._headers.append(CodeHeader(self._theme, self))
        for header, code in zip(self._headers, codes, strict=True):
            header.restyle()
            header.set_code(code.text, self._plain(code))
        self.viewport().update()

    def _plain(self, decoration: Decoration) -> str:
        cursor = QTextCursor(self.document())
        cursor.setPosition(decoration.start)
        cursor.setPosition(decoration.end, QTextCursor.MoveMode.KeepAnchor)
        return cursor.selection().toPlainText()

    def _place_headers(self) -> None:
        codes = (decoration for decoration in self._decorations if decoration.kind == "code")
        for header, code in zip(self._headers, codes, strict=False):
            frame = self._code_frame(code)
            header.setGeometry(
                round(frame.left()) + 1,
                round(frame.top()) + 1,
                round(frame.width()) - 2,
                self._style.px(CODE_HEADER),
            )
            header.show()

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for decoration in self._visible(event):
            self._paint(painter, decoration)
        painter.end()
        super().paintEvent(event)

    def _visible(self, event: QPaintEvent) -> Iterable[Decoration]:
        first = self.cursorForPosition(event.rect().topLeft()).block().position()
        bottom = event.rect().bottomRight() + QPoint(0, self._style.px(CODE_HEADER + CODE_PADDING))
        last = self.cursorForPosition(bottom)
        last.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        return [one for one in self._decorations if one.end >= first and one.start <= last.position()]

    def _paint(self, painter: QPainter, decoration: Decoration) -> None:
        if decoration.kind == "code":
            self._paint_code(painter, self._code_frame(decoration))
        elif decoration.kind == "inline_code":
            self._paint_inline_code(painter, decoration)
        elif decoration.kind == "quote":
            self._paint_quote(painter, decoration)
        elif decoration.kind == "mark":
            self._paint_mark(painter, decoration)
        else:
            rect = self._block_rect(decoration.start)
            painter.fillRect(
                QRectF(
                    rect.left(), math.floor(rect.center().y()), self.lineWrapColumnOrWidth() - rect.left(), 1
                ),
                self._style.hairline_strong,
            )

    def _block_rect(self, position: int) -> QRectF:
        return self._rect(self.document().findBlock(position))

    def _rect(self, block: QTextBlock) -> QRectF:
        """The block's lines at their fixed distance; Qt's own rectangle leaves out the space of the last line."""
        rect = self.document().documentLayout().blockBoundingRect(block)
        rect.setHeight(block.layout().lineCount() * block.blockFormat().lineHeight())
        return rect.translated(0, self._style.sink)

    def _code_frame(self, code: Decoration) -> QRectF:
        first, last = self._block_rect(code.start), self._block_rect(code.end)
        style = self._style
        indent = self.document().findBlock(code.start).blockFormat().leftMargin()
        left = indent - style.px(CODE_SIDE)
        top = first.top() - style.px(CODE_HEADER) - style.px(CODE_PADDING)
        bottom = last.bottom() + style.px(CODE_PADDING)
        return QRectF(left, top, self.lineWrapColumnOrWidth() - left, bottom - top)

    def _paint_code(self, painter: QPainter, frame: QRectF) -> None:
        style = self._style
        box = frame.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.code_background)
        painter.drawRoundedRect(box, style.radius, style.radius)
        header = QPainterPath()
        header.addRoundedRect(box, style.radius, style.radius)
        below = QPainterPath()
        below.addRect(box.adjusted(0, style.px(CODE_HEADER), 0, 0))
        painter.setBrush(style.code_header)
        painter.drawPath(header.subtracted(below))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.hairline, 1))
        painter.drawRoundedRect(box, style.radius, style.radius)

    def _paint_inline_code(self, painter: QPainter, code: Decoration) -> None:
        block = self.document().findBlock(code.start)
        origin = self.document().documentLayout().blockBoundingRect(block).topLeft()
        layout = block.layout()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._style.inline_code)
        start, end = code.start - block.position(), code.end - block.position()
        side = self._style.px(2.5)
        for index in range(layout.lineCount()):
            line = layout.lineAt(index)
            begin, stop = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if begin >= stop:
                continue
            left, right = _x_of(line.cursorToX(begin)), _x_of(line.cursorToX(stop))
            height = self._style.px(20)
            top = line.y() + (line.height() - height) / 2
            box = QRectF(left, top, right - left, height).adjusted(-side, 0, side, 0)
            painter.drawRoundedRect(box.translated(origin), 4, 4)

    def _paint_quote(self, painter: QPainter, quote: Decoration) -> None:
        top, bottom = self._block_rect(quote.start).top(), self._block_rect(quote.end).bottom()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._style.quote)
        painter.drawRoundedRect(QRectF(float(quote.text), top, self._style.px(3), bottom - top), 1.5, 1.5)

    def _paint_mark(self, painter: QPainter, mark: Decoration) -> None:
        """A bullet or number, right-aligned in the room left of its line."""
        block = self.document().findBlock(mark.start)
        line = block.layout().lineAt(0)
        if not line.isValid():
            return
        top = self.document().documentLayout().blockBoundingRect(block).top()
        right = block.blockFormat().leftMargin() - self._style.px(8)
        if mark.text == "•":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._style.secondary)
            radius = 2.75 * self._style.scale
            left = block.blockFormat().leftMargin() - self._style.px(18)
            painter.drawEllipse(
                QPointF(left, top + line.y() + line.height() / 2 + self._style.px(1)), radius, radius
            )
            return
        font = self._theme.font("reading", tabular=True)
        painter.setFont(font)
        painter.setPen(self._style.secondary)
        width = QFontMetricsF(font).horizontalAdvance(mark.text)
        left = max(right - width, block.blockFormat().leftMargin() - self._style.px(INDENT))
        painter.drawText(QPointF(left, top + line.y() + line.ascent()), mark.text)


def _x_of(value: Any) -> float:
    """``QTextLine.cursorToX`` gives the x alone or with the position it settled on."""
    return float(value[0] if isinstance(value, tuple) else value)


class CodeHeader(QWidget):
    """What stands above code: the language and a button that copies it."""

    def __init__(self, theme: Theme, parent: MessageText) -> None:
        super().__init__(parent.viewport())
        self._theme = theme
        self._code = ""
        self._label = QLabel(self)
        self._label.setProperty("role", "caption")
        self._label.setTextFormat(Qt.TextFormat.PlainText)  # a service says which language it is
        self._copy = QToolButton(self)
        self._copy.setObjectName("copy_code")
        self._copy.setProperty("kind", "quiet")
        self._copy.setProperty("isSmall", True)
        self._copy.setText(self.tr("Copy"))
        self._copy.setAccessibleName(self.tr("Copy code"))
        self._copy.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._copy.setCursor(Qt.CursorShape.ArrowCursor)
        self._copy.setIcon(theme.icon("copy", "icon", 16))
        self._copy.clicked.connect(self._copy_code)
        row = QHBoxLayout(self)
        row.addWidget(self._label)
        row.addStretch(1)
        row.addWidget(self._copy)
        self.restyle()

    def restyle(self) -> None:
        """Take the theme's sizes of now."""
        side = self._theme.px("iconSmall")
        self._copy.setIconSize(QSize(side, side))
        self.setContentsMargins(self._theme.px("spacing.3") - 1, 0, 2, 0)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)

    def set_code(self, language: str, code: str) -> None:
        """Say what is below."""
        self._code = code
        self._label.setText(language.capitalize() if language.islower() else language)

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
