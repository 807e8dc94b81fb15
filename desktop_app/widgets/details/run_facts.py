"""What is known of a reply and of the run that wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.threads import Run
from desktop_app.widgets.amounts import money, number
from desktop_app.widgets.details.facts import Facts
from desktop_app.widgets.details.words import DetailWords
from desktop_app.widgets.dialogs.frame import Callout, StrongLabel
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.error_texts import ErrorTexts

if TYPE_CHECKING:
    from desktop_app.qt.details_intents import ReplyRead


class RunFacts(QWidget):
    """Who answered with what settings, what the model was given, what it took, how it ended.

    ``version_requested(str, int)``: an assistant and its version.  ``run_context_wanted(Run)``: what this run
    was given is to be seen in the thread.
    """

    version_requested = Signal(str, int)
    run_context_wanted = Signal(object)

    def __init__(self, theme: Theme, read: ReplyRead) -> None:
        super().__init__()
        self._words = DetailWords(self)
        self._facts = Facts(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addWidget(StrongLabel(theme, self.tr("Reply"), scale="ui"))
        self._facts.add(self.tr("Finish"), self._words.finish(read.message.status), object_name="run_finish")
        if run := read.run:
            self._add_problem(theme, column, run)
            self._add_assistant(run)
            self._add_settings(run, read.version)
            self._add_context(run)
            self._add_usage(run)
            self._add_times(run)
            self._add_names(run)
        else:
            self._facts.add(self.tr("Time"), self._words.moment(read.message.created_at))
        column.addWidget(self._facts)

    def _add_problem(self, theme: Theme, column: QVBoxLayout, run: Run) -> None:
        if run.error:
            texts = ErrorTexts(self)
            callout = Callout(theme, "error")
            callout.setObjectName("run_error")
            callout.show_text(texts.explain(run.error).title, texts.details(run.error))
            column.addWidget(callout)

    def _add_assistant(self, run: Run) -> None:
        text = " · ".join(filter(None, (run.settings.name, self._words.version(run))))
        assistant_id = run.assistant_id
        if assistant_id is None:
            self._facts.add(self.tr("Assistant"), text)
            return
        self._facts.add_link(
            self.tr("Assistant"),
            text,
            "run_version",
            lambda: self.version_requested.emit(assistant_id, run.assistant_version),
        )

    def _add_settings(self, run: Run, version: AssistantSettings | None) -> None:
        """The settings in effect; what was set for this run alone says so, and what the version has."""
        usual = self._settings(version) if version else {}
        for name, (field, value) in self._settings(run.settings).items():
            _, before = usual.get(name, (field, ""))
            note = ""
            if field in run.details.overrides and value != before:
                note = self.tr("for this question alone")
                if before:
                    note = self.tr("for this question alone; usually %1").replace("%1", before)
            self._facts.add(name, value, note=note)

    def _settings(self, settings: AssistantSettings) -> dict[str, tuple[str, str]]:
        """By its name each setting that a run can have of its own: the field it belongs to, and its value in words."""
        words, completion = self._words, settings.completion
        return {
            self.tr("Model"): ("model", settings.model),
            self.tr("Temperature"): ("completion", words.temperature(completion)),
            self.tr("Reply at most"): ("completion", words.max_tokens(completion)),
            self.tr("Reasoning"): ("completion", words.reasoning(completion.reasoning)),
            self.tr("Format"): ("response_format", words.response_format(settings.response_format)),
            self.tr("Context"): ("truncation", words.truncation(settings.truncation)),
        }

    def _add_context(self, run: Run) -> None:
        details, seen = run.details, len(run.seen)
        if seen:
            text = self.tr("%1 of %Ln message(s)", "", seen + details.dropped).replace("%1", number(seen))
            self._facts.add_link(self.tr("Sent"), text, "run_seen", lambda: self.run_context_wanted.emit(run))
        if details.fragments:
            self._facts.add(self.tr("From files"), self.tr("%Ln fragment(s)", "", details.fragments))

    def _add_usage(self, run: Run) -> None:
        expected, usage = run.details.prompt_tokens, run.used
        if expected:
            self._facts.add(self.tr("Tokens expected"), f"~{number(expected)}")
        if usage:
            self._facts.add(
                self.tr("Tokens read"), number(usage.prompt_tokens), object_name="run_tokens_read"
            )
            self._facts.add(self.tr("Tokens written"), number(usage.completion_tokens))
        if rephrasing := run.details.rephrasing:
            tokens = number(rephrasing.prompt_tokens + rephrasing.completion_tokens)
            self._facts.add(self.tr("Of these for the search"), tokens, object_name="run_tokens_search")
        if run.details.cost:
            self._facts.add(self.tr("Cost"), money(run.details.cost), object_name="run_cost")

    def _add_times(self, run: Run) -> None:
        self._facts.add(self.tr("Asked"), self._words.moment(run.started_at))
        self._facts.add(self.tr("First word after"), self._words.seconds(run.started_at, run.first_text_at))
        self._facts.add(self.tr("Took"), self._words.seconds(run.started_at, run.ended_at))

    def _add_names(self, run: Run) -> None:
        self._facts.add_copied(
            self.tr("Request"), run.details.request_id, self.tr("Copy the request's id"), "copy_request_id"
        )
        self._facts.add_copied(
            self.tr("Name at the service"),
            run.remote_id,
            self.tr("Copy the name at the service"),
            "copy_remote_id",
        )
