"""What trading leaves to the worker."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from resolvers.hub.commands import Work
from resolvers.hub.events import Event
from resolvers.hub.worker import JobContext, Jobs, Reaction, Timer
from resolvers.refusal import Refused
from resolvers.trading import expiry, legal_events
from resolvers.trading.commands import sql
from resolvers.trading.commands.listings import CHANGED
from resolvers.trading.commands.screening import SUBMITTED, Gathered, gather, run
from resolvers.trading.records import listing_row

DAILY: Final = 3600.0
"""Days end once a day; an hour is soon enough and cheap, since only due rows are read."""
SOON: Final = 60.0


async def prepare_submitted(context: JobContext, event: Event) -> Gathered | None:
    """Gather the facts of a listing that waits for its screening."""
    if event.payload["status"] != "SCREENING":
        return None
    record = await context.database.fetchrow("trading.listing", sql.READ_LISTING, UUID(event.key))
    if record is None or record["status"] != "SCREENING":
        return None
    return await gather(context.database, context.peers, listing_row(record))


async def screen_submitted(
    context: JobContext, work: Work, event: Event, gathered: Gathered | None
) -> None:
    """Screen it, unless its platform did so meanwhile."""
    work.key = event.key
    if gathered is None:
        return
    status = await work.tx.fetchval("trading.status", sql.LISTING_STATUS, UUID(event.key))
    if status != "SCREENING":
        return
    try:
        async with work.tx.savepoint():
            await run(work, UUID(event.key), gathered, context.today, SUBMITTED)
    except Refused as refusal:
        # Withdrawn, revised and submitted anew while facts were gathered: a later event tells.
        if refusal.codes != ["LISTING_CHANGED"]:
            raise


JOBS: Final = Jobs(
    reactions=(
        Reaction(
            "trading.screen_submitted", (CHANGED,), screen_submitted, prepare=prepare_submitted
        ),
        Reaction(
            "trading.legal_event",
            (legal_events.TOPIC,),
            legal_events.handle,
            prepare=legal_events.prepare,
        ),
    ),
    timers=(
        Timer("trading.expire_listings", DAILY, expiry.expire_listings),
        Timer("trading.expire_demands", DAILY, expiry.expire_demands),
        Timer("trading.expire_statements", DAILY, expiry.expire_statements),
        Timer("trading.begin_statements", DAILY, expiry.begin_statements),
        Timer("trading.match_listings", SOON, expiry.match_listings),
        Timer("trading.match_demands", SOON, expiry.match_demands),
    ),
)
