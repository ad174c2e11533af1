"""The change feed: which records changed, in an order that misses none (`hub.change`).

Who mirrors the hub's data keeps a position and asks for what came after it. The order is that of
transactions, and only those older than every running one are told, so a slow transaction cannot
slip its changes in behind a position already given out. A record that changed often is told each
time; reading it again is harmless.

Pulls write their changes themselves (`adapters.store.changes`). Mutations and jobs are noticed
here: each change of state with its history, each mutation that only edits with its audit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from resolvers.database.pool import Database, Queries
from resolvers.hub.events import publish

KEPT_DAYS: Final = 90
WINDOW: Final = 5_000
"""Changes looked at for one answer: asking for a rare type costs no more than for a common one."""
CHANGED: Final = "reporting.records_changed"
"""The event that wakes who waits for changes; payload: the types, and the source of a pull."""

BY_WORKFLOW: Final[Mapping[str, str]] = {
    "advanced_tech_project": "AdvancedTechProject",
    "business_report": "BusinessReport",
    "credit": "CreditEvaluation",
    "data_access_grant": "DataAccessGrant",
    "demand": "Demand",
    "financing": "FinancingProject",
    "international_project": "InternationalProject",
    "listing": "Listing",
    "match": "SupplyDemandMatch",
    "open_licence": "OpenLicenceStatement",
    "operation_center": "OperationCenter",
    "performance_evaluation": "PerformanceEvaluation",
    "product": "PatentIntensiveProduct",
    "recognition_case": "RecognitionCase",
    "residency": "Residency",
    "service_product": "ServiceProduct",
    "service_standard": "ServiceStandard",
    "supervision_action": "SupervisionAction",
    "work_plan": "WorkPlan",
}
"""Workflow → GraphQL type of the records whose state it changes."""

BY_MUTATION: Final[Mapping[str, str]] = {
    "recordDeal": "Deal",
    "recordInsurancePolicy": "InsurancePolicy",
    "recordManagementAssessment": "ManagementAssessment",
    "recordNavigationReport": "NavigationReport",
    "recordServiceGrading": "ServiceGrading",
    "recordValuation": "ValuationReport",
    "reviseListing": "Listing",
    "saveBusinessReport": "BusinessReport",
    "saveDataFoundation": "DataFoundation",
    "scoreEvaluation": "PerformanceEvaluation",
    "updateAdvancedTech": "AdvancedTechProject",
    "updateServiceProduct": "ServiceProduct",
}
"""Mutation that changes a record without changing its state → the record's type."""

_NOTE: Final = "insert into hub.change (entity_type, entity_key, kind) values ($1, $2, 'UPSERT')"
_READ: Final = """
select xid::text as xid, id, at, entity_type, entity_key, kind, source_code, batch_id
from hub.change
where (xid, id) > ($1::text::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
order by xid, id limit $3
"""
_LAST: Final = """
select xid::text as xid, id from hub.change
where xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid desc, id desc limit 1
"""
_FLOOR: Final = "select xid::text as xid, id from hub.change_floor"
_TRIM: Final = """
with gone as (delete from hub.change where at < $1 returning xid, id),
     last as (select xid, id from gone order by xid desc, id desc limit 1)
insert into hub.change_floor (xid, id) select xid, id from last
on conflict (one) do update set xid = excluded.xid, id = excluded.id
where (excluded.xid, excluded.id) > (change_floor.xid, change_floor.id)
"""


@dataclass(frozen=True, slots=True, order=True)
class ChangePosition:
    """A place in the feed: all changes up to it are known."""

    xid: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change. `key`: the fields of the type's key, joined by `|`."""

    entity_type: str
    key: str
    kind: str
    at: datetime
    source: str | None
    batch_id: UUID | None


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes after a position. `until`: the position to ask from next; `complete`: nothing
    more is known now."""

    rows: Sequence[ChangeRow]
    until: ChangePosition
    complete: bool


class ChangesExpired(LookupError):
    """The position is older than what is kept: the mirror must read everything again."""


async def note_change(queries: Queries, entity: str, key: str) -> None:
    """Note that a record is new or different, and wake who waits, in the change's transaction."""
    await queries.execute("hub.change", _NOTE, entity, key)
    await publish(queries, CHANGED, [key], [{"types": [entity]}])


async def read_changes(
    queries: Queries, since: ChangePosition | None, types: Collection[str], first: int
) -> Changes:
    """Return at most `first` changes of some types after a position, in their order; None: after
    what was trimmed away.

    Raises:
        ChangesExpired: changes after the position were trimmed away.
    """
    floor = await queries.fetchrow("hub.change_floor", _FLOOR)
    lowest = ChangePosition() if floor is None else _position(floor)
    if since is None:
        since = lowest
    elif since < lowest:
        raise ChangesExpired
    records = await queries.fetch("hub.changes", _READ, str(since.xid), since.id, WINDOW)
    rows: list[ChangeRow] = []
    until = since
    for record in records:
        if record["entity_type"] in types:
            if len(rows) == first:
                return Changes(rows, until, False)
            rows.append(_row(record))
        until = _position(record)
    return Changes(rows, until, len(records) < WINDOW)


async def last_position(queries: Queries) -> ChangePosition:
    """Return the position of now: all changes told so far are before it."""
    record = await queries.fetchrow("hub.last_change", _LAST)
    if record is None:
        record = await queries.fetchrow("hub.change_floor", _FLOOR)
    return ChangePosition() if record is None else _position(record)


async def trim_changes(database: Database, now: datetime) -> None:
    """Forget changes older than `KEPT_DAYS` days, and remember up to where."""
    await database.execute("hub.trim_changes", _TRIM, now - timedelta(days=KEPT_DAYS))


def _position(record: Any) -> ChangePosition:
    return ChangePosition(int(record["xid"]), record["id"])


def _row(record: Any) -> ChangeRow:
    return ChangeRow(
        record["entity_type"],
        record["entity_key"],
        record["kind"],
        record["at"],
        record["source_code"],
        record["batch_id"],
    )
