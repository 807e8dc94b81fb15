from datetime import UTC, datetime

import pytest

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Price
from desktop_app.domain.costs import cost_of, cost_of_run
from desktop_app.domain.ids import MessageId, RunId, ThreadId
from desktop_app.domain.threads import Cost, Run, RunDetails, Status, Usage
from desktop_app.domain.tools import SearchTool

USAGE = Usage(2000, 500)
ANY = Price("", 1, 2, "RUB")


def test_a_cost_is_that_of_both_kinds_of_tokens() -> None:
    assert cost_of(USAGE, "m", (Price("m", 0.5, 1.5, "USD"),)) == Cost(1.75, "USD")


def test_without_a_price_there_is_no_cost() -> None:
    assert cost_of(USAGE, "m", ()) is None
    assert cost_of(USAGE, "m", (Price("n", 1, 1, "RUB"),)) is None
    assert cost_of(USAGE, "", (Price("n", 1, 1, "RUB"),)) is None


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("gpt://b1g/yandexgpt/rc", "gpt://b1g/yandexgpt/rc"),
        ("gpt://b1g/yandexgpt/rc", "yandexgpt/rc"),
        ("gpt://b1g/yandexgpt/rc", "yandexgpt"),
        ("gpt://b1g/yandexgpt", "yandexgpt"),
        ("yandexgpt", "yandexgpt"),
        ("qwen/qwen3", "qwen/qwen3"),
    ],
)
def test_a_model_is_found_under_its_id_and_under_its_short_name(model: str, named: str) -> None:
    assert cost_of(USAGE, model, (ANY, Price(f" {named} ", 5, 0, "RUB"))) == Cost(10, "RUB")


@pytest.mark.parametrize("model", ["gpt://b1g/yandexgpt-lite/rc", "b1g", "qwen3", "", "gpt://"])
def test_another_model_has_the_price_of_all_others(model: str) -> None:
    assert cost_of(USAGE, model, (Price("yandexgpt", 5, 0, "RUB"), ANY)) == Cost(3, "RUB")


def test_the_exactest_name_counts() -> None:
    prices = (ANY, Price("yandexgpt", 5, 0, "RUB"), Price("yandexgpt/rc", 7, 0, "RUB"))
    assert cost_of(USAGE, "gpt://b1g/yandexgpt/rc", prices) == Cost(14, "RUB")
    assert cost_of(USAGE, "gpt://b1g/yandexgpt/latest", prices) == Cost(10, "RUB")


@pytest.mark.parametrize(
    ("usage", "prices", "cost"),
    [
        (USAGE, (Price("m", 1, 2, "RUB"), Price("small", 10, 20, "RUB")), Cost(5, "RUB")),
        (None, (Price("m", 1, 2, "RUB"), Price("small", 10, 20, "RUB")), Cost(2, "RUB")),
        (USAGE, (ANY,), Cost(3.2, "RUB")),
        (USAGE, (Price("m", 1, 2, "RUB"),), None),
        (USAGE, (Price("m", 1, 2, "RUB"), Price("small", 10, 20, "USD")), None),
    ],
)
def test_a_run_costs_also_what_its_query_took_by_its_own_model(
    usage: Usage | None, prices: tuple[Price, ...], cost: Cost | None
) -> None:
    run = Run(
        RunId("r"),
        ThreadId("t"),
        MessageId("m"),
        None,
        1,
        AssistantSettings("A", model="m", search=SearchTool(rephraser="small")),
        Status.COMPLETED,
        datetime(2026, 1, 1, tzinfo=UTC),
        usage=usage,
        details=RunDetails(rephrasing=Usage(100, 50)),
    )
    assert cost_of_run(run, prices) == cost
    assert run.used == (Usage(2100, 550) if usage else Usage(100, 50))
