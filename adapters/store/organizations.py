"""ORGANIZATION rows → reference.organization; a former name is kept when the name changes."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.parties import resolve_waiting
from adapters.store.table import Incoming, Key, TableSpec, load_rows, merge_rows, write_rows
from resolvers.database.pool import Transaction
from resolvers.values.text import party_name_key

SPEC = TableSpec(
    table="reference.organization",
    entity="Organization",
    key={"uscc": "text"},
    fields={
        "name": ("name", "name_key"),
        "kind": ("kind",),
        "region_code": ("region_code",),
        "industry_code": ("industry_code",),
        "registration_authority": ("registration_authority",),
    },
)

_FORMER = """
insert into reference.organization_name (uscc, ordinal, name, name_key, valid_to)
select $1, coalesce(max(ordinal) + 1, 0), $2, $3, $4
from reference.organization_name where uscc = $1
"""
# Finance's own copy, by which it counts pledges.
_FACTS = """
insert into finance.organization_facts (uscc, region_code)
select * from unnest($1::text[], $2::text[])
on conflict (uscc) do update set region_code = excluded.region_code
"""


async def store_organizations(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk."""
    incoming = [_incoming(row, batch) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    before: dict[Key, tuple[str, str]] = {
        key: stored.values["name"] for key, stored in merged.rows.items()
    }
    merge_rows(merged, incoming)
    await write_rows(transaction, SPEC, merged, batch.received_at)
    renamed = [
        (key[0], *before[key], merged.rows[key].origin_of("name").record_date)
        for key, fields in merged.dirty.items()
        if "name" in fields and key in before
    ]
    if renamed:
        await transaction.executemany("ingest.former_names", _FORMER, renamed)
    names = [
        merged.rows[key].values["name"][0]
        for key, fields in merged.dirty.items()
        if "name" in fields
    ]
    touched = await resolve_waiting(transaction, names)
    if merged.dirty:
        await transaction.execute(
            "ingest.organization_regions",
            _FACTS,
            [key[0] for key in merged.dirty],
            [merged.rows[key].values.get("region_code") for key in merged.dirty],
        )
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    touched["Organization"] = [key[0] for key in merged.dirty]
    return Stored(len(merged.dirty), conflicts, touched)


def _incoming(row: RowResult, batch: BatchContext) -> Incoming:
    values = row.mapped.values
    name = values["name"]
    stated = {
        "name": (name, party_name_key(name)),
        "kind": values.get("kind", "OTHER"),
        "region_code": values.get("regionCode"),
        "industry_code": values.get("industryCode"),
        "registration_authority": values.get("registrationAuthority"),
    }
    return Incoming((values["uscc"],), _given(stated), batch.origin(row))


def _given(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
