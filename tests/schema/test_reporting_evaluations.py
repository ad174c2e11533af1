"""The yearly evaluation through the API: opened, frozen, scored, published, contested, final."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role
from tests.schema.fuzz import Fuzz
from tests.schema.reporting_world import (
    CNIPA,
    CRITERIA,
    PLATFORM,
    PROVINCE,
    TRADING,
    AskerOn,
    add_center,
    add_evaluation,
    add_report,
)
from tests.schema.world import TODAY, Asker

OTHER = "FT-440000-02"
OPEN = """mutation ($year: Int!) { openEvaluationYear(year: $year) {
  id stage year center { code } scores { criterion weight self expert source } } }"""
ADVANCE = """
mutation ($id: ID!, $to: EvaluationStage!, $comment: String) {
  advanceEvaluation(id: $id, to: $to, comment: $comment) {
    evaluation { stage total grade rank dataScore publishedOn objection strengths problems
      scores { criterion self prefilled province expert source } }
    errors { code message } } }
"""
SCORE = """
mutation ($id: ID!, $by: ScoreRole!, $scores: [ScoreInput!]!) {
  scoreEvaluation(id: $id, by: $by, scores: $scores) {
    evaluation { scores { criterion self province expert source } } errors { code path } } }
"""


async def advance(
    asker: Asker, key: str | UUID, to: str, comment: str | None = None
) -> tuple[Any, list[str]]:
    payload, codes = await asker.mutate(ADVANCE, id=str(key), to=to, comment=comment)
    return (payload or {}).get("evaluation"), codes


async def score(asker: Asker, key: str | UUID, by: str, **given: float) -> list[str]:
    scores = [{"criterion": code, "value": value} for code, value in given.items()]
    _, codes = await asker.mutate(SCORE, id=str(key), by=by, scores=scores)
    return codes


def all_criteria(value: float) -> dict[str, float]:
    return dict.fromkeys(CRITERIA, value)


@pytest.fixture
async def cnipa(database: Database) -> Asker:
    await add_center(database)
    await add_center(database, OTHER)
    await add_center(database, "IC-440100-01", status="PILOT")
    return Asker(database, "reporting", CNIPA)


async def test_the_recognised_are_evaluated(cnipa: Asker) -> None:
    found = (await cnipa.data(OPEN, year=2023))["openEvaluationYear"]
    assert [each["center"]["code"] for each in found] == [TRADING, OTHER]
    assert {line["criterion"]: line["weight"] for line in found[0]["scores"]} == CRITERIA
    again = (await cnipa.data(OPEN, year=2023))["openEvaluationYear"]
    assert [each["id"] for each in again] == [each["id"] for each in found]
    assert await cnipa.codes(OPEN, year=2021) == ["YEAR_OUT_OF_RANGE"]
    assert await cnipa.codes(OPEN, year=2025) == ["YEAR_OUT_OF_RANGE"]
    assert await cnipa.as_caller(PROVINCE).codes(OPEN, year=2023) == ["FORBIDDEN"]


async def test_a_whole_evaluation(database: Database, cnipa: Asker) -> None:
    for quarter in range(1, 5):
        on_time = date(2023, 3 * quarter, 28) + timedelta(days=10)
        await add_report(
            database, f"2023-Q{quarter}", "ACCEPTED", {"TRADE_DEAL_COUNT": 10},
            first_submitted_on=on_time,
        )  # fmt: skip
    await database.execute(
        "test.batch",
        "insert into reporting.ingest_batch (center_code, source_name, feed, sha256, status, "
        "received_at, rows_read, rows_rejected) values "
        "($1, 's', 'LISTING', repeat('a', 64), 'LOADED', '2023-05-01', 100, 4)",
        TRADING,
    )
    opened = (await cnipa.data(OPEN, year=2023))["openEvaluationYear"]
    key, other = opened[0]["id"], opened[1]["id"]
    center, office = cnipa.as_caller(PLATFORM), cnipa.as_caller(PROVINCE)

    found, codes = await advance(cnipa, key, "DATA_FROZEN")
    assert codes == []
    assert found["dataScore"] == 96.0  # nothing late, 4 of 100 rows refused
    lines = {line["criterion"]: line for line in found["scores"]}
    # all deals against none, and ties with 0 in the nine others that count: (1 + 9 × 0.5) / 10;
    # data: 96 against 50, the other has reported nothing
    business = await database.fetchval(
        "test.n",
        "select count(*) from reporting.indicator where 'TRADING_SERVICE' = any(applies_to) "
        "and aggregation = 'SUM' and code <> 'SCREEN_BLOCKED'",
    )
    expected = round(60 + 40 * (1 + (business - 1) * 0.5) / business, 2)
    assert lines["BUSINESS"] == {
        "criterion": "BUSINESS", "self": expected, "prefilled": expected, "province": None,
        "expert": None, "source": "INDICATORS",
    }  # fmt: skip
    assert lines["DATA_REPORTING"]["self"] == 100.0
    assert lines["TEAM"]["self"] is None
    statuses = await database.fetch(
        "test.s", "select distinct status from reporting.business_report"
    )
    assert [each["status"] for each in statuses] == ["LOCKED"]

    assert (await advance(center, key, "SELF_ASSESSED"))[1] == ["SCORES_INCOMPLETE"]
    assert await score(center, key, "SELF", TEAM=90, ENTITY_AND_MECHANISM=90) == []
    assert await score(center, key, "SELF", PRODUCT_DEVELOPMENT=50, INPUT_AND_BENEFIT=100) == []
    assert await score(office, key, "PROVINCE", TEAM=70) == ["TRANSITION_NOT_ALLOWED"]
    assert (await advance(center, key, "SELF_ASSESSED"))[1] == []
    assert await score(center, key, "SELF", TEAM=100) == ["TRANSITION_NOT_ALLOWED"]
    assert await score(office, key, "PROVINCE", TEAM=70) == []
    assert (await advance(office, key, "PROVINCIAL_OPINION", "情况属实"))[1] == []
    assert (await advance(cnipa, key, "EXPERT_REVIEW"))[1] == []
    assert await score(cnipa, key, "EXPERT", BUSINESS=40, DATA_REPORTING=95) == []
    found, codes = await advance(cnipa, key, "DRAFT_RESULT")
    assert codes == []
    # 15×81 + 10×81 + 30×40 + 15×45 + 15×90 + 15×95 = 6675
    assert (found["total"], found["grade"], found["rank"]) == (66.75, "QUALIFIED", 1)
    assert (
        found["strengths"]
        == "投入与效益、数据报送与质量\ninput and benefit; data reporting and quality"
    )
    assert found["problems"] == "业务开展、产品开发\nbusiness; product development"

    public = cnipa.as_caller(ANONYMOUS)
    ways = """query ($r: [_Any!]!) { performanceEvaluations(year: 2023) { total objection }
      _entities(representations: $r) { ... on OperationCenter { performance(year: 2023) {
        total grade } } ... on PerformanceEvaluation { total } } }"""
    keys = [
        {"__typename": "OperationCenter", "code": TRADING},
        {"__typename": "PerformanceEvaluation", "id": key},
    ]
    hidden = await public.data(ways, r=keys)
    assert hidden == {"performanceEvaluations": [], "_entities": [{"performance": None}, None]}
    own = await center.data(ways, r=keys)
    assert own["_entities"][1] == {"total": 66.75}
    assert len(own["performanceEvaluations"]) == 1
    assert (await cnipa.data(ways, r=keys))["performanceEvaluations"][1]["total"] is None

    found, _ = await advance(cnipa, key, "PUBLISHED")
    assert found["publishedOn"] == TODAY.isoformat()
    shown = await public.data(ways, r=keys)
    assert shown["_entities"] == [
        {"performance": {"total": 66.75, "grade": "QUALIFIED"}},
        {"total": 66.75},
    ]
    assert (await advance(cnipa, key, "FINAL"))[1] == ["OBJECTION_PERIOD_OPEN"]
    assert (await advance(center, key, "OBJECTION"))[1] == ["COMMENT_REQUIRED"]
    found, _ = await advance(center, key, "OBJECTION", "业务得分有误")
    assert found["objection"] == "业务得分有误"
    assert (await public.data(ways, r=keys))["performanceEvaluations"][0]["objection"] is None
    assert await score(cnipa, key, "EXPERT", BUSINESS=60) == []
    found, codes = await advance(cnipa, key, "FINAL")
    assert (codes, found["stage"], found["total"]) == ([], "FINAL", 72.75)
    proposed = "select count(*) from hub.event where topic = 'reporting.rectification_proposed'"
    assert await database.fetchval("test.n", proposed) == 0
    assert other


async def test_what_fails_proposes_rectification(database: Database, cnipa: Asker) -> None:
    key = await add_evaluation(database, "EXPERT_REVIEW", self_score=60)  # 54 after the discount
    await advance(cnipa, key, "DRAFT_RESULT")
    found, _ = await advance(cnipa, key, "PUBLISHED")
    assert found["grade"] == "UNQUALIFIED"
    later = AskerOn(database, CNIPA, TODAY + timedelta(days=16))
    assert (await advance(later, key, "FINAL"))[1] == []
    [event] = await database.fetch(
        "test.e",
        "select key, payload from hub.event where topic = 'reporting.rectification_proposed'",
    )
    assert event["key"] == str(key)
    assert event["payload"] == {"center": TRADING, "year": 2023, "total": "54.00"}


@pytest.mark.parametrize(("days", "codes"), [(15, []), (16, ["OBJECTION_TOO_LATE"])])
async def test_objections_are_made_in_time(
    database: Database, cnipa: Asker, days: int, codes: list[str]
) -> None:
    key = await add_evaluation(database, "PUBLISHED")
    later = AskerOn(database, PLATFORM, TODAY + timedelta(days=days))
    assert (await advance(later, key, "OBJECTION", "有误"))[1] == codes


async def test_data_are_frozen_only_when_all_is_in(database: Database, cnipa: Asker) -> None:
    this_year = await add_evaluation(database, "PLANNED", year=2024)
    assert (await advance(cnipa, this_year, "DATA_FROZEN"))[1] == ["YEAR_NOT_OVER"]
    key = await add_evaluation(database, "PLANNED")
    await add_report(database, "2023-Q4", "PROVINCE_CONFIRMED", {"STAFF_FULL_TIME": 1})
    draft = await add_report(database, "2023-11", "DRAFT", {"STAFF_FULL_TIME": 1})
    assert (await advance(cnipa, key, "DATA_FROZEN"))[1] == ["REPORTS_UNDER_WAY"]
    await database.execute(
        "test.u",
        "update reporting.business_report set status = 'ACCEPTED' "
        "where status = 'PROVINCE_CONFIRMED'",
    )
    assert (await advance(cnipa, key, "DATA_FROZEN"))[1] == []
    center = cnipa.as_caller(PLATFORM)
    _, codes = await center.mutate(
        """mutation ($id: ID!) { transitionReport(id: $id, expectedVersion: 1, action: SUBMIT) {
             errors { code } } }""",
        id=str(draft),
    )
    assert codes == ["DATA_FROZEN"]
    _, codes = await center.mutate(
        """mutation { saveBusinessReport(centerCode: "FT-440000-01", period: "2023-12",
             values: []) { errors { code } } }"""
    )
    assert codes == ["DATA_FROZEN"]


async def test_ranks_are_of_one_group(database: Database, cnipa: Asker) -> None:
    await add_evaluation(database, "PUBLISHED", "FT-110000-01", total=90)
    await add_evaluation(database, "PUBLISHED", "RC-110000-01", total=95)
    key = await add_evaluation(database, "EXPERT_REVIEW", self_score=100)
    found, _ = await advance(cnipa, key, "DRAFT_RESULT")
    assert (found["total"], found["rank"]) == (90.0, 1)
    ranks = await database.fetch(
        "test.r",
        "select center_code, rank from reporting.performance_evaluation order by center_code",
    )
    assert [(each["center_code"], each["rank"]) for each in ranks] == [
        ("FT-110000-01", 1), (TRADING, 1), ("RC-110000-01", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({}, ["SCORES_EMPTY"]),
        ({"NO": 1}, ["CRITERION_UNKNOWN"]),
        ({"TEAM": 100.5}, ["SCORE_OUT_OF_RANGE"]),
        ({"TEAM": -1}, ["SCORE_OUT_OF_RANGE"]),
    ],
)
async def test_bad_scores(
    database: Database, cnipa: Asker, given: dict[str, float], codes: list[str]
) -> None:
    key = await add_evaluation(database, "EXPERT_REVIEW")
    assert await score(cnipa, key, "EXPERT", **given) == codes


@pytest.mark.parametrize(
    ("who", "by", "stage"),
    [
        (Caller("x", Role.FUNCTIONAL_PLATFORM, center=OTHER), "SELF", "DATA_FROZEN"),
        (CNIPA, "SELF", "DATA_FROZEN"),
        (PLATFORM, "EXPERT", "EXPERT_REVIEW"),
        (PROVINCE, "EXPERT", "EXPERT_REVIEW"),
        (Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="110000"), "PROVINCE", "SELF_ASSESSED"),
        (PLATFORM, "PROVINCE", "SELF_ASSESSED"),
    ],
)
async def test_nobody_else_scores(
    database: Database, cnipa: Asker, who: Caller, by: str, stage: str
) -> None:
    key = await add_evaluation(database, stage)
    assert await score(cnipa.as_caller(who), key, by, TEAM=1) == ["FORBIDDEN"]
    found = await database.fetchval(
        "test.s", "select count(*) from reporting.evaluation_score where expert = 1 or self = 1"
    )
    assert found == 0


async def test_evaluations_of_many_centres_are_one_statement(database: Database) -> None:
    for n in range(10, 20):
        await add_evaluation(database, "PUBLISHED", f"FT-{n}0000-01", total=80)
    asker = Asker(database, "reporting")
    keys = [{"__typename": "OperationCenter", "code": f"FT-{n}0000-01"} for n in range(10, 20)]
    found = await asker.entities(
        "... on OperationCenter { performance(year: 2023) { total scores { self } } }", *keys
    )
    assert all(len(each["performance"]["scores"]) == 6 for each in found)
    assert dict(asker.statements) == {"reporting.evaluations_of_centers": 1, "reporting.scores": 1}


async def test_random_calls(database: Database, cnipa: Asker) -> None:
    stages = ("PLANNED", "DATA_FROZEN", "EXPERT_REVIEW", "DRAFT_RESULT", "PUBLISHED", "OBJECTION")
    ids = [
        str(await add_evaluation(database, stage, year=2016 + n)) for n, stage in enumerate(stages)
    ]
    pools = {
        "id": ids,
        "criterion": [*CRITERIA],
        "value": [0, 50, 99.5, 100],
        "by": ["EXPERT", "EXPERT", "SELF"],
        "year": [2020, 2023, 2024],
        "comment": [None, "意见"],
    }
    fuzz = Fuzz(database, "reporting", pools)
    for name in ("scoreEvaluation", "advanceEvaluation", "openEvaluationYear"):
        outcomes = await fuzz.run(name, CNIPA, 60)
        assert outcomes["DONE"] >= 1, (name, outcomes)
