"""Commands about single assistants: to files and back."""

import argparse
import sys
from pathlib import Path

from desktop_app.headless.command import OK, Asked, by_name


def add_words(parser: argparse.ArgumentParser) -> None:
    """The words of ``assistant``."""
    actions = parser.add_subparsers(dest="action", required=True)
    export = actions.add_parser("export", help="writes an assistant to a file; no key and no file goes along")
    export.add_argument("name")
    export.add_argument("--output", type=Path, required=True, metavar="FILE")
    export.add_argument("--newest-only", action="store_true", help="without the versions before")
    import_ = actions.add_parser("import", help="makes a new assistant of a file")
    import_.add_argument("file", type=Path)


def run(asked: Asked) -> int:
    """What ``assistant`` was asked to do."""
    if asked.options.action == "export":
        _export(asked)
    else:
        _import(asked)
    return OK


def _export(asked: Asked) -> None:
    options, backend = asked.options, asked.backend
    known = asked.wait(backend.assistants.assistants())
    chosen = by_name(known, options.name, lambda assistant: assistant.settings.name, "assistant")
    print(
        asked.wait(
            backend.assistant_files.export(chosen.id, options.output, has_history=not options.newest_only)
        )
    )
    if chosen.settings.search:
        print("nitka: the files that it searches in are not included", file=sys.stderr)


def _import(asked: Asked) -> None:
    """The new assistant's id, version and name, and through which connection it answers."""
    imported = asked.wait(asked.backend.assistant_files.import_(asked.options.file))
    assistant, connection = imported.assistant, imported.connection
    through = connection.name if connection else "no connection"
    print(f"{assistant.id}  v{assistant.version}  {assistant.settings.name}  ({through})")
    if assistant.settings.search:
        print("nitka: the files that it searches in did not come along", file=sys.stderr)
    bound = [function.name for function in assistant.settings.functions if function.command]
    if bound:
        print(
            f"nitka: functions that start programs on this machine: {', '.join(map(ascii, bound))}",
            file=sys.stderr,
        )
