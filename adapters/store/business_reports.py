"""BUSINESS_REPORT rows → reporting.business_report and its values.

A row is one value. The first one of a centre and period makes the report, as a DRAFT of the centre:
what a feed brings is not submitted by it. Values go into a report its centre may still change
(DRAFT, RETURNED, VALIDATION_FAILED) and into no other. What was checked about a report no longer
holds once a value changes; `reporting` checks it anew (`reporting.report_received`) and again when
it is submitted.

A value the centre saved in the hub is its own word, too: the later of the two stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from adapters.known import EDITABLE
from adapters.model import RowResult, SourceClass
from adapters.precedence import Origin, StoredRow
from adapters.rules.business_report import period_of, report_number, value_of
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.table import (
    Incoming,
    MergedRows,
    TableSpec,
    load_rows,
    merge_rows,
    write_rows,
)
from adapters.store.traces import HUB, StateChange, write_history
from resolvers.database.pool import Transaction
from resolvers.hub.events import publish
from resolvers.values.periods import Period

VALUES = TableSpec(
    table="reporting.report_value",
    entity="BusinessReport",
    key={"report_id": "uuid", "indicator_code": "text"},
    fields={"value": ("value", "note")},
    keeps_field_origins=False,
)
REPORTS = TableSpec(
    table="reporting.business_report",
    entity="BusinessReport",
    key={"center_code": "text", "period_label": "text"},
    fields={},
)
"""For rolling back only: a report is not merged, its values are."""
WORKFLOW: Final = "business_report"
CHANGED: Final = "reporting.report_changed"
RECEIVED: Final = "reporting.report_received"

_KEEP_CENTERS: Final = """
insert into reporting.center as held
  (code, kind, function, status, region_code, jurisdiction_code, industry_codes, seen_at)
select c.code, c.kind, c.function, c.status, c.region_code, c.jurisdiction_code,
  array(select i.industry_code from platforms.center_industry as i
        where i.code = c.code order by i.ordinal), $2
from platforms.operation_center as c where c.code = any($1)
on conflict (code) do update set kind = excluded.kind, function = excluded.function,
  status = excluded.status, region_code = excluded.region_code,
  jurisdiction_code = excluded.jurisdiction_code, industry_codes = excluded.industry_codes,
  seen_at = excluded.seen_at
"""
_ADD: Final = """
insert into reporting.business_report
  (number, center_code, period_kind, period_label, period_from, period_to, year, status, due_on,
   region_code, jurisdiction_code, industry_codes, created_at, updated_at, batch_id)
select given.number, c.code, given.kind, given.label, given.begins, given.ends, given.year, 'DRAFT',
  given.due, c.region_code, c.jurisdiction_code, c.industry_codes, $9, $9, $10
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::int[],
  $8::date[]) as given (number, center, kind, label, begins, ends, year, due)
join reporting.center as c on c.code = given.center
on conflict (center_code, period_label) do nothing
returning id::text as key
"""
_LOCK: Final = """
select r.id, r.center_code, r.period_label, r.status, r.jurisdiction_code
from unnest($1::text[], $2::text[]) as asked (center, label)
join reporting.business_report as r
  on r.center_code = asked.center and r.period_label = asked.label
order by r.id for update of r
"""
_TOUCH: Final = """
update reporting.business_report as r set version = version + 1, updated_at = $2,
  region_code = c.region_code, jurisdiction_code = c.jurisdiction_code,
  industry_codes = c.industry_codes
from reporting.center as c where c.code = r.center_code and r.id = any($1)
"""
_CLEAR_ISSUES: Final = "delete from reporting.report_issue where report_id = any($1)"
_CLEAR_DERIVED: Final = """
update reporting.report_value as v set derived = null
from unnest($1::uuid[], $2::text[]) as given (report_id, indicator_code)
where v.report_id = given.report_id and v.indicator_code = given.indicator_code
"""
_UNITS: Final = "select code, unit from reporting.indicator"

Place = tuple[str, str]
"""Centre and label of the period."""


@dataclass(frozen=True, slots=True)
class _Report:
    id: UUID
    status: str
    jurisdiction: str

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE


async def store_business_reports(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the values of a chunk into their reports."""
    reports, made = await _open(transaction, rows, batch)
    records = await transaction.fetch("ingest.indicator_units", _UNITS)
    units = {record["code"]: record["unit"] for record in records}
    incoming = [
        _incoming(row, batch, report.id, units)
        for row in rows
        if (report := reports[_place(row)]).is_editable
    ]
    merged = await load_rows(transaction, VALUES, [row.key for row in incoming])
    merged.rows.update({key: _as_own(row, batch.confidence) for key, row in merged.rows.items()})
    merge_rows(merged, incoming)
    await write_rows(transaction, VALUES, merged, batch.received_at)
    await _leave_traces(transaction, merged, reports, made, batch)
    conflicts = await write_conflicts(transaction, VALUES.entity, merged.conflicts)
    changed = list(dict.fromkeys(str(key[0]) for key in merged.dirty))
    return Stored(len(merged.dirty), conflicts, {VALUES.entity: changed})


async def _open(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> tuple[dict[Place, _Report], list[str]]:
    """Lock the reports of the rows, made first where there are none; return the ids of those."""
    places = {_place(row): period for row in rows if (period := period_of(row.mapped.values))}
    await transaction.execute(
        "ingest.keep_centers", _KEEP_CENTERS, list({code for code, _ in places}), batch.received_at
    )
    made = await transaction.fetch(
        "ingest.new_reports", _ADD, *_columns(places), batch.received_at, batch.batch_id
    )
    records = await transaction.fetch(
        "ingest.lock_reports", _LOCK, [code for code, _ in places], [label for _, label in places]
    )
    reports = {
        (record["center_code"], record["period_label"]): _Report(
            record["id"], record["status"], record["jurisdiction_code"]
        )
        for record in records
    }
    return reports, [record["key"] for record in made]


def _columns(places: Mapping[Place, Period]) -> Iterable[list[Any]]:
    """Return what makes new reports, column by column."""
    lines = [
        (
            report_number(center, period),
            center,
            period.kind.value,
            label,
            period.begins,
            period.ends,
            period.year,
            period.due_on,
        )
        for (center, label), period in places.items()
    ]
    return [list(column) for column in zip(*lines, strict=True)]


def _place(row: RowResult) -> Place:
    return row.mapped.values["center"], row.mapped.values["period"]


def _incoming(
    row: RowResult, batch: BatchContext, report_id: UUID, units: Mapping[str, str]
) -> Incoming:
    values = row.mapped.values
    indicator = values["indicator"]
    value = value_of(values, units[indicator])
    assert value is not None  # the rule of the feed refuses the row otherwise
    said = (value, values.get("note"))
    return Incoming((report_id, indicator), {"value": said}, batch.origin(row))


def _as_own(row: StoredRow, confidence: SourceClass) -> StoredRow:
    """Return a value saved in the hub as the word of the centre that now speaks by a feed."""
    if row.origin.source_system != HUB:
        return row
    return StoredRow(row.values, Origin(confidence, HUB, None, row.origin.record_date))


async def _leave_traces(
    transaction: Transaction,
    merged: MergedRows,
    reports: Mapping[Place, _Report],
    made: Sequence[str],
    batch: BatchContext,
) -> None:
    """Drop what was found about values that changed, keep that reports began, and tell of both."""
    changed = {key[0] for key in merged.dirty}
    old = [report_id for report_id in changed if str(report_id) not in made]
    if changed:
        await transaction.execute("ingest.clear_issues", _CLEAR_ISSUES, list(changed))
        await transaction.execute(
            "ingest.clear_derived",
            _CLEAR_DERIVED,
            [key[0] for key in merged.dirty],
            [key[1] for key in merged.dirty],
        )
    if old:
        await transaction.execute("ingest.touch_reports", _TOUCH, old, batch.received_at)
    begun = [StateChange(key, None, "DRAFT") for key in made]
    await write_history(transaction, "reporting", WORKFLOW, begun, batch)
    told = [
        (
            str(report.id),
            {"center": center, "jurisdiction": report.jurisdiction, "status": report.status},
        )
        for (center, _), report in reports.items()
        if report.id in changed
    ]
    for topic in (CHANGED, RECEIVED):
        await publish(transaction, topic, [key for key, _ in told], [what for _, what in told])
