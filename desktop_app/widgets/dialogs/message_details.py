"""What is known of one message: who wrote it and when, with what, how long it took, how it ended."""

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from desktop_app.domain.threads import Author, Citation, Message, Run, sources
from desktop_app.qt.moments import whole_moment
from desktop_app.widgets.details.words import DetailWords
from desktop_app.widgets.dialogs.frame import Foot, Page, WrappedLabel, button
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.citations import SourceTexts
from desktop_app.widgets.transcript.error_texts import ErrorTexts

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class MessageDetails(QDialog):
    """Facts in two columns; every value can be selected, and all of them copied as lines of text."""

    def __init__(
        self, theme: Theme, message: Message, run: Run | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("message_details_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Message details"))
        self._theme = theme
        self._words, self._source_texts = DetailWords(self), SourceTexts(self)
        facts = (*self._of_message(message), *self._of_run(run))
        self._facts = [(name, value) for name, value in facts if value]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._page(), 1)
        column.addWidget(self._foot())
        self.resize(theme.px("textColumn") - 200, theme.px("sidebarMax"))

    def text(self) -> str:
        """The facts as lines, to be pasted elsewhere."""
        return "\n".join(f"{name}: {value}" for name, value in self._facts)

    def _of_message(self, message: Message) -> list[tuple[str, str]]:
        return [
            (self.tr("Author"), self._words.author(message.author)),
            (self.tr("Time"), whole_moment(message.created_at)),
            (
                self.tr("Finish"),
                self._words.finish(message.status) if message.author is not Author.USER else "",
            ),
            (self.tr("Sources"), "\n".join(self._source(one) for one in sources(message.citations))),
        ]

    def _of_run(self, run: Run | None) -> list[tuple[str, str]]:
        if run is None:
            return []
        locale = QLocale()
        usage = run.used
        return [
            (self.tr("Assistant"), self._assistant(run)),
            (self.tr("Model"), run.settings.model),
            (self.tr("Messages the model saw"), locale.toString(len(run.seen)) if run.seen else ""),
            (self.tr("Tokens read"), locale.toString(usage.prompt_tokens) if usage else ""),
            (self.tr("Tokens written"), locale.toString(usage.completion_tokens) if usage else ""),
            (self.tr("First word after"), self._words.seconds(run.started_at, run.first_text_at)),
            (self.tr("Took"), self._words.seconds(run.started_at, run.ended_at)),
            (self.tr("Name at the service"), run.remote_id),
            (self.tr("Problem"), ErrorTexts(self).details(run.error) if run.error else ""),
        ]

    def _assistant(self, run: Run) -> str:
        return " · ".join(filter(None, (run.settings.name, self._words.version(run))))

    def _source(self, citation: Citation) -> str:
        name = self._source_texts.name(citation)
        return f"{name} · {citation.url}" if citation.url not in ("", name) else name

    def _page(self) -> Page:
        theme = self._theme
        page = Page(theme)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px("spacing.6"))
        grid.setVerticalSpacing(theme.px("spacing.2"))
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._facts):
            shown = WrappedLabel(value)
            shown.setTextInteractionFlags(SELECTABLE)
            shown.setAccessibleName(f"{name}: {value}")
            label = WrappedLabel(name, role="caption")
            # Its smaller letters stand on one line with the value's.
            label.setContentsMargins(0, theme.px("spacing.half"), 0, 0)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTop)
        page.column.addLayout(grid)
        page.column.addStretch(1)
        return page

    def _foot(self) -> Foot:
        foot = Foot(self._theme, "message_details")
        copy = button(self.tr("&Copy"), "message_details_copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        close = button(self.tr("Close"), "message_details_close", kind="primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot.row.addStretch(1)
        foot.row.addWidget(copy)
        foot.row.addWidget(close)
        return foot
