"""Batch loaders of recognition, guidance and supervision: one statement per batch.

They load what there is; who may see it is decided where it is shown (`rights`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.database.pool import Queries
from resolvers.hub.history import ChangeRow, load_changes
from resolvers.lists import ListQuery
from resolvers.platforms import sql
from resolvers.platforms.case_rows import (
    CaseRow,
    EvidenceRow,
    ExhibitionRow,
    ItemRow,
    MeasureRow,
    MilestoneRow,
    PlanRow,
    RoundRow,
    SupervisionRow,
    TaskRow,
)

Row = TypeVar("Row")
Plans: TypeAlias = tuple[PlanRow, ...]
Supervision: TypeAlias = tuple[SupervisionRow, ...]

MOST_OF_CENTER = 200
"""Bound of what is listed for one centre; the newest stay."""
MOST_CASES = 1_000


def build_row(row_class: type[Row], record: Record) -> Row:
    """Return a row whose field names are the record's column names."""
    return row_class(*(record[each.name] for each in fields(row_class)))  # type: ignore[arg-type]


class CaseLoaders:
    """One request's loaders."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.cases: DataLoader[UUID, CaseRow | None] = batch_loader(self._cases, None)
        self.case_of_center: DataLoader[str, CaseRow | None] = batch_loader(
            self._cases_of_centers, None
        )
        self.plans: DataLoader[UUID, PlanRow | None] = batch_loader(self._plans, None)
        self.plans_of_center: DataLoader[str, Plans] = batch_loader(self._plans_of_centers, ())
        self.milestones = self._many("milestones", sql.MILESTONES, MilestoneRow)
        self.evidence = self._many("evidence", sql.EVIDENCE, EvidenceRow)
        self.items = self._many("items", sql.ITEMS, ItemRow)
        self.tasks = self._many("tasks", sql.TASKS, TaskRow, MOST_OF_CENTER)
        self.measures = self._many("measures", sql.MEASURES, MeasureRow, MOST_OF_CENTER)
        self.exhibitions = self._many("exhibitions", sql.EXHIBITIONS, ExhibitionRow, MOST_OF_CENTER)
        self.supervision: DataLoader[UUID, SupervisionRow | None] = batch_loader(
            self._supervision, None
        )
        self.supervision_of_center: LoadersByArgument[bool | None, str, Supervision] = (
            LoadersByArgument(self._supervision_of_centers, ())
        )
        self.history: LoadersByArgument[str, str, tuple[ChangeRow, ...]] = LoadersByArgument(
            self._history, ()
        )

    async def listed(self, query: ListQuery) -> tuple[CaseRow, ...]:
        """Return the cases of a list, at most MOST_CASES."""
        prepared = query.prepare(MOST_CASES, None, largest=MOST_CASES)
        records = await self._queries.fetch(
            "platforms.cases_listed", prepared.sql, *prepared.parameters
        )
        return tuple(build_row(CaseRow, each) for each in prepared.page(records).rows)

    async def rounds(self) -> tuple[RoundRow, ...]:
        records = await self._queries.fetch("platforms.rounds", sql.ROUNDS)
        return tuple(build_row(RoundRow, each) for each in records)

    def _many(
        self, name: str, statement: str, row_class: type[Row], *arguments: object
    ) -> DataLoader[Any, tuple[Row, ...]]:
        """Return a loader of a list per parent."""

        async def load(keys: list[Any]) -> Mapping[Any, tuple[Row, ...]]:
            records = await self._queries.fetch(f"platforms.{name}", statement, keys, *arguments)
            return group_by_key((each["parent"], build_row(row_class, each)) for each in records)

        return batch_loader(load, ())

    async def _cases(self, ids: list[UUID]) -> Mapping[UUID, CaseRow]:
        records = await self._queries.fetch("platforms.cases", sql.CASES, ids)
        return {each["id"]: build_row(CaseRow, each) for each in records}

    async def _cases_of_centers(self, codes: list[str]) -> Mapping[str, CaseRow]:
        records = await self._queries.fetch(
            "platforms.cases_of_centers", sql.CASES_OF_CENTERS, codes
        )
        return {each["center_code"]: build_row(CaseRow, each) for each in records}

    async def _plans(self, ids: list[UUID]) -> Mapping[UUID, PlanRow]:
        records = await self._queries.fetch("platforms.plans", sql.PLANS, ids)
        return {each["id"]: build_row(PlanRow, each) for each in records}

    async def _plans_of_centers(self, codes: list[str]) -> Mapping[str, Plans]:
        records = await self._queries.fetch(
            "platforms.plans_of_centers", sql.PLANS_OF_CENTERS, codes
        )
        return group_by_key((each["center_code"], build_row(PlanRow, each)) for each in records)

    async def _supervision(self, ids: list[UUID]) -> Mapping[UUID, SupervisionRow]:
        records = await self._queries.fetch("platforms.supervision", sql.SUPERVISION, ids)
        return {each["id"]: build_row(SupervisionRow, each) for each in records}

    async def _supervision_of_centers(
        self, is_open: bool | None, codes: list[str]
    ) -> Mapping[str, Supervision]:
        records = await self._queries.fetch(
            "platforms.supervision_of_centers",
            sql.SUPERVISION_OF_CENTERS,
            codes,
            is_open,
            MOST_OF_CENTER,
        )
        return group_by_key((each["parent"], build_row(SupervisionRow, each)) for each in records)

    async def _history(self, workflow: str, keys: list[str]) -> Mapping[str, tuple[ChangeRow, ...]]:
        return await load_changes(self._queries, "platforms", workflow, keys)
