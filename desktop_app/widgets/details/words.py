"""The words of the details: how a reply ended, how long it took, what was set."""

from datetime import datetime

from PySide6.QtCore import QLocale, QObject

from desktop_app.domain.assistants import (
    CompletionOptions,
    FormatKind,
    PromptTruncation,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.threads import Author, Run, Status
from desktop_app.qt.moments import day_and_time
from desktop_app.widgets.transcript.call_arguments import visible

SHOWN_LIMIT = 4000


class DetailWords(QObject):
    """Puts values into the words of the window's language."""

    def moment(self, moment: datetime) -> str:
        """A day and a time on this machine's clock."""
        return day_and_time(moment)

    def finish(self, status: Status) -> str:
        """How a reply ended, or how far it is."""
        match status:
            case Status.WRITING:
                return self.tr("being written")
            case Status.DEFERRED:
                return self.tr("waiting at the service")
            case Status.COMPLETED:
                return self.tr("complete")
            case Status.TRUNCATED:
                return self.tr("cut off at the length limit")
            case Status.FILTERED:
                return self.tr("withheld by the service")
            case Status.FAILED:
                return self.tr("failed")
            case Status.STOPPED:
                return self.tr("stopped by you")
            case Status.INTERRUPTED:
                return self.tr("interrupted")

    def author(self, author: Author) -> str:
        """Who wrote a message."""
        match author:
            case Author.USER:
                return self.tr("You")
            case Author.ASSISTANT:
                return self.tr("Assistant")
            case Author.TOOL:
                return self.tr("Tool")

    def version(self, run: Run) -> str:
        """The version that was asked: "v7"; nothing where it is not known."""
        return self.tr("v%1").replace("%1", str(run.assistant_version)) if run.assistant_version else ""

    def seconds(self, begin: datetime, end: datetime | None) -> str:
        """From one moment to another, nothing while the other is to come."""
        if end is None:
            return ""
        return self.tr("%1 s").replace("%1", QLocale().toString((end - begin).total_seconds(), "f", 1))

    def temperature(self, completion: CompletionOptions) -> str:
        """How freely the model chooses its words."""
        return QLocale().toString(completion.temperature, "g", 3)

    def reasoning(self, reasoning: Reasoning) -> str:
        """How much the model may think first."""
        match reasoning:
            case Reasoning.OFF:
                return self.tr("service default")
            case Reasoning.LOW:
                return self.tr("low")
            case Reasoning.MEDIUM:
                return self.tr("medium")
            case Reasoning.HIGH:
                return self.tr("high")

    def response_format(self, wanted: ResponseFormat) -> str:
        """What the reply had to be."""
        match wanted.kind:
            case FormatKind.TEXT:
                return self.tr("text")
            case FormatKind.JSON_OBJECT:
                return self.tr("JSON")
            case FormatKind.JSON_SCHEMA:
                return self.tr("JSON Schema")

    def max_tokens(self, completion: CompletionOptions) -> str:
        """The limit of the reply."""
        if completion.max_tokens is None:
            return self.tr("service default")
        return self.tr("%Ln token(s)", "", completion.max_tokens)

    def truncation(self, truncation: PromptTruncation) -> str:
        """How much of the thread the model could see."""
        budget = self.tr("%Ln token(s)", "", truncation.max_prompt_tokens)
        if truncation.last_messages is None:
            return budget
        return f"{budget}, " + self.tr("last %Ln message(s)", "", truncation.last_messages)

    def shortened(self, text: str) -> str:
        """The beginning of a text that may be very long, letter by letter: nothing in it can hide or turn words."""
        shown = visible(text[:SHOWN_LIMIT])
        if len(text) > SHOWN_LIMIT:
            shown += "\n" + self.tr("… and %Ln more character(s)", "", len(text) - SHOWN_LIMIT)
        return shown
