"""What the storage needs of a connection pool, as narrow as it can be; no driver is imported.

`resolvers.database.Database` is one. Statements have a name for traces and messages. `jsonb`
goes in and out as Python values, `uuid` is accepted as text, times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Row(Protocol):
    """A row, by names of columns."""

    def __getitem__(self, column: str, /) -> Any: ...


class Queries(Protocol):
    """What runs statements: the pool, or one transaction of it."""

    async def fetch(self, name: str, sql: str, *args: object) -> Sequence[Row]: ...

    async def fetchrow(self, name: str, sql: str, *args: object) -> Row | None: ...

    async def fetchval(self, name: str, sql: str, *args: object) -> Any: ...

    async def execute(self, name: str, sql: str, *args: object) -> str: ...

    async def executemany(self, name: str, sql: str, rows: Sequence[Sequence[object]]) -> None: ...


class Pool(Queries, Protocol):
    """A pool; `transaction` commits at the end of the block and rolls back on an exception."""

    def transaction(self) -> AbstractAsyncContextManager[Queries]: ...
