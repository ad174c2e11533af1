"""Lists of the catalogue are answered from indexes: plans over 20,000 products, as it asks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from resolvers.catalog import sql
from resolvers.catalog.lists import ProductFilterRow, list_products
from resolvers.catalog.rules.kinds import BASIC_SERVICES
from resolvers.catalog.sight import Sight
from resolvers.conditions import Conditions
from resolvers.database.pool import Database

FILL = """
insert into catalog.service_standard (code, version, title, basis, service_kind, status)
values ('SS-TST-001', '1.0', 't', '{}', 'VALUATION', 'IN_FORCE');
insert into catalog.service_product (number, publisher_code, jurisdiction_code, title, summary,
  kind, provider_uscc, standard_code, standard_version, issuer_code, price_kind, status)
select 'P' || n, 'IC-' || (100000 + n % 500) || '-01', (100000 + n % 37)::text,
  '第' || n || '号' || (array['激光', '电池', '齿轮', '阀门'])[n % 4 + 1] || '服务', '简介',
  (array['VALUATION', 'INSURANCE', 'PATENT_NAVIGATION'])[n % 3 + 1], 'u' || n % 2000,
  'SS-TST-001', '1.0', 'FF-' || (110000 + n % 100) || '-01', 'FREE',
  (array['PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'DRAFT'])[n % 4 + 1]
from generate_series(1, 20000) as n;
insert into catalog.product_region
select id, 0, (100000 + substr(number, 2)::int % 900)::text from catalog.service_product;
insert into catalog.product_industry
select id, 0, 'C' || (1300 + substr(number, 2)::int % 1500) from catalog.service_product;
insert into catalog.data_access_grant (foundation_code, grantee_code, jurisdiction_code, purpose,
  status) select 'DF-TRANSFER', 'IC-' || (100000 + n % 500) || '-01', '440000', 'x', 'EXPIRED'
from generate_series(1, 20000) as n;
"""
BIG = {"service_product", "product_region", "product_industry", "data_access_grant"}
CENTER = Sight(center="IC-100007-01")
OFFICE = Sight(jurisdiction="100007")
TODAY = date(2024, 6, 15)


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> Database:
    await module_database.execute("test.fill", FILL)
    await module_database.execute("test.analyze", "analyze")
    return module_database


async def explain(database: Database, sql: str, *parameters: object) -> list[dict[str, Any]]:
    """Return the nodes of the plan."""
    [record] = await database.fetch("test.explain", f"explain (format json) {sql}", *parameters)
    return list(walk(record[0][0]["Plan"]))


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def read_whole(nodes: list[dict[str, Any]]) -> set[str]:
    scans = {n["Relation Name"] for n in nodes if n["Node Type"].endswith("Seq Scan")}
    return scans & BIG


@pytest.mark.parametrize("sight", [Sight(), CENTER, OFFICE, Sight(everything=True)])
@pytest.mark.parametrize(
    "wanted",
    [
        ProductFilterRow(),
        ProductFilterRow(status="PUBLISHED"),
        ProductFilterRow(status="DRAFT"),
        ProductFilterRow(kind="VALUATION", status="PUBLISHED"),
        ProductFilterRow(publisher="IC-100007-01"),
        ProductFilterRow(region="100007", status="PUBLISHED"),
        ProductFilterRow(industry="C1307"),
        ProductFilterRow(text="7号电池"),
    ],
)
async def test_a_page_reads_no_table_whole(
    filled: Database, wanted: ProductFilterRow, sight: Sight
) -> None:
    listed = list_products(wanted, sight)
    page = await listed.load_page(filled, 10, None)
    for after in (None, page.end_cursor):
        query = listed.prepare(20, after)
        nodes = await explain(filled, query.sql, *query.parameters)
        assert not read_whole(nodes), query.sql


async def test_batches_of_keys_read_no_table_whole(filled: Database) -> None:
    codes = [f"IC-{100000 + n}-01" for n in range(20)]
    seen = Conditions(["true"], [codes, 1000])
    CENTER.limit_products(seen, None)
    by_publisher = sql.PRODUCTS_OF_PARENTS.format(where=seen.sql, parent="p.publisher_code")
    wanted: list[tuple[str, list[object]]] = [
        (sql.PUBLISHED_OF_CENTERS, [codes]),
        (sql.BASIC_SERVICES_OF_CENTERS, [codes, list(BASIC_SERVICES)]),
        (sql.GRANTS_OF_GRANTEES, [codes, 1000, "ACTIVE", TODAY]),
        (by_publisher, seen.parameters),
    ]
    for statement, parameters in wanted:
        nodes = await explain(filled, statement, *parameters)
        assert not read_whole(nodes), statement


@pytest.mark.parametrize(
    ("statement", "code", "above", "low", "high"),
    [
        (sql.PRODUCTS_REACHING, "100007", "100007 100000 000000", "100007", "100008"),
        (sql.PRODUCTS_REACHING_INDUSTRY, "C1308", "C1308 C130 C13 C", "C1308", "C1309"),
    ],
)
async def test_what_reaches_a_place_is_found_in_time(
    filled: Database, statement: str, code: str, above: str, low: str, high: str
) -> None:
    """50 places in one batch, as many products each as the program asks for; a generous bound."""
    many = 50
    started = asyncio.get_running_loop().time()
    rows = await filled.fetch(
        "test.reaching", statement, [code] * many, 1_000, None, [above] * many, [low] * many,
        [high] * many,
    )  # fmt: skip
    assert len(rows) > 0
    assert asyncio.get_running_loop().time() - started < 5
