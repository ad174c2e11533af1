"""`hub sources check`: what each column of a source would become, without storing anything."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable

from adapters.checking import CheckedFile, CheckedSource, check_source
from adapters.cli.check_output import check_json, check_lines, problem_line
from adapters.cli.shared import Shared, Subparsers
from adapters.config import SourceConfig


def add_commands(subparsers: Subparsers, shared: Shared) -> None:
    """Add `check`."""
    parser = shared.add_parser(
        subparsers,
        "check",
        run_check,
        help="read source files strictly and show what each column becomes",
    )
    parser.add_argument("source", nargs="*", help="codes of sources; all of them by default")


def run_check(args: argparse.Namespace, shared: Shared) -> int:
    """Print what the first rows of each source become; 1 when a source cannot be reached or a batch
    would be refused."""
    results = asyncio.run(_check(shared.selected(args)))
    if args.format == "json":
        document = {checked.code: check_json(checked) for checked in results}
        print(json.dumps({"sources": document}, ensure_ascii=False))
    else:
        for checked in results:
            _print(checked)
    for checked in results:
        parts: tuple[CheckedFile | CheckedSource, ...] = (*checked.files, checked)
        for part in parts:
            if part.problem is not None:
                print(problem_line(checked.code, part), file=sys.stderr)
    return int(any(checked.failed for checked in results))


def _print(checked: CheckedSource) -> None:
    print(checked.code)
    for file in checked.files:
        print("\n".join(check_lines(file)))
    if not checked.files and checked.problem is None:
        print("  没有可读的文件或记录。 Nothing to read.")


async def _check(sources: Iterable[SourceConfig]) -> list[CheckedSource]:
    return [await check_source(source) for source in sources]
