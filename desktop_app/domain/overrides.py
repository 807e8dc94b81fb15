"""Settings for one question alone (the ``custom*`` fields of a Run of the AI Assistant API)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    PromptTruncation,
    ResponseFormat,
)
from desktop_app.domain.threads import Run

FIELDS = ("model", "completion", "truncation", "response_format")


@dataclass(frozen=True, slots=True)
class RunOverrides:
    """What one run does otherwise than its assistant; None leaves the assistant's."""

    model: str | None = None
    completion: CompletionOptions | None = None
    truncation: PromptTruncation | None = None
    response_format: ResponseFormat | None = None

    @classmethod
    def between(cls, settings: AssistantSettings, wanted: AssistantSettings) -> RunOverrides:
        """What makes ``wanted`` of ``settings``, as far as it can be set for one run."""
        return cls(
            **{
                name: getattr(wanted, name)
                for name in FIELDS
                if getattr(wanted, name) != getattr(settings, name)
            }
        )

    @classmethod
    def of_run(cls, run: Run) -> RunOverrides:
        """What ``run`` did otherwise than its assistant."""
        return cls(**{name: getattr(run.settings, name) for name in FIELDS if name in run.details.overrides})

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the settings that are set."""
        return tuple(name for name in FIELDS if getattr(self, name) is not None)

    def of(self, settings: AssistantSettings) -> AssistantSettings:
        """The settings in effect."""
        return replace(settings, **{name: getattr(self, name) for name in self.names})
