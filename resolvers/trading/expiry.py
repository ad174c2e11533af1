"""Timers of trading: what is due ends, what has begun is in force, what came by feeds is matched.

Each transaction takes some rows; rows somebody works on wait for the next run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from asyncpg import Record

from resolvers.hub.commands import Work
from resolvers.hub.history import Change, record_change
from resolvers.hub.worker import JobContext
from resolvers.trading.commands import match_sql, sql
from resolvers.trading.commands.listings import lock_listing, move_listing
from resolvers.trading.commands.matching import match_demand, match_listing
from resolvers.trading.commands.open_licences import (
    close_statement,
    note_change,
    publish_announcement,
)
from resolvers.trading.facts import gather_patents
from resolvers.trading.workflows.demand import DEMANDS

AT_ONCE: Final = 200
MOST: Final = 10_000
"""Rows in one run; a row that ends costs a millisecond."""
MOST_MATCHED: Final = 1_000
"""The same of comparisons, each of which scores up to a thousand pairs."""
TERM_OVER: Final = "许可期限届满\nThe term has ended"


async def expire_listings(context: JobContext) -> int:
    """LISTED and MATCHED listings whose last day has passed become EXPIRED."""

    async def one(work: Work, record: Record) -> None:
        row, _ = await lock_listing(work, record["id"])
        await move_listing(work, row, "EXPIRE", "EXPIRED")

    return await _all(context, "expire_listings", sql.DUE_LISTINGS, (context.today,), one)


async def expire_demands(context: JobContext) -> int:
    """Open demands whose last day has passed become EXPIRED."""

    async def one(work: Work, record: Record) -> None:
        demand_id = record["id"]
        work.key = str(demand_id)
        await work.tx.execute("trading.expire", sql.SET_DEMAND_STATUS, demand_id, "EXPIRED")
        change = Change(DEMANDS.name, str(demand_id), "OPEN", "EXPIRED", "EXPIRE")
        await record_change(work, "trading", change)

    return await _all(context, "expire_demands", sql.DUE_DEMANDS, (context.today,), one)


async def expire_statements(context: JobContext) -> int:
    """Statements in force whose term is over become EXPIRED, on the last day of the term."""

    async def one(work: Work, record: Record) -> None:
        number, end = record["statement_number"], record["term_to"]
        await close_statement(work, number, "IN_FORCE", "EXPIRE", TERM_OVER, end)

    return await _all(context, "expire_statements", sql.DUE_STATEMENTS, (context.today,), one)


async def begin_statements(context: JobContext) -> int:
    """Statements a feed brought as announced are in force once their term begins."""
    due = await context.database.fetch(
        "trading.beginning", sql.BEGINNING_STATEMENTS, context.today, AT_ONCE
    )
    numbers = sorted({record["application_number"] for record in due})
    patents = await gather_patents(context.peers, numbers)
    industries = {patent.application_number: patent.industries for patent in patents}
    begun = 0
    for record in due:
        number, patent = record["statement_number"], record["application_number"]
        async with context.command("trading", "trading.begin_statements").transaction() as work:
            # one transaction each: two statements of one patent may both be due
            if await work.tx.fetchval("trading.begin", sql.BEGIN_STATEMENT, number):
                await note_change(work, number, "FILED", "IN_FORCE", "BEGIN", None)
                await publish_announcement(work, number, patent, industries[patent])
                begun += 1
    return begun


async def match_listings(context: JobContext) -> int:
    """Listings on offer that were not compared with demands yet are."""

    async def one(work: Work, record: Record) -> None:
        await match_listing(work.tx, record["id"], work.now)

    return await _all(
        context, "match_listings", match_sql.UNMATCHED_LISTINGS, (), one, MOST_MATCHED
    )


async def match_demands(context: JobContext) -> int:
    """Open demands that were not compared with listings yet are."""

    async def one(work: Work, record: Record) -> None:
        await match_demand(work.tx, record["id"], work.now)

    return await _all(context, "match_demands", match_sql.UNMATCHED_DEMANDS, (), one, MOST_MATCHED)


async def _all(
    context: JobContext,
    name: str,
    due: str,
    arguments: tuple[object, ...],
    one: Callable[[Work, Record], Awaitable[None]],
    most: int = MOST,
) -> int:
    """Handle rows that are due, some in one transaction; return how many there were.

    Where nothing is due nothing is begun, so that the audit tells of work only. After `most` rows
    the other timers have their turn; the rest is done when this one is next due.
    """
    total, label = 0, f"trading.{name}"
    is_due = f"select exists ({due})"
    while total < most and await context.database.fetchval(
        f"{label}_due", is_due, *arguments, AT_ONCE
    ):
        async with context.command("trading", label).transaction() as work:
            records = await work.tx.fetch(label, due, *arguments, AT_ONCE)
            for record in records:
                await one(work, record)
        if not records:
            break
        total += len(records)
    return total
