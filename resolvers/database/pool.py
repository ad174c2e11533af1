"""The database as the rest of the program sees it: bounded connections, named statements.

Every call names its statement (`patents.by_application_number`): the name is the trace span, the
timeout's message and the log line, so neither SQL text nor values are needed there. `numeric`
arrives as Decimal, `json`/`jsonb` as Python values, `timestamptz` in UTC.

A connection carries no state from one use to the next: session settings, LISTEN and advisory locks
belong on `session()`, which cleans up behind itself. So no cleaning round trip is needed on each
release, which would double the cost of a short statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

import asyncpg
import orjson

from resolvers.database.failures import explain_failure, no_connection_free
from resolvers.database.observed import OBSERVED
from resolvers.database.tracing import sql_span
from resolvers.database.url import describe_url

T = TypeVar("T")
# A string: the class is generic in the type stubs only.
Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Isolation = Literal["read_committed", "repeatable_read", "serializable"]
CLOSE_SECONDS = 5.0
# Firewalls forget idle connections without a word; ours are younger.
IDLE_SECONDS = 300.0
# The byte PostgreSQL puts before the text of a jsonb in binary form.
_JSONB_VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """Bounds of the pool; times in seconds.

    `statement_cache_size=0` is for PgBouncer in transaction mode: named prepared statements would
    not be found on the next server connection. Start-up settings are then left out as well
    (PgBouncer refuses them), so the statement timeout is kept by the client alone.
    """

    url: str = field(repr=False)
    max_size: int = 10
    connect_timeout: float = 10.0
    acquire_timeout: float = 10.0
    statement_timeout: float = 30.0
    statement_cache_size: int = 256


class Queries(Protocol):
    """What runs statements: a `Database` (any free connection) or a `Transaction`."""

    async def fetch(self, name: str, sql: str, *args: object) -> list[asyncpg.Record]: ...

    async def fetchrow(self, name: str, sql: str, *args: object) -> asyncpg.Record | None: ...

    async def fetchval(self, name: str, sql: str, *args: object) -> Any: ...

    async def execute(self, name: str, sql: str, *args: object) -> str: ...

    async def executemany(self, name: str, sql: str, rows: Sequence[Sequence[object]]) -> None: ...


class Transaction:
    """Statements on one connection inside one transaction; made by `Database.transaction`."""

    def __init__(self, connection: Connection, where: str) -> None:
        self.connection = connection
        self.where = where

    async def fetch(self, name: str, sql: str, *args: object) -> list[asyncpg.Record]:
        return await self._run(name, self.connection.fetch, sql, *args)

    async def fetchrow(self, name: str, sql: str, *args: object) -> asyncpg.Record | None:
        return await self._run(name, self.connection.fetchrow, sql, *args)

    async def fetchval(self, name: str, sql: str, *args: object) -> Any:
        return await self._run(name, self.connection.fetchval, sql, *args)

    async def execute(self, name: str, sql: str, *args: object) -> str:
        return await self._run(name, self.connection.execute, sql, *args)

    async def executemany(self, name: str, sql: str, rows: Sequence[Sequence[object]]) -> None:
        await self._run(name, self.connection.executemany, sql, rows)

    async def copy_records(
        self,
        name: str,
        schema: str,
        table: str,
        columns: Sequence[str],
        records: Iterable[Sequence[object]],
    ) -> None:
        """COPY `records` into `schema.table`: the fastest way for many rows."""

        async def copy() -> str:
            return await self.connection.copy_records_to_table(
                table, schema_name=schema, columns=list(columns), records=records
            )

        await self._run(name, copy)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[Transaction]:
        """Run a part that may fail alone: on an exception only this part is undone."""
        async with self.connection.transaction():
            yield self

    async def _run(self, name: str, method: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        _note(args)
        with sql_span(name):
            try:
                return await method(*args)
            except Exception as error:
                raise explain_failure(error, self.where, name) from None


@dataclass(frozen=True, slots=True)
class PoolUse:
    """How a pool is used now: connections `used` and `idle`, of at most `max_size`.

    `waiting`: calls that have none yet. `timeouts`: calls so far that waited in vain.
    """

    used: int
    idle: int
    max_size: int
    waiting: int
    timeouts: int


class Database:
    """A bounded pool of connections to one PostgreSQL database."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], settings: PoolSettings) -> None:
        self._pool = pool
        self.settings = settings
        self.where = describe_url(settings.url)
        self._extensions: frozenset[str] | None = None
        self._waiting = 0
        self._timeouts = 0

    @property
    def use(self) -> PoolUse:
        """How the pool is used now."""
        idle = self._pool.get_idle_size()
        return PoolUse(
            self._pool.get_size() - idle,
            idle,
            self.settings.max_size,
            self._waiting,
            self._timeouts,
        )

    @classmethod
    async def connect(cls, settings: PoolSettings | str) -> Database:
        """Open the pool (a URL means default bounds) and prove that it works.

        Raises DatabaseError `DATABASE_UNAVAILABLE` or, for an unusable URL, `DATABASE_CONFIG`.
        """
        if isinstance(settings, str):
            settings = PoolSettings(settings)
        direct = settings.statement_cache_size > 0
        server_settings = {"application_name": "zhitong-hub"}
        if direct:
            milliseconds = int(settings.statement_timeout * 1000)
            server_settings |= {"timezone": "UTC", "statement_timeout": str(milliseconds)}

        try:
            pool = await asyncpg.create_pool(
                settings.url,
                min_size=0,
                max_size=settings.max_size,
                max_inactive_connection_lifetime=IDLE_SECONDS,
                timeout=settings.connect_timeout,
                # Later than the server's own timeout, whose error is the better one.
                command_timeout=settings.statement_timeout + (5 if direct else 0),
                statement_cache_size=settings.statement_cache_size,
                server_settings=server_settings,
                init=_set_codecs,
                reset=_keep,
            )
        except Exception as error:
            raise explain_failure(error, describe_url(settings.url), "connect") from None
        database = cls(pool, settings)
        await database.fetchval("connect", "select 1")
        return database

    async def close(self) -> None:
        """Close all connections; statements still running after five seconds are cut off."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def fetch(self, name: str, sql: str, *args: object) -> list[asyncpg.Record]:
        return await self._run(name, _fetch, sql, *args)

    async def fetchrow(self, name: str, sql: str, *args: object) -> asyncpg.Record | None:
        return await self._run(name, _fetchrow, sql, *args)

    async def fetchval(self, name: str, sql: str, *args: object) -> Any:
        return await self._run(name, _fetchval, sql, *args)

    async def execute(self, name: str, sql: str, *args: object) -> str:
        return await self._run(name, _execute, sql, *args)

    async def executemany(self, name: str, sql: str, rows: Sequence[Sequence[object]]) -> None:
        await self._run(name, _executemany, sql, rows)

    @asynccontextmanager
    async def transaction(
        self, *, isolation: Isolation = "read_committed", readonly: bool = False
    ) -> AsyncIterator[Transaction]:
        """One transaction: committed at the end of the block, rolled back on an exception."""
        connection = await self._acquire()
        try:
            started = connection.transaction(isolation=isolation, readonly=readonly)
            await self._explained("begin", started.start())
            try:
                yield Transaction(connection, self.where)
            except BaseException:
                # The reason of the failure is worth more than a second one of the rollback.
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await started.rollback()
                raise
            await self._explained("commit", started.commit())
        finally:
            await self._pool.release(connection)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A connection of one's own, for LISTEN, advisory locks and session settings."""
        connection = await self._acquire()
        try:
            yield connection
        finally:
            if not connection.is_closed():
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await connection.reset()
            await self._pool.release(connection)

    async def has_extension(self, name: str) -> bool:
        """Whether the database has extension `name`; read once per `Database`."""
        if self._extensions is None:
            rows = await self.fetch("hub.extensions", "select extname from pg_extension")
            self._extensions = frozenset(str(row["extname"]) for row in rows)
        return name in self._extensions

    def forget_extensions(self) -> None:
        """Read the extensions again on the next `has_extension` (after migrations)."""
        self._extensions = None

    async def _run(self, name: str, method: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        _note(args)
        with sql_span(name):
            connection = await self._acquire()
            try:
                return await method(connection, *args)
            except Exception as error:
                raise explain_failure(error, self.where, name) from None
            finally:
                await self._pool.release(connection)

    async def _explained(self, name: str, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await work
        except Exception as error:
            raise explain_failure(error, self.where, name) from None

    async def _acquire(self) -> Connection:
        self._waiting += 1
        try:
            return await self._pool.acquire(timeout=self.settings.acquire_timeout)
        except TimeoutError as error:
            self._timeouts += 1
            if self._pool.get_size() >= self.settings.max_size:
                raise no_connection_free(self.where) from None
            raise explain_failure(error, self.where, "connect") from None
        except Exception as error:
            raise explain_failure(error, self.where, "connect") from None
        finally:
            self._waiting -= 1


def _note(args: tuple[Any, ...]) -> None:
    """Tell who observes the work that runs now of a statement; a COPY, which writes, has none."""
    observation = OBSERVED.get()
    if observation is not None:
        if args:
            observation.statements.add(args[0])
        else:
            observation.elsewhere = "a COPY"


async def _fetch(connection: Connection, sql: str, *args: object) -> list[asyncpg.Record]:
    return await connection.fetch(sql, *args)


async def _fetchrow(connection: Connection, sql: str, *args: object) -> asyncpg.Record | None:
    return await connection.fetchrow(sql, *args)


async def _fetchval(connection: Connection, sql: str, *args: object) -> Any:
    return await connection.fetchval(sql, *args)


async def _execute(connection: Connection, sql: str, *args: object) -> str:
    return await connection.execute(sql, *args)


async def _executemany(connection: Connection, sql: str, rows: Sequence[Sequence[object]]) -> None:
    await connection.executemany(sql, rows)


async def _keep(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Skip the pool's reset; only a transaction somebody left open must not reach the next user."""
    if connection.is_in_transaction():
        connection.terminate()


async def _set_codecs(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    # In binary form, since rows with JSON can then be copied (COPY of the driver is binary).
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=orjson.dumps, decoder=orjson.loads, format="binary"
    )
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_to_jsonb, decoder=_from_jsonb, format="binary"
    )


def _to_jsonb(value: object) -> bytes:
    return _JSONB_VERSION + orjson.dumps(value)


def _from_jsonb(value: bytes) -> Any:
    return orjson.loads(memoryview(value)[1:])
