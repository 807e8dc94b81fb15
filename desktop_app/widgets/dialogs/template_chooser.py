"""What a new assistant starts from: three templates and a blank one, as cards.

The instructions are short and plain, so that a tiny model can follow them and a large one is not held back.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions
from desktop_app.domain.drafts import AssistantDraft
from desktop_app.widgets.dialogs.card import Card
from desktop_app.widgets.dialogs.frame import Callout, Foot, WrappedLabel, button
from desktop_app.widgets.theme import Theme


class TemplateChooser(QDialog):
    """Asks what a new assistant starts from.

    Signals: ``chosen`` (AssistantSettings without a connection); ``go_on_requested`` with the AssistantDraft that was
    offered.  The dialog closes by itself.
    """

    chosen = Signal(object)
    go_on_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("template_chooser")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("New assistant"))
        self._draft: AssistantDraft | None = None
        self._kept = Callout(theme, "info")
        self._kept.setObjectName("template_kept")
        go_on = button(self.tr("&Go on"), "template_go_on")
        go_on.clicked.connect(self._go_on)
        self._kept.row.addWidget(go_on)
        px = theme.px
        self._kept_row = QWidget()
        around = QVBoxLayout(self._kept_row)
        around.setContentsMargins(0, 0, 0, px("spacing.3"))
        around.addWidget(self._kept)
        self._kept_row.hide()
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
        body.addWidget(self._kept_row)
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

    def offer(self, draft: AssistantDraft) -> None:
        """Say that an assistant that was being made is kept, and that a new one would take its place."""
        self._draft = draft
        if name := draft.settings.name.strip():
            text = self.tr("“%1”, which you were making, was kept. A new assistant would take its place.")
        else:
            text = self.tr("An assistant you were making was kept. A new one would take its place.")
        self._kept.show_text(text.replace("%1", name))
        if self._kept_row.isHidden():
            self._kept_row.show()
            self.resize(self.width(), self.height() + self._kept_row.sizeHint().height())

    def _go_on(self) -> None:
        self.go_on_requested.emit(self._draft)
        self.accept()

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
