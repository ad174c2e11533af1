"""PATENT rows → patents.patent with publications, parties and classes.

What a row means for the legal status (DOMAIN §3.11, §4.2): the status of a patent is projected from
its gazetted events. A PATENT row is no event, so nothing is written to `legal_event`. Its status
word is kept as a statement (`stated_…`) and decides only until an event says otherwise; a word that
names a fact (质押, 许可备案, 开放许可) counts as in force, with the fact as `stated_status_hint`.
Without a status word the publication speaks: a granted kind code (B, C, U, Y, S, D) means in force
since that day, A means pending.

Holders begin as the applicants; transfers replace them (`transfers.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.parties import PARTY_COLUMNS, parties, resolve_names
from adapters.store.patent_facts import write_patent_facts
from adapters.store.publications import merge_publications, write_publications
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
from adapters.store.transfer_history import transfers_of_new_patents
from adapters.value_kinds import StatedStatus
from resolvers.database.pool import Transaction
from resolvers.values import ApplicationNumber, PublicationNumber
from resolvers.values.legal_status import StatusEvent, expiry_date, project_legal_status

SPEC = TableSpec(
    table="patents.patent",
    entity="Patent",
    key={"application_number": "text"},
    fields={
        "numbering": ("office_code", "kind", "pct_national_phase"),
        "title": ("title",),
        "filing_date": ("filing_date",),
        "grant_date": ("grant_date",),
        "main_ipc": ("main_ipc",),
        "applicant_region": ("applicant_region",),
        "locarno": ("locarno",),
        "stated_status": (
            "stated_legal_status",
            "stated_status_as_of",
            "stated_preservation",
            "stated_status_hint",
        ),
    },
    children={
        "applicants": Child(
            "patents.patent_party", "application_number", PARTY_COLUMNS, {"role": "APPLICANT"}
        ),
        "holders": Child(
            "patents.patent_party", "application_number", PARTY_COLUMNS, {"role": "HOLDER"}
        ),
        "ipc": Child("patents.patent_ipc", "application_number", ("symbol",)),
        "industries": Child("patents.patent_industry", "application_number", ("code",)),
    },
    computed=("expiry_date", "legal_status", "legal_status_as_of", "under_preservation"),
    empty={"stated_status": (None, None, False, None), "locarno": ([],)},
)

_HISTORIC = ("holders", "stated_status")
_GRANTED_LETTERS = "BCUYSD"

_EVENTS = """
select application_number, code, announced_on from patents.legal_event
where application_number = any($1)
"""


async def store_patents(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk, with everything that hangs on a patent."""
    resolved = await resolve_names(
        transaction, (name for row in rows for name in row.mapped.values["applicants"])
    )
    incoming = [_incoming(row, batch, resolved) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    merge_rows(merged, incoming, historic=_HISTORIC)
    earlier = await transfers_of_new_patents(transaction, [key[0] for key in merged.new])
    merge_rows(merged, earlier, historic=_HISTORIC)
    publications = await merge_publications(transaction, rows, batch)
    conflicts = await write_patents(transaction, merged, batch)
    published = await write_publications(transaction, publications, batch)
    changed = [key[0] for key in dict.fromkeys((*merged.dirty, *published.keys))]
    return Stored(len(changed), conflicts + published.conflicts, {"Patent": changed})


async def write_patents(transaction: Transaction, merged: MergedRows, batch: BatchContext) -> int:
    """Write dirty patents with their projected status; return the number of conflicts."""
    computed = await _computed(transaction, merged, merged.dirty, batch)
    await write_rows(transaction, SPEC, merged, batch.received_at, computed)
    await write_patent_facts(
        transaction,
        {key[0]: merged.rows[key] for key in merged.dirty},
    )
    return await write_conflicts(transaction, SPEC.entity, merged.conflicts)


async def _computed(
    transaction: Transaction, merged: MergedRows, keys: Collection[Key], batch: BatchContext
) -> dict[Key, tuple[Any, ...]]:
    """Return term end and projected status; lapse of time is left to readers."""
    if not keys:
        return {}
    records = await transaction.fetch("ingest.events", _EVENTS, [key[0] for key in keys])
    events: dict[str, list[StatusEvent]] = {}
    for record in records:
        event = StatusEvent(record["code"], record["announced_on"])
        events.setdefault(record["application_number"], []).append(event)
    computed: dict[Key, tuple[Any, ...]] = {}
    for key in keys:
        values = merged.rows[key].values
        nothing: tuple[Any, ...] = ("UNKNOWN", None, False, None)
        status, as_of, preservation, _ = values.get("stated_status") or nothing
        projected = project_legal_status(
            events.get(key[0], ()),
            batch.today,
            stated=status,
            stated_on=as_of,
            stated_preservation=preservation,
        )
        computed[key] = (
            expiry_date(values["numbering"][1], values["filing_date"]),
            projected.status,
            projected.as_of,
            projected.under_preservation,
        )
    return computed


def _incoming(row: RowResult, batch: BatchContext, resolved: Any) -> Incoming:
    values = row.mapped.values
    number: ApplicationNumber = values["applicationNumber"]
    applicants = parties(values["applicants"], resolved)
    symbols = _symbols(values)
    stated = {
        "numbering": (number.office, number.kind, number.pct_national_phase),
        "title": values["title"],
        "filing_date": values["filingDate"],
        "grant_date": values.get("publicationDate") if _is_granted(row) else None,
        "main_ipc": symbols[0] if symbols else None,
        "applicant_region": values.get("addressCode"),
        "locarno": values.get("locarno"),
        "stated_status": _stated_status(row),
        "applicants": applicants,
        "holders": applicants,
        "ipc": symbols,
        "industries": values.get("industry"),
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return Incoming((number.canonical,), given, batch.origin(row))


def _symbols(values: Any) -> tuple[str, ...] | None:
    """Return the classes with the main one first."""
    main, others = values.get("mainIpc"), values.get("ipc", ())
    if main is None:
        return others or None
    return (main, *(symbol for symbol in others if symbol != main))


def _is_granted(row: RowResult) -> bool:
    number: PublicationNumber | None = row.mapped.values.get("publicationNumber")
    return number is not None and number.kind_code[0] in _GRANTED_LETTERS


def _stated_status(row: RowResult) -> tuple[Any, ...] | None:
    values = row.mapped.values
    said: StatedStatus | None = values.get("legalStatus")
    if said is not None:
        return (said.status, None, said.preservation, said.fact)
    if "publicationNumber" not in values:
        return None
    status = "IN_FORCE" if _is_granted(row) else "PENDING"
    return (status, values.get("publicationDate"), False, None)
