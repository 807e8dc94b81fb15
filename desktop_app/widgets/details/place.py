"""Where the details stand: beside the messages, or over them where the window is narrow."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QSplitter, QWidget

BESIDE_PX = 1000


class PanelPlace(QObject):
    """Keeps ``panel`` at the right of ``splitter``; an overlay leaves ``header`` free, which can close it.

    ``hiding()`` comes before the panel goes, ``changed(bool)`` tells whether it is shown now.  ``width`` is in logical
    pixels, as the user dragged it last.  ``is_wanted`` is whether the user wants the panel where there is room for it:
    a window that becomes narrow hides it, and it comes back with the room.
    """

    changed = Signal(bool)
    hiding = Signal()

    def __init__(self, panel: QWidget, splitter: QSplitter, header: QWidget, width: int) -> None:
        super().__init__(panel)
        self._panel, self._splitter, self._header = panel, splitter, header
        self.width = width
        self.is_wanted = False
        self._move()
        splitter.installEventFilter(self)
        splitter.splitterMoved.connect(self._keep_width)

    @property
    def is_shown(self) -> bool:
        """Whether the panel is there to be seen."""
        return not self._panel.isHidden()

    @property
    def is_beside(self) -> bool:
        """Whether the panel is one of the splitter's."""
        return self._splitter.indexOf(self._panel) >= 0

    def show(self) -> None:
        """Show the panel."""
        self.is_wanted = True
        self._set_shown(True)

    def restore(self) -> None:
        """Show the panel where there is room for it, now or later."""
        self.is_wanted = True
        if self.is_beside:
            self._set_shown(True)

    def hide(self) -> None:
        """Hide the panel until it is wanted again."""
        self.is_wanted = False
        self._set_shown(False)

    def _set_shown(self, is_shown: bool) -> None:
        if is_shown:
            sidebar = self._splitter.sizes()[0]
            self._panel.show()
            self._fit(sidebar)
        else:
            self.hiding.emit()
            self._panel.hide()
        self.changed.emit(is_shown)

    def _has_room(self) -> bool:
        return self._splitter.width() >= BESIDE_PX

    def _move(self) -> None:
        """Into the splitter or out of it; an overlay is there only when it is asked for."""
        if self.is_shown:
            self._set_shown(False)
        if not self._has_room():
            self._panel.setParent(self._splitter.parentWidget())
            return
        self._splitter.addWidget(self._panel)
        self._splitter.setStretchFactor(self._splitter.indexOf(self._panel), 0)
        if self.is_wanted:
            self._set_shown(True)
        else:
            self._panel.hide()

    def _fit(self, sidebar: int) -> None:
        """Give the panel its width, which the messages do without, and an overlay its place."""
        splitter, panel = self._splitter, self._panel
        if self.is_beside:
            centre = splitter.width() - sidebar - self.width - splitter.count() + 1
            splitter.setSizes([sidebar, centre, self.width])
            return
        whole, top = splitter.geometry(), self._header.height()
        width = min(self.width, whole.width())
        panel.setGeometry(whole.right() + 1 - width, whole.top() + top, width, whole.height() - top)
        panel.raise_()

    def _keep_width(self) -> None:
        if self.is_beside and self.is_shown:
            self.width = self._panel.width()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            if self._has_room() != self.is_beside:
                self._move()
            elif not self.is_beside and self.is_shown:
                self._fit(self._splitter.sizes()[0])
        return False
