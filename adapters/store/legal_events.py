"""LEGAL_EVENT rows → patents.legal_event, and the legal status projected from them.

An event is known by its record at the source where that has an id, else by its text; a record that
comes again with other content replaces what it said (DOMAIN §4.3). Every event that is new or says
something else is told to subscribers and to the reactions that screen listings anew.

Holders do not change here: the register's transfers come with the feed TRANSFER.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.patents import SPEC as PATENT
from adapters.store.patents import write_patents
from adapters.store.table import load_rows
from resolvers.database.pool import Transaction
from resolvers.hub.events import publish
from resolvers.values.event_text import EventDetail, parse_event_text
from resolvers.values.legal_events import OTHER_CATEGORY, effective_date, event_codes

# A record that moved to another patent, code or day leaves its old place.
_MOVED: Final = """
delete from patents.legal_event as e
using unnest($2::text[], $3::text[], $4::text[], $5::date[])
  as given (record_id, application_number, code, announced_on)
where e.source_system = $1 and e.source_record_id = given.record_id
  and (e.application_number, e.code, e.announced_on)
    <> (given.application_number, given.code, given.announced_on)
returning e.application_number
"""
_WRITE: Final = """
insert into patents.legal_event (application_number, code, name_zh, st27_category, announced_on,
  effective_on, text, details, event_key, source_record_id, content_hash, source_system, batch_id,
  received_at, confidence, record_date)
select application_number, code, name_zh, st27_category, announced_on, effective_on, text,
  details::jsonb, event_key, record_id, content_hash, $12, $13, $14, $15, announced_on
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[])
  as given (application_number, code, name_zh, st27_category, announced_on, effective_on, text,
            details, event_key, record_id, content_hash)
on conflict (application_number, code, announced_on, event_key) do update
set name_zh = excluded.name_zh, st27_category = excluded.st27_category,
  effective_on = excluded.effective_on, text = excluded.text, details = excluded.details,
  source_record_id = excluded.source_record_id, content_hash = excluded.content_hash,
  source_system = excluded.source_system, batch_id = excluded.batch_id,
  received_at = excluded.received_at, confidence = excluded.confidence
where legal_event.content_hash <> excluded.content_hash
returning id, application_number, code, details
"""
_EXCLUSIVE: Final = "独占"


async def store_legal_events(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Write the events of a chunk, project the status of their patents anew, tell what is new."""
    events = {(*each[:2], each[4], each[8]): each for each in map(_columns, rows)}
    columns: tuple[list[Any], ...] = tuple(map(list, zip(*events.values(), strict=True)))
    numbers, codes, days, records = columns[0], columns[1], columns[4], columns[9]
    moved = await transaction.fetch(
        "ingest.moved_events", _MOVED, batch.source_system, records, numbers, codes, days
    )
    written = await transaction.fetch(
        "ingest.legal_events",
        _WRITE,
        *columns,
        batch.source_system,
        batch.batch_id,
        batch.received_at,
        batch.confidence.value,
    )
    changed = {record["application_number"] for record in (*written, *moved)}
    conflicts = await _project(transaction, sorted(changed), batch)
    await _announce(transaction, written)
    touched = {
        "LegalEvent": [str(record["id"]) for record in written],
        "Patent": sorted(changed),
    }
    return Stored(len(written), conflicts, touched)


def _columns(row: RowResult) -> tuple[Any, ...]:
    """Return the values of `_WRITE`, in its order."""
    values = row.mapped.values
    text: str | None = values.get("text")
    parsed = parse_event_text(text or "")
    known = event_codes().get(values["code"])
    record_id: str | None = values.get("recordId")
    digest = hashlib.blake2b((text or "").encode(), digest_size=16).hexdigest()
    return (
        values["applicationNumber"].canonical,
        values["code"],
        known.name_zh if known is not None else parsed.name or values["code"],
        known.st27_category if known is not None else OTHER_CATEGORY,
        values["announcedOn"],
        effective_date(parsed.details),
        text,
        # as text: of lists in a list the driver would make an array of more dimensions
        msgspec.json.encode([_plain(detail) for detail in parsed.details]).decode(),
        record_id or digest,
        record_id,
        row.mapped.content_hash.hex(),
    )


def _plain(detail: EventDetail) -> dict[str, str]:
    return {"label": detail.label, "value": detail.value}


async def _project(transaction: Transaction, numbers: list[str], batch: BatchContext) -> int:
    """Write the patents of the events again, which projects their status."""
    merged = await load_rows(transaction, PATENT, [(number,) for number in numbers])
    for key in merged.rows:
        merged.dirty[key] = frozenset()
    return await write_patents(transaction, merged, batch)


async def _announce(transaction: Transaction, written: Sequence[Any]) -> None:
    """Publish `patents.legal_event_recorded` for each event, all at once."""
    await publish(
        transaction,
        "patents.legal_event_recorded",
        [str(record["id"]) for record in written],
        [
            {
                "applicationNumber": record["application_number"],
                "code": record["code"],
                "exclusive": any(
                    detail["label"] == "许可种类" and _EXCLUSIVE in detail["value"]
                    for detail in record["details"]
                ),
            }
            for record in written
        ],
    )
