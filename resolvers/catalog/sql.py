"""Statements over the tables of `catalog`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from typing import Final

from resolvers.value_rows import money_columns


def _of(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in names.split(", "))


FOUNDATION_COLUMNS: Final = (
    "code, name, description, provider_code, topic, openness, licence_terms, update_cycle, "
    "coverage_from, coverage_to, record_count, last_refreshed_at"
)
FOUNDATIONS: Final = f"""
select {FOUNDATION_COLUMNS} from catalog.data_foundation where code = any($1)
"""
# $1 topic, $2 openness, $3 provider, $4 how many at most; null: any. The register is short.
FOUNDATIONS_LISTED: Final = f"""
select {FOUNDATION_COLUMNS} from catalog.data_foundation
where ($1::text is null or topic = $1) and ($2::text is null or openness = $2)
  and ($3::text is null or provider_code = $3)
order by code limit $4
"""
FOUNDATIONS_OF_PROVIDERS: Final = f"""
select provider_code as parent, {FOUNDATION_COLUMNS} from catalog.data_foundation
where provider_code = any($1) order by provider_code, code
"""
FIELDS_OF_FOUNDATIONS: Final = """
select foundation_code as parent, name, name_zh, type, required, sensitivity
from catalog.data_foundation_field where foundation_code = any($1) order by foundation_code, ordinal
"""

GRANT_COLUMNS: Final = (
    _of(
        "g",
        "id, foundation_code, grantee_code, jurisdiction_code, purpose, status, fields, "
        "valid_from, valid_to, decided_by, requests, records, last_used_at",
    )
    + ", f.provider_code, f.openness"
)
GRANT_FROM: Final = """
catalog.data_access_grant as g join catalog.data_foundation as f on f.code = g.foundation_code
"""
GRANTS: Final = f"select {GRANT_COLUMNS} from {GRANT_FROM} where g.id = any($1)"
# $3 the status, null: any; $4 today, since a grant whose last day has passed counts as expired.
_GRANT_STATUS: Final = """
($3::text is null or $3 = case
   when g.status in ('APPROVED', 'ACTIVE') and g.valid_to < $4 then 'EXPIRED' else g.status end)
"""
# $2 how many per parent at most
GRANTS_OF_GRANTEES: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  select {GRANT_COLUMNS} from {GRANT_FROM}
  where g.grantee_code = asked.parent and {_GRANT_STATUS}
  order by g.id desc limit $2) as found
order by asked.parent, found.id desc
"""
# $5 to $8 what the caller may see: everything, those of its centre, those of jurisdictions from
# $7 up to below $8
GRANTS_OF_FOUNDATIONS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  select {GRANT_COLUMNS} from {GRANT_FROM}
  where g.foundation_code = asked.parent and {_GRANT_STATUS}
    and ($5 or $6 in (g.grantee_code, f.provider_code)
         or g.jurisdiction_code >= $7 and g.jurisdiction_code < $8)
  order by g.id desc limit $2) as found
order by asked.parent, found.id desc
"""

STANDARD_COLUMNS: Final = (
    "code, version, title, issuer_code, basis, service_kind, status, effective_from, "
    "superseded_on, replaced_by"
)
STANDARDS: Final = f"""
select {STANDARD_COLUMNS} from catalog.service_standard
where (code, version) in (select * from unnest($1::text[], $2::text[]))
"""
# The version in force, else the latest one the caller may see: $2 its centre, $3 everything.
STANDARD_NOW: Final = f"""
select {STANDARD_COLUMNS} from catalog.service_standard
where code = $1 and (status <> 'DRAFT' or $3 or issuer_code = $2)
order by status <> 'IN_FORCE', created_at desc, version desc limit 1
"""
STANDARD_PAGE: Final = f"select {STANDARD_COLUMNS} from catalog.service_standard"
STANDARD_ORDER: Final = "order by code, created_at desc, version desc"
REQUIREMENT_COLUMNS: Final = "id, text, mandatory, check_kind, parameter"
REQUIREMENTS: Final = f"""
select code, version, {REQUIREMENT_COLUMNS} from catalog.standard_requirement
where (code, version) in (select * from unnest($1::text[], $2::text[]))
order by code, version, ordinal
"""

PRODUCT_COLUMNS: Final = _of(
    "p",
    "id, number, publisher_code, jurisdiction_code, title, summary, kind, provider_uscc, "
    "standard_code, standard_version, issuer_code, response_days, status, version, published_at, "
    f"suspended_by, supersedes, {money_columns('price')}",
)
PRODUCT_PAGE: Final = f"select {PRODUCT_COLUMNS} from catalog.service_product as p"
PRODUCT_COUNT: Final = "select count(*) from catalog.service_product as p"
PRODUCTS: Final = f"{PRODUCT_PAGE} where p.id = any($1)"
# {parent}: a column; {where}: conditions from $3 on. $2 how many per parent at most.
PRODUCTS_OF_PARENTS: Final = f"""
select asked.parent, found.* from unnest($1::text[]) as asked (parent) cross join lateral (
  {PRODUCT_PAGE} {{where}} and {{parent}} = asked.parent order by p.id desc limit $2) as found
order by asked.parent, found.id desc
"""
# Published products that reach a region or industry: $1 its code, $2 how many at most, $3 the kind
# (null: any), $4 what contains it as one text, $5 and $6 the range of codes in it.
PRODUCTS_REACHING: Final = f"""
select asked.parent, found.*
from unnest($1::text[], $4::text[], $5::text[], $6::text[]) as asked (parent, above, low, high)
cross join lateral (
  {PRODUCT_PAGE}
  where p.status = 'PUBLISHED' and ($3::text is null or p.kind = $3) and exists (
    select from catalog.product_region as r
    where r.product_id = p.id
      and (r.region_code = any(string_to_array(asked.above, ' '))
           or r.region_code >= asked.low and r.region_code < asked.high))
  order by p.id desc limit $2) as found
order by asked.parent, found.id desc
"""
PRODUCTS_REACHING_INDUSTRY: Final = PRODUCTS_REACHING.replace(
    "catalog.product_region", "catalog.product_industry"
).replace("region_code", "industry_code")
REACHES_REGION: Final = """
p.id in (select r.product_id from catalog.product_region as r
         where r.region_code = any({}) or r.region_code >= {} and r.region_code < {})
"""
REACHES_INDUSTRY: Final = REACHES_REGION.replace(
    "catalog.product_region", "catalog.product_industry"
).replace("region_code", "industry_code")
REGIONS_OF_PRODUCTS: Final = """
select product_id as parent, region_code from catalog.product_region
where product_id = any($1) order by product_id, ordinal
"""
INDUSTRIES_OF_PRODUCTS: Final = """
select product_id as parent, industry_code from catalog.product_industry
where product_id = any($1) order by product_id, ordinal
"""
FOUNDATIONS_OF_PRODUCTS: Final = f"""
select u.product_id as parent, {_of("f", FOUNDATION_COLUMNS)}
from catalog.product_foundation as u join catalog.data_foundation as f on f.code = u.foundation_code
where u.product_id = any($1) order by u.product_id, u.ordinal
"""
CONFORMANCE_OF_PRODUCTS: Final = f"""
select c.product_id as parent, c.passed, c.detail, {_of("r", REQUIREMENT_COLUMNS)}
from catalog.product_conformance as c
join catalog.standard_requirement as r on r.id = c.requirement_id
where c.product_id = any($1) order by c.product_id, r.ordinal
"""
EVIDENCE_OF_PRODUCTS: Final = """
select product_id as parent, requirement_id, title, reference from catalog.product_evidence
where product_id = any($1) order by product_id, ordinal
"""
PUBLISHED_OF_CENTERS: Final = """
select publisher_code as parent, count(*) as total from catalog.service_product
where publisher_code = any($1) and status = 'PUBLISHED' group by publisher_code
"""
# $2 the kinds of basic services
BASIC_SERVICES_OF_CENTERS: Final = """
select asked.parent, exists (
  select from catalog.service_product as p
  where p.publisher_code = asked.parent and p.status = 'PUBLISHED' and p.kind = any($2)) as met
from unnest($1::text[]) as asked (parent)
"""
