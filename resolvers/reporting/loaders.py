"""Batch loaders of the ingest tables: one statement per batch."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.database.pool import Queries
from resolvers.reporting import sql
from resolvers.reporting.data_sources import DataSourceLoaders
from resolvers.reporting.evaluation_loaders import EvaluationLoaders
from resolvers.reporting.report_loaders import ReportLoaders
from resolvers.reporting.rows import (
    BatchRow,
    ConflictRow,
    DeliveryRow,
    IngestRowRow,
    IssueRow,
    WaitingTotalRow,
)

RowKey: TypeAlias = tuple[UUID, int]


def batch_row(record: Record) -> BatchRow:
    return BatchRow(*(record[each.name] for each in fields(BatchRow)))


def issue_row(record: Record) -> IssueRow:
    return IssueRow(*(record[each.name] for each in fields(IssueRow)))


def ingest_row_row(record: Record) -> IngestRowRow:
    return IngestRowRow(
        record["batch_id"],
        record["row_number"],
        record["sheet"],
        record["outcome"],
        record["natural_key"],
        tuple((name, _text(value)) for name, value in record["raw"].items()),
        record["resolved_by_batch"],
        record["tried_by_batch"],
    )


def waiting_total_row(record: Record) -> WaitingTotalRow:
    return WaitingTotalRow(record["code"], record["rows"], record["oldest"])


def conflict_row(record: Record) -> ConflictRow:
    values = {each.name: record[each.name] for each in fields(ConflictRow)}
    values["winning_value"] = _text(values["winning_value"])
    values["losing_value"] = _text(values["losing_value"])
    return ConflictRow(**values)


def _text(value: Any) -> str | None:
    """Return a JSON value as people read it: a string as it is, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


class ReportingLoaders:
    """One request's loaders; those of reports and evaluations are parts of their own."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.reports = ReportLoaders(queries)
        self.evaluations = EvaluationLoaders(queries)
        self.data_sources = DataSourceLoaders(queries)
        self.batches: DataLoader[UUID, BatchRow | None] = batch_loader(self._batches, None)
        self.batches_of_center: LoadersByArgument[
            tuple[str | None, int], str, tuple[BatchRow, ...]
        ] = LoadersByArgument(self._batches_of_centers, ())
        self.deliveries: LoadersByArgument[
            tuple[str | None, bool, int], str, tuple[DeliveryRow, ...]
        ] = LoadersByArgument(self._deliveries, ())
        # Exports of one request are made one after the other and bounded together.
        self.exported_bytes, self.exporting = 0, asyncio.Lock()
        self.issues_of_batch: LoadersByArgument[
            tuple[str | None, int], UUID, tuple[IssueRow, ...]
        ] = LoadersByArgument(self._issues_of_batches, ())
        self.issues_of_row: DataLoader[RowKey, tuple[IssueRow, ...]] = batch_loader(
            self._issues_of_rows, ()
        )

    async def _batches(self, ids: list[UUID]) -> Mapping[UUID, BatchRow]:
        records = await self._queries.fetch("reporting.batches", sql.BATCHES, ids)
        return {record["id"]: batch_row(record) for record in records}

    async def _batches_of_centers(
        self, wanted: tuple[str | None, int], codes: list[str]
    ) -> Mapping[str, tuple[BatchRow, ...]]:
        records = await self._queries.fetch(
            "reporting.batches_of_centers", sql.BATCHES_OF_CENTERS, codes, *wanted
        )
        return group_by_key((record["parent"], batch_row(record)) for record in records)

    async def _deliveries(
        self, wanted: tuple[str | None, bool, int], codes: list[str]
    ) -> Mapping[str, tuple[DeliveryRow, ...]]:
        records = await self._queries.fetch(
            "reporting.deliveries", sql.DELIVERIES_OF_CENTERS, codes, *wanted
        )
        return group_by_key(
            (record["parent"], DeliveryRow(*(record[each.name] for each in fields(DeliveryRow))))
            for record in records
        )

    async def _issues_of_batches(
        self, wanted: tuple[str | None, int], ids: list[UUID]
    ) -> Mapping[UUID, tuple[IssueRow, ...]]:
        records = await self._queries.fetch(
            "reporting.issues_of_batches", sql.ISSUES_OF_BATCHES, ids, *wanted
        )
        return group_by_key((record["parent"], issue_row(record)) for record in records)

    async def _issues_of_rows(self, keys: list[RowKey]) -> Mapping[RowKey, tuple[IssueRow, ...]]:
        records = await self._queries.fetch(
            "reporting.issues_of_rows",
            sql.ISSUES_OF_ROWS,
            [batch_id for batch_id, _ in keys],
            [row_number for _, row_number in keys],
        )
        return group_by_key(
            ((record["batch_id"], record["row_number"]), issue_row(record)) for record in records
        )
