"""Source kind `sql`: one query on a database of a centre, read only.

Rows are read by one cursor in the order of `order` and cut into batches of `bounds.batch_rows`.
The cursor of a batch is the place of its last row (column → value), from which an unfinished pull
goes on: the query is wrapped as `select * from (<query>) as q where (a, b) > ($1, $2) order by a,
b`. Values go into statements as parameters only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from adapters.config import SourceConfig
from adapters.config.sql import SINCE, SqlSection, is_single, split_query
from adapters.errors import SourceProblem
from adapters.findings import shown
from adapters.records import RecordBatch
from adapters.source import Capabilities, PullRequest
from adapters.sql_drivers import open_driver
from adapters.sql_drivers.base import Access, Dialect, Record, SqlConnection, SqlDriver, access_of

MAX_KEYS: Final = 1_000
"""Keys one lookup may ask for; the loader of the live port asks for fewer."""

Place = dict[str, Any]
"""Column of the order → value of a row: where a pull stands."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in the driver's dialect and its values."""

    text: str
    values: list[Any]


class SqlSource:
    """The source kind `sql`."""

    def __init__(self, config: SourceConfig) -> None:
        assert config.sql is not None
        self._config, self._section = config, config.sql
        section = config.sql
        self._kept: SqlConnection | None = None
        self._asking = asyncio.Lock()
        self.capabilities = Capabilities(
            resumable=bool(section.order),
            incremental=section.incremental is not None and bool(section.order),
            deletions=config.deletions is not None,
            live_lookup=section.lookup is not None,
        )

    async def batches(self, request: PullRequest) -> AsyncGenerator[RecordBatch, None]:
        """Yield the rows of the query in batches; raises SourceProblem."""
        driver, access = self._driver()
        statement = pull_statement(self._section, driver.dialect, request)
        connection = await driver.connect(access)
        try:
            pieces = connection.read(statement.text, statement.values, self._section.fetch_rows)
            async with aclosing(self._cut(pieces)) as batches:
                async for batch in batches:
                    yield batch
        finally:
            await connection.close()

    async def _cut(
        self, pieces: AsyncGenerator[list[Record], None]
    ) -> AsyncGenerator[RecordBatch, None]:
        """Cut the stream of rows into batches, each with the place and the mark it reaches."""
        follow = _Follow(self._section)
        size = self._config.bounds.batch_rows
        batch: RecordBatch | None = None
        first = 1
        try:
            async with aclosing(pieces):
                async for rows in pieces:
                    for row in rows:
                        follow.pass_row(row)
                        if batch is None:
                            batch = self._batch(_name(follow.place, first))
                        batch.add(row)
                        if batch.count == size:
                            full, batch = batch, None
                            first += size
                            yield follow.closed(full)
            if batch is not None:
                last, batch = batch, None
                yield follow.closed(last)
        finally:
            if batch is not None:
                batch.close()

    async def look_up(self, keys: Sequence[Mapping[str, str]]) -> RecordBatch:
        """Return the rows of some keys, asked for by one statement.

        With several key fields the answer may hold rows of other combinations of their values.
        """
        batch = self._batch(f"{self._config.code} lookup")
        if not keys:
            return batch
        driver, access = self._driver()
        statement = lookup_statement(self._section, driver.dialect, keys)
        try:
            async with self._asking:
                await self._ask(driver, access, statement, batch)
        except BaseException:
            batch.close()
            raise
        return batch

    async def _ask(
        self, driver: SqlDriver, access: Access, statement: Statement, batch: RecordBatch
    ) -> None:
        """Fill the batch over the connection kept for lookups. One that was kept may have been
        closed by the server meanwhile: then it is asked once more over a new one."""
        if self._kept is not None:
            try:
                await self._fill(self._kept, statement, batch)
                return
            except SourceProblem:
                await self.close()
                if batch.count:
                    raise
        self._kept = await driver.connect(access)
        try:
            await self._fill(self._kept, statement, batch)
        except BaseException:
            await self.close()
            raise

    async def _fill(
        self, connection: SqlConnection, statement: Statement, batch: RecordBatch
    ) -> None:
        pieces = connection.read(statement.text, statement.values, self._section.fetch_rows)
        async with aclosing(pieces):
            async for piece in pieces:
                for row in piece:
                    batch.add(row)

    async def close(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.close()

    def _driver(self) -> tuple[SqlDriver, Access]:
        access = access_of(self._config, self._section)
        return open_driver(self._section.driver), access

    def _batch(self, name: str) -> RecordBatch:
        return RecordBatch(name, self._config.fields)


class _Follow:
    """Where a stream of rows stands: the place of the last row and the highest mark."""

    def __init__(self, section: SqlSection) -> None:
        self._order = section.order
        self._field = section.incremental.field if section.incremental else None
        self.place: Place | None = None
        self._high: str | None = None
        self._high_key: tuple[int, Any] | None = None

    def pass_row(self, row: Record) -> None:
        """Note one row; raises SourceProblem when the order is no unique order."""
        if self._order:
            try:
                place = {name: row[name] for name in self._order}
            except KeyError as error:
                raise SourceProblem("SOURCE_SQL_COLUMN", name=error.args[0]) from None
            if any(value is None for value in place.values()) or place == self.place:
                columns, values = ", ".join(place), ", ".join(map(str, place.values()))
                raise SourceProblem("SOURCE_SQL_ORDER", columns=columns, values=shown(values))
            self.place = place
        if self._field is not None:
            if self._field not in row:
                raise SourceProblem("SOURCE_SQL_COLUMN", name=self._field)
            mark = row[self._field]
            if mark is not None and (self._high_key is None or _mark_key(mark) > self._high_key):
                self._high, self._high_key = str(mark), _mark_key(mark)

    def closed(self, batch: RecordBatch) -> RecordBatch:
        """Return the batch with what a pull needs to go on behind it."""
        batch.cursor, batch.high = self.place, self._high
        return batch


def pull_statement(section: SqlSection, dialect: Dialect, request: PullRequest) -> Statement:
    """Return the statement of a pull: all rows, or those behind a place or beyond a mark."""
    values: list[Any] = []
    since = request.since
    if since is None and section.incremental is not None:
        since = section.incremental.start
    query = _inserted(section.query, dialect, {SINCE: [since]}, values)
    text = _wrapped(query)
    place = request.cursor
    # A place in another order than the present one is none: the pull begins anew.
    if section.order and isinstance(place, dict) and tuple(place) == section.order:
        begin = len(values)
        marks = [dialect.placeholder(begin + n) for n in range(1, len(place) + 1)]
        text += f" where {dialect.after(section.order, marks)}"
        values += dialect.after_values(list(place.values()))
    if section.order:
        text += f" order by {', '.join(map(dialect.name, section.order))}"
    return Statement(text, values)


def lookup_statement(
    section: SqlSection, dialect: Dialect, keys: Sequence[Mapping[str, str]]
) -> Statement:
    """Return the statement that asks for all keys at once; raises SourceProblem."""
    assert section.lookup is not None
    if len(keys) > MAX_KEYS:
        raise SourceProblem("SOURCE_SQL", reason=f"more than {MAX_KEYS} keys at once")
    lists = {
        field: list(dict.fromkeys(key[field] for key in keys)) for field in section.lookup.keys
    }
    values: list[Any] = []
    query = _inserted(section.lookup.query, dialect, lists, values)
    return Statement(_wrapped(query), values)


def _wrapped(query: str) -> str:
    """Return the query as the rows of an outer one, so that it can be nothing but a query."""
    return f"select * from (\n{query}\n) q"  # noqa: S608 - the operator's own text


def _inserted(
    query: str, dialect: Dialect, given: Mapping[str, Sequence[Any]], values: list[Any]
) -> str:
    """Return a query with placeholders of the dialect for its parameters; fills `values`."""
    if not is_single(query):
        # The wrapping would end there; a driver that runs several statements would run them.
        raise SourceProblem("SOURCE_SQL", reason="the query is more than one statement")
    text = ""
    for piece, name in split_query(query.strip().rstrip(";").rstrip()):
        text += dialect.text(piece)
        if name is None:
            continue
        if name not in given:
            raise SourceProblem("SOURCE_SQL", reason=f"the query has no value for :{name}")
        begin = len(values)
        values.extend(given[name])
        text += ", ".join(dialect.placeholder(n) for n in range(begin + 1, len(values) + 1))
    return text


def _name(place: Place | None, first: int) -> str:
    """Return the name of a batch: where it begins."""
    if place is None:
        return f"rows {first}…"
    return shown(", ".join(f"{column}={value}" for column, value in place.items())) or ""


def _mark_key(mark: Any) -> tuple[int, Any]:
    """Return what marks are compared by: numbers as numbers, other values as their text."""
    if isinstance(mark, str):
        try:
            return (0, Decimal(mark))
        except InvalidOperation:
            return (1, mark)
    return (0, Decimal(str(mark)))
