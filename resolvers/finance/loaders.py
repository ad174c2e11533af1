"""Batch loaders of finance: one statement per batch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from aiodataloader import DataLoader
from asyncpg import Record

from resolvers.batch_statements import BatchStatements
from resolvers.batching import LoadersByArgument, batch_loader, group_by_key
from resolvers.database.pool import Queries
from resolvers.finance import sql
from resolvers.finance.records import (
    financing_row,
    insurance_row,
    number_of,
    party_row,
    pledge_change_row,
    pledge_row,
    valuation_row,
)
from resolvers.finance.rows import (
    FinancingRow,
    InsuranceRow,
    PartiesOfPledge,
    PledgeChangeRow,
    PledgeRow,
    PledgeTotals,
    ValuationRow,
)
from resolvers.finance.sight import VISIBLE
from resolvers.live import LiveReads, refreshed
from resolvers.sight import Sight

Period: TypeAlias = tuple[date | None, date | None]
PledgesOfParty: TypeAlias = LoadersByArgument[tuple[str | None, str], str, tuple[PledgeRow, ...]]
FinancingOfCenter: TypeAlias = LoadersByArgument[
    tuple[Sight, str | None], str, tuple[FinancingRow, ...]
]

MOST_PER_PARENT = 1_000
"""Lists under an organisation or centre have no pages in the schema, so they have a bound."""


class FinanceLoaders:
    """One request's loaders."""

    def __init__(self, queries: Queries, live: LiveReads | None = None) -> None:
        self._statements = BatchStatements(queries, "finance")
        self._make_pledges(self._statements, live)
        self._make_financing(self._statements)
        self._make_reports(self._statements)

    def _make_pledges(self, make: BatchStatements, live: LiveReads | None) -> None:
        self.pledges: DataLoader[str, PledgeRow | None] = make.one(
            "pledges",
            sql.PLEDGES,
            "registration_number",
            pledge_row,
            lambda load: refreshed(live, "PLEDGE", load, lambda number: (number,)),
        )
        # by status
        self.pledges_of_patent: LoadersByArgument[str | None, str, tuple[PledgeRow, ...]] = (
            make.many_by(
                "pledges_of_patents", sql.PLEDGES_OF_PATENTS, pledge_row, lambda status: (status,)
            )
        )
        # by status and side
        self.pledges_of_party: PledgesOfParty = make.many_by(
            "pledges_of_organizations",
            sql.PLEDGES_OF_ORGANIZATIONS,
            pledge_row,
            lambda wanted: (*wanted, MOST_PER_PARENT),
        )
        self.patents_of_pledge: DataLoader[str, tuple[str, ...]] = make.many(
            "patents_of_pledges", sql.PATENTS_OF_PLEDGES, number_of
        )
        self.parties_of_pledge: DataLoader[str, PartiesOfPledge] = batch_loader(
            self._parties_of_pledges, PartiesOfPledge((), ())
        )
        self.changes_of_pledge: DataLoader[str, tuple[PledgeChangeRow, ...]] = make.many(
            "changes_of_pledges", sql.CHANGES_OF_PLEDGES, pledge_change_row
        )
        self.regions_of_pledge: DataLoader[str, tuple[str, ...]] = make.many(
            "regions_of_pledges", sql.REGIONS_OF_PLEDGES, _region
        )
        # by year
        self.pledge_totals_of_region: LoadersByArgument[int, str, PledgeTotals] = LoadersByArgument(
            self._pledge_totals, PledgeTotals(0, Decimal(0))
        )

    def _make_financing(self, make: BatchStatements) -> None:
        self.financing: DataLoader[UUID, FinancingRow | None] = make.one(
            "financing", sql.FINANCING, "id", financing_row
        )
        self.patents_of_financing: DataLoader[UUID, tuple[str, ...]] = make.many(
            "patents_of_financing", sql.PATENTS_OF_FINANCING, number_of
        )
        self.financing_of_applicant: LoadersByArgument[Sight, str, tuple[FinancingRow, ...]] = (
            make.many_by(
                "financing_of_applicants",
                sql.FINANCING_OF_APPLICANTS,
                financing_row,
                lambda sight: (MOST_PER_PARENT, *VISIBLE.values(sight)),
            )
        )
        # by who asks and status
        self.financing_of_center: FinancingOfCenter = make.many_by(
            "financing_of_centers",
            sql.FINANCING_OF_CENTERS,
            financing_row,
            lambda wanted: (MOST_PER_PARENT, *VISIBLE.values(wanted[0]), wanted[1]),
        )
        self.financed_amount: LoadersByArgument[Period, str, Decimal] = LoadersByArgument(
            self._financed_amounts, Decimal(0)
        )

    def _make_reports(self, make: BatchStatements) -> None:
        self.valuations: DataLoader[UUID, ValuationRow | None] = make.one(
            "valuations", sql.VALUATIONS, "id", valuation_row
        )
        self.valuations_of_patent: DataLoader[str, tuple[ValuationRow, ...]] = make.many(
            "valuations_of_patents", sql.VALUATIONS_OF_PATENTS, valuation_row
        )
        self.patents_of_valuation: DataLoader[UUID, tuple[str, ...]] = make.many(
            "patents_of_valuations", sql.PATENTS_OF_VALUATIONS, number_of
        )
        self.regions_of_valuation: DataLoader[UUID, tuple[str, ...]] = make.many(
            "regions_of_valuations", sql.REGIONS_OF_VALUATIONS, _region
        )
        self.insurance: DataLoader[str, InsuranceRow | None] = make.one(
            "insurance", sql.INSURANCE, "policy_number", insurance_row
        )
        self.insurance_of_patent: DataLoader[str, tuple[InsuranceRow, ...]] = make.many(
            "insurance_of_patents", sql.INSURANCE_OF_PATENTS, insurance_row
        )
        self.patents_of_insurance: DataLoader[str, tuple[str, ...]] = make.many(
            "patents_of_insurance", sql.PATENTS_OF_INSURANCE, number_of
        )

    async def _parties_of_pledges(self, numbers: list[str]) -> Mapping[str, PartiesOfPledge]:
        records = await self._statements.fetch(
            "parties_of_pledges", sql.PARTIES_OF_PLEDGES, numbers
        )
        by_role = group_by_key(
            ((record["parent"], record["role"]), party_row(record)) for record in records
        )
        return {
            number: PartiesOfPledge(
                by_role.get((number, "PLEDGOR"), ()), by_role.get((number, "PLEDGEE"), ())
            )
            for number in numbers
        }

    async def _pledge_totals(self, year: int, codes: list[str]) -> Mapping[str, PledgeTotals]:
        records = await self._statements.fetch(
            "pledge_statistics", sql.PLEDGE_STATISTICS, codes, year
        )
        return {
            record["parent"]: PledgeTotals(record["pledges"], record["amount_cny"])
            for record in records
        }

    async def _financed_amounts(self, period: Period, codes: list[str]) -> Mapping[str, Decimal]:
        records = await self._statements.fetch(
            "financed_amounts", sql.FINANCED_AMOUNTS, codes, *period
        )
        return {record["parent"]: record["total"] for record in records}


def _region(record: Record) -> str:
    region: str = record["region_code"]
    return region
