"""Lists of centres are answered from indexes: plans over 20,000 centres, as the program asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.platforms import sql
from resolvers.platforms.lists import CenterFilterRow, list_centers

FILL = """
insert into platforms.operation_center (code, kind, function, name, name_scheme, host_uscc,
  region_code, jurisdiction_code, status, source_system, confidence, content_hash)
select case when n % 100 = 0 then 'FT' when n % 100 = 1 then 'RC' else 'IC' end
    || '-' || 100000 + n || '-01',
  case when n % 100 = 0 then 'FUNCTIONAL' when n % 100 = 1 then 'REGIONAL' else 'INDUSTRY' end,
  case when n % 100 = 0 then (array['TRADING_SERVICE', 'SUPPORT_TOOL'])[n / 100 % 2 + 1] end,
  'x', 'NOTICE_2022_1002', 'h' || n % 2000, (100000 + n)::text, (n % 37)::text,
  case when n % 50 = 0 then 'PILOT' else 'RECOGNISED' end, 's', 'CENTER', 'h'
from generate_series(1, 20000) as n;
insert into platforms.center_industry
select code, 0, 'C' || (1300 + substr(code, 4, 6)::int % 1500) from platforms.operation_center;
"""


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> Database:
    await module_database.execute("test.fill", FILL)
    await module_database.execute("test.analyze", "analyze")
    return module_database


async def explain(database: Database, statement: str, *parameters: object) -> list[dict[str, Any]]:
    """Return the nodes of the plan."""
    [record] = await database.fetch(
        "test.explain", f"explain (format json) {statement}", *parameters
    )
    return list(walk(record[0][0]["Plan"]))


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def read_whole(nodes: list[dict[str, Any]]) -> list[str]:
    return [node["Relation Name"] for node in nodes if node["Node Type"].endswith("Seq Scan")]


@pytest.mark.parametrize(
    "wanted",
    [
        CenterFilterRow(),
        CenterFilterRow(kind="REGIONAL"),
        CenterFilterRow(function="SUPPORT_TOOL"),
        CenterFilterRow(circle="CORE"),
        CenterFilterRow(region="110101"),
        CenterFilterRow(industry="C1301"),
        CenterFilterRow(status="PILOT"),
        CenterFilterRow(kind="FUNCTIONAL", status="PILOT"),
    ],
    ids=lambda wanted: str(wanted).removeprefix("CenterFilterRow"),
)
async def test_pages(filled: Database, wanted: CenterFilterRow) -> None:
    query = list_centers(wanted).prepare(20, None)
    nodes = await explain(filled, query.sql, *query.parameters)
    assert not read_whole(nodes), query.sql
    page = await list_centers(wanted).load_page(filled, 2, None)
    following = await list_centers(wanted).load_page(filled, 2, page.end_cursor)
    codes = [row["code"] for row in (*page.rows, *following.rows)]
    assert codes == sorted(set(codes))
    assert codes


@pytest.mark.parametrize(
    ("statement", "parameters", "index"),
    [
        (sql.CENTERS_OF_HOSTS, [["h1", "h2"], 1000], "operation_center_host"),
        (
            sql.CENTERS_OF_JURISDICTIONS,
            [["1", "2"], "PILOT", 1000],
            "operation_center_jurisdiction",
        ),
        (
            sql.CENTERS_IN_REGIONS,
            [["110101"], ["110101"], ["110102"], None, 1000],
            "operation_center_region",
        ),
        (
            sql.CENTERS_IN_INDUSTRIES,
            [["C1301"], ["C1301"], ["C1302"], 1000],
            "center_industry_code",
        ),
    ],
    ids=["hosts", "jurisdictions", "regions", "industries"],
)
async def test_lists_of_parents(
    filled: Database, statement: str, parameters: list[object], index: str
) -> None:
    nodes = await explain(filled, statement, *parameters)
    assert index in {node.get("Index Name") for node in nodes}
    # the width of a range of industries is unknown beforehand, so the few centres may be hashed
    assert "center_industry" not in read_whole(nodes), statement
    if statement is not sql.CENTERS_IN_INDUSTRIES:
        assert not read_whole(nodes), statement
