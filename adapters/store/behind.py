"""Copying behind the program's back: rows go to PostgreSQL while the next ones are made.

A `Behind` is a transaction whose COPY statements are only begun: the caller makes the records of
the next one meanwhile. Every other statement waits until what was begun is done, so each sees all
that was written before it, and the order of statements stays as it is written. A COPY that fails
fails at the next statement, or at the end of `behind`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any, Final, TypeVar

from resolvers.database.pool import Transaction

_ResultT = TypeVar("_ResultT")

PART_ROWS: Final = 1_000
"""Records per COPY: while one part is copied, the next is made."""
_SLICE_ROWS: Final = 100


class Behind(Transaction):
    """See the module. Made by `behind`."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction.connection, transaction.where)
        self._copying: asyncio.Task[None] | None = None

    async def copy_records(
        self,
        name: str,
        schema: str,
        table: str,
        columns: Sequence[str],
        records: Iterable[Sequence[object]],
    ) -> None:
        waiting = iter(records)
        while part := await _taken(waiting):
            await self.settle()
            copy = super().copy_records(name, schema, table, columns, part)
            self._copying = asyncio.ensure_future(copy)
            await asyncio.sleep(0)  # begins to send

    async def settle(self) -> None:
        """Wait for the COPY that was begun; raises what it raised."""
        if self._copying is not None:
            copying, self._copying = self._copying, None
            await copying

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[Transaction]:
        await self.settle()
        async with super().savepoint():
            try:
                yield self
            finally:
                await self.settle()

    async def _run(
        self, name: str, method: Callable[..., Coroutine[Any, Any, _ResultT]], *args: Any
    ) -> _ResultT:
        if asyncio.current_task() is not self._copying:
            await self.settle()
        return await super()._run(name, method, *args)


@asynccontextmanager
async def behind(transaction: Transaction) -> AsyncIterator[Behind]:
    """Copy behind the back of a block; at its end all is written, or what failed is raised."""
    writer = Behind(transaction)
    try:
        yield writer
    except BaseException:
        # The connection must be at rest before anything is rolled back; the first failure counts.
        if writer._copying is not None:
            await asyncio.gather(writer._copying, return_exceptions=True)
        raise
    await writer.settle()


async def _taken(records: Iterator[Sequence[object]]) -> list[Sequence[object]]:
    """Make the records of one part, letting others run after each slice."""
    part: list[Sequence[object]] = []
    while len(part) < PART_ROWS and (made := list(islice(records, _SLICE_ROWS))):
        part += made
        await asyncio.sleep(0)
    return part
