"""Which patents a record names: one row of the feed each (licence_patent, pledge_patent)."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.model import RowResult
from adapters.store.batch import BatchContext
from resolvers.database.pool import Transaction


async def write_named_patents(
    transaction: Transaction,
    table: str,
    key_column: str,
    rows: Sequence[tuple[str, RowResult]],
    batch: BatchContext,
) -> set[str]:
    """Add the patents that records (key, row) name and that are not noted yet.

    The ordinal is the order of arrival. Returns the keys of the records that gained a patent.
    """
    if not rows:
        return set()
    added = await transaction.fetch(
        f"ingest.write {table}",
        f"insert into {table} ({key_column}, application_number, ordinal, source_system, "  # noqa: S608
        "batch_id, received_at, confidence, record_date, content_hash) "
        "select key, number, position + coalesce((select max(ordinal) + 1 from "
        f"{table} as held where held.{key_column} = key), 0), $4, $5::uuid, $6, $7, day, hash "
        "from (select *, row_number() over (partition by key order by line) - 1 as position "
        "      from unnest($1::text[], $2::text[], $3::date[], $8::text[]) with ordinality "
        "      as given (key, number, day, hash, line) "
        f"      where not exists (select from {table} as held "
        f"          where held.{key_column} = key and held.application_number = number)) as new "
        f"on conflict do nothing returning {key_column}",
        [key for key, _ in rows],
        [row.mapped.values["applicationNumber"].canonical for _, row in rows],
        [batch.origin(row).record_date for _, row in rows],
        batch.source_system,
        batch.batch_id,
        batch.received_at,
        batch.confidence.value,
        [row.mapped.content_hash.hex() for _, row in rows],
    )
    return {record[key_column] for record in added}
