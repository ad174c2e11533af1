"""The demo's reports, evaluations and boards: what the example journeys show of this subgraph."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapters.demo import demo_sources, pull_demo
from resolvers.database.pool import Database
from resolvers.hub.worker import JobContext
from resolvers.identity import Caller, Role
from resolvers.reporting.demo import load_demo
from resolvers.reporting.demo_data import DEMO
from resolvers.reporting.jobs import sync_centers
from schema.serving import SubgraphServer
from tests.schema.reporting_world import CNIPA
from tests.schema.world import NOW, TODAY, Asker


@pytest.fixture
async def demo(database: Database) -> Database:
    await load_demo(database)
    return database


async def test_it_is_loaded_once(demo: Database) -> None:
    tables = ("business_report", "report_value", "indicator_total", "status_change",
              "performance_evaluation", "dashboard_tile")  # fmt: skip
    counts = [
        await demo.fetchval("test.n", f"select count(*) from reporting.{each}") for each in tables
    ]
    await load_demo(demo)
    assert counts == [
        await demo.fetchval("test.n", f"select count(*) from reporting.{each}") for each in tables
    ]
    assert counts[0] == 32


async def test_its_centres_are_those_of_the_feeds(demo: Database) -> None:
    """What it says of them is what the feed makes of them, as `platforms` then tells."""
    told = await demo.fetch("test.c", "select * from reporting.center order by code")
    await pull_demo(demo)
    peers = SubgraphServer(demo, today=lambda: TODAY).local_peers
    await sync_centers(JobContext(demo, peers, NOW))
    known = await demo.fetch("test.c", "select * from reporting.center order by code")
    strip = [{k: v for k, v in row.items() if k != "seen_at"} for row in told]
    assert strip == [{k: v for k, v in row.items() if k != "seen_at"} for row in known]
    assert {source.center for source in demo_sources()} <= {each.facts.code for each in DEMO}


async def test_the_area_overview(demo: Database) -> None:
    """J2: `indicatorTrend`, compared with the reports themselves."""
    trend = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Region {
      indicatorTrend(code: "TRADE_DEAL_AMOUNT_CNY", from: "2023-Q1", to: "2023-Q4") {
        period value } } } }"""
    for region, like in (("320000", "32%"), ("110000", "11%"), ("310000", "31%"), ("000000", "%")):
        data = await Asker(demo, "reporting").data(
            trend, r=[{"__typename": "Region", "code": region}]
        )
        shown = {
            each["period"]: Decimal(each["value"])
            for each in data["_entities"][0]["indicatorTrend"]
        }
        sums = await demo.fetch(
            "test.sums",
            "select period_label, sum(value) as value from reporting.business_report as r "
            "join reporting.report_value as v on v.report_id = r.id "
            "where indicator_code = 'TRADE_DEAL_AMOUNT_CNY' and region_code like $1 "
            "and status in ('ACCEPTED', 'LOCKED') group by 1",
            like,
        )
        assert shown == {row["period_label"]: row["value"] for row in sums}
        assert len(shown) == 4


async def test_the_national_board(demo: Database) -> None:
    """J4: tiles, and the latest report and evaluation of functional platforms."""
    query = """query ($r: [_Any!]!) { dashboard(scope: NATIONAL) { code title value unit changeRate
        updatedAt }
      _entities(representations: $r) { ... on OperationCenter {
        latestReport { period { label } status }
        performance(year: 2023) { total grade rank } } } }"""
    codes = ["FT-110000-01", "FF-440400-01", "FS-310000-01", "FS-610100-01", "FU-110000-01"]
    centers = [{"__typename": "OperationCenter", "code": code} for code in codes]
    data = await Asker(demo, "reporting", CNIPA).data(query, r=centers)
    tiles = {each["code"]: each for each in data["dashboard"]}
    assert tiles["CENTERS"]["value"] == "8.00"
    assert tiles["REPORTED_DEALS"]["title"].startswith("报送成交项目（2023-Q4）")
    # two centres' last reports are not accepted: the quarters cannot be compared
    assert tiles["REPORTED_DEALS"]["changeRate"] is None
    region = await Asker(demo, "reporting").data(
        '{ dashboard(scope: REGION, code: "320000") { code changeRate } }'
    )
    rates = {each["code"]: each["changeRate"] for each in region["dashboard"]}
    assert rates["REPORTED_DEALS"] == "0.1600"  # 58 after 50
    found: dict[str, Any] = dict(zip(codes, data["_entities"], strict=True))
    assert found["FT-110000-01"]["latestReport"] == {
        "period": {"label": "2023-Q4"},
        "status": "LOCKED",
    }
    assert found["FS-610100-01"]["performance"] is None  # in rectification, not evaluated
    for code in ("FT-110000-01", "FF-440400-01", "FS-310000-01", "FU-110000-01"):
        assert found[code]["performance"]["grade"] in ("EXCELLENT", "GOOD", "QUALIFIED")
    # a dashboard team sees the published evaluations, and of reports nothing
    shown = await Asker(demo, "reporting", Caller("f", Role.FRONTEND)).data(query, r=centers)
    assert [each["latestReport"] for each in shown["_entities"]] == [None] * 5
    assert [each["performance"] for each in shown["_entities"]] == [
        each["performance"] for each in data["_entities"]
    ]


@pytest.mark.parametrize(
    ("office", "status"),
    [("610000", "RETURNED"), ("310000", "SUBMITTED"), ("110000", "LOCKED"), ("340000", "LOCKED")],
)
async def test_the_desk_of_a_province(demo: Database, office: str, status: str) -> None:
    """J7: the reports of the last quarter, with their issues."""
    who = Caller("p", Role.PROVINCIAL_OFFICE, jurisdiction=office)
    data = await Asker(demo, "reporting", who).data(
        """query ($jur: String!) { businessReports(jurisdiction: $jur, period: "2023-Q4") {
             id number status late center { code } issues { code message }
             history { from to by action comment } values { value previous } } }""",
        jur=office,
    )
    assert status in {each["status"] for each in data["businessReports"]}
    for report in data["businessReports"]:
        steps = report["history"]
        assert [step["to"] for step in steps][-1] == report["status"]
        assert [step["from"] for step in steps] == [None, *(step["to"] for step in steps)][:-1]
        assert all(each["previous"] is not None for each in report["values"])
    if status == "RETURNED":
        assert {issue["code"] for issue in data["businessReports"][0]["issues"]} == {
            "W_INDICATOR_MISSING"
        }
