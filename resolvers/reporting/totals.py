"""Totals of indicators by area, kept up with every report that is accepted or reopened.

What is public of reports is these sums (DOMAIN §2.6): a region's is over the centres in it and
below it, an industry's over the centres that serve it or a part of it; 000000 is the whole country.
Whole sums are made anew for the areas of one report and one period: some hundred centres at most,
and no drift as with adding and subtracting. A lock per period keeps two acceptances apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from resolvers.conditions import region_range
from resolvers.database.pool import Queries
from resolvers.reporting.rules.periods import Period
from resolvers.reporting.workflows.report import COUNTED

COUNTRY: Final = "000000"

_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('reporting.totals ' || $1, 0))"
_CLEAR: Final = """
delete from reporting.indicator_total
where scope = $1 and code = $2 and period_kind = $3 and period_from = $4
"""
_REGION: Final = """
insert into reporting.indicator_total
select 'REGION', $1::text, v.indicator_code, $2::text, $3::date, r.period_label,
  case i.aggregation when 'AVERAGE' then avg(v.value) when 'MAX' then max(v.value)
    else sum(v.value) end, count(*), $5::timestamptz
from reporting.business_report as r join reporting.report_value as v on v.report_id = r.id
join reporting.indicator as i on i.code = v.indicator_code
where r.period_label = $4 and r.status = any($6)
  and r.region_code >= $7 and r.region_code < $8
group by v.indicator_code, i.aggregation, r.period_label
"""
_INDUSTRY: Final = """
insert into reporting.indicator_total
select 'INDUSTRY', $1::text, v.indicator_code, $2::text, $3::date, r.period_label,
  case i.aggregation when 'AVERAGE' then avg(v.value) when 'MAX' then max(v.value)
    else sum(v.value) end, count(*), $5::timestamptz
from reporting.business_report as r join reporting.report_value as v on v.report_id = r.id
join reporting.indicator as i on i.code = v.indicator_code
where r.period_label = $4 and r.status = any($6)
  and exists (select from unnest(r.industry_codes) as served where starts_with(served, $1))
group by v.indicator_code, i.aggregation, r.period_label
"""


async def refresh_totals(
    queries: Queries, period: Period, region: str, industries: Sequence[str], now: datetime
) -> None:
    """Make the totals anew of every area that a report of this region and industries counts in."""
    await queries.fetchval("reporting.totals_lock", _LOCK, period.label)
    place = (period.kind.value, period.begins)
    common = (*place, period.label, now, list(COUNTED))
    for code in regions_above(region):
        await queries.execute("reporting.totals_clear", _CLEAR, "REGION", code, *place)
        await queries.execute(
            "reporting.totals_region", _REGION, code, *common, *region_range(code)
        )
    for code in sorted({above for each in industries for above in industries_above(each)}):
        await queries.execute("reporting.totals_clear", _CLEAR, "INDUSTRY", code, *place)
        await queries.execute("reporting.totals_industry", _INDUSTRY, code, *common)


def regions_above(code: str) -> tuple[str, ...]:
    """Return the country and every region down to the code itself.

    >>> regions_above("440305")
    ('000000', '440000', '440300', '440305')
    """
    return tuple(dict.fromkeys((COUNTRY, f"{code[:2]}0000", f"{code[:4]}00", code)))


def industries_above(code: str) -> Iterator[str]:
    """Yield the section and every industry down to the code itself.

    >>> list(industries_above("C3841"))
    ['C', 'C38', 'C384', 'C3841']
    """
    yield code[:1]
    for length in (3, 4, 5):
        if len(code) >= length:
            yield code[:length]
