"""What is set for one question, in a few words."""

from PySide6.QtCore import QLocale, QObject

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions, FormatKind, Reasoning
from desktop_app.domain.overrides import RunOverrides
from desktop_app.widgets.amounts import number


class OverrideWords(QObject):
    """Like "temperature 0.9 · replies up to 800 tokens"."""

    def sentence(self, settings: AssistantSettings, overrides: RunOverrides) -> str:
        """How ``overrides`` differ from the ``settings`` of the assistant."""
        parts = [self.tr("model %1").replace("%1", overrides.model)] if overrides.model else []
        if overrides.completion:
            parts += self._completion(settings.completion, overrides.completion)
        if overrides.truncation:
            parts.append(self._truncation(settings, overrides))
        if overrides.response_format:
            is_text = overrides.response_format.kind is FormatKind.TEXT
            parts.append(self.tr("reply as text") if is_text else self.tr("reply as JSON"))
        return " · ".join(parts)

    def _completion(self, before: CompletionOptions, now: CompletionOptions) -> list[str]:
        parts = []
        if now.temperature != before.temperature:
            shown = QLocale().toString(now.temperature, "g", 3)
            parts.append(self.tr("temperature %1").replace("%1", shown))
        if now.max_tokens != before.max_tokens:
            parts.append(
                self.tr("reply up to %1 tokens").replace("%1", number(now.max_tokens))
                if now.max_tokens
                else self.tr("reply of any length")
            )
        if now.reasoning is not before.reasoning:
            parts.append(self._thinking(now.reasoning))
        return parts

    def _thinking(self, reasoning: Reasoning) -> str:
        match reasoning:
            case Reasoning.OFF:
                return self.tr("thinking up to the model")
            case Reasoning.LOW:
                return self.tr("a little thinking")
            case Reasoning.MEDIUM:
                return self.tr("some thinking")
            case Reasoning.HIGH:
                return self.tr("much thinking")

    def _truncation(self, settings: AssistantSettings, overrides: RunOverrides) -> str:
        now = overrides.truncation or settings.truncation
        parts = []
        if now.max_prompt_tokens != settings.truncation.max_prompt_tokens:
            parts.append(self.tr("prompt up to %1 tokens").replace("%1", number(now.max_prompt_tokens)))
        if now.last_messages != settings.truncation.last_messages:
            parts.append(
                self.tr("last %Ln message(s)", "", now.last_messages)
                if now.last_messages
                else self.tr("as many messages as fit")
            )
        return " · ".join(parts)
