"""A database that opens later: for parts that are put together before anything is started."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database, Transaction


class LateDatabase:
    """`Queries` and transactions of the database once `open` was called.

    Before that everything raises `DatabaseError`.
    """

    def __init__(self) -> None:
        self._database: Database | None = None

    def open(self, database: Database) -> None:
        """Use this database from now on."""
        self._database = database

    async def fetch(self, name: str, sql: str, *args: object) -> list[asyncpg.Record]:
        return await self._opened.fetch(name, sql, *args)

    async def fetchrow(self, name: str, sql: str, *args: object) -> asyncpg.Record | None:
        return await self._opened.fetchrow(name, sql, *args)

    async def fetchval(self, name: str, sql: str, *args: object) -> Any:
        return await self._opened.fetchval(name, sql, *args)

    async def execute(self, name: str, sql: str, *args: object) -> str:
        return await self._opened.execute(name, sql, *args)

    async def executemany(self, name: str, sql: str, rows: Sequence[Sequence[object]]) -> None:
        await self._opened.executemany(name, sql, rows)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._opened.transaction() as transaction:
            yield transaction

    @property
    def _opened(self) -> Database:
        if self._database is None:
            raise DatabaseError("DATABASE_UNAVAILABLE", "the database is not open yet; try again")
        return self._database
