"""The demo of `platforms`: full answers to the journeys, and a second load changes nothing."""

from __future__ import annotations

from typing import Any

from adapters.sync import pull_source
from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from resolvers.platforms.demo import load_demo
from resolvers.values.dates import today_in_china
from schema.serving import SubgraphServer
from tests.adapters.harness import OPTIONS, demo_source
from tests.schema.fuzz import dump

CNIPA = Caller("c", Role.CNIPA_ADMIN)
SHANGHAI = Caller("s", Role.PROVINCIAL_OFFICE, jurisdiction="310000")


async def ask(database: Database, caller: Caller, query: str) -> Any:
    server = SubgraphServer(database)
    answer = await server.answer("platforms", caller, query)
    assert "errors" not in answer, answer
    return answer["data"]


async def test_the_demo_is_full_and_stays_so(database: Database) -> None:
    await pull_source(database, demo_source("registry-centers"), OPTIONS)
    await load_demo(database)
    first = await dump(database)
    await load_demo(database)
    assert await dump(database) == first

    data = await ask(
        database,
        CNIPA,
        """{ recognitionCases { stage late center { code status officialName } workPlan {
               status milestones { doneOn } } rectification { overdue items { done } }
               evidence { method result } history { to } }
             recognitionRounds { code recognised cases warnings } }""",
    )
    cases = {each["center"]["code"]: each for each in data["recognitionCases"]}
    assert {code: (each["stage"], each["center"]["status"]) for code, each in cases.items()} == {
        "FT-110000-01": ("RECOGNISED", "RECOGNISED"),
        "FF-440400-01": ("RECOGNISED", "RECOGNISED"),
        "FS-310000-01": ("RECOGNISED", "RECOGNISED"),
        "FU-110000-01": ("RECOGNISED", "RECOGNISED"),
        "RC-320000-01": ("RECOGNISED", "RECOGNISED"),
        "IC-340100-01": ("RECOGNISED", "RECOGNISED"),
        "FS-610100-01": ("RECTIFICATION", "IN_RECTIFICATION"),
        "IC-310000-01": ("UNDER_EVALUATION", "UNDER_EVALUATION"),
        "IC-440300-01": ("PROVINCIAL_REVIEW", "PILOT"),
    }
    assert cases["FS-610100-01"]["late"] is True
    assert cases["FS-610100-01"]["rectification"] == {
        "overdue": False,
        "items": [{"done": True}, {"done": False}, {"done": False}],
    }
    assert len(cases["FT-110000-01"]["history"]) == 4
    # names and days are those of the register
    named = await database.fetch(
        "test.names",
        "select code, name, recognised_on::text from platforms.operation_center"
        " where status = 'RECOGNISED' order by code",
    )
    assert {each["recognised_on"] for each in named} == {"2022-12-30"}
    former = "select count(*) from platforms.center_name"
    assert await database.fetchval("test.former", former) == 0

    # journey 7: the office's desk, then the order of rectification
    desk = await ask(
        database,
        SHANGHAI,
        """{ recognitionCases(jurisdiction: "310000") { id stage allowedTransitions
             center { supervisionActions(open: true) { field riskLevel status }
               innovationTasks { title } supportMeasures { kind } exhibitions { exhibition } }
           } }""",
    )
    ready = next(each for each in desk["recognitionCases"] if each["stage"] == "UNDER_EVALUATION")
    assert ready["allowedTransitions"] == []
    assert ready["center"]["supervisionActions"] == [
        {"field": "NAME_AND_SEAL", "riskLevel": "HIGH", "status": "OPEN"}
    ]
    ordered = await ask(
        database,
        CNIPA,
        """mutation { advanceRecognition(caseId: "%s", action: ORDER_RECTIFICATION,
             comment: "建设不到位", decision: { reason: "建设不到位",
             rectificationItems: ["补充数据接口"] }) {
             case { stage rectification { startsOn endsOn } } errors { code message } } }"""
        % ready["id"],
    )
    today = today_in_china()
    assert ordered["advanceRecognition"]["errors"] == []
    assert ordered["advanceRecognition"]["case"]["rectification"]["startsOn"] == today.isoformat()


async def test_without_the_feed_only_the_pilot_is_there(database: Database) -> None:
    await load_demo(database)
    codes = "select array_agg(code) from platforms.operation_center"
    assert await database.fetchval("test.codes", codes) == ["IC-440300-01"]
