"""Rolling a batch back: what it made is removed, what it only changed is counted.

Earlier values of a row are not kept anywhere, so a value a batch overwrote cannot be brought back.
What can be known is who made a row: a batch notes each row it found and changed
(`reporting.batch_change`), so a row whose origin it is and that nobody noted was made by it and not
changed since. Those are removed, with all that hangs on them; except rows that mean more by now (a
listing sold or suspended, a deal made on it), which stay.

Derived traces go too: conflicts in which the batch lost, and the mark that it corrected a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.store import (
    business_reports,
    centers,
    credit,
    demands,
    intensive_products,
    licences,
    listings,
    navigation,
    open_licences,
    organizations,
    patents,
    pledges,
    publications,
    third_parties,
    transfers,
)
from adapters.store.failures import DATA_ERRORS
from adapters.store.table import TableSpec
from adapters.store.traces import not_moved_in_hub
from resolvers.database.pool import Transaction


@dataclass(frozen=True, slots=True)
class Undo:
    """One table a feed makes rows in. `removable`: what must hold beside, of the row `t`."""

    spec: TableSpec
    removable: str = "true"


@dataclass(frozen=True, slots=True)
class Parts:
    """A table of rows a batch adds to a record of any batch; they are never changed."""

    table: str


UNDO: Final[Mapping[str, tuple[Undo | Parts, ...]]] = {
    "ORGANIZATION": (Undo(organizations.SPEC),),
    "OPERATION_CENTER": (Undo(centers.SPEC),),
    "PATENT": (Undo(publications.SPEC), Undo(patents.SPEC)),
    "PLEDGE": (Undo(pledges.SPEC), Parts(pledges.PLEDGES.patents)),
    "LICENCE": (Undo(licences.SPEC), Parts(licences.LICENCES.patents)),
    "TRANSFER": (Undo(transfers.SPEC),),
    "LISTING": (
        Undo(
            listings.SPEC,
            "t.status in ('LISTED', 'EXPIRED') "
            "and not exists (select from trading.deal where listing_id = t.id)",
        ),
    ),
    "OPEN_LICENCE": (
        Undo(open_licences.SPEC, "t.status in ('FILED', 'IN_FORCE', 'EXPIRED')"),
        Parts("patents.evaluation_report"),
    ),
    "INTENSIVE_PRODUCT": (
        Undo(
            intensive_products.SPEC,
            not_moved_in_hub("tools", intensive_products.WORKFLOW, "filing_number"),
        ),
    ),
    "NAVIGATION": (Undo(navigation.SPEC),),
    "THIRD_PARTY": (
        Undo(third_parties.SPEC, not_moved_in_hub("tools", third_parties.WORKFLOW, "id")),
        Undo(credit.SPEC, not_moved_in_hub("tools", credit.WORKFLOW, "id")),
    ),
    "DEMAND": (
        Undo(
            demands.SPEC,
            "t.status in ('OPEN', 'EXPIRED') "
            "and not exists (select from trading.match where demand_id = t.id "
            "and status <> 'PROPOSED')",
        ),
    ),
    "BUSINESS_REPORT": (
        Undo(
            business_reports.VALUES,
            "exists (select from reporting.business_report as r where r.id = t.report_id "
            "and r.status in ('DRAFT', 'RETURNED', 'VALIDATION_FAILED'))",
        ),
        Undo(
            business_reports.REPORTS,
            "t.status = 'DRAFT' "
            "and not exists (select from reporting.report_value where report_id = t.id)",
        ),
    ),
}
"""Feed → what its batches make, in the order in which it can be removed.

LEGAL_EVENT has no way back: what an event said before it was amended is not kept, and the status of
its patent rests on it.
"""

_FEED: Final = "select feed from reporting.ingest_batch where id = $1"
_ALTERED_ELSEWHERE: Final = """
select count(*) from reporting.batch_change where batch_id = $1 and table_name <> all($2)
"""
_TRACES: Final = (
    # What the source said in it is forgotten, so that it may say the same again.
    "delete from reporting.source_row where batch_id = $1 and source_id = ("
    "select source.id from reporting.source join reporting.ingest_batch as batch "
    "on batch.source_name = source.code where batch.id = $1)",
    "delete from reporting.conflict where losing_batch_id = $1",
    "update reporting.ingest_row set resolved_by_batch = null where resolved_by_batch = $1",
    "update reporting.ingest_row set replaced_by_batch = null where replaced_by_batch = $1",
)


class NotUndoable(LookupError):
    """No way back is declared for the batch's feed."""


@dataclass(slots=True)
class Undone:
    """Rows removed, and rows the batch changed or made that stay as they are."""

    removed: int = 0
    kept: int = 0


async def undo_batch(transaction: Transaction, batch_id: str) -> Undone:
    """Undo what a batch wrote, as far as it is known.

    Raises:
        NotUndoable: its feed has no declared way back.
    """
    feed = await transaction.fetchval("ingest.undo_feed", _FEED, batch_id)
    if feed not in UNDO:
        raise NotUndoable(str(feed))
    undone = Undone()
    tables: list[str] = []
    for part in UNDO[feed]:
        if isinstance(part, Parts):
            undone.removed += await _remove_parts(transaction, part, batch_id)
        else:
            undone.removed += await _remove(transaction, part, batch_id)
            undone.kept += await _count_kept(transaction, part.spec, batch_id)
            tables.append(part.spec.table)
    undone.kept += await transaction.fetchval(
        "ingest.undo_elsewhere", _ALTERED_ELSEWHERE, batch_id, tables
    )
    for statement in _TRACES:
        await transaction.execute("ingest.undo_traces", statement, batch_id)
    return undone


async def _remove(transaction: Transaction, part: Undo, batch_id: str) -> int:
    """Remove the rows the batch made; one that others refer to stays, the rest goes."""
    made = _made(part)
    table = part.spec.table
    try:
        async with transaction.savepoint():
            done = await transaction.execute(
                f"ingest.undo {table}",
                f"delete from {table} as t where {made}",  # noqa: S608
                batch_id,
            )
            return int(done.rpartition(" ")[2])
    except DATA_ERRORS:
        return await _remove_singly(transaction, table, made, batch_id)


async def _remove_singly(transaction: Transaction, table: str, made: str, batch_id: str) -> int:
    rows = await transaction.fetch(
        f"ingest.undo_rows {table}",
        f"select t.ctid::text as place from {table} as t where {made}",  # noqa: S608
        batch_id,
    )
    removed = 0
    for row in rows:
        try:
            async with transaction.savepoint():
                done = await transaction.execute(
                    f"ingest.undo_row {table}",
                    f"delete from {table} where ctid = $1::text::tid",  # noqa: S608
                    row["place"],
                )
        except DATA_ERRORS:
            continue
        removed += int(done.rpartition(" ")[2])
    return removed


async def _remove_parts(transaction: Transaction, part: Parts, batch_id: str) -> int:
    """Remove what the batch added to records that stay; rows of removed records are gone."""
    done = await transaction.execute(
        f"ingest.undo {part.table}",
        f"delete from {part.table} where batch_id = $1",  # noqa: S608
        batch_id,
    )
    return int(done.rpartition(" ")[2])


async def _count_kept(transaction: Transaction, spec: TableSpec, batch_id: str) -> int:
    kept: int = await transaction.fetchval(
        f"ingest.undo_kept {spec.table}",
        f"select count(*) from (select {_row_key(spec)} from {spec.table} as t "  # noqa: S608
        "where t.batch_id = $1 union select row_key from reporting.batch_change "
        f"where batch_id = $1 and table_name = '{spec.table}') as kept",
        batch_id,
    )
    return kept


def _made(part: Undo) -> str:
    spec = part.spec
    return (
        f"t.batch_id = $1 and {part.removable} and not exists ("
        f"select from reporting.batch_change as c where c.table_name = '{spec.table}' "
        f"and c.row_key = {_row_key(spec)})"
    )


def _row_key(spec: TableSpec) -> str:
    """Return the expression of a row's key as one text, as `row_key` writes it."""
    return f"concat_ws('|', {', '.join(f't.{column}' for column in spec.key)})"
