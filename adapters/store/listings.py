"""LISTING rows → trading.listing.

The feed has no status: a listing it offers is LISTED while its period runs and EXPIRED after it. A
status the platform has moved on since (SUSPENDED, MATCHED, SOLD, DELISTED) is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.money import money_group
from adapters.store.parties import resolve_names
from adapters.store.table import (
    Child,
    Incoming,
    TableSpec,
    load_rows,
    merge_rows,
    money_columns,
    write_rows,
)
from adapters.store.trade_events import tell_of_listings
from resolvers.database.pool import Transaction
from resolvers.values import Money
from resolvers.values.text import party_name_key

SPEC = TableSpec(
    table="trading.listing",
    entity="Listing",
    key={"platform_code": "text", "number": "text"},
    fields={
        "title": ("title",),
        "seller": ("seller_name", "seller_name_key", "seller_uscc"),
        "deal": ("deal",),
        "trading_method": ("trading_method",),
        "price": money_columns("price"),
        "industry_code": ("industry_code",),
        "region_code": ("region_code",),
        "listed_from": ("listed_from",),
        "listed_to": ("listed_to",),
        "status": ("status",),
    },
    children={"patents": Child("trading.listing_patent", "listing_id", ("application_number",))},
    id_column="id",
)

_OWN_STATUSES = ("LISTED", "EXPIRED")


async def store_listings(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk."""
    resolved = await resolve_names(transaction, (row.mapped.values["seller"] for row in rows))
    incoming = [_incoming(row, batch, resolved) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    moved_on = {
        key for key, held in merged.rows.items() if held.values["status"] not in _OWN_STATUSES
    }
    merge_rows(
        merged,
        (
            Incoming(row.key, _without_status(row.values), row.origin)
            if row.key in moved_on
            else row
            for row in incoming
        ),
        historic=("status",),
    )
    await write_rows(transaction, SPEC, merged, batch.received_at)
    ids = [merged.ids[key] for key in merged.dirty]
    await tell_of_listings(transaction, ids)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    return Stored(len(merged.dirty), conflicts, {"Listing": list(map(str, ids))})


def _without_status(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name != "status"}


def _incoming(row: RowResult, batch: BatchContext, resolved: Mapping[str, str]) -> Incoming:
    values = row.mapped.values
    seller = values["seller"]
    key = party_name_key(seller)
    stated = {
        "title": values["title"],
        "seller": (seller, key, values.get("sellerUscc") or resolved.get(key)),
        "deal": values.get("deal", "TRANSFER"),
        "trading_method": values.get("tradingMethod", "LISTING"),
        "price": money_group(values.get("price") or Money("MISSING", "")),
        "industry_code": values.get("industry"),
        "region_code": values.get("region"),
        "listed_from": values["listedFrom"],
        "listed_to": values["listedTo"],
        "status": "EXPIRED" if values["listedTo"] < batch.today else "LISTED",
        "patents": tuple(number.canonical for number in values["applicationNumber"]),
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return Incoming((values["platform"], values["number"]), given, batch.origin(row))
