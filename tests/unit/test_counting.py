from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.counting import GREATEST_RATIO, LEAST_RATIO, TokenRatio, estimate_tokens
from desktop_app.domain.ids import ConnectionId
from desktop_app.store.token_ratios import TokenRatioStore
from tests.databases import database_in

HERE = ConnectionId("here")


@given(st.text(max_size=50), st.text(max_size=50))
def test_more_text_is_never_fewer_tokens(first: str, second: str) -> None:
    assert estimate_tokens(first + second) >= max(estimate_tokens(first), estimate_tokens(second))
    assert (estimate_tokens(first) == 0) == (not first)


@given(st.lists(st.tuples(st.integers(-5, 10**9), st.integers(-5, 10**9)), max_size=30))
def test_a_ratio_stays_sane_whatever_is_counted(lessons: list[tuple[int, int]]) -> None:
    ratio = TokenRatio()
    for estimated, counted in lessons:
        ratio = ratio.after(estimated, counted)
    assert LEAST_RATIO <= ratio.value <= GREATEST_RATIO


def test_a_ratio_is_the_mean_of_what_was_counted() -> None:
    ratio = TokenRatio().after(1000, 1500)
    assert (ratio.value, ratio.reports) == (1.5, 1)
    assert ratio.after(1000, 1100).value == pytest.approx(1.3)


def test_another_tokenizer_is_learned_again() -> None:
    ratio = TokenRatio()
    for _ in range(500):
        ratio = ratio.after(1000, 1500)
    for _ in range(30):
        ratio = ratio.after(1000, 800)
    assert ratio.value == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(("estimated", "counted"), [(49, 500), (0, 10), (1000, 0), (1000, -1)])
def test_a_small_prompt_and_no_count_teach_nothing(estimated: int, counted: int) -> None:
    assert TokenRatio(1.2, 3).after(estimated, counted) == TokenRatio(1.2, 3)


async def test_each_model_of_a_connection_has_its_own_ratio(tmp_path: Path) -> None:
    with database_in(tmp_path) as database:
        await database.open()
        store = TokenRatioStore(database)
        assert await store.ratio(HERE, "m") == TokenRatio()
        assert await store.learn(HERE, "m", 10, 20) == TokenRatio()
        assert await store.learn(HERE, "m", 100, 150) == TokenRatio(1.5, 1)
        await store.learn(HERE, "m", 100, 200)
        assert await store.ratio(HERE, "m") == TokenRatio(1.75, 2)
        assert await store.ratio(HERE, "n") == TokenRatio()
        assert await store.ratio(ConnectionId("there"), "m") == TokenRatio()
