"""Invented reports and evaluations of 2023 for the centres of the demo feeds.

Six centres reported all year and were evaluated; one is in rectification, its last report was sent
back; one is in pilot, its last report waits for its office. Issues, scores, totals and tiles are
worked out by the same rules as for anybody; only what people would have said is made up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from resolvers.database.pool import Database, Transaction
from resolvers.reporting import sql
from resolvers.reporting.centers import keep_centers, read_centers
from resolvers.reporting.dashboard.figures import Board, own_figures
from resolvers.reporting.dashboard.refresh import write_figures, write_reported
from resolvers.reporting.demo_data import DEMO, DemoCenter
from resolvers.reporting.evaluation_figures import prefill
from resolvers.reporting.report_rows import indicator_row
from resolvers.reporting.rules.periods import Period, PeriodKind
from resolvers.reporting.rules.ranking import ranks
from resolvers.reporting.rules.report_check import IndicatorRow, Reported, ReportFacts, check_report
from resolvers.reporting.rules.scoring import CRITERIA, Line, grade_of, remarks, total_score
from resolvers.reporting.totals import refresh_totals
from resolvers.reporting.workflows.evaluation import EVALUATION
from resolvers.reporting.workflows.report import COUNTED, REPORT
from resolvers.values.dates import CHINA_TIME

YEAR: Final = 2023
FROZEN_ON: Final = date(2024, 2, 20)
PUBLISHED_ON: Final = date(2024, 5, 20)
FINAL_ON: Final = date(2024, 6, 10)
# How much of the fourth quarter's figures each quarter reached.
_SEASON: Final = (Decimal("0.72"), Decimal("0.79"), Decimal("0.87"), Decimal("1.00"))
_LEVELS: Final = frozenset({"RESIDENT_INSTITUTIONS", "STAFF_FULL_TIME"})


_WAY: Final = {
    "RETURNED": (("SUBMITTED", "SUBMIT"), ("RETURNED", "RETURN")),
    "SUBMITTED": (("SUBMITTED", "SUBMIT"),),
    "ACCEPTED": (
        ("SUBMITTED", "SUBMIT"),
        ("PROVINCE_CONFIRMED", "CONFIRM"),
        ("ACCEPTED", "ACCEPT"),
    ),
    "LOCKED": (
        ("SUBMITTED", "SUBMIT"),
        ("PROVINCE_CONFIRMED", "CONFIRM"),
        ("ACCEPTED", "ACCEPT"),
        ("LOCKED", "LOCK"),
    ),
}
_BY: Final = {
    "SUBMIT": ("FUNCTIONAL_PLATFORM", "示例平台"),
    "RETURN": ("PROVINCIAL_OFFICE", "示例省局"),
    "CONFIRM": ("PROVINCIAL_OFFICE", "示例省局"),
    "ACCEPT": ("CNIPA_ADMIN", "示例主管"),
    "LOCK": ("CNIPA_ADMIN", "示例主管"),
}
_RETURNED: Final = "请补充开放许可、需求对接等指标后重新提交"

_IS_LOADED: Final = "select exists (select from reporting.business_report where number = $1)"
_REPORT: Final = """
insert into reporting.business_report
  (number, center_code, period_kind, period_label, period_from, period_to, year, status, version,
   due_on, submitted_at, first_submitted_on, region_code, jurisdiction_code, industry_codes,
   created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $11, $11)
on conflict (center_code, period_label) do update set status = excluded.status,
  version = excluded.version, submitted_at = excluded.submitted_at,
  first_submitted_on = excluded.first_submitted_on, updated_at = excluded.updated_at
returning id, xmax <> 0 as was_there
"""
"""A report that a demo feed brought as a draft is sent on as the others are."""
_CHANGE: Final = """
insert into reporting.status_change
  (workflow, key, from_status, to_status, action, by_subject, by_role, at, comment)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_BEGUN: Final = "update reporting.status_change set at = $3 where workflow = $1 and key = $2"
_EVALUATION: Final = """
insert into reporting.performance_evaluation
  (center_code, year, kind, function, jurisdiction_code, stage, data_score, total, grade,
   strengths, problems, published_on, created_at, updated_at)
values ($1, $2, $3, $4, $5, 'FINAL', $6, $7, $8, $9, $10, $11, $12, $12) returning id
"""
_SCORE: Final = """
insert into reporting.evaluation_score
  (evaluation_id, ordinal, criterion, weight, prefilled, self, expert, source)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def load_demo(database: Database) -> None:
    """Load the demo once; what is there already stays as it is."""
    first = f"BR-{DEMO[0].facts.code}-{YEAR}Q1"
    if await database.fetchval("reporting.demo_loaded", _IS_LOADED, first):
        return
    async with database.transaction() as tx:
        await keep_centers(tx, [each.facts for each in DEMO], _at(FINAL_ON))
        records = await tx.fetch("reporting.indicators", sql.INDICATORS, None)
        declared = {record["code"]: indicator_row(record) for record in records}
        for center in DEMO:
            for number in range(1, 5):
                await _add_report(tx, center, Period(PeriodKind.QUARTER, YEAR, number), declared)
        await _add_evaluations(tx)
        await _make_tiles(tx)


async def _add_report(
    tx: Transaction, center: DemoCenter, period: Period, declared: Mapping[str, IndicatorRow]
) -> None:
    facts = center.facts
    evaluated = center.scores is not None
    status = "LOCKED" if evaluated else "ACCEPTED"
    if period.number == 4:
        status = center.last
    # the centre in pilot was a few days late with its last one
    days = 9 if status == "SUBMITTED" else -4
    submitted = period.due_on + timedelta(days=days)
    way = _WAY[status]
    made = await tx.fetchrow(
        "reporting.demo_report",
        _REPORT,
        f"BR-{facts.code}-{period.label.replace('-', '')}",
        facts.code,
        period.kind.value,
        period.label,
        period.begins,
        period.ends,
        period.year,
        status,
        len(way) + 1,
        period.due_on,
        _at(submitted),
        submitted,
        facts.region,
        facts.jurisdiction,
        list(facts.industries),
    )
    assert made is not None  # written above
    report: UUID = made["id"]
    await tx.execute("reporting.clear_values", sql.CLEAR_VALUES, report)
    await tx.execute("reporting.clear_issues", sql.CLEAR_ISSUES, report)
    values = tuple(
        Reported(declared[code], _figure(code, figure, period.number), None, None)
        for code, figure in center.figures.items()
    )
    await tx.executemany(
        "reporting.new_value",
        sql.NEW_VALUE,
        [(report, each.indicator.code, each.value, None, None) for each in values],
    )
    issues = check_report(ReportFacts(period, facts.profile, tuple(declared.values()), values))
    await tx.executemany(
        "reporting.new_issue",
        sql.NEW_ISSUE,
        [
            (report, n, each.indicator, each.code, each.severity, each.message, each.raw)
            for n, each in enumerate(issues)
        ],
    )
    await _add_history(tx, report, center, submitted, way, begun=made["was_there"])
    if status in COUNTED:
        await refresh_totals(tx, period, facts.region, facts.industries, _at(submitted))


def _figure(code: str, last: int, quarter: int) -> Decimal:
    """Return the figure of a quarter, smaller earlier in the year; staff and residents stay."""
    if code in _LEVELS:
        return Decimal(last)
    return (last * _SEASON[quarter - 1]).to_integral_value()


async def _add_history(
    tx: Transaction,
    report: UUID,
    center: DemoCenter,
    submitted: date,
    way: tuple[tuple[str, str], ...],
    *,
    begun: bool,
) -> None:
    """Add what people did; `begun`: that the report began is told by the feed that brought it."""
    name = f"示例平台 {center.facts.code}"
    rows: list[tuple[object, ...]] = [
        (
            REPORT.name,
            str(report),
            None,
            "DRAFT",
            None,
            name,
            "FUNCTIONAL_PLATFORM",
            _at(submitted - timedelta(days=2)),
            None,
        )
    ]
    state = "DRAFT"
    for step, (target, action) in enumerate(way):
        role, who = _BY[action]
        on = FROZEN_ON if action == "LOCK" else submitted + timedelta(days=3 * step)
        rows.append(
            (
                REPORT.name,
                str(report),
                state,
                target,
                action,
                name if action == "SUBMIT" else who,
                role,
                _at(on),
                _RETURNED if action == "RETURN" else None,
            )
        )
        state = target
    if begun:
        await tx.execute("reporting.demo_begun", _BEGUN, REPORT.name, str(report), rows[0][7])
    await tx.executemany("reporting.demo_change", _CHANGE, rows[1:] if begun else rows)


async def _add_evaluations(tx: Transaction) -> None:
    evaluated = [each for each in DEMO if each.scores is not None]
    groups: dict[tuple[str, str | None], dict[UUID, Decimal]] = {}
    for center in evaluated:
        group = [each.facts.code for each in evaluated if each.facts.group == center.facts.group]
        made, total = await _add_evaluation(tx, center, group)
        groups.setdefault(center.facts.group, {})[made] = total
    for totals in groups.values():
        await tx.executemany("reporting.set_rank", sql.SET_RANK, list(ranks(totals).items()))


async def _add_evaluation(
    tx: Transaction, center: DemoCenter, group: list[str]
) -> tuple[UUID, Decimal]:
    facts, scores = center.facts, center.scores
    assert scores is not None
    filled = await prefill(tx, facts.code, facts.profile, group, YEAR, FROZEN_ON)
    made_up = iter(scores[:4])
    prefilled = {"BUSINESS": filled.business, "DATA_REPORTING": filled.data}
    experts = {"BUSINESS": scores[4]}
    lines = []
    for each in CRITERIA:
        own = prefilled[each.code] if each.prefilled else Decimal(next(made_up))
        expert = experts.get(each.code)
        lines.append(Line(each.code, each.weight, own, None if expert is None else Decimal(expert)))
    total = total_score(lines)
    assert total is not None
    made: UUID = await tx.fetchval(
        "reporting.demo_evaluation",
        _EVALUATION,
        facts.code,
        YEAR,
        facts.kind,
        facts.function,
        facts.jurisdiction,
        filled.data_score,
        total,
        grade_of(total),
        *remarks(lines),
        PUBLISHED_ON,
        _at(FINAL_ON),
    )
    await tx.executemany(
        "reporting.demo_score",
        _SCORE,
        [
            (
                made,
                n,
                line.criterion,
                line.weight,
                prefilled.get(line.criterion),
                line.self_score,
                line.expert,
                "INDICATORS" if line.criterion in prefilled else "SELF",
            )
            for n, line in enumerate(lines)
        ],
    )
    steps = zip((None, *EVALUATION.states[:6]), EVALUATION.states[:7], strict=True)
    rows = [
        (EVALUATION.name, str(made), before, after, before and after, "示例主管", "CNIPA_ADMIN",
         _at(FROZEN_ON + timedelta(days=12 * n)), None)
        for n, (before, after) in enumerate(steps)
    ]  # fmt: skip
    rows.append(
        (EVALUATION.name, str(made), "PUBLISHED", "FINAL", "FINAL", "示例主管", "CNIPA_ADMIN",
         _at(FINAL_ON), None)
    )  # fmt: skip
    await tx.executemany("reporting.demo_change", _CHANGE, rows)
    return made, total


async def _make_tiles(tx: Transaction) -> None:
    """Make the tiles that need no other subgraph; the worker adds the others."""
    centers = await read_centers(tx)
    board = Board(centers, (), FINAL_ON, {})
    await write_figures(tx, own_figures(board), FINAL_ON, _at(FINAL_ON))
    await write_reported(tx, _at(FINAL_ON))


def _at(day: date) -> datetime:
    """Return ten in the morning of a day in China."""
    return datetime.combine(day, time(10), CHINA_TIME)
