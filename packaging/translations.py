"""Bring ``resources/translations/*.ts`` up to date with the program's texts: run it after a change of visible words.

    .venv/bin/python packaging/translations.py update

Russian has every text; English has the plural forms alone, since all other texts stand in the code.  Without places in
the code and sorted, so that a file changes only where words do.  ``start.py`` and ``hatch_build.py`` compile the files.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGES = {
    "nitka_en.ts": ["-target-language", "en_US", "-pluralonly"],
    "nitka_ru.ts": ["-target-language", "ru_RU"],
}
STYLE = ["-silent", "-locations", "none", "-sort-messages", "-no-obsolete", "-source-language", "en_US"]


def main(words: list[str]) -> int:
    """Do what the word asks for and return the exit code."""
    if words != ["update"]:
        print(__doc__)
        return 2
    update(TRANSLATIONS)
    return 0


def update(folder: Path) -> None:
    """Let Qt's own tool, which PySide6 brings along, add new texts and drop old ones in the files of ``folder``."""
    import PySide6

    tool = next(path for path in Path(PySide6.__path__[0]).glob("lupdate*") if path.is_file())
    sources = sorted((ROOT / "desktop_app").rglob("*.py"))
    for name, options in LANGUAGES.items():
        subprocess.run([tool, *sources, *STYLE, *options, "-ts", folder / name], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
