"""What a connection's models cost, by the user's own table: rows that are added and removed."""

from PySide6.QtCore import QLocale, QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.connections import Price
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.dialogs.frame import IconLabel, StrongLabel, WrappedLabel, button
from desktop_app.widgets.disposal import dispose
from desktop_app.widgets.theme import Theme

PRICES_LIMIT = 100
CURRENCY_LIMIT = 10
DIGITS = 6


class PriceTable(QWidget):
    """Signals: ``changed`` after every edit of the user.  ``is_complete`` tells whether all rows can be kept."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[_PriceRow] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px("spacing.2"))
        self._grid.setVerticalSpacing(theme.px("spacing.1"))
        self._heads = [
            QLabel(text)
            for text in (
                self.tr("Model"),
                self.tr("Prompt"),
                self.tr("Reply"),
                self.tr("Currency"),
            )
        ]
        for column, head in enumerate(self._heads):
            head.setProperty("role", "caption")
            self._grid.addWidget(head, 0, column)
        for column, stretch in enumerate((5, 3, 3, 2)):
            self._grid.setColumnStretch(column, stretch)
        self._add = button(self.tr("Add a price"), "price_add", kind="quiet")
        self._add.setIcon(theme.icon("plus"))
        self._add.setStyleSheet(f"padding: 0 {theme.px('spacing.1')}px")  # flush with the fields above
        self._icon = IconLabel(theme, "error", "error")
        self._says = WrappedLabel(role="caption")
        self._lay_out()
        self._add.clicked.connect(self._add_empty)
        self._show_state()

    def show_prices(self, prices: tuple[Price, ...]) -> None:
        """Fill the table."""
        for row in self._rows:
            row.dispose()
        self._rows = []
        for price in prices:
            self._append(price)
        self._show_state()

    def prices(self) -> tuple[Price, ...]:
        """What the rows say; a number that is none counts as 0, and a row without anything is left out."""
        return tuple(row.price() for row in self._rows if not row.is_empty)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is wrong."""
        return not self._problem()

    def _lay_out(self) -> None:
        line = QGridLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setHorizontalSpacing(self._theme.px("spacing.1"))
        line.addWidget(self._icon, 0, 0)
        line.addWidget(self._says, 0, 1)
        line.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.px("spacing.1"))
        column.addWidget(StrongLabel(self._theme, self.tr("Prices of 1,000 tokens")))
        column.addLayout(self._grid)
        column.addLayout(line)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)

    def _append(self, price: Price) -> "_PriceRow":
        row = _PriceRow(self._theme, price, len(self._rows) + 1, self)
        before = self._rows[-1].remove if self._rows else _stop_before(self._add)
        self._rows.append(row)
        self._place(row, len(self._rows))
        for part in row.parts:  # what is made later would be reached after the whole dialog
            QWidget.setTabOrder(before, part)
            before = part
        row.changed.connect(self._edited)
        row.removed.connect(lambda: self._remove(row))
        return row

    def _place(self, row: "_PriceRow", line: int) -> None:
        for column, part in enumerate(row.parts):
            self._grid.addWidget(part, line, column)
        row.set_number(line)

    def _add_empty(self) -> None:
        usual = QLocale().currencySymbol(QLocale.CurrencySymbolFormat.CurrencyIsoCode)
        currency = self._rows[-1].price().currency if self._rows else usual
        row = self._append(Price("", 0, 0, currency))
        row.clear_numbers()
        self._edited()
        row.model.setFocus(Qt.FocusReason.TabFocusReason)

    def _remove(self, gone: "_PriceRow") -> None:
        place = self._rows.index(gone)
        self._rows.remove(gone)
        gone.dispose()
        for line, row in enumerate(self._rows, start=1):
            self._place(row, line)
        beside = self._rows[min(place, len(self._rows) - 1)].remove if self._rows else self._add
        beside.setFocus(Qt.FocusReason.TabFocusReason)
        self._edited()

    def _edited(self) -> None:
        self._show_state()
        self.changed.emit()

    def _show_state(self) -> None:
        problem = self._problem()
        for head in self._heads:
            head.setVisible(bool(self._rows))
        for row in self._rows:
            row.mark()
        hint = self.tr("A reply tells what it cost. Without a model a price counts for all others.")
        self._says.setText(problem or hint)
        self._says.setProperty("role", "error" if problem else "caption")
        self._says.style().unpolish(self._says)
        self._says.style().polish(self._says)
        self._icon.setVisible(bool(problem))
        self._add.setEnabled(len(self._rows) < PRICES_LIMIT)
        self._add.setAccessibleDescription(self._says.text())

    def _problem(self) -> str:
        if any(row.wrong_numbers() for row in self._rows):
            example = QLocale().toString(0.25, "f", 2)
            return self.tr("A price is a number, like {example}.").format(example=example)
        models = [row.price().model for row in self._rows if not row.is_empty]
        if len(set(models)) < len(models):
            return self.tr("Two prices are for the same model.")
        return ""


class _PriceRow(QObject):
    """The fields of one price, which stand in the grid of ``table``."""

    changed = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, price: Price, number: int, table: QWidget) -> None:
        super().__init__(table)
        self.model, self._prompt, self._reply, self._currency = (QLineEdit() for _ in range(4))
        self._numbers = (self._prompt, self._reply)
        self.remove = IconButton(theme, "close", self.tr("Remove this price"), is_small=True)
        self.parts: tuple[QWidget, ...] = (
            self.model,
            self._prompt,
            self._reply,
            self._currency,
            self.remove,
        )
        self.model.setPlaceholderText(self.tr("Any other"))
        self.model.setText(price.model)
        self._prompt.setText(_shown(price.prompt))
        self._reply.setText(_shown(price.completion))
        self._currency.setText(price.currency)
        self._currency.setMaxLength(CURRENCY_LIMIT)
        for edit in self._numbers:
            edit.setAlignment(Qt.AlignmentFlag.AlignRight)
            edit.setPlaceholderText(_shown(0.0))
        self.set_number(number)
        for edit in (self.model, *self._numbers, self._currency):
            edit.textChanged.connect(self.changed)
        self.remove.clicked.connect(self.removed)

    def set_number(self, number: int) -> None:
        """Say for screen readers and scripts which row this is, from 1 on."""
        said = (
            self.tr("Model of price %1"),
            self.tr("Price %1 of 1,000 prompt tokens"),
            self.tr("Price %1 of 1,000 reply tokens"),
            self.tr("Currency of price %1"),
            self.tr("Remove price %1"),
        )
        names = ("model", "prompt", "reply", "currency", "remove")
        for part, text, name in zip(self.parts, said, names, strict=True):
            part.setAccessibleName(text.replace("%1", str(number)))
            part.setObjectName(f"price_{name}_{number}")

    @property
    def is_empty(self) -> bool:
        """Whether neither a model nor a number stands in it."""
        return not any(edit.text().strip() for edit in (self.model, *self._numbers))

    def clear_numbers(self) -> None:
        """Let the user type the numbers of a new price."""
        for edit in self._numbers:
            edit.clear()

    def price(self) -> Price:
        """What the fields say."""
        prompt, reply = (_parsed(edit.text()) or 0.0 for edit in self._numbers)
        return Price(self.model.text().strip(), prompt, reply, self._currency.text().strip())

    def wrong_numbers(self) -> list[QLineEdit]:
        """The fields whose text is no price."""
        return [edit for edit in self._numbers if edit.text().strip() and _parsed(edit.text()) is None]

    def mark(self) -> None:
        """Show which numbers are wrong."""
        wrong = self.wrong_numbers()
        for edit in self._numbers:
            edit.setProperty("hasProblem", edit in wrong)
            edit.style().unpolish(edit)
            edit.style().polish(edit)

    def dispose(self) -> None:
        """Take the fields off the table."""
        for part in self.parts:
            dispose(part)
        self.deleteLater()


def _stop_before(widget: QWidget) -> QWidget:
    """Where Shift+Tab goes from ``widget``, were everything shown."""
    found = widget.previousInFocusChain()
    while found is not widget and found is not None:
        if found.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return found
        found = found.previousInFocusChain()
    return widget


def _shown(price: float) -> str:
    """As many digits as the number has, at least two, in the form of the window's language."""
    text = f"{price:.{DIGITS}f}".rstrip("0")
    digits = max(2, len(text.partition(".")[2]))
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(price), "f", digits)


def _parsed(text: str) -> float | None:
    """The number, with a point or a comma; None where there is none or it is no price."""
    plain = "".join(text.split()).replace(",", ".")
    try:
        price = float(plain) if plain.count(".") <= 1 and plain.replace(".", "").isdecimal() else None
    except ValueError:
        return None
    return round(price, DIGITS) if price is not None and price < 1e9 else None
