"""PostgreSQL, and databases that speak its protocol, through asyncpg.

A connection of its own, not the hub's pool: the database is a centre's. Rows come by a cursor of
the server in a REPEATABLE READ, READ ONLY transaction; writing is refused by the server itself.
Decimals, dates and the like are taken as the texts the server writes, and given back as such.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Final

import asyncpg
import orjson

from adapters.errors import SourceProblem
from adapters.sql_drivers.base import (
    CHINA,
    Access,
    Dialect,
    Record,
    checked_columns,
    decimal_text,
    plain_record,
)

_TEXTS: Final = (
    *("money", "uuid", "inet", "cidr", "macaddr", "bit", "varbit"),
    *("date", "time", "timetz", "timestamp", "timestamptz", "interval"),
)
_JSONS: Final = ("json", "jsonb")
_REFUSED: Final = frozenset(("bytea",))
_ERRORS: Final = (
    *(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError),
    *(OSError, TimeoutError, UnicodeError, ValueError),
)
# Set inside the transaction and not at the start: poolers refuse startup parameters.
_SETTINGS: Final = """
select set_config('statement_timeout', $1, true), set_config('timezone', $2, true),
       set_config('datestyle', 'ISO, YMD', true), set_config('intervalstyle', 'iso_8601', true),
       set_config('application_name', 'zhitong-hub', true)
"""


class PostgresDialect(Dialect):
    def placeholder(self, number: int) -> str:
        return f"${number}"


class Postgres:
    """The driver `postgresql`."""

    dialect: Dialect = PostgresDialect()

    def require(self) -> None:
        return

    async def connect(self, access: Access) -> PostgresConnection:
        tls = access.tls_context()
        try:
            connection = await asyncpg.connect(
                access.url,
                host=None if access.url else access.host,
                port=access.port,
                user=access.user,
                password=access.password,
                database=access.database,
                # False, and not None, which would ask the environment.
                ssl=tls if tls is not None else False,
                timeout=access.timeout,
                # The server's own time limit comes first; this one is for a server that is gone.
                command_timeout=access.timeout + 5,
                statement_cache_size=0,
            )
        except _ERRORS as error:
            raise access.problem(error) from None
        return PostgresConnection(connection, access)


class PostgresConnection:
    def __init__(self, connection: Any, access: Access) -> None:
        self._connection, self._access = connection, access
        self._prepared = False

    async def read(
        self, statement: str, values: Sequence[Any], rows: int
    ) -> AsyncGenerator[list[Record], None]:
        try:
            await self._prepare()
            async with self._connection.transaction(isolation="repeatable_read", readonly=True):
                await self._settle()
                prepared = await self._connection.prepare(statement)
                columns = _columns(prepared)
                given = [
                    _parameter(value, kind.name)
                    for value, kind in zip(values, prepared.get_parameters(), strict=True)
                ]
                cursor = await prepared.cursor(*given)
                while found := await cursor.fetch(rows):
                    yield [plain_record(columns, tuple(row)) for row in found]
        except _ERRORS as error:
            raise self._access.problem(error) from None

    async def _prepare(self) -> None:
        if self._prepared:
            return
        for name in _TEXTS:
            await self._connection.set_type_codec(
                name, schema="pg_catalog", encoder=str, decoder=str, format="text"
            )
        await self._connection.set_type_codec(
            "numeric", schema="pg_catalog", encoder=str, decoder=decimal_text, format="text"
        )
        for name in _JSONS:
            await self._connection.set_type_codec(
                name, schema="pg_catalog", encoder=str, decoder=orjson.loads, format="text"
            )
        self._prepared = True

    async def _settle(self) -> None:
        milliseconds = str(int(self._access.timeout * 1000))
        await self._connection.fetchrow(_SETTINGS, milliseconds, CHINA)
        if self._access.encoding is not None:
            # A database in SQL_ASCII gives its bytes as they are; this says how to read them.
            await self._connection.execute(
                "select set_config('client_encoding', $1, true)", self._access.encoding
            )

    async def close(self) -> None:
        # No farewell is waited for: the transaction only read.
        self._connection.terminate()


def _columns(prepared: Any) -> list[str]:
    attributes = prepared.get_attributes()
    for attribute in attributes:
        if attribute.type.name.removesuffix("[]") in _REFUSED:
            raise SourceProblem("SOURCE_SQL_TYPE", name=attribute.name, type=attribute.type.name)
    columns = [attribute.name for attribute in attributes]
    checked_columns(columns)
    return columns


def _parameter(value: Any, type_name: str) -> Any:
    """Return a value as the driver wants it for a parameter of that type."""
    convert = _CONVERT.get(type_name, str)
    return value if value is None or isinstance(value, bool) else convert(value)


_CONVERT: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), int),
    **dict.fromkeys(("float4", "float8"), float),
}

DRIVER: Final = Postgres()
