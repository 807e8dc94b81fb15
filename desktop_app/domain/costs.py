"""What a run costs by the user's own prices."""

from desktop_app.domain.connections import Price
from desktop_app.domain.threads import Cost, Usage

TOKENS_A_PRICE = 1000


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
