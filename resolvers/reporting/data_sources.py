"""Sources of data as `reporting` shows them: what their files say, how their pulls go, what is in
the queue for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.conditions import Conditions
from resolvers.database.pool import Queries
from resolvers.hub.pull_queue import JobRow, jobs_of, next_runs
from resolvers.lists import ListQuery
from resolvers.paging import Ordering, SortKey
from resolvers.reporting import data_source_sql as sql
from resolvers.reporting.sight import Sight


@dataclass(frozen=True, slots=True)
class DataSourceRow:
    """A source. `schedule`: {cron, after, on}. `failures` in a row, after too many of which it is
    left alone until `open_until`."""

    code: str
    name: str
    center_code: str
    kind: str
    feed: str
    precedence: str
    schedule: Mapping[str, Any] | None
    live: bool
    configured: bool
    last_started_at: datetime | None
    last_finished_at: datetime | None
    last_status: str | None
    last_code: str | None
    last_message: str | None
    last_changed: int | None
    failures: int
    open_until: datetime | None


SOURCES_BY_CODE: Final = Ordering("reporting.sources", (SortKey("s.code", "code", "text"),))


def data_source_row(record: Record) -> DataSourceRow:
    return DataSourceRow(*(record[each.name] for each in fields(DataSourceRow)))


def list_data_sources(center: str | None, feed: str | None, sight: Sight) -> ListQuery:
    """Return the sources that are seen, by code."""
    where = Conditions()
    sight.limit(where, "s.center_code = {}", sql.IN_JURISDICTIONS)
    where.add_given("s.center_code = {}", center)
    where.add_given("s.feed = {}", feed)
    return ListQuery("reporting.source_page", sql.PAGE, sql.COUNT, SOURCES_BY_CODE, where)


class DataSourceLoaders:
    """One request's loaders of sources."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.sources: DataLoader[str, DataSourceRow | None] = batch_loader(self._sources, None)
        self.of_center: LoadersByArgument[int, str, tuple[DataSourceRow, ...]] = LoadersByArgument(
            self._of_centers, ()
        )
        self.jobs: DataLoader[str, tuple[JobRow, ...]] = batch_loader(self._jobs, ())
        self.next_run: DataLoader[str, datetime | None] = batch_loader(self._next_runs, None)

    async def _sources(self, codes: list[str]) -> Mapping[str, DataSourceRow]:
        records = await self._queries.fetch("reporting.sources", sql.BY_CODE, codes)
        return {record["code"]: data_source_row(record) for record in records}

    async def _of_centers(
        self, most: int, codes: list[str]
    ) -> Mapping[str, tuple[DataSourceRow, ...]]:
        records = await self._queries.fetch(
            "reporting.sources_of_centers", sql.OF_CENTERS, codes, most
        )
        return group_by_key((record["parent"], data_source_row(record)) for record in records)

    async def _jobs(self, codes: list[str]) -> Mapping[str, tuple[JobRow, ...]]:
        found = await jobs_of(self._queries, codes)
        return {code: tuple(rows) for code, rows in found.items()}

    async def _next_runs(self, codes: list[str]) -> Mapping[str, datetime]:
        return await next_runs(self._queries, codes)
