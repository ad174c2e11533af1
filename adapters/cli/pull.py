"""`hub pull`: read, check and store what is new, and show how it goes.

On a terminal a running line per source; elsewhere plain lines; `--format json` one document at the
end; `--format jsonl` one JSON object a line while it runs (`started`, `progress`, `batch`,
`finished`). Exit code 0: everything was loaded; 1: a source or a batch was not; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.cli.jobs import run_queue
from adapters.cli.shared import FORMATS, Shared, Subparsers
from adapters.console import Bars, JsonLines, Lines, message_line, wants_bars
from adapters.model import SyncReport
from adapters.progress import Progress
from adapters.reports import report_json
from adapters.sync import PullOptions, pull_sources


def add_commands(subparsers: Subparsers, shared: Shared) -> None:
    """Add `pull`."""
    parser = shared.add_parser(
        subparsers,
        "pull",
        run_pull,
        help="pull sources: read, check and store what is new",
        formats=(*FORMATS, "jsonl"),
    )
    parser.add_argument("source", nargs="*", help="codes of sources; all of them by default")
    parser.add_argument("--full", action="store_true", help="read again what was loaded")
    parser.add_argument(
        "--dry-run", action="store_true", help="tell what would happen, change nothing"
    )
    parser.add_argument(
        "--queue", action="store_true", help="ask the workers to pull, do not pull here"
    )


def run_pull(args: argparse.Namespace, shared: Shared) -> int:
    """Pull and tell; 1 when a source or a batch could not be loaded."""
    if args.queue:
        return run_queue(args, shared)
    sources = shared.selected(args)
    options = PullOptions(full=args.full, dry_run=args.dry_run)

    async def pull() -> list[SyncReport]:
        async with shared.open_database(args) as database:
            with _progress(args.format) as progress:
                return await pull_sources(database, sources, options, progress)

    reports = asyncio.run(pull())
    if args.format == "json":
        document = {"sources": [report_json(report) for report in reports]}
        print(json.dumps(document, ensure_ascii=False))
    failed = [report for report in reports if report.failed]
    for report in failed:
        problem = report.first_problem
        assert problem is not None
        print(f"error: {report.source}: {message_line(problem)}", file=sys.stderr)
    return int(bool(failed))


@contextmanager
def _progress(form: str) -> Iterator[Progress]:
    if form == "jsonl":
        yield JsonLines(sys.stdout)
    elif form == "text" and wants_bars():
        with Bars() as bars:
            yield bars
    else:
        yield Lines(sys.stderr if form == "json" else sys.stdout)
