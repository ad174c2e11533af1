"""Commands over the adapters: `hub sources list | check`, `hub pull [SOURCE…]`.

`add_commands` hangs them into the program's parser. Each sets `handler`, called with the parsed
arguments, which returns the exit code: 0, or 1 with one line per fault on stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from adapters.checking import CheckedFile, check_source
from adapters.config import SourceConfig, in_pulling_order, read_sources
from adapters.console import (
    Bars,
    Lines,
    check_json,
    check_lines,
    message_line,
    report_json,
    wants_bars,
)
from adapters.errors import AdapterError, SourceProblem
from adapters.model import SyncReport
from adapters.sync import PullOptions, pull_sources
from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database

OpenDatabase = Callable[[argparse.Namespace], AbstractAsyncContextManager[Database]]
FindFolders = Callable[[argparse.Namespace], Sequence[Path]]


class UnknownSource(AdapterError):
    """A source was asked for that no file describes."""

    code = "SOURCE_UNKNOWN"


def add_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
    open_database: OpenDatabase,
    find_folders: FindFolders,
    common: Sequence[argparse.ArgumentParser] = (),
) -> None:
    """Add `sources` and `pull`.

    `open_database` opens what the parsed arguments name; `find_folders` gives the folders with
    source files when `--sources` names none. `common` are parent parsers with shared options.
    """
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--sources",
        dest="folders",
        type=Path,
        action="append",
        metavar="DIR",
        help="folder with source files; may be given several times",
    )
    shared.add_argument("--format", choices=("text", "json"), default="text")
    parents = [*common, shared]

    sources = subparsers.add_parser("sources", help="the sources of the centres")
    commands = sources.add_subparsers(dest="sources_command", metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="list the sources", parents=parents)
    listing.set_defaults(handler=lambda args: _guarded(args, lambda: run_list(args, find_folders)))
    checking = commands.add_parser(
        "check",
        help="read source files strictly and show what each column becomes",
        parents=parents,
    )
    checking.add_argument("source", nargs="*", help="codes of sources; all of them by default")
    checking.set_defaults(
        handler=lambda args: _guarded(args, lambda: run_check(args, find_folders))
    )
    pull = subparsers.add_parser(
        "pull", help="pull sources: read, check and store what is new", parents=parents
    )
    pull.add_argument("source", nargs="*", help="codes of sources; all of them by default")
    pull.add_argument("--full", action="store_true", help="read files again that were loaded")
    pull.add_argument(
        "--dry-run", action="store_true", help="tell what would happen, change nothing"
    )
    pull.set_defaults(
        handler=lambda args: _guarded(args, lambda: run_pull(args, open_database, find_folders))
    )


def _guarded(args: argparse.Namespace, command: Callable[[], int]) -> int:
    try:
        return command()
    except (AdapterError, DatabaseError) as error:
        message = str(error).replace("\n", " ")
        if not message.startswith(error.code):
            message = f"{error.code}: {message}"
        if args.format == "json":
            print(json.dumps({"error": {"code": error.code, "message": message}}))
        print(f"error: {message}", file=sys.stderr)
        return 1


def _selected(args: argparse.Namespace, find_folders: FindFolders) -> tuple[SourceConfig, ...]:
    """Return the sources the arguments name; all of them when they name none."""
    folders: Iterable[Path] = args.folders or find_folders(args)
    known: dict[str, SourceConfig] = {}
    for folder in folders:
        if not folder.is_dir():
            raise SourceProblem("SOURCE_PATH", path=folder)
        known.update((source.code, source) for source in read_sources(folder))
    wanted: list[str] = getattr(args, "source", None) or list(known)
    for code in wanted:
        if code not in known:
            near = difflib.get_close_matches(code, list(known), n=1)
            advice = (
                f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
            )
            raise UnknownSource(f"SOURCE_UNKNOWN: no source {code!r}; {advice}")
    return in_pulling_order(known[code] for code in dict.fromkeys(wanted))


def run_list(args: argparse.Namespace, find_folders: FindFolders) -> int:
    """Print the sources in pulling order."""
    sources = _selected(args, find_folders)
    if args.format == "json":
        keys = ("code", "name", "center", "kind", "feed", "precedence", "path")
        rows = [{key: getattr(source, key) for key in keys} for source in sources]
        print(json.dumps({"sources": rows}, ensure_ascii=False))
        return 0
    for source in sources:
        print(
            f"{source.code:<28} {source.feed:<13} {source.precedence:<9} {source.center:<13} "
            f"{source.name}"
        )
    return 0


def run_check(args: argparse.Namespace, find_folders: FindFolders) -> int:
    """Print what each column of each source becomes; 1 when a file would be refused."""
    results = asyncio.run(_check(_selected(args, find_folders)))
    failed = any(file.problem for files in results.values() for file in files)
    if args.format == "json":
        document = {code: check_json(files) for code, files in results.items()}
        print(json.dumps({"sources": document}, ensure_ascii=False))
        return int(failed)
    for code, files in results.items():
        print(code)
        for file in files:
            print("\n".join(check_lines(file)), file=sys.stderr if file.problem else sys.stdout)
    return int(failed)


async def _check(sources: Iterable[SourceConfig]) -> dict[str, list[CheckedFile]]:
    return {source.code: await check_source(source) for source in sources}


def run_pull(
    args: argparse.Namespace, open_database: OpenDatabase, find_folders: FindFolders
) -> int:
    """Pull and tell; 1 when a source or a file could not be loaded."""
    sources = _selected(args, find_folders)
    options = PullOptions(full=args.full, dry_run=args.dry_run)

    async def pull() -> list[SyncReport]:
        async with open_database(args) as database:
            if args.format == "text" and wants_bars():
                with Bars() as bars:
                    return await pull_sources(database, sources, options, bars)
            out = sys.stderr if args.format == "json" else sys.stdout
            return await pull_sources(database, sources, options, Lines(out))

    reports = asyncio.run(pull())
    failed = [report for report in reports if report.failed]
    if args.format == "json":
        document = {"sources": [report_json(report) for report in reports]}
        print(json.dumps(document, ensure_ascii=False))
    for report in failed:
        problem = report.problem or next(
            batch.problem for batch in report.batches if batch.problem is not None
        )
        print(f"error: {report.source}: {message_line(problem)}", file=sys.stderr)
    return int(bool(failed))
