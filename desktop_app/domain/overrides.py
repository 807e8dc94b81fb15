"""Settings for one question alone (the ``custom*`` fields of a Run of the AI Assistant API)."""

from dataclasses import dataclass, replace

from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    PromptTruncation,
    ResponseFormat,
)


@dataclass(frozen=True, slots=True)
class RunOverrides:
    """What one run does otherwise than its assistant; None leaves the assistant's."""

    model: str | None = None
    completion: CompletionOptions | None = None
    truncation: PromptTruncation | None = None
    response_format: ResponseFormat | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the settings that are set."""
        return tuple(
            name for name in ("model", "completion", "truncation", "response_format") if self._has(name)
        )

    def of(self, settings: AssistantSettings) -> AssistantSettings:
        """The settings in effect."""
        return replace(settings, **{name: getattr(self, name) for name in self.names})

    def _has(self, name: str) -> bool:
        return getattr(self, name) is not None
