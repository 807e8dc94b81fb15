"""The words of commands without a window."""

import argparse

from desktop_app import __main__, headless


def test_every_command_that_is_named_is_there() -> None:
    assert set(__main__.COMMANDS) == {*headless.COMMANDS, "selftest"}


def test_no_command_takes_a_secret_in_its_words() -> None:
    for command in headless.COMMANDS.values():
        parser = argparse.ArgumentParser()
        if command.add_words:
            command.add_words(parser)
        words = {word for word in _words(parser) if "key" in word or "password" in word or "token" in word}
        assert words <= {"--key-from-env", "--proxy-password-from-env"}


def _words(parser: argparse.ArgumentParser) -> list[str]:
    words: list[str] = []
    for action in parser._actions:
        words += action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for part in action.choices.values():
                words += _words(part)
    return words
