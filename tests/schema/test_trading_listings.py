"""Listings as drafts: making and revising them, and who knows of what is not on offer yet."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller
from tests.schema.trading_world import (
    CNIPA,
    CREATE,
    GUANGDONG,
    INDUSTRY,
    INVENTION,
    JIANGSU,
    JOINT,
    MAKER,
    OTHER_TRADER,
    PARTY,
    PUBLIC,
    REVIEWER,
    SCREEN,
    SHENZHEN,
    SHENZHEN_PLATFORM,
    TRANSITION,
    Trader,
    add_tradable,
    lead,
    listed,
    listing,
    make,
    status_of,
)
from tests.schema.world import HOLDER


@pytest.fixture
async def world(database: Database) -> Database:
    await add_tradable(database)
    return database


# creating


async def test_a_draft_is_made_whole(world: Database) -> None:
    payload, codes = await Trader(world, MAKER).mutate(
        """mutation ($input: ListingInput!) { createListing(input: $input) { listing {
             number title summary platform { code } patents { applicationNumber }
             seller { name organization { uscc } } deal tradingMethod price { kind amountMax }
             industry { code } region { code } listedFrom listedTo status screening { id }
             provenance { sourceSystem confidence } allowedActions } errors { code } } }""",
        input=listing(
            number=" sz－2024 001 ",
            title="  电池热管理  ",
            summary="第一行\n 第二行 ",
            applicationNumbers=["ZL201910000001.9", JOINT],
            price={"kind": "RANGE", "amountMin": "1", "amountMax": "2.50"},
        ),
    )
    assert codes == []
    assert payload["listing"] == {
        "number": "SZ-2024001",
        "title": "电池热管理",
        "summary": "第一行\n第二行",
        "platform": {"code": SHENZHEN_PLATFORM},
        "patents": [{"applicationNumber": INVENTION}, {"applicationNumber": JOINT}],
        "seller": {"name": "示例甲智能装备有限公司", "organization": {"uscc": HOLDER}},
        "deal": "TRANSFER",
        "tradingMethod": "LISTING",
        "price": {"kind": "RANGE", "amountMax": "2.50"},
        "industry": {"code": "C3841"},
        "region": {"code": "440305"},
        "listedFrom": "2024-06-15",
        "listedTo": "2024-12-31",
        "status": "DRAFT",
        "screening": None,
        "provenance": {"sourceSystem": "hub", "confidence": "PLATFORM"},
        "allowedActions": ["SUBMIT"],
    }
    row = await world.fetchrow("test.row", "select * from trading.listing")
    assert row is not None
    assert (row["created_by"], row["jurisdiction_code"]) == (MAKER.subject, "440300")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"title": " "}, ["TEXT_MISSING"]),
        ({"number": "x" * 101}, ["TEXT_TOO_LONG"]),
        ({"applicationNumbers": []}, ["PATENTS_COUNT"]),
        ({"applicationNumbers": [INVENTION, "201910000001.9"]}, ["PATENTS_COUNT"]),
        ({"listedFrom": "2025-01-01"}, ["DATE_ORDER"]),
        ({"listedFrom": "2024-01-01", "listedTo": "2024-06-14"}, ["DATE_PAST"]),
        ({"listedTo": "2044-06-16"}, ["DATE_OUT_OF_RANGE"]),
        ({"price": {"kind": "FIXED"}}, ["MONEY_MEMBER_MISSING"]),
        (
            {"price": {"kind": "FIXED", "amount": "-1"}, "title": ""},
            ["TEXT_MISSING", "MONEY_OUT_OF_RANGE"],
        ),
    ],
)
async def test_wrong_input_is_told_whole_and_nothing_is_stored(
    world: Database, changes: dict[str, Any], codes: list[str]
) -> None:
    payload, found = await Trader(world, MAKER).mutate(CREATE, input=listing(**changes))
    assert (payload["listing"], sorted(found)) == (None, sorted(codes))
    assert not await world.fetchval("test.none", "select count(*) from trading.listing")


async def test_a_number_is_given_once_on_a_platform(world: Database) -> None:
    await make(world)
    _, codes = await Trader(world, MAKER).mutate(CREATE, input=listing(title="另一个"))
    assert codes == ["NUMBER_TAKEN"]


@pytest.mark.parametrize("caller", [PUBLIC, CNIPA, OTHER_TRADER, INDUSTRY, GUANGDONG, PARTY])
async def test_only_the_platform_itself_lists(world: Database, caller: Caller) -> None:
    made = await make(world)
    for query, variables in (
        (CREATE, {"input": listing(number="2")}),
        (TRANSITION, {"id": made, "action": "SUBMIT"}),
        (SCREEN, {"id": made}),
        (REVISE, {"id": made, "input": listing()}),
    ):
        _, codes = await Trader(world, caller).mutate(query, **variables)
        assert codes == ["FORBIDDEN" if caller is not PUBLIC else "UNAUTHENTICATED"]
    assert await status_of(world, made) == "DRAFT"


REVISE = """
mutation ($id: ID!, $input: ListingInput!) { reviseListing(id: $id, input: $input) {
  listing { title status patents { applicationNumber } } errors { code path } } }
"""


async def test_a_draft_is_revised_and_nothing_else_is(world: Database) -> None:
    made = await make(world)
    payload, codes = await Trader(world, MAKER).mutate(
        REVISE, id=made, input=listing(title="新名称", applicationNumbers=[JOINT])
    )
    assert codes == []
    assert payload["listing"] == {
        "title": "新名称",
        "status": "DRAFT",
        "patents": [{"applicationNumber": JOINT}],
    }
    _, codes = await Trader(world, MAKER).mutate(REVISE, id=made, input=listing(number="9"))
    assert codes == ["KEY_CHANGED"]
    await lead(world, made, "SUBMIT")
    _, codes = await Trader(world, MAKER).mutate(REVISE, id=made, input=listing())
    assert codes == ["NOT_A_DRAFT"]
    await lead(world, made, "WITHDRAW")
    _, codes = await Trader(world, MAKER).mutate(REVISE, id=made, input=listing())
    assert codes == []


# who sees it


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (MAKER, True),
        (REVIEWER, True),
        (CNIPA, True),
        (SHENZHEN, True),
        (GUANGDONG, True),
        (JIANGSU, False),
        (OTHER_TRADER, False),
        (INDUSTRY, False),
        (PARTY, False),
        (PUBLIC, False),
    ],
)
async def test_drafts_and_screenings_are_seen_by_those_concerned(
    world: Database, caller: Caller, sees: bool
) -> None:
    offered = await listed(world)
    hidden = [await make(world, number=state) for state in ("DRAFT", "SCREENING", "SCREEN_FAILED")]
    await world.execute(
        "test.states",
        "update trading.listing set status = number where number <> 'SZ-2024-001'",
    )
    screening = await world.fetchval("test.s", "select id::text from trading.listing_screening")
    trader = Trader(world, caller)
    data = await trader.data(
        """{ listings { totalCount nodes { id } } offered: listing(id: "%s") { status
               screening { id } screenings { id } } draft: listing(id: "%s") { status } }"""
        % (offered, hidden[0])
    )
    ids = {node["id"] for node in data["listings"]["nodes"]}
    assert ids == ({offered, *hidden} if sees else {offered})
    assert data["listings"]["totalCount"] == len(ids)
    assert data["draft"] == ({"status": "DRAFT"} if sees else None)
    assert data["offered"]["screenings"] == ([{"id": screening}] if sees else [])
    assert data["offered"]["screening"] == ({"id": screening} if sees else None)
    found = await trader.entities(
        """... on Listing { id } ... on ListingScreening { id }
           ... on Patent { listings { id } } ... on Organization { listings { id } }
           ... on OperationCenter { listings { id } }""",
        {"__typename": "Listing", "id": hidden[1]},
        {"__typename": "ListingScreening", "id": screening},
        {"__typename": "Patent", "applicationNumber": INVENTION},
        {"__typename": "Organization", "uscc": HOLDER},
        {"__typename": "OperationCenter", "code": SHENZHEN_PLATFORM},
    )
    assert [each is not None for each in found[:2]] == [sees, sees]
    for each in found[2:]:
        assert len(each["listings"]) == (4 if sees else 1)
