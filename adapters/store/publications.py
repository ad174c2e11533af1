"""The publication a PATENT row names → patents.publication. A number belongs to one application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.model import RowResult
from adapters.store.batch import BatchContext
from adapters.store.conflicts import write_conflicts
from adapters.store.table import (
    Incoming,
    Key,
    MergedRows,
    TableSpec,
    load_rows,
    merge_rows,
    write_rows,
)
from resolvers.database.pool import Transaction

SPEC = TableSpec(
    table="patents.publication",
    entity="Publication",
    key={"number": "text"},
    fields={
        "application_number": ("application_number",),
        "kind_code": ("kind_code",),
        "published_on": ("published_on",),
    },
    keeps_field_origins=False,
)


@dataclass(frozen=True, slots=True)
class StoredPublications:
    """`keys`: the keys of the patents whose publications changed."""

    keys: Sequence[Key]
    conflicts: int


async def merge_publications(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> MergedRows:
    """Return the publications of the rows that state both number and date, merged into those
    stored."""
    incoming: list[Incoming] = []
    for row in rows:
        values = row.mapped.values
        number, day = values.get("publicationNumber"), values.get("publicationDate")
        if number is not None and day is not None:
            stated = {
                "application_number": values["applicationNumber"].canonical,
                "kind_code": number.kind_code,
                "published_on": day,
            }
            incoming.append(Incoming((number.canonical,), stated, batch.origin(row)))
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    merge_rows(merged, incoming)
    return merged


async def write_publications(
    transaction: Transaction, merged: MergedRows, batch: BatchContext
) -> StoredPublications:
    """Write what changed; the patents must be there."""
    await write_rows(transaction, SPEC, merged, batch.received_at)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    patents = [(merged.rows[key].values["application_number"],) for key in merged.dirty]
    return StoredPublications(patents, conflicts)
