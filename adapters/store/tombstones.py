"""Rows a source says are gone, and rows a full pull no longer lists.

The ledger keeps a tombstone: when, and by which batch. What it means for the record depends on the
feed (`ENDINGS`): an offer its own source withdraws is ended, with history and event as if its
platform had done it. What a register once recorded (patents, licences, pledges, transfers) stays a
fact: that a source stops listing it does not undo it, so only the tombstone is set. The same for a
record that another source wrote, or that has moved on (a listing sold).

A record whose source lists it again is taken up again (`revive`) if it was ended in this way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.model import RowResult, SourceClass
from adapters.store.batch import BatchContext, Stored
from adapters.store.ledger import key_hash
from adapters.store.traces import BY_SOURCE, StateChange, write_history
from resolvers.database.pool import Transaction
from resolvers.hub.events import publish

_EVERYBODY: Final = frozenset(SourceClass)
_BURY: Final = """
update reporting.source_row set deleted_at = $2, deleted_by = $3
where source_id = $1 and key_hash = any($4) and deleted_at is null
returning natural_key
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a feed's records end. `key`: columns of the natural key. `states` → `to` by `action`, and
    back to `open`. `event`: topic, if one is told; `payload`: name → column. `classes`: whose word
    ends it. `also`, `also_back`: what is set beside the state."""

    schema: str
    table: str
    entity: str
    workflow: str
    id: str
    key: tuple[str, ...]
    states: tuple[str, ...]
    to: str
    action: str
    open: str
    event: str | None
    payload: Mapping[str, str]
    classes: frozenset[SourceClass] = _EVERYBODY
    also: str = ""
    also_back: str = ""


ENDINGS: Final[Mapping[str, Ending]] = {
    "LISTING": Ending(
        schema="trading",
        table="trading.listing",
        entity="Listing",
        workflow="listing",
        id="id",
        key=("platform_code", "number"),
        states=("SCREENING", "SCREEN_FAILED", "LISTED", "SUSPENDED", "MATCHED"),
        to="DELISTED",
        action="DELIST",
        open="LISTED",
        event="trading.listing_changed",
        payload={
            "platform": "platform_code",
            "industry": "industry_code",
            "region": "region_code",
            "status": "status",
        },
    ),
    "DEMAND": Ending(
        schema="trading",
        table="trading.demand",
        entity="Demand",
        workflow="demand",
        id="id",
        key=("center_code", "number"),
        states=("OPEN",),
        to="CLOSED",
        action="CLOSE",
        open="OPEN",
        event=None,
        payload={},
    ),
    "OPEN_LICENCE": Ending(
        schema="trading",
        table="trading.open_licence_statement",
        entity="OpenLicenceStatement",
        workflow="open_licence",
        id="statement_number",
        key=("statement_number",),
        states=("IN_FORCE",),
        to="WITHDRAWN",
        action="WITHDRAW",
        open="IN_FORCE",
        event="trading.open_licence_changed",
        payload={"status": "status"},
        # A withdrawal takes effect by announcement (DOMAIN §2.5): only the register's word is one.
        classes=frozenset({SourceClass.REGISTRY}),
        also=", ended_on = $5::date, end_reason = '来源已撤下'",
        also_back=", ended_on = null, end_reason = null",
    ),
}
"""Feed → how its records end. Feeds that are not here bring facts, which stay."""


async def bury(
    transaction: Transaction, source_id: int, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Set tombstones for rows marked as gone; a key the source never gave is passed over."""
    hashes = [key_hash(row.mapped.key) for row in rows if row.mapped.key is not None]
    return await bury_keys(transaction, source_id, hashes, batch)


async def bury_keys(
    transaction: Transaction, source_id: int, hashes: Collection[bytes], batch: BatchContext
) -> Stored:
    """Set tombstones for some keys, and end what the feed says ends with them.

    `Stored.changed` counts the tombstones that are new, `touched` the records that were ended.
    """
    buried = await transaction.fetch(
        "ingest.bury", _BURY, source_id, batch.received_at, batch.batch_id, list(hashes)
    )
    stored = Stored(changed=len(buried))
    ending = ENDINGS.get(batch.feed.feed)
    if buried and ending is not None and batch.confidence in ending.classes:
        keys = [record["natural_key"] for record in buried]
        ended = await _move(transaction, ending, keys, batch, back=False)
        stored.touched[ending.entity] = ended
    return stored


async def revive(transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext) -> None:
    """Take up again the records of rows whose tombstone is lifted; the rows are stored after it."""
    ending = ENDINGS.get(batch.feed.feed)
    keys = ["|".join(row.mapped.key) for row in rows if row.mapped.key is not None]
    if keys and ending is not None and batch.confidence in ending.classes:
        await _move(transaction, ending, keys, batch, back=True)


async def _move(
    transaction: Transaction,
    ending: Ending,
    natural_keys: Sequence[str],
    batch: BatchContext,
    *,
    back: bool,
) -> list[str]:
    """Change the state of the source's own records; return their ids."""
    parts = [key.split("|", len(ending.key) - 1) for key in natural_keys]
    whole = [part for part in parts if len(part) == len(ending.key)]
    arrays = [list(column) for column in zip(*whole, strict=True)]
    states = (ending.to,) if back else ending.states
    found = await transaction.fetch(
        f"ingest.ending {ending.table}",
        _find(ending, back=back),
        list(states),
        batch.source_system,
        *arrays,
    )
    if not found:
        return []
    to = ending.open if back else ending.to
    ids = [record["id"] for record in found]
    dated = (batch.today,) if "$5" in ending.also and not back else ()
    await transaction.execute(
        f"ingest.end {ending.table}",
        f"update {ending.table} set status = $2, version = version + 1, batch_id = $3, "  # noqa: S608
        f"received_at = $4{ending.also_back if back else ending.also} "
        f"where {ending.id}::text = any($1)",
        ids,
        to,
        batch.batch_id,
        batch.received_at,
        *dated,
    )
    changes = [
        StateChange(record["id"], record["status"], to, None if back else ending.action)
        for record in found
    ]
    await write_history(transaction, ending.schema, ending.workflow, changes, batch)
    if ending.event is not None:
        payloads = [
            {name: to if name == "status" else record[name] for name in ending.payload}
            for record in found
        ]
        await publish(transaction, ending.event, ids, payloads)
    return ids


def _find(ending: Ending, *, back: bool) -> str:
    """Return the statement that finds and locks the source's own records in some states."""
    names = [f"k{n}" for n in range(len(ending.key))]
    arrays = ", ".join(f"${n}::text[]" for n in range(3, 3 + len(ending.key)))
    same = " and ".join(
        f"t.{column} = {name}" for column, name in zip(ending.key, names, strict=True)
    )
    columns = "".join(f", t.{column} as {name}" for name, column in ending.payload.items())
    ours = (
        f" and (select by_subject = '{BY_SOURCE}' || $2 "  # noqa: S608
        f"from {ending.schema}.status_change "
        f"where workflow = '{ending.workflow}' and key = t.{ending.id}::text "
        "order by id desc limit 1)"
    )
    return (
        f"select t.{ending.id}::text as id, t.status{columns} from {ending.table} as t "  # noqa: S608
        f"join unnest({arrays}) as given ({', '.join(names)}) on {same} "
        f"where t.status = any($1) and t.source_system = $2{ours if back else ''} "
        f"order by t.{ending.id} for update of t"
    )
