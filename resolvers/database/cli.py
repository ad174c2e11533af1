"""Commands that work on an opened database: how they are added to a parser and run."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

# Opens what the parsed arguments name.
OpenDatabase = Callable[[argparse.Namespace], AbstractAsyncContextManager[Database]]
# Returns the exit code.
Command = Callable[[Database, argparse.Namespace], Awaitable[int]]
Add = Callable[[str, Command, str], argparse.ArgumentParser]


def adder(
    commands: Commands,
    open_database: OpenDatabase,
    common: Sequence[argparse.ArgumentParser],
    refusal: type[Exception],
) -> Add:
    """Return what adds a command with its name and help, and `--format`, to `commands`.

    `common`: parent parsers. `refusal`: what these commands raise on purpose, with `code` and
    `message`; like `DatabaseError` it becomes one line and exit code 1.
    """

    def add(name: str, command: Command, help_text: str) -> argparse.ArgumentParser:
        parser = commands.add_parser(
            name, help=help_text, description=help_text, parents=list(common)
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.set_defaults(handler=lambda args: _run(command, open_database, refusal, args))
        return parser

    return add


def _run(
    command: Command,
    open_database: OpenDatabase,
    refusal: type[Exception],
    args: argparse.Namespace,
) -> int:
    async def opened() -> int:
        async with open_database(args) as database:
            return await command(database, args)

    try:
        return asyncio.run(opened())
    except (DatabaseError, refusal) as error:
        code, message = error.code, error.message  # type: ignore[attr-defined]
        if args.format == "json":
            print(json.dumps({"error": {"code": code, "message": message}}))
        print(f"error: {code}: {message}", file=sys.stderr)
        return 1
