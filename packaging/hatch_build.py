"""What hatchling does beside copying ``desktop_app``: the wheel gets resources/ with compiled translations.

The wheel holds them as ``desktop_app/resources``; a working tree is used as it is and finds ``resources/`` in the root.
"""

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEFT_OUT = {"screenshots"}


class ResourcesHook(BuildHookInterface[Any]):
    """Compiles ``resources/translations/*.ts`` and adds ``resources/`` to the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders of resources/; hatchling calls this before it builds."""
        resources = Path(self.root) / "resources"
        if version == "editable" or not resources.is_dir():
            return
        compile_translations(sorted((resources / "translations").glob("*.ts")))
        for entry in sorted(resources.iterdir()):
            if entry.name not in LEFT_OUT and not entry.name.startswith("."):
                build_data["force_include"][str(entry)] = f"desktop_app/resources/{entry.name}"


def compile_translations(sources: list[Path]) -> None:
    """Write ``X.qm`` beside every ``X.ts`` with Qt's own tool, which PySide6 brings along."""
    if not sources:
        return
    import PySide6

    tool = next(Path(PySide6.__path__[0]).glob("lrelease*"))
    for source in sources:
        subprocess.run([tool, "-silent", source, "-qm", source.with_suffix(".qm")], check=True)
