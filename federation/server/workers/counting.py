"""How many workers: a number, or as many as there are cores for us."""

from __future__ import annotations

import os
from typing import Literal

Workers = int | Literal["auto"]

# More on one port help nobody, and a mistyped number must not fork a machine down.
MOST = 256


def worker_count(wanted: Workers) -> int:
    """Return the number that `wanted` stands for; `auto` counts the cores this process may use."""
    if wanted != "auto":
        return wanted
    if hasattr(os, "sched_getaffinity"):
        return min(MOST, len(os.sched_getaffinity(0)))
    return min(MOST, os.cpu_count() or 1)


def parse_workers(text: str) -> Workers:
    """Return what `--workers` says. Raises `ValueError`.

    >>> parse_workers("4"), parse_workers("auto")
    (4, 'auto')
    """
    if text == "auto":
        return "auto"
    number = int(text)
    if not 1 <= number <= MOST:
        raise ValueError(f"{number} is not a number of workers; give 1 to {MOST} or auto")
    return number


def share(total: int, index: int, count: int, least: int = 1) -> int:
    """Return what worker `index` of `count` has of a total, so that all together have the total.

    Each has `least` at any rate.

    >>> [share(10, index, 4) for index in range(4)], share(2, 3, 4)
    ([3, 3, 2, 2], 1)
    """
    return max(least, total // count + (index < total % count))
