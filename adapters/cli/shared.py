"""What every command group gets: the program's parts, the options all commands have, the guard.

A group is a module with `add_commands(subparsers, shared)`; it adds its parsers by
`shared.add_parser`. A command is a function `run(args, shared) -> exit code`: 0, or 1 with one line
per fault on stderr (argparse itself ends with 2 for wrong usage).
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from adapters.config import SourceConfig, in_pulling_order, read_sources
from adapters.errors import AdapterError, SourceProblem
from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
OpenDatabase = Callable[[argparse.Namespace], AbstractAsyncContextManager[Database]]
FindFolders = Callable[[argparse.Namespace], Sequence[Path]]

FORMATS: Final = ("text", "json")


class UnknownSource(AdapterError):
    """A source was asked for that no file describes."""

    code = "SOURCE_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Shared:
    """`open_database` opens what the parsed arguments name; `find_folders` gives the folders with
    source files when `--sources` names none; `common` are parent parsers of all commands."""

    open_database: OpenDatabase
    find_folders: FindFolders
    common: Sequence[argparse.ArgumentParser] = ()

    def add_parser(
        self,
        subparsers: Subparsers,
        name: str,
        run: Callable[[argparse.Namespace, Shared], int],
        *,
        help: str,
        formats: Sequence[str] = FORMATS,
    ) -> argparse.ArgumentParser:
        """Add a command with the options all commands have: `--sources DIR`, `--format`."""
        parser = subparsers.add_parser(name, help=help, description=help, parents=[*self.common])
        parser.add_argument(
            "--sources",
            dest="folders",
            type=Path,
            action="append",
            metavar="DIR",
            help="folder with source files; may be given several times",
        )
        parser.add_argument("--format", choices=formats, default="text")
        parser.set_defaults(handler=lambda args: guarded(args, lambda: run(args, self)))
        return parser

    def folders(self, args: argparse.Namespace) -> Sequence[Path]:
        """Return the folders with source files."""
        found: Sequence[Path] = args.folders or self.find_folders(args)
        return found

    def selected(self, args: argparse.Namespace) -> tuple[SourceConfig, ...]:
        """Return the sources `args.source` names, in pulling order; all when it names none.

        Raises:
            SourceInvalid: a source file is wrong. SourceProblem: a folder is missing.
            UnknownSource: no file describes a source that was named.
        """
        known: dict[str, SourceConfig] = {}
        for folder in self.folders(args):
            if not folder.is_dir():
                raise SourceProblem("SOURCE_PATH", path=folder)
            known.update((source.code, source) for source in read_sources(folder))
        wanted: Iterable[str] = getattr(args, "source", None) or list(known)
        for code in wanted:
            if code not in known:
                near = difflib.get_close_matches(code, list(known), n=1)
                advice = (
                    f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
                )
                raise UnknownSource(f"SOURCE_UNKNOWN: no source {code!r}; {advice}")
        return in_pulling_order(known[code] for code in dict.fromkeys(wanted))


def guarded(args: argparse.Namespace, command: Callable[[], int]) -> int:
    """Run a command; what it could not do becomes one coded line and exit code 1."""
    try:
        return command()
    except (AdapterError, DatabaseError) as error:
        message = str(error).replace("\n", " ")
        if not message.startswith(error.code):
            message = f"{error.code}: {message}"
        if args.format.startswith("json"):
            print(json.dumps({"error": {"code": error.code, "message": message}}))
        print(f"error: {message}", file=sys.stderr)
        return 1
