"""Databases: a table on the kit's own PostgreSQL, and one in an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final, Literal

import asyncpg

from adapters.config import Kind, SourceConfig
from adapters.conformance.model import BATCH, PAGE, Ability, Fault, Item, Place, Reason, Subject
from adapters.conformance.stages.shared import NO_SERVER, build_config
from adapters.conformance.subjects import ORGANIZATIONS
from resolvers.database.pool import Database

DriverName = Literal["postgresql", "sqlite"]

SCHEMA: Final = "conformance_source"
_BROKEN: Final = "（无法计算）"
_COLUMNS: Final = ("uscc", "name", "registrationAuthority", "status", "changed")
_NO_RAW: Final[Reason] = ("查询结果的每一行都有列", "Every row of a result has columns")
_NO_ENCODING: Final[Reason] = (
    "编码由数据库驱动负责",
    "Encoding is the business of the database's driver",
)
_NO_BOMB: Final[Reason] = ("结果不经压缩传输", "Results are not compressed")
_NO_WAITING: Final[Reason] = (
    "SQLite 是文件，没有会沉默的服务器",
    "SQLite is a file without a server that could be silent",
)
_NO_CONTROL: Final[Reason] = ("PostgreSQL 的文本不能含 NUL", "A text of PostgreSQL cannot hold NUL")


class SqlStage:
    """Tables of one kind of database."""

    kind: Kind = "sql"
    subject: Subject = ORGANIZATIONS

    def __init__(self, folder: Path, database: Database, driver: DriverName) -> None:
        self._folder, self._database, self._driver = folder, database, driver
        self.variant: str = driver
        lacks: dict[Ability, Reason] = {
            Ability.RAW_RECORDS: _NO_RAW,
            Ability.ENCODING: _NO_ENCODING,
            Ability.BOMB: _NO_BOMB,
            Ability.SERVER: NO_SERVER,
        }
        if driver == "postgresql":
            lacks[Ability.CONTROL] = _NO_CONTROL
        else:
            lacks[Ability.SLOW] = _NO_WAITING
        self.lacks: Mapping[Ability, Reason] = lacks

    @asynccontextmanager
    async def place(self, number: int) -> AsyncIterator[Place]:
        """Make a table."""
        if self._driver == "sqlite":
            yield SqlitePlace(number, self._folder)
            return
        place = PostgresPlace(number, self._folder, self._database)
        await place.create()
        try:
            yield place
        finally:
            await place.drop()


class SqlPlace:
    """A table with a row number, so that rows may repeat."""

    early_calls = 0
    keeps_before = True
    _driver: DriverName

    def __init__(self, number: int, folder: Path) -> None:
        self._number, self._folder = number, folder
        self._code = f"kit-sql-{number}"
        self.fault: Fault | None = None

    def break_down(self, fault: Fault | None) -> None:
        self.fault = fault

    async def put(self, items: Sequence[Item]) -> None:
        raise NotImplementedError

    def access(self, nowhere: bool) -> dict[str, Any]:
        """Return how the database is reached."""
        raise NotImplementedError

    @property
    def table(self) -> str:
        """Return the table's name as a query writes it."""
        return f"records_{self._number}"

    def config(
        self,
        *,
        nowhere: bool = False,
        incremental: bool = False,
        lookup: bool = False,
        **changes: Any,
    ) -> SourceConfig:
        columns = ", ".join(f'"{name}"' for name in (*_COLUMNS, "line"))
        query = f"select {columns} from {self.table}"  # noqa: S608 - the kit's own table
        section: dict[str, Any] = {
            "driver": self._driver,
            "query": query,
            "order": ("line",),
            "fetch_rows": PAGE,
            **self.access(nowhere),
        }
        if incremental:
            section["query"] = f"{query} where changed >= cast(:since as integer)"
            section["incremental"] = {"field": "changed", "start": "0"}
        if lookup:
            section["lookup"] = {"query": f"{query} where uscc in (:uscc)", "keys": ("uscc",)}
        return build_config(
            self._code, "sql", ORGANIZATIONS, self._folder, {"sql": section} | changes
        )

    def rows(self, items: Sequence[Item], authority: Any, broken: Any) -> list[tuple[Any, ...]]:
        """Return the rows of the table; `broken`: what stands for `authority` in the middle."""
        rows: list[tuple[Any, ...]] = []
        for line, item in enumerate(items, 1):
            record = ORGANIZATIONS.record(self._number, item)
            is_broken = self.fault is Fault.BROKEN_PAGE and line == BATCH + PAGE
            said = broken if is_broken else authority
            values = (record["uscc"], record["name"], said, record["status"])
            rows.append((*values, item.changed, line))
        return rows


class SqlitePlace(SqlPlace):
    """A table in a file of its own."""

    _driver: DriverName = "sqlite"

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._number}.db"

    async def put(self, items: Sequence[Item]) -> None:
        columns = ", ".join(f'"{name}"' for name in _COLUMNS)
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute(f"drop table if exists {self.table}")
            connection.execute(f"create table {self.table} ({columns}, line integer primary key)")
            connection.executemany(
                f"insert into {self.table} values (?, ?, ?, ?, ?, ?)",  # noqa: S608
                self.rows(items, "示例登记机关", b"\xff\x00"),
            )

    def access(self, nowhere: bool) -> dict[str, Any]:
        return {"database": "nowhere.db" if nowhere else str(self._path)}


class PostgresPlace(SqlPlace):
    """A table in a schema of the kit's own database."""

    _driver: DriverName = "postgresql"
    keeps_before = False

    def __init__(self, number: int, folder: Path, database: Database) -> None:
        super().__init__(number, folder)
        self._database = database
        self._holder: asyncpg.Connection[asyncpg.Record] | None = None

    @property
    def table(self) -> str:
        return f"{SCHEMA}.records_{self._number}"

    async def create(self) -> None:
        """Make the table, and the file with the secret address."""
        self._folder.joinpath("url").write_text(self._database.settings.url, encoding="utf-8")
        await self._database.execute("conformance.schema", f"create schema if not exists {SCHEMA}")

    async def drop(self) -> None:
        if self._holder is not None:
            await self._holder.close()
            self._holder = None
        await self._database.execute(
            "conformance.drop", f"drop table if exists {self.table}_t cascade"
        )

    async def put(self, items: Sequence[Item]) -> None:
        await self.drop()
        await self._database.execute(
            "conformance.create",
            f"create table {self.table}_t (uscc text, name text, authority text, status text, "
            "changed integer, line integer primary key)",
        )
        await self._database.executemany(
            "conformance.insert",
            f"insert into {self.table}_t values ($1, $2, $3, $4, $5, $6)",  # noqa: S608
            self.rows(items, "示例登记机关", _BROKEN),
        )
        # A view of the centre that cannot work one of its rows out.
        await self._database.execute(
            "conformance.view",
            f"create view {self.table} as select uscc, name, case when authority = '{_BROKEN}' "  # noqa: S608
            'then (1 / (line - line))::text else authority end as "registrationAuthority", '
            f"status, changed, line from {self.table}_t",
        )
        if self.fault is Fault.SILENT:
            await self._hold()

    async def _hold(self) -> None:
        """Lock the table, so that whoever reads it waits."""
        self._holder = await asyncpg.connect(self._database.settings.url)
        await self._holder.execute(f"begin; lock table {self.table}_t in access exclusive mode")

    def access(self, nowhere: bool) -> dict[str, Any]:
        if nowhere:
            return {"host": "127.0.0.1", "port": 1, "database": "none", "tls": "disable"}
        return {"url": {"file": "url"}, "tls": "disable"}
