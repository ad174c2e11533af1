"""Single records on demand: several calls at once, their records in one batch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from adapters.net.client import Call
from adapters.net.segments import spread
from adapters.records import RecordBatch

MOST_KEYS: Final = 100
"""Keys in one call; an address of a hundred numbers is a few kilobytes long."""
MOST_AT_ONCE: Final = 8


async def look_up(
    calls: Iterable[Call],
    ask: Callable[[Call], Awaitable[list[Any]]],
    fields: Mapping[str, str],
    each: str | None,
) -> RecordBatch:
    """Return the records all calls found, in the order of the calls; raises SourceProblem."""
    gate = asyncio.Semaphore(MOST_AT_ONCE)

    async def in_turn(call: Call) -> list[Any]:
        async with gate:
            return await ask(call)

    tasks = [asyncio.ensure_future(in_turn(call)) for call in calls]
    try:
        found = await asyncio.gather(*tasks)
    finally:
        # After a failure nobody waits for the others.
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    batch = RecordBatch("look-up", fields)
    for records in found:
        for record in records if each is None else spread(records, each):
            batch.add(record)
    return batch
