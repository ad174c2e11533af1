"""Batch loaders of the reference data: one statement per batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeAlias

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import batch_loader, group_by_key
from resolvers.database.pool import Queries
from resolvers.reference import sql
from resolvers.reference.rows import (
    IndustryRow,
    IpcClassRow,
    JurisdictionRow,
    OfficeRow,
    OrganizationNameRow,
    OrganizationRow,
    RegionRow,
)
from resolvers.values.ipc import parse_ipc
from resolvers.values.result import require

CodeAtYear: TypeAlias = tuple[str, int]
COUNTRY = "000000"


def region_row(record: Record, year: int) -> RegionRow:
    """Return a record of region columns as seen from `year`."""
    return RegionRow(
        record["code"],
        record["name"],
        record["full_name"],
        record["level"],
        record["status"],
        record["valid_from"],
        record["valid_to"],
        record["parent_code"],
        year,
    )


def plain_row(row_type: type[Any], record: Record) -> Any:
    """Return the row of a type whose fields are named as the columns."""
    return row_type(*(record[each.name] for each in fields(row_type)))


class ReferenceLoaders:
    """One request's loaders.

    `regions`, `children` and `successors` take (code, year); the others the key alone.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self.regions: DataLoader[CodeAtYear, RegionRow | None] = batch_loader(self._regions, None)
        self.children: DataLoader[CodeAtYear, tuple[RegionRow, ...]] = batch_loader(
            self._children, ()
        )
        self.successors: DataLoader[CodeAtYear, tuple[str, ...]] = batch_loader(
            self._successors, ()
        )
        self.jurisdictions: DataLoader[str, JurisdictionRow | None] = batch_loader(
            self._jurisdictions, None
        )
        self.jurisdictions_of_regions: DataLoader[str, JurisdictionRow | None] = batch_loader(
            self._jurisdictions_of_regions, None
        )
        self.industries: DataLoader[str, IndustryRow | None] = batch_loader(self._industries, None)
        self.industry_children: DataLoader[str, tuple[IndustryRow, ...]] = batch_loader(
            self._industry_children, ()
        )
        self.ipc_classes: DataLoader[str, IpcClassRow | None] = batch_loader(
            self._ipc_classes, None
        )
        self.offices: DataLoader[str, OfficeRow | None] = batch_loader(self._offices, None)
        self.organizations: DataLoader[str, OrganizationRow | None] = batch_loader(
            self._organizations, None
        )
        self.organization_names: DataLoader[str, tuple[OrganizationNameRow, ...]] = batch_loader(
            self._organization_names, ()
        )

    async def _regions(self, keys: list[CodeAtYear]) -> Mapping[CodeAtYear, RegionRow]:
        records = await self._queries.fetch("reference.regions", sql.REGIONS_AT, *_columns(keys))
        return {
            (record["code"], record["year"]): region_row(record, record["year"])
            for record in records
        }

    async def _children(self, keys: list[CodeAtYear]) -> Mapping[CodeAtYear, tuple[RegionRow, ...]]:
        records = await self._queries.fetch(
            "reference.region_children", sql.CHILDREN_AT, *_columns(keys)
        )
        return group_by_key(
            ((record["asked_code"], record["year"]), region_row(record, record["year"]))
            for record in records
        )

    async def _successors(self, keys: list[CodeAtYear]) -> Mapping[CodeAtYear, tuple[str, ...]]:
        records = await self._queries.fetch(
            "reference.region_successors", sql.SUCCESSORS, *_columns(keys)
        )
        return group_by_key(
            ((record["code"], record["valid_from"]), record["successor_code"]) for record in records
        )

    async def _jurisdictions(self, codes: list[str]) -> Mapping[str, JurisdictionRow]:
        records = await self._queries.fetch("reference.jurisdictions", sql.JURISDICTIONS, codes)
        return {record["code"]: plain_row(JurisdictionRow, record) for record in records}

    async def _jurisdictions_of_regions(self, codes: list[str]) -> Mapping[str, JurisdictionRow]:
        """Return the office that acts for each region.

        The nearest one upwards: a separately planned city acts for its own districts, else the
        province (DOMAIN A5).
        """
        candidates = {code: (code, f"{code[:4]}00", f"{code[:2]}0000") for code in codes}
        wanted = sorted({each for found in candidates.values() for each in found})
        records = await self._queries.fetch(
            "reference.jurisdictions_of_regions", sql.JURISDICTIONS_OF_REGIONS, wanted
        )
        by_region = {
            record["region_code"]: plain_row(JurisdictionRow, record) for record in records
        }
        return {
            code: by_region[nearest]
            for code, upwards in candidates.items()
            if (nearest := next((each for each in upwards if each in by_region), None))
        }

    async def _industries(self, codes: list[str]) -> Mapping[str, IndustryRow]:
        records = await self._queries.fetch("reference.industries", sql.INDUSTRIES, codes)
        return {record["code"]: plain_row(IndustryRow, record) for record in records}

    async def _industry_children(self, codes: list[str]) -> Mapping[str, tuple[IndustryRow, ...]]:
        records = await self._queries.fetch(
            "reference.industry_children", sql.INDUSTRY_CHILDREN, codes
        )
        return group_by_key(
            (record["parent_code"], plain_row(IndustryRow, record)) for record in records
        )

    async def _ipc_classes(self, symbols: list[str]) -> Mapping[str, IpcClassRow]:
        """Return classes; a group that no list has is known by its subclass, without a title.

        Lists of groups are large and change every year, so a hub may hold subclasses only.
        """
        subclasses = {symbol: symbol[:4] for symbol in symbols if "/" in symbol}
        records = await self._queries.fetch(
            "reference.ipc_classes", sql.IPC_CLASSES, [*symbols, *subclasses.values()]
        )
        found = {record["symbol"]: plain_row(IpcClassRow, record) for record in records}
        for symbol, subclass in subclasses.items():
            if symbol not in found and subclass in found:
                found[symbol] = unlisted_group(symbol)
        return found

    async def _offices(self, codes: list[str]) -> Mapping[str, OfficeRow]:
        records = await self._queries.fetch("reference.offices", sql.OFFICES, codes)
        return {record["code"]: plain_row(OfficeRow, record) for record in records}

    async def _organizations(self, usccs: list[str]) -> Mapping[str, OrganizationRow]:
        records = await self._queries.fetch("reference.organizations", sql.ORGANIZATIONS, usccs)
        return {record["uscc"]: plain_row(OrganizationRow, record) for record in records}

    async def _organization_names(
        self, usccs: list[str]
    ) -> Mapping[str, tuple[OrganizationNameRow, ...]]:
        records = await self._queries.fetch(
            "reference.organization_names", sql.ORGANIZATION_NAMES, usccs
        )
        return group_by_key(
            (record["uscc"], plain_row(OrganizationNameRow, record)) for record in records
        )


def unlisted_group(symbol: str) -> IpcClassRow:
    """Return what the symbol of a group says by itself.

    >>> row = unlisted_group("H04W8/26")
    >>> row.display, row.level, row.parent_symbol
    ('H04W 8/26', 'SUBGROUP', 'H04W8/00')
    """
    parsed = require(parse_ipc(symbol))
    parent = parsed.main_group if parsed.level == "SUBGROUP" else parsed.subclass
    return IpcClassRow(symbol, parsed.display, parsed.level, None, None, parent)


def _columns(keys: Sequence[CodeAtYear]) -> tuple[list[str], list[int]]:
    """Return the keys as two arrays, the form `unnest` takes."""
    return [code for code, _ in keys], [year for _, year in keys]
