"""What the catalogue leaves to the worker (DOMAIN §2.5, automatic effects)."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from resolvers.catalog.commands import sql
from resolvers.catalog.commands.grants import move_by_itself
from resolvers.catalog.commands.transitions import give_back, suspend_by_itself
from resolvers.catalog.facts import center_facts
from resolvers.catalog.rows import StandardKey
from resolvers.catalog.rows import product_row as read_product
from resolvers.catalog.rules.lapse import ALIVE_AFTER_SUPERSEDED
from resolvers.grants import take_uses
from resolvers.hub.commands import Work
from resolvers.hub.events import Event
from resolvers.hub.worker import JobContext, Jobs, Reaction, Timer
from resolvers.peers import PeerUnavailable
from resolvers.topic_totals import HOLDERS, ask_totals

log = logging.getLogger("hub.catalog")

_LEFT: Final = "发布单位不再处于已认定状态\nThe publisher is no longer recognised"
_RETURNED: Final = "发布单位恢复已认定状态\nThe publisher is recognised again"
_WITHDRAWN: Final = "所依据的服务标准已废止\nThe standard was withdrawn"
_LAPSED: Final = "所依据的服务标准被取代已满 180 天\nThe standard was superseded over 180 days ago"


async def _publisher_status(context: JobContext, event: Event) -> tuple[str, bool]:
    """Return the publisher an event is about, and whether it is recognised now."""
    code = event.payload.get("publisher", event.key)
    center = await center_facts(context.peers, code)
    return code, center is not None and center.status == "RECOGNISED"


async def _follow_publisher(
    context: JobContext, work: Work, event: Event, facts: tuple[str, bool]
) -> None:
    """Suspend or give back the products of a centre, as its present status says.

    It reacts to publications too: a centre may leave RECOGNISED between the question an approval
    asks and its end, and then only this second look finds the product.
    """
    code, recognised = facts
    work.key = code
    if recognised:
        for record in await work.tx.fetch("catalog.suspended_with", sql.SUSPENDED_WITH, code):
            await give_back(work, read_product(record), context.today, _RETURNED)
    else:
        for record in await work.tx.fetch("catalog.published_by", sql.PUBLISHED_BY, code):
            await suspend_by_itself(work, read_product(record), "PUBLISHER_LEFT", _LEFT)


async def _follow_standard(context: JobContext, work: Work, event: Event, facts: Any) -> None:
    """Suspend the products on a standard that was withdrawn."""
    if event.payload.get("to") == "WITHDRAWN":
        code, _, version = event.key.partition("|")
        await _suspend_on(work, (code, version), _WITHDRAWN)


async def _suspend_on(work: Work, key: StandardKey, comment: str) -> None:
    work.key = "|".join(key)
    for record in await work.tx.fetch("catalog.published_on", sql.PUBLISHED_ON, *key):
        await suspend_by_itself(work, read_product(record), "STANDARD_ENDED", comment)


async def _activate_grant(context: JobContext, work: Work, event: Event, facts: Any) -> None:
    """Bring a grant into effect once it is approved."""
    work.key = event.key
    if event.payload.get("status") == "APPROVED":
        await move_by_itself(work, UUID(event.key), "ACTIVATE", context.today)


async def suspend_lapsed(context: JobContext) -> None:
    """Suspend products on standards that were superseded over 180 days ago."""
    cutoff = context.today - ALIVE_AFTER_SUPERSEDED
    for record in await context.database.fetch("catalog.lapsed", sql.LAPSED, cutoff):
        command = context.command("catalog", "catalog.suspend_lapsed")
        async with command.transaction() as work:
            await _suspend_on(work, (record["code"], record["version"]), _LAPSED)


async def move_grants(context: JobContext) -> None:
    """End grants whose last day has passed; bring into effect what an event was lost for."""
    for record in await context.database.fetch("catalog.grants_due", sql.GRANTS_DUE, context.today):
        command = context.command("catalog", "catalog.move_grants")
        async with command.transaction() as work:
            work.key = str(record["id"])
            await move_by_itself(work, record["id"], record["action"], context.today)


async def add_up_uses(context: JobContext) -> None:
    """Add what requests used of grants to the grants' figures."""
    while True:
        async with context.database.transaction() as tx:
            uses = await take_uses(tx)
            if not uses:
                return
            await tx.execute(
                "catalog.grant_used",
                sql.GRANT_USED,
                [each.grant_id for each in uses],
                [each.requests for each in uses],
                [each.records for each in uses],
                [each.last_used_at for each in uses],
            )


async def refresh_totals(context: JobContext) -> None:
    """Ask the holders of the data how much they hold, and since when.

    Who does not answer keeps the figures of last time; the others' are written all the same.
    """
    topics = {
        record["topic"] for record in await context.database.fetch("catalog.topics", sql.TOPICS)
    }
    for subgraph, held in HOLDERS.items():
        wanted = sorted(topics & held)
        if not wanted:
            continue
        try:
            totals = await ask_totals(context.peers, subgraph, wanted)
        except PeerUnavailable as error:
            log.warning("the totals of %s stay as they are: %s", subgraph, error)
            continue
        for each in totals:
            await _write_total(context, each.topic, each.records, each.refreshed_at)


async def _write_total(
    context: JobContext, topic: str, records: int, refreshed_at: datetime | None
) -> None:
    await context.database.execute("catalog.total", sql.TOTAL, topic, records, refreshed_at)


JOBS: Final = Jobs(
    reactions=(
        Reaction(
            "catalog.follow_publisher",
            ("platforms.center_status_changed", "catalog.product_published"),
            _follow_publisher,
            _publisher_status,
        ),
        Reaction("catalog.follow_standard", ("catalog.standard_status_changed",), _follow_standard),
        Reaction("catalog.activate_grant", ("catalog.grant_decided",), _activate_grant),
    ),
    timers=(
        Timer("catalog.move_grants", 300.0, move_grants),
        Timer("catalog.suspend_lapsed", 3600.0, suspend_lapsed),
        Timer("catalog.add_up_uses", 60.0, add_up_uses),
        Timer("catalog.refresh_totals", 900.0, refresh_totals),
    ),
)
