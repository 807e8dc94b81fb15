"""The way in: which program the words ask for.  Everything heavier is imported where it is needed."""

import argparse
import sys
from pathlib import Path

from desktop_app import __version__, quick_start
from desktop_app.hardening import harden
from desktop_app.store.profile import Profile

COMMANDS = ("ask", "threads", "assistants", "connections", "models", "outbox", "pull", "export", "selftest")


def main(arguments: list[str] | None = None) -> int:
    """Run Nitka with ``arguments`` (without the program's name); returns the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    options, rest = parser.parse_known_args(words)
    profile = Profile.at(options.profile) if options.profile else Profile.default()
    harden()
    if options.command:
        from desktop_app.headless import run

        return run(profile, options.command, rest)
    if rest:
        parser.error(f"unknown: {' '.join(rest)}")
    quick_start.begin()
    from desktop_app.application import run_window
    from desktop_app.domain.errors import StoreError

    try:
        return run_window(profile, options.language)
    except StoreError as error:  # before there was a window to say it
        print(f"nitka: {error.detail}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nitka",
        description="Nitka: a desktop client for AI assistants. Without a command the window opens.",
        epilog="nitka COMMAND --help tells more of a command.",
    )
    parser.add_argument("--version", action="version", version=f"nitka {__version__}")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="keep everything of one profile in DIR")
    parser.add_argument("--language", choices=("en", "ru"), help="the window's language for this time")
    parser.add_argument("command", nargs="?", choices=COMMANDS, help=argparse.SUPPRESS)
    parser.usage = f"nitka [--profile DIR] [--language en|ru] [{' | '.join(COMMANDS)}] ..."
    return parser


if __name__ == "__main__":
    sys.exit(main())
