"""All checks of a business report, as issues: errors keep it from being submitted.

Errors: REPORT_EMPTY, REPORT_DEVIATES, YEAR_NOT_SUM. Warnings: W_DEVIATES (within 20 %, or with a
note), W_QUARTERS_MISSING, W_INDICATOR_MISSING, W_INDICATOR_NOT_APPLICABLE, W_NOT_RECONCILED.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from resolvers.reporting.rules.deviation import deviates, needs_note
from resolvers.reporting.rules.periods import Period, PeriodKind
from resolvers.reporting.rules.year_sum import agrees_with_quarters


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator as declared."""

    code: str
    ordinal: int
    name: str
    name_zh: str
    unit: str
    definition: str
    applies_to: tuple[str, ...]
    aggregation: str
    reconciled_with: str | None


@dataclass(frozen=True, slots=True)
class Reported:
    """One reported value with what the records of the hub say."""

    indicator: IndicatorRow
    value: Decimal
    note: str | None
    derived: Decimal | None


@dataclass(frozen=True, slots=True)
class ReportIssue:
    """A finding. `indicator` None: about the whole report."""

    indicator: str | None
    code: str
    zh: str
    en: str
    raw: str | None = None

    @property
    def severity(self) -> str:
        return "WARNING" if self.code.startswith("W_") else "ERROR"

    @property
    def message(self) -> str:
        return f"{self.zh}\n{self.en}"


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a report is checked against.

    `quarters`: of a year, the submitted values of each quarter by indicator; a quarter without a
    submitted report is missing. `unreconciled`: indicators whose records could not be asked for.
    """

    period: Period
    profile: frozenset[str]
    declared: Collection[IndicatorRow]
    values: tuple[Reported, ...]
    quarters: Mapping[Period, Mapping[str, Decimal]] = field(default_factory=dict)
    unreconciled: frozenset[str] = frozenset()


def check_report(facts: ReportFacts) -> tuple[ReportIssue, ...]:
    """Return the issues, errors first, each group in the order of the indicators."""
    found = [*_completeness(facts), *_deviations(facts), *_year(facts)]
    return tuple(sorted(found, key=lambda issue: issue.severity != "ERROR"))


def _completeness(facts: ReportFacts) -> Iterator[ReportIssue]:
    if not facts.values:
        yield ReportIssue(None, "REPORT_EMPTY", "未填报任何指标", "The report has no value")
    given = {each.indicator.code for each in facts.values}
    for indicator in facts.declared:
        applies = bool(facts.profile.intersection(indicator.applies_to))
        if indicator.code in given and not applies:
            yield ReportIssue(
                indicator.code,
                "W_INDICATOR_NOT_APPLICABLE",
                f"“{indicator.name_zh}”不是本类平台（中心）的指标",
                f"No indicator of centres of this kind: {indicator.name}",
            )
        if indicator.code not in given and applies and facts.values:
            yield ReportIssue(
                indicator.code,
                "W_INDICATOR_MISSING",
                f"未填报“{indicator.name_zh}”",
                f"Not reported: {indicator.name}",
            )


def _deviations(facts: ReportFacts) -> Iterator[ReportIssue]:
    for each in facts.values:
        code = each.indicator.code
        if code in facts.unreconciled:
            yield ReportIssue(
                code,
                "W_NOT_RECONCILED",
                "暂时无法取得核对所需的记录，提交时再核对",
                "The records to compare with cannot be had now; compared when submitted",
            )
        if not deviates(each.value, each.derived):
            continue
        figures = f"{each.value:f} ≠ {each.derived:f}"
        if needs_note(each.value, each.derived) and not each.note:
            yield ReportIssue(
                code,
                "REPORT_DEVIATES",
                f"“{each.indicator.name_zh}”与枢纽记录相差超过 20%，请核对或填写说明",
                f"{each.indicator.name} differs from the hub's records by over 20 %: "
                "correct it or add a note",
                figures,
            )
        else:
            yield ReportIssue(
                code,
                "W_DEVIATES",
                f"“{each.indicator.name_zh}”与枢纽记录不一致",
                f"{each.indicator.name} differs from the hub's records",
                figures,
            )


def _year(facts: ReportFacts) -> Iterator[ReportIssue]:
    if facts.period.kind is not PeriodKind.YEAR:
        return
    missing = [each.label for each in facts.period.quarters if each not in facts.quarters]
    if missing:
        yield ReportIssue(
            None,
            "W_QUARTERS_MISSING",
            f"尚无 {'、'.join(missing)} 的报送，无法核对全年数",
            f"The year cannot be compared: no report of {', '.join(missing)}",
        )
        return
    for each in facts.values:
        if each.indicator.aggregation != "SUM":
            continue
        code = each.indicator.code
        parts = [values.get(code) for values in facts.quarters.values()]
        if all(part is None for part in parts):
            continue  # not reported by quarters: nothing to compare with
        total = sum((part for part in parts if part is not None), Decimal(0))
        if not agrees_with_quarters(each.value, total):
            yield ReportIssue(
                code,
                "YEAR_NOT_SUM",
                f"“{each.indicator.name_zh}”全年数与四个季度之和相差超过 0.5%",
                f"{each.indicator.name}: the year differs from the sum of its quarters by "
                "over 0.5 %",
                f"{each.value:f} ≠ {total:f}",
            )
