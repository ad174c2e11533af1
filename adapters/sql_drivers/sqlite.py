"""SQLite files, through the standard library, in a thread of their own.

The file is opened read only, and the connection is told to refuse writing besides. Texts that are
no UTF-8 are read as GB18030, as old programs leave them.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from adapters.sql_drivers.base import Access, Dialect, Record, checked_columns, plain_record

_ERRORS: Final = (sqlite3.Error, sqlite3.Warning, OSError, UnicodeError, ValueError, OverflowError)
_STEPS: Final = 20_000
"""Instructions of SQLite's machine between two looks at the clock: some milliseconds."""


class SqliteDialect(Dialect):
    def placeholder(self, number: int) -> str:
        return f"?{number}"


class Sqlite:
    """The driver `sqlite`. `Access.database` is the path of the file."""

    dialect: Dialect = SqliteDialect()

    def require(self) -> None:
        return

    async def connect(self, access: Access) -> SqliteConnection:
        thread = ThreadPoolExecutor(1, "hub-sqlite")
        loop = asyncio.get_running_loop()
        try:
            connection = await loop.run_in_executor(thread, _open, Path(access.database or ""))
        except _ERRORS as error:
            thread.shutdown(wait=False)
            raise access.problem(error) from None
        return SqliteConnection(connection, thread, access)


class SqliteConnection:
    def __init__(
        self, connection: sqlite3.Connection, thread: ThreadPoolExecutor, access: Access
    ) -> None:
        self._connection, self._thread, self._access = connection, thread, access
        self._cursor: sqlite3.Cursor | None = None
        self._until = 0.0
        connection.set_progress_handler(self._is_late, _STEPS)

    async def read(
        self, statement: str, values: Sequence[Any], rows: int
    ) -> AsyncGenerator[list[Record], None]:
        try:
            cursor = await self._run(partial(self._connection.execute, statement, tuple(values)))
            self._cursor = cursor
            columns = [column[0] for column in cursor.description or ()]
            checked_columns(columns)
            while found := await self._run(partial(cursor.fetchmany, rows)):
                yield [plain_record(columns, row) for row in found]
        except _ERRORS as error:
            late = isinstance(error, sqlite3.OperationalError) and "interrupted" in str(error)
            raise self._access.problem(TimeoutError() if late else error) from None

    async def _run(self, call: Any) -> Any:
        self._until = time.monotonic() + self._access.timeout
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _is_late(self) -> bool:
        return time.monotonic() > self._until

    async def close(self) -> None:
        self._connection.interrupt()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        # A statement that is not at its end would keep the file locked behind the connection.
        if self._cursor is not None:
            self._cursor.close()
        self._connection.close()


def _open(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
    try:
        connection.text_factory = _text
        connection.execute("pragma query_only = on")
    except BaseException:
        connection.close()
        raise
    return connection


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


DRIVER: Final = Sqlite()
