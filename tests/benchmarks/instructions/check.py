"""`instructions`: instructions per request of the warm path, against those noted before.

They are told as multiples of a yardstick's, counted in the same process, so that another
interpreter or library changes them little. A workload that needs over 5 % more than noted fails:

    make bench-check
    python -m tests.benchmarks instructions --write    (after a change that is meant)

Needs valgrind and a minute, and no quiet machine.
"""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.instructions import yardstick
from tests.benchmarks.instructions.callgrind import CallgrindError, count
from tests.benchmarks.instructions.workloads import WORKLOADS
from tests.benchmarks.measure import print_table

NOTED = Path(__file__).parent / "noted.json"
# In percent. Python's own allocator and hash tables make some tenths of a percent.
ALLOWED = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio`: instructions per request as multiples of one round of the yardstick; `change` in
    percent of what was noted, None where nothing was.
    """

    workload: str
    instructions: int
    ratio: float
    noted: float | None
    change: float | None

    @property
    def is_dearer(self) -> bool:
        return self.change is not None and self.change > ALLOWED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="note the counts of this run")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Print the table; return the same as data. Raises `SystemExit` when a workload is dearer."""
    if options.brief:
        return {"skipped": "counting takes a minute; run it by its name"}
    try:
        counts = count()
    except CallgrindError as error:
        raise SystemExit(f"instructions: {error}") from None
    noted = json.loads(NOTED.read_text(encoding="utf-8")) if NOTED.exists() else {"ratios": {}}
    rows = compare(counts, noted["ratios"])
    print_table(
        ("workload", "instructions", "of yardstick", "noted", "change %"),
        [(row.workload, row.instructions, row.ratio, row.noted, row.change) for row in rows],
    )
    if options.write:
        _note(rows)
    elif dearer := [row.workload for row in rows if row.is_dearer or row.noted is None]:
        raise SystemExit(
            f"over {ALLOWED:g} % more instructions than noted, or never noted: {', '.join(dearer)}."
            " Find out why (callgrind_annotate); if it is meant, note it with --write and say so"
            " in the commit."
        )
    return {"rows": [asdict(row) for row in rows]}


def compare(counts: dict[str, int], noted: dict[str, float]) -> list[Row]:
    """Return what each workload takes now, beside what it took.

    >>> from tests.benchmarks.instructions.workloads import WORKLOADS
    >>> counts = {"yardstick": 100_000} | {work.name: 2_000 * work.requests for work in WORKLOADS}
    >>> row = compare(counts, {"small": 1.6})[0]
    >>> row.instructions, row.ratio, row.change, row.is_dearer
    (2000, 2.0, 25.0, True)
    """
    unit = counts[yardstick.NAME] / yardstick.ROUNDS
    rows = []
    for workload in WORKLOADS:
        each = counts[workload.name] / workload.requests
        before = noted.get(workload.name)
        ratio = each / unit
        change = None if before is None else (ratio / before - 1) * 100
        rows.append(Row(workload.name, round(each), ratio, before, change))
    return rows


def _note(rows: list[Row]) -> None:
    noted = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "ratios": {row.workload: round(row.ratio, 4) for row in rows},
        "instructions": {row.workload: row.instructions for row in rows},
    }
    NOTED.write_text(json.dumps(noted, indent=2) + "\n", encoding="utf-8")
