"""OPERATION_CENTER rows → platforms.operation_center with its children; a former name is kept when
the name changes, the document of recognition is registered when the row names it whole, and a
status that changes is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

from adapters.model import RowResult
from adapters.rules.center import check_row_name
from adapters.store.batch import BatchContext, Stored
from adapters.store.center_events import StatusChange, announce_centers
from adapters.store.conflicts import write_conflicts
from adapters.store.table import (
    Child,
    Incoming,
    Key,
    MergedRows,
    TableSpec,
    load_rows,
    merge_rows,
    write_rows,
)
from resolvers.database.pool import Transaction
from resolvers.values import jurisdiction_of

Name: TypeAlias = tuple[str, str, date | None]
"""Name, scheme, and the day from which it is borne."""

SPEC = TableSpec(
    table="platforms.operation_center",
    entity="OperationCenter",
    key={"code": "text"},
    fields={
        "kind": ("kind",),
        "function": ("function",),
        "support_tool": ("support_tool",),
        "name": ("name", "name_scheme", "named_on"),
        "host": ("host_uscc",),
        "region_code": ("region_code",),
        "jurisdiction": ("jurisdiction_code",),
        "status": ("status",),
        "recognised_on": ("recognised_on",),
        "recognition_document": ("recognition_document",),
        "functional_positioning": ("functional_positioning",),
    },
    children={
        "service_regions": Child("platforms.center_service_region", "code", ("region_code",)),
        "industries": Child("platforms.center_industry", "code", ("industry_code",)),
    },
)
# What a centre becomes over time; that a later record says otherwise is no conflict.
_HISTORIC = ("name", "host", "status", "recognised_on", "recognition_document")

_FORMER = """
insert into platforms.center_name (code, ordinal, name, scheme, valid_from, valid_to)
select $1, coalesce(max(ordinal) + 1, 0), $2, $3, $4, $5
from platforms.center_name where code = $1
"""
_DOCUMENT = """
insert into platforms.policy_document (number, title, issuer, issued_on)
select * from unnest($1::text[], $2::text[], $3::text[], $4::date[])
on conflict (number) do nothing
returning number
"""


async def store_centers(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk."""
    registered = await _register_documents(transaction, rows)
    merged = await load_rows(transaction, SPEC, [(row.mapped.values["code"],) for row in rows])
    before: dict[Key, Name] = {key: row.values["name"] for key, row in merged.rows.items()}
    held = {key: row.values["status"] for key, row in merged.rows.items()}
    for row in rows:
        merge_rows(merged, [_incoming(row, batch, merged)], historic=_HISTORIC)
    await write_rows(transaction, SPEC, merged, batch.received_at)
    former = [
        (key[0], *before[key], merged.rows[key].values["name"][2])
        for key in merged.dirty
        if key in before and before[key][0] != merged.rows[key].values["name"][0]
    ]
    if former:
        await transaction.executemany("ingest.former_names", _FORMER, former)
    changes = [
        StatusChange(key[0], values["kind"], held.get(key), values["status"])
        for key, values in ((key, merged.rows[key].values) for key in merged.dirty)
        if values["status"] != held.get(key)
    ]
    await announce_centers(transaction, changes, batch)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    touched = {"OperationCenter": [key[0] for key in merged.dirty], "PolicyDocument": registered}
    return Stored(len(merged.dirty), conflicts, touched)


async def _register_documents(transaction: Transaction, rows: Sequence[RowResult]) -> list[str]:
    """Write the documents that rows name whole; return the numbers of those that are new."""
    documents = list(_documents(rows))
    if not documents:
        return []
    columns = map(list, zip(*documents, strict=True))
    records = await transaction.fetch("ingest.documents", _DOCUMENT, *columns)
    return [record["number"] for record in records]


def _documents(rows: Iterable[RowResult]) -> Iterable[tuple[Any, ...]]:
    """Yield the documents that rows name with title and issuer."""
    for row in rows:
        values = row.mapped.values
        parts = [values.get(f"recognitionDocument{part}") for part in ("", "Title", "Issuer")]
        if all(parts):
            yield (*parts, values.get("recognitionDocumentDate"))


def _incoming(row: RowResult, batch: BatchContext, merged: MergedRows) -> Incoming:
    values = row.mapped.values
    key = (values["code"],)
    held = merged.rows.get(key)
    stated = {
        "kind": values["kind"],
        "function": values.get("function"),
        "support_tool": values.get("supportTool"),
        "name": _name(values, held.values["name"] if held else None),
        "host": values["hostUscc"],
        "region_code": values["regionCode"],
        "jurisdiction": values.get("jurisdiction") or jurisdiction_of(values["regionCode"]),
        "status": values["status"],
        "recognised_on": values.get("recognisedOn"),
        "recognition_document": values.get("recognitionDocument"),
        "functional_positioning": values.get("functionalPositioning"),
        "service_regions": values.get("serviceRegionCodes"),
        "industries": values.get("industryCodes"),
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return Incoming(key, given, batch.origin(row))


def _name(values: Any, held: Name | None) -> Name:
    """Return the name a row states. It is borne since the date of the record that changed it; the
    first one that is known since recognition, if it was given then."""
    checked, scheme = check_row_name(values)
    assert checked.canonical is not None  # the rule of the feed refuses the row otherwise
    if held is not None and held[0] == checked.canonical:
        return checked.canonical, scheme, held[2]
    recognised = None if scheme == "PILOT_NAME" else values.get("recognisedOn")
    since = recognised if held is None else values.get("asOf") or recognised
    return checked.canonical, scheme, since
