"""Where a message is written: a box that grows with the text, and one button that sends or stops.

Enter sends and Shift+Enter begins a line (or, as an option, Ctrl+Enter sends).  No key acts while an input method
composes.  Sending leaves the text where it is: whoever keeps messages clears it when the message is safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.widgets.composer_note import ComposerNote
    from desktop_app.widgets.context_caption import ContextCaption

MAX_LINES = 10
DRAFT_MS = 150  # a busy machine adds to it, and half a second is what a crash may take
RULES = """
#send, #stop {
    background: @accent; border: none; border-radius: @size(radius.medium); padding: 0;
    min-width: @size(iconButton); max-width: @size(iconButton);
    min-height: @size(iconButton); max-height: @size(iconButton);
}
#send:hover, #stop:hover { background: @accentHover; }
#send:pressed, #stop:pressed { background: @accentPressed; }
#send:disabled { background: @selectedInactive; }
"""


class _Editor(QPlainTextEdit):
    """The text control.

    Signals: ``submitted()``, ``cancelled()``, ``recalled()``, ``focus_changed()``, ``resized()``.
    """

    submitted = Signal()
    cancelled = Signal()
    recalled = Signal()
    focus_changed = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sends_with_ctrl_enter = False
        self._is_composing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._is_composing:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_enter(event, modifiers)
        elif event.key() == Qt.Key.Key_Escape and modifiers == Qt.KeyboardModifier.NoModifier:
            self.cancelled.emit()
        elif event.key() == Qt.Key.Key_Up and modifiers == Qt.KeyboardModifier.NoModifier and self.is_empty():
            self.recalled.emit()
        elif modifiers == Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def is_empty(self) -> bool:
        """Whether there is no character at all; does not copy the text."""
        return self.document().isEmpty()

    def _on_enter(self, event: QKeyEvent, modifiers: Qt.KeyboardModifier) -> None:
        sends = Qt.KeyboardModifier.ControlModifier
        is_plain = modifiers == Qt.KeyboardModifier.NoModifier
        if modifiers == sends or (is_plain and not self.sends_with_ctrl_enter):
            self.submitted.emit()
        elif is_plain or modifiers == Qt.KeyboardModifier.ShiftModifier:
            # A paragraph, not the soft line that Shift+Enter is for Qt: every line of a message is equal.
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        else:
            event.ignore()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Words alone, whatever else is on the clipboard."""
        if source.hasText():
            self.textCursor().insertText(source.text())
            self.ensureCursorVisible()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()


class _Box(QWidget):
    """The rounded field; its edge is the focus ring of the text."""

    def __init__(self, theme: Theme, editor: _Editor, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._editor = editor
        editor.setParent(self)
        editor.focus_changed.connect(self.update)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._editor.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = self._editor.hasFocus()
        width = theme.px("focusRing") if has_focus else 1
        painter.setPen(QPen(theme.color("focus" if has_focus else "borderField"), width))
        painter.setBrush(theme.color("field"))
        radius = theme.px("radius.large")
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)


class Composer(QWidget):
    """Signals: ``send_requested(str)`` with the text as typed (also while a reply grows), ``stop_requested()``,
    ``defer_requested(str)`` for a reply that may come later,
    ``draft_changed(str)`` at most 150 ms after a change, ``edit_last_requested()`` for Up in an empty box,
    ``editing_cancelled()`` for Esc or the cross while a message is edited, ``context_requested()`` for the line that
    tells what would be sent, ``options_dropped()`` when what was set for the next question is not wanted any more.
    """

    send_requested = Signal(str)
    defer_requested = Signal(str)
    stop_requested = Signal()
    draft_changed = Signal(str)
    edit_last_requested = Signal()
    editing_cancelled = Signal()
    context_requested = Signal()
    options_dropped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_running = False
        self._can_send = True
        self._can_defer = False
        self._is_editing = False
        self._hint_text = ""
        self._has_context = False
        self._editor = _Editor(self)
        self._editor.setObjectName("composer")
        self._box = _Box(theme, self._editor, self)
        self._defer = IconButton(
            theme,
            "clock",
            self.tr("Send deferred"),
            name="send_deferred",
            shortcut="Ctrl+Shift+Enter",
            parent=self._box,
        )
        self._send = self._button("send")
        self._stop = self._button("stop")
        self._hint = QLabel(self)
        self._hint.setObjectName("composer_hint")
        self._keys = QLabel(self)
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_MS)
        self._draft_timer.timeout.connect(self._emit_draft)
        self._lay_out()
        self._connect()
        self._name_parts()
        self.set_placeholder(self.tr("Write a message"))
        self._restyle()
        self._show_state()

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self._box)
        button.setObjectName(name)
        button.setIcon(self._theme.icon(name, "onAccent"))
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        box = QHBoxLayout(self._box)
        box.addWidget(self._editor, 1)
        box.addWidget(self._defer, 0, Qt.AlignmentFlag.AlignBottom)
        box.addWidget(self._send, 0, Qt.AlignmentFlag.AlignBottom)
        box.addWidget(self._stop, 0, Qt.AlignmentFlag.AlignBottom)
        self._under = QHBoxLayout()
        self._under.addWidget(self._hint, 1)
        self._under.addWidget(self._keys)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addWidget(self._box)
        self._column.addLayout(self._under)

    def _connect(self) -> None:
        self._editor.submitted.connect(self._submit)
        self._editor.cancelled.connect(self._cancel)
        self._editor.recalled.connect(self.edit_last_requested)
        self._editor.focus_changed.connect(self._on_focus_changed)
        self._editor.resized.connect(self._fit)
        self._editor.textChanged.connect(self._on_text_changed)
        self._defer.clicked.connect(self.send_deferred)
        self._send.clicked.connect(self._submit)
        self._stop.clicked.connect(self.stop_requested)
        self._theme.changed.connect(self._restyle)
        QWidget.setTabOrder(self._editor, self._defer)
        QWidget.setTabOrder(self._defer, self._send)
        QWidget.setTabOrder(self._send, self._stop)

    def _name_parts(self) -> None:
        self._editor.setAccessibleName(self.tr("Message"))
        self._send.setAccessibleName(self.tr("Send"))
        self._stop.setAccessibleName(self.tr("Stop"))
        self._stop.setToolTip(self.tr("Stop (Esc)"))

    # -- what the window asks and tells

    def text(self) -> str:
        """What is written."""
        return self._editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Put a text in, with the cursor at its end; it is not told as a change of the draft."""
        self._editor.setPlainText(text)
        self._draft_timer.stop()
        self._editor.moveCursor(self._editor.textCursor().MoveOperation.End)

    def clear(self) -> None:
        """Empty the box, and tell that the draft is gone."""
        self.set_text("")
        self.draft_changed.emit("")

    def flush_draft(self) -> None:
        """Tell a change of the draft now that would be told soon."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self._emit_draft()

    def set_running(self, is_running: bool) -> None:
        """Show Stop instead of Send."""
        if is_running != self._is_running:
            had_focus = self._send.hasFocus() or self._stop.hasFocus()
            self._is_running = is_running
            self._show_state()
            if had_focus:
                self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_can_send(self, can_send: bool) -> None:
        """Whether there is anybody to send to."""
        self._can_send = can_send
        self._show_state()

    def set_can_defer(self, can_defer: bool) -> None:
        """Whether there is a service that takes a message now and answers later."""
        self._can_defer = can_defer
        self._show_state()

    def send_deferred(self) -> None:
        """Send what is written as a deferred request, where that can be done."""
        text = self.text()
        if (
            text.strip()
            and self._can_send
            and self._can_defer
            and not self._is_running
            and not self._is_editing
        ):
            self.defer_requested.emit(text)

    def set_editing(self, is_editing: bool) -> None:
        """Whether what is written takes the place of a message; said in a line above the box."""
        if is_editing == self._is_editing:
            return
        self._is_editing = is_editing
        self._note.setVisible(is_editing)
        self._show_state()
        self._editor.setAccessibleDescription(self._note.accessibleName() if is_editing else "")

    @cached_property
    def _note(self) -> ComposerNote:
        """The line above the box, made when a message is edited."""
        note = self._make_note("editing_note", "edit", self.tr("Cancel editing"), "cancel_editing")
        note.show_text(self.tr("Editing: the old version stays as a branch"))
        note.closed.connect(self.editing_cancelled)
        return note

    def set_options(self, text: str) -> None:
        """What the next question is asked with, said in a line above the box; an empty text hides the line."""
        if text or "_options" in self.__dict__:
            self._options.show_text(text)
            self._options.setVisible(bool(text))

    @cached_property
    def _options(self) -> ComposerNote:
        """The line above the box, made when something is set for a question."""
        close = self.tr("Ask as the assistant is set")
        note = self._make_note("options_note", "settings", close, "drop_options")
        note.closed.connect(self.options_dropped)
        return note

    def _make_note(self, name: str, icon: str, close_text: str, close_name: str) -> ComposerNote:
        from desktop_app.widgets.composer_note import ComposerNote

        note = ComposerNote(self._theme, name, icon, close_text, close_name, self)
        self._column.insertWidget(0, note)
        return note

    def set_hint(self, text: str) -> None:
        """The quiet line below the box."""
        self._hint_text = text
        self._show_hint()

    def set_context(self, parts: Sequence[str], *, is_warning: bool = False) -> None:
        """What would be sent, the most important first; nothing hides the line, and so does a hint."""
        self._has_context = bool(parts)
        if parts:
            self._context.set_parts(parts, is_warning=is_warning)
        self._show_hint()

    @cached_property
    def _context(self) -> ContextCaption:
        """The line that tells what would be sent, made when there is something to tell."""
        from desktop_app.widgets.context_caption import ContextCaption

        line = ContextCaption(self._theme, self)
        line.clicked.connect(self.context_requested)
        self._under.insertWidget(0, line, 1, Qt.AlignmentFlag.AlignLeft)
        QWidget.setTabOrder(self._stop, line)
        return line

    def set_placeholder(self, text: str) -> None:
        """What stands in an empty box."""
        self._editor.setPlaceholderText(text)

    def set_sends_with_ctrl_enter(self, is_on: bool) -> None:
        """Ctrl+Enter sends and Enter begins a line."""
        self._editor.sends_with_ctrl_enter = is_on
        self._show_state()

    def focus(self) -> None:
        """Put the cursor into the box."""
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def has_focus(self) -> bool:
        """Whether what is typed goes into the box."""
        return self._editor.hasFocus()

    # -- inside

    def _submit(self) -> None:
        text = self.text()
        if text.strip() and self._can_send:
            self.send_requested.emit(text)

    def _cancel(self) -> None:
        if self._is_editing:
            self.editing_cancelled.emit()
        elif self._is_running:
            self.stop_requested.emit()

    def _on_focus_changed(self) -> None:
        if not self._editor.hasFocus():
            self.flush_draft()

    def _on_text_changed(self) -> None:
        if not self._draft_timer.isActive():
            self._draft_timer.start()
        self._fit()
        self._show_sendable()

    def _show_sendable(self) -> None:
        is_sendable = self._is_sendable()
        if is_sendable != self._send.isEnabled():
            self._send.setEnabled(is_sendable)
            self._send.setIcon(self._theme.icon("send", "onAccent" if is_sendable else "icon"))
        self._defer.setEnabled(is_sendable)

    def _emit_draft(self) -> None:
        self.draft_changed.emit(self.text())

    def _is_sendable(self) -> bool:
        if self._editor.is_empty() or not self._can_send:
            return False
        block = self._editor.document().begin()
        while block.isValid():  # the first line with words is enough; a long text is not copied for that
            if block.text().strip():
                return True
            block = block.next()
        return False

    def _show_state(self) -> None:
        self._send.setVisible(not self._is_running)
        self._stop.setVisible(self._is_running)
        self._defer.setVisible(self._can_defer and not self._is_running and not self._is_editing)
        self._show_sendable()
        key = self.tr("Ctrl+Enter") if self._editor.sends_with_ctrl_enter else self.tr("Enter")
        self._send.setToolTip(self.tr("Send (%1)").replace("%1", key))
        words = self.tr("%1 to queue · Esc to stop") if self._is_running else self.tr("%1 to send")
        self._keys.setText(words.replace("%1", key))
        self._show_hint()

    def _show_hint(self) -> None:
        is_context_shown = self._has_context and not self._hint_text and not self._is_editing
        self._hint.setVisible(not is_context_shown)
        if "_context" in self.__dict__:
            self._context.setVisible(is_context_shown)
        room = self._hint.width() if self._hint.width() > 0 else self.width()
        metrics = QFontMetrics(self._hint.font())
        self._hint.setText(metrics.elidedText(self._hint_text, Qt.TextElideMode.ElideRight, room))
        self._hint.setToolTip(self._hint_text if self._hint.text() != self._hint_text else "")

    # -- looks

    def _restyle(self) -> None:
        theme = self._theme
        self._box.setStyleSheet(theme.fill(RULES))
        font = theme.font("reading")
        self._editor.setFont(font)
        # WORKAROUND: under a style sheet the viewport, which draws the placeholder, keeps the font of before.
        self._editor.viewport().setFont(font)
        self._editor.document().setDefaultFont(font)
        side = theme.px("icon")
        for button in (self._send, self._stop):
            button.setIconSize(QSize(side, side))
        for label in (self._hint, self._keys):
            label.setFont(theme.font("caption", tabular=True))
            palette = label.palette()
            palette.setColor(label.foregroundRole(), theme.color("textSecondary"))
            label.setPalette(palette)
        self._hint.setMinimumWidth(1)
        edge = theme.px("spacing.1") + 2
        layout = self._box.layout()
        assert layout is not None
        layout.setContentsMargins(theme.px("spacing.3"), edge, edge, edge)
        layout.setSpacing(theme.px("spacing.1"))
        inset = theme.px("spacing.3")
        self._under.setContentsMargins(inset, 0, inset, 0)
        self._hint.setFixedHeight(theme.px("spacing.8"))
        self._place()
        self._fit()
        self._box.update()

    def _place(self) -> None:
        """The same two edges as the column of messages."""
        theme = self._theme
        width = max(1, min(theme.px("textColumn"), self.width() - 2 * theme.px("gap.pagePadding")))
        left = (self.width() - width) // 2
        right = self.width() - width - left
        self._column.setContentsMargins(left, theme.px("spacing.2"), right, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
        self._show_hint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._name_parts()
            self._show_state()

    def _fit(self) -> None:
        """As high as the text, up to ten lines."""
        line = QFontMetrics(self._editor.font()).lineSpacing()
        document = self._editor.document()
        lines = min(MAX_LINES, max(1, self._line_count()))
        control = self._theme.px("control")
        spare = max(0, (control - line) // 2)
        self._editor.setViewportMargins(0, spare, 0, spare)
        self._editor.setFixedHeight(max(control, lines * line + 2 * spare))
        is_full = document.blockCount() > MAX_LINES or self._line_count() > MAX_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_full else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._editor.setVerticalScrollBarPolicy(policy)

    def _line_count(self) -> int:
        """Lines on the screen, counted to one more than are shown."""
        document = self._editor.document()
        if document.isEmpty():
            return 1
        if document.blockCount() > MAX_LINES:
            return MAX_LINES + 1
        layout = document.documentLayout()
        count = 0
        block = document.begin()
        while block.isValid() and count <= MAX_LINES:
            layout.blockBoundingRect(block)  # lays it out
            count += max(1, block.layout().lineCount())
            block = block.next()
        return count
