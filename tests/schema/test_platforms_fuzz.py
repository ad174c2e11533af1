"""Every mutation of `platforms` with random values: coded answers, and nothing half-written."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from schema import SUBGRAPHS
from tests.schema.fuzz import Fuzz
from tests.schema.workflows.platforms import CODE, add_case, add_center, add_round
from tests.schema.world import HOLDER, add_reference

CNIPA = Caller("cnipa", Role.CNIPA_ADMIN)
CITY = Caller("city", Role.PROVINCIAL_OFFICE, jurisdiction="440300")
HOST = Caller("host", Role.INDUSTRY_CENTER, center=CODE)
PLANNED = "IC-440300-08"
PLANNER = Caller("planner", Role.INDUSTRY_CENTER, center=PLANNED)

WHO: dict[str, Caller] = {
    "registerCenter": CITY,
    "saveRecognitionDossier": PLANNER,
    "advanceRecognition": CNIPA,
    "recordEvaluationEvidence": CNIPA,
    "closeRectificationItem": HOST,
    "openSupervision": CITY,
    "advanceSupervision": CITY,
    "closeSupervision": CITY,
    "approveWorkPlan": CNIPA,
    "completeMilestone": HOST,
    "grantInnovationTask": CITY,
    "advanceInnovationTask": HOST,
    "recordSupportMeasure": CITY,
    "recordExhibition": HOST,
    "revokeRecognition": CNIPA,
    "openRecognitionRound": CNIPA,
    "registerPolicyDocument": CNIPA,
}
"""Who may do it, so that calls get past the door."""


async def _pools(database: Database, name: str) -> dict[str, list[Any]]:
    """Lay out a world in which each mutation can succeed, and return values that fit."""
    await add_reference(database)
    await add_round(database)
    status = "RECOGNISED" if name == "revokeRecognition" else "PILOT"
    await add_center(database, status=status)
    await add_center(database, PLANNED)
    rectifying = name == "closeRectificationItem"
    case = await add_case(database, "RECTIFICATION" if rectifying else "UNDER_EVALUATION")
    await database.execute(
        "test.open", "update platforms.rectification_item set done = false, evidence = null"
    )
    if name == "approveWorkPlan":
        await database.execute("test.plan", "update platforms.work_plan set status='UNDER_REVIEW'")
    action = await database.fetchval(
        "test.supervision",
        "insert into platforms.supervision_action (center_code, jurisdiction_code, field,"
        " risk_level, finding, status, opened_on) values ($1, '440300', 'DATA_USE', 'LOW', 'x',"
        " $2, '2024-01-01') returning id",
        *(CODE, "RECTIFYING" if name == "closeSupervision" else "OPEN"),
    )
    task = await database.fetchval(
        "test.task",
        "insert into platforms.innovation_task (center_code, kind, title, status)"
        " values ($1, 'MODEL_INNOVATION', 'x', 'PLANNED') returning id",
        CODE,
    )
    tables = {
        "advanceSupervision": action,
        "closeSupervision": action,
        "advanceInnovationTask": task,
        "approveWorkPlan": await database.fetchval("t", "select id from platforms.work_plan"),
        "completeMilestone": await database.fetchval("t", "select id from platforms.milestone"),
    }
    item = await database.fetchval("t", "select id from platforms.rectification_item")
    text = ["示例文字", "专利许可 100 件"]
    return {
        "caseId": [case],
        "itemId": [str(item)],
        "id": [str(tables.get(name))],
        "centerCode": [PLANNED if name == "saveRecognitionDossier" else CODE],
        "round": ["TEST"],
        "officialName": ["国家级产业知识产权运营中心", "示例"],
        "comment": ["说明", None],
        "startsOn": ["2024-07-01"],
        "dueOn": ["2025-01-01", "2028-01-01"],
        "periodFrom": ["2020-01-01"],
        "periodTo": ["2023-01-01"],
        "from": ["2024-01-01"] if name in ("recordSupportMeasure", "recordExhibition") else ["1"],
        "to": ["2024-01-02"] if name in ("recordSupportMeasure", "recordExhibition") else ["2"],
        "on": ["2024-06-01", "2025-01-01"],
        "doneOn": ["2024-06-01", None],
        "hostUscc": [HOLDER],
        "regionCode": ["440305"],
        "serviceRegionCodes": [["440000"], ["000000", "440300"], []],
        "industryCodes": [["C3841"], ["C38", "ZZ"], None],
        "function": [None, "TRADING_SERVICE"],
        "supportTool": [None],
        "track": ["PILOT_PLATFORM", "EXCHANGE_INSTITUTION"],
        "decision": [None],
        "fewest": [1, None],
        "most": [5, 0, None],
        "code": ["R1", "R2", "R3"],
        "deadline": ["2024-12-31", None],
        "issuedOn": ["2024-01-01", None],
        "publishedOn": ["2024-02-01", None],
        "amountCny": ["12.50", "-1", "0.001"],
        "functionalPositioning": ["产业运营", None],
        **{
            each: text
            for each in (
                *("title", "workingName", "reason", "note", "finding", "result", "indicator"),
                *("task", "measure", "grantedBy", "exhibition", "evidence", "goals", "issuer"),
                *("constructionEntity", "operatingMechanism", "team", "business", "number"),
                *("productDevelopment", "investmentAndBenefit", "requirement"),
            )
            if each not in ("goals", "evidence") or name == "closeRectificationItem"
        },
    }


def test_none_is_left_out() -> None:
    mutation = SUBGRAPHS["platforms"]._schema.mutation_type
    assert mutation is not None
    assert set(WHO) == set(mutation.fields)


@pytest.mark.parametrize("name", WHO)
async def test_random_calls(database: Database, name: str) -> None:
    pools = await _pools(database, name)
    outcomes = await Fuzz(database, "platforms", pools, seed=5).run(name, WHO[name], 40)
    assert outcomes["DONE"], outcomes
    assert len(outcomes) > 1, outcomes


@pytest.mark.parametrize("seed", [1, 2])
async def test_random_decisions(database: Database, seed: int) -> None:
    pools = await _pools(database, "advanceRecognition")
    del pools["decision"]
    pools |= {"rectificationItems": [["补充接口"], None], "documentNumber": ["示例1号", None]}
    outcomes = await Fuzz(database, "platforms", pools, seed).run("advanceRecognition", CNIPA, 60)
    assert outcomes["DONE"], outcomes
    assert outcomes["DECISION_NOT_TAKEN"] or outcomes["TRANSITION_NOT_ALLOWED"], outcomes
