"""MySQL and MariaDB, through asyncmy (optional extra `mysql`).

Rows are streamed (`SSCursor`) inside a READ ONLY transaction on a snapshot. The driver writes
parameters into the statement as quoted literals itself, in the connection's character set utf8mb4.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

import orjson

from adapters.errors import SourceProblem
from adapters.sql_drivers.base import Access, Dialect, Record, checked_columns, plain_record

PACKAGE: Final = "asyncmy"
EXTRA: Final = "mysql"
_PORT: Final = 3306
_JSON: Final = 245  # MYSQL_TYPE_JSON


class MysqlDialect(Dialect):
    quotation_mark = "`"

    def placeholder(self, number: int) -> str:
        return "%s"

    def text(self, piece: str) -> str:
        return piece.replace("%", "%%")

    def after(self, columns: Sequence[str], placeholders: Sequence[str]) -> str:
        """Compare column by column: MySQL uses no index for a comparison of rows."""
        names = [self.name(column) for column in columns]
        alternatives = [
            " and ".join([*(f"{name} = %s" for name in names[:at]), f"{names[at]} > %s"])
            for at in range(len(names))
        ]
        return " or ".join(f"({alternative})" for alternative in alternatives)

    def after_values(self, values: Sequence[Any]) -> list[Any]:
        """Placeholders have no numbers here: a value stands once for each comparison."""
        return [value for at in range(len(values)) for value in values[: at + 1]]


class Mysql:
    """The driver `mysql`."""

    dialect: Dialect = MysqlDialect()

    def require(self) -> None:
        _package()

    async def connect(self, access: Access) -> MysqlConnection:
        package = _package()
        errors: tuple[type[BaseException], ...] = (
            *(package.errors.MySQLError, OSError, TimeoutError, EOFError, ValueError),
        )
        try:
            async with asyncio.timeout(access.timeout):
                connection = await package.connect(**_arguments(access))
        except errors as error:
            raise access.problem(error) from None
        return MysqlConnection(connection, access, package, errors)


class MysqlConnection:
    def __init__(
        self,
        connection: Any,
        access: Access,
        package: Any,
        errors: tuple[type[BaseException], ...],
    ) -> None:
        self._connection, self._access = connection, access
        self._package, self._errors = package, errors

    async def read(
        self, statement: str, values: Sequence[Any], rows: int
    ) -> AsyncGenerator[list[Record], None]:
        seconds = self._access.timeout
        try:
            async with asyncio.timeout(seconds):
                await self._begin()
                cursor = self._connection.cursor(self._package.cursors.SSCursor)
                await cursor.execute(statement, tuple(values))
            columns = [column[0] for column in cursor.description]
            checked_columns(columns)
            objects = [at for at, column in enumerate(cursor.description) if column[1] == _JSON]
            while True:
                async with asyncio.timeout(seconds):
                    found = await cursor.fetchmany(rows)
                if not found:
                    break
                yield [plain_record(columns, _opened(row, objects)) for row in found]
            async with asyncio.timeout(seconds):
                await cursor.close()
                await self._connection.rollback()
        except self._errors as error:
            raise self._access.problem(error) from None

    async def _begin(self) -> None:
        """Begin a transaction that cannot write, in China time, with the time limits of the pull:
        the server may have to wait while a batch is stored."""
        deadline = max(1, int(self._access.deadline))
        maria = "mariadb" in str(self._connection.get_server_info()).lower()
        limit = (
            f"max_statement_time = {deadline}"
            if maria
            else f"max_execution_time = {min(deadline * 1000, 2**32 - 1)}"
        )
        async with self._connection.cursor() as cursor:
            await cursor.execute(
                f"set session {limit}, net_write_timeout = {deadline}, time_zone = '+08:00'"
            )
            await cursor.execute(
                "set session transaction isolation level repeatable read, read only"
            )
            await cursor.execute("start transaction with consistent snapshot, read only")

    async def close(self) -> None:
        # Rows that were not read need not be: the server sees the end of the connection.
        self._connection.close()


def _package() -> Any:
    try:
        package = importlib.import_module(PACKAGE)
        importlib.import_module(f"{PACKAGE}.cursors")
        importlib.import_module(f"{PACKAGE}.errors")
    except ImportError:
        raise SourceProblem("SOURCE_DRIVER", driver="mysql", extra=EXTRA) from None
    return package


def _arguments(access: Access) -> dict[str, Any]:
    place = {
        "host": access.host,
        "port": access.port or _PORT,
        "user": access.user,
        "password": access.password or "",
        "database": access.database,
    }
    if access.url is not None:
        parts = urlsplit(access.url)
        place = _place(parts)
    return place | {
        "charset": "utf8mb4",
        "ssl": access.tls_context(),
        "connect_timeout": access.timeout,
        "autocommit": False,
    }


def _place(parts: SplitResult) -> dict[str, Any]:
    return {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or _PORT,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")),
    }


def _opened(row: Sequence[Any], objects: Sequence[int]) -> Sequence[Any]:
    """Return the row with its JSON documents parsed."""
    if not objects:
        return row
    opened = list(row)
    for at in objects:
        if opened[at] is not None:
            opened[at] = orjson.loads(opened[at])
    return opened


DRIVER: Final = Mysql()
