"""The figures of a year that pre-fill the lines of an evaluation (DOMAIN §2.8).

Business: the standing of the year's accepted figures among centres of the same kind and function.
Data: the standing of the data score. Both become 60 + 40 × percentile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from resolvers.database.pool import Queries
from resolvers.reporting import sql
from resolvers.reporting.report_rows import indicator_row
from resolvers.reporting.rules.business_standing import business_standing
from resolvers.reporting.rules.data_score import data_score, days_late
from resolvers.reporting.rules.percentile import percentile, prefilled_score
from resolvers.reporting.rules.periods import Period, PeriodKind, parse_period
from resolvers.reporting.rules.report_check import IndicatorRow
from resolvers.reporting.rules.year_figures import year_figure
from resolvers.reporting.workflows.report import COUNTED
from resolvers.values.dates import CHINA_TIME


@dataclass(frozen=True, slots=True)
class Prefilled:
    """What the figures give for one centre."""

    business: Decimal
    data: Decimal
    data_score: Decimal


async def prefill(
    queries: Queries,
    center: str,
    profile: frozenset[str],
    group: Sequence[str],
    year: int,
    as_of: date,
) -> Prefilled:
    """Return the pre-filled scores of a centre among its group, which includes it."""
    declared = [
        indicator_row(record)
        for record in await queries.fetch("reporting.indicators", sql.INDICATORS, None)
    ]
    figures = await _year_figures(queries, group, year, declared)
    scores = await _data_scores(queries, group, year, as_of)
    business = business_standing(center, figures, declared, profile)
    data = percentile(scores[center], [scores[code] for code in group if code != center])
    return Prefilled(prefilled_score(business), prefilled_score(data), scores[center])


async def _year_figures(
    queries: Queries, group: Sequence[str], year: int, declared: Sequence[IndicatorRow]
) -> Mapping[str, Mapping[str, Decimal]]:
    records = await queries.fetch(
        "reporting.counted_of_year", sql.COUNTED_OF_YEAR, list(group), year, list(COUNTED)
    )
    reported: dict[tuple[str, str], dict[Period, Decimal]] = {}
    for record in records:
        period = parse_period(record["period_label"])
        assert period is not None
        key = (record["center_code"], record["indicator_code"])
        reported.setdefault(key, {})[period] = record["value"]
    aggregations = {each.code: each.aggregation for each in declared}
    figures: dict[str, dict[str, Decimal]] = {code: {} for code in group}
    for (center, indicator), values in reported.items():
        figure = year_figure(aggregations[indicator], values)
        if figure is not None:
            figures[center][indicator] = figure
    return figures


async def _data_scores(
    queries: Queries, group: Sequence[str], year: int, as_of: date
) -> Mapping[str, Decimal]:
    """Return the data score of each centre; the four quarters are due from everybody."""
    records = await queries.fetch(
        "reporting.submissions_of_year", sql.SUBMISSIONS_OF_YEAR, list(group), year
    )
    quarters = [Period(PeriodKind.QUARTER, year, number) for number in range(1, 5)]
    due: dict[str, dict[str, tuple[date, date | None]]] = {
        code: {quarter.label: (quarter.due_on, None) for quarter in quarters} for code in group
    }
    for record in records:
        day = record["first_submitted_on"]
        due[record["center_code"]][record["period_label"]] = (record["due_on"], day)
    rows = await queries.fetch(
        "reporting.batch_rows_of_year",
        sql.BATCH_ROWS_OF_YEAR,
        list(group),
        datetime(year, 1, 1, tzinfo=CHINA_TIME),
        datetime(year + 1, 1, 1, tzinfo=CHINA_TIME),
    )
    read = {row["center_code"]: (row["rows_read"], row["rows_rejected"]) for row in rows}
    return {
        code: data_score(days_late(due[code].values(), as_of), *read.get(code, (0, 0)))
        for code in group
    }
