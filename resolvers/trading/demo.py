"""Loads the invented rows of trading: listings in every state of their workflow with screenings by
the rules themselves, demands with their matches, deals. What is there already stays as it is."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time
from typing import Final
from uuid import UUID

from resolvers.database.pool import Database, Transaction
from resolvers.trading import demo_sql
from resolvers.trading.commands import sql
from resolvers.trading.commands.matching import match_demand, match_listing
from resolvers.trading.demo_data import (
    DEALS,
    DEMANDS,
    FIRST_DAY,
    LAST_DAY,
    LISTINGS,
    OFFICE,
    PLATFORM,
    DemoDeal,
    DemoDemand,
    DemoListing,
)
from resolvers.trading.rules.screening import screen
from resolvers.trading.rules.screening.facts import ListingFacts, PatentFacts, ScreeningFacts
from resolvers.trading.rules.screening.finding import worst
from resolvers.value_rows import money_values
from resolvers.values.text import party_name_key

SOURCE: Final = "示例数据"
PERSON: Final = "demo:platform"
SCREENED_AT: Final = datetime.combine(FIRST_DAY, time(1), UTC)


async def load_demo(database: Database) -> None:
    """Add the rows that are not there yet, and compare supply with demand."""
    async with database.transaction() as tx:
        for demand in DEMANDS:
            await _add_demand(tx, demand)
        for listing in LISTINGS:
            await _add_listing(tx, listing)
        for deal in DEALS:
            await _add_deal(tx, deal)


def listing_id(serial: int) -> UUID:
    """Return the id of a demo listing; 4 waits for its screening (journey 6)."""
    return UUID(f"01980000-0000-7000-8000-0000007a{serial:04d}")


async def _add_listing(tx: Transaction, listing: DemoListing) -> None:
    seller, key = listing.patent.holders[0], listing_id(listing.serial)
    added = await tx.fetchval(
        "demo.listing", demo_sql.ADD_LISTING, key, PLATFORM, f"FT-2026-{listing.serial:04d}",
        listing.title, listing.summary, seller.name, party_name_key(seller.name), seller.uscc,
        listing.deal, listing.method, *money_values(listing.price), listing.industry,
        listing.region, FIRST_DAY, LAST_DAY, listing.status, PERSON, OFFICE, SOURCE,
        _digest(listing),
    )  # fmt: skip
    if added is None:
        return
    await tx.execute("demo.patent", sql.INSERT_PATENTS, key, [listing.patent.number])
    if listing.status not in ("DRAFT", "SCREENING"):
        await _add_screening(tx, listing)
    if listing.status == "LISTED":
        await match_listing(tx, key, SCREENED_AT)


async def _add_screening(tx: Transaction, listing: DemoListing) -> None:
    """Store what the rules find, so that the demo cannot say what they do not."""
    findings = screen(facts_of(listing))
    outcome = worst(each.outcome for each in findings)
    screening = UUID(f"01980000-0000-7000-8000-0000007b{listing.serial:04d}")
    await tx.execute(
        "demo.screening",
        demo_sql.RUN,
        screening,
        listing_id(listing.serial),
        SCREENED_AT,
        PERSON,
        outcome,
    )
    await tx.execute(
        "demo.findings",
        sql.INSERT_FINDINGS,
        screening,
        list(range(len(findings))),
        [each.rule for each in findings],
        [each.outcome for each in findings],
        [each.application_number for each in findings],
        [each.message for each in findings],
        [each.overridable for each in findings],
        [False] * len(findings),
    )
    blocked = 1 if outcome == "BLOCK" else 0
    await tx.execute("demo.count", sql.COUNT_SCREENING, PLATFORM, blocked)


def facts_of(listing: DemoListing) -> ScreeningFacts:
    """Return what the rules look at: what the demo's own rows say."""
    patent = listing.patent
    return ScreeningFacts(
        ListingFacts(
            PLATFORM,
            listing.deal,
            listing.title,
            listing.summary,
            patent.holders[0],
            listing.price,
            None,
            None,
            (patent.number,),
        ),
        FIRST_DAY,
        (
            PatentFacts(
                patent.number,
                known=True,
                kind=patent.kind,
                legal_status="IN_FORCE",
                expiry_date=patent.expiry,
                holders=patent.holders,
            ),
        ),
        {},
    )


async def _add_demand(tx: Transaction, demand: DemoDemand) -> None:
    key = UUID(f"01980000-0000-7000-8000-0000007c{demand.serial:04d}")
    added = await tx.fetchval(
        "demo.demand", demo_sql.ADD_DEMAND, key, f"XQ-2026-{demand.serial:04d}", demand.center,
        PERSON, demand.title, demand.demander.name, party_name_key(demand.demander.name),
        demand.demander.uscc, demand.kind, demand.industry, demand.region, list(demand.ipc),
        *money_values(demand.budget), LAST_DAY, _digest(demand),
    )  # fmt: skip
    if added is not None:
        await match_demand(tx, key, SCREENED_AT)


async def _add_deal(tx: Transaction, deal: DemoDeal) -> None:
    seller, key = deal.patent.holders[0], UUID(f"01980000-0000-7000-8000-0000007d{deal.serial:04d}")
    added = await tx.fetchval(
        "demo.deal", demo_sql.ADD_DEAL, key, listing_id(deal.listing) if deal.listing else None,
        PLATFORM, deal.kind, seller.name, party_name_key(seller.name), seller.uscc, deal.buyer.name,
        party_name_key(deal.buyer.name), deal.buyer.uscc, *money_values(deal.price),
        deal.signed_on, deal.broker, PERSON, SOURCE, _digest(deal),
    )  # fmt: skip
    if added is not None:
        await tx.execute("demo.deal_patent", demo_sql.ADD_DEAL_PATENT, key, deal.patent.number)


def _digest(row: object) -> str:
    return hashlib.sha256(repr(row).encode()).hexdigest()
