"""What was used of a source: its name, the place, the fragment; from here it is opened."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.domain.threads import Citation
from desktop_app.markdown.links import is_safe
from desktop_app.widgets.dialogs.frame import StrongLabel, WrappedLabel, button
from desktop_app.widgets.menus import round_corners
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.announcer import announce
from desktop_app.widgets.transcript.blocks.hairlines import draw_box
from desktop_app.widgets.transcript.call_arguments import visible
from desktop_app.widgets.transcript.call_parts import ReadText, height_of
from desktop_app.widgets.transcript.citations import SourceTexts

WIDTH = 380
FRAGMENTS = 3
FRAGMENT_LENGTH = 600


class SourcePopover(QWidget):
    """One source with ``cited``, its citations that were asked for, each with its index.

    Esc or a press elsewhere closes it, and the keyboard is where it was.  Pop-ups are not in the tree that
    screen readers walk, so what stands in it is announced.  Signals: ``panel_requested(int)`` with the
    index of the first citation, ``link_activated(str)``.
    """

    panel_requested = Signal(int)
    link_activated = Signal(str)

    def __init__(
        self, theme: Theme, cited: Sequence[tuple[int, Citation]], texts: SourceTexts, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("source_popover")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        round_corners(self)
        self._theme, self._ground = theme, parent
        self._index, first = cited[0]
        name = texts.name(first)
        self._said = [name]
        self.setAccessibleName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px("spacing.4")] * 4)
        column.setSpacing(theme.px("spacing.2"))
        title = StrongLabel(theme, name, scale="ui")
        title.setWordWrap(True)
        column.addWidget(title)
        if first.url and first.url != name:
            column.addWidget(WrappedLabel(_breakable(visible(first.url)), role="caption"))
        for _, one in cited[:FRAGMENTS]:
            self._add(column, one, texts)
        if len(cited) > FRAGMENTS:
            column.addWidget(WrappedLabel(self.tr("%n more", "", len(cited) - FRAGMENTS), role="caption"))
        column.addLayout(self._make_buttons(first.url))

    def _add(self, column: QVBoxLayout, cited: Citation, texts: SourceTexts) -> None:
        place = texts.place(cited)
        if place:
            label = QLabel(place[:1].upper() + place[1:], self)
            label.setProperty("role", "caption")
            column.addWidget(label)
            self._said.append(label.text())
        fragment = cited.fragment.strip()
        if fragment:
            cut = fragment[:FRAGMENT_LENGTH] + ("…" if len(fragment) > FRAGMENT_LENGTH else "")
            self._said.append(visible(cut))
            text = ReadText(self._theme, self._said[-1], scale="small")
            text.setAccessibleName(self.tr("Fragment"))
            column.addWidget(text)

    def _make_buttons(self, url: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px("spacing.2"))
        panel = button(self.tr("Open in panel"), "source_panel", kind="primary", parent=self)
        panel.clicked.connect(lambda: self._leave(self.panel_requested.emit, self._index))
        panel.setProperty("isSmall", True)
        row.addWidget(panel)
        if is_safe(url):
            link = button(self.tr("Open link"), "source_link", kind="quiet", parent=self)
            link.setToolTip(url)
            link.clicked.connect(lambda: self._leave(self.link_activated.emit, url))
            link.setProperty("isSmall", True)
            row.addWidget(link)
        row.addStretch(1)
        return row

    def _leave(self, then: Callable[[Any], None], value: object) -> None:
        self.close()
        then(value)

    def show_at(self, place: QRect) -> None:
        """Open below ``place``, a rectangle of the screen, or above it where there is no room; inside the window."""
        gap, edge = self._theme.px("spacing.1"), self._theme.px("spacing.2")
        window = self._ground.window().geometry().adjusted(edge, edge, -edge, -edge)
        screen = self._ground.screen().availableGeometry().intersected(window)
        width = min(round(WIDTH * self._theme.zoom_percent / 100), screen.width())
        self.resize(width, height_of(self, width))
        left = min(max(screen.left(), place.left()), screen.right() + 1 - width)
        is_below = place.bottom() + gap + self.height() <= screen.bottom()
        top = place.bottom() + 1 + gap if is_below else max(screen.top(), place.top() - gap - self.height())
        self.move(QPoint(left, top))
        self.show()
        first = self.findChild(QWidget, "source_panel")
        assert first is not None
        first.setFocus(Qt.FocusReason.TabFocusReason)
        announce(self._ground, "\n".join(self._said))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.px("radius.medium") if self.property("isRounded") else 0
        draw_box(painter, self.rect(), radius, theme.color("hairlineStrong"), theme.color("raised"))


def _breakable(address: str) -> str:
    """An address that can be broken into lines behind its slashes."""
    return address.replace("/", "/\u200b")
