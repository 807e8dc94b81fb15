"""What the model sees, against a slow reference that tries every start."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.assistants import PromptTruncation
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.prompt import TOKENS_A_MESSAGE, Cut, cut, estimate_tokens
from desktop_app.domain.threads import Author, Message, Status

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def message(index: int, author: Author, text: str) -> Message:
    return Message(MessageId(str(index)), ThreadId("t"), author, text, Status.COMPLETED, NOW, index)


THREADS = st.lists(
    st.tuples(
        st.sampled_from([Author.USER, Author.ASSISTANT]), st.sampled_from(["", "a", "word " * 3, "ёж " * 9])
    ),
    max_size=12,
).map(lambda rows: [message(index, *row) for index, row in enumerate(rows)])
TRUNCATIONS = st.builds(PromptTruncation, st.integers(1, 80), st.none() | st.integers(1, 8))
INSTRUCTIONS = st.sampled_from(["", "Be brief.", "Отвечай кратко и по делу."])


def cost(messages: list[Message], instruction: str) -> int:
    return estimate_tokens(instruction) + sum(estimate_tokens(m.text) + TOKENS_A_MESSAGE for m in messages)


def slow(messages: list[Message], truncation: PromptTruncation, instruction: str) -> list[Message]:
    """The longest end of the thread that fits, that has the last question, and that begins with no orphaned reply."""
    spoken = [m for m in messages if m.text]
    questions = [index for index, m in enumerate(spoken) if m.author is Author.USER]
    must = questions[-1] if questions else 0
    for start in range(must + 1):
        part = spoken[start:]
        fits = cost(part, instruction) <= truncation.max_prompt_tokens
        few = truncation.last_messages is None or len(part) <= truncation.last_messages
        begins_well = start == must or part[0].author is Author.USER
        if begins_well and (start == must or (fits and few)):
            return part
    return spoken[must:]


@given(THREADS, TRUNCATIONS, INSTRUCTIONS)
def test_the_part_that_is_sent_is_the_longest_that_fits(
    messages: list[Message], truncation: PromptTruncation, instruction: str
) -> None:
    found = cut(messages, truncation, instruction)
    assert list(found.messages) == slow(messages, truncation, instruction)


@given(THREADS, TRUNCATIONS, INSTRUCTIONS)
def test_what_is_said_about_the_part_is_true(
    messages: list[Message], truncation: PromptTruncation, instruction: str
) -> None:
    found = cut(messages, truncation, instruction)
    spoken = [m for m in messages if m.text]
    assert found.dropped == len(spoken) - len(found.messages)
    assert found.tokens == cost(list(found.messages), instruction)
    assert found.ids == tuple(m.id for m in found.messages)


@given(THREADS, TRUNCATIONS)
def test_the_last_question_is_always_sent(messages: list[Message], truncation: PromptTruncation) -> None:
    questions = [m for m in messages if m.text and m.author is Author.USER]
    if questions:
        assert questions[-1] in cut(messages, truncation).messages


def test_nothing_said_is_nothing_sent() -> None:
    assert cut([message(0, Author.USER, "")], PromptTruncation()) == Cut((), 0, 0)


@given(st.text(max_size=50), st.text(max_size=50))
def test_more_text_is_never_fewer_tokens(first: str, second: str) -> None:
    assert estimate_tokens(first + second) >= max(estimate_tokens(first), estimate_tokens(second))
    assert (estimate_tokens(first) == 0) == (not first)
