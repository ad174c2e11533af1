"""Statements over the tables of `reference`; `= any($1)` takes the keys of one batch."""

from __future__ import annotations

from typing import Final

REGION_COLUMNS: Final = (
    "r.code, r.name, r.full_name, r.level, r.status, r.valid_from, r.valid_to, r.parent_code"
)

REGIONS_AT: Final = f"""
select distinct on (asked.code, asked.year) asked.year, {REGION_COLUMNS}
from unnest($1::text[], $2::int[]) as asked (code, year)
join reference.region as r on r.code = asked.code and r.valid_from <= asked.year
order by asked.code, asked.year, r.valid_from desc
"""

CHILDREN_AT: Final = f"""
select asked.code as asked_code, asked.year, {REGION_COLUMNS}
from unnest($1::text[], $2::int[]) as asked (code, year)
join reference.region as r on r.parent_code = asked.code
  and r.valid_from <= asked.year and (r.valid_to is null or r.valid_to > asked.year)
order by r.code
"""

SUCCESSORS: Final = """
select s.code, s.valid_from, s.successor_code
from unnest($1::text[], $2::int[]) as asked (code, valid_from)
join reference.region_successor as s
  on s.code = asked.code and s.valid_from = asked.valid_from
order by s.code, s.valid_from, s.ordinal
"""

REGION_PAGE: Final = f"select {REGION_COLUMNS} from reference.region as r"
REGION_COUNT: Final = "select count(*) from reference.region as r"

_JURISDICTION: Final = "code, name, kind, lead_office, region_code"
JURISDICTIONS: Final = f"""
select {_JURISDICTION} from reference.jurisdiction where code = any($1) order by code
"""
JURISDICTIONS_OF_REGIONS: Final = f"""
select {_JURISDICTION} from reference.jurisdiction where region_code = any($1) order by code
"""
ALL_JURISDICTIONS: Final = f"select {_JURISDICTION} from reference.jurisdiction"

_INDUSTRY: Final = "code, name, level, revision, parent_code"
INDUSTRIES: Final = f"select {_INDUSTRY} from reference.industry where code = any($1)"
INDUSTRY_CHILDREN: Final = f"""
select {_INDUSTRY} from reference.industry where parent_code = any($1) order by code
"""
ALL_INDUSTRIES: Final = f"select {_INDUSTRY} from reference.industry"

IPC_CLASSES: Final = """
select symbol, display, level, title_en, title_zh, parent_symbol
from reference.ipc_class where symbol = any($1)
"""

OFFICES: Final = "select code, name_en, name_zh, kind from reference.office where code = any($1)"

ORGANIZATION_COLUMNS: Final = "uscc, name, kind, region_code, industry_code, registration_authority"
ORGANIZATIONS: Final = f"""
select {ORGANIZATION_COLUMNS} from reference.organization where uscc = any($1)
"""
ORGANIZATION_NAMES: Final = """
select uscc, name, valid_from, valid_to
from reference.organization_name where uscc = any($1) order by uscc, ordinal
"""
ORGANIZATION_PAGE: Final = f"select {ORGANIZATION_COLUMNS} from reference.organization"
ORGANIZATION_COUNT: Final = "select count(*) from reference.organization"
