"""Pictures of the assistant's settings to look at: every page, with and without problems.

Run: python -m tests.gui.gallery_assistant FOLDER [STATE ...], with the options of tests/gui/gallery.py.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from desktop_app.domain.assistants import (
    Assistant,
    AssistantSettings,
    AssistantVersion,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    ResponseFormat,
    VersionUse,
)
from desktop_app.domain.connections import Connection, ConnectionKind, Model
from desktop_app.domain.context import ContextPreview, ContextRow, Counted
from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId, ThreadId
from desktop_app.domain.threads import Author, ThreadSummary
from desktop_app.domain.tools import Command, Function
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.theme import Theme
from tests.gui.gallery import draw, scroll_down
from tests.gui.parts import click, find

GENERAL, INSTRUCTION, MODEL, CONTEXT, TOOLS, LIFETIME, VERSIONS = range(7)
NOW = datetime.now(UTC)
GATEWAY = Connection(
    ConnectionId("gateway"), ConnectionKind.CHAT, "Team gateway", "https://llm.example.org/v1"
)
OLD = "You read contracts. Quote the clause. Answer in at most five sentences and name what is missing."
NEW = (
    "You are a careful reader of contracts, and today is {{date}}.\n\nQuote the clause word for word before you judge"
    " it. Answer in at most three sentences and name what is missing.\n\nWrite to {{user}} in {{language}}."
)
SCHEMA = """{
  "type": "object",
  "properties": {
    "clause": {"type": "string"},
    "risk": {"type": "integer"}
  }
}"""
FIRST = AssistantSettings(
    "Contract reader",
    "Reads contracts and says what is missing.",
    OLD,
    GATEWAY.id,
    "qwen3-32b",
    PromptTruncation(6000),
    CompletionOptions(0.7),
    labels=(("team", "legal"), ("language", "en")),
)
SETTINGS = replace(
    FIRST,
    instruction=NEW,
    completion=CompletionOptions(0.3, 900),
    truncation=PromptTruncation(6000, 12),
    expiration=Expiration(30),
    labels=(("team", "legal"), ("stage", "trial")),
    response_format=ResponseFormat(FormatKind.JSON_SCHEMA, SCHEMA),
    functions=(
        Function("find_clause", "Finds a clause by its number", command=Command("/usr/local/bin/clauses")),
    ),
)
MADE = NOW - timedelta(days=12)
ASSISTANT = Assistant(AssistantId("reader"), 4, SETTINGS, MADE, NOW, NOW - timedelta(days=2))
VERSIONS_LISTED = [
    AssistantVersion(4, SETTINGS, "Shorter, with a function for clauses", NOW - timedelta(hours=3)),
    AssistantVersion(3, replace(FIRST, instruction=NEW), "", NOW - timedelta(days=3)),
    AssistantVersion(
        2, replace(FIRST, name="Reader"), "A better name, since nobody found it under the old one", MADE
    ),
    AssistantVersion(1, replace(FIRST, name="Test", description=""), "", MADE),
]
USES = [
    VersionUse(3, ThreadId("a"), "Lease of the office in Kazan", MessageId("a1"), 12),
    VersionUse(3, ThreadId("b"), "Supplier's terms, second reading", MessageId("b1"), 2),
    VersionUse(1, ThreadId("a"), "Lease of the office in Kazan", MessageId("a2"), 1),
]
THREADS = [
    ThreadSummary(ThreadId(name), name, ASSISTANT.id, "", "", NOW)
    for name in ("Lease of the office in Kazan", "Supplier's terms, second reading")
]
STARTS = (
    "What does clause 4.2 say about the deposit?",
    "Clause 4.2: “The deposit is returned within 30 days.” It does not say from which day they count.",
    "And who pays for repairs?",
    "Clause 7 leaves it open; the law of the place applies.",
    "Thanks. What is missing altogether?",
    "A clause about the end of the lease before its time.",
)
PREVIEW = ContextPreview(
    tuple(
        ContextRow(
            MessageId(str(n)), Author.ASSISTANT if n % 2 else Author.USER, start, len(start) // 4 + 4, n > 1
        )
        for n, start in enumerate(STARTS)
    ),
    4,
    6,
    MessageId("2"),
    1180,
    6000,
    Counted.LEARNED,
    412,
    96,
)


def tab(dialog: AssistantDialog, index: int) -> None:
    dialog._pages.tabs.setCurrentIndex(index)


def area(dialog: AssistantDialog, name: str) -> QPlainTextEdit:
    return find(dialog, QPlainTextEdit, name)


def general_wrong(dialog: AssistantDialog) -> None:
    find(dialog, QLineEdit, "assistant_name").setText("n" * 101)
    area(dialog, "assistant_labels").setPlainText("team = legal\nteam = sales")


def expanded(dialog: AssistantDialog) -> None:
    tab(dialog, INSTRUCTION)
    click(dialog, "assistant_expand")
    dialog.set_expanded(
        NEW.replace("{{date}}", "2026-03-01").replace("{{user}}", "ann").replace("{{language}}", "English")
    )


def unknown(dialog: AssistantDialog) -> None:
    tab(dialog, INSTRUCTION)
    area(dialog, "assistant_instruction").insertPlainText("{{nmae}} ")


def variables(dialog: AssistantDialog) -> None:
    tab(dialog, INSTRUCTION)
    click(dialog, "assistant_variables")


def model(dialog: AssistantDialog, schema: str = SCHEMA) -> None:
    tab(dialog, MODEL)
    dialog.set_models(GATEWAY.id, (Model("qwen3-32b", context_tokens=32_768), Model("gemma-3-27b")))
    area(dialog, "assistant_schema").setPlainText(schema)
    scroll_down(dialog._pages.model)


def context(dialog: AssistantDialog) -> None:
    tab(dialog, CONTEXT)
    dialog.set_threads(THREADS)
    dialog.set_preview(PREVIEW)


def versions(dialog: AssistantDialog, number: int = 3) -> None:
    tab(dialog, VERSIONS)
    dialog.set_versions(VERSIONS_LISTED, USES)
    dialog._pages.versions._list.select(number)
    dialog._pages.versions._chosen_changed()


def restored(dialog: AssistantDialog) -> None:
    versions(dialog, 2)
    click(dialog, "assistant_restore")
    restored = VERSIONS_LISTED[2].settings
    dialog.set_saved(replace(ASSISTANT, version=5, settings=restored))
    dialog.set_versions([AssistantVersion(5, restored, "Version 2 restored", NOW), *VERSIONS_LISTED], USES)


def failed(dialog: AssistantDialog) -> None:
    area(dialog, "assistant_description").insertPlainText("New. ")
    click(dialog, "assistant_save")
    dialog.set_save_failed("The disk is full.")


def question(dialog: AssistantDialog) -> None:
    failed(dialog)
    dialog.reject()


def static(dialog: AssistantDialog) -> None:
    tab(dialog, LIFETIME)
    policy = find(dialog, QComboBox, "assistant_expiration_policy")
    policy.setCurrentIndex(
        [ExpirationPolicy.SINCE_LAST_ACTIVE, ExpirationPolicy.STATIC].index(ExpirationPolicy.STATIC)
    )


STATES: dict[str, Callable[[AssistantDialog], object]] = {
    "general": lambda dialog: None,
    "general-wrong": general_wrong,
    "instruction": lambda dialog: tab(dialog, INSTRUCTION),
    "instruction-unknown": unknown,
    "instruction-expanded": expanded,
    "variables": variables,
    "model": model,
    "model-wrong": lambda dialog: model(dialog, SCHEMA.replace('"integer"', '"intger"')),
    "context": context,
    "context-empty": lambda dialog: tab(dialog, CONTEXT),
    "tools": lambda dialog: tab(dialog, TOOLS),
    "lifetime": lambda dialog: tab(dialog, LIFETIME),
    "lifetime-static": static,
    "versions": versions,
    "versions-newest": lambda dialog: versions(dialog, 4),
    "versions-restored": restored,
    "failed": failed,
    "question": question,
}


def show(theme: Theme, state: str) -> AssistantDialog:
    dialog = AssistantDialog(theme)
    dialog.edit(ASSISTANT, SETTINGS, [GATEWAY])
    STATES[state](dialog)
    return dialog


if __name__ == "__main__":
    draw(STATES, show)
