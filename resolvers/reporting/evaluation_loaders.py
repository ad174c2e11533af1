"""Batch loaders of yearly evaluations: one statement per batch."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from aiodataloader import DataLoader

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.database.pool import Queries
from resolvers.reporting import sql
from resolvers.reporting.evaluation_rows import (
    EvaluationRow,
    ScoreRow,
    evaluation_row,
    score_row,
)


class EvaluationLoaders:
    """One request's loaders."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.evaluations: DataLoader[UUID, EvaluationRow | None] = batch_loader(
            self._evaluations, None
        )
        self.of_center: LoadersByArgument[int, str, EvaluationRow | None] = LoadersByArgument(
            self._of_centers, None
        )
        self.scores: DataLoader[UUID, tuple[ScoreRow, ...]] = batch_loader(self._scores, ())

    async def _evaluations(self, ids: list[UUID]) -> Mapping[UUID, EvaluationRow]:
        records = await self._queries.fetch("reporting.evaluations", sql.EVALUATIONS, ids)
        return {record["id"]: evaluation_row(record) for record in records}

    async def _of_centers(self, year: int, codes: list[str]) -> Mapping[str, EvaluationRow]:
        records = await self._queries.fetch(
            "reporting.evaluations_of_centers", sql.EVALUATIONS_OF_CENTERS, year, codes
        )
        return {record["center_code"]: evaluation_row(record) for record in records}

    async def _scores(self, ids: list[UUID]) -> Mapping[UUID, tuple[ScoreRow, ...]]:
        records = await self._queries.fetch("reporting.scores", sql.SCORES, ids)
        return group_by_key((record["evaluation_id"], score_row(record)) for record in records)
