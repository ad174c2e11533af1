"""NAVIGATION rows → tools.navigation_report with its classes.

How often a report is viewed and asked for is counted by its platform (`recordNavigationReport`)
and not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.parties import resolve_names
from adapters.store.table import (
    Child,
    Incoming,
    TableSpec,
    load_rows,
    merge_rows,
    write_rows,
)
from resolvers.database.pool import Transaction
from resolvers.values.text import party_name_key

SPEC = TableSpec(
    table="tools.navigation_report",
    entity="NavigationReport",
    key={"report_number": "text"},
    fields={
        "title": ("title",),
        "kind": ("kind",),
        "commissioned_by": ("commissioned_by",),
        "completed_by": ("completed_by_uscc",),
        "industry": ("industry_code",),
        "region": ("region_code",),
        "completed_on": ("completed_on",),
        "patents_analysed": ("patents_analysed",),
        "openness": ("openness",),
        "platform": ("platform_code",),
    },
    children={"classes": Child("tools.navigation_ipc", "report_number", ("symbol",))},
    computed=("recorded_at",),
)
DEFAULT_OPENNESS: Final = "CONDITIONAL"
"""The title is open, the report is asked for (DOMAIN §2.6, §6.2) [H]."""


async def store_navigation(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk."""
    names = [name for row in rows if (name := row.mapped.values.get("completedBy"))]
    resolved = await resolve_names(transaction, names)
    incoming = [_incoming(row, batch, resolved) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    for row in incoming:
        values = dict(row.values)
        if row.key not in merged.rows:
            values.setdefault("openness", DEFAULT_OPENNESS)
        merge_rows(merged, [Incoming(row.key, values, row.origin)])
    computed = dict.fromkeys(merged.dirty, (batch.received_at,))
    await write_rows(transaction, SPEC, merged, batch.received_at, computed)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    return Stored(len(merged.dirty), conflicts, {SPEC.entity: [key[0] for key in merged.dirty]})


def _incoming(row: RowResult, batch: BatchContext, resolved: Mapping[str, str]) -> Incoming:
    values = row.mapped.values
    maker = values.get("completedBy")
    stated: dict[str, Any] = {
        "title": values["title"],
        "kind": values["kind"],
        "commissioned_by": values.get("commissionedBy"),
        "completed_by": values.get("completedByUscc")
        or (resolved.get(party_name_key(maker)) if maker else None),
        "industry": values.get("industry"),
        "region": values.get("region"),
        "completed_on": values["completedOn"],
        "patents_analysed": values.get("patentsAnalysed"),
        "openness": values.get("openness"),
        "platform": values["platform"],
        "classes": values.get("ipcClasses"),
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return Incoming((values["reportNumber"],), given, batch.origin(row))
