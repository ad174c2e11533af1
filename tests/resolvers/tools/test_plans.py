"""Lists of finance and tools are answered from indexes: plans over 20,000 rows."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.finance import sql as finance_sql
from resolvers.finance.lists import list_financing, list_pledges
from resolvers.finance.sight import VISIBLE
from resolvers.identity import ANONYMOUS, Caller, Role
from resolvers.lists import ListQuery
from resolvers.sight import Sight, sight_of
from resolvers.tools import sql as tools_sql
from resolvers.tools.lists import list_credit, list_navigation, list_products
from resolvers.tools.sight import PRODUCT_VISIBLE, RESIDENCY_VISIBLE
from tests.resolvers.test_list_plans import explain, indexes, read_whole

ROWS = 20_000
FILL = f"""
insert into finance.pledge_registration (registration_number, secured_amount, secured_kind,
  registered_on, cancelled_on, source_system, confidence, content_hash)
select 'Y' || n, n * 10, 'FIXED', date '2020-01-01' + n % 1000,
  case when n % 50 = 0 then date '2024-01-01' end, 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
insert into finance.pledge_patent
  (registration_number, application_number, ordinal, source_system, confidence, content_hash)
select 'Y' || n, 'CN' || n, 0, 's', 'CENTER', 'h' from generate_series(1, {ROWS}) as n;
insert into finance.pledge_party
select 'Y' || n, 'PLEDGOR', 0, 'x', 'x', 'F' || n % 2000 from generate_series(1, {ROWS}) as n;
insert into finance.valuation_report (id, method, value_kind, base_date, purpose, appraiser_name,
  platform_code)
select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'COST', 'FIXED',
  date '2020-01-01' + n % 1000, 'PLEDGE', 'x', 'FF-440400-01'
from generate_series(1, {ROWS}) as n;
insert into finance.valuation_patent
select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 0, 'CN' || n
from generate_series(1, {ROWS}) as n;
insert into finance.financing_project (title, kind, applicant_uscc, amount_amount, amount_kind,
  provider_uscc, status, platform_code, jurisdiction_code, submitted_by, applied_on, granted_on)
select 'x', 'EQUITY', 'F' || n % 2000, n, 'FIXED', 'B',
  (array['APPLIED', 'GRANTED', 'REPAID'])[n % 3 + 1], 'FF-' || (110000 + n % 100) || '-01',
  '440000', 'RC-' || (110000 + n % 100) || '-01', date '2020-01-01' + n % 1000,
  case when n % 3 > 0 then date '2021-01-01' + n % 1000 end
from generate_series(1, {ROWS}) as n;
insert into tools.intensive_product (filing_number, name, name_key, filer_uscc, filer_is_holder,
  industry_code, year, status, filed_on, recognised_on, valid_to)
select 'PIP' || n, 'p' || n, 'p' || n, 'F' || n % 2000, true, 'C' || (1300 + n % 1500), 2023,
  case when n % 50 = 0 then 'PUBLIC_NOTICE' else 'RECOGNISED' end, date '2020-01-01' + n % 1000,
  case when n % 50 > 0 then date '2024-01-01' end, case when n % 50 > 0 then date '2027-01-01' end
from generate_series(1, {ROWS}) as n;
insert into tools.intensive_product_patent
select 'PIP' || n, 0, 'CN' || n from generate_series(1, {ROWS}) as n;
insert into tools.navigation_report (report_number, title, kind, industry_code, region_code,
  completed_on, openness, platform_code)
select 'DH' || n, 't', case when n % 50 = 0 then 'R_AND_D' else 'INDUSTRY_PLANNING' end,
  'C' || (1300 + n % 1500), (440000 + n % 900)::text, date '2020-01-01' + n % 1000, 'OPEN', 'FU'
from generate_series(1, {ROWS}) as n;
insert into tools.navigation_ipc
select 'DH' || n, 0, 'B23K' || n % 2000 + 1 || '/21' from generate_series(1, {ROWS}) as n;
insert into tools.credit_evaluation (institution_uscc, platform_code, grade, score, valid_from,
  valid_to, status, published_at)
select 'F' || n % 2000, 'FT-' || (110000 + n % 100) || '-01', 'A', 90, '2024-01-01',
  date '2024-06-01' + n % 1000, case when n % 50 = 0 then 'REVISED' else 'PUBLISHED' end,
  timestamptz '2024-01-01' + n * interval '1 minute'
from generate_series(1, {ROWS}) as n;
insert into tools.residency (institution_uscc, platform_code, category, begins_on, status)
select 'F' || n, 'FT-' || (110000 + n % 100) || '-01', 'AGENCY', date '2020-01-01' + n % 1000,
  'ACTIVE'
from generate_series(1, {ROWS}) as n;
"""
ANYBODY: Sight = sight_of(ANONYMOUS)
OFFICE: Sight = sight_of(Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="440000"))


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> Database:
    await module_database.execute("test.fill", FILL)
    await module_database.execute("test.analyze", "analyze")
    return module_database


PAGES: list[tuple[ListQuery, str]] = [
    (list_pledges(None, None, None, None), "pledge_registered"),
    (list_pledges("CN77", None, None, None), "pledge_patent_number"),
    (list_pledges(None, "F77", None, None), "pledge_party_uscc"),
    (list_pledges(None, None, None, "CANCELLED"), "pledge_status"),
    (list_financing(None, None, ANYBODY), "financing_"),
    (list_financing(None, None, OFFICE), "financing_newest"),
    (list_financing("APPLIED", None, OFFICE), "financing_status"),
    (list_financing(None, "FF-110007-01", ANYBODY), "financing_platform"),
    (list_financing("GRANTED", "FF-110007-01", ANYBODY), "financing_platform_status"),
    (list_products(None, None, None, ANYBODY), "intensive_product_newest"),
    (list_products("C1301", None, None, ANYBODY), "intensive_product_industry"),
    (list_products(None, "PUBLIC_NOTICE", None, ANYBODY), "intensive_product_status"),
    (list_products(None, None, "F77", ANYBODY), "intensive_product_"),
    (list_navigation(None, None, None, None), "navigation_newest"),
    (list_navigation("R_AND_D", None, None, None), "navigation_kind"),
    (list_navigation(None, "C1301", None, None), "navigation_industry"),
    (list_navigation(None, None, "440305", None), "navigation_region"),
    (list_navigation(None, None, None, "B23K77/00"), "navigation_ipc_symbol"),
    (list_credit(None, None, None, ANYBODY), "credit_newest"),
    (list_credit("FT-110007-01", None, None, ANYBODY), "credit_platform"),
    (list_credit(None, None, "REVISED", ANYBODY), "credit_status"),
]


@pytest.mark.parametrize(
    ("listed", "index"), PAGES, ids=[f"{listed.name}-{index}" for listed, index in PAGES]
)
async def test_a_list_uses_its_index(filled: Database, listed: ListQuery, index: str) -> None:
    query = listed.prepare(50, None)
    nodes = await explain(filled, query.sql, list(query.parameters))
    assert any(name.startswith(index) for name in indexes(nodes)), (indexes(nodes), query.sql)
    assert not read_whole(nodes)


NUMBERS = [f"CN{n}" for n in range(1, 51)]
FIRMS = [f"F{n}" for n in range(10)]
CENTERS = ["FT-110007-01", "FF-110007-01"]
BATCHES: list[tuple[str, str, list[Any]]] = [
    ("pledges of patents", finance_sql.PLEDGES_OF_PATENTS, [NUMBERS, None]),
    (
        "pledges of organisations",
        finance_sql.PLEDGES_OF_ORGANIZATIONS,
        [FIRMS, None, "PLEDGOR", 1000],
    ),
    ("valuations", finance_sql.VALUATIONS_OF_PATENTS, [NUMBERS]),
    (
        "financing of applicants",
        finance_sql.FINANCING_OF_APPLICANTS,
        [FIRMS, 1000, *VISIBLE.values(ANYBODY)],
    ),
    (
        "financing of centres",
        finance_sql.FINANCING_OF_CENTERS,
        [CENTERS, 1000, *VISIBLE.values(ANYBODY), None],
    ),
    ("money paid out", finance_sql.FINANCED_AMOUNTS, [CENTERS, None, None]),
    (
        "products of patents",
        tools_sql.PRODUCTS_OF_PATENTS,
        [NUMBERS, *PRODUCT_VISIBLE.values(ANYBODY)],
    ),
    (
        "products of filers",
        tools_sql.PRODUCTS_OF_FILERS,
        [FIRMS, 1000, *PRODUCT_VISIBLE.values(ANYBODY)],
    ),
    (
        "reports on regions",
        tools_sql.NAVIGATION_IN_REGIONS,
        [["440305"], ["440305"], ["440306"], 1000],
    ),
    (
        "reports on classes",
        tools_sql.NAVIGATION_IN_CLASSES,
        [["B23K77"], ["B23K77/"], ["B23K770"], 1000],
    ),
    (
        "residencies of institutions",
        tools_sql.RESIDENCIES_OF_INSTITUTIONS,
        [FIRMS, 1000, *RESIDENCY_VISIBLE.values(ANYBODY)],
    ),
    (
        "residents of platforms",
        tools_sql.RESIDENCIES_OF_PLATFORMS,
        [CENTERS, 1000, *RESIDENCY_VISIBLE.values(ANYBODY), "ACTIVE"],
    ),
]


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [batch[1:] for batch in BATCHES],
    ids=[batch[0] for batch in BATCHES],
)
async def test_a_batch_reads_no_table_whole(
    filled: Database, statement: str, parameters: list[Any]
) -> None:
    assert not read_whole(await explain(filled, statement, parameters))


async def test_the_credit_in_force_uses_its_index(filled: Database) -> None:
    from_day = "select date '2024-06-15'"
    day = await filled.fetchval("test.day", from_day)
    nodes = await explain(filled, tools_sql.CREDIT_OF_ORGANIZATIONS, [FIRMS, day, None])
    assert "credit_institution" in indexes(nodes)
    assert not read_whole(nodes)
