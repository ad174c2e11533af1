"""Measuring one piece of work: wall and CPU seconds, and how far memory rose.

Peak memory of a process never falls again, so each size is measured in a process of its own.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

_ResultT = TypeVar("_ResultT")
# Linux counts the peak in KiB, macOS in bytes.
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
_TIMEOUT_SECONDS = 900


@dataclass(slots=True)
class Measured:
    """Seconds, and bytes by which the process's peak memory rose above what it was before."""

    wall: float = 0.0
    cpu: float = 0.0
    peak_rise: int = 0


def peak_bytes() -> int:
    """Return the most memory this process has had resident so far.

    Linux's own count is taken first: `getrusage` begins with what the parent had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE)
        if found:
            return int(found.group(1)) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT


@contextmanager
def measured() -> Iterator[Measured]:
    """Fill the yielded `Measured` when the block ends."""
    gc.collect()
    found = Measured()
    peak, cpu, wall = peak_bytes(), time.process_time(), time.perf_counter()
    yield found
    found.wall = time.perf_counter() - wall
    found.cpu = time.process_time() - cpu
    found.peak_rise = peak_bytes() - peak


def in_new_process(
    work: Callable[..., _ResultT], *arguments: Any, timeout: float = _TIMEOUT_SECONDS
) -> _ResultT:
    """Return what `work`, a function of a module, returns in a fresh interpreter."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply_async(work, arguments).get(timeout)


def growth(sizes: Sequence[int], values: Sequence[float]) -> list[float | None]:
    """Return for each step the exponent e of `value ~ size^e`: 1 is linear, 2 quadratic.

    >>> growth([10, 20, 40], [1.0, 2.0, 8.0])
    [None, 1.0, 2.0]
    """
    found: list[float | None] = [None]
    for i in range(1, len(sizes)):
        if values[i] <= 0 or values[i - 1] <= 0:
            found.append(None)
        else:
            change = math.log(values[i] / values[i - 1])
            found.append(round(change / math.log(sizes[i] / sizes[i - 1]), 2))
    return found


def print_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows right-aligned under their heads."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(head), *texts]) for i in range(len(head))]
    for line in [list(head), *texts]:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def _text(cell: Any) -> str:
    if cell is None:
        return "-"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
