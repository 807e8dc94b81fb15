import json
import stat
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from desktop_app.domain.settings import Announcements, Settings, Theme, WindowState
from desktop_app.store.profile import Profile
from desktop_app.store.settings import load_settings, load_window, save_settings, save_window


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    made = Profile.at(tmp_path / "profile")
    made.prepare()
    return made


def test_the_first_start_has_defaults_and_an_id_that_stays(profile: Profile) -> None:
    first = load_settings(profile)
    assert first.kept_aside is None
    assert first.value._replace(profile_id="") == Settings()
    assert len(first.value.profile_id) == 32
    assert load_settings(profile).value == first.value
    if sys.platform != "win32":
        assert stat.S_IMODE(profile.settings.stat().st_mode) == 0o600


def test_two_first_starts_at_once_agree_on_the_id(profile: Profile) -> None:
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(load_settings, [profile] * 8))
    assert len({found.value.profile_id for found in loaded}) == 1


def test_what_was_set_comes_back(profile: Profile) -> None:
    chosen = load_settings(profile).value._replace(
        language="ru", theme=Theme.DARK, zoom_percent=150, announcements=Announcements.ENDS
    )
    save_settings(profile, chosen)
    assert load_settings(profile).value == chosen


def test_the_window_comes_back(profile: Profile) -> None:
    state = WindowState(geometry=(10, 20, 800, 600), is_maximised=True, thread_id="t")
    save_window(profile, state)
    assert load_window(profile).value == state


def test_a_wrong_value_falls_back_alone(profile: Profile) -> None:
    profile.settings.write_text(
        json.dumps(
            {
                "profile_id": "p",
                "language": 7,
                "theme": "sepia",
                "zoom_percent": True,
                "send_with_ctrl_enter": 1,
                "announcements": "loud",
            }
        )
    )
    assert load_settings(profile).value == Settings(profile_id="p")
    profile.window.write_text(json.dumps({"geometry": [1, "2"], "sidebar_width": 300, "sidebar_shown": 1}))
    assert load_window(profile).value == WindowState(sidebar_width=300)


@pytest.mark.parametrize("zoom", [0, 49, 301, -100])
def test_a_zoom_nobody_could_read_is_not_used(profile: Profile, zoom: int) -> None:
    profile.settings.write_text(json.dumps({"zoom_percent": zoom}))
    assert load_settings(profile).value.zoom_percent == 100


def test_fields_of_a_newer_version_are_kept(profile: Profile) -> None:
    profile.settings.write_text(json.dumps({"profile_id": "p", "future": {"a": [1]}, "theme": "dark"}))
    save_settings(profile, load_settings(profile).value._replace(theme=Theme.LIGHT))
    stored = json.loads(profile.settings.read_text())
    assert stored["future"] == {"a": [1]}
    assert stored["theme"] == "light"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000])
def test_an_unreadable_file_is_moved_aside_and_told(profile: Profile, content: bytes) -> None:
    profile.settings.write_bytes(content)
    loaded = load_settings(profile)
    assert loaded.value._replace(profile_id="") == Settings()
    assert loaded.kept_aside is not None
    assert loaded.kept_aside.read_bytes() == content
    assert load_settings(profile) == loaded._replace(kept_aside=None)


def test_the_id_is_rescued_from_a_broken_file_so_that_keys_are_found(profile: Profile) -> None:
    before = load_settings(profile).value
    profile.settings.write_bytes(profile.settings.read_bytes()[:-20] + b"\x00")
    loaded = load_settings(profile)
    assert loaded.kept_aside is not None
    assert loaded.value.profile_id == before.profile_id


def test_a_broken_window_file_does_not_stop_the_start(profile: Profile) -> None:
    profile.window.mkdir()
    loaded = load_window(profile)
    assert loaded.value == WindowState()
    assert loaded.kept_aside is not None
    save_window(profile, loaded.value)


TEXTS = st.text("ab1ж\ud800", max_size=3)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@hypothesis.settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(WindowState._fields, JSON_VALUES)))
def test_any_content_gives_a_usable_window_state(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    profile = Profile.at(tmp_path_factory.mktemp("any"))
    profile.window.write_text(json.dumps(content))
    state = load_window(profile).value
    save_window(profile, state)
    assert load_window(profile).value == state


def test_a_save_that_fails_leaves_the_old_file(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_settings(profile).value

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    refusing: Callable[..., None] = refuse
    monkeypatch.setattr("os.fsync", refusing)
    with pytest.raises(Exception, match="No space left") as caught:
        save_settings(profile, before._replace(language="ru"))
    assert type(caught.value).__name__ == "DiskFullError"
    monkeypatch.undo()
    assert load_settings(profile).value == before
    assert sorted(path.name for path in profile.settings.parent.iterdir() if path.is_file()) == [
        "settings.json"
    ]
