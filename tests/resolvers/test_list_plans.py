"""The big lists are answered from indexes: plans over 20,000 rows, as the program asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.pull_queue import OF_SOURCES
from resolvers.lists import ListQuery
from resolvers.patents import sql as patents_sql
from resolvers.patents.holdings import HoldingFilter, HoldingPage
from resolvers.patents.lists import PatentFilterRow, list_patents
from resolvers.reference.pages import list_organizations, list_regions
from resolvers.reporting import sql as reporting_sql
from resolvers.reporting.data_sources import list_data_sources
from resolvers.reporting.lists import list_batches, list_reports, list_rows
from resolvers.reporting.rules.periods import Period, PeriodKind
from resolvers.reporting.sight import EVERYTHING, Sight
from resolvers.trading import sql as trading_sql
from resolvers.trading.lists import (
    ListingFilterRow,
    OpenLicenceFilterRow,
    list_demands,
    list_listings,
    list_open_licences,
)
from resolvers.trading.sight import PUBLIC

TODAY = date(2024, 6, 15)
ROWS = 20_000
QUARTER = Period(PeriodKind.QUARTER, 2023, 4)

FILL = f"""
insert into patents.patent (application_number, office_code, kind, title, filing_date, grant_date,
  expiry_date, main_ipc, applicant_region, legal_status, source_system, confidence, content_hash)
select 'CN2015' || lpad(n::text, 9, '0'), 'CN',
  (array['INVENTION', 'UTILITY_MODEL', 'DESIGN'])[n % 3 + 1],
  '一种第' || n || '号' || (array['激光', '电池', '齿轮', '阀门'])[n % 4 + 1] || '装置',
  date '2015-01-01' + n % 3000, case when n % 2 = 0 then date '2016-01-01' + n % 3000 end,
  date '2035-01-01' + n % 3000, 'B23K26/21', (440000 + n % 900)::text,
  (array['IN_FORCE', 'PENDING', 'EXPIRED', 'INVALIDATED'])[n % 4 + 1], 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
insert into patents.patent_party
select 'CN2015' || lpad(n::text, 9, '0'), 'HOLDER', 0, '示例第' || n % 2000 || '号有限公司',
  '示例第' || n % 2000 || '号有限公司', '91440305MA' || lpad((n % 2000)::text, 8, '0')
from generate_series(1, {ROWS}) as n;
insert into patents.patent_ipc
select 'CN2015' || lpad(n::text, 9, '0'), 0, 'B23K' || n % 2000 + 1 || '/21'
from generate_series(1, {ROWS}) as n;
insert into patents.patent_industry
select 'CN2015' || lpad(n::text, 9, '0'), 0, 'C' || (1300 + n % 1500)
from generate_series(1, {ROWS}) as n;

insert into trading.patent_facts
select 'CN2015' || lpad(n::text, 9, '0'), null, '{{}}', (440000 + n % 900)::text
from generate_series(1, {ROWS}) as n;
insert into trading.patent_facts_ipc
select 'CN2015' || lpad(n::text, 9, '0'), 'B23K' || n % 2000 + 1 || '/21'
from generate_series(1, {ROWS}) as n;
insert into trading.listing (platform_code, number, title, seller_name, seller_name_key,
  seller_uscc, deal, trading_method, price_amount, price_kind, industry_code, region_code,
  listed_from, listed_to, status, source_system, confidence, content_hash)
select 'FT-' || (110000 + n % 100) || '-01', n::text,
  '项目' || n || (array['激光', '电池', '齿轮', '阀门'])[n % 4 + 1], 'x', 'x',
  '91440305MA' || lpad((n % 2000)::text, 8, '0'), 'TRANSFER', 'LISTING', n * 100, 'FIXED',
  'C' || (1300 + n % 1500), (440000 + n % 900)::text, date '2020-01-01' + n % 1000,
  date '2030-01-01', case when n % 50 = 0 then 'SUSPENDED' else 'LISTED' end, 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
insert into trading.listing_patent
select id, 0, 'CN2015' || lpad(number, 9, '0') from trading.listing;
insert into trading.open_licence_statement (statement_number, application_number, fee_mode,
  fee_amount, fee_kind, term_from, term_to, status, source_system, confidence, content_hash)
select 'KF' || n, 'CN2015' || lpad(n::text, 9, '0'), 'FIXED', n * 10, 'FIXED',
  date '2020-01-01' + n % 1000, date '2030-01-01',
  case when n % 50 = 0 then 'WITHDRAWN' else 'IN_FORCE' end, 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
insert into trading.open_licence_party
select 'KF' || n, 0, 'x', 'x', '91440305MA' || lpad((n % 2000)::text, 8, '0')
from generate_series(1, {ROWS}) as n;
insert into trading.demand (number, title, demander_name, demander_name_key, demander_uscc,
  industry_code, budget_kind, valid_until, status, source_system, confidence, content_hash)
select n::text, 't', 'x', 'x', '91440305MA' || lpad((n % 2000)::text, 8, '0'),
  'C' || (1300 + n % 1500), 'NEGOTIABLE', date '2024-01-01' + n % 1000, 'OPEN', 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;

insert into reference.organization (uscc, name, name_key, kind, region_code, industry_code,
  source_system, confidence, content_hash)
select '91440305MA' || lpad(n::text, 8, '0'), '示例第' || n || '号有限公司', n::text,
  case when n % 100 = 0 then 'BANK' else 'ENTERPRISE' end, (440000 + n % 900)::text,
  'C' || (1300 + n % 1500), 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
insert into reference.region (code, valid_from, name, full_name, level, status, parent_code)
select (100000 + n)::text, 1981, '第' || n || '区', '示例省第' || n || '区', 'COUNTY', 'ACTIVE',
  (100000 + n / 100 * 100)::text
from generate_series(1, {ROWS}) as n;

insert into reporting.ingest_batch (center_code, source_name, feed, sha256, received_at, status)
select 'FT-' || (110000 + n % 100) || '-01', 's', 'PATENT', md5(n::text) || md5(n::text),
  timestamptz '2024-01-01' + n * interval '1 minute', 'LOADED'
from generate_series(1, {ROWS // 10}) as n;
insert into reporting.source (code, name, center_code, kind, feed, precedence)
select 's-' || n, 'x', 'FT-' || (110000 + n % 100) || '-01', 'rest', 'PATENT', 'CENTER'
from generate_series(1, {ROWS // 10}) as n;
insert into queue.pgqueuer (priority, status, entrypoint, payload)
select 0, 'failed', 'pull:s-' || n, '{{}}' from generate_series(1, {ROWS // 10}) as n;
insert into reporting.business_report (number, center_code, period_kind, period_label,
  period_from, period_to, year, status, due_on, region_code, jurisdiction_code, industry_codes,
  created_at, updated_at)
select n || '/' || year || '/' || q, 'FT-' || (110000 + n) || '-01', 'QUARTER', year || '-Q' || q,
  make_date(year, q * 3 - 2, 1), make_date(year, q * 3, 28), year,
  case when q < 4 then 'LOCKED' when n % 10 = 0 then 'SUBMITTED' else 'ACCEPTED' end,
  make_date(year, q * 3, 28), '110000', (110000 + n)::text, '{{}}', now(), now()
from generate_series(1, 200) as n, generate_series(2014, 2023) as year, generate_series(1, 4) as q;
insert into reporting.ingest_row (batch_id, row_number, outcome, raw, content_hash)
select b.id, n, 'REJECTED', '{{}}', 'h'
from (select id from reporting.ingest_batch limit 200) as b, generate_series(1, 100) as n;
"""
ANALYZE = "analyze"


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> Database:
    await module_database.execute("test.fill", FILL)
    await module_database.execute("test.analyze", ANALYZE)
    return module_database


async def explain(database: Database, sql: str, parameters: list[object]) -> list[dict[str, Any]]:
    """Return the nodes of the plan."""
    [record] = await database.fetch("test.explain", f"explain (format json) {sql}", *parameters)
    return list(walk(record[0][0]["Plan"]))


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def indexes(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in nodes if "Index Name" in node}


def read_whole(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Relation Name"] for node in nodes if node["Node Type"].endswith("Seq Scan")}


def patents(**wanted: Any) -> ListQuery:
    return list_patents(PatentFilterRow(**wanted), TODAY)


def listings(**wanted: Any) -> ListQuery:
    return list_listings(ListingFilterRow(**wanted))


def statements(**wanted: Any) -> ListQuery:
    return list_open_licences(OpenLicenceFilterRow(**wanted))


ONE = "91440305MA00000007"
CASES: list[tuple[ListQuery, str]] = [
    (patents(), "patent_filed"),
    (patents(title_contains="7号激光"), "patent_title_search"),
    (patents(holder_uscc=ONE), "patent_party_uscc"),
    (patents(holder_name_contains="第77号"), "patent_party_name_search"),
    (patents(kind="DESIGN"), "patent_kind"),
    (patents(legal_status="INVALIDATED"), "patent_status"),
    (patents(ipc_prefix="B23K77/00"), "patent_ipc_symbol"),
    (patents(industry="C1301"), "patent_industry_code"),
    (patents(region="440305"), "patent_region"),
    (patents(filed_from=date(2015, 1, 1), filed_to=date(2015, 1, 2)), "patent_filed"),
    (patents(granted_from=date(2016, 1, 1), granted_to=date(2016, 1, 2)), "patent_granted"),
    (patents(order="FILED_OLDEST"), "patent_filed"),
    (patents(order="GRANTED_NEWEST"), "patent_granted"),
    (listings(order="PRICE_LOWEST"), "listing_price_order"),
    (listings(order="PRICE_HIGHEST"), "listing_price_order"),
    (statements(order="FEE_LOWEST"), "open_licence_fee_order"),
    (listings(), "listing_newest"),
    (listings(status="SUSPENDED"), "listing_status"),
    (listings(platform="FT-110007-01"), "listing_platform"),
    (listings(industry="C1301"), "listing_industry"),
    (listings(region="440305"), "listing_region"),
    (listings(ipc_prefix="B23K77/00"), "patent_facts_ipc_symbol"),
    (listings(text="7电池"), "listing_title_search"),
    (statements(), "open_licence_newest"),
    (statements(status="WITHDRAWN"), "open_licence_status"),
    (statements(holder_uscc=ONE), "open_licence_party_uscc"),
    (statements(ipc_prefix="B23K77/00"), "patent_facts_ipc_symbol"),
    (statements(region="440305"), "patent_facts_region"),
    (list_demands(None, None), "demand_newest"),
    (list_demands(None, "C1301"), "demand_industry"),
    (list_organizations("第77号", None, None, None), "organization_name_search"),
    (list_organizations(None, "440305", None, None), "organization_region"),
    (list_organizations(None, None, "C1301", None), "organization_industry"),
    (list_organizations(None, None, None, "BANK"), "organization_kind"),
    (list_regions("100100", None, None, False), "region_parent"),
    (list_regions(None, None, "第77区", False), "region_name_search"),
    (list_batches(None, None, None, EVERYTHING), "ingest_batch_newest"),
    (list_batches("FT-110007-01", "PATENT", None, EVERYTHING), "ingest_batch_center"),
    (list_batches(None, None, None, Sight(center="FT-110007-01")), "ingest_batch_center"),
    (list_data_sources(None, None, EVERYTHING), "source_pkey"),
    (list_data_sources(None, "PATENT", Sight(center="FT-110007-01")), "source_center"),
    (list_reports(None, None, None, EVERYTHING), "business_report_newest"),
    (list_reports(None, QUARTER, "ACCEPTED", EVERYTHING), "business_report_period"),
    (list_reports("110007", None, None, EVERYTHING), "business_report_jurisdiction"),
    (list_reports(None, None, None, Sight(center="FT-110007-01")), "business_report_center"),
    (
        list_reports(None, None, None, Sight(jurisdictions=("110007",))),
        "business_report_jurisdiction",
    ),
]


@pytest.mark.parametrize(
    ("listed", "index"), CASES, ids=[f"{listed.name}-{index}" for listed, index in CASES]
)
async def test_a_page_uses_its_index(filled: Database, listed: ListQuery, index: str) -> None:
    query = listed.prepare(20, None)
    nodes = await explain(filled, query.sql, list(query.parameters))
    # one of two indexes that begin alike may serve: centre, or centre and feed
    assert any(name.startswith(index) for name in indexes(nodes)), (indexes(nodes), query.sql)
    assert not read_whole(nodes)


async def test_the_next_page_starts_at_its_position(filled: Database) -> None:
    listed = patents()
    page = await listed.load_page(filled, 100, None)
    query = listed.prepare(100, page.end_cursor)
    nodes = await explain(filled, query.sql, list(query.parameters))
    [scan] = [node for node in nodes if node.get("Index Name") == "patent_filed"]
    assert "ROW(filing_date, application_number)" in scan["Index Cond"]


async def test_rows_of_a_batch(filled: Database) -> None:
    batch = await filled.fetchval("test.batch", "select batch_id from reporting.ingest_row limit 1")
    query = list_rows(batch, None, None, "REJECTED", None, EVERYTHING).prepare(50, None)
    nodes = await explain(filled, query.sql, list(query.parameters))
    assert "ingest_row_pkey" in indexes(nodes) or "ingest_row_outcome" in indexes(nodes)
    assert not read_whole(nodes)


async def test_rows_that_wait(filled: Database) -> None:
    for sight in (EVERYTHING, Sight(center="FT-110007-01")):
        listed = list_rows(None, None, None, None, None, sight, resolved=False)
        query = listed.prepare(50, None)
        assert not read_whole(await explain(filled, query.sql, list(query.parameters)))
    batch = await filled.fetchval("test.batch", "select batch_id from reporting.ingest_row limit 1")
    query = list_rows(batch, None, None, None, None, EVERYTHING, resolved=False).prepare(50, None)
    nodes = await explain(filled, query.sql, list(query.parameters))
    assert "ingest_row_waiting" in indexes(nodes) or "ingest_row_pkey" in indexes(nodes)
    deliveries: list[object] = [["FT-110007-01", "FT-110008-01"], None, False, 20]
    nodes = await explain(filled, reporting_sql.DELIVERIES_OF_CENTERS, deliveries)
    assert any(name.startswith("ingest_batch_center") for name in indexes(nodes))
    assert not read_whole(nodes)


async def test_batches_of_keys_use_indexes(filled: Database) -> None:
    numbers = [f"CN2015{n:09d}" for n in range(1, 51)]
    usccs = [f"91440305MA{n:08d}" for n in range(10)]
    public = PUBLIC.parameters
    wanted: list[tuple[str, list[object]]] = [
        (trading_sql.LISTINGS_OF_PATENTS, [numbers, None, *public]),
        (trading_sql.OPEN_LICENCES_OF_PATENTS, [numbers]),
        (trading_sql.LICENCES_OF_PATENTS, [numbers, TODAY, True]),
        (trading_sql.TRANSFERS_OF_PATENTS, [numbers]),
        (trading_sql.LISTINGS_OF_SELLERS, [usccs, None, 1000, *public]),
        (trading_sql.OPEN_LICENCES_OF_LICENSORS, [usccs, 1000]),
        (trading_sql.DEMANDS_OF_ORGANIZATIONS, [usccs, 1000]),
        (trading_sql.LISTINGS_IN_REGIONS, [["440305"], ["440305"], ["440306"]]),
    ]
    big = {"listing", "open_licence_statement", "demand", "open_licence_party", "listing_patent"}
    for sql, parameters in wanted:
        nodes = await explain(filled, sql, parameters)
        assert not read_whole(nodes) & big, sql


async def test_jobs_of_sources(filled: Database) -> None:
    nodes = await explain(filled, OF_SOURCES, [["pull:s-1", "pull:s-2"]])
    assert indexes(nodes) == {"pgqueuer_source"}


async def test_holdings_of_several_organisations(filled: Database) -> None:
    usccs = [f"91440305MA{n:08d}" for n in range(5)]
    query = HoldingPage(HoldingFilter(TODAY), 20, None).prepare(usccs)
    nodes = await explain(
        filled,
        patents_sql.HELD_PAGES.format(page=query.sql),
        list(query.parameters),
    )
    assert "patent_party_uscc" in indexes(nodes)
    assert not read_whole(nodes)
