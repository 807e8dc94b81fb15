"""Amounts as the window's language writes them."""

from math import floor, log10

from PySide6.QtCore import QLocale

from desktop_app.domain.threads import Cost

CENTS, DIGITS_LIMIT = 2, 6


def number(count: int) -> str:
    """A whole number, its thousands apart."""
    return QLocale().toString(count)


def money(cost: Cost) -> str:
    """An amount with its currency; small ones keep two digits that say something: "0.21 RUB", "0.0042 USD"."""
    digits = CENTS
    if 0 < cost.amount < 1:
        digits = min(DIGITS_LIMIT, max(CENTS, 1 - floor(log10(cost.amount))))
    return f"{QLocale().toString(cost.amount, 'f', digits)} {cost.currency}".rstrip()
