"""What a run costs by the user's own prices."""

from desktop_app.domain.connections import Price
from desktop_app.domain.threads import Cost, Run, Usage

TOKENS_A_PRICE = 1000


def cost_of_run(run: Run, prices: tuple[Price, ...]) -> Cost | None:
    """What all that ``run`` used costs; None where it used nothing, or a part has no price or another currency."""
    search, rephrasing = run.settings.search, run.details.rephrasing
    costs = [cost_of(run.usage, run.settings.model, prices)] if run.usage else []
    if rephrasing:
        costs.append(cost_of(rephrasing, search.rephraser if search else "", prices))
    known = [one for one in costs if one]
    currencies = {one.currency for one in known}
    if len(known) < len(costs) or len(currencies) != 1:
        return None
    return Cost(sum(one.amount for one in known), currencies.pop())


def cost_of(usage: Usage, model: str, prices: tuple[Price, ...]) -> Cost | None:
    """What ``usage`` costs; None where the table has no price for ``model``."""
    price = price_of(model, prices)
    if price is None:
        return None
    amount = usage.prompt_tokens * price.prompt + usage.completion_tokens * price.completion
    return Cost(amount / TOKENS_A_PRICE, price.currency)


def price_of(model: str, prices: tuple[Price, ...]) -> Price | None:
    """The price under the model's id, else under a shorter name of it, else the one for all models."""
    table: dict[str, Price] = {}
    for price in prices:
        table.setdefault(price.model.strip(), price)
    names = (*_names(model.strip()), "")
    return next((table[name] for name in names if name in table), None)


def _names(model: str) -> tuple[str, ...]:
    """How a table may name ``model``, exactest first: ``gpt://FOLDER/yandexgpt/rc`` is also a ``yandexgpt``."""
    tail = model.partition("://")[2].partition("/")[2]
    return (model, tail, tail.partition("/")[0]) if tail else (model,)
