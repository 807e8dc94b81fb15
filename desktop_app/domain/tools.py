"""Tools: what an assistant may call, and what became of the calls.

A reply may take several rounds: the model calls functions, is given their results, and goes on.  The calls belong to
the reply's message, so that they are cut, copied, forked and deleted with it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FUNCTION_NAME_PATTERN = r"[A-Za-z0-9_-]{1,64}"
FUNCTION_NAME_LIMIT = 64
FUNCTION_DESCRIPTION_LIMIT = 10_000
FUNCTIONS_LIMIT = 128
PARAMETERS_LIMIT = 100_000
COMMAND_ARGUMENTS_LIMIT = 100
TIME_LIMIT_S = 3600
OUTPUT_LIMIT_KB = 10_000
SEARCH_RESULTS_LIMIT = 50
SEARCH_INSTRUCTION_LIMIT = 10_000

# How often the model may call before a reply is ended: a model that only repeats itself would never stop.
ROUNDS_LIMIT = 25

# What stands between the texts of two rounds of a reply.
BETWEEN_ROUNDS = "\n\n"

NO_PARAMETERS = '{\n  "type": "object",\n  "properties": {}\n}'


@dataclass(frozen=True, slots=True)
class Command:
    """A program on this machine that gives a function's results.

    It is started without a shell in a folder of its own, with these ``arguments`` and nothing of the call among them:
    the call's arguments come as JSON on its standard input.  What it prints until it ends is the result, cut at
    ``output_limit_kb``; at ``time_limit_s`` it is ended with all that it started.  Nitka does not confine it: it may do
    whatever the user may, and leave others running.
    """

    program: str
    arguments: tuple[str, ...] = ()
    time_limit_s: int = 30
    output_limit_kb: int = 64


@dataclass(frozen=True, slots=True)
class Function:
    """A function that the model may call; ``parameters`` is a JSON Schema of an object, as JSON text.

    Without a ``command`` the user is asked for each result.  ``is_strict`` asks services that can for arguments that
    keep to the schema (the AI Assistant API has no such field).
    """

    name: str
    description: str = ""
    parameters: str = NO_PARAMETERS
    is_strict: bool = False
    command: Command | None = None


class CallStrategy(StrEnum):
    """When files are searched (``callStrategy`` of the AI Assistant API)."""

    ALWAYS = "always"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class SearchTool:
    """Search in the assistant's files.

    With ALWAYS every question is searched for; with AUTO the model calls the search as the function ``name`` when
    ``instruction`` tells it to.  ``rephraser`` is the model that rewrites a question into a query: empty for none, a
    model of the assistant's connection otherwise.  ``index_ids`` are search indexes at a service that holds them
    (the AI Assistant API takes one); elsewhere the files on this machine are searched.
    """

    strategy: CallStrategy = CallStrategy.ALWAYS
    name: str = "search_files"
    instruction: str = ""
    max_results: int = 5
    rephraser: str = ""
    index_ids: tuple[str, ...] = ()


QUERY = """{
  "type": "object",
  "properties": {"query": {"type": "string", "description": "What to look for, in a few words"}},
  "required": ["query"]
}"""


def search_function(search: SearchTool) -> Function:
    """The search as a function that the model may call."""
    return Function(search.name, search.instruction, QUERY)


def offered(
    functions: tuple[Function, ...], search: SearchTool | None, *, has_files: bool
) -> tuple[Function, ...]:
    """What the model may call: the functions, and the search in files where it decides itself and there are some.

    A function of the user's that has the name of the search comes before it.
    """
    is_search = search and search.strategy is CallStrategy.AUTO and has_files
    if not search or not is_search or any(function.name == search.name for function in functions):
        return functions
    return (*functions, search_function(search))


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call as the model made it.

    ``key`` is ours and unique in the reply, since some services give no ids or repeat them; ``call_id`` is the
    service's.  ``arguments`` is JSON text as it came, which need not be JSON at all.
    """

    key: str
    name: str
    arguments: str
    call_id: str = ""


class CallStatus(StrEnum):
    """How far a call is; everything from DONE on is an ending, and has a result that the model is given.

    ASKED: the user has to approve it.  WANTED: the user has to fill the result in.  FAILED is also a call of a function
    that is not there or with arguments that are none.
    """

    ASKED = "asked"
    WANTED = "wanted"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DENIED = "denied"
    TIMED_OUT = "timed_out"
    STOPPED = "stopped"


CALLS_FOR_USER = frozenset({CallStatus.ASKED, CallStatus.WANTED})
OPEN_CALLS = CALLS_FOR_USER | {CallStatus.RUNNING}


@dataclass(frozen=True, slots=True)
class ToolStep:
    """A call of a reply and what became of it; times are aware UTC.

    ``round`` counts from 0; all calls of a round are answered together.  ``place`` is how many code points the reply
    had when they came.  ``result`` is what the model is given.  ``is_search``: the files were searched.  ``command``
    is what was started, for the record.  ``note`` is for the user alone (what the program wrote to its standard error).
    """

    call: ToolCall
    round: int
    place: int
    status: CallStatus
    result: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    is_search: bool = False
    command: Command | None = None
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the model still waits for it."""
        return self.status in OPEN_CALLS

    @property
    def waits_for_user(self) -> bool:
        """Whether the user has to decide over it or to fill its result in."""
        return self.status in CALLS_FOR_USER


class Decision(StrEnum):
    """What the user says to a call that asks; ALWAYS counts for this function of this assistant with this binding.

    UNATTENDED denies because there is no user who could be asked.
    """

    ONCE = "once"
    ALWAYS = "always"
    DENY = "deny"
    UNATTENDED = "unattended"


class Rule(StrEnum):
    """What happens to calls of a function: ASK unless the user decided otherwise."""

    ASK = "ask"
    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule as it is kept: ``about`` is the ``fingerprint`` of a function that was called ``name``."""

    about: str
    name: str
    rule: Rule


def fingerprint(function: Function) -> str:
    """What a rule is about: the function and exactly what it starts, and how; any change of it asks again."""
    import json
    from hashlib import sha256

    command = function.command
    bound = (
        [command.program, list(command.arguments), command.time_limit_s, command.output_limit_kb]
        if command
        else None
    )
    said = json.dumps([function.name, function.description, function.parameters, function.is_strict, bound])
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
