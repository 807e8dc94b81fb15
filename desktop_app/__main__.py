"""The way in: which program the words ask for.  Everything heavier is imported where it is needed."""

import argparse
import sys
from pathlib import Path
from types import MappingProxyType

from desktop_app import __version__, quick_start
from desktop_app.hardening import harden
from desktop_app.store.profile import Profile

COMMANDS = MappingProxyType(
    {
        "ask": "Sends a message, prints the reply as it comes, and stores both.",
        "threads": "Lists the threads, the newest first.",
        "assistants": "Lists the assistants.",
        "assistant": "Writes an assistant to a file, or makes one of a file.",
        "connections": "Lists, adds, tests and removes connections.",
        "models": "Lists the models of a connection.",
        "outbox": "Lists, checks and cancels deferred requests.",
        "pull": "Brings assistants and threads from a service that holds them.",
        "export": "Writes a thread, or all of them, into files.",
        "selftest": "Tries what Nitka needs on this machine; fails when something is missing.",
    }
)


def main(arguments: list[str] | None = None) -> int:
    """Run Nitka with ``arguments`` (without the program's name); returns the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    options, rest = parser.parse_known_args(words)
    if options.help and not options.command:
        parser.print_help()
        return 0
    profile = Profile.at(options.profile) if options.profile else Profile.default()
    harden()
    if options.command:
        from desktop_app.headless import run

        about = COMMANDS[options.command]
        return run(profile, options.command, [*rest, "--help"] if options.help else rest, about)
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
    lines = [f"  {name:<12} {about}" for name, about in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="nitka",
        description="Nitka: a desktop client for AI assistants. Without a command the window opens.",
        epilog="\n".join(["commands:", *lines, "", "nitka COMMAND --help tells more of a command."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,  # it would answer for the commands, too
        allow_abbrev=False,  # what is short for a word here may be short for another one of a command
    )
    parser.add_argument("-h", "--help", action="store_true", help="show this help message and exit")
    parser.add_argument("--version", action="version", version=f"nitka {__version__}")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="keep everything of one profile in DIR")
    parser.add_argument("--language", choices=("en", "ru"), help="the window's language for this time")
    parser.add_argument("command", nargs="?", choices=COMMANDS, help=argparse.SUPPRESS)
    parser.usage = "nitka [--profile DIR] [--language en|ru] [COMMAND ...]"
    return parser


if __name__ == "__main__":
    sys.exit(main())
