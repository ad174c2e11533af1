"""How a pull is shown: lines that do not flood a log, JSON lines, bars with rates."""

from __future__ import annotations

import io
import json

import pytest

from adapters import console
from adapters.console import Bars, JsonLines, Lines
from adapters.findings import finding
from adapters.model import BatchReport, BatchStatus, Counts, SyncReport
from adapters.progress import Progress


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(console, "time", clock)
    return clock


def batch(name: str, read: int = 10, **changes: object) -> BatchReport:
    report = BatchReport("a", "PATENT", name, "00", BatchStatus.LOADED)
    report.counts = Counts(read=read, accepted=read)
    for field, value in changes.items():
        setattr(report, field, value)
    return report


def lines_of(out: io.StringIO) -> list[str]:
    return out.getvalue().splitlines()


def test_lines_are_at_most_one_in_a_few_seconds(clock: Clock) -> None:
    out = io.StringIO()
    lines: Progress = Lines(out, every=3)
    lines.started("a", "A")
    lines.batch_done(batch("1.csv"))
    for number in range(2, 1000):
        clock.now += 0.01
        lines.advanced("a", f"{number}.csv", Counts(read=5, accepted=5))
        lines.batch_done(batch(f"{number}.csv"))
    assert len(lines_of(out)) <= 1 + 2 * 4
    lines.finished(SyncReport("a", "PATENT", seconds=10))
    told = lines_of(out)
    assert told[0].startswith("a: 1.csv: loaded: rows 10, ")
    assert told[-2].startswith("a: 999.csv: loaded: rows 10, ")
    assert told[-1] == "a: done in 10.0 s: batches 999, 9,990 rows · 9,990 accepted · 1,001 rows/s"
    # every batch is counted in some line
    numbers = [int(line.split()[1]) for line in told if " more batches: " in line]
    named = sum(": loaded: " in line for line in told)
    assert sum(numbers) + named == 999


def test_a_long_batch_tells_how_far_it_is(clock: Clock) -> None:
    out = io.StringIO()
    lines = Lines(out, every=3)
    lines.started("a", "A")
    for read in range(1000, 11_000, 1000):
        clock.now += 1
        lines.advanced("a", "big.csv", Counts(read=read, accepted=read - 1, rejected=1))
    assert lines_of(out) == [
        "a: big.csv: 3,000 rows · 2,999 accepted · 1 refused · 1,000 rows/s",
        "a: big.csv: 6,000 rows · 5,999 accepted · 1 refused · 1,000 rows/s",
        "a: big.csv: 9,000 rows · 8,999 accepted · 1 refused · 1,000 rows/s",
    ]


def test_refused_batches_are_always_told(clock: Clock) -> None:
    out = io.StringIO()
    lines = Lines(out)
    lines.started("a", "A")
    lines.batch_done(batch("1.csv"))
    lines.batch_done(batch("2.csv", status=BatchStatus.FAILED, problem=finding("FILE_ENCODING")))
    assert [line.split(": ")[1] for line in lines_of(out)] == ["1.csv", "2.csv", "FILE_ENCODING"]


def test_a_worker_says_only_what_is_new(clock: Clock) -> None:
    out = io.StringIO()
    lines = Lines(out, only_new=True)
    lines.started("a", "A")
    lines.batch_done(batch("1.csv", repeated=True))
    lines.finished(SyncReport("a", "PATENT"))
    assert lines_of(out) == []
    lines.started("a", "A")
    lines.finished(SyncReport("a", "PATENT", problem=finding("SOURCE_BUSY")))
    assert lines_of(out)[0].startswith("a: SOURCE_BUSY: ")


def test_json_lines(clock: Clock) -> None:
    out = io.StringIO()
    lines: Progress = JsonLines(out, every=1)
    lines.started("a", "名称")
    for read in range(100, 1100, 100):
        clock.now += 0.5
        lines.advanced("a", "x.csv", Counts(read=read, accepted=read, warned=1))
    lines.batch_done(batch("x.csv", 1000))
    lines.advanced("a", "y.csv", Counts(read=50))
    clock.now += 1
    lines.advanced("a", "y.csv", Counts(read=60))
    lines.batch_done(batch("y.csv", 60, repeated=True))
    lines.finished(SyncReport("a", "PATENT", seconds=6.0))
    events = [json.loads(line) for line in lines_of(out)]
    names = [event["event"] for event in events]
    assert names == ["started", *["progress"] * 5, "batch", "progress", "batch", "finished"]
    assert events[0] == {"event": "started", "source": "a", "name": "名称"}
    assert events[1]["rowsRead"] == 200
    assert (events[1]["rowsPerSecond"], events[1]["rowsWarned"]) == (200, 1)
    assert events[7]["rowsRead"] == 1060
    assert (events[-1]["batches"], events[-1]["batchesRepeated"]) == (2, 1)
    assert (events[-1]["rowsRead"], events[-1]["problem"]) == (1000, None)


def test_bars_show_figures_and_rate() -> None:
    out = io.StringIO()
    with Bars(out) as bars:
        bars.started("a", "A")
        bars.advanced("a", "1.csv", Counts(read=4000, accepted=3998, warned=2, rejected=2))
        bars.batch_done(batch("1.csv", 4000))
        bars.batch_done(batch("2.csv", status=BatchStatus.FAILED, problem=finding("FILE_ENCODING")))
        bars.finished(SyncReport("a", "PATENT"))
    shown = out.getvalue()
    assert "4,010 rows" in shown
    assert "rows/s" in shown
    assert "a: FILE_ENCODING: " in shown
