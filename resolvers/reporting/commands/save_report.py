"""Save the report of a centre and period: a new draft, or new values of one still editable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peers import Peers
from resolvers.refusal import Problems, refuse
from resolvers.reporting import sql
from resolvers.reporting.centers import CenterFacts, ask_center, keep_centers
from resolvers.reporting.commands.report_checks import (
    check_and_note,
    derived_figures,
    publish_change,
    refuse_frozen,
)
from resolvers.reporting.report_rows import ReportRow, indicator_row, report_row
from resolvers.reporting.rules.periods import Period, parse_period
from resolvers.reporting.rules.report_check import IndicatorRow
from resolvers.reporting.workflows.report import EDITABLE, OWN, REPORT
from resolvers.values.indicator_values import shape_problem
from resolvers.workflow import require

MOST_VALUES: Final = 100
LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class ValueEntry:
    """One value as given."""

    indicator: str
    value: Decimal
    note: str | None


async def save_report(
    command: Command,
    peers: Peers,
    center_code: str,
    label: str,
    entries: Sequence[ValueEntry],
    today: date,
) -> UUID:
    """Write the values and what the checks say about them; return the report's id.

    The state stays: a report that was returned is submitted again by its own action.

    Raises:
        Forbidden: the centre is not the caller's.
        Refused: PERIOD_FORMAT, PERIOD_IN_FUTURE, CENTER_UNKNOWN, INDICATOR_UNKNOWN,
            INDICATOR_REPEATED, values out of shape, NOTE_TOO_LONG, DATA_FROZEN,
            TRANSITION_NOT_ALLOWED when the report was sent already.
    """
    require(OWN, command.caller, Subject.of(center=center_code))
    declared = await _declared(command)
    period = _check_input(label, entries, declared, today)
    center = await ask_center(peers, center_code)
    if center is None:
        raise refuse(
            "CENTER_UNKNOWN", "没有这个平台（中心）", "There is no such centre", "centerCode"
        )
    indicators = [declared[entry.indicator] for entry in entries]
    derived = await derived_figures(peers, center_code, period, indicators, tolerant=True)
    async with command.transaction() as work:
        await keep_centers(work.tx, [center], work.now)
        report = await _open(work, center, period)
        await refuse_frozen(work, center_code, period)
        await _write_values(work, report, entries)
        await check_and_note(work, report, center.profile, derived)
        await publish_change(work, report, report.status)
        work.key = str(report.id)
        return report.id


async def _declared(command: Command) -> Mapping[str, IndicatorRow]:
    records = await command.database.fetch("reporting.indicators", sql.INDICATORS, None)
    return {record["code"]: indicator_row(record) for record in records}


def _check_input(
    label: str,
    entries: Sequence[ValueEntry],
    declared: Mapping[str, IndicatorRow],
    today: date,
) -> Period:
    problems = Problems()
    period = parse_period(label)
    if period is None:
        problems.add(
            "PERIOD_FORMAT",
            "期间应写成 2023-Q4、2023-11 或 2023",
            "A period is written 2023-Q4, 2023-11 or 2023",
            "period",
        )
    elif period.begins > today:
        problems.add("PERIOD_IN_FUTURE", "期间尚未开始", "The period has not begun yet", "period")
    problems.check(
        len(entries) <= MOST_VALUES,
        "TOO_MANY_VALUES",
        f"一次最多填报 {MOST_VALUES} 项指标",
        f"At most {MOST_VALUES} values",
        "values",
    )
    seen: set[str] = set()
    for position, entry in enumerate(entries[:MOST_VALUES]):
        _check_entry(problems, entry, declared.get(entry.indicator), seen, str(position))
    problems.raise_if_any()
    assert period is not None
    return period


def _check_entry(
    problems: Problems,
    entry: ValueEntry,
    indicator: IndicatorRow | None,
    seen: set[str],
    position: str,
) -> None:
    path = ("values", position)
    if indicator is None:
        problems.add(
            "INDICATOR_UNKNOWN", "没有这项指标", "There is no such indicator", *path, "indicator"
        )
        return
    problems.check(
        entry.indicator not in seen,
        "INDICATOR_REPEATED",
        "同一指标重复填报",
        "The indicator is given twice",
        *path,
        "indicator",
    )
    seen.add(entry.indicator)
    if problem := shape_problem(indicator.unit, entry.value):
        problems.add(*problem, *path, "value")
    problems.check(
        len(entry.note or "") <= LONGEST_NOTE and "\x00" not in (entry.note or ""),
        "NOTE_TOO_LONG",
        f"说明最多 {LONGEST_NOTE} 个字符，不含控制符",
        f"A note has at most {LONGEST_NOTE} characters, none of them NUL",
        *path,
        "note",
    )


async def _open(work: Work, center: CenterFacts, period: Period) -> ReportRow:
    """Lock the report of that centre and period, made first when there is none.

    Raises:
        Refused: TRANSITION_NOT_ALLOWED.
    """
    place = (center.region, center.jurisdiction, list(center.industries))
    made = await work.tx.execute(
        "reporting.new_report",
        sql.NEW_REPORT,
        f"BR-{center.code}-{period.label.replace('-', '')}",
        center.code,
        period.kind.value,
        period.label,
        period.begins,
        period.ends,
        period.year,
        period.due_on,
        *place,
        work.now,
    )
    record = await work.tx.fetchrow(
        "reporting.report_of_period_lock", sql.REPORT_OF_PERIOD_LOCK, center.code, period.label
    )
    assert record is not None  # made above, and reports are never deleted
    report = report_row(record)
    if made.endswith(" 1"):
        change = Change(REPORT.name, str(report.id), None, report.status, None)
        await record_change(work, "reporting", change)
        return report
    if report.status not in EDITABLE:
        raise refuse(
            "TRANSITION_NOT_ALLOWED",
            f"该期间的报送处于 {report.status}，不能修改",
            f"The report of that period is {report.status}: its values cannot be changed",
            "period",
        )
    await work.tx.execute("reporting.touch_report", sql.TOUCH_REPORT, report.id, work.now, *place)
    return report


async def _write_values(work: Work, report: ReportRow, entries: Sequence[ValueEntry]) -> None:
    await work.tx.execute("reporting.clear_values", sql.CLEAR_VALUES, report.id)
    await work.tx.executemany(
        "reporting.new_value",
        sql.NEW_VALUE,
        [
            (report.id, entry.indicator, entry.value, (entry.note or "").strip() or None, None)
            for entry in entries
        ],
    )
