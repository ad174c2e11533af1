"""Recognition of centres from the dossier to the name (DOMAIN §1.3-1.5, §2.5, §3.12)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.events import EventBus
from resolvers.identity import ANONYMOUS, Caller, Role
from schema.serving import SubgraphServer
from tests.schema.recognition_world import (
    ADVANCE,
    BEIJING,
    CITY,
    CNIPA,
    HOST,
    NAME,
    OTHER_HOST,
    PROVINCE,
    TRADING,
    TRADING_HOST,
    advance,
    as_,
)
from tests.schema.workflows.platforms import (
    CODE,
    add_case,
    add_center,
    add_round,
)
from tests.schema.world import NOW, TODAY

SAVE = """mutation ($code: ID!, $round: String!, $track: RecognitionTrack,
    $summary: PilotSummaryInput!, $plan: WorkPlanInput!, $declared: DeclarationsInput!) {
  saveRecognitionDossier(centerCode: $code, round: $round, track: $track, summary: $summary,
    workPlan: $plan, declarations: $declared) {
    case { id stage late track center { code status } workPlan { id startsOn endsOn status goals
        milestones { id title dueOn doneOn } }
      summary { team growth { indicator from to changeRate } } functionalPositioning
      declarations { noSealUnderName signedOn } allowedTransitions }
    errors { code path } } }"""


EVIDENCE = """mutation ($id: ID!, $evidence: EvidenceInput!) {
  recordEvaluationEvidence(caseId: $id, evidence: $evidence) {
    case { stage evidence { method result on } workPlan { status } } errors { code path } } }"""


CLOSE_ITEM = """mutation ($id: ID!, $item: ID!, $evidence: String!) {
  closeRectificationItem(caseId: $id, itemId: $item, evidence: $evidence) {
    case { rectification { items { done evidence } } } errors { code path } } }"""


SUMMARY: dict[str, Any] = {
    "periodFrom": "2020-01-01",
    "periodTo": "2023-12-31",
    "constructionEntity": "主体",
    "operatingMechanism": "机制",
    "team": "队伍",
    "business": "业务",
    "productDevelopment": "产品",
    "investmentAndBenefit": "投入",
    "growth": [{"indicator": "成交", "from": "10", "to": "15"}],
}


PLAN: dict[str, Any] = {
    "startsOn": "2024-07-01",
    "goals": ["专利转让 100 件"],
    "milestones": [{"title": "节点", "task": "任务", "measure": "举措", "dueOn": "2027-06-30"}],
}


DECLARED = {
    "notALegalPerson": True,
    "noSealUnderName": True,
    "noCrossRegionBranch": True,
    "establishmentRulesKept": True,
}


@pytest.fixture
async def world(database: Database) -> Database:
    """One pilot industry centre in Shenzhen and a round for it."""
    await add_center(database)
    await add_round(database)
    return database


async def save(database: Database, caller: Caller = HOST, **changes: Any) -> tuple[Any, list[str]]:
    given: dict[str, Any] = {
        "code": CODE,
        "round": "TEST",
        "track": "PILOT_PLATFORM",
        "summary": SUMMARY,
        "plan": PLAN,
        "declared": DECLARED,
    }
    return await as_(database, caller).mutate(SAVE, **(given | changes))


async def evidence(
    database: Database, id_: str, method: str, result: str = "PASS", on: str = "2024-06-15"
) -> tuple[Any, list[str]]:
    given = {"method": method, "result": result, "note": "说明", "on": on}
    return await as_(database, CNIPA).mutate(EVIDENCE, id=id_, evidence=given)


async def events(database: Database, topic: str) -> list[tuple[str, dict[str, Any]]]:
    records = await database.fetch(
        "test.events", "select key, payload from hub.event where topic = $1 order by id", topic
    )
    return [(each["key"], each["payload"]) for each in records]


async def test_the_whole_way_to_a_name(world: Database) -> None:
    saved, codes = await save(
        world, summary=SUMMARY | {"functionalPositioning": "电池产业专利运营"}
    )
    assert codes == []
    case = saved["case"]
    id_ = case["id"]
    assert (case["stage"], case["late"], case["track"]) == ("DRAFTING", False, "PILOT_PLATFORM")
    assert case["center"] == {"code": CODE, "status": "PILOT"}
    assert case["workPlan"]["endsOn"] == "2027-06-30"
    assert case["workPlan"]["status"] == "DRAFT"
    assert case["summary"]["growth"] == [
        {"indicator": "成交", "from": "10", "to": "15", "changeRate": "0.5"}
    ]
    assert case["declarations"] == {"noSealUnderName": True, "signedOn": TODAY.isoformat()}
    assert case["allowedTransitions"] == ["SUBMIT_TO_PROVINCE"]

    _, codes = await advance(world, HOST, id_, "SUBMIT_TO_PROVINCE")
    assert codes == []
    # the city acts, its province does not; and an opinion is needed
    assert (await advance(world, PROVINCE, id_, "SUBMIT_TO_CNIPA", "同意"))[1] == ["FORBIDDEN"]
    assert (await advance(world, CITY, id_, "SUBMIT_TO_CNIPA", " "))[1] == ["COMMENT_REQUIRED"]
    done, codes = await advance(world, CITY, id_, "SUBMIT_TO_CNIPA", "材料齐全，同意")
    assert codes == []
    assert done["case"]["provincialReview"] == {
        "by": {"code": "440300"},
        "passed": True,
        "opinion": "材料齐全，同意",
        "on": "2024-06-15",
    }
    assert (done["case"]["submittedOn"], done["case"]["late"]) == ("2024-06-15", False)
    done, codes = await advance(world, CNIPA, id_, "START_EVALUATION")
    assert codes == []
    assert done["case"]["center"]["status"] == "UNDER_EVALUATION"

    # nothing is there yet
    _, codes = await advance(world, CNIPA, id_, "RECOGNISE", officialName=NAME)
    assert codes == ["EVIDENCE_MISSING", "PLAN_NOT_APPROVED"]
    for method in ("FUNCTION_TEST", "SITE_VISIT"):
        assert (await evidence(world, id_, method))[1] == []
    _, codes = await advance(world, CNIPA, id_, "RECOGNISE", officialName=NAME)
    assert codes == ["EVIDENCE_MISSING", "PLAN_NOT_APPROVED"]
    recorded, codes = await evidence(world, id_, "MATERIAL_CHECK")
    assert codes == []
    assert recorded["case"]["workPlan"]["status"] == "APPROVED"
    assert (await evidence(world, id_, "SITE_VISIT", "FAIL"))[1] == []
    _, codes = await advance(world, CNIPA, id_, "RECOGNISE", officialName="示例电池中心")
    assert codes == ["EVIDENCE_FAILED", "NAME_PATTERN"]
    assert (await evidence(world, id_, "SITE_VISIT", "PARTIAL"))[1] == []

    number = "国知发运函字〔2023〕156号"
    done, codes = await advance(
        world, CNIPA, id_, "RECOGNISE", "通过", officialName=NAME, documentNumber=number
    )
    assert codes == []
    case = done["case"]
    assert case["stage"] == "RECOGNISED"
    assert case["allowedTransitions"] == []
    assert case["center"] == {
        "officialName": NAME,
        "status": "RECOGNISED",
        "recognisedOn": "2024-06-15",
        "nameHistory": [
            {"name": "示例中心", "scheme": "PILOT_NAME", "to": "2024-06-15"},
            {"name": NAME, "scheme": "NOTICE_2022_1002", "to": None},
        ],
        "recognitionDocument": {"number": number},
        "functionalPositioning": "电池产业专利运营",
    }
    assert case["decision"] == {
        "outcome": "RECOGNISED",
        "officialName": NAME,
        "document": {"number": number},
        "decidedOn": "2024-06-15",
        "reason": "通过",
    }
    assert [(h["from"], h["to"], h["action"], h["by"]) for h in case["history"]] == [
        ("DRAFTING", "PROVINCIAL_REVIEW", "SUBMIT_TO_PROVINCE", "host"),
        ("PROVINCIAL_REVIEW", "SUBMITTED_TO_CNIPA", "SUBMIT_TO_CNIPA", "city"),
        ("SUBMITTED_TO_CNIPA", "UNDER_EVALUATION", "START_EVALUATION", "cnipa"),
        ("UNDER_EVALUATION", "RECOGNISED", "RECOGNISE", "cnipa"),
    ]
    assert await events(world, "platforms.center_status_changed") == [
        (CODE, {"from": "PILOT", "to": "UNDER_EVALUATION", "kind": "INDUSTRY"}),
        (CODE, {"from": "UNDER_EVALUATION", "to": "RECOGNISED", "kind": "INDUSTRY"}),
    ]
    advanced = await events(world, "platforms.recognition_advanced")
    assert {key for key, _ in advanced} == {id_}
    assert advanced[-1][1] == {"center": CODE, "jurisdiction": "440300", "stage": "RECOGNISED"}


async def test_a_dossier_goes_back_and_is_bettered(world: Database) -> None:
    incomplete = SUMMARY | {"team": " ", "growth": []}
    saved, codes = await save(
        world,
        summary=incomplete,
        declared=DECLARED | {"noSealUnderName": False},
        plan=PLAN | {"goals": ["建成平台"]},
    )
    assert codes == []
    id_ = saved["case"]["id"]
    refused, codes = await advance(world, HOST, id_, "SUBMIT_TO_PROVINCE")
    assert codes == [
        "SUMMARY_INCOMPLETE",
        "SUMMARY_INCOMPLETE",
        "DECLARATION_MISSING",
        "PLAN_GOAL_TRANSFORMATION",
    ]
    assert refused["case"] is None
    assert [error["path"] for error in refused["errors"]][:2] == [
        ["summary", "team"],
        ["summary", "growth"],
    ]
    # rewritten: the same case, the same plan
    again, codes = await save(world)
    assert codes == []
    assert again["case"]["id"] == id_
    assert again["case"]["workPlan"]["id"] == saved["case"]["workPlan"]["id"]
    assert (await advance(world, HOST, id_, "SUBMIT_TO_PROVINCE"))[1] == []
    assert (await save(world))[1] == ["TRANSITION_NOT_ALLOWED"]
    assert (await advance(world, CITY, id_, "RETURN_TO_PLATFORM"))[1] == ["COMMENT_REQUIRED"]
    back, codes = await advance(world, CITY, id_, "RETURN_TO_PLATFORM", "请补充团队情况")
    assert codes == []
    assert back["case"]["stage"] == "DRAFTING"
    assert back["case"]["workPlan"]["status"] == "CHANGES_REQUESTED"
    assert back["case"]["provincialReview"]["passed"] is False
    again, codes = await save(world, summary=SUMMARY | {"team": "30 人"})
    assert codes == []
    assert again["case"]["workPlan"]["status"] == "DRAFT"
    assert again["case"]["summary"]["team"] == "30 人"
    assert (await advance(world, HOST, id_, "SUBMIT_TO_PROVINCE"))[1] == []


async def test_the_plan_is_bettered_under_guidance(world: Database) -> None:
    id_ = await add_case(world, "UNDER_EVALUATION")
    await world.execute("test.review", "update platforms.work_plan set status = 'UNDER_REVIEW'")
    _, codes = await advance(world, CNIPA, id_, "REQUEST_PLAN_CHANGE", "目标不够明确")
    assert codes == []
    stored = {
        "periodFrom": "2020-01-01",
        "periodTo": "2022-12-31",
        "constructionEntity": "示例主体",
        "operatingMechanism": "示例机制",
        "team": "20 人",
        "business": "示例业务",
        "productDevelopment": "示例产品",
        "investmentAndBenefit": "示例投入",
        "growth": [{"indicator": "成交数", "from": "10", "to": "20"}],
    }
    refused, codes = await save(
        world, summary=stored | {"team": "21 人"}, declared=DECLARED | {"noSealUnderName": False}
    )
    assert codes == ["DOSSIER_LOCKED", "DOSSIER_LOCKED"]
    assert [error["path"] for error in refused["errors"]] == [["summary"], ["declarations"]]
    bettered, codes = await save(
        world, summary=stored, plan=PLAN | {"goals": ["质押融资 3 亿元", "许可 50 件"]}
    )
    assert codes == []
    assert bettered["case"]["workPlan"]["goals"] == ["质押融资 3 亿元", "许可 50 件"]
    assert bettered["case"]["allowedTransitions"] == ["RESUBMIT_PLAN"]
    done, codes = await advance(world, HOST, id_, "RESUBMIT_PLAN")
    assert codes == []
    assert done["case"]["workPlan"]["status"] == "UNDER_REVIEW"
    # the old document check does not speak for the new plan
    assert (await advance(world, CNIPA, id_, "RECOGNISE", officialName=NAME))[1] == [
        "PLAN_NOT_APPROVED"
    ]
    assert (await evidence(world, id_, "MATERIAL_CHECK", "PARTIAL"))[1] == []
    assert (await advance(world, CNIPA, id_, "RECOGNISE", officialName=NAME))[1] == [
        "PLAN_NOT_APPROVED"
    ]
    assert (await evidence(world, id_, "MATERIAL_CHECK"))[1] == []
    assert (await advance(world, CNIPA, id_, "RECOGNISE", officialName=NAME))[1] == []


async def test_journey_7_rectification(world: Database) -> None:
    id_ = await add_case(world, "UNDER_EVALUATION")
    assert (await advance(world, CNIPA, id_, "ORDER_RECTIFICATION", "建设不到位"))[1] == [
        "RECTIFICATION_ITEMS_REQUIRED"
    ]
    done, codes = await advance(
        world,
        CNIPA,
        id_,
        "ORDER_RECTIFICATION",
        "建设不到位",
        reason="建设不到位",
        rectificationItems=["补充数据接口", "充实团队"],
    )
    assert codes == []
    case = done["case"]
    assert case["center"]["status"] == "IN_RECTIFICATION"
    assert case["decision"]["outcome"] == "RECTIFICATION"
    period = case["rectification"]
    assert {key: period[key] for key in ("kind", "startsOn", "endsOn", "overdue")} == {
        "kind": "RECTIFICATION",
        "startsOn": "2024-06-15",
        "endsOn": "2025-06-15",
        "overdue": False,
    }
    first, second = period["items"]
    assert (await advance(world, CNIPA, id_, "START_RE_EVALUATION"))[1] == ["RECTIFICATION_RUNNING"]
    host, city = as_(world, HOST), as_(world, CITY)
    given = {"id": id_, "item": first["id"], "evidence": "接口已上线"}
    assert (await as_(world, OTHER_HOST).mutate(CLOSE_ITEM, **given))[1] == ["FORBIDDEN"]
    assert (await as_(world, CNIPA).mutate(CLOSE_ITEM, **given))[1] == ["FORBIDDEN"]
    assert (await host.mutate(CLOSE_ITEM, **given | {"evidence": " "}))[1] == ["TEXT_MISSING"]
    closed, codes = await host.mutate(CLOSE_ITEM, **given)
    assert codes == []
    assert closed["case"]["rectification"]["items"] == [
        {"done": True, "evidence": "接口已上线"},
        {"done": False, "evidence": None},
    ]
    assert (await host.mutate(CLOSE_ITEM, **given))[1] == ["ALREADY_DONE"]
    nobody = given | {"item": id_}
    assert (await host.mutate(CLOSE_ITEM, **nobody))[1] == ["NOT_FOUND"]
    assert (await city.mutate(CLOSE_ITEM, **given | {"item": second["id"]}))[1] == []
    again, codes = await advance(world, CNIPA, id_, "START_RE_EVALUATION")
    assert codes == []
    assert again["case"]["center"]["status"] == "UNDER_EVALUATION"
    assert again["case"]["allowedTransitions"] == ["RECOGNISE", "REFUSE"]
    refused, codes = await advance(world, CNIPA, id_, "REFUSE", "仍不到位")
    assert codes == []
    assert refused["case"]["center"]["status"] == "NOT_RECOGNISED"
    assert refused["case"]["workPlan"]["status"] == "CLOSED"
    assert refused["case"]["center"]["officialName"] == "示例中心"
    # the centre may try again in another round, not in this one
    assert (await save(world))[1] == ["TRANSITION_NOT_ALLOWED"]
    await add_round(world, "NEXT")
    saved, codes = await save(world, round="NEXT")
    assert codes == []
    assert saved["case"]["center"]["status"] == "NOT_RECOGNISED"


@pytest.mark.parametrize(
    ("today", "overdue", "codes"),
    [
        (date(2024, 12, 31), False, ["RECTIFICATION_RUNNING"]),
        (date(2025, 1, 1), False, ["RECTIFICATION_RUNNING"]),
        (date(2025, 1, 2), True, []),
    ],
)
async def test_the_year_runs_out(
    world: Database, today: date, overdue: bool, codes: list[str]
) -> None:
    id_ = await add_case(world, "RECTIFICATION")
    await world.execute(
        "test.item", "update platforms.rectification_item set done = false, evidence = null"
    )
    now = datetime.combine(today, NOW.timetz())
    server = SubgraphServer(world, today=lambda: today, now=lambda: now)
    query = "{ recognitionCases { rectification { endsOn overdue } } }"
    answer = await server.answer("platforms", CITY, query)
    assert answer["data"]["recognitionCases"] == [
        {"rectification": {"endsOn": "2025-01-01", "overdue": overdue}}
    ]
    variables = {"id": id_, "action": "START_RE_EVALUATION"}
    answer = await server.answer("platforms", CNIPA, ADVANCE, variables)
    found = answer["data"]["advanceRecognition"]
    assert [error["code"] for error in found["errors"]] == codes
    if not codes:
        assert found["case"]["rectification"]["overdue"] is False  # evaluated again


async def test_a_transition_without_items(world: Database) -> None:
    id_ = await add_case(world, "UNDER_EVALUATION")
    done, codes = await advance(world, CNIPA, id_, "GRANT_TRANSITION")
    assert codes == []
    assert done["case"]["rectification"]["kind"] == "TRANSITION"
    assert done["case"]["center"]["status"] == "IN_TRANSITION"
    assert (await advance(world, CNIPA, id_, "START_RE_EVALUATION"))[1] == []


@pytest.mark.parametrize(
    ("action", "decision", "expected"),
    [
        ("RECOGNISE", {}, ["TEXT_MISSING"]),
        (
            "RECOGNISE",
            {"officialName": NAME, "rectificationItems": ["x"]},
            ["RECTIFICATION_ITEMS_NOT_TAKEN"],
        ),
        ("RECOGNISE", {"officialName": f"{NAME}上海工作站"}, ["NAME_BRANCH_FORBIDDEN"]),
        ("RECOGNISE", {"officialName": "国家级区域知识产权运营中心"}, ["NAME_PATTERN"]),
        (
            "ORDER_RECTIFICATION",
            {"officialName": NAME, "rectificationItems": ["x"]},
            ["OFFICIAL_NAME_NOT_TAKEN"],
        ),
        ("ORDER_RECTIFICATION", {"rectificationItems": ["x", " "]}, ["TEXT_MISSING"]),
        ("ORDER_RECTIFICATION", {"rectificationItems": ["x"] * 51}, ["LIST_TOO_LONG"]),
        ("REQUEST_PLAN_CHANGE", {"reason": "x"}, ["DECISION_NOT_TAKEN"]),
    ],
)
async def test_each_decision_has_its_own_members(
    world: Database, action: str, decision: dict[str, Any], expected: list[str]
) -> None:
    id_ = await add_case(world, "UNDER_EVALUATION")
    given = decision or {"reason": "x"}
    assert (await advance(world, CNIPA, id_, action, "说明", **given))[1] == expected
    [row] = await world.fetch("test.row", "select stage, outcome from platforms.recognition_case")
    assert tuple(row.values()) == ("UNDER_EVALUATION", None)


@pytest.mark.parametrize(
    ("kind", "function", "name", "document", "expected"),
    [
        ("FUNCTIONAL", "TRADING_SERVICE", "国家知识产权运营（北京）交易服务平台", None, []),
        ("FUNCTIONAL", "TRADING_SERVICE", "国家知识产权运营(横琴)交易服务平台", None, []),
        (
            "FUNCTIONAL",
            "TRADING_SERVICE",
            "国家知识产权运营（北京）金融服务平台",
            None,
            ["NAME_FUNCTION_MISMATCH"],
        ),
        (
            "FUNCTIONAL",
            "TRADING_SERVICE",
            "国家知识产权运营（火星）交易服务平台",
            None,
            ["NAME_PLACE_UNKNOWN"],
        ),
        ("FUNCTIONAL", "SUPPORT_TOOL", "任意名称平台", None, ["NAME_NEEDS_DECISION_DOCUMENT"]),
        ("FUNCTIONAL", "SUPPORT_TOOL", "任意名称平台", "示例1号", []),
        ("REGIONAL", None, "国家级区域知识产权运营中心", None, []),
    ],
)
async def test_names_follow_the_notice(
    database: Database,
    kind: str,
    function: str | None,
    name: str,
    document: str | None,
    expected: list[str],
) -> None:
    code = "RC-110000-07" if kind == "REGIONAL" else f"F{'U' if document else 'T'}-110000-07"
    await add_center(
        database, code, "UNDER_EVALUATION", kind=kind, function=function, region="110000"
    )
    await add_round(database, "ROUND", kind)
    id_ = await add_case(database, "UNDER_EVALUATION", code, "ROUND")
    given = {"officialName": name, "documentNumber": document}
    done, codes = await advance(database, CNIPA, id_, "RECOGNISE", **given)
    assert codes == expected
    if not expected:
        center = done["case"]["center"]
        assert center["officialName"] == name.replace("(", "（").replace(")", "）")
        scheme = "CASE_BY_CASE" if function == "SUPPORT_TOOL" else "NOTICE_2022_1002"
        assert center["nameHistory"][-1]["scheme"] == scheme


async def test_who_may_begin_a_case(world: Database) -> None:
    assert (await save(world, OTHER_HOST))[1] == ["FORBIDDEN"]
    assert (await save(world, CNIPA))[1] == ["FORBIDDEN"]
    assert (await save(world, ANONYMOUS))[1] == ["UNAUTHENTICATED"]
    assert (await save(world, code="IC-999999-99"))[1] == ["NOT_FOUND"]
    assert (await save(world, round="2099"))[1] == ["ROUND_UNKNOWN"]
    assert (await save(world, round="2022-FIRST"))[1] == ["ROUND_KIND"]
    assert (await save(world, track="EXCHANGE_INSTITUTION"))[1] == ["TRACK_FUNCTION"]
    await add_round(world, "OTHER")
    assert (await save(world))[1] == []
    assert (await save(world, round="OTHER"))[1] == ["CASE_OPEN"]
    await add_center(world, "IC-440300-08", "RECOGNISED")
    recognised = Caller("r", Role.INDUSTRY_CENTER, center="IC-440300-08")
    assert (await save(world, recognised, code="IC-440300-08"))[1] == ["CENTER_STATUS"]


async def test_an_exchange_institution_and_the_first_round(database: Database) -> None:
    """Track A16; the round of 2022 is over, so its dossier is flagged as late."""
    await add_center(
        database,
        TRADING,
        kind="FUNCTIONAL",
        function="TRADING_SERVICE",
        region="110000",
        jurisdiction="110000",
    )
    report = SUMMARY | {"team": "", "productDevelopment": "", "growth": []}
    given = {"code": TRADING, "round": "2022-FIRST", "track": "EXCHANGE_INSTITUTION"}
    saved, codes = await save(database, TRADING_HOST, **given, summary=report)
    assert codes == []
    id_ = saved["case"]["id"]
    assert (await advance(database, TRADING_HOST, id_, "SUBMIT_TO_PROVINCE"))[1] == []
    done, codes = await advance(database, BEIJING, id_, "SUBMIT_TO_CNIPA", "同意")
    assert codes == []
    assert done["case"]["late"] is True
    positioned = SUMMARY | {"functionalPositioning": "金融服务"}
    assert (await save(database, TRADING_HOST, **given, summary=positioned))[1] == [
        "POSITIONING_MISMATCH"
    ]


async def test_evidence_is_taken_in_evaluations_only(world: Database) -> None:
    id_ = await add_case(world, "SUBMITTED_TO_CNIPA")
    assert (await evidence(world, id_, "SITE_VISIT"))[1] == ["TRANSITION_NOT_ALLOWED"]
    await advance(world, CNIPA, id_, "START_EVALUATION")
    assert (await evidence(world, id_, "SITE_VISIT", on="2024-06-16"))[1] == ["DATE_RANGE"]
    recorded, codes = await evidence(world, id_, "SITE_VISIT", "PARTIAL", "2024-06-14")
    assert codes == []
    assert recorded["case"]["evidence"][-1] == {
        "method": "SITE_VISIT",
        "result": "PARTIAL",
        "on": "2024-06-14",
    }
    asker = as_(world, HOST)
    given = {"method": "SITE_VISIT", "result": "PASS", "note": "x", "on": "2024-06-14"}
    assert (await asker.mutate(EVIDENCE, id=id_, evidence=given))[1] == ["FORBIDDEN"]


@pytest.fixture
async def server(world: Database) -> AsyncIterator[SubgraphServer]:
    async with EventBus(world).running() as bus:
        yield SubgraphServer(world, today=lambda: TODAY, now=lambda: NOW, events=bus)
