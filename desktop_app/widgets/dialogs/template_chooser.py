"""What a new assistant starts from: three templates and a blank one, as cards.

The instructions are short and plain, so that a tiny model can follow them and a large one is not held back.
"""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions
from desktop_app.widgets.dialogs.frame import Foot, IconLabel, StrongLabel, WrappedLabel, button
from desktop_app.widgets.theme import Theme


class Card(QPushButton):
    """A button as large as what it says: icon, title and up to three lines.  The theme draws the keyboard's ring."""

    def __init__(self, theme: Theme, name: str, icon: str, title: str, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setAutoDefault(True)
        three_lines = theme.px("spacing.4") * 2 + theme.px("spacing.1") + theme.line_height("caption") * 3
        self.setMinimumSize(QSize(theme.px("sidebarMin"), theme.line_height("ui") + three_lines))
        words = QVBoxLayout()
        words.setSpacing(theme.px("spacing.1"))
        words.addWidget(StrongLabel(theme, title, scale="ui"))
        words.addWidget(WrappedLabel(text, role="caption"))
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.px("spacing.4")] * 4)
        row.setSpacing(theme.px("spacing.3"))
        row.addWidget(IconLabel(theme, icon, "icon", theme.px("icon")), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """As large as the layout wants; a push button would ask its empty text."""
        layout = self.layout()
        return layout.sizeHint() if layout else super().sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("hairlineStrong"), 1))
        ground = "pressed" if self.isDown() else "hover" if self.underMouse() else "raised"
        painter.setBrush(self._theme.color(ground))
        radius = self._theme.px("radius.medium")
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class TemplateChooser(QDialog):
    """Asks what a new assistant starts from.

    Signals: ``chosen`` (AssistantSettings without a connection); the dialog closes by itself.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("template_chooser")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("New assistant"))
        px = theme.px
        grid = QGridLayout()
        grid.setSpacing(px("spacing.3"))
        for index, (name, icon, settings) in enumerate(self._templates()):
            title = settings.name or self.tr("Blank")
            card = Card(
                theme, name, icon, title, settings.description or self.tr("Write the instruction yourself.")
            )
            card.clicked.connect(lambda _=False, settings=settings: self._choose(settings))
            grid.addWidget(card, index // 2, index % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        body = QVBoxLayout()
        body.setContentsMargins(px("spacing.6"), px("spacing.5"), px("spacing.6"), px("spacing.6"))
        body.setSpacing(px("spacing.1"))
        head = WrappedLabel(self.tr("New assistant"), role="dialogTitle")
        body.addWidget(head)
        body.addWidget(
            WrappedLabel(self.tr("Start from a template; everything can be changed later."), role="secondary")
        )
        body.addSpacing(px("spacing.3"))
        body.addLayout(grid, 1)
        foot = Foot(theme, "template")
        cancel = button(self.tr("Cancel"), "template_cancel")
        cancel.clicked.connect(self.reject)
        foot.row.addStretch(1)
        foot.row.addWidget(cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(foot)
        self.resize(px("textColumn") - 80, px("details") + 20)

    def _choose(self, settings: AssistantSettings) -> None:
        self.chosen.emit(settings)
        self.accept()

    def _templates(self) -> list[tuple[str, str, AssistantSettings]]:
        """(objectName, icon, settings) of each card."""
        return [
            (
                "template_translator",
                "fork",
                AssistantSettings(
                    self.tr("Translator"),
                    self.tr("Puts any text into English, keeping its meaning and tone."),
                    self.tr(
                        "You are a translator. Translate the user's text into English. If it is English already, "
                        "translate it into the language the user asks for.\n\n"
                        "Keep the meaning, the tone, the names, the numbers and the line breaks. Do not explain, do "
                        "not answer questions in the text: reply with the translation only."
                    ),
                    completion=CompletionOptions(temperature=0.2),
                ),
            ),
            (
                "template_editor",
                "edit",
                AssistantSettings(
                    self.tr("Editor"),
                    self.tr("Makes a text clear and correct, then lists what was changed."),
                    self.tr(
                        "You are an editor. Improve the user's text: correct spelling and grammar, use short "
                        "sentences and plain words.\n\n"
                        "Keep the meaning, the facts and the language of the text. Reply with the improved text "
                        "first, then a short list of what you changed."
                    ),
                ),
            ),
            (
                "template_code",
                "tool",
                AssistantSettings(
                    self.tr("Code helper"),
                    self.tr("Explains code, finds faults in it and writes small programs."),
                    self.tr(
                        "You help with programming. Read the user's question and code with care.\n\n"
                        "Give working code in one block and say in a few sentences how it works. Name the mistakes "
                        "you see. If something is unclear, say what you assume. Say so when you do not know."
                    ),
                    completion=CompletionOptions(temperature=0.2),
                ),
            ),
            ("template_blank", "plus", AssistantSettings("")),
        ]
