"""Registering centres, guidance, support, supervision, rounds and papers (DOMAIN §1.3-1.6)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role
from tests.schema.workflows.platforms import CODE, add_case, add_center, add_plan, add_round
from tests.schema.world import HOLDER, Asker, add_reference

CNIPA = Caller("cnipa", Role.CNIPA_ADMIN)
CITY = Caller("city", Role.PROVINCIAL_OFFICE, jurisdiction="440300")
PROVINCE = Caller("province", Role.PROVINCIAL_OFFICE, jurisdiction="440000")
CORPS = Caller("corps", Role.PROVINCIAL_OFFICE, jurisdiction="XPCC00")
HOST = Caller("host", Role.INDUSTRY_CENTER, center=CODE)
OTHER_HOST = Caller("other", Role.INDUSTRY_CENTER, center="IC-310000-01")

REGISTER = """mutation ($input: CenterInput!) { registerCenter(input: $input) {
  center { code kind function circle officialName nameHistory { name scheme } host { uscc }
    region { code } jurisdiction { code } serviceRegions { code } industries { code } status
    recognisedOn } errors { code path } } }"""
CENTER: dict[str, Any] = {
    "kind": "INDUSTRY",
    "workingName": "示例电池中心(试点)",
    "hostUscc": HOLDER,
    "regionCode": "440305",
    "serviceRegionCodes": ["440000", "000000"],
    "industryCodes": ["C3841", "C384"],
}


@pytest.fixture
async def world(database: Database) -> Database:
    await add_reference(database)
    await add_center(database)
    return database


def as_(database: Database, caller: Caller) -> Asker:
    return Asker(database, "platforms", caller)


async def register(
    database: Database, caller: Caller = CITY, **changes: Any
) -> tuple[Any, list[str]]:
    return await as_(database, caller).mutate(REGISTER, input=CENTER | changes)


async def test_a_pilot_is_registered(world: Database) -> None:
    made, codes = await register(world)
    assert codes == []
    assert made["center"] == {
        "code": "IC-440305-01",
        "kind": "INDUSTRY",
        "function": None,
        "circle": "RADIATING",
        "officialName": "示例电池中心（试点）",
        "nameHistory": [{"name": "示例电池中心（试点）", "scheme": "PILOT_NAME"}],
        "host": {"uscc": HOLDER},
        "region": {"code": "440305"},
        "jurisdiction": {"code": "440300"},
        "serviceRegions": [{"code": "440000"}, {"code": "000000"}],
        "industries": [{"code": "C3841"}, {"code": "C384"}],
        "status": "PILOT",
        "recognisedOn": None,
    }
    [event] = await world.fetch(
        "test.event",
        "select topic, key, payload from hub.event where topic <> 'reporting.records_changed'",
    )
    assert tuple(event.values()) == (
        "platforms.center_status_changed",
        "IC-440305-01",
        {"from": None, "to": "PILOT", "kind": "INDUSTRY"},
    )
    # numbers follow each other, per kind and place
    assert (await register(world))[0]["center"]["code"] == "IC-440305-02"
    functional = {"kind": "FUNCTIONAL", "function": "FINANCIAL_SERVICE", "industryCodes": None}
    assert (await register(world, **functional))[0]["center"]["code"] == "FF-440305-01"
    regional = {"kind": "REGIONAL", "industryCodes": []}
    assert (await register(world, **regional))[0]["center"]["code"] == "RC-440305-01"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "FUNCTIONAL"}, [("CENTER_FUNCTION", "function")]),
        ({"function": "SUPPORT_TOOL"}, [("CENTER_FUNCTION", "function")]),
        ({"supportTool": "PATENT_NAVIGATION"}, [("CENTER_SUPPORT_TOOL", "supportTool")]),
        (
            {"kind": "REGIONAL", "serviceRegionCodes": []},
            [("CENTER_SERVICE_REGIONS", "serviceRegionCodes")],
        ),
        ({"industryCodes": None}, [("CENTER_INDUSTRIES", "industryCodes")]),
        ({"industryCodes": ["C3841", "A01"]}, [("INDUSTRY_UNKNOWN", "industryCodes")]),
        ({"industryCodes": ["C3841", "C3841"]}, [("LIST_DUPLICATE", "industryCodes")]),
        (
            {"serviceRegionCodes": ["440000"] * 101},
            [("LIST_TOO_LONG", "serviceRegionCodes"), ("LIST_DUPLICATE", "serviceRegionCodes")],
        ),
        ({"serviceRegionCodes": ["110103"]}, [("REGION_RETIRED", "serviceRegionCodes")]),
        ({"hostUscc": "91110000600037341L"}, [("HOST_UNKNOWN", "hostUscc")]),
        ({"workingName": " "}, [("TEXT_MISSING", "workingName")]),
        ({"workingName": "示例分中心"}, [("NAME_BRANCH_FORBIDDEN", "workingName")]),
        (
            {"workingName": "国家级产业 知识产权运营中心(电池)"},
            [("NAME_BEFORE_RECOGNITION", "workingName")],
        ),
        (
            {"workingName": "国家知识产权运营(深圳)交易服务平台"},
            [("NAME_BEFORE_RECOGNITION", "workingName")],
        ),
        ({"jurisdictionCode": "110000"}, [("CENTER_JURISDICTION", "jurisdictionCode")]),
        (
            {"kind": "FUNCTIONAL", "workingName": "", "hostUscc": "91110000600037341L"},
            [
                ("CENTER_FUNCTION", "function"),
                ("TEXT_MISSING", "workingName"),
                ("HOST_UNKNOWN", "hostUscc"),
            ],
        ),
    ],
)
async def test_what_a_new_centre_must_keep(
    world: Database, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    made, _ = await register(world, **changes)
    assert [(error["code"], error["path"][1]) for error in made["errors"]] == expected
    assert made["center"] is None
    assert (
        await world.fetchval("test.count", "select count(*) from platforms.operation_center") == 1
    )


async def test_only_the_office_of_the_region_registers(world: Database) -> None:
    assert (await register(world, PROVINCE))[1] == ["FORBIDDEN"]
    assert (await register(world, HOST))[1] == ["FORBIDDEN"]
    assert (await register(world, ANONYMOUS))[1] == ["UNAUTHENTICATED"]
    assert (await register(world, CNIPA))[1] == []
    whole = {"regionCode": "000000"}
    assert (await register(world, CNIPA, **whole))[1] == ["REGION_COUNTRY", "CENTER_JURISDICTION"]
    unknown = {"regionCode": "650000"}
    assert (await register(world, CNIPA, **unknown))[1] == [
        "REGION_UNKNOWN",
        "CENTER_JURISDICTION",
    ]


async def test_the_corps_acts_where_it_says_so(world: Database) -> None:
    await world.execute(
        "test.region",
        "insert into reference.region (code, valid_from, name, full_name, level, status) values"
        " ('659001', 1981, '石河子市', '新疆石河子市', 'COUNTY', 'ACTIVE'),"
        " ('650000', 1981, '新疆', '新疆', 'PROVINCE', 'ACTIVE');"
        "insert into reference.jurisdiction values"
        " ('650000', '新疆', 'PROVINCE_LEVEL', '新疆知识产权局', '650000')",
    )
    place = {"regionCode": "659001"}
    made, codes = await register(world, CORPS, **place)
    assert codes == []
    assert made["center"]["jurisdiction"] == {"code": "XPCC00"}
    made, codes = await register(world, CNIPA, **place)
    assert made["center"]["jurisdiction"] == {"code": "650000"}
    made, codes = await register(world, CNIPA, **place, jurisdictionCode="XPCC00")
    assert made["center"]["jurisdiction"] == {"code": "XPCC00"}
    assert (await register(world, CORPS))[1] == ["FORBIDDEN"]


async def test_centres_registered_at_once_get_different_codes(world: Database) -> None:
    made = await asyncio.gather(*(register(world) for _ in range(5)))
    assert sorted(payload["center"]["code"] for payload, _ in made) == [
        f"IC-440305-{n:02d}" for n in range(1, 6)
    ]
    await add_center(world, "IC-440305-99")
    assert (await register(world))[1] == ["CODE_EXHAUSTED"]


OPEN = """mutation ($input: SupervisionInput!) { openSupervision(input: $input) {
  action { id center { code } by { code } field riskLevel finding status openedOn closedOn
    allowedSteps } errors { code path } } }"""
STEP = """mutation ($id: ID!, $step: SupervisionStep!, $note: String) {
  advanceSupervision(id: $id, step: $step, note: $note) {
    action { status allowedSteps } errors { code path } } }"""
CLOSE = """mutation ($id: ID!, $result: String!) { closeSupervision(id: $id, result: $result) {
  action { status closedOn result } errors { code path } } }"""
FINDING = {
    "centerCode": CODE,
    "field": "NAME_AND_SEAL",
    "riskLevel": "HIGH",
    "finding": "以平台名义刻章",
}


async def test_supervision_from_finding_to_result(world: Database) -> None:
    assert (await as_(world, PROVINCE).mutate(OPEN, input=FINDING))[1] == ["FORBIDDEN"]
    assert (await as_(world, CITY).mutate(OPEN, input=FINDING | {"finding": ""}))[1] == [
        "TEXT_MISSING"
    ]
    unknown = FINDING | {"centerCode": "IC-999999-99"}
    assert (await as_(world, CITY).mutate(OPEN, input=unknown))[1] == ["NOT_FOUND"]
    opened, codes = await as_(world, CITY).mutate(OPEN, input=FINDING)
    assert codes == []
    action = opened["action"]
    id_ = action.pop("id")
    assert action == {
        "center": {"code": CODE},
        "by": {"code": "440300"},
        "field": "NAME_AND_SEAL",
        "riskLevel": "HIGH",
        "finding": "以平台名义刻章",
        "status": "OPEN",
        "openedOn": "2024-06-15",
        "closedOn": None,
        "allowedSteps": ["ISSUE_NOTICE"],
    }
    city, host = as_(world, CITY), as_(world, HOST)
    assert (await city.mutate(CLOSE, id=id_, result="x"))[1] == ["TRANSITION_NOT_ALLOWED"]
    assert (await host.mutate(STEP, id=id_, step="ISSUE_NOTICE"))[1] == ["FORBIDDEN"]
    assert (await city.mutate(STEP, id=id_, step="ISSUE_NOTICE"))[1] == []
    moved, codes = await host.mutate(STEP, id=id_, step="START_RECTIFYING", note="已收缴")
    assert codes == []
    assert moved["action"] == {"status": "RECTIFYING", "allowedSteps": []}
    assert (await city.mutate(CLOSE, id=id_, result=" "))[1] == ["COMMENT_REQUIRED"]
    closed, codes = await city.mutate(CLOSE, id=id_, result="公章已销毁")
    assert codes == []
    assert closed["action"] == {
        "status": "CLOSED",
        "closedOn": "2024-06-15",
        "result": "公章已销毁",
    }
    found = await world.fetch(
        "test.events",
        "select payload from hub.event where topic <> 'reporting.records_changed' order by id",
    )
    assert [each["payload"]["status"] for each in found] == [
        "OPEN",
        "NOTICE_ISSUED",
        "RECTIFYING",
        "CLOSED",
    ]


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (CNIPA, True),
        (CITY, True),
        (PROVINCE, True),
        (HOST, True),
        (OTHER_HOST, False),
        (Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="110000"), False),
        (Caller("x", Role.HUB_OPERATOR), False),
        (Caller("x", Role.FRONTEND), False),
        (ANONYMOUS, False),
    ],
)
async def test_who_sees_supervision_and_amounts(
    world: Database, caller: Caller, sees: bool
) -> None:
    opened, _ = await as_(world, CITY).mutate(OPEN, input=FINDING)
    measure = """mutation { recordSupportMeasure(centerCode: "%s", input: { kind: FUNDING,
      grantedBy: "示例财政局", amountCny: "1500000.50", from: "2024-01-01", to: "2024-12-31" }) {
      center { supportMeasures { amountCny } } errors { code } } }"""
    noted, codes = await as_(world, CITY).mutate(measure % CODE)
    assert codes == []
    assert noted["center"]["supportMeasures"] == [{"amountCny": "1500000.50"}]
    asker = as_(world, caller)
    data = await asker.data(
        """{ operationCenter(code: "%s") {
          open: supervisionActions(open: true) { id } closed: supervisionActions(open: false) { id }
          all: supervisionActions { finding }
          supportMeasures { kind grantedBy amountCny from to } } }"""
        % CODE
    )
    center = data["operationCenter"]
    assert [len(center[name]) for name in ("open", "closed", "all")] == [sees, 0, sees]
    assert center["supportMeasures"] == [
        {
            "kind": "FUNDING",
            "grantedBy": "示例财政局",
            "amountCny": "1500000.50" if sees else None,
            "from": "2024-01-01",
            "to": "2024-12-31",
        }
    ]
    key = {"__typename": "SupervisionAction", "id": opened["action"]["id"]}
    [entity] = await asker.entities("... on SupervisionAction { finding }", key)
    assert (entity is not None) is sees


TASK = """mutation ($code: ID!, $title: String!) {
  grantInnovationTask(centerCode: $code, kind: TRANSFER_LICENCE_RECORDAL_SERVICE, title: $title) {
    center { innovationTasks { id kind title status } } errors { code } } }"""


async def test_tasks_and_exhibitions(world: Database) -> None:
    assert (await as_(world, HOST).mutate(TASK, code=CODE, title="备案服务"))[1] == ["FORBIDDEN"]
    assert (await as_(world, CNIPA).mutate(TASK, code=CODE, title=""))[1] == ["TEXT_MISSING"]
    granted, codes = await as_(world, CNIPA).mutate(TASK, code=CODE, title="备案服务")
    assert codes == []
    [task] = granted["center"]["innovationTasks"]
    assert (task["kind"], task["status"]) == ("TRANSFER_LICENCE_RECORDAL_SERVICE", "PLANNED")
    move = """mutation ($id: ID!) { advanceInnovationTask(id: $id, action: START) {
      center { innovationTasks { status } } errors { code } } }"""
    moved, codes = await as_(world, HOST).mutate(move, id=task["id"])
    assert codes == []
    assert moved["center"]["innovationTasks"] == [{"status": "RUNNING"}]
    show = """mutation ($from: Date!, $to: Date!) { recordExhibition(centerCode: "%s",
      exhibition: "示例知识产权交易会", from: $from, to: $to) {
      center { exhibitions { exhibition from to } } errors { code } } }"""
    host = as_(world, HOST)
    days = {"from": "2024-09-01", "to": "2024-09-03"}
    shown, codes = await host.mutate(show % CODE, **days)
    assert codes == []
    assert shown["center"]["exhibitions"] == [{"exhibition": "示例知识产权交易会", **days}]
    for wrong in ({"to": "2024-08-31"}, {"to": "9999-12-31"}, {"from": "0001-01-01"}):
        assert (await host.mutate(show % CODE, **(days | wrong)))[1] == ["DATE_ORDER"]


async def test_milestones_of_an_approved_plan(world: Database) -> None:
    plan = await add_plan(world, "UNDER_REVIEW")
    milestone = str(await world.fetchval("test.m", "select id from platforms.milestone"))
    done = """mutation ($id: ID!, $on: Date) { completeMilestone(id: $id, doneOn: $on) {
      workPlan { id milestones { doneOn } } errors { code } } }"""
    host = as_(world, HOST)
    assert (await host.mutate(done, id=milestone))[1] == ["PLAN_NOT_APPROVED"]
    approve = """mutation ($id: ID!) { approveWorkPlan(id: $id) {
      workPlan { status } errors { code } } }"""
    assert (await as_(world, CNIPA).mutate(approve, id=str(plan)))[1] == []
    assert (await as_(world, OTHER_HOST).mutate(done, id=milestone))[1] == ["FORBIDDEN"]
    for day in ("2024-06-16", "2023-12-31"):
        assert (await host.mutate(done, id=milestone, on=day))[1] == ["DATE_RANGE"]
    noted, codes = await host.mutate(done, id=milestone)
    assert codes == []
    assert noted["workPlan"]["milestones"] == [{"doneOn": "2024-06-15"}]
    assert (await host.mutate(done, id=milestone))[1] == ["ALREADY_DONE"]
    assert (await host.mutate(done, id=str(plan)))[1] == ["NOT_FOUND"]


async def test_rounds_and_their_warnings(world: Database) -> None:
    query = "{ recognitionRounds { code kind deadline fewest most cases recognised warnings } }"
    first = {
        "code": "2022-FIRST",
        "kind": "FUNCTIONAL",
        "deadline": "2022-12-10",
        "fewest": 5,
        "most": 10,
        "cases": 0,
        "recognised": 0,
        "warnings": [],
    }
    assert (await as_(world, CITY).data(query))["recognitionRounds"] == [first]
    assert (await as_(world, ANONYMOUS).data(query))["recognitionRounds"] == []
    make = """mutation ($input: RecognitionRoundInput!) { openRecognitionRound(input: $input) {
      round { code cases } errors { code } } }"""
    given = {"code": "2024-INDUSTRY", "kind": "INDUSTRY", "fewest": 1, "most": 1}
    cnipa = as_(world, CNIPA)
    assert (await as_(world, CITY).mutate(make, input=given))[1] == ["FORBIDDEN"]
    assert (await cnipa.mutate(make, input=given | {"fewest": 2}))[1] == ["ROUND_BOUNDS"]
    assert (await cnipa.mutate(make, input=given))[1] == []
    assert (await cnipa.mutate(make, input=given))[1] == ["ROUND_EXISTS"]
    await add_case(world, "RECOGNISED", rounds="2024-INDUSTRY")

    async def warnings() -> list[str]:
        rounds = (await cnipa.data(query))["recognitionRounds"]
        found: list[str] = next(r["warnings"] for r in rounds if r["code"] == "2024-INDUSTRY")
        return found

    assert await warnings() == []
    for serial, document in (("08", "甲"), ("09", "乙")):
        await add_center(world, f"IC-440300-{serial}")
        await add_case(world, "RECOGNISED", f"IC-440300-{serial}", "2024-INDUSTRY")
        await world.execute(
            "test.document",
            "update platforms.recognition_case set document_number = $1 where center_code = $2",
            *(document, f"IC-440300-{serial}"),
        )
    assert await warnings() == ["W_ROUND_TOO_MANY", "W_ROUND_DOCUMENTS"]
    await world.execute(
        "test.refused", "update platforms.recognition_case set stage = 'NOT_RECOGNISED'"
    )
    assert await warnings() == ["W_ROUND_TOO_FEW"]


async def test_policy_documents_are_registered_and_corrected(world: Database) -> None:
    make = """mutation ($input: PolicyDocumentInput!) { registerPolicyDocument(input: $input) {
      document { number title publishedOn } errors { code } } }"""
    given = {"number": "国知函〔示例〕2号", "title": "认定通知", "issuer": "示例机关"}
    cnipa = as_(world, CNIPA)
    assert (await as_(world, CITY).mutate(make, input=given))[1] == ["FORBIDDEN"]
    assert (await cnipa.mutate(make, input=given))[1] == []
    corrected = given | {"issuedOn": "2024-06-01", "publishedOn": "2024-06-20"}
    made, codes = await cnipa.mutate(make, input=corrected)
    assert codes == []
    assert made["document"] == {
        "number": "国知函〔示例〕2号",
        "title": "认定通知",
        "publishedOn": "2024-06-20",
    }
    wrong = corrected | {"publishedOn": "2024-05-01", "title": ""}
    assert (await cnipa.mutate(make, input=wrong))[1] == ["TEXT_MISSING", "DATE_ORDER"]


async def test_names_of_a_round_come_into_use_together(world: Database) -> None:
    """A document to be published later holds its names back (DOMAIN §1.4 D10); see the jobs."""
    await add_round(world)
    await world.execute(
        "test.document",
        "insert into platforms.policy_document values"
        " ('国知函〔示例〕3号', '认定通知', '示例机关', '2024-06-10', '2024-06-20')",
    )
    id_ = await add_case(world, "UNDER_EVALUATION")
    recognise = """mutation ($id: ID!) { advanceRecognition(caseId: $id, action: RECOGNISE,
      decision: { officialName: "国家级产业知识产权运营中心",
        documentNumber: "国知函〔示例〕3号" }) {
      case { decision { officialName } center { status officialName } } errors { code } } }"""
    done, codes = await as_(world, CNIPA).mutate(recognise, id=id_)
    assert codes == []
    assert done["case"] == {
        "decision": {"officialName": "国家级产业知识产权运营中心"},
        "center": {"status": "RECOGNISED", "officialName": "示例中心"},
    }
