"""Statements over the tables of `platforms`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from resolvers.platforms.case_rows import (
    CaseRow,
    EvidenceRow,
    ExhibitionRow,
    ItemRow,
    MeasureRow,
    MilestoneRow,
    PlanRow,
    SupervisionRow,
    TaskRow,
)
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


def _columns(row: type, *, alias: str, of_center: tuple[str, ...] = ()) -> str:
    """Return the select list of a row class; `of_center` are columns of its centre, `c`."""
    return ", ".join(
        f"{'c' if each.name in of_center else alias}.{each.name}" for each in fields(row)
    )


_OF_CENTER: Final = ("jurisdiction_code", "region_code")
_CASE: Final = _columns(CaseRow, alias="k", of_center=_OF_CENTER)
CASE_PAGE: Final = f"""
select {_CASE} from platforms.recognition_case as k
join platforms.operation_center as c on c.code = k.center_code
"""
CASE_COUNT: Final = """
select count(*) from platforms.recognition_case as k
join platforms.operation_center as c on c.code = k.center_code
"""
CASES: Final = f"{CASE_PAGE} where k.id = any($1)"
# The newest case of each centre.
CASES_OF_CENTERS: Final = f"""
select distinct on (k.center_code) {_CASE} from platforms.recognition_case as k
join platforms.operation_center as c on c.code = k.center_code
where k.center_code = any($1) order by k.center_code, k.opened_at desc, k.id desc
"""

_PLAN: Final = _columns(PlanRow, alias="p", of_center=_OF_CENTER)
_PLANS: Final = f"""
select {_PLAN} from platforms.work_plan as p
join platforms.operation_center as c on c.code = p.center_code
"""
PLANS: Final = f"{_PLANS} where p.id = any($1)"
PLANS_OF_CENTERS: Final = f"""
{_PLANS} where p.center_code = any($1) order by p.center_code, p.starts_on, p.id
"""
MILESTONES: Final = f"""
select plan_id as parent, {_columns(MilestoneRow, alias="m")} from platforms.milestone as m
where plan_id = any($1) order by plan_id, ordinal
"""
EVIDENCE: Final = f"""
select case_id as parent, {_columns(EvidenceRow, alias="e")}
from platforms.evaluation_evidence as e where case_id = any($1) order by case_id, id
"""
ITEMS: Final = f"""
select case_id as parent, {_columns(ItemRow, alias="i")} from platforms.rectification_item as i
where case_id = any($1) order by case_id, ordinal
"""

# Of each centre $2 at most, those last made; shown oldest first.
_OF_CENTERS: Final = """
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  select {columns} from platforms.{table} as x where x.center_code = asked.parent
  order by {key} desc limit $2) as found
order by asked.parent, {found_key}
"""
TASKS: Final = _OF_CENTERS.format(
    columns=_columns(TaskRow, alias="x"),
    table="innovation_task",
    key="x.id",
    found_key="found.id",
)
MEASURES: Final = _OF_CENTERS.format(
    columns=_columns(MeasureRow, alias="x"),
    table="support_measure",
    key="x.id",
    found_key="found.id",
)
EXHIBITIONS: Final = _OF_CENTERS.format(
    columns=_columns(ExhibitionRow, alias="x"),
    table="exhibition_entry",
    key="x.held_from desc, x.id",
    found_key="found.held_from, found.id",
)

_SUPERVISION: Final = _columns(SupervisionRow, alias="x", of_center=("region_code",))
SUPERVISION: Final = f"""
select {_SUPERVISION} from platforms.supervision_action as x
join platforms.operation_center as c on c.code = x.center_code where x.id = any($1)
"""
# $2: open (true), closed (false) or all (null); $3: how many per centre at most, the newest.
SUPERVISION_OF_CENTERS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  select {_SUPERVISION} from platforms.supervision_action as x
  join platforms.operation_center as c on c.code = x.center_code
  where x.center_code = asked.parent and ($2::bool is null or (x.status <> 'CLOSED') = $2)
  order by x.id desc limit $3) as found
order by asked.parent, found.id desc
"""

ROUNDS: Final = """
select r.code, r.kind, r.deadline, r.fewest, r.most, count(k.id) as cases,
  count(k.id) filter (where k.stage = 'RECOGNISED') as recognised,
  count(k.id) filter (where k.stage in ('DRAFTING', 'PROVINCIAL_REVIEW', 'SUBMITTED_TO_CNIPA',
    'UNDER_EVALUATION', 'PLAN_GUIDANCE')) as pending,
  count(distinct k.document_number) filter (where k.stage = 'RECOGNISED') as papers
from platforms.recognition_round as r left join platforms.recognition_case as k on k.round = r.code
group by r.code order by r.code
"""
