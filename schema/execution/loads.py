"""Run many loads at once without a task for each: all wait for loaders, and go on when those do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Load: TypeAlias = Coroutine[Any, Any, T]


async def load_together(loads: Sequence[Load[T]]) -> list[T]:
    """Return what the loads return, in their order. They wait for loaders only.

    Raises:
        Exception: the first that a load raised; the others are closed.
    """
    found: dict[int, T] = {}
    waiting: dict[int, asyncio.Future[Any]] = {}
    try:
        for index, load in enumerate(loads):
            _go_on(index, load, found, waiting)
        while waiting:
            first = next(iter(waiting.values()))
            if not first.done():
                # asyncio.wait leaves its error to the load that asked for it
                await asyncio.wait((first,))
            for index in [index for index, future in waiting.items() if future.done()]:
                del waiting[index]
                _go_on(index, loads[index], found, waiting)
    finally:
        if len(found) < len(loads):
            for load in loads:
                load.close()
    return [found[index] for index in range(len(loads))]


def _go_on(
    index: int, load: Load[T], found: dict[int, T], waiting: dict[int, asyncio.Future[Any]]
) -> None:
    """Run a load until it waits for a future, or to its end."""
    try:
        # A future that is waited for is yielded once, as to a task.
        future = load.send(None)
    except StopIteration as end:
        found[index] = end.value
        return
    assert asyncio.isfuture(future), "a load waits for loaders only"
    future._asyncio_future_blocking = False
    waiting[index] = future
