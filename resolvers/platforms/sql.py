"""Statements over the tables of `platforms`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from resolvers.platforms.rows import CenterRow

CENTER_COLUMNS: Final = ", ".join(f"c.{each.name}" for each in fields(CenterRow))
CENTER_PAGE: Final = f"select {CENTER_COLUMNS} from platforms.operation_center as c"
CENTER_COUNT: Final = "select count(*) from platforms.operation_center as c"
CENTERS: Final = f"{CENTER_PAGE} where c.code = any($1)"
# {} {}: the range of codes of an industry and those below it.
CENTER_IN_INDUSTRY: Final = """
exists (select 1 from platforms.center_industry as i
        where i.code = c.code and i.industry_code >= {} and i.industry_code < {})
"""

# Lists per parent. $1 the parents, the last parameter how many per parent at most.
_PER_PARENT: Final = f"""
select asked.parent, found.* from {{asked}} cross join lateral (
  {CENTER_PAGE} where {{condition}} order by c.code limit {{bound}}) as found
order by asked.parent, found.code
"""
_PLAIN: Final = "unnest($1::text[]) as asked (parent)"
_RANGES: Final = "unnest($1::text[], $2::text[], $3::text[]) as asked (parent, low, high)"

CENTERS_OF_HOSTS: Final = _PER_PARENT.format(
    asked=_PLAIN, condition="c.host_uscc = asked.parent", bound="$2"
)
# $2 is a status or null.
CENTERS_OF_JURISDICTIONS: Final = _PER_PARENT.format(
    asked=_PLAIN,
    condition="c.jurisdiction_code = asked.parent and ($2::text is null or c.status = $2)",
    bound="$3",
)
# $2 and $3 are the range of codes each parent stands for, $4 a kind or null.
CENTERS_IN_REGIONS: Final = _PER_PARENT.format(
    asked=_RANGES,
    condition="c.region_code >= asked.low and c.region_code < asked.high "
    "and ($4::text is null or c.kind = $4)",
    bound="$5",
)
CENTERS_IN_INDUSTRIES: Final = _PER_PARENT.format(
    asked=_RANGES,
    condition=CENTER_IN_INDUSTRY.format("asked.low", "asked.high"),
    bound="$4",
)

FORMER_NAMES: Final = """
select code as parent, name, scheme, valid_from, valid_to from platforms.center_name
where code = any($1) order by code, ordinal
"""
SERVICE_REGIONS: Final = """
select code as parent, region_code from platforms.center_service_region
where code = any($1) order by code, ordinal
"""
INDUSTRIES: Final = """
select code as parent, industry_code from platforms.center_industry
where code = any($1) order by code, ordinal
"""

_DOCUMENT: Final = "number, title, issuer, issued_on, published_on"
DOCUMENTS: Final = f"select {_DOCUMENT} from platforms.policy_document where number = any($1)"
# Undated ones last; a paper is dated by its signature, else by its publication.
ALL_DOCUMENTS: Final = f"""
select {_DOCUMENT} from platforms.policy_document
order by coalesce(issued_on, published_on) desc nulls last, number
"""

LAYOUT: Final = """
select l.kind, l.function, l.planned,
  count(c.code) filter (where c.status = 'RECOGNISED') as recognised,
  count(c.code) filter (where c.status in (
    'PILOT', 'UNDER_EVALUATION', 'IN_RECTIFICATION', 'IN_TRANSITION')) as in_progress
from platforms.layout_limit as l
left join platforms.operation_center as c
  on c.kind = l.kind and (l.function is null or c.function = l.function)
group by l.ordinal, l.kind, l.function, l.planned order by l.ordinal
"""
