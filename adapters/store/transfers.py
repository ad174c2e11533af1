"""TRANSFER rows → trading.transfer_record, and the present holders of the patent.

A transfer row is no gazetted event (the feed has no announcement), so nothing is written to
`legal_event`. It changes the holders: those named as leaving go, the new ones come, others stay.
Precedence decides as for any field, by class and registration date; a transfer that came before its
patent takes effect when the patent arrives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.money import money_group
from adapters.store.parties import PARTY_COLUMNS, Party, parties, resolve_names
from adapters.store.patents import SPEC as PATENT
from adapters.store.patents import write_patents
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
    table="trading.transfer_record",
    entity="TransferRecord",
    key={"application_number": "text", "registered_on": "date", "to_key": "text"},
    fields={
        "application_right": ("application_right",),
        "method": ("method",),
        "price": money_columns("price"),
    },
    children={
        "from": Child("trading.transfer_party", "transfer_id", PARTY_COLUMNS, {"role": "FROM"}),
        "to": Child("trading.transfer_party", "transfer_id", PARTY_COLUMNS, {"role": "TO"}),
    },
    id_column="id",
)


async def store_transfers(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk and let them change the holders."""
    names = (name for row in rows for side in ("from", "to") for name in row.mapped.values[side])
    resolved = await resolve_names(transaction, names)
    incoming = [_incoming(row, batch, resolved) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    merge_rows(merged, incoming)
    await write_rows(transaction, SPEC, merged, batch.received_at)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    patents, more = await _change_holders(transaction, incoming, batch)
    touched = {
        SPEC.entity: [str(merged.ids[key]) for key in merged.dirty],
        PATENT.entity: patents,
    }
    return Stored(len(merged.dirty), conflicts + more, touched)


def _incoming(row: RowResult, batch: BatchContext, resolved: Mapping[str, str]) -> Incoming:
    values = row.mapped.values
    assert row.mapped.key is not None
    stated = {
        "application_right": False,
        "method": values.get("method"),
        "price": money_group(values.get("price")),
        "from": parties(values["from"], resolved),
        "to": parties(values["to"], resolved),
    }
    given = {name: value for name, value in stated.items() if value is not None}
    number = values["applicationNumber"].canonical
    return Incoming((number, values["registeredOn"], row.mapped.key[2]), given, batch.origin(row))


async def _change_holders(
    transaction: Transaction, transfers: Iterable[Incoming], batch: BatchContext
) -> tuple[list[str], int]:
    """Let transfers change the holders; return the patents that changed, and the conflicts."""
    ordered = sorted(transfers, key=lambda transfer: transfer.key[1])
    merged = await load_rows(transaction, PATENT, [(transfer.key[0],) for transfer in ordered])
    for transfer in ordered:
        held = merged.rows.get((transfer.key[0],))
        if held is None:
            continue
        holders = holders_after(
            held.values["holders"], transfer.values["from"], transfer.values["to"]
        )
        if holders is not None:
            change = Incoming((transfer.key[0],), {"holders": holders}, transfer.origin)
            merge_rows(merged, [change], historic=("holders",))
    return [key[0] for key in merged.dirty], await write_patents(transaction, merged, batch)


def holders_after(
    holders: Sequence[Party], leaving: Sequence[Party], coming: Sequence[Party]
) -> tuple[Party, ...] | None:
    """Return the holders after a transfer, or None when it has taken effect already.

    Nobody of `leaving` among the holders means that a link of the chain is missing; then the new
    holders are all that is known.
    """
    held = {party[1] for party in holders}
    gone = {party[1] for party in leaving}
    new = {party[1] for party in coming}
    if new <= held and not (gone - new) & held:
        return None
    staying = [party for party in holders if party[1] not in gone | new] if gone & held else []
    return (*staying, *coming)
