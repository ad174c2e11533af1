"""DEMAND rows → trading.demand, known by its centre and number.

The feed has no status: a demand it brings is OPEN until its last day and EXPIRED after it. What has
become of it since (MATCHED, CLOSED) is not touched. The worker compares it with what is on offer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.model import RowResult
from adapters.rules.demand import NO_DEAL
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.money import money_group
from adapters.store.parties import resolve_names
from adapters.store.table import (
    Incoming,
    MergedRows,
    TableSpec,
    load_rows,
    merge_rows,
    money_columns,
    write_rows,
)
from adapters.store.traces import StateChange, write_history
from resolvers.database.pool import Transaction
from resolvers.hub.events import publish
from resolvers.values import Money
from resolvers.values.text import party_name_key

SPEC = TableSpec(
    table="trading.demand",
    entity="Demand",
    key={"center_code": "text", "number": "text"},
    fields={
        "title": ("title",),
        "demander": ("demander_name", "demander_name_key", "demander_uscc"),
        "kind": ("kind",),
        "industry": ("industry_code",),
        "region": ("region_code",),
        "classes": ("ipc_symbols",),
        "budget": money_columns("budget"),
        "valid_until": ("valid_until",),
        "status": ("status",),
    },
    id_column="id",
    empty={"classes": ([],)},
)
WORKFLOW: Final = "demand"
PUBLISHED: Final = "trading.demand_published"
_OWN_STATUSES: Final = ("OPEN", "EXPIRED")
_ANY_DEAL: Final = ("ANY", NO_DEAL)
_NAMES: Final = "select uscc, name from reference.organization where uscc = any($1)"


async def store_demands(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk."""
    resolved = await resolve_names(
        transaction, [name for row in rows if (name := row.mapped.values.get("demander"))]
    )
    codes = [code for row in rows if (code := row.mapped.values.get("demanderUscc"))]
    records = await transaction.fetch("ingest.demander_names", _NAMES, codes)
    registered = {record["uscc"]: record["name"] for record in records}
    incoming = [_incoming(row, batch, resolved, registered) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    before = {key: row.values["status"] for key, row in merged.rows.items()}
    for row in incoming:
        values = {
            name: value
            for name, value in row.values.items()
            if name != "status" or before.get(row.key, "OPEN") in _OWN_STATUSES
        }
        merge_rows(merged, [Incoming(row.key, values, row.origin)], historic=("status",))
    await write_rows(transaction, SPEC, merged, batch.received_at)
    await _leave_traces(transaction, merged, before, batch)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    ids = [str(merged.ids[key]) for key in merged.dirty]
    return Stored(len(merged.dirty), conflicts, {SPEC.entity: ids})


async def _leave_traces(
    transaction: Transaction, merged: MergedRows, before: Mapping[Any, str], batch: BatchContext
) -> None:
    """Keep what changed state, and tell of what is open now and was not."""
    changes, opened = [], []
    for key in merged.dirty:
        values, was = merged.rows[key].values, before.get(key)
        if values["status"] == was:
            continue
        action = "PUBLISH" if was is None and values["status"] == "OPEN" else None
        changes.append(StateChange(str(merged.ids[key]), was, values["status"], action))
        if values["status"] == "OPEN":
            opened.append(key)
    await write_history(transaction, "trading", WORKFLOW, changes, batch)
    told = [merged.rows[key].values for key in opened]
    await publish(
        transaction,
        PUBLISHED,
        [str(merged.ids[key]) for key in opened],
        [{"industry": each.get("industry"), "region": each.get("region")} for each in told],
    )


def _incoming(
    row: RowResult,
    batch: BatchContext,
    resolved: Mapping[str, str],
    registered: Mapping[str, str],
) -> Incoming:
    values = row.mapped.values
    code = values.get("demanderUscc")
    name: str = values["demander"] if "demander" in values else registered[values["demanderUscc"]]
    key, kind = party_name_key(name), values.get("kind")
    stated: dict[str, Any] = {
        "title": values["title"],
        "demander": (name, key, code or resolved.get(key)),
        "kind": None if kind in _ANY_DEAL else kind,
        "industry": values.get("industry"),
        "region": values.get("region"),
        "classes": values.get("ipcClasses"),
        "budget": money_group(values.get("budget") or Money("MISSING", "")),
        "valid_until": values["validUntil"],
        "status": "EXPIRED" if values["validUntil"] < batch.today else "OPEN",
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return Incoming((values["platform"], values["number"]), given, batch.origin(row))
