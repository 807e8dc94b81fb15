import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.domain.errors import StoreError
from desktop_app.store.files import create_file, replace_file
from desktop_app.store.profile import Profile


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_profile_folder_holds_everything(tmp_path: Path) -> None:
    profile = Profile.at(tmp_path / "mine")
    profile.prepare()
    places = (
        profile.settings,
        profile.window,
        profile.database,
        profile.backups,
        profile.locks,
        profile.cache,
    )
    assert all(place.is_relative_to(tmp_path / "mine") for place in (*places, profile.logs))
    assert profile.folder == tmp_path / "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="rights are POSIX's")
def test_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    profile = Profile.at(tmp_path / "mine")
    profile.prepare()
    for folder in (tmp_path / "mine", profile.backups, profile.locks, profile.cache, profile.logs):
        assert mode(folder) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="rights are POSIX's")
def test_a_folder_of_the_user_keeps_its_rights(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    Profile.at(folder).prepare()
    assert mode(folder) == 0o755


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="XDG is Linux's")
def test_on_linux_the_xdg_folders_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    profile = Profile.default()
    assert profile.settings == tmp_path / "config/nitka/settings.json"
    assert profile.database == tmp_path / "data/nitka/nitka.db"
    assert profile.cache == tmp_path / "cache/nitka"
    assert profile.window == tmp_path / "state/nitka/window.json"
    assert profile.logs.is_relative_to(tmp_path / "state/nitka")
    assert profile.folder is None


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        Profile.at(tmp_path / "file").prepare()


def test_profile_settings_and_ownership_are_cheap_to_import() -> None:
    script = (
        "import sys, desktop_app.store.profile, desktop_app.store.settings, desktop_app.store.ownership;"
        "heavy = {'asyncio', 'msgspec', 'sqlite3', 'platformdirs', 'filelock', 'keyring', 'httpx'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_replaced_file_is_private_and_leaves_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "file"
    replace_file(target, b"old")
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    if sys.platform != "win32":
        assert mode(target) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_linked_file_stays_linked(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target = tmp_path / "dotfiles/settings.json"
    target.write_bytes(b"old")
    link = tmp_path / "settings.json"
    link.symlink_to(target)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_file_is_created_only_once(tmp_path: Path) -> None:
    assert create_file(tmp_path / "file", b"first")
    assert not create_file(tmp_path / "file", b"second")
    assert (tmp_path / "file").read_bytes() == b"first"
    assert len(list(tmp_path.iterdir())) == 1
