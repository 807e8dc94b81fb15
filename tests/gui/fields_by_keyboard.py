"""The fields of an assistant, a thread and a run: how each is filled at its limits, and what is too much.

The records at their limits are what is said once all steps of a table were taken in order.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from desktop_app.domain.assistants import (
    DESCRIPTION_LIMIT,
    INSTRUCTION_LIMIT,
    LABEL_LIMIT,
    LABELS_LIMIT,
    MESSAGES_LIMIT,
    NAME_LIMIT,
    SCHEMA_LIMIT,
    TOKENS_LIMIT,
    TTL_DAYS_LIMIT,
    AssistantSettings,
    CompletionOptions,
    ExpirationPolicy,
    FormatKind,
    Reasoning,
)
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.tools import (
    COMMAND_ARGUMENTS_LIMIT,
    FUNCTION_DESCRIPTION_LIMIT,
    FUNCTION_NAME_LIMIT,
    OUTPUT_LIMIT_KB,
    PARAMETERS_LIMIT,
    SEARCH_INSTRUCTION_LIMIT,
    SEARCH_RESULTS_LIMIT,
    TIME_LIMIT_S,
    CallStrategy,
    Command,
    Function,
    SearchTool,
)
from tests.contract.suite import AssistantApi
from tests.contract.test_every_field import CANARY, Case
from tests.gui.records_at_limits import (
    ASSISTANT,
    COMMAND,
    FUNCTION,
    LABELS,
    REPLY_SCHEMA,
    RUN,
    SEARCH,
    THREAD,
    tool,
    value_of,
)
from tests.gui.typist import Choice, Entry

Wrong = tuple[str, str]
Other = tuple[Entry, Any]


@dataclass(frozen=True)
class Field:
    """A step of filling a form in: the control ``name`` is made to say ``entry``.

    ``path`` is what that is in the record; without one the step only opens the way to others.  ``wrong`` are entries
    that are not taken, with what has to be in the sentence that says why; ``others`` are taken, with what they are in
    the record.  ``needs`` are the steps to be taken before, by their names, and ``then`` those without which the entry
    cannot be saved.
    """

    name: str
    entry: Entry
    path: str = ""
    wrong: tuple[Wrong, ...] = ()
    others: tuple[Other, ...] = ()
    page: str = ""
    needs: tuple[str, ...] = ()
    then: tuple[str, ...] = ()

    def taken(self, record: Any) -> Iterator[tuple[Entry, Any, tuple[str, ...]]]:
        """Entries that are taken, what each is in the record, and what has to follow it; ``record`` has the first."""
        yield self.entry, value_of(record, self.path), self.then
        for entry, value in self.others:
            yield entry, value, ()


def text(name: str, path: str, said: str, limit: int, *wrong: Wrong, others: tuple[Other, ...] = ()) -> Field:
    """A text at its limit, and one character more."""
    assert len(said) == limit
    return Field(name, said, path, ((f"{said}s", f"at most {limit} characters"), *wrong), others)


def number(name: str, path: str, limit: int, *, can_be_none: bool = False) -> Field:
    """A number at its limits, and one beyond each."""
    zero: tuple[Wrong, ...] = () if can_be_none else (("0", "at least 1."),)
    none: tuple[Other, ...] = (("0", None),) if can_be_none else ()
    return Field(name, str(limit), path, (*zero, (str(limit + 1), f"at most {limit}.")), (("1", 1), *none))


def choice(name: str, path: str, chosen: str, others: Mapping[str, Any], then: tuple[str, ...] = ()) -> Field:
    """An entry of a list, and all others."""
    kept = tuple((Choice(text), value) for text, value in others.items())
    return Field(name, Choice(chosen), path, others=kept, then=then)


def after(needs: str, *made: Field) -> list[Field]:
    """Fields that are only there after a step; that is among them."""
    return [replace(one, needs=(needs, *one.needs)) if one.name != needs else one for one in made]


def on(page: str, *made: Field) -> list[Field]:
    """Fields of a page."""
    return [replace(one, page=page) for one in made]


EMPTY = ("", "cannot be empty")
NOT_JSON = ("[]", "not a JSON object")
LABELS_TYPED = "\n".join(f"{key} = {value}" for key, value in LABELS)
LABELS_WRONG: tuple[Wrong, ...] = (
    (f"{LABELS_TYPED}\none = more", f"at most {LABELS_LIMIT} labels"),
    ("k" * (LABEL_LIMIT + 1), f"at most {LABEL_LIMIT} characters"),
    ("a = " + "v" * (LABEL_LIMIT + 1), f"at most {LABEL_LIMIT} characters"),
    ("a = b\na = c", "same key"),
    ("= b", "needs a key"),
)
TOOLS_WRONG: tuple[Wrong, ...] = tuple((one, "not a JSON list") for one in ("{", "1", "[1]", "[{"))


def general(prefix: str, said: AssistantSettings | ThreadSettings, *names: Field) -> list[Field]:
    """Name, description and labels."""
    labels: tuple[Other, ...] = (("", ()), ("a\nb=", (("a", ""), ("b", ""))))
    return [
        *names,
        text(f"{prefix}_description", "description", said.description, DESCRIPTION_LIMIT, others=(("", ""),)),
        Field(f"{prefix}_labels", LABELS_TYPED, "labels", LABELS_WRONG, labels),
    ]


def lifetime(prefix: str) -> list[Field]:
    """Days, and what they are counted from."""
    used = {"After it was last used": ExpirationPolicy.SINCE_LAST_ACTIVE}
    return after(
        f"{prefix}_lifetime",
        Field(f"{prefix}_lifetime", True),
        number(f"{prefix}_ttl_days", "expiration.ttl_days", TTL_DAYS_LIMIT),
        choice(f"{prefix}_expiration_policy", "expiration.policy", "After it was made", used),
    )


def other_tools() -> list[Field]:
    """The list of other tools behind its button."""
    typed = json.dumps([json.loads(tool(CANARY))] * 2)
    opening = Field("other_tools_open", True)
    others: tuple[Other, ...] = (("", ()), (tool("one"), (tool("one"),)))
    return after(opening.name, opening, Field("other_tools", typed, "other_tools", TOOLS_WRONG, others))


def reasoning() -> Field:
    """How much is thought before a reply."""
    levels = {"A little": Reasoning.LOW, "Some": Reasoning.MEDIUM, "Up to the model": Reasoning.OFF}
    return choice("assistant_reasoning", "completion.reasoning", "Much", levels)


def answering(model: str, hottest: int) -> list[Field]:
    """What else is asked of a model, in a service with this range of temperatures."""
    hotter = (f"{hottest}.01", f"at most {hottest}.")
    kinds = {"Text": FormatKind.TEXT, "A JSON object": FormatKind.JSON_OBJECT}
    return [
        Field("assistant_model", model, "model", others=(("", ""), ("a/b:c", "a/b:c"))),
        Field("assistant_temperature", str(hottest), "completion.temperature", (hotter,), (("0.35", 0.35),)),
        number("assistant_max_tokens", "completion.max_tokens", TOKENS_LIMIT, can_be_none=True),
        *after(
            "assistant_format",
            choice(
                "assistant_format", "response_format.kind", "JSON by a schema", kinds, ("assistant_schema",)
            ),
            text("assistant_schema", "response_format.schema", REPLY_SCHEMA, SCHEMA_LIMIT, EMPTY, NOT_JSON),
        ),
    ]


def truncation(prefix: str) -> list[Field]:
    """How much of a thread is sent."""
    return [
        number(f"{prefix}_max_prompt_tokens", "truncation.max_prompt_tokens", TOKENS_LIMIT),
        *after(
            f"{prefix}_truncation",
            Field(f"{prefix}_truncation", Choice("Only the last messages")),
            number(f"{prefix}_last_messages", "truncation.last_messages", MESSAGES_LIMIT),
        ),
    ]


def function(said: Function, command: Command) -> list[Field]:
    """A function, and the program that answers for it; at last its editor is closed."""
    bound = "functions.0.command"
    arguments, name_limit = "\n".join(command.arguments), FUNCTION_NAME_LIMIT
    many = (f"{arguments}\nanother", f"at most {COMMAND_ARGUMENTS_LIMIT}.")
    return after(
        "function_add",
        Field("function_add", None),
        text("function_name", "functions.0.name", said.name, name_limit, EMPTY, ("a b", "Latin letters")),
        text("function_description", "functions.0.description", said.description, FUNCTION_DESCRIPTION_LIMIT),
        text("function_parameters", "functions.0.parameters", said.parameters, PARAMETERS_LIMIT, NOT_JSON),
        Field("function_strict", True, "functions.0.is_strict", others=((False, False),)),
        *after(
            "function_source",
            Field("function_source", Choice("A program on this computer")),
            *after(
                "command_program",
                Field("command_program", command.program, f"{bound}.program", (EMPTY,)),
                Field("command_arguments", arguments, f"{bound}.arguments", (many,), (("", ()),)),
                number("command_time_limit", f"{bound}.time_limit_s", TIME_LIMIT_S),
                number("command_output_limit", f"{bound}.output_limit_kb", OUTPUT_LIMIT_KB),
            ),
        ),
        Field("function_back", None),
    )


def search(said: SearchTool) -> list[Field]:
    """The search in files: in those of a service that has them."""
    always, told = {"For every question": CallStrategy.ALWAYS}, ("search_instruction",)
    name = text("search_name", "search.name", said.name, FUNCTION_NAME_LIMIT, EMPTY, ("Ё", "Latin letters"))
    return after(
        "search_on",
        Field("search_on", True),
        *after(
            "search_strategy",
            choice("search_strategy", "search.strategy", "When the model asks for it", always, told),
            replace(name, then=told),
            text(
                "search_instruction", "search.instruction", said.instruction, SEARCH_INSTRUCTION_LIMIT, EMPTY
            ),
        ),
        number("search_results", "search.max_results", SEARCH_RESULTS_LIMIT),
        Field("search_rephraser", said.rephraser, "search.rephraser", others=(("", ""),)),
        Field("search_indexes", CANARY, "search.index_ids", others=(("", ()), ("a\nb", ("a", "b")))),
    )


ASSISTANT_FIELDS = [
    *on(
        "General",
        *general("assistant", ASSISTANT, text("assistant_name", "name", ASSISTANT.name, NAME_LIMIT, EMPTY)),
    ),
    *on(
        "Instruction",
        text(
            "assistant_instruction",
            "instruction",
            ASSISTANT.instruction,
            INSTRUCTION_LIMIT,
            others=(("", ""),),
        ),
    ),
    # Asked for before the connection is one whose service cannot be told.
    *on("Model", reasoning()),
    *after(
        "assistant_connection",
        *on(
            "Model",
            Field("assistant_connection", Choice(AssistantApi.name), "connection_id"),
            *answering(ASSISTANT.model, hottest=1),
        ),
        *on("Tools", *function(FUNCTION, COMMAND), *search(SEARCH), *other_tools()),
    ),
    *on("Context", *truncation("assistant")),
    *on("Lifetime", *lifetime("assistant")),
]
THREAD_FIELDS = [
    *general(
        "thread", THREAD, text("thread_name", "name", THREAD.name, THREAD_NAME_LIMIT, others=(("", ""),))
    ),
    *lifetime("thread"),
    *other_tools(),
]
RUN_FIELDS = [*answering("otherwise", hottest=2), reasoning(), *truncation("run")]


def run_fields(case: Case) -> list[Field]:
    """What a service has of the settings for a run."""
    answer = answering("otherwise", hottest=int(case.max_temperature))
    return [*answer, *([reasoning()] if case.thinks else []), *truncation("run")]


def run_at_limits(case: Case) -> RunOverrides:
    """What is asked for once these are filled in."""
    thought = Reasoning.HIGH if case.thinks else Reasoning.OFF
    return replace(RUN, completion=CompletionOptions(case.max_temperature, TOKENS_LIMIT, thought))
