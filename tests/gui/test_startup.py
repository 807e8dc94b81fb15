"""What is loaded before the window is painted: Qt, and nothing that can wait."""

import json
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "asyncio",
    "qasync",
    "httpx",
    "keyring",
    "pyromark",
    "xllamacpp",
    "sqlite3",
    "msgspec",
    "pygments",
    "ssl",
)
PROGRAM = """
import json, sys
from pathlib import Path
from desktop_app.startup import make_application, open_window, wait_for_first_paint
from desktop_app.store.profile import Profile
profile = Profile.at(Path(sys.argv[1]))
profile.prepare()
opened = open_window(make_application(), profile, "en")
wait_for_first_paint(opened.window)
print(json.dumps(sorted(name.partition(".")[0] for name in sys.modules)))
"""


def test_nothing_heavy_is_loaded_before_the_first_paint(tmp_path: Path) -> None:
    words = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    loaded = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    assert "PySide6" in loaded
    assert [name for name in HEAVY if name in loaded] == []
