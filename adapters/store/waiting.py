"""Refused rows that wait for their centre: what is kept of them, and what becomes of them.

A row waits until a batch takes it in (`resolved_by_batch`) or a later delivery brings it again
(`replaced_by_batch`: it waits there). A try that fails is noted (`tried_by_batch`): the cells and
issues of that batch hold from then on, and what was delivered stays as it was met.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from adapters.files.header import Header
from adapters.findings import Finding, storable
from resolvers.database.pool import Queries, Transaction

WAITS: Final = (
    "r.outcome = 'REJECTED' and r.resolved_by_batch is null and r.replaced_by_batch is null"
)
OF_DELIVERY: Final = "b.corrects_batch is null and b.status in ('LOADED', 'FAILED')"

_BATCH: Final = """
select id, center_code, source_name, feed, file_name, encoding, status, header, corrects_batch,
  received_at
from reporting.ingest_batch where id = $1
"""
_BATCHES_OF_SOURCE: Final = f"""
select b.id from reporting.ingest_batch as b
where b.source_name = $1 and {OF_DELIVERY} and exists (
  select from reporting.ingest_row as r where r.batch_id = b.id and {WAITS})
order by b.received_at, b.id
"""  # noqa: S608 (constants only)
_ROWS: Final = """
select r.row_number, r.sheet, coalesce(t.natural_key, r.natural_key) as natural_key,
  coalesce(t.raw, r.raw) as raw, r.resolved_by_batch, r.tried_by_batch
from reporting.ingest_row as r
left join reporting.ingest_row as t on t.batch_id = r.tried_by_batch and t.row_number = r.row_number
where r.batch_id = $1 and r.outcome = 'REJECTED' and r.row_number > $2
"""
_WAITING_ROWS: Final = f"""
{_ROWS} and r.resolved_by_batch is null and r.replaced_by_batch is null
order by r.row_number limit $3
"""
_NAMED_ROWS: Final = f"{_ROWS} and r.row_number = any($3) order by r.row_number"
_LOCK_ROWS: Final = """
select from reporting.ingest_row where batch_id = $1 and outcome = 'REJECTED' for update
"""
_ISSUES: Final = """
select asked.row_number, i.code, i.message, i.field, i.column_name, i.raw
from unnest($1::uuid[], $2::int[]) as asked (batch_id, row_number)
join reporting.data_issue as i
  on i.batch_id = asked.batch_id and i.row_number = asked.row_number
order by asked.row_number, i.ordinal
"""
# Keys of all refused rows in the order first met; records of one batch need not have the same keys.
_KEYS: Final = """
select each.key, min(r.row_number) as row_number, min(each.place) as place
from reporting.ingest_row as r
left join reporting.ingest_row as t on t.batch_id = r.tried_by_batch and t.row_number = r.row_number
cross join lateral json_object_keys(coalesce(t.raw, r.raw)) with ordinality as each (key, place)
where r.batch_id = $1 and r.outcome = 'REJECTED'
group by each.key order by row_number, place
"""
_TRIES: Final = "select count(*) from reporting.ingest_batch where corrects_batch = $1"
_CORRECTS: Final = "update reporting.ingest_batch set corrects_batch = $2 where id = $1"
_HEADER: Final = "update reporting.ingest_batch set header = $2 where id = $1"


@dataclass(frozen=True, slots=True)
class KeptBatch:
    """A batch whose refused rows are looked at. `header`: (header as met, unit) per column, None
    for a batch older than the hub's keeping of headers."""

    id: str
    center: str
    source: str
    feed: str
    file_name: str | None
    encoding: str | None
    status: str
    header: tuple[tuple[str, str | None], ...] | None
    corrects: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A refused row as last tried. `cells`: header as met → text; `findings` all of them."""

    row: int
    sheet: str | None
    key: str | None
    cells: dict[str, str]
    findings: tuple[Finding, ...]
    resolved_by: str | None
    tried_by: str | None


def is_batch_id(text: str) -> bool:
    """Return whether a text has the form of a batch's id."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


async def read_batch(queries: Queries, batch_id: str) -> KeptBatch | None:
    """Return a batch by its id."""
    found = await queries.fetchrow("quarantine.batch", _BATCH, batch_id)
    if found is None:
        return None
    header = found["header"]
    return KeptBatch(
        str(found["id"]),
        found["center_code"],
        found["source_name"],
        found["feed"],
        found["file_name"],
        found["encoding"],
        found["status"],
        None if header is None else tuple((name, unit) for name, unit in header),
        None if found["corrects_batch"] is None else str(found["corrects_batch"]),
        found["received_at"],
    )


async def batches_of_source(queries: Queries, source: str) -> list[str]:
    """Return the deliveries of a source in which rows wait, oldest first."""
    found = await queries.fetch("quarantine.batches", _BATCHES_OF_SOURCE, source)
    return [str(record["id"]) for record in found]


async def waiting_rows(queries: Queries, batch_id: str, after: int, most: int) -> list[KeptRow]:
    """Return rows of a batch that wait, behind a row number, `most` of them."""
    found = await queries.fetch("quarantine.rows", _WAITING_ROWS, batch_id, after, most)
    return await _with_findings(queries, batch_id, found)


async def named_rows(queries: Queries, batch_id: str, rows: Collection[int]) -> list[KeptRow]:
    """Return the refused rows of some numbers, also those that wait no longer."""
    found = await queries.fetch("quarantine.named", _NAMED_ROWS, batch_id, 0, list(rows))
    return await _with_findings(queries, batch_id, found)


async def lock_rows(transaction: Transaction, batch_id: str) -> None:
    """Keep everybody else from deciding about the refused rows of a batch."""
    await transaction.fetch("quarantine.lock", _LOCK_ROWS, batch_id)


async def _with_findings(queries: Queries, batch_id: str, records: Sequence[Any]) -> list[KeptRow]:
    said = [str(record["tried_by_batch"] or batch_id) for record in records]
    numbers = [record["row_number"] for record in records]
    findings: dict[int, list[Finding]] = {}
    for found in await queries.fetch("quarantine.issues", _ISSUES, said, numbers):
        number = found["row_number"]
        findings.setdefault(number, []).append(
            Finding(
                found["code"],
                found["message"],
                found["field"],
                found["column_name"],
                found["raw"],
                number,
            )
        )
    return [
        KeptRow(
            record["row_number"],
            record["sheet"],
            record["natural_key"],
            {header: str(text or "") for header, text in record["raw"].items()},
            tuple(findings.get(record["row_number"], ())),
            _id(record["resolved_by_batch"]),
            _id(record["tried_by_batch"]),
        )
        for record in records
    ]


async def keys_met(queries: Queries, batch_id: str) -> list[str]:
    """Return the headers that refused rows have cells under, in the order first met."""
    found = await queries.fetch("quarantine.keys", _KEYS, batch_id)
    return [record["key"] for record in found]


async def count_tries(queries: Queries, batch_id: str) -> int:
    """Return how many batches have tried rows of this one again."""
    found: int = await queries.fetchval("quarantine.tries", _TRIES, batch_id)
    return found


async def write_header(transaction: Transaction, batch_id: str, header: Header) -> None:
    """Keep the header of a batch with the units of its columns."""
    pairs = [[storable(column.header), column.unit] for column in header.columns]
    await transaction.execute("ingest.header", _HEADER, batch_id, pairs)


async def note_correction(transaction: Transaction, batch_id: str, corrects: str) -> None:
    """Note that a batch tries rows of an earlier one again."""
    await transaction.execute("quarantine.corrects", _CORRECTS, batch_id, corrects)


def _id(value: object | None) -> str | None:
    return None if value is None else str(value)
