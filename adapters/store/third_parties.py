"""THIRD_PARTY rows → tools.residency, one per category of services, and the credit beside it.

A row says that an institution is resident. What its residency has become in the hub (suspended,
left, expelled) stands; a contradiction is kept as a conflict. Grade D in force suspends, as it does
when a platform publishes one (DOMAIN §2.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.credit import store_credit
from adapters.store.table import (
    Incoming,
    Key,
    MergedRows,
    TableSpec,
    load_rows,
    merge_rows,
    write_rows,
)
from adapters.store.traces import StateChange, kept_by_hub, write_history
from resolvers.database.pool import Transaction
from resolvers.hub.events import publish

SPEC = TableSpec(
    table="tools.residency",
    entity="Residency",
    key={"source_key": "text"},
    fields={
        "institution": ("institution_uscc",),
        "platform": ("platform_code",),
        "category": ("category",),
        "begins_on": ("begins_on",),
        "standing": ("status", "ends_on"),
    },
    id_column="id",
    computed=("jurisdiction_code",),
)
WORKFLOW: Final = "residency"
CHANGED: Final = "tools.residency_changed"
_RESIDENT: Final = ("ACTIVE", "SUSPENDED")
_OFFICES: Final = """
select code, jurisdiction_code from platforms.operation_center where code = any($1)
"""
_OWN: Final = """
select r.institution_uscc, r.platform_code, r.category, r.status
from unnest($1::text[], $2::text[], $3::text[]) as asked (institution, platform, category)
join tools.residency as r on r.institution_uscc = asked.institution
  and r.platform_code = asked.platform and r.category = asked.category
where r.source_key is null order by r.begins_on, r.id
"""
# As the timer of tools finds them, for some institutions and platforms.
_GRADED_D: Final = """
select r.id::text as id, r.institution_uscc, r.platform_code, r.category from tools.residency as r
join (select distinct * from unnest($2::text[], $3::text[])) as asked (institution, platform)
  on r.institution_uscc = asked.institution and r.platform_code = asked.platform
where r.status = 'ACTIVE' and 'D' = (
  select c.grade from tools.credit_evaluation as c
  where c.institution_uscc = r.institution_uscc and c.platform_code = r.platform_code
    and c.status in ('PUBLISHED', 'UNDER_APPEAL', 'REVISED')
    and c.valid_from <= $1 and c.valid_to >= $1
  order by c.published_at desc, c.id desc limit 1)
order by r.id for update of r
"""
_SUSPEND: Final = "update tools.residency set status = 'SUSPENDED' where id = any($1::uuid[])"

Place = tuple[str, str, str]
"""Institution, platform, category."""


async def store_third_parties(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk: credit first, since it decides whether residencies are active."""
    platforms = list({row.mapped.values["platform"] for row in rows})
    records = await transaction.fetch("ingest.platform_offices", _OFFICES, platforms)
    offices = {record["code"]: record["jurisdiction_code"] for record in records}
    credit = await store_credit(transaction, rows, batch, offices)
    merged = await _merged_residencies(transaction, rows, batch)
    computed = {key: (offices.get(merged.rows[key].values["platform"]),) for key in merged.dirty}
    await write_rows(transaction, SPEC, merged, batch.received_at, computed)
    new = [key for key in merged.dirty if key in merged.new]
    await _tell(
        transaction,
        [(str(merged.ids[key]), _place(merged.rows[key].values)) for key in new],
        (None, "ACTIVE", None),
        batch,
    )
    suspended = await _suspend_graded_d(transaction, rows, batch)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    ids = [*(str(merged.ids[key]) for key in merged.dirty), *suspended]
    return Stored(
        len(merged.dirty) + credit.changed,
        conflicts + credit.conflicts,
        {SPEC.entity: list(dict.fromkeys(ids)), **credit.touched},
    )


async def _merged_residencies(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> MergedRows:
    places = [(place, row) for row in rows for place in _places(row)]
    asked = [list(column) for column in zip(*(place for place, _ in places), strict=True)]
    records = await transaction.fetch("ingest.own_residencies", _OWN, *asked)
    own = {
        (record["institution_uscc"], record["platform_code"], record["category"]): record["status"]
        for record in records
    }
    merged = await load_rows(transaction, SPEC, [_key(place) for place, _ in places])
    for place, row in places:
        _merge(merged, place, row, batch, own.get(place))
    return merged


def _merge(
    merged: MergedRows, place: Place, row: RowResult, batch: BatchContext, own: str | None
) -> None:
    key, origin, since = _key(place), batch.origin(row), row.mapped.values.get("residentSince")
    held = merged.rows.get(key)
    stands = own if held is None else held.values["standing"][0]
    if stands is not None and stands not in _RESIDENT:
        merged.conflicts.append((key, kept_by_hub("status", stands, "ACTIVE", origin)))
    if held is None and own is not None:
        return
    stated: dict[str, Any] = {}
    if held is not None and stands in _RESIDENT and since is not None:
        stated["begins_on"] = since
    elif held is None:
        institution, platform, category = place
        stated = {
            "institution": institution,
            "platform": platform,
            "category": category,
            # The day the hub learnt of it, when the platform does not tell.
            "begins_on": since or batch.today,
            "standing": ("ACTIVE", None),
        }
    merge_rows(merged, [Incoming(key, stated, origin)])


def _places(row: RowResult) -> Iterable[Place]:
    values = row.mapped.values
    return [(values["uscc"], values["platform"], each) for each in values["category"]]


def _place(values: Mapping[str, Any]) -> Place:
    return values["institution"], values["platform"], values["category"]


def _key(place: Place) -> Key:
    return ("|".join(place),)


async def _suspend_graded_d(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> list[str]:
    """Suspend the active residencies whose credit grade in force is D; return their ids."""
    records = await transaction.fetch(
        "ingest.graded_d",
        _GRADED_D,
        batch.today,
        [row.mapped.values["uscc"] for row in rows],
        [row.mapped.values["platform"] for row in rows],
    )
    found = [
        (record["id"], (record["institution_uscc"], record["platform_code"], record["category"]))
        for record in records
    ]
    if found:
        await transaction.execute("ingest.suspend", _SUSPEND, [key for key, _ in found])
    await _tell(transaction, found, ("ACTIVE", "SUSPENDED", "SUSPEND_BY_GRADE"), batch)
    return [key for key, _ in found]


async def _tell(
    transaction: Transaction,
    residencies: Sequence[tuple[str, Place]],
    change: tuple[str | None, str, str | None],
    batch: BatchContext,
) -> None:
    """Keep and publish one change of state of some residencies."""
    before, after, action = change
    changes = [StateChange(key, before, after, action) for key, _ in residencies]
    await write_history(transaction, "tools", WORKFLOW, changes, batch)
    payloads = [
        {"institution": institution, "platform": platform, "category": category, "status": after}
        for _, (institution, platform, category) in residencies
    ]
    await publish(transaction, CHANGED, [key for key, _ in residencies], payloads)
