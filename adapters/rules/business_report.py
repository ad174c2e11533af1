"""Rules: one value of the report of a centre and period (DOMAIN §2.8).

What is checked here is what a value must be to be saved. How the report as a whole compares with
the hub's own records, with its quarters and with what is expected of a centre of its kind is
checked where it is for everybody, in `resolvers.reporting`: when it was taken in and when it is
submitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from adapters.findings import Finding, from_issue
from adapters.known import EDITABLE, ReportFact
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values import Issue
from resolvers.values.center_codes import LETTERS
from resolvers.values.figures import MEASURES, Figure
from resolvers.values.indicator_values import shape_problem
from resolvers.values.periods import Period, parse_period


def report_period(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield PERIOD_KIND_MISMATCH, PERIOD_NOT_OVER and W_REPORT_NUMBER."""
    period = period_of(row.values)
    if period is None:
        return
    stated = row.values.get("periodType")
    if stated is not None and stated != period.kind:
        yield row.finding("PERIOD_KIND_MISMATCH", "periodType")
    if period.ends >= context.today:
        yield row.finding("PERIOD_NOT_OVER", "period", ends=period.ends)
    number, center = row.values.get("reportNumber"), row.values.get("center")
    if number is not None and center is not None:
        own = report_number(center, period)
        if number != own:
            yield row.finding("W_REPORT_NUMBER", "reportNumber", number=own)


def report_unit(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield MEASURE_UNKNOWN for a unit that is none, MEASURE_TWICE for two that differ."""
    unit, figure = row.values.get("unit"), row.values.get("value")
    if unit is not None and unit not in MEASURES:
        yield row.finding("MEASURE_UNKNOWN", "unit")
    elif unit is not None and isinstance(figure, Figure) and figure.unit not in (None, unit):
        yield row.finding("MEASURE_TWICE", "value", unit=unit)


def report_value(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield MEASURE_MISMATCH, what is wrong with the value's shape, and
    W_INDICATOR_NOT_APPLICABLE."""
    indicator = context.known.indicators.get(row.values["indicator"])
    if indicator is None:
        yield row.finding("INDICATOR_UNKNOWN", "indicator")
        return
    value = value_of(row.values, indicator.unit)
    if value is None:
        yield row.finding("MEASURE_MISMATCH", "value", unit=indicator.unit)
    elif problem := shape_problem(indicator.unit, value):
        code, chinese, english = problem
        column = row.columns.get("value")
        shown = row.record.cells.get(column) if column else None
        issue = Issue(code, f"{chinese}。", f"{english}.")
        yield from_issue(issue, field="value", column=column, value=shown, row=row.record.row)
    kind, function = LETTERS[row.values["center"][:2]]
    if indicator.applies_to.isdisjoint((kind, function or kind)):
        yield row.finding("W_INDICATOR_NOT_APPLICABLE", "indicator")


def report_open(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield CENTER_UNKNOWN, REPORT_SENT or DATA_FROZEN. A row that says what the report says
    already changes nothing and passes."""
    values = row.values
    if values["center"] not in context.known.centers:
        yield row.finding("CENTER_UNKNOWN", "center")
        return
    report = context.known.reports.get((values["center"], values["period"]), ReportFact())
    indicator = context.known.indicators.get(values["indicator"])
    if indicator is not None:
        said = report.values.get(values["indicator"])
        if said is not None and said == value_of(values, indicator.unit):
            return
    if report.frozen:
        yield row.finding("DATA_FROZEN", "period")
    elif report.status is not None and report.status not in EDITABLE:
        yield row.finding("REPORT_SENT", "period", status=report.status)


def period_of(values: Mapping[str, Any]) -> Period | None:
    """Return the period of a row; None when it could not be read."""
    label = values.get("period")
    return None if label is None else parse_period(label)


def report_number(center: str, period: Period) -> str:
    """Return the number the hub gives the report of a centre and period.

    >>> report_number("FT-110000-01", parse_period("2023-Q4"))
    'BR-FT-110000-01-2023Q4'
    """
    return f"BR-{center}-{period.label.replace('-', '')}"


def value_of(values: Mapping[str, Any], unit: str) -> Decimal | None:
    """Return the value of a row in the unit of its indicator, None when it is in another one.

    >>> value_of({"value": Figure(Decimal("8650"), "万元")}, "CNY")
    Decimal('86500000')
    """
    figure: Figure = values["value"]
    stated = figure.unit or values.get("unit")
    if stated is None:
        return figure.number
    measured, factor = MEASURES.get(stated, ("", 1))
    # Persons, too, are counted in the words for things.
    if measured != unit and (measured, unit) != ("COUNT", "PERSON"):
        return None
    return figure.number * factor
