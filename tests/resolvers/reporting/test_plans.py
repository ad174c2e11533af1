"""Batches of keys are answered from indexes: plans over 8,000 reports of 200 centres."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.reporting import sql

CENTERS = [f"FT-{n}-01" for n in range(110000, 110020)]

FILL = """
insert into reporting.business_report (number, center_code, period_kind, period_label,
  period_from, period_to, year, status, due_on, region_code, jurisdiction_code, industry_codes,
  created_at, updated_at)
select n || '/' || year || '/' || q, 'FT-' || (110000 + n) || '-01', 'QUARTER', year || '-Q' || q,
  make_date(year, q * 3 - 2, 1), make_date(year, q * 3, 28), year,
  case when n % 50 = 0 then 'SUBMITTED' else 'LOCKED' end, make_date(year, q * 3, 28),
  (110000 + n)::text, (110000 + n)::text, '{}', now(), now()
from generate_series(1, 200) as n, generate_series(2014, 2023) as year, generate_series(1, 4) as q;
insert into reporting.report_value (report_id, indicator_code, value)
select id, code, 1 from reporting.business_report, (select code from reporting.indicator limit 5) i;
insert into reporting.report_issue select id, 0, null, 'X', 'WARNING', 'x', null
from reporting.business_report;
insert into reporting.indicator_total
select 'REGION', (110000 + n)::text, code, 'QUARTER', make_date(year, q * 3 - 2, 1),
  year || '-Q' || q, 1, 1, now()
from generate_series(1, 200) as n, generate_series(2014, 2023) as year, generate_series(1, 4) as q,
  (select code from reporting.indicator limit 3) as i;
insert into reporting.performance_evaluation (center_code, year, kind, jurisdiction_code, stage,
  created_at, updated_at)
select 'FT-' || (110000 + n) || '-01', year, 'FUNCTIONAL', '110000', 'FINAL', now(), now()
from generate_series(1, 200) as n, generate_series(2004, 2023) as year;
insert into reporting.evaluation_score
select id, n, n::text, 10, null, 1, 1, 1, 'SELF'
from reporting.performance_evaluation, generate_series(1, 6) as n;
insert into reporting.dashboard_tile
select 'REGION', (110000 + n)::text, 'T' || t, 1, '', null, now()
from generate_series(1, 3000) as n, generate_series(1, 5) as t;
"""

SEEN = [False, None, ["110001"]]
CASES: list[tuple[str, list[object]]] = [
    (sql.REPORTS_OF_CENTERS, [CENTERS, *SEEN, 2023, None, 100]),
    (sql.PENDING_REPORTS, [["110050", "110100"], *SEEN, 100]),
    (sql.REPORTS_OF_PERIODS, [CENTERS, ["2023-Q4"] * 20]),
    (sql.SENT_VALUES, [CENTERS, ["2023-Q4"] * 20, ["LOCKED"]]),
    (sql.ACCEPTED_QUARTERS, [CENTERS, ["2023-Q4", "2023-Q3"], ["LOCKED"]]),
    (sql.TOTALS, ["REGION", "TRADE_DEAL_COUNT", "QUARTER", date(2023, 10, 1), ["110001"]]),
    (sql.TREND, ["TRADE_DEAL_COUNT", "QUARTER", date(2023, 1, 1), date(2023, 10, 1), ["110001"]]),
    (sql.EVALUATIONS_OF_CENTERS, [2023, CENTERS]),
    (sql.TILES, ["REGION", ["110001", "110002"]]),
]


@pytest.fixture(scope="module")
async def filled(module_database: Database) -> Database:
    await module_database.execute("test.fill", FILL)
    await module_database.execute("test.analyze", "analyze")
    return module_database


@pytest.mark.parametrize(("statement", "parameters"), CASES, ids=range(len(CASES)))
async def test_a_batch_uses_indexes(
    filled: Database, statement: str, parameters: list[object]
) -> None:
    assert read_whole(await plan(filled, statement, parameters)) <= {"indicator"}


async def test_what_hangs_on_reports_uses_indexes(filled: Database) -> None:
    ids = await filled.fetch("test.ids", "select id from reporting.business_report limit 20")
    for statement in (sql.VALUES_OF_REPORTS, sql.ISSUES_OF_REPORTS):
        found = await plan(filled, statement, [[row["id"] for row in ids]])
        assert read_whole(found) <= {"indicator"}
    ids = await filled.fetch("test.ids", "select id from reporting.performance_evaluation limit 9")
    assert not read_whole(await plan(filled, sql.SCORES, [[row["id"] for row in ids]]))


async def plan(database: Database, statement: str, parameters: list[object]) -> dict[str, Any]:
    [record] = await database.fetch(
        "test.explain", f"explain (format json) {statement}", *parameters
    )
    found: dict[str, Any] = record[0][0]["Plan"]
    return found


def read_whole(node: dict[str, Any]) -> set[str]:
    return {each["Relation Name"] for each in walk(node) if each["Node Type"].endswith("Seq Scan")}


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)
