"""Batch loaders of platforms and centres: one statement per batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TypeAlias, TypeVar

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.conditions import code_range, region_range
from resolvers.database.pool import Queries
from resolvers.platforms import sql
from resolvers.platforms.case_loaders import CaseLoaders
from resolvers.platforms.lists import CenterFilterRow, list_centers
from resolvers.platforms.rows import CenterNameRow, CenterRow, LayoutRow, PolicyDocumentRow

Row = TypeVar("Row")
Centers: TypeAlias = tuple[CenterRow, ...]

MOST_CENTERS = 1_000
"""Bound of lists without pages. The notice plans some 15 platforms and 50 industry centres."""


def center_row(record: Record) -> CenterRow:
    return CenterRow(*(record[each.name] for each in fields(CenterRow)))


def document_row(record: Record) -> PolicyDocumentRow:
    return PolicyDocumentRow(*(record[each.name] for each in fields(PolicyDocumentRow)))


def _name_row(record: Record) -> CenterNameRow:
    return CenterNameRow(*(record[each.name] for each in fields(CenterNameRow)))


class PlatformLoaders:
    """One request's loaders."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.recognition = CaseLoaders(queries)
        self.centers: DataLoader[str, CenterRow | None] = batch_loader(self._centers, None)
        self.documents: DataLoader[str, PolicyDocumentRow | None] = batch_loader(
            self._documents, None
        )
        self.former_names = self._many("former_names", sql.FORMER_NAMES, _name_row)
        self.service_regions = self._many("service_regions", sql.SERVICE_REGIONS, _region_code)
        self.industries = self._many("industries", sql.INDUSTRIES, _industry_code)
        self.centers_of_host: DataLoader[str, Centers] = batch_loader(self._centers_of_hosts, ())
        self.centers_in_industry: DataLoader[str, Centers] = batch_loader(
            self._centers_in_industries, ()
        )
        self.centers_of_jurisdiction: LoadersByArgument[str | None, str, Centers] = (
            LoadersByArgument(self._centers_of_jurisdictions, ())
        )
        self.centers_in_region: LoadersByArgument[str | None, str, Centers] = LoadersByArgument(
            self._centers_in_regions, ()
        )

    async def listed(self, wanted: CenterFilterRow) -> Centers:
        """Return the centres that a filter leaves, by code, at most MOST_CENTERS."""
        query = list_centers(wanted).prepare(MOST_CENTERS, None, largest=MOST_CENTERS)
        records = await self._queries.fetch(
            "platforms.centers_listed", query.sql, *query.parameters
        )
        return tuple(center_row(record) for record in query.page(records).rows)

    async def all_documents(self) -> tuple[PolicyDocumentRow, ...]:
        """Return every policy document, newest first."""
        records = await self._queries.fetch("platforms.all_documents", sql.ALL_DOCUMENTS)
        return tuple(document_row(record) for record in records)

    async def layout(self) -> tuple[LayoutRow, ...]:
        """Return the plan of the notice beside what there is."""
        records = await self._queries.fetch("platforms.layout", sql.LAYOUT)
        return tuple(LayoutRow(*(r[each.name] for each in fields(LayoutRow))) for r in records)

    def _many(
        self, name: str, statement: str, build: Callable[[Record], Row]
    ) -> DataLoader[str, tuple[Row, ...]]:
        """Return a loader of a list per centre."""

        async def load(codes: list[str]) -> Mapping[str, tuple[Row, ...]]:
            records = await self._queries.fetch(f"platforms.{name}", statement, codes)
            return group_by_key((record["parent"], build(record)) for record in records)

        return batch_loader(load, ())

    async def _centers(self, codes: list[str]) -> Mapping[str, CenterRow]:
        records = await self._queries.fetch("platforms.centers", sql.CENTERS, codes)
        return {record["code"]: center_row(record) for record in records}

    async def _documents(self, numbers: list[str]) -> Mapping[str, PolicyDocumentRow]:
        records = await self._queries.fetch("platforms.documents", sql.DOCUMENTS, numbers)
        return {record["number"]: document_row(record) for record in records}

    async def _centers_of_hosts(self, usccs: list[str]) -> Mapping[str, Centers]:
        return await self._grouped("centers_of_hosts", sql.CENTERS_OF_HOSTS, usccs)

    async def _centers_of_jurisdictions(
        self, status: str | None, codes: list[str]
    ) -> Mapping[str, Centers]:
        return await self._grouped(
            "centers_of_jurisdictions", sql.CENTERS_OF_JURISDICTIONS, codes, status
        )

    async def _centers_in_regions(
        self, kind: str | None, codes: list[str]
    ) -> Mapping[str, Centers]:
        ranges = [region_range(code) for code in codes]
        lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
        return await self._grouped(
            "centers_in_regions", sql.CENTERS_IN_REGIONS, codes, lows, highs, kind
        )

    async def _centers_in_industries(self, codes: list[str]) -> Mapping[str, Centers]:
        ranges = [code_range(code) for code in codes]
        lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
        return await self._grouped(
            "centers_in_industries", sql.CENTERS_IN_INDUSTRIES, codes, lows, highs
        )

    async def _grouped(
        self, name: str, statement: str, keys: list[str], *arguments: object
    ) -> Mapping[str, Centers]:
        records = await self._queries.fetch(
            f"platforms.{name}", statement, keys, *arguments, MOST_CENTERS
        )
        return group_by_key((record["parent"], center_row(record)) for record in records)


def _region_code(record: Record) -> str:
    code: str = record["region_code"]
    return code


def _industry_code(record: Record) -> str:
    code: str = record["industry_code"]
    return code
