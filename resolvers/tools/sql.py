"""Statements over the tables of `tools`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.tools.sight import PRODUCT_VISIBLE, RESIDENCY_VISIBLE


def _of(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in names.split(", "))


PRODUCT_COLUMNS: Final = _of(
    "p",
    "filing_number, name, filer_uscc, filer_is_holder, industry_code, year, revenue_cny, "
    "revenue_share, status, filed_on, recognised_on, valid_to, submitted_by, jurisdiction_code",
)
PRODUCT_PAGE: Final = f"select {PRODUCT_COLUMNS} from tools.intensive_product as p"
PRODUCT_COUNT: Final = "select count(*) from tools.intensive_product as p"
PRODUCTS: Final = f"{PRODUCT_PAGE} where p.filing_number = any($1)"
# $2 to $7 who asks.
PRODUCTS_OF_PATENTS: Final = f"""
select pp.application_number as parent, {PRODUCT_COLUMNS}
from tools.intensive_product_patent as pp join tools.intensive_product as p using (filing_number)
where pp.application_number = any($1) and {PRODUCT_VISIBLE.sql(2)}
order by parent, p.filed_on desc, p.filing_number desc
"""
# $2 how many per parent at most, $3 to $8 who asks.
PRODUCTS_OF_FILERS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {PRODUCT_PAGE} where p.filer_uscc = asked.parent and {PRODUCT_VISIBLE.sql(3)}
  order by p.filed_on desc, p.filing_number desc limit $2) as found
order by asked.parent, found.filed_on desc, found.filing_number desc
"""
PATENTS_OF_PRODUCTS: Final = """
select filing_number as parent, application_number from tools.intensive_product_patent
where filing_number = any($1) order by filing_number, ordinal
"""
PRODUCT_LOCK: Final = f"{PRODUCT_PAGE} where p.filing_number = $1 for update"
# The running part fills six places and grows beyond them.
ADD_PRODUCT: Final = """
insert into tools.intensive_product (filing_number, name, name_key, filer_uscc, filer_is_holder,
  industry_code, year, revenue_cny, revenue_share, status, filed_on, submitted_by,
  jurisdiction_code)
select 'PIP' || $1::text || lpad(serial, greatest(6, length(serial)), '0'),
  $2, $3, $4, $5, $6, $7, $8, $9, 'DRAFT', $10, $11, $12
from (select nextval('tools.filing_serial')::text as serial) as given
on conflict (filer_uscc, year, name_key) where status not in (
  'NOT_RECOGNISED', 'EXPIRED', 'REVOKED') do nothing
returning filing_number
"""
ADD_PRODUCT_PATENTS: Final = """
insert into tools.intensive_product_patent (filing_number, ordinal, application_number)
select $1, line - 1, number from unnest($2::text[]) with ordinality as given (number, line)
"""
ADVANCE_PRODUCT: Final = """
update tools.intensive_product
set status = $2, filed_on = $3, recognised_on = $4, valid_to = $5 where filing_number = $1
"""
EXPIRE_PRODUCTS: Final = """
update tools.intensive_product set status = 'EXPIRED' where filing_number in (
  select filing_number from tools.intensive_product
  where status = 'RECOGNISED' and valid_to < $1 order by valid_to, filing_number
  limit $2 for update skip locked)
returning filing_number as key, 'RECOGNISED' as before
"""

NAVIGATION_COLUMNS: Final = _of(
    "n",
    "report_number, title, kind, commissioned_by, completed_by_uscc, industry_code, region_code, "
    "completed_on, patents_analysed, openness, views, download_requests, comments",
)
NAVIGATION_PAGE: Final = f"select {NAVIGATION_COLUMNS} from tools.navigation_report as n"
NAVIGATION_COUNT: Final = "select count(*) from tools.navigation_report as n"
NAVIGATION: Final = f"{NAVIGATION_PAGE} where n.report_number = any($1)"
IN_CLASS: Final = """
exists (select 1 from tools.navigation_ipc as i
        where i.report_number = n.report_number and i.symbol >= {} and i.symbol < {})
"""
# $2 and $3 the range of codes each key stands for, $4 how many per parent at most.
_NAVIGATION_IN: Final = f"""
select asked.parent, found.*
from unnest($1::text[], $2::text[], $3::text[]) as asked (parent, low, high)
cross join lateral (
  {NAVIGATION_PAGE} where n.{{column}} >= asked.low and n.{{column}} < asked.high
  order by n.completed_on desc, n.report_number desc limit $4) as found
order by asked.parent, found.completed_on desc, found.report_number desc
"""
NAVIGATION_IN_REGIONS: Final = _NAVIGATION_IN.format(column="region_code")
NAVIGATION_IN_INDUSTRIES: Final = _NAVIGATION_IN.format(column="industry_code")
# An array, since a range whose bounds the planner does not know would make it read the whole table.
NAVIGATION_IN_CLASSES: Final = f"""
select asked.parent, found.*
from unnest($1::text[], $2::text[], $3::text[]) as asked (parent, low, high)
cross join lateral (
  {NAVIGATION_PAGE} where n.report_number = any(array(
    select i.report_number from tools.navigation_ipc as i
    where i.symbol >= asked.low and i.symbol < asked.high))
  order by n.completed_on desc, n.report_number desc limit $4) as found
order by asked.parent, found.completed_on desc, found.report_number desc
"""
CLASSES_OF_NAVIGATION: Final = """
select report_number as parent, symbol from tools.navigation_ipc
where report_number = any($1) order by report_number, ordinal
"""
APPLICATIONS_OF_NAVIGATION: Final = """
select report_number as parent, applied_by, applied_on, effect from tools.navigation_application
where report_number = any($1) order by report_number, ordinal
"""
# Nothing comes back when the number is another platform's.
WRITE_NAVIGATION: Final = """
insert into tools.navigation_report (report_number, title, kind, commissioned_by,
  completed_by_uscc, industry_code, region_code, completed_on, patents_analysed, openness, views,
  download_requests, comments, platform_code, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (report_number) do update set
  title = excluded.title, kind = excluded.kind, commissioned_by = excluded.commissioned_by,
  completed_by_uscc = excluded.completed_by_uscc, industry_code = excluded.industry_code,
  region_code = excluded.region_code, completed_on = excluded.completed_on,
  patents_analysed = excluded.patents_analysed, openness = excluded.openness,
  views = excluded.views, download_requests = excluded.download_requests,
  comments = excluded.comments, recorded_at = excluded.recorded_at,
  source_system = excluded.source_system, batch_id = excluded.batch_id,
  received_at = excluded.received_at, confidence = excluded.confidence,
  record_date = excluded.record_date, field_provenance = excluded.field_provenance
where navigation_report.platform_code = excluded.platform_code
returning report_number
"""
CLEAR_NAVIGATION_CLASSES: Final = "delete from tools.navigation_ipc where report_number = $1"
ADD_NAVIGATION_CLASSES: Final = """
insert into tools.navigation_ipc (report_number, ordinal, symbol)
select $1, line - 1, symbol from unnest($2::text[]) with ordinality as given (symbol, line)
"""
CLEAR_NAVIGATION_APPLICATIONS: Final = """
delete from tools.navigation_application where report_number = $1
"""
ADD_NAVIGATION_APPLICATIONS: Final = """
insert into tools.navigation_application (report_number, ordinal, applied_by, applied_on, effect)
select $1, line - 1, applied_by, applied_on, effect
from unnest($2::text[], $3::date[], $4::text[])
  with ordinality as given (applied_by, applied_on, effect, line)
"""

ASSESSMENT_COLUMNS: Final = (
    "id, organization_uscc, standard, level, score, assessed_on, assessor_uscc"
)
ASSESSMENTS: Final = f"""
select {ASSESSMENT_COLUMNS} from tools.management_assessment where id = any($1)
"""
ASSESSMENTS_OF_ORGANIZATIONS: Final = f"""
select organization_uscc as parent, {ASSESSMENT_COLUMNS} from tools.management_assessment
where organization_uscc = any($1) order by parent, assessed_on desc, standard, id
"""
ADD_ASSESSMENT: Final = """
insert into tools.management_assessment (organization_uscc, standard, level, score, assessed_on,
  assessor_uscc, platform_code)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id
"""

GRADING_COLUMNS: Final = "id, institution_uscc, category, grade, score, year"
GRADINGS: Final = f"select {GRADING_COLUMNS} from tools.service_grading where id = any($1)"
GRADINGS_OF_ORGANIZATIONS: Final = f"""
select institution_uscc as parent, {GRADING_COLUMNS} from tools.service_grading
where institution_uscc = any($1) order by parent, year desc, category
"""
ADD_GRADING: Final = """
insert into tools.service_grading (institution_uscc, category, grade, score, year, platform_code)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id
"""

CREDIT_COLUMNS: Final = _of(
    "c",
    "id, institution_uscc, platform_code, jurisdiction_code, grade, score, valid_from, valid_to, "
    "status, appeal, published_at",
)
CREDIT_PAGE: Final = f"select {CREDIT_COLUMNS} from tools.credit_evaluation as c"
CREDIT_COUNT: Final = "select count(*) from tools.credit_evaluation as c"
CREDIT: Final = f"{CREDIT_PAGE} where c.id = any($1)"
# The latest published one in its term: $2 the day, $3 the platform or null.
CREDIT_OF_ORGANIZATIONS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {CREDIT_PAGE}
  where c.institution_uscc = asked.parent and c.status in ('PUBLISHED', 'UNDER_APPEAL', 'REVISED')
    and c.valid_from <= $2 and c.valid_to >= $2 and ($3::text is null or c.platform_code = $3)
  order by c.published_at desc, c.id desc limit 1) as found
"""
INDICATORS_OF_CREDIT: Final = """
select evaluation_id as parent, name, weight, score, source from tools.credit_indicator
where evaluation_id = any($1) order by evaluation_id, ordinal
"""
CREDIT_LOCK: Final = f"{CREDIT_PAGE} where c.id = $1 for update"
ADD_CREDIT: Final = """
insert into tools.credit_evaluation (institution_uscc, platform_code, jurisdiction_code, grade,
  score, valid_from, valid_to, status)
values ($1, $2, $3, $4, $5, $6, $7, 'DRAFT') returning id
"""
CLEAR_INDICATORS: Final = "delete from tools.credit_indicator where evaluation_id = $1"
ADD_INDICATORS: Final = """
insert into tools.credit_indicator (evaluation_id, ordinal, name, weight, score, source)
select $1, line - 1, name, weight, score, source
from unnest($2::text[], $3::double precision[], $4::double precision[], $5::text[])
  with ordinality as given (name, weight, score, source, line)
"""
PUBLISH_CREDIT: Final = """
update tools.credit_evaluation set status = 'PUBLISHED', published_at = $2 where id = $1
"""
APPEAL_CREDIT: Final = """
update tools.credit_evaluation set status = 'UNDER_APPEAL', appeal = $2 where id = $1
"""
REVISE_CREDIT: Final = """
update tools.credit_evaluation set status = 'REVISED', grade = $2, score = $3 where id = $1
"""
EXPIRE_CREDIT: Final = """
with due as (
  select id, status from tools.credit_evaluation
  where status in ('PUBLISHED', 'UNDER_APPEAL', 'REVISED') and valid_to < $1
  order by valid_to, id limit $2 for update skip locked)
update tools.credit_evaluation as c set status = 'EXPIRED' from due where c.id = due.id
returning c.id::text as key, due.status as before
"""

RESIDENCY_COLUMNS: Final = _of(
    "r",
    "id, institution_uscc, platform_code, jurisdiction_code, category, begins_on, ends_on, status",
)
RESIDENCIES: Final = f"select {RESIDENCY_COLUMNS} from tools.residency as r where r.id = any($1)"
# $2 how many per parent at most, $3 to $7 who asks.
RESIDENCIES_OF_INSTITUTIONS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  select {RESIDENCY_COLUMNS} from tools.residency as r
  where r.institution_uscc = asked.parent and {RESIDENCY_VISIBLE.sql(3)}
  order by r.begins_on desc, r.id desc limit $2) as found
order by asked.parent, found.begins_on desc, found.id desc
"""
# $8 is the status.
RESIDENCIES_OF_PLATFORMS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  select {RESIDENCY_COLUMNS} from tools.residency as r
  where r.platform_code = asked.parent and {RESIDENCY_VISIBLE.sql(3)}
    and ($8::text is null or r.status = $8)
  order by r.begins_on desc, r.id desc limit $2) as found
order by asked.parent, found.begins_on desc, found.id desc
"""
RESIDENCY_LOCK: Final = f"""
select {RESIDENCY_COLUMNS} from tools.residency as r where r.id = $1 for update
"""
ADD_RESIDENCY: Final = """
insert into tools.residency (institution_uscc, platform_code, jurisdiction_code, category,
  begins_on, status)
values ($1, $2, $3, $4, $5, 'APPLIED')
on conflict (institution_uscc, platform_code, category) where ends_on is null do nothing
returning id
"""
# Residencies whose grade in force at their platform is D: $1 the day, $2 how many at most.
ACTIVE_WITH_GRADE_D: Final = f"""
select {RESIDENCY_COLUMNS} from tools.residency as r
where r.status = 'ACTIVE' and 'D' = (
  select c.grade from tools.credit_evaluation as c
  where c.institution_uscc = r.institution_uscc and c.platform_code = r.platform_code
    and c.status in ('PUBLISHED', 'UNDER_APPEAL', 'REVISED')
    and c.valid_from <= $1 and c.valid_to >= $1
  order by c.published_at desc, c.id desc limit 1)
order by r.id limit $2 for update of r
"""
ADVANCE_RESIDENCY: Final = """
update tools.residency set status = $2, begins_on = $3, ends_on = $4 where id = $1
"""
IS_RESIDENT: Final = """
select exists (select from tools.residency
               where institution_uscc = $1 and platform_code = $2
                 and status in ('ACTIVE', 'SUSPENDED'))
"""
ACTIVE_RESIDENCIES: Final = f"""
select {RESIDENCY_COLUMNS} from tools.residency as r
where r.institution_uscc = $1 and r.platform_code = $2 and r.status = 'ACTIVE'
order by r.id for update
"""

PRODUCTS_BY_INDUSTRY: Final = """
select industry_code as parent, products from tools.industry_statistic
where industry_code = any($1)
"""
CLEAR_STATISTICS: Final = "delete from tools.industry_statistic"
# Codes are prefixes of those below them: section, division, group, class.
COUNT_PRODUCTS: Final = """
insert into tools.industry_statistic (industry_code, products)
select left(p.industry_code, level), count(*)
from tools.intensive_product as p, unnest(array[1, 3, 4, 5]) as level
where p.status = 'RECOGNISED' and length(p.industry_code) >= level
group by 1
"""

# How much there is on a topic of the catalogue (`resolvers.topic_totals`).
TOTALS: Final[Mapping[str, str]] = {
    "INTENSIVE_PRODUCT": """
select count(*) as records, max(recorded_at) as refreshed_at from tools.intensive_product
""",
    "NAVIGATION": """
select count(*) as records, max(recorded_at) as refreshed_at from tools.navigation_report
""",
    "CREDIT": """
select count(*) as records, max(recorded_at) as refreshed_at from tools.credit_evaluation
""",
}
