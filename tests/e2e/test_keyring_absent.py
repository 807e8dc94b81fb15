"""Without a keyring a key is kept until Nitka closes: that is said where the key is typed, and no file has it."""

from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import NitkaWindow
from tests.servers import KEY

NOTICE = "There is no keyring: the key is kept until Nitka closes."


@pytest.mark.slow
def test_without_a_keyring_a_key_lasts_until_the_end_and_this_is_said(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    with DesktopSession(tmp_path, display=True, keyring=False) as session:
        take_the_bus_away(session)
        url = ScriptedServer(session, tmp_path, "--mode", "echo", "--key", KEY).base_url
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            add_a_connection(window, url)
            seen = window.texts()
            window.press("connection_test")
            window.wait_for(lambda: window.text("connection_result").startswith("Works"), "the test's result")
            window.close_connections()
            assert window.quit() == 0
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            window.press("connections")
            window.choose_row("connection_list", "Echo")
            window.wait_for(lambda: window.is_showing("connection_key"), "a field for the key that is gone")
            seen += window.texts()
            window.close_connections()
            assert window.quit() == 0
    assert records(profile, "SELECT auth FROM connections WHERE name = 'Echo'") == [("api-key",)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
    assert [text for text in seen if KEY in text] == []


def take_the_bus_away(session: DesktopSession) -> None:
    """Leave the bus of screen readers alone, by its address; without the other one there is no keyring."""
    call = [
        "gdbus",
        "call",
        "--session",
        "-d",
        "org.a11y.Bus",
        "-o",
        "/org/a11y/bus",
        "-m",
        "org.a11y.Bus.GetAddress",
    ]
    session.env["AT_SPI_BUS_ADDRESS"] = session.run(call).stdout.split("'")[1]
    session.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"


def add_a_connection(window: NitkaWindow, url: str) -> None:
    """How long the key lasts is said before it is typed, and again where it is kept."""
    window.press("connections")
    window.wait_for(lambda: window.text("connection_keyring").startswith(NOTICE), "the notice")
    window.press("connection_add")
    window.press("connection_preset_other")
    window.wait_for(lambda: window.is_showing("connection_key"), "the form")
    window.fill("connection_name", "Echo")
    window.fill("connection_base_url", url)
    window.fill("connection_key", KEY)
    window.press("connection_save")
    window.wait_for(
        lambda: window.text("connection_key_stored") == "Stored until Nitka closes", "the key to be kept"
    )
    assert window.is_showing("connection_keyring")
