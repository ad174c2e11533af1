"""Deals: a platform records that a matched listing was sold, which closes the listing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from asyncpg import Record

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peer_facts import check_organizations
from resolvers.peers import Peers
from resolvers.refusal import Problems
from resolvers.trading.commands import sql
from resolvers.trading.commands.listings import lock_listing, move_listing
from resolvers.trading.rows import ListingRow
from resolvers.trading.rules.screening.holder_mismatch import is_same
from resolvers.trading.workflows.demand import DEMANDS
from resolvers.trading.workflows.listing import LISTINGS
from resolvers.trading.workflows.match import MATCHES
from resolvers.value_rows import MoneyRow, PartyRow, money_values
from resolvers.values.dates import FIRST_DAY
from resolvers.values.text import party_name_key

RECORDED: Final = "trading.deal_recorded"


@dataclass(frozen=True, slots=True)
class DealDraft:
    """A deal as typed in; texts are tidied and codes canonical."""

    listing_id: UUID
    buyer_name: str
    buyer_uscc: str | None
    price: MoneyRow
    signed_on: date
    broker_uscc: str | None


async def record_deal(
    command: Command, peers: Peers, draft: DealDraft, problems: Problems, today: date
) -> UUID:
    """Record the deal of a matched listing, close the listing, and return the deal's id.

    When the buyer had asked for it in a demand, the match is contracted and the demand met.

    Raises:
        Forbidden: the listing is another platform's.
        Refused: what `problems` holds already, NOT_FOUND, TRANSITION_NOT_ALLOWED, DATE_FUTURE,
            DATE_OUT_OF_RANGE, PRICE_MISSING, PARTIES_EQUAL, ORGANIZATION_UNKNOWN.
    """
    _check(draft, problems, today)
    await check_organizations(peers, problems, _named(draft))
    async with command.transaction() as work:
        row, _ = await lock_listing(work, draft.listing_id)
        subject = Subject.of(platform=row.platform_code)
        closing = LISTINGS.check(row.status, "CLOSE_DEAL", command.caller, subject)
        problems.check(
            not is_same(row.seller, PartyRow(draft.buyer_name, draft.buyer_uscc)),
            "PARTIES_EQUAL",
            "受让方与转让方相同",
            "The buyer is the seller",
            *("input", "buyerName"),
        )
        problems.raise_if_any()
        match = await _match_of_buyer(work, draft)
        deal_id = await _insert(work, row, draft, match)
        if match is not None:
            await _meet_demand(work, match)
        await move_listing(work, row, "CLOSE_DEAL", closing.targets[0])
        work.key = str(deal_id)
        await work.publish(
            RECORDED,
            str(deal_id),
            {
                "platform": row.platform_code,
                "listing": str(row.id),
                "kind": row.deal,
                "signedOn": draft.signed_on.isoformat(),
            },
        )
    return deal_id


async def _insert(work: Work, row: ListingRow, draft: DealDraft, match: Record | None) -> UUID:
    deal_id: UUID = await work.tx.fetchval(
        "trading.insert_deal",
        sql.INSERT_DEAL,
        row.id,
        match["demand_id"] if match is not None else None,
        row.platform_code,
        row.deal,
        row.seller.name,
        party_name_key(row.seller.name),
        row.seller.uscc,
        draft.buyer_name,
        party_name_key(draft.buyer_name),
        draft.buyer_uscc,
        *money_values(draft.price),
        draft.signed_on,
        draft.broker_uscc,
        work.caller.subject,
        hashlib.sha256(repr(draft).encode()).hexdigest(),
        work.now,
    )
    await work.tx.execute("trading.deal_patents", sql.INSERT_DEAL_PATENTS, deal_id, row.id)
    return deal_id


async def _match_of_buyer(work: Work, draft: DealDraft) -> Record | None:
    """Return the best match of the listing with a demand of the buyer; a name alone is no proof."""
    if draft.buyer_uscc is None:
        return None
    return await work.tx.fetchrow(
        "trading.match_of_buyer", sql.MATCH_OF_BUYER, draft.listing_id, draft.buyer_uscc
    )


async def _meet_demand(work: Work, match: Record) -> None:
    demand_id = match["demand_id"]
    await work.tx.execute("trading.contract", sql.SET_MATCH_STATUS, match["id"], "CONTRACTED")
    await work.tx.execute("trading.meet", sql.SET_DEMAND_STATUS, demand_id, "MATCHED")
    for workflow, key, before, after in (
        (MATCHES.name, match["id"], match["match_status"], "CONTRACTED"),
        (DEMANDS.name, demand_id, match["status"], "MATCHED"),
    ):
        change = Change(workflow, str(key), before, after, "DEAL")
        await record_change(work, "trading", change)


def _named(draft: DealDraft) -> list[tuple[str, tuple[str, ...]]]:
    given = ((draft.buyer_uscc, "buyerUscc"), (draft.broker_uscc, "brokerUscc"))
    return [(uscc, ("input", member)) for uscc, member in given if uscc is not None]


def _check(draft: DealDraft, problems: Problems, today: date) -> None:
    problems.check(
        draft.signed_on <= today,
        "DATE_FUTURE",
        "签约日晚于今天",
        "The day of signature is in the future",
        *("input", "signedOn"),
    )
    problems.check(
        draft.signed_on >= FIRST_DAY,
        "DATE_OUT_OF_RANGE",
        f"签约日早于 {FIRST_DAY}",
        f"The day of signature is before {FIRST_DAY}",
        *("input", "signedOn"),
    )
    problems.check(
        draft.price.kind in ("FIXED", "ROYALTY", "FREE"),
        "PRICE_MISSING",
        "成交价格应为固定金额、提成或免费",
        "The price of a deal is an amount, a royalty or free",
        *("input", "price", "kind"),
    )
