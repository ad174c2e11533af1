"""Fewer garbage collections while a large structure is built.

Composition makes a million objects and keeps most. CPython's collector looks through all of them
each time they have grown by a quarter, and finds nothing to free: for a hundred subgraphs that is
half of the time. With the thresholds below young garbage is still collected, so the peak of memory
stays the same (measured: `python -m tests.benchmarks compose`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

# Objects made before the youngest generation is looked through; how many of its collections
# before the middle one is; and of those, before all is.
_THRESHOLDS = (50_000, 10, 100)

_lock = Lock()
_inside = 0
_before = gc.get_threshold()


@contextmanager
def growing_heap() -> Iterator[None]:
    """Collect less often inside the block. Blocks may nest and run in several threads."""
    global _inside, _before
    with _lock:
        if _inside == 0:
            _before = gc.get_threshold()
            if _before[0] > 0:  # 0: the program collects by itself or not at all
                gc.set_threshold(*(max(pair) for pair in zip(_before, _THRESHOLDS, strict=True)))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                gc.set_threshold(*_before)
