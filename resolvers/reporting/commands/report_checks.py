"""What saving and submitting a report have in common: derived figures, the checks, the event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from resolvers.hub.commands import Work
from resolvers.peers import Peers
from resolvers.refusal import refuse
from resolvers.reporting import sql
from resolvers.reporting.derivation import SOURCES, Derived, derive
from resolvers.reporting.report_rows import ReportRow, indicator_row, reported_value
from resolvers.reporting.rules.periods import Period
from resolvers.reporting.rules.report_check import (
    IndicatorRow,
    Reported,
    ReportFacts,
    ReportIssue,
    check_report,
)
from resolvers.reporting.workflows.report import SENT


async def derived_figures(
    peers: Peers,
    center: str,
    period: Period,
    indicators: Iterable[IndicatorRow],
    *,
    tolerant: bool,
) -> Derived:
    """Ask for the figures these indicators are compared with.

    Raises:
        PeerUnavailable: unless `tolerant`.
    """
    wanted = frozenset(
        each.reconciled_with for each in indicators if each.reconciled_with in SOURCES
    )
    return await derive(
        peers, center, period, frozenset(name for name in wanted if name), tolerant=tolerant
    )


async def check_and_note(
    work: Work, report: ReportRow, profile: frozenset[str], derived: Derived
) -> tuple[ReportIssue, ...]:
    """Check the values as stored, note derived figures and issues, and return the issues."""
    values = await _with_figures(work, report, derived)
    declared = await work.tx.fetch("reporting.indicators", sql.INDICATORS, None)
    facts = ReportFacts(
        report.period,
        profile,
        [indicator_row(record) for record in declared],
        values,
        await _quarters(work, report),
        frozenset(
            each.indicator.code
            for each in values
            if each.indicator.reconciled_with in derived.unavailable
        ),
    )
    issues = check_report(facts)
    await work.tx.execute("reporting.clear_issues", sql.CLEAR_ISSUES, report.id)
    await work.tx.executemany(
        "reporting.new_issue",
        sql.NEW_ISSUE,
        [
            (report.id, n, each.indicator, each.code, each.severity, each.message, each.raw)
            for n, each in enumerate(issues)
        ],
    )
    return issues


async def _with_figures(work: Work, report: ReportRow, derived: Derived) -> tuple[Reported, ...]:
    records = await work.tx.fetch("reporting.values_of_reports", sql.VALUES_OF_REPORTS, [report.id])
    values = []
    for record in records:
        said = reported_value(record)
        figure = derived.figures.get(said.indicator.reconciled_with or "")
        values.append(Reported(said.indicator, said.value, said.note, figure))
    await work.tx.executemany(
        "reporting.set_derived",
        sql.SET_DERIVED,
        [(report.id, each.indicator.code, each.derived) for each in values],
    )
    return tuple(values)


async def _quarters(work: Work, report: ReportRow) -> Mapping[Period, Mapping[str, Decimal]]:
    """Return the submitted values of the quarters of a year."""
    quarters = report.period.quarters
    if not quarters:
        return {}
    records = await work.tx.fetch(
        "reporting.sent_values",
        sql.SENT_VALUES,
        [report.center_code] * len(quarters),
        [quarter.label for quarter in quarters],
        list(SENT),
    )
    found: dict[Period, dict[str, Decimal]] = {}
    by_label = {quarter.label: quarter for quarter in quarters}
    for record in records:
        values = found.setdefault(by_label[record["period_label"]], {})
        values[record["indicator_code"]] = record["value"]
    return found


async def refuse_frozen(work: Work, center: str, period: Period) -> None:
    """Raises `Refused` (DATA_FROZEN) once the yearly evaluation has frozen the year's data."""
    if await work.tx.fetchval("reporting.is_frozen", sql.IS_FROZEN, center, period.year):
        raise refuse(
            "DATA_FROZEN",
            f"{period.year} 年数据已因绩效评价冻结",
            f"The data of {period.year} are frozen for the yearly evaluation",
        )


async def publish_change(work: Work, report: ReportRow, status: str) -> None:
    """Tell that a report changed."""
    await work.publish(
        "reporting.report_changed",
        str(report.id),
        {
            "center": report.center_code,
            "jurisdiction": report.jurisdiction_code,
            "status": status,
        },
    )
