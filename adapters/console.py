"""Showing pulls and checks on a terminal, in a log, and as JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from adapters.checking import CheckedFile
from adapters.findings import Finding
from adapters.model import BatchReport, Counts, SyncReport


def counts_line(counts: Counts) -> str:
    """Return the figures of a batch in one line.

    >>> counts_line(Counts(read=3, accepted=2, warned=1, rejected=1))
    'rows 3, accepted 2 (warned 1), refused 1, duplicate 0, ignored 0, changed 0'
    """
    return (
        f"rows {counts.read}, accepted {counts.accepted} (warned {counts.warned}), "
        f"refused {counts.rejected}, duplicate {counts.duplicate}, ignored {counts.ignored}, "
        f"changed {counts.changed}"
    )


def message_line(found: Finding) -> str:
    """Return a finding in one line, Chinese and English."""
    return f"{found.code}: {found.message.replace(chr(10), ' ')}"


class Lines:
    """Progress as plain lines, one per file, for logs and pipes."""

    def __init__(self, out: TextIO, *, only_new: bool = False) -> None:
        """`only_new`: say nothing of files that were loaded before."""
        self._out = out
        self._only_new = only_new

    def started(self, source: str, title: str) -> None:
        return

    def advanced(self, source: str, batch: str, counts: Counts) -> None:
        return

    def batch_done(self, report: BatchReport) -> None:
        if report.repeated and self._only_new:
            return
        state = "already loaded" if report.repeated else report.status.value.lower()
        line = f"{report.source}: {report.name}: {state}: {counts_line(report.counts)}"
        print(line, file=self._out, flush=True)
        if report.problem:
            print(f"{report.source}: {message_line(report.problem)}", file=self._out, flush=True)

    def finished(self, report: SyncReport) -> None:
        if report.problem:
            print(f"{report.source}: {message_line(report.problem)}", file=self._out, flush=True)


class Bars:
    """Progress on a terminal: a running line per source with its figures and rows per second."""

    def __init__(self) -> None:
        # Imported here: only a terminal needs it, and it costs a tenth of a second.
        from rich.console import Console
        from rich.progress import Progress as RichProgress
        from rich.progress import SpinnerColumn, TextColumn

        self._bars = RichProgress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[figures]}", style="dim"),
            console=Console(stderr=True),
        )
        self._tasks: dict[str, Any] = {}
        self._started: dict[str, float] = {}

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def started(self, source: str, title: str) -> None:
        self._tasks[source] = self._bars.add_task(source, total=None, figures="")
        self._started[source] = time.monotonic()

    def advanced(self, source: str, batch: str, counts: Counts) -> None:
        seconds = max(time.monotonic() - self._started[source], 0.001)
        rate = f" · {counts.read / seconds:,.0f} rows/s"
        self._bars.update(self._tasks[source], figures=short_line(counts) + rate)

    def batch_done(self, report: BatchReport) -> None:
        state = " · already loaded" if report.repeated else ""
        self._bars.update(self._tasks[report.source], figures=short_line(report.counts) + state)
        if report.problem:
            self._bars.console.print(f"{report.source}: {message_line(report.problem)}")

    def finished(self, report: SyncReport) -> None:
        self._bars.update(self._tasks[report.source], total=1, completed=1)
        if report.problem:
            self._bars.console.print(f"{report.source}: {message_line(report.problem)}")


def short_line(counts: Counts) -> str:
    """Return the figures that fit beside a name on a narrow terminal.

    >>> short_line(Counts(read=3, accepted=2, warned=1, rejected=1))
    '3 rows · 2 accepted · 1 warned · 1 refused'
    """
    parts = [f"{counts.read} rows", f"{counts.accepted} accepted"]
    named = (
        (counts.warned, "warned"),
        (counts.rejected, "refused"),
        (counts.duplicate, "duplicate"),
    )
    return " · ".join(parts + [f"{number} {name}" for number, name in named if number])


def wants_bars(out: TextIO = sys.stderr) -> bool:
    """Return whether somebody is watching."""
    return out.isatty()


def report_json(report: SyncReport) -> dict[str, Any]:
    """Return a report as plain values, field names as in the graph."""
    return {
        "source": report.source,
        "feed": report.feed,
        "dryRun": report.dry_run,
        "failed": report.failed,
        "seconds": round(report.seconds, 3),
        "problem": _finding_json(report.problem),
        "batches": [_batch_json(batch) for batch in report.batches],
    }


def _batch_json(batch: BatchReport) -> dict[str, Any]:
    counts = batch.counts
    return {
        "id": batch.batch_id,
        "fileName": batch.name,
        "sha256": batch.sha256,
        "encoding": batch.encoding,
        "status": batch.status.value,
        "repeated": batch.repeated,
        "rowsRead": counts.read,
        "rowsAccepted": counts.accepted - counts.warned,
        "rowsWarned": counts.warned,
        "rowsRejected": counts.rejected,
        "rowsDuplicate": counts.duplicate,
        "rowsIgnored": counts.ignored,
        "rowsChanged": counts.changed,
        "conflicts": counts.conflicts,
        "codes": batch.codes,
        "problem": _finding_json(batch.problem),
    }


def _finding_json(found: Finding | None) -> dict[str, Any] | None:
    return None if found is None else {"code": found.code, "message": found.message}


def check_json(files: Sequence[CheckedFile]) -> list[dict[str, Any]]:
    """Return checked files as plain values."""
    return [asdict(file) | {"problem": _finding_json(file.problem)} for file in files]


def check_lines(file: CheckedFile) -> list[str]:
    """Return a checked file as lines: a row per column, then the findings."""
    where = ", ".join(
        part
        for part in (
            file.encoding,
            f"sheet {file.sheet}" if file.sheet else None,
            f"header in row {file.header_row}" if file.header_row else None,
            f"{file.rows} rows looked at",
        )
        if part
    )
    lines = [f"{file.name}: {where}"]
    if file.problem:
        return [f"{file.name}: {message_line(file.problem)}"]
    for column in file.columns:
        meaning = column.field or "(not used)"
        unit = f" [{column.unit}]" if column.unit else ""
        example = _cut(column.example or "")
        value = f" → {_cut(column.value)}" if column.value is not None else ""
        lines.append(f"  {column.header} → {meaning}{unit}: {example}{value}")
    lines += [f"  {code}: {number}" for code, number in file.codes.items()]
    return lines


def _cut(text: str, length: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


__all__ = ["Bars", "Lines", "check_json", "check_lines", "report_json", "wants_bars"]
