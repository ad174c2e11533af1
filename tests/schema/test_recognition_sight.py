"""Who sees recognition cases: in lists, on desks, and live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.events import EventBus
from resolvers.identity import ANONYMOUS, Caller, Role
from schema.serving import SubgraphServer
from tests.schema.recognition_world import (
    BEIJING,
    CITY,
    CNIPA,
    HOST,
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
    add_plan,
    add_round,
)
from tests.schema.world import NOW, TODAY

OPERATOR = Caller("operator", Role.HUB_OPERATOR)


FRONTEND = Caller("board", Role.FRONTEND)


@pytest.fixture
async def world(database: Database) -> Database:
    """One pilot industry centre in Shenzhen and a round for it."""
    await add_center(database)
    await add_round(database)
    return database


CASES = """query ($stage: RecognitionStage, $jurisdiction: String, $round: String) {
  recognitionCases(stage: $stage, jurisdiction: $jurisdiction, round: $round) {
    center { code } } }"""


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (CNIPA, [CODE, "IC-650000-07", TRADING]),
        (Caller("peer", Role.SERVICE), [CODE, "IC-650000-07", TRADING]),
        (CITY, [CODE]),
        (PROVINCE, [CODE]),
        (BEIJING, [TRADING]),
        (Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="650000"), []),
        (Caller("x", Role.PROVINCIAL_OFFICE, jurisdiction="XPCC00"), ["IC-650000-07"]),
        (HOST, [CODE]),
        (TRADING_HOST, [TRADING]),
        (OTHER_HOST, []),
        (OPERATOR, []),
        (FRONTEND, []),
        (Caller("x", Role.THIRD_PARTY_INSTITUTION, uscc="91440305MA9T00018E"), []),
        (ANONYMOUS, []),
    ],
)
async def test_who_sees_a_case(
    module_database: Database, caller: Caller, expected: list[str]
) -> None:
    database = module_database
    if not await database.fetchval("test.there", "select count(*) from platforms.work_plan"):
        await add_round(database)
        await add_round(database, "FUN", "FUNCTIONAL")
        await add_center(database)
        await add_center(database, "IC-650000-07", region="659001", jurisdiction="XPCC00")
        place = {"region": "110105", "jurisdiction": "110000"}
        await add_center(database, TRADING, kind="FUNCTIONAL", function="TRADING_SERVICE", **place)
        await add_case(database, "RECTIFICATION")
        await add_case(database, "DRAFTING", "IC-650000-07")
        await add_case(database, "PROVINCIAL_REVIEW", TRADING, "FUN")
        await add_plan(database, "CLOSED")
    asker = as_(database, caller)
    found = (await asker.data(CASES))["recognitionCases"]
    assert sorted(each["center"]["code"] for each in found) == sorted(expected)
    # the same through the centre, and through the entity's key
    data = await asker.data(
        "{ operationCenters { code recognitionCase { id } workPlans { id status } } }"
    )
    shown = {each["code"]: each for each in data["operationCenters"]}
    assert {code for code, each in shown.items() if each["recognitionCase"]} == set(expected)
    # closed plans are open to all, those in review to few
    plans = {code: [plan["status"] for plan in each["workPlans"]] for code, each in shown.items()}
    assert plans[CODE] == ["APPROVED", "CLOSED"]
    assert plans[TRADING] == (["UNDER_REVIEW"] if TRADING in expected else [])
    ids = await database.fetch(
        "test.ids",
        "select k.id, k.center_code, k.work_plan_id from platforms.recognition_case as k",
    )
    entities = await asker.entities(
        "... on RecognitionCase { id } ... on WorkPlan { id }",
        *({"__typename": "RecognitionCase", "id": str(each["id"])} for each in ids),
        *({"__typename": "WorkPlan", "id": str(each["work_plan_id"])} for each in ids),
    )
    for each, case, plan in zip(ids, entities[:3], entities[3:], strict=True):
        code = each["center_code"]
        assert (case is not None) == (code in expected)
        assert (plan is not None) == (code in expected or code == CODE)


async def test_lists_of_cases_are_filtered(world: Database) -> None:
    await add_case(world, "RECTIFICATION")
    await add_center(world, TRADING, region="110000", jurisdiction="110000")
    await add_round(world, "OTHER")
    await add_case(world, "DRAFTING", TRADING, "OTHER")
    asker = as_(world, CNIPA)

    async def codes(**wanted: str) -> list[str]:
        data = await asker.data(CASES, **wanted)
        return [each["center"]["code"] for each in data["recognitionCases"]]

    assert await codes() == [TRADING, CODE]  # newest first
    assert await codes(stage="RECTIFICATION") == [CODE]
    assert await codes(jurisdiction="110000") == [TRADING]
    assert await codes(round="OTHER") == [TRADING]
    assert await codes(stage="DRAFTING", jurisdiction="440300") == []
    assert await asker.codes('{ recognitionCases(jurisdiction: "\\u0000") { id } }') == [
        "BAD_IDENTIFIER"
    ]


async def test_a_desk_is_read_in_a_few_statements(world: Database) -> None:
    """Journey 7 over two cases: one statement per kind of thing, whatever their number."""
    await add_case(world, "RECTIFICATION")
    await add_center(world, "IC-440300-08")
    await add_case(world, "UNDER_EVALUATION", "IC-440300-08")
    server = SubgraphServer(world, today=lambda: TODAY)
    counted = Counting(world)
    server._queries = counted
    answer = await server.answer(
        "platforms",
        CITY,
        """{ recognitionCases(jurisdiction: "440300") { id stage allowedTransitions
             center { code officialName host { uscc } supervisionActions(open: true) { id }
               innovationTasks { id } supportMeasures { id } exhibitions { id } }
             rectification { kind endsOn overdue items { requirement done } }
             workPlan { milestones { id } } evidence { method } history { to } } }""",
    )
    assert "errors" not in answer
    assert len(answer["data"]["recognitionCases"]) == 2
    assert set(counted.statements.values()) == {1}
    assert len(counted.statements) == 11


class Counting:
    """A database that counts its statements by name."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.statements: dict[str, int] = {}

    async def fetch(self, name: str, sql: str, *args: object) -> Any:
        self.statements[name] = self.statements.get(name, 0) + 1
        return await self.database.fetch(name, sql, *args)


SUBSCRIBE = """subscription ($code: ID) {
  recognitionAdvanced(centerCode: $code) { stage center { code } } }"""


@pytest.fixture
async def server(world: Database) -> AsyncIterator[SubgraphServer]:
    async with EventBus(world).running() as bus:
        yield SubgraphServer(world, today=lambda: TODAY, now=lambda: NOW, events=bus)


async def heard(server: SubgraphServer, caller: Caller, code: str | None, count: int) -> list[Any]:
    """Return the first messages a caller hears."""
    server._caller = lambda headers: caller  # type: ignore[method-assign]
    stream = server.subscribe("platforms", SUBSCRIBE, {"code": code})
    found = []
    async with asyncio.timeout(20):
        async for message in stream:
            found.append(message)
            if len(found) == count:
                break
    await stream.aclose()
    return found


async def test_cases_are_heard_by_those_who_see_them(
    world: Database, server: SubgraphServer
) -> None:
    id_ = await add_case(world, "SUBMITTED_TO_CNIPA")
    await add_center(world, TRADING, region="110000", jurisdiction="110000")
    await add_round(world, "OTHER")
    other = await add_case(world, "SUBMITTED_TO_CNIPA", TRADING, "OTHER")
    listening = asyncio.create_task(heard(server, CITY, None, 1))
    await asyncio.sleep(0.3)
    await advance(world, CNIPA, other, "START_EVALUATION")  # Beijing's: not heard in Shenzhen
    await advance(world, CNIPA, id_, "START_EVALUATION")
    assert await listening == [
        {"data": {"recognitionAdvanced": {"stage": "UNDER_EVALUATION", "center": {"code": CODE}}}}
    ]


async def test_one_centre_is_heard(world: Database, server: SubgraphServer) -> None:
    await add_center(world, TRADING, region="110000", jurisdiction="110000")
    await add_round(world, "OTHER")
    other = await add_case(world, "SUBMITTED_TO_CNIPA", TRADING, "OTHER")
    id_ = await add_case(world, "SUBMITTED_TO_CNIPA")
    listening = asyncio.create_task(heard(server, CNIPA, CODE, 1))
    await asyncio.sleep(0.3)
    await advance(world, CNIPA, other, "START_EVALUATION")
    await advance(world, CNIPA, id_, "START_EVALUATION")
    [message] = await listening
    assert message["data"]["recognitionAdvanced"]["center"] == {"code": CODE}


@pytest.mark.parametrize(
    ("caller", "code"), [(ANONYMOUS, "UNAUTHENTICATED"), (FRONTEND, "FORBIDDEN")]
)
async def test_who_sees_no_case_cannot_listen(
    server: SubgraphServer, caller: Caller, code: str
) -> None:
    [message] = await heard(server, caller, None, 1)
    assert [error["extensions"]["code"] for error in message["errors"]] == [code]
