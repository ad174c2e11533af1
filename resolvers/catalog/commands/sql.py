"""Statements with which commands and jobs of the catalogue write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.catalog import sql
from resolvers.value_rows import money_columns

# Standards. All versions of a code are locked at once.
STANDARD_VERSIONS: Final = f"{sql.STANDARD_PAGE} where code = $1 order by version for update"
STANDARD_HELD: Final = f"{sql.STANDARDS} for share"
STANDARD_INSERT: Final = """
insert into catalog.service_standard
  (code, version, title, issuer_code, basis, service_kind, status)
values ($1, $2, $3, $4, $5, $6, 'DRAFT') on conflict do nothing returning code
"""
STANDARD_REWRITE: Final = """
update catalog.service_standard set title = $3, basis = $4, service_kind = $5
where code = $1 and version = $2
"""
STANDARD_MOVE: Final = """
update catalog.service_standard
set status = $3, effective_from = coalesce($4, effective_from), superseded_on = $5,
  replaced_by = coalesce($6, replaced_by)
where code = $1 and version = $2
"""
STANDARD_REPLACED: Final = """
update catalog.service_standard set replaced_by = $2
where code = $1 and status = 'SUPERSEDED' and replaced_by is null
"""
FORGET_REQUIREMENTS: Final = """
delete from catalog.standard_requirement where code = $1 and version = $2
"""
REQUIREMENT: Final = """
insert into catalog.standard_requirement
  (code, version, ordinal, text, mandatory, check_kind, parameter)
values ($1, $2, $3, $4, $5, $6, $7)
"""
KNOWN_FOUNDATIONS: Final = "select code from catalog.data_foundation where code = any($1)"

# Grants.
GRANT_LOCK: Final = (
    f"select {sql.GRANT_COLUMNS} from {sql.GRANT_FROM} where g.id = $1 for update of g"
)
GRANT_INSERT: Final = """
insert into catalog.data_access_grant
  (foundation_code, grantee_code, jurisdiction_code, purpose, status, fields)
values ($1, $2, $3, $4, 'REQUESTED', $5)
on conflict (foundation_code, grantee_code) where status in ('REQUESTED', 'APPROVED') do nothing
returning id
"""
GRANT_MOVE: Final = """
update catalog.data_access_grant
set status = $2, valid_from = coalesce($3, valid_from), valid_to = coalesce($4, valid_to),
  decided_by = coalesce($5, decided_by)
where id = $1
"""
# $1 today
GRANTS_DUE: Final = """
select id, case when valid_to < $1 then 'EXPIRE' else 'ACTIVATE' end as action
from catalog.data_access_grant
where status = 'APPROVED' or status = 'ACTIVE' and valid_to < $1
order by id
"""
GRANT_USED: Final = """
update catalog.data_access_grant as g
set requests = g.requests + used.requests, records = g.records + used.records,
  last_used_at = greatest(g.last_used_at, used.at)
from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::timestamptz[])
  as used (id, requests, records, at)
where g.id = used.id
"""

# Products. What a product may use: $1 codes, $2 its publisher, $3 today.
USABLE_FOUNDATIONS: Final = """
select f.code, (
    f.openness = 'OPEN' or coalesce(f.provider_code = $2, false) or exists (
      select from catalog.data_access_grant as g
      where g.foundation_code = f.code and g.grantee_code = $2 and g.status = 'ACTIVE'
        and (g.valid_to is null or g.valid_to >= $3))) as usable
from catalog.data_foundation as f where f.code = any($1)
"""
PRODUCT: Final = f"{sql.PRODUCT_PAGE} where p.id = $1"
PRODUCT_LOCK: Final = f"{PRODUCT} for update"
PRODUCT_NUMBER: Final = """
insert into catalog.product_number (publisher_code, last) values ($1, 1)
on conflict (publisher_code) do update set last = catalog.product_number.last + 1 returning last
"""
_CONTENT: Final = (
    "title, summary, kind, provider_uscc, standard_code, standard_version, issuer_code, "
    f"response_days, {money_columns('price')}"
)
PRODUCT_INSERT: Final = f"""
insert into catalog.service_product
  (number, publisher_code, jurisdiction_code, status, {_CONTENT})
values ($1, $2, $3, 'DRAFT', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
  $19) returning id
"""
PRODUCT_REWRITE: Final = f"""
update catalog.service_product set version = version + 1, ({_CONTENT}) =
  ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
where id = $1
"""
PRODUCT_MOVE: Final = """
update catalog.service_product
set status = $2, version = version + 1, suspended_by = $3,
  published_at = coalesce($4, published_at)
where id = $1
"""
# $2 the number of the new version
PRODUCT_COPY: Final = f"""
insert into catalog.service_product
  (number, publisher_code, jurisdiction_code, status, supersedes, {_CONTENT})
select $2, publisher_code, jurisdiction_code, 'DRAFT', id, {_CONTENT}
from catalog.service_product where id = $1 returning id
"""
CODE_TABLES: Final[Mapping[str, str]] = {
    "product_region": "region_code",
    "product_industry": "industry_code",
    "product_foundation": "foundation_code",
}
"""Tables of the codes a product names → their column."""
CODES_OF: Final = {
    table: f"select {column} as code from catalog.{table} where product_id = $1 order by ordinal"
    for table, column in CODE_TABLES.items()
}
ADD_CODE: Final = {
    table: f"insert into catalog.{table} (product_id, ordinal, {column}) values ($1, $2, $3)"
    for table, column in CODE_TABLES.items()
}
FORGET: Final = {
    table: f"delete from catalog.{table} where product_id = $1"
    for table in (*CODE_TABLES, "product_evidence", "product_conformance")
}
COPY_CHILDREN: Final = {
    table: f"insert into catalog.{table} select $2::uuid, ordinal, {columns} from catalog.{table}"
    " where product_id = $1"
    for table, columns in {
        **CODE_TABLES,
        "product_evidence": "requirement_id, title, reference",
    }.items()
}
COPY_RESULTS: Final = """
insert into catalog.product_conformance
select $2::uuid, c.requirement_id, c.passed and r.check_kind <> 'MANUAL', c.detail
from catalog.product_conformance as c
join catalog.standard_requirement as r on r.id = c.requirement_id
where c.product_id = $1
"""
EVIDENCE_OF: Final = """
select requirement_id, title, reference from catalog.product_evidence where product_id = $1
order by ordinal
"""
EVIDENCE: Final = """
insert into catalog.product_evidence (product_id, ordinal, requirement_id, title, reference)
values ($1, $2, $3, $4, $5)
"""
RESULT: Final = """
insert into catalog.product_conformance (product_id, requirement_id, passed, detail)
values ($1, $2, $3, $4)
"""
# The reviewer who approves has judged what was left to judge.
JUDGED: Final = """
update catalog.product_conformance as c set passed = true, detail = null
from catalog.standard_requirement as r
where c.product_id = $1 and r.id = c.requirement_id and r.check_kind = 'MANUAL'
"""
# Of whom the status of the publisher decides: $1 the publisher.
PUBLISHED_BY: Final = f"""
{sql.PRODUCT_PAGE} where p.publisher_code = $1 and p.status = 'PUBLISHED' order by p.id for update
"""
SUSPENDED_WITH: Final = f"""
{sql.PRODUCT_PAGE} where p.publisher_code = $1 and p.status = 'SUSPENDED'
  and p.suspended_by = 'CENTER_STATUS' order by p.id for update
"""
PUBLISHED_ON: Final = f"""
{sql.PRODUCT_PAGE}
where p.standard_code = $1 and p.standard_version = $2 and p.status = 'PUBLISHED'
order by p.id for update
"""
# Standards superseded before $1 that still have published products.
LAPSED: Final = """
select s.code, s.version from catalog.service_standard as s
where s.status = 'SUPERSEDED' and s.superseded_on < $1 and exists (
  select from catalog.service_product as p
  where p.standard_code = s.code and p.standard_version = s.version and p.status = 'PUBLISHED')
order by s.code, s.version
"""
REACH_OF: Final = """
select array(select region_code from catalog.product_region where product_id = $1
             order by ordinal) as regions,
  array(select industry_code from catalog.product_industry where product_id = $1
        order by ordinal) as industries
"""

# Data foundations. $1 the provider of a new one.
FOUNDATION_LOCK: Final = f"""
select {sql.FOUNDATION_COLUMNS} from catalog.data_foundation where code = $1 for update
"""
FOUNDATION_SAVE: Final = """
insert into catalog.data_foundation as f (provider_code, code, name, description, topic, openness,
  licence_terms, update_cycle, coverage_from, coverage_to)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (code) do update set name = excluded.name, description = excluded.description,
  openness = excluded.openness, licence_terms = excluded.licence_terms,
  update_cycle = excluded.update_cycle, coverage_from = excluded.coverage_from,
  coverage_to = excluded.coverage_to
returning f.provider_code
"""
FORGET_FIELDS: Final = "delete from catalog.data_foundation_field where foundation_code = $1"
ADD_FIELD: Final = """
insert into catalog.data_foundation_field
  (foundation_code, ordinal, name, name_zh, type, required, sensitivity)
values ($1, $2, $3, $4, $5, $6, $7)
"""
TOPICS: Final = "select distinct topic from catalog.data_foundation"
TOTAL: Final = """
update catalog.data_foundation set record_count = $2, last_refreshed_at = $3 where topic = $1
  and (record_count, last_refreshed_at) is distinct from ($2::bigint, $3::timestamptz)
"""
