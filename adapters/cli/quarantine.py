"""`hub quarantine list|export|retry`: refused rows that wait, as the centre's own file and back.

Exit code 0: done, and no row that was tried is refused; 1: rows are still refused, or nothing could
be done (one coded line on stderr); 2: wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from adapters.cli.shared import Shared, Subparsers
from adapters.console import counts_line
from adapters.intake import in_folders, source_of_batch
from adapters.quarantine.corrections import Correction, read_corrections
from adapters.quarantine.export import Export, export_chunks, plan_export
from adapters.quarantine.listing import read_waiting, waiting_json, waiting_lines
from adapters.quarantine.refusal import refused
from adapters.quarantine.retry import RetryReport, RetryRequest, retriable, retry_rows
from adapters.reports import counts_json
from adapters.store.waiting import is_batch_id
from resolvers.database.pool import Database


def add_commands(subparsers: Subparsers, shared: Shared) -> None:
    """Add `quarantine` with its commands."""
    quarantine = subparsers.add_parser("quarantine", help="refused rows that wait for their centre")
    commands = quarantine.add_subparsers(
        dest="quarantine_command", metavar="COMMAND", required=True
    )
    _add_list(commands, shared)
    _add_export(commands, shared)
    _add_retry(commands, shared)


def _add_list(commands: Subparsers, shared: Shared) -> None:
    parser = shared.add_parser(
        commands, "list", run_list, help="what waits, by batch: how many rows, since when, why"
    )
    parser.add_argument("--center", help="of one operation centre, for instance FT-440300-01")
    parser.add_argument("--source", help="of one source, by its code")
    parser.add_argument("--feed", help="of one kind of data, for instance LISTING")
    parser.add_argument("--code", help="rows that break one rule, for instance DATE_INVALID")


def _add_export(commands: Subparsers, shared: Shared) -> None:
    parser = shared.add_parser(
        commands,
        "export",
        run_export,
        help="write the waiting rows as the centre's own file, with the reasons in front",
        formats=("csv", "jsonl"),
    )
    parser.set_defaults(format="csv")
    parser.add_argument("batch", metavar="BATCH|SOURCE", help="id of a batch, or code of a source")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="where to; - is standard output"
    )
    parser.add_argument("--encoding", choices=("utf-8", "gb18030"), default="utf-8")


def _add_retry(commands: Subparsers, shared: Shared) -> None:
    parser = shared.add_parser(
        commands,
        "retry",
        run_retry,
        help="try waiting rows again as they are, or take a corrected export back",
    )
    parser.add_argument(
        "batch", metavar="BATCH|FILE", help="id of a batch, or an exported file that was corrected"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="tell what would happen, change nothing"
    )


def run_list(args: argparse.Namespace, shared: Shared) -> int:
    """Print what waits."""

    async def listed() -> Any:
        async with shared.open_database(args) as database:
            return await read_waiting(
                database, center=args.center, source=args.source, feed=args.feed, code=args.code
            )

    found, now = asyncio.run(listed()), datetime.now(UTC)
    if args.format == "json":
        print(json.dumps(waiting_json(found, now), ensure_ascii=False))
    else:
        print("\n".join(waiting_lines(found, now)))
    return 0


def run_export(args: argparse.Namespace, shared: Shared) -> int:
    """Write the export; say where it is and how many rows it holds."""

    async def exported() -> tuple[Path | None, int]:
        async with shared.open_database(args) as database:
            export = await plan_export(
                database, args.batch, encoding=args.encoding, format=args.format
            )
            if args.output == Path("-"):
                return None, await _write(database, export, sys.stdout.buffer)
            path: Path = args.output or Path(export.name)
            try:
                with path.open("wb") as file:
                    return path, await _write(database, export, file)
            except OSError as error:
                reason = error.strerror or str(error)
                raise refused("EXPORT_FILE", path=path, reason=reason) from error

    path, rows = asyncio.run(exported())
    print(f"{path or '-'}: {rows:,} rows", file=sys.stderr)
    return 0


async def _write(database: Database, export: Export, file: BinaryIO) -> int:
    count = 0
    async with aclosing(export_chunks(database, export)) as chunks:
        async for rows, part in chunks:
            file.write(part)
            count += rows
    file.flush()
    return count


def run_retry(args: argparse.Namespace, shared: Shared) -> int:
    """Try rows again; 1 when some are still refused."""
    corrections = _corrections(args.batch)

    async def retried() -> list[RetryReport]:
        async with shared.open_database(args) as database:
            return [await _retry(database, correction, args, shared) for correction in corrections]

    reports = asyncio.run(retried())
    if args.format == "json":
        document = {"retries": [_report_json(report) for report in reports]}
        print(json.dumps(document, ensure_ascii=False))
    else:
        for report in reports:
            print("\n".join(_report_lines(report)))
    return int(any(report.refused for report in reports))


def _corrections(asked: str) -> Sequence[Correction]:
    """Return the rows a file speaks of; of a batch's id all that wait."""
    if is_batch_id(asked):
        return [Correction(asked.lower(), {})]
    path = Path(asked)
    if not path.is_file():
        raise refused("RETRY_UNKNOWN", asked=asked)
    return read_corrections(path)


async def _retry(
    database: Database, correction: Correction, args: argparse.Namespace, shared: Shared
) -> RetryReport:
    batch = await retriable(database, correction.batch)

    config = source_of_batch(batch, in_folders(shared.folders(args)))
    request = RetryRequest(batch.id, correction.rows, dry_run=args.dry_run)
    return await retry_rows(database, config, request)


def _report_json(report: RetryReport) -> dict[str, Any]:
    plain = {
        "corrects": report.corrects,
        "batch": report.batch_id,
        "dryRun": report.dry_run,
        "takenIn": report.taken_in,
        "refused": report.refused,
        "passedOver": report.passed_over,
        "codes": report.codes,
    }
    return plain | counts_json(report.counts)


def _report_lines(report: RetryReport) -> list[str]:
    state = (
        "dry run"
        if report.dry_run
        else f"in batch {report.batch_id}"
        if report.batch_id
        else "nothing changed"
    )
    lines = [
        f"{report.corrects}: {state}: taken in {len(report.taken_in)}, "
        f"still refused {len(report.refused)}, taken in before {len(report.passed_over)}"
    ]
    if report.counts.read:
        lines.append(f"  {counts_line(report.counts)}")
    if report.refused:
        shown = ", ".join(map(str, report.refused[:20]))
        more = " …" if len(report.refused) > 20 else ""
        codes = ", ".join(f"{code} {rows}" for code, rows in report.codes.items())
        lines.append(f"  rows {shown}{more}: {codes}")
    return lines
