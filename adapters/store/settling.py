"""What becomes of waiting rows when another batch of their source comes in.

After a delivery (`settle_delivery`):

- a waiting row whose record the source has said anew since is resolved;
- a refused row that was met before, word for word, and corrected then, is resolved by that
  correction: the source need not be mended before its rows stop waiting twice;
- a waiting row that is met again (word for word, or the same record) waits where it came last;
- the rows of a file that failed as a whole wait no longer once a file of that name is loaded.

After a correction (`settle_correction`): rows taken in are resolved, also where they were met word
for word in other deliveries; the others note who tried them last.

Rows are compared here and not in SQL: PostgreSQL knows nothing yet of a table that was filled in
the same transaction, and would compare each row with each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from adapters.config import SourceConfig
from adapters.findings import storable
from adapters.model import BatchReport, BatchStatus
from adapters.store.ledger import key_hash
from adapters.store.waiting import WAITS
from resolvers.database.pool import Transaction

_CHUNK: Final = 2_000
MOST_ROWS: Final = 200_000
"""Rows of one batch, and waiting rows of its source (the newest), that are compared; a source with
more of them has another trouble."""

_OTHERS: Final = f"""
from reporting.ingest_batch as b join reporting.ingest_row as r on r.batch_id = b.id
where b.source_name = $1 and b.id <> $2 and b.corrects_batch is null and {WAITS}
"""
_ANY_WAIT: Final = f"select exists (select {_OTHERS})"
_WAITING_BATCHES: Final = f"""
select b.id, b.received_at, b.status, b.file_name,
  b.received_at <= (select received_at from reporting.ingest_batch where id = $2) as earlier
from reporting.ingest_batch as b
where b.source_name = $1 and b.id <> $2 and b.corrects_batch is null and exists (
  select from reporting.ingest_row as r where r.batch_id = b.id and {WAITS})
order by b.received_at desc, b.id
"""  # noqa: S608 (constants only)
_WAITING: Final = f"""
select r.row_number, r.content_hash, r.natural_key from reporting.ingest_row as r
where r.batch_id = $1 and {WAITS} and r.row_number > $2 order by r.row_number limit $3
"""  # noqa: S608 (constants only)
_CORRECTED: Final = """
select r.content_hash, r.resolved_by_batch from reporting.ingest_batch as c
join reporting.ingest_row as r on r.resolved_by_batch = c.id
where c.source_name = $1 and c.corrects_batch is not null and c.status = 'LOADED'
  and r.batch_id <> $2
order by c.received_at desc limit $3
"""
_SAID: Final = """
select key_hash from reporting.source_row
where source_id = $1 and key_hash = any($2) and batch_id = $3
"""
# $1, $2: batches and rows, $3: what they are given, one for each.
_RESOLVE: Final = """
update reporting.ingest_row as r set resolved_by_batch = given.by
from unnest($1::uuid[], $2::int[], $3::uuid[]) as given (batch_id, row_number, by)
where r.batch_id = given.batch_id and r.row_number = given.row_number
  and r.resolved_by_batch is null
"""
_REPLACE: Final = """
update reporting.ingest_row as r set replaced_by_batch = given.by
from unnest($1::uuid[], $2::int[], $3::uuid[]) as given (batch_id, row_number, by)
where r.batch_id = given.batch_id and r.row_number = given.row_number
"""
_MARKS: Final = """
select r.row_number, r.content_hash, r.resolved_by_batch, r.tried_by_batch, r.replaced_by_batch
from reporting.ingest_row as r join reporting.ingest_batch as b on b.id = r.batch_id
where b.source_name = $1 and b.feed = $2 and b.sha256 = $3 and b.status = 'LOADED'
  and r.outcome = 'REJECTED'
  and num_nonnulls(r.resolved_by_batch, r.tried_by_batch, r.replaced_by_batch) > 0
"""
_RESTORE: Final = """
update reporting.ingest_row as r set resolved_by_batch = mark.resolved_by,
  tried_by_batch = mark.tried_by, replaced_by_batch = mark.replaced_by
from unnest($2::int[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[])
  as mark (row_number, content_hash, resolved_by, tried_by, replaced_by)
where r.batch_id = $1 and r.row_number = mark.row_number and r.content_hash = mark.content_hash
  and r.outcome = 'REJECTED'
"""
_REFUSED_IN: Final = """
select row_number from reporting.ingest_row where batch_id = $1 and outcome = 'REJECTED'
"""
_DIGESTS: Final = """
select content_hash from reporting.ingest_row where batch_id = $1 and row_number = any($2)
"""
_ALIKE: Final = """
select r.batch_id, r.row_number from reporting.ingest_row as r
join reporting.ingest_batch as b on b.id = r.batch_id
where r.content_hash = any($1) and r.outcome = 'REJECTED' and r.resolved_by_batch is null
  and b.source_name = $2 and b.corrects_batch is null and b.id <> $3
limit $4
"""
_TRIED: Final = """
update reporting.ingest_row as r set tried_by_batch = $3
where r.batch_id = $1 and r.row_number = any($2) and r.outcome = 'REJECTED'
"""


@dataclass(frozen=True, slots=True)
class Marks:
    """What was decided about refused rows of bytes that are read once more; in step by row."""

    rows: list[int]
    hashes: list[str]
    resolved: list[object]
    tried: list[object]
    replaced: list[object]


@dataclass(slots=True)
class _Decided:
    """Rows about which the same kind of thing was decided, written in chunks."""

    statement: str
    rows: list[tuple[Any, int, Any]] = field(default_factory=list)

    async def write(self, transaction: Transaction) -> None:
        for part in _parts(self.rows):
            batches, numbers, given = (list(each) for each in zip(*part, strict=True))
            await transaction.execute("ingest.settle", self.statement, batches, numbers, given)


async def read_marks(transaction: Transaction, source: SourceConfig, sha256: str) -> Marks:
    """Return what was decided about the refused rows of a batch that may be opened again."""
    found = await transaction.fetch("ingest.marks", _MARKS, source.code, source.feed, sha256)
    return Marks(
        [record["row_number"] for record in found],
        [record["content_hash"] for record in found],
        [record["resolved_by_batch"] for record in found],
        [record["tried_by_batch"] for record in found],
        [record["replaced_by_batch"] for record in found],
    )


async def settle_delivery(
    transaction: Transaction,
    source: SourceConfig,
    source_id: int,
    report: BatchReport,
    marks: Marks,
) -> None:
    """Decide about waiting rows after a batch of their source; part of its transaction."""
    batch_id = report.batch_id
    assert batch_id is not None
    if marks.rows:
        await transaction.execute(
            "ingest.restore_marks",
            _RESTORE,
            batch_id,
            marks.rows,
            marks.hashes,
            marks.resolved,
            marks.tried,
            marks.replaced,
        )
    if report.counts.rejected:
        await _resolve_known(transaction, source, batch_id)
    if not await transaction.fetchval("ingest.any_wait", _ANY_WAIT, source.code, batch_id):
        return
    if report.status is BatchStatus.LOADED:
        await _resolve_said(transaction, source, source_id, batch_id)
    await _replace_met(transaction, source, report)


async def _resolve_known(transaction: Transaction, source: SourceConfig, batch_id: str) -> None:
    """Resolve refused rows that were met before, word for word, and corrected then."""
    found = await transaction.fetch(
        "ingest.corrected", _CORRECTED, source.code, batch_id, MOST_ROWS
    )
    if not found:
        return
    corrected = {record["content_hash"]: record["resolved_by_batch"] for record in found}
    decided = _Decided(_RESOLVE)
    async for row in _waiting(transaction, batch_id):
        if (by := corrected.get(row["content_hash"])) is not None:
            decided.rows.append((batch_id, row["row_number"], by))
    await decided.write(transaction)


async def _resolve_said(
    transaction: Transaction, source: SourceConfig, source_id: int, batch_id: str
) -> None:
    """Resolve waiting rows of other batches whose record this batch has stated."""
    waiting: dict[bytes, list[tuple[Any, int, Any]]] = {}
    count = 0
    for batch in await _waiting_batches(transaction, source, batch_id):
        if not batch["earlier"]:
            continue
        async for row in _waiting(transaction, batch["id"]):
            if row["natural_key"] is not None and (count := count + 1) <= MOST_ROWS:
                # A part of a key that holds the separator finds no record: its row waits on.
                digest = key_hash(row["natural_key"].split("|"))
                waiting.setdefault(digest, []).append((batch["id"], row["row_number"], batch_id))
    decided = _Decided(_RESOLVE)
    for part in _parts(list(waiting)):
        for said in await transaction.fetch("ingest.said", _SAID, source_id, part, batch_id):
            decided.rows += waiting[said["key_hash"]]
    await decided.write(transaction)


async def _replace_met(transaction: Transaction, source: SourceConfig, report: BatchReport) -> None:
    """Let waiting rows of earlier batches wait in this one, where it brought them again."""
    batch_id = report.batch_id
    assert batch_id is not None
    digests, keys = set[str](), set[str]()
    async for row in _waiting(transaction, batch_id):
        digests.add(row["content_hash"])
        if row["natural_key"] is not None:
            keys.add(row["natural_key"])
    loaded, name = report.status is BatchStatus.LOADED, storable(report.name)
    decided = _Decided(_REPLACE)
    for batch in await _waiting_batches(transaction, source, batch_id):
        again = loaded and batch["status"] == "FAILED" and batch["file_name"] == name
        if not again and not (batch["earlier"] and digests):
            continue
        async for row in _waiting(transaction, batch["id"]):
            if again or row["content_hash"] in digests or row["natural_key"] in keys:
                decided.rows.append((batch["id"], row["row_number"], batch_id))
    await decided.write(transaction)


async def _waiting_batches(
    transaction: Transaction, source: SourceConfig, batch_id: str
) -> Sequence[Any]:
    """Return the other deliveries of a source in which rows wait, the newest first."""
    return await transaction.fetch(
        "ingest.waiting_batches", _WAITING_BATCHES, source.code, batch_id
    )


async def _waiting(transaction: Transaction, batch_id: object) -> AsyncIterator[Any]:
    """Yield the rows of a batch that wait, at most `MOST_ROWS`."""
    after, left = 0, MOST_ROWS
    while left > 0 and (
        rows := await transaction.fetch("ingest.waiting", _WAITING, batch_id, after, _CHUNK)
    ):
        for row in rows:
            yield row
        after, left = rows[-1]["row_number"], left - len(rows)


async def refused_rows(transaction: Transaction, batch_id: str) -> set[int]:
    """Return the numbers of the rows a batch refused."""
    found = await transaction.fetch("quarantine.refused", _REFUSED_IN, batch_id)
    return {record["row_number"] for record in found}


async def settle_correction(
    transaction: Transaction,
    source: SourceConfig,
    source_id: int,
    corrects: str,
    batch_id: str,
    taken_in: Collection[int],
    refused: Collection[int],
) -> None:
    """Note what became of rows that were tried again; part of the correction's transaction."""
    for part in _parts(refused):
        await transaction.execute("quarantine.tried", _TRIED, corrects, part, batch_id)
    if not taken_in:
        return
    decided = _Decided(_RESOLVE, [(corrects, row, batch_id) for row in taken_in])
    for part in _parts(taken_in):
        met = await transaction.fetch("quarantine.digests", _DIGESTS, corrects, part)
        digests = [record["content_hash"] for record in met]
        for row in await transaction.fetch(
            "quarantine.alike", _ALIKE, digests, source.code, corrects, MOST_ROWS
        ):
            decided.rows.append((row["batch_id"], row["row_number"], batch_id))
    await decided.write(transaction)
    await _resolve_said(transaction, source, source_id, batch_id)


def _parts(items: Iterable[Any]) -> Iterable[list[Any]]:
    rest = iter(items)
    while part := list(islice(rest, _CHUNK)):
        yield part
