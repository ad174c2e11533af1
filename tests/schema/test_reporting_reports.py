"""Business reports through the API: saved, checked, sent on or back, counted, kept secret."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role
from tests.schema.fuzz import Fuzz
from tests.schema.reporting_world import (
    CNIPA,
    OPERATOR,
    PLATFORM,
    PROVINCE,
    TRADING,
    AskerOn,
    add_center,
    add_report,
)
from tests.schema.world import Asker

SAVE = """
mutation ($center: ID!, $period: String!, $values: [IndicatorValueInput!]!) {
  saveBusinessReport(centerCode: $center, period: $period, values: $values) {
    report { id number status version late dueOn submittedAt period { kind label from to }
      values { indicator { code } value note derived deviates previous changeRate }
      issues { code column severity row message raw } }
    errors { code path } } }
"""
MOVE = """
mutation ($id: ID!, $version: Int!, $action: ReportAction!, $comment: String) {
  transitionReport(id: $id, expectedVersion: $version, action: $action, comment: $comment) {
    report { status version submittedAt late issues { code }
      history { from to action by comment } } errors { code path message } } }
"""
DEALS = """
insert into trading.deal (platform_code, kind, seller_name, seller_name_key, buyer_name,
  buyer_name_key, price_amount, price_kind, signed_on, source_system, confidence, content_hash)
select $1, 'TRANSFER', '甲', '甲', '乙', '乙', 1000, 'FIXED', date '2024-02-01', 't', 'CENTER', 'h'
from generate_series(1, $2)
"""


def values(**given: Any) -> list[dict[str, Any]]:
    return [
        {"indicator": code, **(said if isinstance(said, dict) else {"value": str(said)})}
        for code, said in given.items()
    ]


async def save(asker: Asker, period: str = "2024-Q1", **given: Any) -> tuple[Any, list[str]]:
    return await asker.mutate(SAVE, center=TRADING, period=period, values=values(**given))


async def move(
    asker: Asker, report: dict[str, Any], action: str, **more: Any
) -> tuple[Any, list[str]]:
    variables = {"id": report["id"], "version": report["version"], "action": action, **more}
    payload, codes = await asker.mutate(MOVE, **variables)
    if payload and payload["report"]:
        report["version"] = payload["report"]["version"]
    return payload, codes


@pytest.fixture
async def platform(database: Database) -> Asker:
    await add_center(database, industries=("C3841",))
    return Asker(database, "reporting", PLATFORM)


async def test_a_draft_is_made_and_changed(platform: Asker) -> None:
    payload, codes = await save(platform, STAFF_FULL_TIME=26)
    assert codes == []
    report = payload["report"]
    number = report.pop("id"), report["number"]
    assert {k: report[k] for k in ("status", "version", "late", "dueOn", "period")} == {
        "status": "DRAFT",
        "version": 1,
        "late": True,  # today is 15 June, due was 15 April
        "dueOn": "2024-04-15",
        "period": {"kind": "QUARTER", "label": "2024-Q1", "from": "2024-01-01", "to": "2024-03-31"},
    }
    assert number[1] == "BR-FT-440000-01-2024Q1"
    assert report["values"] == [
        {"indicator": {"code": "STAFF_FULL_TIME"}, "value": "26.00", "note": None, "derived": None,
         "deviates": False, "previous": None, "changeRate": None}
    ]  # fmt: skip
    again, codes = await save(platform, STAFF_FULL_TIME=27, SERVED_ENTERPRISES=812)
    assert codes == []
    assert (again["report"]["id"], again["report"]["version"]) == (number[0], 2)
    # in the order of the indicators, whatever the order given
    shown = [each["indicator"]["code"] for each in again["report"]["values"]]
    assert shown == ["SERVED_ENTERPRISES", "STAFF_FULL_TIME"]
    missing = {issue["column"] for issue in again["report"]["issues"]}
    assert "TRADE_DEAL_COUNT" in missing
    assert {issue["severity"] for issue in again["report"]["issues"]} == {"WARNING"}


async def test_a_report_that_deviates_comes_back(database: Database, platform: Asker) -> None:
    """The journey of DOMAIN §7: it deviates, is corrected, returned, corrected, and counts."""
    await database.execute("test.deals", DEALS, TRADING, 100)
    payload, codes = await save(platform, TRADE_DEAL_COUNT=132, TRADE_DEAL_AMOUNT_CNY=100000)
    assert codes == []
    report = payload["report"]
    by_code = {each["indicator"]["code"]: each for each in report["values"]}
    assert by_code["TRADE_DEAL_COUNT"]["derived"] == "100.00"
    assert by_code["TRADE_DEAL_COUNT"]["deviates"] is True
    assert by_code["TRADE_DEAL_AMOUNT_CNY"]["derived"] == "100000.00"
    assert by_code["TRADE_DEAL_AMOUNT_CNY"]["deviates"] is False

    payload, codes = await move(platform, report, "SUBMIT")
    assert codes == ["REPORT_DEVIATES"]
    assert payload["report"]["status"] == "VALIDATION_FAILED"
    assert payload["report"]["submittedAt"] is None
    assert payload["errors"][0]["path"] == ["values", "TRADE_DEAL_COUNT"]
    assert payload["report"]["issues"][0]["code"] == "REPORT_DEVIATES"

    saved, codes = await save(platform, TRADE_DEAL_COUNT=104, TRADE_DEAL_AMOUNT_CNY=100000)
    assert codes == []
    assert saved["report"]["status"] == "VALIDATION_FAILED"  # until it is submitted again
    report["version"] = saved["report"]["version"]
    payload, codes = await move(platform, report, "SUBMIT")
    assert (codes, payload["report"]["status"]) == ([], "SUBMITTED")

    office, cnipa = platform.as_caller(PROVINCE), platform.as_caller(CNIPA)
    payload, codes = await move(office, report, "RETURN", comment="请补充说明")
    assert (codes, payload["report"]["status"]) == ([], "RETURNED")
    note = {"value": "132", "note": "含线下成交"}
    saved, _ = await save(platform, TRADE_DEAL_COUNT=note, TRADE_DEAL_AMOUNT_CNY=100000)
    report["version"] = saved["report"]["version"]
    payload, codes = await move(platform, report, "SUBMIT")
    assert (codes, payload["report"]["status"]) == ([], "SUBMITTED")
    assert payload["report"]["issues"][0]["code"].startswith("W_")
    for asker, action, status in (
        (office, "CONFIRM", "PROVINCE_CONFIRMED"),
        (cnipa, "ACCEPT", "ACCEPTED"),
    ):
        payload, codes = await move(asker, report, action)
        assert (codes, payload["report"]["status"]) == ([], status)
    assert [
        (each["from"], each["to"], each["action"], each["comment"])
        for each in payload["report"]["history"]
    ] == [
        (None, "DRAFT", None, None),
        ("DRAFT", "VALIDATION_FAILED", "SUBMIT", None),
        ("VALIDATION_FAILED", "SUBMITTED", "SUBMIT", None),
        ("SUBMITTED", "RETURNED", "RETURN", "请补充说明"),
        ("RETURNED", "SUBMITTED", "SUBMIT", None),
        ("SUBMITTED", "PROVINCE_CONFIRMED", "CONFIRM", None),
        ("PROVINCE_CONFIRMED", "ACCEPTED", "ACCEPT", None),
    ]
    topics = await database.fetch(
        "test.events",
        "select payload from hub.event where topic = 'reporting.report_changed' order by id",
    )
    assert [each["payload"]["status"] for each in topics][-3:] == [
        "SUBMITTED", "PROVINCE_CONFIRMED", "ACCEPTED",
    ]  # fmt: skip
    assert topics[0]["payload"] == {
        "center": TRADING,
        "jurisdiction": "440000",
        "status": "DRAFT",
    }


TOTALS = """
query ($r: [_Any!]!) { _entities(representations: $r) {
  ... on Region { total: indicatorTotal(code: "TRADE_DEAL_COUNT", period: "2024-Q1")
    trend: indicatorTrend(code: "TRADE_DEAL_COUNT", from: "2023-Q3", to: "2024-Q4") { period value }
  } ... on Industry { total: indicatorTotal(code: "TRADE_DEAL_COUNT", period: "2024-Q1") } } }
"""


def places(*codes: str) -> list[dict[str, str]]:
    return [
        {"__typename": "Region" if code[0].isdigit() else "Industry", "code": code}
        for code in codes
    ]


async def test_totals_follow_what_is_accepted(database: Database, platform: Asker) -> None:
    await add_center(database, "RC-440300-01", region="440305", jurisdiction="440300")
    mine = await add_report(
        database, "2024-Q1", "PROVINCE_CONFIRMED", {"TRADE_DEAL_COUNT": 10},
        region="440105", industries=("C3841",),
    )  # fmt: skip
    other = await add_report(
        database, "2024-Q1", "PROVINCE_CONFIRMED", {"TRADE_DEAL_COUNT": 5}, "RC-440300-01",
        region="440305", jurisdiction="440300", industries=("C38", "M"),
    )  # fmt: skip
    public, cnipa = platform.as_caller(ANONYMOUS), platform.as_caller(CNIPA)
    codes = ("000000", "440000", "440100", "440105", "440300", "110000", "C", "C38", "C3841", "M")

    async def totals() -> dict[str, str | None]:
        found = (await public.data(TOTALS, r=places(*codes)))["_entities"]
        return dict(zip(codes, (each["total"] for each in found), strict=True))

    assert set((await totals()).values()) == {None}  # confirmed only
    for report in (mine, other):
        _, failed = await move(cnipa, {"id": str(report), "version": 1}, "ACCEPT")
        assert failed == []
    assert await totals() == {
        "000000": "15.00", "440000": "15.00", "440100": "10.00", "440105": "10.00",
        "440300": "5.00", "110000": None, "C": "15.00", "C38": "15.00", "C3841": "10.00",
        "M": "5.00",
    }  # fmt: skip
    _, failed = await move(cnipa, {"id": str(mine), "version": 2}, "REOPEN")
    assert failed == []
    assert await totals() == {
        "000000": "5.00", "440000": "5.00", "440100": None, "440105": None,
        "440300": "5.00", "110000": None, "C": "5.00", "C38": "5.00", "C3841": None, "M": "5.00",
    }  # fmt: skip
    _, failed = await move(cnipa, {"id": str(other), "version": 2}, "LOCK")
    assert failed == []
    found = (await public.data(TOTALS, r=places("440000")))["_entities"]
    assert found[0]["trend"] == [{"period": "2024-Q1", "value": "5.00"}]


async def test_totals_are_right_when_many_are_accepted_at_once(
    database: Database, platform: Asker
) -> None:
    codes = [f"FT-44010{n}-01" for n in range(6)]
    reports = [
        await add_report(database, "2024-Q1", "PROVINCE_CONFIRMED", {"TRADE_DEAL_COUNT": 10}, code)
        for code in codes
    ]
    cnipa = platform.as_caller(CNIPA)
    done = await asyncio.gather(
        *(move(cnipa, {"id": str(each), "version": 1}, "ACCEPT") for each in reports)
    )
    assert [found for _, found in done] == [[]] * 6
    [found] = (await cnipa.data(TOTALS, r=places("440000")))["_entities"]
    assert found["total"] == "60.00"


async def test_totals_are_one_statement_for_many_areas(database: Database) -> None:
    asker = Asker(database, "reporting")
    regions = [{"__typename": "Region", "code": f"44{n:02}00"} for n in range(1, 60)]
    await asker.data(
        """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Region {
             indicatorTotal(code: "TRADE_DEAL_COUNT", period: "2023-Q4")
             indicatorTrend(code: "X", from: "2023-Q1", to: "2023-Q4") { period } } } }""",
        r=regions,
    )
    assert dict(asker.statements) == {"reporting.totals": 1, "reporting.trends": 1}


REPORT_WAYS = """
query ($id: ID!, $r: [_Any!]!) {
  businessReport(id: $id) { id } businessReports(period: "2023-Q4") { id }
  _entities(representations: $r) {
    ... on BusinessReport { id }
    ... on OperationCenter { reports { id } latestReport { id }
      indicator(code: "TRADE_DEAL_COUNT", period: "2023-Q4") { value } }
    ... on Jurisdiction { pendingReports { id } } } }
"""
CITY = "FT-440300-01"


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (CNIPA, True),
        (Caller("c", Role.FUNCTIONAL_PLATFORM, center=CITY), True),
        (Caller("p", Role.PROVINCIAL_OFFICE, jurisdiction="440300"), True),
        (Caller("p", Role.PROVINCIAL_OFFICE, jurisdiction="440000"), True),  # reads its city's
        (Caller("p", Role.PROVINCIAL_OFFICE, jurisdiction="110000"), False),
        (PLATFORM, False),
        (Caller("c", Role.REGIONAL_CENTER, center="RC-440300-01"), False),
        (OPERATOR, False),
        (Caller("f", Role.FRONTEND), False),
        (Caller("t", Role.THIRD_PARTY_INSTITUTION, uscc="91440305MA9T00018E"), False),
        (ANONYMOUS, False),
    ],
)
async def test_only_those_concerned_see_a_report(
    database: Database, who: Caller, seen: bool
) -> None:
    report = await add_report(
        database, "2023-Q4", "SUBMITTED", {"TRADE_DEAL_COUNT": 3}, CITY, jurisdiction="440300"
    )
    key = {"id": str(report)}
    data = await Asker(database, "reporting", who).data(
        REPORT_WAYS,
        id=str(report),
        r=[
            {"__typename": "BusinessReport", **key},
            {"__typename": "OperationCenter", "code": CITY},
            {"__typename": "Jurisdiction", "code": "440300"},
        ],
    )
    one, some = (key, [key]) if seen else (None, [])
    assert data["businessReport"] == one
    assert data["businessReports"] == some
    entity, center, jurisdiction = data["_entities"]
    assert entity == one
    assert (center["reports"], center["latestReport"]) == (some, one)
    assert center["indicator"] == ({"value": "3.00"} if seen else None)
    assert jurisdiction["pendingReports"] == some


async def test_the_province_may_not_act_for_its_city(database: Database) -> None:
    report = await add_report(
        database, "2023-Q4", "SUBMITTED", {"TRADE_DEAL_COUNT": 3}, CITY, jurisdiction="440300"
    )
    office = Asker(database, "reporting", PROVINCE)
    _, codes = await move(office, {"id": str(report), "version": 1}, "CONFIRM")
    assert codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("period", "given", "codes"),
    [
        ("2024-Q5", {"STAFF_FULL_TIME": 1}, ["PERIOD_FORMAT"]),
        ("2024-Q3", {"STAFF_FULL_TIME": 1}, ["PERIOD_IN_FUTURE"]),
        ("2024-Q1", {"NO_SUCH": 1}, ["INDICATOR_UNKNOWN"]),
        ("2024-Q1", {"STAFF_FULL_TIME": "1.5"}, ["COUNT_NOT_INTEGER"]),
        ("2024-Q1", {"SERVICE_REVENUE_CNY": "-0.01"}, ["VALUE_NEGATIVE"]),
        ("2024-Q1", {"SERVICE_REVENUE_CNY": "0.001"}, ["VALUE_DECIMALS"]),
        ("2024-Q1", {"STAFF_FULL_TIME": {"value": "1", "note": "x" * 501}}, ["NOTE_TOO_LONG"]),
        ("x", {"NO": 1, "STAFF_FULL_TIME": "-1"},
         ["PERIOD_FORMAT", "INDICATOR_UNKNOWN", "VALUE_NEGATIVE"]),
    ],
)  # fmt: skip
async def test_bad_input_is_told_all_at_once(
    database: Database, platform: Asker, period: str, given: dict[str, Any], codes: list[str]
) -> None:
    payload, found = await save(platform, period, **given)
    assert found == codes
    assert payload["report"] is None
    count = await database.fetchval("test.n", "select count(*) from reporting.business_report")
    assert count == 0


async def test_an_indicator_is_given_once(platform: Asker) -> None:
    twice = values(STAFF_FULL_TIME=1) * 2
    payload, codes = await platform.mutate(SAVE, center=TRADING, period="2024-Q1", values=twice)
    assert codes == ["INDICATOR_REPEATED"]
    assert payload["errors"][0]["path"] == ["values", "1", "indicator"]


async def test_refusals_of_transitions(database: Database, platform: Asker) -> None:
    nothing = {"id": "01900000-0000-7000-8000-000000000000", "version": 1}
    assert (await move(platform, nothing, "SUBMIT"))[1] == ["NOT_FOUND"]
    payload, _ = await save(platform, STAFF_FULL_TIME=1)
    old = {"id": payload["report"]["id"], "version": 7}
    assert (await move(platform, old, "SUBMIT"))[1] == ["VERSION_CONFLICT"]
    payload, _ = await save(platform, "2024-Q2", STAFF_FULL_TIME=1)
    assert (await move(platform, payload["report"], "SUBMIT"))[1] == ["PERIOD_NOT_OVER"]
    later = AskerOn(database, PLATFORM, date(2024, 7, 1))
    payload, codes = await move(later, payload["report"], "SUBMIT", comment="x" * 1001)
    assert codes == ["COMMENT_TOO_LONG"]
    payload, _ = await save(platform, "2023-12")
    assert (await move(platform, payload["report"], "SUBMIT"))[1] == ["REPORT_EMPTY"]


async def test_a_sent_report_cannot_be_saved_again(database: Database, platform: Asker) -> None:
    await add_report(database, "2024-Q1", "SUBMITTED", {"STAFF_FULL_TIME": 1})
    _, codes = await save(platform, STAFF_FULL_TIME=2)
    assert codes == ["TRANSITION_NOT_ALLOWED"]


async def test_lateness_is_judged_by_the_first_submission(
    database: Database, platform: Asker
) -> None:
    in_time = AskerOn(database, PLATFORM, date(2024, 4, 15))
    payload, _ = await save(in_time, STAFF_FULL_TIME=1)
    report = payload["report"]
    assert report["late"] is False
    payload, _ = await move(in_time, report, "SUBMIT")
    assert payload["report"]["late"] is False
    await move(platform.as_caller(PROVINCE), report, "RETURN")
    payload, _ = await move(platform, report, "SUBMIT")  # in June
    assert (payload["report"]["status"], payload["report"]["late"]) == ("SUBMITTED", False)


async def test_growth_against_the_period_before(database: Database, platform: Asker) -> None:
    await add_report(database, "2023-Q4", "LOCKED", {"SERVED_ENTERPRISES": 800})
    await add_report(database, "2023-Q3", "DRAFT", {"SERVED_ENTERPRISES": 1})
    payload, _ = await save(platform, SERVED_ENTERPRISES=900)
    [said] = payload["report"]["values"]
    assert (said["previous"], said["changeRate"]) == ("800.00", "0.1250")
    [center] = await platform.entities(
        """... on OperationCenter { indicator(code: "SERVED_ENTERPRISES", period: "2023-Q4") {
             value previous } }""",
        {"__typename": "OperationCenter", "code": TRADING},
    )
    assert center["indicator"] == {"value": "800.00", "previous": None}  # the draft says nothing


async def test_the_year_is_compared_with_its_quarters(database: Database, platform: Asker) -> None:
    for quarter in range(1, 5):
        await add_report(database, f"2023-Q{quarter}", "ACCEPTED", {"SERVED_ENTERPRISES": 100})
    payload, _ = await save(platform, "2023", SERVED_ENTERPRISES=403)
    _, codes = await move(platform, payload["report"], "SUBMIT")
    assert codes == ["YEAR_NOT_SUM"]
    payload, _ = await save(platform, "2023", SERVED_ENTERPRISES=402)  # 0.5 %
    _, codes = await move(platform, payload["report"], "SUBMIT")
    assert codes == []


async def test_indicators(database: Database) -> None:
    asker = Asker(database, "reporting")
    query = "{ indicators { code nameZh name unit definition appliesTo aggregation } }"
    found = (await asker.data(query))["indicators"]
    assert [each["code"] for each in found] == [
        "TRADE_DEAL_COUNT", "TRADE_DEAL_AMOUNT_CNY", "LICENCE_COUNT", "OPEN_LICENCE_STATEMENTS",
        "OPEN_LICENCE_CONTRACTS", "PLEDGE_COUNT", "PLEDGE_AMOUNT_CNY", "VALUATION_COUNT",
        "INSURED_PATENTS", "RESIDENT_INSTITUTIONS", "SERVED_ENTERPRISES", "DEMANDS_PUBLISHED",
        "DEMANDS_MATCHED", "SCREENED_LISTINGS", "SCREEN_BLOCKED", "INVESTMENT_CNY",
        "SERVICE_REVENUE_CNY", "STAFF_FULL_TIME",
    ]  # fmt: skip
    assert all(len(each["definition"].split("\n")) == 2 for each in found)
    some = (await asker.data('{ indicators(appliesTo: "SUPPORT_TOOL") { code } }'))["indicators"]
    assert {each["code"] for each in some} == {
        "RESIDENT_INSTITUTIONS", "SERVED_ENTERPRISES", "SERVICE_REVENUE_CNY", "STAFF_FULL_TIME",
    }  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        '{ businessReports(period: "2023-Q9") { id } }',
        '{ _entities(representations: [{__typename: "Region", code: "440000"}]) { ... on Region '
        '{ indicatorTrend(code: "X", from: "2023-Q1", to: "2023-12") { period } } } }',
        '{ _entities(representations: [{__typename: "Region", code: "440000"}]) { ... on Region '
        '{ indicatorTotal(code: "X", period: "2023Q1") } } }',
    ],
)
async def test_wrong_periods_of_queries(database: Database, query: str) -> None:
    assert await Asker(database, "reporting", CNIPA).codes(query) == ["BAD_USER_INPUT"]


async def test_reports_of_many_centres_are_one_statement_each(database: Database) -> None:
    for n in range(1, 8):
        await add_report(database, "2023-Q4", "LOCKED", {"TRADE_DEAL_COUNT": n}, f"FT-{n}-01")
    rows = await database.fetch("test.ids", "select id from reporting.business_report")
    server = Asker(database, "reporting", CNIPA)
    data = await server.data(
        """{ businessReports(period: "2023-Q4") { number issues { code } history { to }
               values { value previous } center { code } } }"""
    )
    assert len(data["businessReports"]) == len(rows) == 7


POOLS = {
    "centerCode": [TRADING, TRADING, "FT-440000-02"],
    "period": ["2024-Q1", "2023", "2024-02", "2024-Q9", "2030", ""],
    "indicator": ["STAFF_FULL_TIME", "SERVED_ENTERPRISES", "TRADE_DEAL_COUNT", "NO"],
    "value": ["1", "0", "26", "1.5", "-1"],
    "note": [None, "说明", "x" * 600],
    "expectedVersion": [1, 2, 3],
    "comment": [None, "意见", "x" * 2000, "\x00"],
}


async def test_random_saves(database: Database, platform: Asker) -> None:
    outcomes = await Fuzz(database, "reporting", POOLS).run("saveBusinessReport", PLATFORM, 150)
    assert outcomes["DONE"] > 5
    assert {"PERIOD_FORMAT", "COUNT_NOT_INTEGER", "INDICATOR_UNKNOWN"} <= set(outcomes)


@pytest.mark.parametrize(
    ("who", "action"), [(PLATFORM, "SUBMIT"), (PROVINCE, "RETURN"), (CNIPA, "ACCEPT")]
)
async def test_random_transitions(
    database: Database, platform: Asker, who: Caller, action: str
) -> None:
    ids = [
        str(await add_report(database, f"2023-{n:02}", status, {"STAFF_FULL_TIME": 1}))
        for n, status in enumerate(("DRAFT", "SUBMITTED", "PROVINCE_CONFIRMED", "ACCEPTED"), 1)
    ]
    pools = {**POOLS, "id": ids, "action": [action, action, "LOCK"], "expectedVersion": [1, 1, 2]}
    outcomes = await Fuzz(database, "reporting", pools).run("transitionReport", who, 80)
    assert outcomes["DONE"] >= 1
    assert {"TRANSITION_NOT_ALLOWED", "COMMENT_TOO_LONG"} <= set(outcomes)
