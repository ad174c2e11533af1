"""The layout of the notice: the 51st industry centre is refused, the 16th platform only shows."""

from __future__ import annotations

import asyncio

import pytest

from resolvers.database.pool import Database
from tests.schema.recognition_world import (
    CNIPA,
    NAME,
    TRADING,
    advance,
)
from tests.schema.workflows.platforms import (
    CODE,
    add_case,
    add_center,
    add_round,
)
from tests.schema.world import Asker


@pytest.fixture
async def world(database: Database) -> Database:
    """One pilot industry centre in Shenzhen and a round for it."""
    await add_center(database)
    await add_round(database)
    return database


MANY = """
insert into platforms.operation_center (code, kind, function, name, name_scheme, host_uscc,
  region_code, jurisdiction_code, status, source_system, confidence, content_hash)
select $1 || '-330000-' || lpad(n::text, 2, '0'), $2, $3, 'x', 'NOTICE_2022_1002', 'h', '330000',
  '330000', 'RECOGNISED', 's', 'CENTER', 'h' from generate_series(1, $4::int) as n
"""


async def test_the_51st_industry_centre_is_refused(world: Database) -> None:
    await world.execute("test.fifty", MANY, "IC", "INDUSTRY", None, 50)
    id_ = await add_case(world, "UNDER_EVALUATION")
    assert (await advance(world, CNIPA, id_, "RECOGNISE", officialName=NAME))[1] == ["LAYOUT_LIMIT"]
    status = "select status from platforms.operation_center where code = $1"
    assert await world.fetchval("test.status", status, CODE) == "PILOT"
    # one of them leaves, and there is room again
    await world.execute(
        "test.leave",
        "update platforms.operation_center set status = 'REVOKED' where code = 'IC-330000-01'",
    )
    assert (await advance(world, CNIPA, id_, "RECOGNISE", officialName=NAME))[1] == []


async def test_of_two_recognised_at_once_only_one_is_the_fiftieth(world: Database) -> None:
    await world.execute("test.fifty", MANY, "IC", "INDUSTRY", None, 49)
    cases = [await add_case(world, "UNDER_EVALUATION")]
    for serial in ("08", "09", "10"):
        code = f"IC-440300-{serial}"
        await add_center(world, code)
        cases.append(await add_case(world, "UNDER_EVALUATION", code))
    results = await asyncio.gather(
        *(advance(world, CNIPA, id_, "RECOGNISE", officialName=NAME) for id_ in cases)
    )
    assert sorted(codes for _, codes in results) == [[]] + [["LAYOUT_LIMIT"]] * 3
    count = "select count(*) from platforms.operation_center where status = 'RECOGNISED'"
    assert await world.fetchval("test.count", count) == 50


async def test_the_sixteenth_functional_platform_only_shows(database: Database) -> None:
    await add_round(database, "ROUND", "FUNCTIONAL")
    given = ("FF", "FUNCTIONAL", "FINANCIAL_SERVICE", 15)
    await database.execute("test.fifteen", MANY, *given)
    await add_center(
        database, TRADING, kind="FUNCTIONAL", function="TRADING_SERVICE", region="110000"
    )
    id_ = await add_case(database, "UNDER_EVALUATION", TRADING, "ROUND")
    name = "国家知识产权运营（北京）交易服务平台"
    assert (await advance(database, CNIPA, id_, "RECOGNISE", officialName=name))[1] == []
    query = "{ layoutStatus { kind recognised overLimit } }"
    layout = (await Asker(database, "platforms").data(query))["layoutStatus"]
    assert layout[0] == {"kind": "FUNCTIONAL", "recognised": 16, "overLimit": True}
