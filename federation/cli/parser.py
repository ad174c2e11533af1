"""The engine's sub-commands, put together; and how any of them is run.

Each command is a module with `add(subparsers)` and `run(args) -> exit code`. Modules import what
they work with inside `run`, so that `hub --help` and the start of `hub serve` load nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from federation.cli import (
    codes,
    compose,
    config,
    documents,
    explain,
    graph,
    normalize,
    plan,
    registry,
    serve,
    subgraph,
    supergraph,
)
from federation.cli.errors import CommandError, say_error

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_engine_commands(subparsers: Subparsers, *, without: tuple[str, ...] = ()) -> None:
    """Add the engine's commands, but those that the caller has its own of."""
    for name, module in (
        ("serve", serve),
        ("compose", compose),
        ("plan", plan),
        ("normalize", normalize),
        ("graph", graph),
        ("explain", explain),
        ("supergraph", supergraph),
        ("subgraph", subgraph),
        ("registry", registry),
        ("documents", documents),
        ("codes", codes),
        ("config", config),
    ):
        if name not in without:
            module.add(subparsers)


def engine_parser() -> argparse.ArgumentParser:
    """Return the parser of the engine alone (`python -m federation.cli`)."""
    parser = argparse.ArgumentParser(prog="federation", description="GraphQL federation engine")
    add_engine_commands(parser.add_subparsers(dest="command", required=True, metavar="COMMAND"))
    return parser


class _Version(argparse.Action):
    """Reads the version only when asked: the metadata cost every start some milliseconds."""

    def __init__(
        self, *args: Any, program: str = "", distribution: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._program = program
        self._distribution = distribution

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"{self._program} {version(self._distribution)}")
        parser.exit()


def add_version(parser: argparse.ArgumentParser, program: str, distribution: str) -> None:
    """Add `--version`, which tells that of an installed distribution."""
    parser.add_argument(
        "--version",
        action=_Version,
        nargs=0,
        program=program,
        distribution=distribution,
        help="print the version and exit",
    )


def explained(command: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run a command of a program around the engine: its errors with a code become one line.

    They are known by what they have: engine commands must not import a database to learn that they
    need none.
    """
    try:
        return command(args)
    except Exception as error:
        code, message = getattr(error, "code", None), getattr(error, "message", None)
        if (
            isinstance(code, str)
            and isinstance(message, str)
            and not isinstance(error, CommandError)
        ):
            raise CommandError(f"{code}: {message}") from None
        raise


def run_command(args: argparse.Namespace) -> int:
    """Run the command that was parsed and return its exit code: 0, or 1 with one line on stderr.

    Anything raised that is not meant for users passes through: it is a bug.
    """
    try:
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except CommandError as error:
        say_error(str(error))
    except BrokenPipeError:
        # The reader (`head`, say) has seen enough. Python would complain once more on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if not _meant_for_users(error):
            raise
        say_error(str(error))
    return 1


def _meant_for_users(error: Exception) -> bool:
    from federation.config.errors import ConfigError
    from federation.errors import FederationError

    return isinstance(error, ConfigError | FederationError)
