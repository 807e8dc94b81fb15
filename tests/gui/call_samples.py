"""Replies with calls and with sources, for pictures and tests of the messages pane."""

from dataclasses import replace
from datetime import timedelta

from desktop_app.domain.threads import Citation, Message, Status
from desktop_app.domain.tools import CallStatus, Command, ToolCall, ToolStep
from tests.gui.conversation import NOON, question, reply

PROGRAM = Command("/usr/bin/python3", ("/home/anna/tools/weather.py", "--units", "metric"))
HOSTILE = (
    '{"city": "Kazan\\u202egpj.exe\\u0000", "days": 3, "days": 4, "where": {"unit": "°C", "hours": [6, 18]}}'
)


def step(
    key: str,
    name: str,
    arguments: str,
    status: CallStatus,
    result: str = "",
    seconds: float | None = None,
    command: Command | None = None,
    note: str = "",
) -> ToolStep:
    """A call that took ``seconds``."""
    ended = NOON + timedelta(seconds=seconds) if seconds is not None else None
    return ToolStep(
        ToolCall(key, name, arguments),
        0,
        0,
        status,
        result,
        began_at=NOON if ended else None,
        ended_at=ended,
        command=command,
        note=note,
    )


def asked(
    key: str = "0:0", name: str = "weather", arguments: str = '{"city": "Kazan", "days": 3}'
) -> ToolStep:
    """A call of a program that has to be approved."""
    return step(key, name, arguments, CallStatus.ASKED, command=PROGRAM)


def wanted(key: str = "0:1", name: str = "ask_colleague") -> ToolStep:
    """A call whose result the user fills in."""
    return step(key, name, '{"question": "Is the discount of 7 % still agreed?"}', CallStatus.WANTED)


ENDED = (
    step("0:0", "weather", '{"city": "Kazan", "days": 3}', CallStatus.DONE,
         '{"temperature": 21, "sky": "clear"}', 1.24, PROGRAM, "cache miss"),
    step("0:1", "search_files", '{"query": "penalty for late delivery"}', CallStatus.DONE,
         "\n".join(f"[{n}] contract.pdf, page {n}: the penalty is counted from the price of the batch"
                   for n in range(1, 12)), 0.03),
    step("1:0", "pay_invoice", '{"number": "17/24", "amount": 124000.5}', CallStatus.DENIED,
         "The user did not allow this call.", 4.0, PROGRAM),
    step("1:1", "report", "{not json", CallStatus.FAILED, "The arguments are not a JSON object.", 0.0),
    step("1:2", "slow", "{}", CallStatus.TIMED_OUT, "The program did not end within 30 s.", 30.0, PROGRAM),
)  # fmt: skip

CITED_TEXT = """The penalty is **0.1 % of the price of the batch** for each day [1], and at most 10 % of it [2][3].

- A late delivery is counted from the day after the date in the specification [2].
- `array[1]` in code is no source, and neither is [9].

| Term | Penalty |
|---|---:|
| 10 days [1] | 12,400 |

Web pages say the same about courts."""
CITATIONS = (
    Citation("Supply agreement 17-24 (final).pdf", file_id="f1", page=3, number=1,
             fragment="7.3. For late delivery the Supplier pays a penalty of 0.1 % of the price of the batch that was "
                      "not delivered in time, for each day of the delay."),
    Citation("Supply agreement 17-24 (final).pdf", file_id="f1", page=7, number=2,
             fragment="The sum of penalties does not exceed 10 % of the price of the batch."),
    Citation("notes.md", file_id="f2", line=12, number=3, fragment="10 % is the ceiling, see the letter of May."),
    Citation("Reduction of penalties by a court", url="https://example.org/law/penalties/333",
             end=len(CITED_TEXT)),
    Citation("Everything that was read.txt", file_id="f3"),
)  # fmt: skip


def waiting(*steps: ToolStep, text: str = "Let me look that up.") -> list[Message]:
    """A thread whose reply waits for the user."""
    growing = replace(reply(1, text, Status.WRITING), steps=steps)
    return [question(0, "What will the weather be, and is the discount agreed?"), growing]


def used(*steps: ToolStep) -> list[Message]:
    """A thread whose reply has made calls."""
    answer = reply(
        1, "It will be clear in Kazan, 21 °C, and the penalty is counted from the price of the batch."
    )
    return [question(0, "What will the weather be?"), replace(answer, steps=steps or ENDED)]


def cited() -> list[Message]:
    """A thread whose reply names its sources."""
    return [question(0, "What is the penalty?"), replace(reply(1, CITED_TEXT), citations=CITATIONS)]
