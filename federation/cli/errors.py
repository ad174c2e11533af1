"""How a command ends that cannot do its work: one line on stderr, exit code 1."""

from __future__ import annotations

import sys


class CommandError(Exception):
    """The command cannot go on. The message is one line: what is wrong and what to do next."""


def say_error(message: str) -> None:
    """Print an error as every command prints it."""
    print(f"error: {one_line(message)}", file=sys.stderr)


def one_line(message: str) -> str:
    """Return the text without line breaks, so that a log keeps one line an error."""
    return " ".join(message.split())
