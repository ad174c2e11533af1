"""Showing a pull while it runs: on a terminal, in a log, and as JSON lines."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any, TextIO

import orjson

from adapters.findings import Finding
from adapters.model import BatchReport, Counts, SyncReport
from adapters.reports import batch_json, counts_json, finding_json

LINE_SECONDS = 3.0
"""At most one plain line per source in this time, problems and the last line apart."""
EVENT_SECONDS = 1.0
"""At most one `progress` event per source in this time."""


def counts_line(counts: Counts) -> str:
    """Return the figures of a batch in one line.

    >>> counts_line(Counts(read=3, accepted=2, warned=1, rejected=1))
    'rows 3, accepted 2 (warned 1), refused 1, duplicate 0, ignored 0, changed 0'
    """
    deleted = f", deleted {counts.deleted}" if counts.deleted else ""
    return (
        f"rows {counts.read}, accepted {counts.accepted} (warned {counts.warned}), "
        f"refused {counts.rejected}, duplicate {counts.duplicate}{deleted}, "
        f"ignored {counts.ignored}, changed {counts.changed}"
    )


def short_line(counts: Counts) -> str:
    """Return the figures that fit beside a name on a narrow terminal.

    >>> short_line(Counts(read=3, accepted=2, warned=1, rejected=1))
    '3 rows · 2 accepted · 1 warned · 1 refused'
    """
    parts = [f"{counts.read:,} rows", f"{counts.accepted:,} accepted"]
    named = (
        (counts.warned, "warned"),
        (counts.rejected, "refused"),
        (counts.duplicate, "duplicate"),
        (counts.deleted, "deleted"),
    )
    return " · ".join(parts + [f"{number:,} {name}" for number, name in named if number])


def message_line(found: Finding) -> str:
    """Return a finding in one line, Chinese and English."""
    return f"{found.code}: {found.message.replace(chr(10), ' ')}"


@dataclass(slots=True)
class _Running:
    """What a display knows of the pull of one source.

    `told`: when something was last said. `held`: batches not yet told of. `done`: figures of the
    batches that were new; `current`: those of the batch in hand.
    """

    started: float = field(default_factory=lambda: time.monotonic())
    told: float = 0.0
    held: list[BatchReport] = field(default_factory=list)
    batches: int = 0
    repeated: int = 0
    done: Counts = field(default_factory=Counts)
    current: Counts = field(default_factory=Counts)

    def batch_done(self, report: BatchReport) -> None:
        self.current = Counts()
        self.batches += 1
        if report.repeated:
            self.repeated += 1
        else:
            self.done.include(report.counts)

    @property
    def total(self) -> Counts:
        total = Counts()
        total.include(self.done)
        total.include(self.current)
        return total

    @property
    def rate(self) -> str:
        """Return the rows read per second since the pull began."""
        seconds = max(time.monotonic() - self.started, 0.001)
        return f"{self.total.read / seconds:,.0f} rows/s"


class Lines:
    """Progress as plain lines for logs and pipes.

    The first batch is told at once, later ones at most one line every few seconds; what was held
    back is summed up in the next line. Refused batches are always told.
    """

    def __init__(self, out: TextIO, *, only_new: bool = False, every: float = LINE_SECONDS) -> None:
        """`only_new`: say nothing of batches that were loaded before, nor of ends of pulls."""
        self._out, self._only_new, self._every = out, only_new, every
        self._running: dict[str, _Running] = {}

    def started(self, source: str, title: str) -> None:
        self._running[source] = _Running()

    def advanced(self, source: str, batch: str, counts: Counts) -> None:
        running = self._running[source]
        running.current = counts
        if self._is_due(running, running.started):
            running.told = time.monotonic()
            self._say(f"{source}: {batch}: {short_line(counts)} · {running.rate}")

    def batch_done(self, report: BatchReport) -> None:
        running = self._running[report.source]
        running.batch_done(report)
        if report.repeated and self._only_new:
            return
        running.held.append(report)
        if report.problem or self._is_due(running, 0.0):
            self._tell(running)

    def finished(self, report: SyncReport) -> None:
        running = self._running.pop(report.source)
        self._tell(running)
        if report.problem:
            self._say(f"{report.source}: {message_line(report.problem)}")
        elif not self._only_new:
            known = f" ({running.repeated} already loaded)" if running.repeated else ""
            self._say(
                f"{report.source}: done in {report.seconds:.1f} s: batches {running.batches}"
                f"{known}, {short_line(running.done)} · {running.rate}"
            )

    def _is_due(self, running: _Running, since: float) -> bool:
        return time.monotonic() - (running.told or since) >= self._every

    def _tell(self, running: _Running) -> None:
        """Say what was held back: one batch by its name, several as a sum."""
        if not running.held:
            return
        *several, last = running.held
        running.held = []
        running.told = time.monotonic()
        if several:
            sum_ = Counts()
            for report in several:
                sum_.include(report.counts)
            self._say(f"{last.source}: {len(several)} more batches: {counts_line(sum_)}")
        state = "already loaded" if last.repeated else last.status.value.lower()
        self._say(f"{last.source}: {last.name}: {state}: {counts_line(last.counts)}")
        if last.problem:
            self._say(f"{last.source}: {message_line(last.problem)}")

    def _say(self, line: str) -> None:
        print(line, file=self._out, flush=True)


class JsonLines:
    """Progress as JSON lines for programs: `started`, `progress`, `batch`, `finished`.

    Every batch is told; `progress` comes at most once a second per source and sums up the pull.
    """

    def __init__(self, out: TextIO, *, every: float = EVENT_SECONDS) -> None:
        self._out, self._every = out, every
        self._running: dict[str, _Running] = {}

    def started(self, source: str, title: str) -> None:
        self._running[source] = _Running(told=time.monotonic())
        self._write("started", source, {"name": title})

    def advanced(self, source: str, batch: str, counts: Counts) -> None:
        running = self._running[source]
        running.current = counts
        now = time.monotonic()
        if now - running.told >= self._every:
            running.told = now
            seconds = now - running.started
            total = running.total
            self._write(
                "progress",
                source,
                {
                    "fileName": batch,
                    **counts_json(total),
                    "seconds": round(seconds, 3),
                    "rowsPerSecond": round(total.read / max(seconds, 0.001)),
                },
            )

    def batch_done(self, report: BatchReport) -> None:
        self._running[report.source].batch_done(report)
        self._write("batch", report.source, batch_json(report))

    def finished(self, report: SyncReport) -> None:
        running = self._running.pop(report.source)
        self._write(
            "finished",
            report.source,
            {
                "feed": report.feed,
                "dryRun": report.dry_run,
                "failed": report.failed,
                "batches": running.batches,
                "batchesRepeated": running.repeated,
                **counts_json(running.done),
                "seconds": round(report.seconds, 3),
                "rowsPerSecond": round(running.done.read / max(report.seconds, 0.001)),
                "problem": finding_json(report.problem),
            },
        )

    def _write(self, event: str, source: str, values: dict[str, Any]) -> None:
        line = orjson.dumps({"event": event, "source": source} | values).decode()
        print(line, file=self._out, flush=True)


class Bars:
    """Progress on a terminal: a running line per source with its figures and rows per second."""

    def __init__(self, out: TextIO | None = None) -> None:
        # Imported here: only a terminal needs it, and it costs a tenth of a second.
        from rich.console import Console
        from rich.progress import Progress as RichProgress
        from rich.progress import SpinnerColumn, TextColumn

        self._bars = RichProgress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[figures]}", style="dim"),
            console=Console(file=out or sys.stderr),
        )
        self._tasks: dict[str, Any] = {}
        self._running: dict[str, _Running] = {}

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def started(self, source: str, title: str) -> None:
        self._tasks[source] = self._bars.add_task(source, total=None, figures="")
        self._running[source] = _Running()

    def advanced(self, source: str, batch: str, counts: Counts) -> None:
        self._running[source].current = counts
        self._show(source, f" · {batch}")

    def batch_done(self, report: BatchReport) -> None:
        self._running[report.source].batch_done(report)
        self._show(report.source, "")
        if report.problem:
            self._bars.console.print(f"{report.source}: {message_line(report.problem)}")

    def finished(self, report: SyncReport) -> None:
        self._bars.update(self._tasks[report.source], total=1, completed=1)
        if report.problem:
            self._bars.console.print(f"{report.source}: {message_line(report.problem)}")

    def _show(self, source: str, more: str) -> None:
        running = self._running[source]
        known = f" · {running.repeated} already loaded" if running.repeated else ""
        figures = f"{short_line(running.total)} · {running.rate}{known}{more}"
        self._bars.update(self._tasks[source], figures=figures)


def wants_bars(out: TextIO | None = None) -> bool:
    """Return whether somebody is watching."""
    return (out or sys.stderr).isatty()
