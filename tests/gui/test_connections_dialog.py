"""The connections, driven by keys and clicks; no key is ever seen outside the field it was typed into."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
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
    QListWidgetItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.connections import (
    Auth,
    Connection,
    ConnectionKind,
    ConnectionReport,
    Model,
    Network,
    Proxy,
)
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.offers import FoundServer, Offer
from desktop_app.domain.secret import Kept, Secret
from desktop_app.widgets.dialogs.card import Card
from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog
from desktop_app.widgets.theme import Theme
from tests.gui.parts import find

KEY = "test-key-canary-123"
DEVICE = Connection(ConnectionId("device"), ConnectionKind.ON_DEVICE, "On this device")
OLLAMA = Connection(ConnectionId("ollama"), ConnectionKind.CHAT, "Ollama", "http://localhost:11434/v1")
GATEWAY = Connection(
    ConnectionId("gateway"), ConnectionKind.CHAT, "Gateway", "https://gateway.example.org/v1", Auth.API_KEY
)
FOLDER, API_KEY = "b1gexample0example00", "AQVN" + "x" * 36
IAM_TOKEN = "t1." + "x" * 40 + "." + "y" * 86
STUDIO_DRAFT = Connection(
    ConnectionId(""),
    ConnectionKind.RESPONSES,
    "Yandex AI Studio",
    "https://ai.api.cloud.yandex.net/v1",
    Auth.API_KEY,
    provider="yandex",
    folder=FOLDER,
)
STUDIO = replace(STUDIO_DRAFT, id=ConnectionId("studio"))
TEXT = Connection(
    ConnectionId("text"),
    ConnectionKind.YANDEX_TEXT,
    "Text",
    "https://ai.api.cloud.yandex.net/foundationModels/v1",
    Auth.API_KEY,
    folder=FOLDER,
)
HOLDING = replace(
    TEXT,
    id=ConnectionId("holding"),
    kind=ConnectionKind.ASSISTANT_API,
    name="Old",
    base_url="http://localhost:9000",
)

REPORT = ConnectionReport(0.184, (Model("llama3.2:3b"), Model("qwen3:8b")))


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> ConnectionsDialog:
    made = ConnectionsDialog(theme)
    qtbot.addWidget(made)
    made.set_connections([DEVICE, OLLAMA, GATEWAY], {GATEWAY.id: Kept.KEYRING})
    made.open()
    qtbot.waitExposed(made)
    return made


def rows(dialog: QWidget) -> list[QListWidgetItem]:
    connections = find(dialog, QListWidget, "connection_list")
    return [connections.item(row) for row in range(connections.count())]


def type_into_focus(text: str, *keys: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)
    for key in keys:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)


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
    press(dialog, "connection_add")
    first = find(dialog, QAbstractButton, "connection_preset_yandex")
    qtbot.waitUntil(first.hasFocus)
    type_into_focus("", Qt.Key.Key_Down)
    assert find(dialog, QAbstractButton, "connection_preset_yandex_text").hasFocus()
    type_into_focus("", Qt.Key.Key_Up, Qt.Key.Key_Return)
    folder = find(dialog, QLineEdit, "connection_folder")
    qtbot.waitUntil(folder.hasFocus)
    type_into_focus(FOLDER, Qt.Key.Key_Tab)
    type_into_focus("", Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    type_into_focus(API_KEY)
    with qtbot.waitSignal(dialog.save_requested) as saved:
        type_into_focus("", Qt.Key.Key_Return)
    connection, secret, _ = saved.args
    assert (connection.name, connection.folder, connection.kind) == (
        "Yandex AI Studio",
        FOLDER,
        ConnectionKind.RESPONSES,
    )
    assert secret.reveal() == API_KEY


def test_a_server_of_ones_own_is_made_by_keys_alone(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    name = find(dialog, QLineEdit, "connection_name")
    qtbot.waitUntil(name.hasFocus)
    for text in ("Team", "https://team.example.org", "", "", KEY):
        type_into_focus(text, Qt.Key.Key_Tab)
    with qtbot.waitSignal(dialog.save_requested) as saved:
        QTest.keyClick(name, Qt.Key.Key_Return)
    assert saved.args[0].name == "Team"
    assert saved.args[1].reveal() == KEY


def test_every_choice_says_what_it_needs(dialog: ConnectionsDialog) -> None:
    press(dialog, "connection_add")
    cards = dialog.findChildren(Card)
    assert len(cards) == 10
    assert all(card.accessibleName() and card.accessibleDescription() for card in cards)


def test_adding_can_be_given_up(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    press(dialog, "connection_add")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert find(dialog, QLineEdit, "connection_name").isVisible()
    assert [row.text() for row in rows(dialog)] == ["On this device", "Ollama", "Gateway"]


def test_a_second_connection_of_a_kind_has_a_name_of_its_own(dialog: ConnectionsDialog) -> None:
    add(dialog, "ollama")
    assert find(dialog, QLineEdit, "connection_name").text() == "Ollama 2"


def test_servers_of_this_computer_are_looked_for_when_asked(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    press(dialog, "connection_add")
    with qtbot.waitSignal(dialog.discovery_requested):
        press(dialog, "connection_discover")
    assert not find(dialog, QAbstractButton, "connection_discover").isEnabled()
    dialog.show_found([FoundServer("vLLM", "http://localhost:8000/v1", needs_key=True)])
    assert "vLLM" in find(dialog, QLabel, "connection_discovered").text()
    press(dialog, "connection_preset_vllm")
    assert find(dialog, QLineEdit, "connection_base_url").text() == "http://localhost:8000/v1"
    assert find(dialog, QLineEdit, "connection_key").isVisible()


def test_no_server_of_this_computer_is_said(dialog: ConnectionsDialog) -> None:
    press(dialog, "connection_add")
    press(dialog, "connection_discover")
    dialog.show_found([])
    assert find(dialog, QLabel, "connection_discovered").text() == "No server answers at the usual ports."
    assert find(dialog, QAbstractButton, "connection_discover").isEnabled()


def test_a_key_of_the_environment_is_taken_only_when_chosen(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    offer = Offer("YC_API_KEY", STUDIO_DRAFT, ("YC_FOLDER_ID",))
    dialog.show_offers([offer])
    press(dialog, "connection_add")
    assert "YC_FOLDER_ID" in all_texts(dialog)
    with qtbot.waitSignal(dialog.offer_accepted) as accepted:
        press(dialog, "connection_offer_yc_api_key")
    assert accepted.args == [offer]
    dialog.begin(offer.connection, Secret(API_KEY))
    assert API_KEY not in find(dialog, QLineEdit, "connection_key").displayText()
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    assert saved.args[0] == STUDIO_DRAFT
    assert saved.args[1].reveal() == API_KEY


def test_the_id_is_cut_out_of_the_address_of_a_folder(dialog: ConnectionsDialog) -> None:
    add(dialog, "yandex")
    field = find(dialog, QLineEdit, "connection_folder")
    field.setText(f"https://console.yandex.cloud/folders/{FOLDER}/ai-studio")
    assert field.text() == FOLDER
    assert field.accessibleDescription() == ""
    field.setText("something")
    assert "b1g" in field.accessibleDescription()
    assert not field.property("hasProblem")


def test_a_kind_that_needs_a_folder_is_not_saved_without(dialog: ConnectionsDialog) -> None:
    add(dialog, "yandex_text")
    find(dialog, QLineEdit, "connection_key").setText(API_KEY)
    save = find(dialog, QAbstractButton, "connection_save")
    assert not save.isEnabled()
    find(dialog, QLineEdit, "connection_folder").setText(FOLDER)
    assert save.isEnabled()


@pytest.mark.parametrize(
    ("pasted", "auth", "said"),
    [
        (API_KEY, Auth.API_KEY, "API key"),
        (f'  "{API_KEY}"', Auth.API_KEY, "API key"),
        (f"Authorization: Api-Key {API_KEY}", Auth.API_KEY, "API key"),
        (IAM_TOKEN, Auth.IAM, "12 hours"),
        ("y0_" + "x" * 58, Auth.OAUTH, "legacy"),
    ],
)
def test_what_is_pasted_chooses_the_sign_in(
    dialog: ConnectionsDialog, pasted: str, auth: Auth, said: str
) -> None:
    add(dialog, "yandex")
    field = find(dialog, QLineEdit, "connection_key")
    field.setText(pasted)
    connection, secret = dialog._editor.connection(), dialog._editor.secret
    assert connection.auth is auth
    assert secret is not None
    assert secret.reveal() in pasted
    assert secret.reveal().strip('" ') == secret.reveal()
    assert said in field.accessibleDescription()
    assert not field.property("hasProblem")


@pytest.mark.parametrize(
    "pasted",
    [
        "aje" + "x" * 17,
        FOLDER,
        "YC" + "x" * 38,
        "c1." + "x" * 30 + "." + "y" * 86,
        '{"private_key": "x", "service_account_id": "y"}',
    ],
)
def test_what_cannot_sign_in_is_told_by_its_name(dialog: ConnectionsDialog, pasted: str) -> None:
    add(dialog, "yandex")
    find(dialog, QLineEdit, "connection_folder").setText(FOLDER)
    field = find(dialog, QLineEdit, "connection_key")
    field.setText(pasted)
    assert field.property("hasProblem")
    assert field.accessibleDescription().startswith("This is ")
    assert pasted not in field.accessibleDescription()
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()


def test_the_user_has_the_last_word_on_what_a_key_is(dialog: ConnectionsDialog) -> None:
    add(dialog, "yandex")
    field, choice = (
        find(dialog, QLineEdit, "connection_key"),
        find(dialog, QComboBox, "connection_auth"),
    )
    field.setText("aje" + "x" * 17)
    choice.setCurrentIndex(1)
    assert dialog._editor.connection().auth is Auth.IAM
    assert not field.property("hasProblem")
    assert find(dialog, QAbstractButton, "connection_save").isEnabled()
    field.setText(API_KEY)
    assert dialog._editor.connection().auth is Auth.IAM
    field.setText("")
    field.setText(API_KEY)
    assert dialog._editor.connection().auth is Auth.API_KEY


def test_a_key_of_another_server_may_look_like_anything(dialog: ConnectionsDialog) -> None:
    add(dialog, "other")
    fill(dialog, name="Team", url="https://team.example.org", key="aje" + "x" * 17)
    assert find(dialog, QComboBox, "connection_auth").count() == 2
    assert find(dialog, QAbstractButton, "connection_save").isEnabled()


def test_the_protocol_can_be_chosen(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    find(dialog, QComboBox, "connection_protocol").setCurrentIndex(0)
    assert dialog._editor.connection() == replace(OLLAMA, kind=ConnectionKind.RESPONSES)
    assert find(dialog, QComboBox, "connection_protocol").accessibleDescription()


def test_plain_http_beyond_this_machine_needs_a_yes_without_a_key_too(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    find(dialog, QLineEdit, "connection_base_url").setText("http://10.0.0.5:11434/v1")
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()
    find(dialog, QCheckBox, "connection_allow_http").click()
    assert find(dialog, QAbstractButton, "connection_save").isEnabled()
    assert dialog._editor.connection().network.allows_http
    find(dialog, QLineEdit, "connection_base_url").setText("http://localhost:11434/v1")
    assert not dialog._editor.connection().network.allows_http


SHOWN = {
    "studio": {"connection_chain", "connection_background", "connection_opt_out"},
    "text": {"connection_operations_url", "connection_opt_out"},
    "assistants": {"connection_operations_url", "connection_opt_out"},
    "gateway": set(),
}


@pytest.mark.parametrize("name", SHOWN)
def test_only_what_applies_is_asked(dialog: ConnectionsDialog, name: str) -> None:
    connections = {"studio": STUDIO, "text": TEXT, "assistants": HOLDING, "gateway": GATEWAY}
    dialog.set_connections([DEVICE, *connections.values()], {})
    dialog.choose(connections[name].id)
    press(dialog, "connection_advanced")
    asked = {one for names in SHOWN.values() for one in names}
    assert {one for one in asked if find(dialog, QWidget, one).isVisible()} == SHOWN[name]
    assert find(dialog, QWidget, "connection_proxy").isVisible()


def test_what_is_unusual_is_seen_at_once_and_saved(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    odd = replace(
        TEXT,
        operations_url="http://localhost:1",
        network=Network(Proxy.MANUAL, "http://ann@proxy:3128", "/ca.pem", max_concurrent=2, retries=0),
        is_background=True,
        opts_out_of_logging=False,
    )
    dialog.set_connections([odd], {odd.id: Kept.KEYRING}, {odd.id: Kept.KEYRING})
    assert find(dialog, QLineEdit, "connection_proxy_address").isVisible()
    assert find(dialog, QLineEdit, "connection_proxy_user").text() == "ann"
    assert find(dialog, QLabel, "connection_proxy_password_stored").isVisible()
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()
    find(dialog, QLineEdit, "connection_name").setText("Odd")
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    assert saved.args == [replace(odd, name="Odd"), None, None]


def test_a_pasted_proxy_is_taken_apart(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    press(dialog, "connection_advanced")
    find(dialog, QComboBox, "connection_proxy").setCurrentIndex(2)
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()
    find(dialog, QLineEdit, "connection_proxy_address").setText(f"http://ann:{KEY}@proxy.example.org:3128")
    assert find(dialog, QLineEdit, "connection_proxy_address").text() == "http://proxy.example.org:3128"
    assert find(dialog, QLineEdit, "connection_proxy_user").text() == "ann"
    assert KEY not in find(dialog, QLineEdit, "connection_proxy_password").displayText()
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    connection, key, password = saved.args
    assert connection.network == Network(Proxy.MANUAL, "http://ann@proxy.example.org:3128")
    assert key is None
    assert password.reveal() == KEY
    dialog.show_saved(connection, Kept.KEYRING)
    assert KEY not in all_texts(dialog)
    assert find(dialog, QLabel, "connection_proxy_password_stored").isVisible()


def test_a_certificate_file_is_chosen_in_a_dialog(dialog: ConnectionsDialog) -> None:
    dialog.choose(GATEWAY.id)
    press(dialog, "connection_advanced")
    press(dialog, "connection_ca_choose")
    chooser = dialog.findChildren(QFileDialog)[0]
    chooser.fileSelected.emit("/etc/ssl/team.pem")
    chooser.reject()
    assert dialog._editor.connection().network.ca_path == "/etc/ssl/team.pem"
    press(dialog, "connection_ca_reset")
    assert dialog._editor.connection() == GATEWAY


def test_a_test_can_be_given_up(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    press(dialog, "connection_test")
    with qtbot.waitSignal(dialog.test_cancelled):
        press(dialog, "connection_test_cancel")
    assert result(dialog) == ""
    assert find(dialog, QAbstractButton, "connection_test").isEnabled()


@pytest.mark.parametrize(
    ("error", "passed", "failed", "mends"),
    [
        (RunError("unreachable", step="dns"), [], "DNS", "Test again"),
        (RunError("unreachable", step="tcp"), ["DNS"], "TCP", "Test again"),
        (RunError("unreachable", step="proxy"), [], "Proxy", "Change the way there"),
        (RunError("unreachable", step="tls"), ["DNS", "TCP"], "TLS", "Change the way there"),
        (RunError("sign_in"), ["DNS", "TCP", "TLS"], "Sign-in", "Replace the key"),
        (RunError("access_denied", role="ai.x"), ["DNS", "TCP", "TLS", "Sign-in"], "Role", "Copy role name"),
        (RunError("not_found"), ["DNS", "TCP", "TLS", "Sign-in", "Role"], "Model", "Test again"),
    ],
)
def test_the_step_that_failed_is_named_with_one_way_on(
    dialog: ConnectionsDialog, error: RunError, passed: list[str], failed: str, mends: str
) -> None:
    dialog.set_connections([STUDIO], {STUDIO.id: Kept.KEYRING})
    press(dialog, "connection_test")
    dialog.show_failure(STUDIO.id, error)
    said = find(dialog, QWidget, "connection_steps").accessibleName().split(", ")
    assert [one for one in said if one.endswith("passed")] == [f"{step}: passed" for step in passed]
    assert f"{failed}: failed here" in said
    assert find(dialog, QAbstractButton, "connection_mend").text() == mends


def test_the_name_of_the_missing_role_can_be_copied(dialog: ConnectionsDialog) -> None:
    dialog.choose(GATEWAY.id)
    press(dialog, "connection_test")
    dialog.show_failure(GATEWAY.id, RunError("access_denied", "", 403, role="ai.languageModels.user"))
    assert "ai.languageModels.user" in result(dialog)
    press(dialog, "connection_mend")
    assert QApplication.clipboard().text() == "ai.languageModels.user"


def test_a_rejected_key_is_replaced_at_once(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.choose(GATEWAY.id)
    press(dialog, "connection_test")
    dialog.show_failure(GATEWAY.id, RunError("sign_in"))
    press(dialog, "connection_mend")
    qtbot.waitUntil(find(dialog, QLineEdit, "connection_key").hasFocus)


def test_a_save_that_failed_names_no_step(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    find(dialog, QLineEdit, "connection_name").setText("Mine")
    press(dialog, "connection_save")
    dialog.show_failure(OLLAMA.id, RunError("disk_full"))
    assert not find(dialog, QWidget, "connection_steps").isVisible()
    assert not find(dialog, QAbstractButton, "connection_mend").isVisible()


def test_many_models_can_be_searched(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    press(dialog, "connection_test")
    names = [f"model-{number}" for number in range(40)] + ["yandexgpt-5-pro"]
    dialog.show_report(OLLAMA.id, ConnectionReport(0.1, tuple(Model(name) for name in names)))
    QTest.keyClicks(find(dialog, QLineEdit, "connection_models_search"), "PRO gpt")
    models = find(dialog, QListWidget, "connection_models")
    assert [models.item(row).text() for row in range(models.count())] == ["yandexgpt-5-pro"]


def test_what_the_service_remarks_is_said(dialog: ConnectionsDialog) -> None:
    dialog.choose(OLLAMA.id)
    press(dialog, "connection_test")
    dialog.show_report(OLLAMA.id, ConnectionReport(0.1, (), "Closes on 1 May"))
    assert "Closes on 1 May" in all_texts(dialog)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("studio", ["Keeps replies 30 day", "until you delete them", "Deferred requests"]),
        ("text", ["Deferred requests", "token counts"]),
        ("assistants", ["2026", "Holds assistants and threads"]),
    ],
)
def test_what_a_connection_can_do_is_said(dialog: ConnectionsDialog, name: str, said: list[str]) -> None:
    connections = {"studio": STUDIO, "text": TEXT, "assistants": HOLDING}
    dialog.set_connections([connections[name]], {})
    line = find(dialog, QLabel, "connection_abilities")
    assert line.isVisible()
    assert [words for words in said if words not in line.text()] == []


def test_what_an_account_needs_is_said_while_a_connection_is_new(dialog: ConnectionsDialog) -> None:
    dialog.begin(replace(HOLDING, id=ConnectionId("")))
    line = find(dialog, QLabel, "connection_abilities").text()
    assert "ai.assistants.editor, ai.languageModels.user" in line


def test_records_are_brought_from_a_service_that_holds_them(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    dialog.set_connections([HOLDING, OLLAMA], {HOLDING.id: Kept.KEYRING})
    dialog.choose(OLLAMA.id)
    assert not find(dialog, QAbstractButton, "connection_pull").isVisible()
    dialog.choose(HOLDING.id)
    with qtbot.waitSignal(dialog.pull_requested) as wanted:
        press(dialog, "connection_pull")
    assert wanted.args == [HOLDING.id]


@pytest.mark.parametrize(("key", "order"), [(Qt.Key.Key_Up, [1, 0, 2]), (Qt.Key.Key_Down, [0, 2, 1])])
def test_a_connection_is_moved_by_keys(
    qtbot: QtBot, dialog: ConnectionsDialog, key: Qt.Key, order: list[int]
) -> None:
    dialog.choose(OLLAMA.id)
    before = [DEVICE, OLLAMA, GATEWAY]
    with qtbot.waitSignal(dialog.reorder_requested) as moved:
        QTest.keyClick(find(dialog, QListWidget, "connection_list"), key, Qt.KeyboardModifier.AltModifier)
    assert moved.args == [[before[place].id for place in order]]
    assert [row.text() for row in rows(dialog)] == [before[place].name for place in order]
    assert find(dialog, QListWidget, "connection_list").currentItem().text() == "Ollama"


def test_a_connection_is_moved_by_dragging(qtbot: QtBot, dialog: ConnectionsDialog) -> None:
    model = find(dialog, QListWidget, "connection_list").model()
    with qtbot.waitSignal(dialog.reorder_requested) as moved:
        model.moveRow(QModelIndex(), 2, QModelIndex(), 0)  # what a drop does
    assert moved.args == [[GATEWAY.id, DEVICE.id, OLLAMA.id]]


def test_the_first_and_a_new_connection_stay_where_they_are(dialog: ConnectionsDialog) -> None:
    moved: list[object] = []
    dialog.reorder_requested.connect(moved.append)
    connections = find(dialog, QListWidget, "connection_list")
    QTest.keyClick(connections, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    add(dialog, "ollama")
    QTest.keyClick(connections, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert moved == []


def test_a_second_model_of_this_device_needs_a_file_and_can_be_deleted(
    qtbot: QtBot, dialog: ConnectionsDialog
) -> None:
    add(dialog, "device")
    assert not find(dialog, QAbstractButton, "connection_save").isEnabled()
    press(dialog, "connection_model_file")
    chooser = dialog.findChildren(QFileDialog)[0]
    chooser.fileSelected.emit("/models/qwen.gguf")
    chooser.reject()
    with qtbot.waitSignal(dialog.save_requested) as saved:
        press(dialog, "connection_save")
    made = saved.args[0]
    assert (made.name, made.model_path) == ("qwen", "/models/qwen.gguf")
    dialog.show_saved(replace(made, id=ConnectionId("qwen")), None)
    assert find(dialog, QAbstractButton, "connection_delete").isVisible()


def test_every_control_has_a_name_for_screen_readers(dialog: ConnectionsDialog) -> None:
    kinds = (QLineEdit, QComboBox, QAbstractButton, QListWidget)
    named = [child for child in dialog.findChildren(QWidget) if child.objectName().startswith("connection_")]
    nameless = [
        child.objectName() for child in named if isinstance(child, kinds) and not child.accessibleName()
    ]
    assert nameless == []


def test_enter_in_the_search_of_models_saves_nothing(dialog: ConnectionsDialog) -> None:
    saved: list[object] = []
    dialog.save_requested.connect(lambda *args: saved.append(args))
    add(dialog, "lmstudio")
    press(dialog, "connection_test")
    dialog.show_report(
        ConnectionId(""), ConnectionReport(0.1, tuple(Model(f"m{number}") for number in range(9)))
    )
    search = find(dialog, QLineEdit, "connection_models_search")
    search.setFocus()
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert saved == []


def test_an_address_that_is_not_used_needs_no_yes(dialog: ConnectionsDialog) -> None:
    odd = replace(STUDIO, iam_url="http://10.0.0.5", operations_url="http://10.0.0.5")
    dialog.set_connections([odd], {odd.id: Kept.KEYRING})
    assert not find(dialog, QCheckBox, "connection_allow_http").isVisible()
    find(dialog, QComboBox, "connection_auth").setCurrentIndex(2)
    assert find(dialog, QCheckBox, "connection_allow_http").isVisible()
