"""The small drawings inside check boxes, combo boxes and spin boxes, one for each mode.

A style sheet takes a drawing only from a file and cannot tint it, so these are made from the icons and the tokens.
Run this file after changing either: ``python tests/gui/themed_marks.py``.
"""

import json
from pathlib import Path

RESOURCES = Path(__file__).parents[2] / "resources"
ROLES = {"check": "onAccent", "chevron-down": "icon", "chevron-up": "icon", "chevron-right": "icon"}


def marks() -> dict[str, bytes]:
    """File name to drawing."""
    themes = json.loads((RESOURCES / "themes" / "tokens.json").read_bytes())["themes"]
    icons = {name: (RESOURCES / "icons" / f"{name}.svg").read_bytes() for name in ROLES}
    return {
        f"{name}-{mode}.svg": icons[name].replace(b"currentColor", colors[role].encode())
        for mode, colors in themes.items()
        for name, role in ROLES.items()
    }


if __name__ == "__main__":
    for file_name, drawing in marks().items():
        (RESOURCES / "themes" / "marks" / file_name).write_bytes(drawing)
