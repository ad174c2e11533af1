"""What the hub knows of the centres, organisations and reports that a chunk names: one statement
per owner of a fact, and none for feeds whose rules ask nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from adapters.known import CenterFact, IndicatorFact, Known, OrganizationFact, ReportFact
from adapters.model import MappedRow
from adapters.store.parties import resolve_names
from resolvers.database.pool import Transaction
from resolvers.values.text import party_name_key

_CENTERS: Final = """
select code, kind, status from platforms.operation_center where code = any($1)
"""
_ORGANIZATIONS: Final = """
select o.uscc, o.name, o.name_key || array(
    select former.name_key from reference.organization_name as former where former.uscc = o.uscc
  ) as name_keys
from reference.organization as o where o.uscc = any($1)
"""
_INDICATORS: Final = "select code, unit, applies_to from reporting.indicator"
_REPORTS: Final = """
select asked.center, asked.period, r.status, coalesce((
    select e.stage <> 'PLANNED' from reporting.performance_evaluation as e
    where e.center_code = asked.center and e.year = left(asked.period, 4)::int), false) as frozen,
  array(select v.indicator_code from reporting.report_value as v where v.report_id = r.id
        order by 1) as indicators,
  array(select v.value from reporting.report_value as v where v.report_id = r.id
        order by v.indicator_code) as figures
from unnest($1::text[], $2::text[]) as asked (center, period)
left join reporting.business_report as r
  on r.center_code = asked.center and r.period_label = asked.period
"""
_LOCK_REPORTS: Final = """
select from unnest($1::text[], $2::text[]) as asked (center, period)
join reporting.business_report as r
  on r.center_code = asked.center and r.period_label = asked.period
order by r.id for update of r
"""
_LOCK_EVALUATIONS: Final = """
select from unnest($1::text[], $2::text[]) as asked (center, period)
join reporting.performance_evaluation as e
  on e.center_code = asked.center and e.year = left(asked.period, 4)::int
order by e.id for share of e
"""
_NAVIGATION: Final = """
select report_number, platform_code from tools.navigation_report where report_number = any($1)
"""
_FILINGS: Final = """
select filing_number, source_record_id, name_key, filer_uscc, year::text as year, submitted_by
from tools.intensive_product
where filing_number = any($1) or source_record_id = any($1)
  or (filer_uscc, year, name_key) in (select * from unnest($2::text[], $3::int[], $4::text[]))
"""


async def read_known(
    transaction: Transaction, feed: str, center: str, rows: Sequence[MappedRow]
) -> Known:
    """Return what the rules of a feed ask about the rows of a chunk."""
    known = Known(center)
    for read in _READERS.get(feed, ()):
        known = await read(transaction, rows, known)
    return known


async def _read_centers(transaction: Transaction, rows: Sequence[MappedRow], known: Known) -> Known:
    codes = _values(rows, "platform", "center")
    records = await transaction.fetch("ingest.known_centers", _CENTERS, codes)
    found = {record["code"]: CenterFact(record["kind"], record["status"]) for record in records}
    return replace(known, centers=found)


async def _read_organizations(
    transaction: Transaction, rows: Sequence[MappedRow], known: Known
) -> Known:
    codes = _values(rows, "uscc", "filerUscc", "completedByUscc", "demanderUscc")
    records = await transaction.fetch("ingest.known_organizations", _ORGANIZATIONS, codes)
    found = {
        record["uscc"]: OrganizationFact(record["name"], frozenset(record["name_keys"]))
        for record in records
    }
    return replace(known, organizations=found)


async def _read_names(transaction: Transaction, rows: Sequence[MappedRow], known: Known) -> Known:
    names = _values(rows, "completedBy")
    return replace(known, names=await resolve_names(transaction, names))


async def _read_indicators(
    transaction: Transaction, rows: Sequence[MappedRow], known: Known
) -> Known:
    records = await transaction.fetch("ingest.known_indicators", _INDICATORS)
    found = {
        record["code"]: IndicatorFact(record["unit"], frozenset(record["applies_to"]))
        for record in records
    }
    return replace(known, indicators=found)


async def _read_reports(transaction: Transaction, rows: Sequence[MappedRow], known: Known) -> Known:
    values = (row.values for row in rows)
    wanted = sorted(
        {(v["center"], v["period"]) for v in values if {"center", "period"} <= v.keys()}
    )
    places = [center for center, _ in wanted], [period for _, period in wanted]
    # Till the batch is stored nobody submits a report that is being changed, nor freezes its year.
    await transaction.execute("ingest.lock_evaluations", _LOCK_EVALUATIONS, *places)
    await transaction.execute("ingest.lock_reports", _LOCK_REPORTS, *places)
    records = await transaction.fetch("ingest.known_reports", _REPORTS, *places)
    return replace(
        known, reports={(record["center"], record["period"]): _report(record) for record in records}
    )


def _report(record: Any) -> ReportFact:
    figures: dict[str, Decimal] = dict(zip(record["indicators"], record["figures"], strict=True))
    return ReportFact(record["status"], record["frozen"], figures)


async def _read_navigation(
    transaction: Transaction, rows: Sequence[MappedRow], known: Known
) -> Known:
    numbers = _values(rows, "reportNumber")
    records = await transaction.fetch("ingest.known_navigation", _NAVIGATION, numbers)
    found = {record["report_number"]: record["platform_code"] for record in records}
    return replace(known, navigation=found)


async def _read_filings(transaction: Transaction, rows: Sequence[MappedRow], known: Known) -> Known:
    needed = {"filerUscc", "year", "name"}
    named = [row.values for row in rows if needed <= row.values.keys()]
    records = await transaction.fetch(
        "ingest.known_filings",
        _FILINGS,
        _values(rows, "filingNumber"),
        [values["filerUscc"] for values in named],
        [values["year"] for values in named],
        [party_name_key(values["name"]) for values in named],
    )
    found: dict[tuple[str, ...], str | None] = {}
    for record in records:
        by = record["submitted_by"]
        found[record["name_key"], record["filer_uscc"], record["year"]] = by
        for number in (record["filing_number"], record["source_record_id"]):
            if number is not None:
                found[(number,)] = by
    return replace(known, filings=found)


def _values(rows: Iterable[MappedRow], *names: str) -> list[str]:
    """Return what some fields of the rows say, each once."""
    return sorted({row.values[name] for row in rows for name in names if name in row.values})


Read = Callable[[Transaction, Sequence[MappedRow], Known], Awaitable[Known]]
_READERS: Final[Mapping[str, tuple[Read, ...]]] = {
    "INTENSIVE_PRODUCT": (_read_organizations, _read_filings),
    "NAVIGATION": (_read_organizations, _read_names, _read_navigation),
    "THIRD_PARTY": (_read_centers, _read_organizations),
    "DEMAND": (_read_organizations,),
    "BUSINESS_REPORT": (_read_centers, _read_indicators, _read_reports),
}
"""Feed → what its rules ask."""
