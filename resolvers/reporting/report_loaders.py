"""Batch loaders of business reports, totals and tiles: one statement per batch."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from aiodataloader import DataLoader

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.database.pool import Queries
from resolvers.hub.history import ChangeRow, load_changes
from resolvers.reporting import sql
from resolvers.reporting.centers import CenterFacts, center_facts
from resolvers.reporting.dashboard.tiles import TileRow, tile_row
from resolvers.reporting.report_rows import (
    ReportIssueRow,
    ReportRow,
    TrendRow,
    indicator_row,
    report_issue_row,
    report_row,
    reported_value,
)
from resolvers.reporting.rules.periods import Period
from resolvers.reporting.rules.report_check import IndicatorRow, Reported
from resolvers.reporting.sight import Sight
from resolvers.reporting.workflows.report import COUNTED, REPORT, SENT

Wanted: TypeAlias = tuple[Sight, int | None, str | None, int]
"""What is seen, year, status, how many at most."""
TotalWanted: TypeAlias = tuple[str, str, Period]
"""Scope, indicator, period."""
TrendWanted: TypeAlias = tuple[str, Period, Period]
"""Indicator, first and last period, of one kind."""
CenterPeriod: TypeAlias = tuple[str, str]
"""Centre and label of a period."""


class ReportLoaders:
    """One request's loaders."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.centers: DataLoader[str, CenterFacts | None] = batch_loader(self._centers, None)
        self.indicators: DataLoader[str, IndicatorRow | None] = batch_loader(self._indicators, None)
        self.reports: DataLoader[UUID, ReportRow | None] = batch_loader(self._reports, None)
        self.of_center: LoadersByArgument[Wanted, str, tuple[ReportRow, ...]] = LoadersByArgument(
            self._of_centers, ()
        )
        self.pending: LoadersByArgument[tuple[Sight, int], str, tuple[ReportRow, ...]] = (
            LoadersByArgument(self._pending, ())
        )
        self.of_period: DataLoader[CenterPeriod, ReportRow | None] = batch_loader(
            self._of_periods, None
        )
        self.values: DataLoader[UUID, tuple[Reported, ...]] = batch_loader(self._values, ())
        self.issues: DataLoader[UUID, tuple[ReportIssueRow, ...]] = batch_loader(self._issues, ())
        self.history: DataLoader[UUID, tuple[ChangeRow, ...]] = batch_loader(self._history, ())
        self.sent_values: DataLoader[CenterPeriod, Mapping[str, Decimal]] = batch_loader(
            self._sent_values, {}
        )
        self.accepted: LoadersByArgument[tuple[str, ...], str, int] = LoadersByArgument(
            self._accepted, 0
        )
        self.total: LoadersByArgument[TotalWanted, str, Decimal | None] = LoadersByArgument(
            self._totals, None
        )
        self.trend: LoadersByArgument[TrendWanted, str, tuple[TrendRow, ...]] = LoadersByArgument(
            self._trends, ()
        )
        self.tiles: LoadersByArgument[str, str, tuple[TileRow, ...]] = LoadersByArgument(
            self._tiles, ()
        )

    async def _centers(self, codes: list[str]) -> Mapping[str, CenterFacts]:
        records = await self._queries.fetch("reporting.centers", sql.CENTERS, codes)
        return {record["code"]: center_facts(record) for record in records}

    async def _indicators(self, codes: list[str]) -> Mapping[str, IndicatorRow]:
        records = await self._queries.fetch(
            "reporting.indicators_by_code", sql.INDICATORS_BY_CODE, codes
        )
        return {record["code"]: indicator_row(record) for record in records}

    async def _reports(self, ids: list[UUID]) -> Mapping[UUID, ReportRow]:
        records = await self._queries.fetch("reporting.reports", sql.REPORTS, ids)
        return {record["id"]: report_row(record) for record in records}

    async def _of_centers(
        self, wanted: Wanted, codes: list[str]
    ) -> Mapping[str, tuple[ReportRow, ...]]:
        sight, year, status, most = wanted
        records = await self._queries.fetch(
            "reporting.reports_of_centers",
            sql.REPORTS_OF_CENTERS,
            codes,
            *sight.parameters,
            year,
            status,
            most,
        )
        return group_by_key((record["parent"], report_row(record)) for record in records)

    async def _pending(
        self, wanted: tuple[Sight, int], codes: list[str]
    ) -> Mapping[str, tuple[ReportRow, ...]]:
        sight, most = wanted
        records = await self._queries.fetch(
            "reporting.pending_reports", sql.PENDING_REPORTS, codes, *sight.parameters, most
        )
        return group_by_key((record["parent"], report_row(record)) for record in records)

    async def _of_periods(self, keys: list[CenterPeriod]) -> Mapping[CenterPeriod, ReportRow]:
        records = await self._queries.fetch(
            "reporting.reports_of_periods", sql.REPORTS_OF_PERIODS, *_columns(keys)
        )
        return {
            (record["center_code"], record["period_label"]): report_row(record)
            for record in records
        }

    async def _values(self, ids: list[UUID]) -> Mapping[UUID, tuple[Reported, ...]]:
        records = await self._queries.fetch(
            "reporting.values_of_reports", sql.VALUES_OF_REPORTS, ids
        )
        return group_by_key((record["report_id"], reported_value(record)) for record in records)

    async def _issues(self, ids: list[UUID]) -> Mapping[UUID, tuple[ReportIssueRow, ...]]:
        records = await self._queries.fetch(
            "reporting.issues_of_reports", sql.ISSUES_OF_REPORTS, ids
        )
        return group_by_key((record["report_id"], report_issue_row(record)) for record in records)

    async def _history(self, ids: list[UUID]) -> Mapping[UUID, tuple[ChangeRow, ...]]:
        keys = [str(each) for each in ids]
        found = await load_changes(self._queries, "reporting", REPORT.name, keys)
        return {UUID(key): changes for key, changes in found.items()}

    async def _sent_values(
        self, keys: list[CenterPeriod]
    ) -> Mapping[CenterPeriod, Mapping[str, Decimal]]:
        records = await self._queries.fetch(
            "reporting.sent_values", sql.SENT_VALUES, *_columns(keys), list(SENT)
        )
        found: dict[CenterPeriod, dict[str, Decimal]] = {}
        for record in records:
            values = found.setdefault((record["center_code"], record["period_label"]), {})
            values[record["indicator_code"]] = record["value"]
        return found

    async def _accepted(self, labels: tuple[str, ...], codes: list[str]) -> Mapping[str, int]:
        records = await self._queries.fetch(
            "reporting.accepted_quarters",
            sql.ACCEPTED_QUARTERS,
            codes,
            list(labels),
            list(COUNTED),
        )
        return {record["center_code"]: record["quarters"] for record in records}

    async def _totals(self, wanted: TotalWanted, codes: list[str]) -> Mapping[str, Decimal]:
        scope, indicator, period = wanted
        records = await self._queries.fetch(
            "reporting.totals",
            sql.TOTALS,
            scope,
            indicator,
            period.kind.value,
            period.begins,
            codes,
        )
        return {record["code"]: record["value"] for record in records}

    async def _trends(
        self, wanted: TrendWanted, codes: list[str]
    ) -> Mapping[str, tuple[TrendRow, ...]]:
        indicator, first, last = wanted
        records = await self._queries.fetch(
            "reporting.trends",
            sql.TREND,
            indicator,
            first.kind.value,
            first.begins,
            last.begins,
            codes,
        )
        return group_by_key(
            (record["code"], TrendRow(record["period_label"], record["value"]))
            for record in records
        )

    async def _tiles(self, scope: str, codes: list[str]) -> Mapping[str, tuple[TileRow, ...]]:
        records = await self._queries.fetch("reporting.tiles", sql.TILES, scope, codes)
        return group_by_key((record["code"], tile_row(record)) for record in records)


def _columns(keys: list[CenterPeriod]) -> tuple[list[str], list[str]]:
    return [center for center, _ in keys], [label for _, label in keys]
