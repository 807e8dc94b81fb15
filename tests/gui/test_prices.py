"""The table of prices in the connection's settings."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.connections import Auth, Connection, ConnectionKind, Price
from desktop_app.domain.costs import cost_of
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Kept
from desktop_app.domain.threads import Cost, Usage
from desktop_app.widgets.dialogs.connection_prices import PriceTable
from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog
from desktop_app.widgets.theme import Theme
from tests.gui.parts import find

PRICES = (Price("qwen3-32b", 0.4, 1.2, "RUB"), Price("", 0.0015, 2, "USD"))
SERVER = Connection(
    ConnectionId("server"), ConnectionKind.CHAT, "Server", "https://example.org/v1", Auth.NONE
)


@pytest.fixture
def table(qtbot: QtBot, theme: Theme) -> PriceTable:
    made = PriceTable(theme)
    qtbot.addWidget(made)
    made.show_prices(PRICES)
    made.show()
    qtbot.waitExposed(made)
    return made


def edit(parent: QWidget, name: str) -> QLineEdit:
    return find(parent, QLineEdit, f"price_{name}")


def press(parent: QWidget, name: str) -> None:
    QTest.keyClick(find(parent, QAbstractButton, f"price_{name}"), Qt.Key.Key_Return)


def test_what_is_shown_is_what_was_stored(table: PriceTable) -> None:
    assert table.prices() == PRICES
    assert edit(table, "prompt_1").text() == "0.40"
    assert edit(table, "prompt_2").text() == "0.0015"
    assert table.is_complete


def test_a_price_is_added_and_removed_by_keys(qtbot: QtBot, table: PriceTable) -> None:
    press(table, "add")
    qtbot.waitUntil(edit(table, "model_3").hasFocus)
    assert table.prices() == PRICES  # nothing is typed yet
    for name, typed in (("model", "yandexgpt"), ("prompt", "0,2"), ("reply", "1000.5"), ("currency", "")):
        field = edit(table, f"{name}_3")
        assert QApplication.focusWidget() is field, name
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Tab)
    assert table.prices() == (*PRICES, Price("yandexgpt", 0.2, 1000.5, "USD"))
    press(table, "remove_1")
    assert table.prices() == (PRICES[1], Price("yandexgpt", 0.2, 1000.5, "USD"))
    assert edit(table, "model_1").text() == ""
    qtbot.waitUntil(find(table, QAbstractButton, "price_remove_1").hasFocus)
    press(table, "remove_1")
    press(table, "remove_1")
    assert table.prices() == ()
    qtbot.waitUntil(find(table, QAbstractButton, "price_add").hasFocus)


@pytest.mark.parametrize("text", ["much", "-1", "1.2.3", "1e5", "nan", "0x1", "9999999999"])
def test_what_is_no_price_is_said_at_once(table: PriceTable, text: str) -> None:
    field = edit(table, "reply_1")
    field.setText(text)
    assert not table.is_complete
    assert field.property("hasProblem")
    field.setText("3")
    assert table.prices()[0].completion == 3
    assert not field.property("hasProblem")


def test_a_model_has_one_price(table: PriceTable) -> None:
    edit(table, "model_2").setText(" qwen3-32b ")
    assert not table.is_complete
    edit(table, "model_2").setText("qwen3")
    assert table.is_complete


def test_numbers_are_in_the_form_of_the_language(table: PriceTable) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("ru_RU"))
    try:
        table.show_prices((Price("m", 1234.5, 0.25, "RUB"),))
        assert edit(table, "prompt_1").text() == "1234,50"
        assert table.prices() == (Price("m", 1234.5, 0.25, "RUB"),)
    finally:
        QLocale.setDefault(before)


def test_each_field_has_a_name_of_its_own(table: PriceTable) -> None:
    names = [field.accessibleName() for field in table.findChildren(QLineEdit)]
    assert all(names)
    assert len(set(names)) == len(names) == 8


def test_prices_are_saved_with_the_connection(qtbot: QtBot, theme: Theme) -> None:
    dialog = ConnectionsDialog(theme)
    qtbot.addWidget(dialog)
    dialog.set_connections([replace(SERVER, prices=PRICES)], {SERVER.id: Kept.KEYRING})
    dialog.open()
    qtbot.waitExposed(dialog)
    assert edit(dialog, "model_1").isVisible()  # unfolded, since it is not as usual
    edit(dialog, "currency_1").setFocus()
    QTest.keyClick(edit(dialog, "currency_1"), Qt.Key.Key_Tab)
    for name in ("remove_1", "model_2", "prompt_2", "reply_2", "currency_2", "remove_2", "add"):
        focused = dialog.focusWidget()
        assert focused is not None
        assert focused.objectName() == f"price_{name}"
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    edit(dialog, "prompt_1").setText("0,5")
    wanted = (replace(PRICES[0], prompt=0.5), PRICES[1])
    with qtbot.waitSignal(dialog.save_requested) as saved:
        find(dialog, QAbstractButton, "connection_save").click()
    assert saved.args is not None
    connection = saved.args[0]
    assert isinstance(connection, Connection)
    assert connection.prices == wanted
    assert cost_of(Usage(2000, 1000), "qwen3-32b", connection.prices) == Cost(2.2, "RUB")
