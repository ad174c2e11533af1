"""The publication a PATENT row names → patents.publication. A number belongs to one application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.model import RowResult
from adapters.store.batch import BatchContext
from adapters.store.conflicts import write_conflicts
from adapters.store.table import Incoming, Key, TableSpec, load_rows, merge_rows, write_rows
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

    keys: frozenset[Key]
    conflicts: int


async def store_publications(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> StoredPublications:
    """Merge the publications of the rows that state both number and date."""
    incoming = [
        Incoming(
            (row.mapped.values["publicationNumber"].canonical,),
            {
                "application_number": row.mapped.values["applicationNumber"].canonical,
                "kind_code": row.mapped.values["publicationNumber"].kind_code,
                "published_on": row.mapped.values["publicationDate"],
            },
            batch.origin(row),
        )
        for row in rows
        if {"publicationNumber", "publicationDate"} <= row.mapped.values.keys()
    ]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    merge_rows(merged, incoming)
    await write_rows(transaction, SPEC, merged, batch.received_at)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    patents = frozenset((merged.rows[key].values["application_number"],) for key in merged.dirty)
    return StoredPublications(patents, conflicts)
