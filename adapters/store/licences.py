"""LICENCE rows → trading.licence_record with its patents and parties.

A recordal in the feed is no gazetted event (EE01 has its own day of announcement), so nothing is
written to `legal_event`; an exclusive or sole licence bars open licences through its own record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.money import money_group
from adapters.store.named_patents import write_named_patents
from adapters.store.parties import PARTY_COLUMNS, parties, resolve_names
from adapters.store.table import (
    Child,
    Incoming,
    TableSpec,
    load_rows,
    merge_rows,
    money_columns,
    write_rows,
)
from resolvers.database.pool import Transaction

SPEC = TableSpec(
    table="trading.licence_record",
    entity="LicenceRecord",
    key={"record_number": "text"},
    fields={
        "licence_type": ("licence_type",),
        "term_from": ("term_from",),
        "term_to": ("term_to",),
        "fee": money_columns("fee"),
        "recorded_on": ("recorded_on",),
        "cancelled_on": ("cancelled_on",),
    },
    children={
        "licensors": Child(
            "trading.licence_party", "record_number", PARTY_COLUMNS, {"role": "LICENSOR"}
        ),
        "licensees": Child(
            "trading.licence_party", "record_number", PARTY_COLUMNS, {"role": "LICENSEE"}
        ),
    },
)


async def store_licences(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk."""
    names = (
        name
        for row in rows
        for side in ("licensors", "licensees")
        for name in row.mapped.values[side]
    )
    resolved = await resolve_names(transaction, names)
    incoming = [_incoming(row, batch, resolved) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    merge_rows(merged, incoming)
    await write_rows(transaction, SPEC, merged, batch.received_at)
    named = [(row.mapped.values["recordNumber"], row) for row in rows]
    grown = await write_named_patents(
        transaction, "trading.licence_patent", "record_number", named, batch
    )
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    return Stored(len({key[0] for key in merged.dirty} | grown), conflicts)


def _incoming(row: RowResult, batch: BatchContext, resolved: Mapping[str, str]) -> Incoming:
    values = row.mapped.values
    stated = {
        "licence_type": values["licenceType"],
        "term_from": values.get("termFrom"),
        "term_to": values.get("termTo"),
        "fee": money_group(values.get("fee")),
        "recorded_on": values["recordedOn"],
        "cancelled_on": values.get("cancelledOn"),
        "licensors": parties(values["licensors"], resolved),
        "licensees": parties(values["licensees"], resolved),
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return Incoming((values["recordNumber"],), given, batch.origin(row))
