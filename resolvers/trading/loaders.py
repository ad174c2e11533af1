"""Batch loaders of trading: one statement per batch.

Three shapes cover them all: one row per key, a list per parent (statements that select the parent's
key as `parent`), and a list per parent under further arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.conditions import code_range, region_range
from resolvers.database.pool import Queries
from resolvers.live import LiveReads, Load, RecordKey, refreshed, reread
from resolvers.trading import screening_sql, sql
from resolvers.trading.records import (
    deal_row,
    demand_row,
    finding_row,
    licence_row,
    listing_row,
    match_row,
    open_licence_row,
    screening_row,
    transfer_row,
)
from resolvers.trading.rows import (
    DealTotals,
    DemandRow,
    LicenceRecordRow,
    ListingRow,
    MatchRow,
    PartiesOfLicence,
    PartiesOfTransfer,
)
from resolvers.trading.sight import Sight
from resolvers.value_rows import PartyRow

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)
Period: TypeAlias = tuple[date | None, date | None]
Seen: TypeAlias = tuple[str | None, Sight]
"""The status wanted, and what the caller may see."""

MOST_PER_ORGANIZATION = 1_000
"""Lists under an organisation or centre have no pages in the schema, so they have a bound."""
MOST_SCREENINGS = 100
MOST_MATCHES = 200


class TradingLoaders:
    """One request's loaders."""

    def __init__(self, queries: Queries, live: LiveReads | None = None) -> None:
        self._queries, self._live = queries, live
        one, many = self._one, self._many
        self.open_licences = one(
            "open_licences",
            sql.OPEN_LICENCES,
            "statement_number",
            open_licence_row,
            lambda load: refreshed(live, "OPEN_LICENCE", load, lambda number: (number,)),
        )
        self.licences = one("licences", sql.LICENCES, "record_number", licence_row)
        self.transfers = one("transfers", sql.TRANSFERS, "id", transfer_row)
        self.demands = one(
            "demands",
            sql.DEMANDS,
            "id",
            demand_row,
            lambda load: reread(live, "DEMAND", load, _demand_key),
        )
        self.deals = one("deals", sql.DEALS, "id", deal_row)

        self.screenings = one("screenings", screening_sql.SCREENINGS, "id", screening_row)
        self.matches = one("matches", screening_sql.MATCHES, "id", match_row)
        self.findings = many("findings", screening_sql.FINDINGS, finding_row)
        self.screenings_of_listing = many(
            "screenings_of_listings",
            screening_sql.SCREENINGS_OF_LISTINGS,
            screening_row,
            MOST_SCREENINGS,
        )
        self.obstacles: DataLoader[str, str | None] = batch_loader(self._obstacles, None)
        self.statement_warnings: DataLoader[str, tuple[str, ...]] = many(
            "statement_warnings", sql.STATEMENT_WARNINGS, _code
        )

        number = _number
        self.patents_of_listing = many("patents_of_listings", sql.PATENTS_OF_LISTINGS, number)
        self.patents_of_licence = many("patents_of_licences", sql.PATENTS_OF_LICENCES, number)
        self.patents_of_deal = many("patents_of_deals", sql.PATENTS_OF_DEALS, number)
        self.licensors = many("licensors", sql.LICENSORS, _party)
        self.open_licences_of_patent = many(
            "open_licences_of_patents",
            sql.OPEN_LICENCES_OF_PATENTS,
            open_licence_row,
            parent="application_number",
        )
        self.open_licences_of_licensor = many(
            "open_licences_of_licensors",
            sql.OPEN_LICENCES_OF_LICENSORS,
            open_licence_row,
            MOST_PER_ORGANIZATION,
        )
        self.licences_under_statement = many(
            "licences_under_statements", sql.LICENCES_UNDER_STATEMENTS, licence_row
        )
        self.transfers_of_patent = many(
            "transfers_of_patents",
            sql.TRANSFERS_OF_PATENTS,
            transfer_row,
            parent="application_number",
        )
        self.demands_of_organization = many(
            "demands_of_organizations",
            sql.DEMANDS_OF_ORGANIZATIONS,
            demand_row,
            MOST_PER_ORGANIZATION,
        )
        self.parties_of_licence: DataLoader[str, PartiesOfLicence] = batch_loader(
            self._parties_of_licences, PartiesOfLicence((), ())
        )
        self.parties_of_transfer: DataLoader[Any, PartiesOfTransfer] = batch_loader(
            self._parties_of_transfers, PartiesOfTransfer((), ())
        )
        self._make_filtered_lists()
        self._make_counts()

    def _make_filtered_lists(self) -> None:
        """Make the loaders whose rows depend on arguments beside the key, or on the caller."""
        self.listings: LoadersByArgument[Sight, UUID, ListingRow | None] = LoadersByArgument(
            self._listings, None
        )
        self.listings_of_patent: LoadersByArgument[Seen, str, tuple[ListingRow, ...]] = (
            LoadersByArgument(self._listings_of_patents, ())
        )
        self.listings_of_seller: LoadersByArgument[Seen, str, tuple[ListingRow, ...]] = (
            LoadersByArgument(self._listings_of_sellers, ())
        )
        self.listings_of_center: LoadersByArgument[
            tuple[str | None, int, Sight], str, tuple[ListingRow, ...]
        ] = LoadersByArgument(self._listings_of_centers, ())
        self.matches_of_listing: LoadersByArgument[float, UUID, tuple[MatchRow, ...]] = (
            LoadersByArgument(self._matches_of_listings, ())
        )
        self.matches_of_demand: LoadersByArgument[float, UUID, tuple[MatchRow, ...]] = (
            LoadersByArgument(self._matches_of_demands, ())
        )
        self.licences_of_patent: LoadersByArgument[
            tuple[date, bool | None], str, tuple[LicenceRecordRow, ...]
        ] = LoadersByArgument(self._licences_of_patents, ())

    def _make_counts(self) -> None:
        self.listings_in_region = self._counts(
            "listings_in_regions", sql.LISTINGS_IN_REGIONS, region_range
        )
        self.listings_in_industry = self._counts(
            "listings_in_industries", sql.LISTINGS_IN_INDUSTRIES, code_range
        )
        self.demands_in_industry = self._counts(
            "demands_in_industries", sql.DEMANDS_IN_INDUSTRIES, code_range
        )
        self.open_licences_in_region = self._counts(
            "open_licences_in_regions", sql.OPEN_LICENCES_IN_REGIONS, region_range
        )
        self.listing_count_of_center = self._counts(
            "listing_counts_of_centers", sql.LISTINGS_OF_CENTERS_COUNT, None
        )
        self.block_rate_of_center: DataLoader[str, float | None] = batch_loader(
            self._block_rates, None
        )
        self.deal_totals_of_center: LoadersByArgument[Period, str, DealTotals] = LoadersByArgument(
            self._deal_totals, DealTotals(0, Decimal(0))
        )

    def _one(
        self,
        name: str,
        statement: str,
        key: str,
        build: Callable[[Record], Row],
        through: Callable[[Load[Any, Row]], Load[Any, Row]] = lambda load: load,
    ) -> DataLoader[Any, Row | None]:
        """Return a loader of one row per key; `through` may put something in front of it."""

        async def load(keys: list[Any]) -> Mapping[Any, Row]:
            records = await self._queries.fetch(f"trading.{name}", statement, keys)
            return {record[key]: build(record) for record in records}

        return batch_loader(through(load), None)

    def _many(
        self,
        name: str,
        statement: str,
        build: Callable[[Record], Row],
        *arguments: object,
        parent: str = "parent",
    ) -> DataLoader[Any, tuple[Row, ...]]:
        """Return a loader of a list per parent; `arguments` follow the keys in the statement."""

        async def load(keys: list[Any]) -> Mapping[Any, tuple[Row, ...]]:
            records = await self._queries.fetch(f"trading.{name}", statement, keys, *arguments)
            return group_by_key((record[parent], build(record)) for record in records)

        return batch_loader(load, ())

    def _counts(
        self, name: str, statement: str, bounds: Callable[[str], tuple[str, str]] | None
    ) -> DataLoader[str, int]:
        """Return a loader of one count per key; with `bounds` each key stands for a range."""

        async def load(keys: list[str]) -> Mapping[str, int]:
            ranges = [bounds(key) for key in keys] if bounds else []
            arrays = [[low for low, _ in ranges], [high for _, high in ranges]] if bounds else []
            records = await self._queries.fetch(f"trading.{name}", statement, keys, *arrays)
            return {record["parent"]: record["total"] for record in records}

        return batch_loader(load, 0)

    async def _listings(self, sight: Sight, ids: list[UUID]) -> Mapping[UUID, ListingRow]:
        async def load(keys: list[UUID]) -> Mapping[UUID, ListingRow]:
            records = await self._queries.fetch(
                "trading.listings", sql.LISTINGS, keys, *sight.parameters
            )
            return {record["id"]: listing_row(record) for record in records}

        fresh = reread(self._live, "LISTING", load, lambda row: (row.platform_code, row.number))
        return await fresh(ids)

    async def _listings_of_patents(
        self, seen: Seen, numbers: list[str]
    ) -> Mapping[str, tuple[ListingRow, ...]]:
        status, sight = seen
        return await self._grouped(
            "listings_of_patents",
            sql.LISTINGS_OF_PATENTS,
            listing_row,
            numbers,
            status,
            *sight.parameters,
        )

    async def _listings_of_sellers(
        self, seen: Seen, usccs: list[str]
    ) -> Mapping[str, tuple[ListingRow, ...]]:
        status, sight = seen
        return await self._grouped(
            "listings_of_sellers",
            sql.LISTINGS_OF_SELLERS,
            listing_row,
            usccs,
            status,
            MOST_PER_ORGANIZATION,
            *sight.parameters,
        )

    async def _listings_of_centers(
        self, wanted: tuple[str | None, int, Sight], codes: list[str]
    ) -> Mapping[str, tuple[ListingRow, ...]]:
        status, most, sight = wanted
        return await self._grouped(
            "listings_of_centers",
            sql.LISTINGS_OF_CENTERS,
            listing_row,
            codes,
            status,
            most,
            *sight.parameters,
        )

    async def _matches_of_listings(
        self, least: float, ids: list[UUID]
    ) -> Mapping[UUID, tuple[MatchRow, ...]]:
        return await self._grouped(
            "matches_of_listings",
            screening_sql.MATCHES_OF_LISTINGS,
            match_row,
            ids,
            least,
            MOST_MATCHES,
        )

    async def match_of_pair(
        self, listing_id: UUID, demand_id: UUID, least: float
    ) -> tuple[MatchRow, ...]:
        """Return the match of a listing and a demand, if it scores enough."""
        records = await self._queries.fetch(
            "trading.match_of_pair", screening_sql.MATCH_OF_PAIR, listing_id, demand_id, least
        )
        return tuple(match_row(record) for record in records)

    async def _matches_of_demands(
        self, least: float, ids: list[UUID]
    ) -> Mapping[UUID, tuple[MatchRow, ...]]:
        return await self._grouped(
            "matches_of_demands",
            screening_sql.MATCHES_OF_DEMANDS,
            match_row,
            ids,
            least,
            MOST_MATCHES,
        )

    async def _licences_of_patents(
        self, wanted: tuple[date, bool | None], numbers: list[str]
    ) -> Mapping[str, tuple[LicenceRecordRow, ...]]:
        return await self._grouped(
            "licences_of_patents", sql.LICENCES_OF_PATENTS, licence_row, numbers, *wanted
        )

    async def _grouped(
        self,
        name: str,
        statement: str,
        build: Callable[[Record], Row],
        keys: list[Key],
        *arguments: object,
    ) -> Mapping[Key, tuple[Row, ...]]:
        records = await self._queries.fetch(f"trading.{name}", statement, keys, *arguments)
        return group_by_key((record["parent"], build(record)) for record in records)

    async def _parties_of_licences(self, numbers: list[str]) -> Mapping[str, PartiesOfLicence]:
        by_role = await self._parties("parties_of_licences", sql.PARTIES_OF_LICENCES, numbers)
        return {
            number: PartiesOfLicence(
                by_role.get((number, "LICENSOR"), ()), by_role.get((number, "LICENSEE"), ())
            )
            for number in numbers
        }

    async def _parties_of_transfers(self, ids: list[Any]) -> Mapping[Any, PartiesOfTransfer]:
        by_role = await self._parties("parties_of_transfers", sql.PARTIES_OF_TRANSFERS, ids)
        return {
            each: PartiesOfTransfer(by_role.get((each, "FROM"), ()), by_role.get((each, "TO"), ()))
            for each in ids
        }

    async def _parties(
        self, name: str, statement: str, keys: list[Any]
    ) -> Mapping[tuple[Any, str], tuple[PartyRow, ...]]:
        records = await self._queries.fetch(f"trading.{name}", statement, keys)
        return group_by_key(
            ((record["parent"], record["role"]), _party(record)) for record in records
        )

    async def _block_rates(self, codes: list[str]) -> Mapping[str, float]:
        records = await self._queries.fetch("trading.block_rates", screening_sql.BLOCK_RATES, codes)
        return {record["parent"]: record["rate"] for record in records}

    async def _obstacles(self, numbers: list[str]) -> Mapping[str, str]:
        records = await self._queries.fetch("trading.obstacles", sql.OBSTACLES, numbers)
        return {record["application_number"]: record["reason"] for record in records}

    async def _deal_totals(self, period: Period, codes: list[str]) -> Mapping[str, DealTotals]:
        records = await self._queries.fetch(
            "trading.deal_totals_of_centers", sql.DEAL_TOTALS_OF_CENTERS, codes, *period
        )
        return {
            record["parent"]: DealTotals(record["deals"], record["amount_cny"])
            for record in records
        }


def _demand_key(row: DemandRow) -> RecordKey | None:
    return (row.center_code, row.number) if row.center_code is not None else None


def _number(record: Record) -> str:
    number: str = record["application_number"]
    return number


def _code(record: Record) -> str:
    code: str = record["code"]
    return code


def _party(record: Record) -> PartyRow:
    return PartyRow(record["name"], record["uscc"])
