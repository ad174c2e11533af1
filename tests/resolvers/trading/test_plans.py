"""The statements of trading read by index, also where most of a table is of no interest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from resolvers.database.pool import Database
from resolvers.trading import facts_sql, screening_sql, sql
from resolvers.trading.commands import match_sql
from resolvers.trading.commands import sql as commands_sql
from resolvers.trading.lists import (
    ListingFilterRow,
    OpenLicenceFilterRow,
    list_listings,
    list_open_licences,
)
from resolvers.trading.sight import PUBLIC, Sight
from resolvers.trading.workflows.listing import ON_OFFER

ROWS = 20_000
TODAY = date(2024, 6, 15)
# 776 IPC classes, some 26 rows in each
KLASS = "chr(65 + n % 8) || lpad((n % 97 + 1)::text, 2, '0')"
FILL = f"""
insert into trading.patent_facts
select 'CN2015' || lpad(n::text, 9, '0'), {KLASS} || 'K26/21',
  array[{KLASS} || 'K26/21'], (440000 + n % 900)::text
from generate_series(1, {ROWS}) as n;
insert into trading.listing (platform_code, number, title, seller_name, seller_name_key, deal,
  trading_method, price_amount, price_kind, industry_code, region_code, listed_from, listed_to,
  status, matched_at, jurisdiction_code, source_system, confidence, content_hash)
select 'FT-' || (110000 + n % 100) || '-01', n::text, 'p', 'x', 'x', 'TRANSFER', 'LISTING',
  n * 100, 'FIXED', 'C' || (1300 + n % 1500), (440000 + n % 900)::text,
  date '2020-01-01' + n % 1000, date '2024-06-10' + n % 2000,
  case when n % 50 = 0 then 'DRAFT' else 'LISTED' end, case when n % 99 > 0 then now() end,
  (440000 + n % 900)::text, 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
insert into trading.listing_patent
select id, 0, 'CN2015' || lpad(number, 9, '0') from trading.listing;
insert into trading.listing_class
select left(f.main_ipc, 3), p.listing_id from trading.listing_patent as p
join trading.patent_facts as f using (application_number);
insert into trading.demand (number, title, demander_name, demander_name_key, industry_code,
  budget_kind, valid_until, status, matched_at, source_system, confidence, content_hash)
select n::text, 't', 'x', 'x', 'C' || (1300 + n % 1500), 'NEGOTIABLE', date '2024-06-10' + n % 1000,
  'OPEN', case when n % 99 > 0 then now() end, 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
insert into trading.demand_class
select {KLASS}, d.id from trading.demand as d, lateral (select d.number::integer as n) as of_it;
insert into trading.match (listing_id, demand_id, score, components)
select l.id, d.id, 0.5, '[]' from trading.listing as l join trading.demand as d using (number);
insert into trading.open_licence_statement (statement_number, application_number, fee_mode,
  fee_amount, fee_kind, term_from, term_to, status, filed_by_center, source_system, confidence,
  content_hash)
select 'KF' || n, 'CN2015' || lpad(n::text, 9, '0'), 'FIXED', n * 10, 'FIXED',
  date '2024-06-01' + n % 1000, date '2024-06-10' + n % 2000,
  case when n % 50 = 0 then 'FILED' else 'IN_FORCE' end,
  case when n % 100 = 0 then 'FT-440300-01' end, 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
insert into trading.listing_screening (listing_id, run_at, cause, run_by, outcome)
select id, now(), 'REQUEST', 'x', 'PASS' from trading.listing;
insert into trading.screening_finding (screening_id, ordinal, rule, outcome, message)
select id, 0, 'FROZEN', 'PASS', 'm' from trading.listing_screening;
insert into trading.deal (platform_code, kind, seller_name, seller_name_key, buyer_name,
  buyer_name_key, price_amount, price_kind, signed_on, source_system, number, confidence,
  content_hash)
select 'FT-' || (110000 + n % 100) || '-01', 'TRANSFER', 'x', 'x', 'y', 'y', n, 'FIXED',
  date '2020-01-01' + n % 1600, 's', n::text, 'CENTER', 'h' from generate_series(1, {ROWS}) as n;
insert into trading.deal_patent (deal_id, ordinal, application_number, ipc_subclass)
select d.id, 0, 'CN2015' || lpad(d.number, 9, '0'), {KLASS} || 'K'
from trading.deal as d, lateral (select d.number::integer as n) as of_it;
insert into trading.licence_record (record_number, licence_type, recorded_on, source_system,
  confidence, content_hash)
select 'X' || n, 'COMMON', '2020-01-01', 's', 'CENTER', 'h' from generate_series(1, {ROWS}) as n;
insert into trading.licence_patent (record_number, application_number, ordinal, source_system,
  confidence, content_hash)
select 'X' || n, 'CN2015' || lpad(n::text, 9, '0'), 0, 's', 'CENTER', 'h'
from generate_series(1, {ROWS}) as n;
analyze;
"""
NUMBERS = [f"CN2015{n:09d}" for n in range(1, 6)]
IDS = [UUID(int=n) for n in range(1, 6)]
SHENZHEN = Sight(low="4403", high="4403\U0010ffff")
CLASSES = ["E21"]


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> Database:
    for statement in FILL.split(";\n"):
        if statement.strip():
            await module_database.execute("test.fill", statement)
    return module_database


STATEMENTS: list[tuple[str, str, list[object]]] = [
    ("licences", facts_sql.LICENCES, [NUMBERS, TODAY]),
    ("statements", facts_sql.STATEMENTS, [NUMBERS]),
    ("others", facts_sql.OTHER_LISTINGS, [NUMBERS, IDS[0], list(ON_OFFER)]),
    ("prices", facts_sql.SOLD_PRICES, [NUMBERS, date(2022, 6, 15)]),
    ("listing candidates", match_sql.LISTING_CANDIDATES, [CLASSES, "C130", "C130~", 50]),
    ("demand candidates", match_sql.DEMAND_CANDIDATES, [CLASSES, "C130", "C130~", 50]),
    ("no industry", match_sql.DEMAND_CANDIDATES, [CLASSES, None, None, 50]),
    ("unmatched listings", match_sql.UNMATCHED_LISTINGS, [200]),
    ("unmatched demands", match_sql.UNMATCHED_DEMANDS, [200]),
    ("due listings", commands_sql.DUE_LISTINGS, [TODAY, 200]),
    ("due demands", commands_sql.DUE_DEMANDS, [TODAY, 200]),
    ("due statements", commands_sql.DUE_STATEMENTS, [TODAY, 200]),
    ("beginning", commands_sql.BEGINNING_STATEMENTS, [TODAY, 200]),
    ("offered with", commands_sql.OFFERED_WITH, [NUMBERS[0], list(ON_OFFER)]),
    ("screenings", screening_sql.SCREENINGS_OF_LISTINGS, [IDS, 100]),
    ("findings", screening_sql.FINDINGS, [IDS]),
    ("matches of listings", screening_sql.MATCHES_OF_LISTINGS, [IDS, 0.5, 200]),
    ("matches of demands", screening_sql.MATCHES_OF_DEMANDS, [IDS, 0.5, 200]),
    ("listings by id", sql.LISTINGS, [IDS, *PUBLIC.parameters]),
    ("of patents", sql.LISTINGS_OF_PATENTS, [NUMBERS, None, *SHENZHEN.parameters]),
    (
        "of centres",
        sql.LISTINGS_OF_CENTERS,
        [["FT-110007-01"], None, 20, *PUBLIC.parameters],
    ),
    ("in regions", sql.LISTINGS_IN_REGIONS, [["440305"], ["440305"], ["440306"]]),
    ("in industries", sql.LISTINGS_IN_INDUSTRIES, [["C1301"], ["C1301"], ["C1302"]]),
    ("demands in", sql.DEMANDS_IN_INDUSTRIES, [["C1301"], ["C1301"], ["C1302"]]),
    ("statements in", sql.OPEN_LICENCES_IN_REGIONS, [["440305"], ["440305"], ["440306"]]),
    ("count of centres", sql.LISTINGS_OF_CENTERS_COUNT, [["FT-110007-01"]]),
    ("deal totals", sql.DEAL_TOTALS_OF_CENTERS, [["FT-110007-01"], TODAY, None]),
    ("warnings", sql.STATEMENT_WARNINGS, [NUMBERS]),
]
SMALL = {"statement_warning", "screening_total"}
"""Tables that are empty here: reading them whole is right."""


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [pytest.param(text, parameters, id=name) for name, text, parameters in STATEMENTS],
)
async def test_no_table_is_read_whole(
    filled: Database, statement: str, parameters: list[object]
) -> None:
    nodes = await explain(filled, statement, parameters)
    whole = {node["Relation Name"] for node in nodes if node["Node Type"].endswith("Seq Scan")}
    assert whole <= SMALL, whole


@pytest.mark.parametrize(
    ("statement", "parameters", "index"),
    [
        (sql.LISTINGS_IN_REGIONS, [["440305"], ["440305"], ["440306"]], "listing_active_region"),
        (sql.LISTINGS_IN_INDUSTRIES, [["C1301"], ["C1301"], ["C1302"]], "listing_active_industry"),
        (sql.DEMANDS_IN_INDUSTRIES, [["C1301"], ["C1301"], ["C1302"]], "demand_active_industry"),
        (
            sql.OPEN_LICENCES_IN_REGIONS,
            [["440305"], ["440305"], ["440306"]],
            "open_licence_active_region",
        ),
    ],
)
async def test_counts_are_read_from_their_index(
    filled: Database, statement: str, parameters: list[object], index: str
) -> None:
    nodes = await explain(filled, statement, parameters)
    assert index in {node.get("Index Name") for node in nodes}


@pytest.mark.parametrize("sight", [PUBLIC, SHENZHEN, Sight(center="FT-110007-01"), Sight(True)])
async def test_pages_use_their_order_whoever_asks(filled: Database, sight: Sight) -> None:
    for listed, index in (
        (list_listings(ListingFilterRow(), sight), "listing_newest"),
        (list_open_licences(OpenLicenceFilterRow(), sight), "open_licence_newest"),
    ):
        query = listed.prepare(20, None)
        nodes = await explain(filled, query.sql, list(query.parameters))
        assert index in {node.get("Index Name") for node in nodes}


async def explain(database: Database, text: str, parameters: list[object]) -> list[dict[str, Any]]:
    """Return the nodes of the plan."""
    [record] = await database.fetch("test.explain", f"explain (format json) {text}", *parameters)
    return list(walk(record[0][0]["Plan"]))


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)
