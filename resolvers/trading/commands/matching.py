"""Matching: a listing or demand is compared with its candidates, and the scored pairs are kept.

Candidates are found by index: those that share an IPC class (three characters) or an industry
division, the newest first, at most `MOST_CANDIDATES` by each. A pair that shares neither scores
below 0.49, under the least score anybody asks for by default.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from resolvers.database.pool import Transaction
from resolvers.trading.commands import match_sql as sql
from resolvers.trading.rules.matching import components, score
from resolvers.trading.rules.matching.offers import Component, Offer, Wanted
from resolvers.value_rows import MoneyRow, money_row

MOST_CANDIDATES: Final = 500
MOST_KEPT: Final = 200
"""Pairs kept of one listing or demand: the best."""


async def match_listing(tx: Transaction, listing_id: UUID, now: datetime) -> int:
    """Compare a listing on offer with the open demands; return how many pairs are kept."""
    [record] = await tx.fetch("trading.match_offer", sql.OFFER, listing_id)
    offer = _offer(record)
    classes, division = _classes(offer.ipc_symbols), _division(offer.industry_code)
    await tx.execute("trading.listing_classes", sql.LISTING_CLASSES, listing_id, classes)
    found = await tx.fetch(
        "trading.match_demands", sql.DEMAND_CANDIDATES, classes, *division, MOST_CANDIDATES
    )
    pairs = [(offer, _wanted(each)) for each in found]
    kept = await _keep(tx, sql.DROP_OF_LISTING, listing_id, pairs)
    await tx.execute("trading.listing_matched", sql.LISTING_MATCHED, listing_id, now)
    return kept


async def match_demand(tx: Transaction, demand_id: UUID, now: datetime) -> int:
    """Compare an open demand with the listings on offer; return how many pairs are kept."""
    [record] = await tx.fetch("trading.match_wanted", sql.WANTED, demand_id)
    wanted = _wanted(record)
    classes, division = _classes(wanted.ipc_symbols), _division(wanted.industry_code)
    await tx.execute("trading.demand_classes", sql.DEMAND_CLASSES, demand_id, classes)
    found = await tx.fetch(
        "trading.match_listings", sql.LISTING_CANDIDATES, classes, *division, MOST_CANDIDATES
    )
    pairs = [(_offer(each), wanted) for each in found]
    kept = await _keep(tx, sql.DROP_OF_DEMAND, demand_id, pairs)
    await tx.execute("trading.demand_matched", sql.DEMAND_MATCHED, demand_id, now)
    return kept


async def _keep(
    tx: Transaction, drop: str, owner: UUID, pairs: Sequence[tuple[Offer, Wanted]]
) -> int:
    """Store the best pairs; proposals that are none any more go. Answered ones stay as they are."""
    scored = [(components(offer, wanted), offer, wanted) for offer, wanted in pairs]
    scored.sort(
        key=lambda each: (-score(each[0]), -each[1].listed_from.toordinal(), each[1].id.bytes)
    )
    best = scored[:MOST_KEPT]
    listings = [offer.id for _, offer, _ in best]
    demands = [wanted.id for _, _, wanted in best]
    await tx.execute("trading.drop_matches", drop, owner, listings, demands)
    await tx.execute(
        "trading.keep_matches",
        sql.KEEP,
        listings,
        demands,
        [float(score(parts)) for parts, _, _ in best],
        [_json(parts) for parts, _, _ in best],
    )
    return len(best)


def _json(parts: Sequence[Component]) -> str:
    """Return the components as the text of a JSON list; an array of lists would be a matrix."""
    return json.dumps(
        [
            {"name": each.name, "weight": float(each.weight), "value": float(each.value)}
            for each in parts
        ]
    )


def _classes(symbols: Iterable[str]) -> list[str]:
    return sorted({symbol[:3] for symbol in symbols if len(symbol) >= 3})


def _division(industry: str | None) -> tuple[str | None, str | None]:
    """Return the range of codes of the industry's division; none for a whole section or nothing."""
    if industry is None or len(industry) < 3:
        return None, None
    return industry[:3], industry[:3] + "~"


def _money(record: Record, prefix: str) -> MoneyRow:
    money = money_row(record, prefix)
    assert money is not None  # the kind is never null in these tables
    return money


def _offer(record: Record) -> Offer:
    return Offer(
        record["id"],
        record["listed_from"],
        record["deal"],
        _money(record, "price"),
        record["industry_code"],
        record["region_code"],
        tuple(record["ipc_symbols"]),
    )


def _wanted(record: Record) -> Wanted:
    return Wanted(
        record["id"],
        record["kind"],
        _money(record, "budget"),
        record["industry_code"],
        record["region_code"],
        tuple(record["ipc_symbols"]),
    )
