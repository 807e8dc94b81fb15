"""The connections, driven by keys and clicks; no key is ever seen outside the field it was typed into."""

from dataclasses import replace
from typing import TypeVar

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.connections import Auth, Connection, ConnectionKind, ConnectionReport, Model
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Kept, Secret
from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme

KEY = "test-key-canary-123"
DEVICE = Connection(ConnectionId("device"), ConnectionKind.ON_DEVICE, "On this device")
OLLAMA = Connection(ConnectionId("ollama"), ConnectionKind.CHAT, "Ollama", "http://localhost:11434/v1")
GATEWAY = Connection(
    ConnectionId("gateway"), ConnectionKind.CHAT, "Gateway", "https://gateway.example.org/v1", Auth.API_KEY
)
REPORT = ConnectionReport(0.184, (Model("llama3.2:3b"), Model("qwen3:8b")))

Found = TypeVar("Found", bound=QObject)


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    made = Theme(resources_dir(), qapp)
    made.set_mode("light")
    return made


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> ConnectionsDialog:
    made = ConnectionsDialog(theme)
    qtbot.addWidget(made)
    made.set_connections([DEVICE, OLLAMA, GATEWAY], {GATEWAY.id: Kept.KEYRING})
    made.open()
    qtbot.waitExposed(made)
    return made


def find(dialog: QWidget, kind: type[Found], name: str) -> Found:
    found = dialog.findChild(kind, name)
    assert isinstance(found, kind), name
    return found


def press(dialog: QWidget, name: str) -> None:
    button = find(dialog, QAbstractButton, name)
    assert button.isVisible()
    assert button.isEnabled()
    button.click()


def add(dialog: ConnectionsDialog, preset: str) -> None:
    press(dialog, "connection_add")
    press(dialog, f"connection_preset_{preset}")


def fill(dialog: ConnectionsDialog, *, name: str, url: str, key: str = "") -> None:
    find(dialog, QLineEdit, "connection_name").setText(name)
    find(dialog, QLineEdit, "connection_base_url").setText(url)
    QTest.keyClicks(find(dialog, QLineEdit, "connection_key"), key)


def result(dialog: ConnectionsDialog) -> str:
    panel = find(dialog, QWidget, "connection_result")
    return panel.accessibleName() if panel.isVisible() else ""


def all_texts(dialog: QWidget) -> str:
    """Everything that can be read from the dialog's widgets, by eyes or by a screen reader."""
    texts = []
    for widget in [dialog, *dialog.findChildren(QWidget)]:
        texts += [
            widget.accessibleName(),
            widget.accessibleDescription(),
            widget.toolTip(),
            widget.windowTitle(),
        ]
        if isinstance(widget, QLineEdit):
            texts += [widget.text(), widget.placeholderText()]
        elif isinstance(widget, QLabel | QAbstractButton):
            texts.append(widget.text())
        elif isinstance(widget, QListWidget):
            texts += [widget.item(row).text() for row in range(widget.count())]
    return "\n".join(texts)


def test_a_new_connection_is_saved_with_its_key(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    fill(dialog, name="Team", url=" https://team.example.org/v1/chat/completions ", key=KEY)
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    connection, secret, _ = saved.args
    assert connection == Connection(
        ConnectionId(""), ConnectionKind.CHAT, "Team", "https://team.example.org/v1", Auth.API_KEY
    )
    assert isinstance(secret, Secret)
    assert secret.reveal() == KEY


def test_the_key_is_gone_from_every_widget_after_saving(dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    fill(dialog, name="Team", url="https://team.example.org", key=KEY)
    find(dialog, QAction, "connection_key_peek").setChecked(True)
    press(dialog, "connection_save")
    stored = Connection(
        ConnectionId("team"), ConnectionKind.CHAT, "Team", "https://team.example.org/v1", Auth.API_KEY
    )
    dialog.set_connections([DEVICE, OLLAMA, GATEWAY, stored], {stored.id: Kept.KEYRING})
    dialog.show_saved(stored, Kept.KEYRING)
    field = find(dialog, QLineEdit, "connection_key")
    field.undo()
    assert KEY not in all_texts(dialog)
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert find(dialog, QLabel, "connection_key_stored").isVisible()
    assert find(dialog, QListWidget, "connection_list").currentItem().text() == "Team"


def test_the_key_is_gone_when_the_dialog_closes(dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    fill(dialog, name="Team", url="https://team.example.org", key=KEY)
    dialog.hide()
    assert KEY not in all_texts(dialog)


def test_a_typed_key_is_masked_until_the_user_peeks(dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    field = find(dialog, QLineEdit, "connection_key")
    QTest.keyClicks(field, KEY)
    assert field.displayText() != KEY
    find(dialog, QAction, "connection_key_peek").trigger()
    assert field.displayText() == KEY
    dialog.hide()
    assert field.echoMode() is QLineEdit.EchoMode.Password


def test_a_stored_key_is_only_said_to_be_stored(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose(GATEWAY.id)
    assert find(dialog, QLabel, "connection_key_stored").isVisible()
    assert not find(dialog, QLineEdit, "connection_key").isVisible()
    find(dialog, QLineEdit, "connection_name").setText("Gateway 2")
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    assert saved.args == [replace(GATEWAY, name="Gateway 2"), None, None]


def test_a_stored_key_can_be_replaced(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose(GATEWAY.id, replaces_key=True)
    field = find(dialog, QLineEdit, "connection_key")
    qtbot.waitUntil(field.hasFocus)
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()
    QTest.keyClicks(field, KEY)
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    assert saved.args[1].reveal() == KEY


def test_replacing_can_be_given_up(dialog: ConnectionsDialog) -> None:
    dialog.choose(GATEWAY.id, replaces_key=True)
    QTest.keyClicks(find(dialog, QLineEdit, "connection_key"), KEY)
    press(dialog, "connection_key_keep")
    assert KEY not in all_texts(dialog)
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()
    dialog.reject()
    assert not dialog.isVisible()


def test_a_key_that_cannot_be_sent_is_refused_while_typing(dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    fill(dialog, name="Team", url="https://team.example.org", key="test key canary")
    assert find(dialog, QLineEdit, "connection_key").property("hasProblem")
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()


@pytest.mark.parametrize(
    "url", ["ftp://example.org", "http://", "https://user:pass@example.org", "http://a:b:c"]
)
def test_an_address_that_cannot_be_used_is_refused_while_typing(dialog: ConnectionsDialog, url: str) -> None:
    dialog.choose(OLLAMA.id)
    field = find(dialog, QLineEdit, "connection_base_url")
    field.setText(url)
    assert field.property("hasProblem")
    assert field.accessibleDescription()
    assert not find(dialog, QAbstractButton, "connection_test").isEnabled()


def test_the_address_that_will_be_used_is_said(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    field = find(dialog, QLineEdit, "connection_base_url")
    field.setText("localhost:8080")
    assert "http://localhost:8080/v1" in field.accessibleDescription()


def test_a_key_over_plain_http_needs_the_users_word(dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    fill(dialog, name="Lab", url="http://10.0.0.5:8080", key=KEY)
    allow = find(dialog, QCheckBox, "connection_allow_http")
    assert allow.isVisible()
    assert not find(dialog, QAbstractButton, "connection_test").isEnabled()
    allow.click()
    assert find(dialog, QAbstractButton, "connection_save").isEnabled()


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1:1", "https://example.org"])
def test_loopback_and_https_need_no_word(dialog: ConnectionsDialog, url: str) -> None:
    add(dialog, "other")
    fill(dialog, name="Lab", url=url, key=KEY)
    assert not find(dialog, QCheckBox, "connection_allow_http").isVisible()
    assert find(dialog, QAbstractButton, "connection_save").isEnabled()


def test_a_preset_without_a_key_can_be_saved_at_once(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    add(dialog, "lmstudio")
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    assert saved.args == [
        Connection(ConnectionId(""), ConnectionKind.CHAT, "LM Studio", "http://localhost:1234/v1"),
        None,
        None,
    ]


def test_a_test_shows_the_time_and_the_models(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    with qtbot.waitSignal(dialog.test_requested) as tested:
        press(dialog, "connection_test")
    assert tested.args == [OLLAMA, None, None]
    assert result(dialog)
    assert not find(dialog, QAbstractButton, "connection_test").isEnabled()
    dialog.show_report(OLLAMA.id, REPORT)
    assert "184" in result(dialog)
    models = find(dialog, QListWidget, "connection_models")
    assert [models.item(row).text() for row in range(models.count())] == ["llama3.2:3b", "qwen3:8b"]


def test_an_unsaved_connection_can_be_tested(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    fill(dialog, name="Team", url="https://team.example.org", key=KEY)
    with qtbot.waitSignal(dialog.test_requested) as tested:
        press(dialog, "connection_test")
    assert tested.args[1].reveal() == KEY
    dialog.show_report(ConnectionId(""), REPORT)
    assert "184" in result(dialog)


def test_what_went_wrong_is_said_and_can_be_copied(dialog: ConnectionsDialog) -> None:
    dialog.choose(GATEWAY.id)
    press(dialog, "connection_test")
    dialog.show_failure(GATEWAY.id, RunError("sign_in", "401 from the gateway", 401, "req-1"))
    assert "The service rejected the key" in result(dialog)
    press(dialog, "connection_copy_details")
    copied = QApplication.clipboard().text()
    assert "401 from the gateway" in copied
    assert "req-1" in copied


def test_a_result_goes_when_the_address_changes(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    dialog.show_report(OLLAMA.id, REPORT)
    find(dialog, QLineEdit, "connection_name").setText("My Ollama")
    assert result(dialog)
    find(dialog, QLineEdit, "connection_base_url").setText("http://localhost:9999")
    assert result(dialog) == ""


def test_a_report_on_what_is_no_longer_in_the_form_is_dropped(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    press(dialog, "connection_test")
    find(dialog, QLineEdit, "connection_base_url").setText("http://localhost:9999")
    dialog.show_report(OLLAMA.id, REPORT)
    assert result(dialog) == ""
    assert find(dialog, QAbstractButton, "connection_test").isEnabled()


def test_a_save_that_failed_keeps_what_was_typed(dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    fill(dialog, name="Team", url="https://team.example.org", key=KEY)
    press(dialog, "connection_save")
    dialog.show_failure(ConnectionId(""), RunError("disk_full"))
    assert "The disk is full" in result(dialog)
    assert find(dialog, QLineEdit, "connection_key").text() == KEY
    assert find(dialog, QAbstractButton, "connection_save").isEnabled()


def test_leaving_unsaved_changes_asks_first(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    find(dialog, QLineEdit, "connection_name").setText("Mine")
    rows = find(dialog, QListWidget, "connection_list")
    rows.setCurrentRow(2)
    assert find(dialog, QLineEdit, "connection_name").text() == "Mine"
    press(dialog, "connection_stay")
    assert rows.currentItem().text() == "Ollama"
    rows.setCurrentRow(2)
    press(dialog, "connection_discard")
    assert find(dialog, QLineEdit, "connection_name").text() == "Gateway"
    assert rows.currentItem().text() == "Gateway"


def test_saving_from_the_question_goes_on_when_it_is_saved(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    find(dialog, QLineEdit, "connection_name").setText("Mine")
    dialog.reject()
    press(dialog, "connection_keep")
    assert dialog.isVisible()
    dialog.show_saved(replace(OLLAMA, name="Mine"), None)
    assert not dialog.isVisible()


def test_deleting_says_who_uses_the_connection(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.set_users({GATEWAY.id: ["Editor", "Translator"]})
    dialog.choose(GATEWAY.id)
    press(dialog, "connection_delete")
    assert "Editor, Translator" in all_texts(dialog)
    with qtbot.waitSignal(dialog.delete_requested) as deleted:
        press(dialog, "connection_remove")
    assert deleted.args == [GATEWAY.id]
    dialog.set_connections([DEVICE, OLLAMA], {})
    assert find(dialog, QLineEdit, "connection_name").text() == "On this device"


def test_escape_keeps_the_connection(dialog: ConnectionsDialog) -> None:
    dialog.choose(GATEWAY.id)
    press(dialog, "connection_delete")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert find(dialog, QAbstractButton, "connection_delete").isVisible()


def test_the_model_on_this_device_is_labelled_honestly(dialog: ConnectionsDialog) -> None:
    dialog.choose(DEVICE.id)
    assert "English only, often wrong" in all_texts(dialog)
    assert not find(dialog, QAbstractButton, "connection_delete").isVisible()
    assert not find(dialog, QLineEdit, "connection_base_url").isVisible()


def test_another_model_file_can_be_chosen(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose(DEVICE.id)
    press(dialog, "connection_model_file")
    chooser = dialog.findChildren(QFileDialog)[0]
    chooser.fileSelected.emit("/models/qwen.gguf")
    chooser.reject()
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    assert saved.args == [replace(DEVICE, model_path="/models/qwen.gguf"), None, None]


def test_the_built_in_model_can_be_taken_back(dialog: ConnectionsDialog) -> None:
    chosen = replace(DEVICE, model_path="/models/qwen.gguf")
    dialog.set_connections([chosen], {})
    press(dialog, "connection_model_builtin")
    assert find(dialog, QAbstractButton, "connection_save").isEnabled()
    assert "SmolLM2" in find(dialog, QLineEdit, "connection_model_path").text()


def test_a_missing_keyring_is_said_aloud(dialog: ConnectionsDialog) -> None:
    notice = find(dialog, QWidget, "connection_keyring")
    assert not notice.isVisible()
    dialog.set_keyring_state(Kept.SESSION, "No D-Bus.")
    assert notice.isVisible()
    assert "No D-Bus." in notice.accessibleName()


def test_no_connection_at_all_says_what_to_do(dialog: ConnectionsDialog) -> None:
    dialog.set_connections([], {})
    assert "No connections yet" in all_texts(dialog)
    assert not find(dialog, QLineEdit, "connection_name").isVisible()
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()


def test_fresh_facts_do_not_disturb_typing(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    find(dialog, QLineEdit, "connection_name").setText("Half ty")
    dialog.set_connections([DEVICE, OLLAMA, GATEWAY], {})
    assert find(dialog, QLineEdit, "connection_name").text() == "Half ty"


def test_a_connection_is_made_by_keys_alone(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    name = find(dialog, QLineEdit, "connection_name")
    qtbot.waitUntil(name.hasFocus)
    for text in ("Team", "https://team.example.org", "", "", KEY):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, text)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    with qtbot.waitSignal(dialog.save_requested) as saved:
        QTest.keyClick(name, Qt.Key.Key_Return)
    assert saved.args[0].name == "Team"
    assert saved.args[1].reveal() == KEY


def test_every_control_has_a_name_for_screen_readers(dialog: ConnectionsDialog) -> None:
    kinds = (QLineEdit, QComboBox, QAbstractButton, QListWidget)
    named = [child for child in dialog.findChildren(QWidget) if child.objectName().startswith("connection_")]
    nameless = [
        child.objectName() for child in named if isinstance(child, kinds) and not child.accessibleName()
    ]
    assert nameless == []
