"""Boards: made by the worker from what other subgraphs say, never when asked for; told live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.commands import Command
from resolvers.hub.events import EventBus
from resolvers.hub.worker import JobContext, Worker
from resolvers.identity import ANONYMOUS, Caller, Role, service
from resolvers.peers import PeerUnavailable
from resolvers.reporting.dashboard.refresh import refresh_often, refresh_rarely
from resolvers.reporting.jobs import JOBS, sync_centers
from schema.serving import SubgraphServer
from tests.schema.reporting_world import CNIPA, OPERATOR, PLATFORM, TRADING, add_center, add_report
from tests.schema.world import NOW, TODAY, Asker, add_trading

BOARD = "query ($s: DashboardScope!, $c: String) { dashboard(scope: $s, code: $c) { %s } }"
FRONTEND = Caller("f", Role.FRONTEND)


class SomePeers:
    """The subgraphs of this process, without those named."""

    def __init__(self, database: Database, *without: str) -> None:
        self._peers = SubgraphServer(database, today=lambda: TODAY).local_peers
        self._without = without
        self.asked: list[str] = []

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        self.asked.append(subgraph)
        if subgraph in self._without:
            raise PeerUnavailable(subgraph, "down")
        return await self._peers.ask(subgraph, query, variables)


async def refresh(database: Database, now: datetime = NOW, *without: str) -> SomePeers:
    peers = SomePeers(database, *without)
    context = JobContext(database, peers, now)
    await sync_centers(context)
    await refresh_often(context)
    await refresh_rarely(context)
    return peers


async def board(database: Database, scope: str, code: str | None = None) -> dict[str, str]:
    asker = Asker(database, "reporting", FRONTEND)
    data = await asker.data(BOARD % "code value", s=scope, c=code)
    return {each["code"]: each["value"] for each in data["dashboard"]}


@pytest.fixture
async def filled(database: Database) -> Database:
    await add_trading(database)
    await add_center(database, "FT-110000-01", region="110000", jurisdiction="110000")
    await add_center(database, "IC-440300-01", region="440305", jurisdiction="440300",
                     status="PILOT", industries=("C3841",))  # fmt: skip
    return database


async def test_boards_show_what_the_subgraphs_say(filled: Database) -> None:
    await refresh(filled)
    national = await board(filled, "NATIONAL")
    # as put in by `add_trading`: two of three listings LISTED, two statements in force, one deal
    expected = {
        "CENTERS": "2.00", "CENTERS_RECOGNISED": "1.00", "ACTIVE_LISTINGS": "2.00",
        "OPEN_LICENCES": "2.00", "DEALS": "1.00", "DEAL_AMOUNT_CNY": "150000.00",
    }  # fmt: skip
    assert {code: national[code] for code in expected} == expected
    assert list(national)[:3] == ["CENTERS", "CENTERS_RECOGNISED", "ACTIVE_LISTINGS"]
    region = await board(filled, "REGION", "440300")
    assert (region["CENTERS"], region["ACTIVE_LISTINGS"]) == ("1.00", "1.00")
    assert "CENTERS_RECOGNISED" in region
    industry = await board(filled, "INDUSTRY", "C38")
    assert (industry["CENTERS"], industry["ACTIVE_LISTINGS"]) == ("1.00", "1.00")
    center = await board(filled, "CENTER", "FT-110000-01")
    assert (center["ACTIVE_LISTINGS"], center["DEALS"]) == ("1.00", "1.00")
    assert center["DEAL_AMOUNT_CNY"] == "150000.00"
    assert await board(filled, "REGION", "659000") == {}


async def test_a_board_is_read_and_not_made_when_asked_for(filled: Database) -> None:
    await refresh(filled)
    asker = Asker(filled, "reporting")
    await asker.data(BOARD % "code title value unit changeRate updatedAt", s="NATIONAL", c=None)
    assert dict(asker.statements) == {"reporting.tiles": 1}


async def test_titles_and_reported_figures(filled: Database) -> None:
    cnipa = Asker(filled, "reporting", CNIPA)
    for label, count in (("2023-Q3", 10), ("2023-Q4", 15)):
        report = await add_report(
            filled, label, "PROVINCE_CONFIRMED", {"TRADE_DEAL_COUNT": count}, region="440305"
        )
        await cnipa.data(
            """mutation ($id: ID!) { transitionReport(id: $id, expectedVersion: 1, action: ACCEPT) {
                 errors { code } } }""",
            id=str(report),
        )
    await refresh(filled)
    for scope, code in (("NATIONAL", None), ("REGION", "440000"), ("REGION", "440305")):
        data = await cnipa.data(BOARD % "code title value unit changeRate", s=scope, c=code)
        [tile] = [each for each in data["dashboard"] if each["code"] == "REPORTED_DEALS"]
        assert tile == {
            "code": "REPORTED_DEALS",
            "title": "报送成交项目（2023-Q4）\nDeals reported (2023-Q4)",
            "value": "15.00",
            "unit": "COUNT",
            "changeRate": "0.5000",
        }


async def test_growth_against_thirty_days_ago(filled: Database) -> None:
    await refresh(filled, NOW - timedelta(days=31))
    await filled.execute("test.u", "update trading.listing set status = 'DELISTED' "
                         "where platform_code = 'FT-310000-01'")  # fmt: skip
    await refresh(filled, NOW)
    data = await Asker(filled, "reporting").data(
        BOARD % "code value changeRate updatedAt", s="NATIONAL", c=None
    )
    tiles = {each["code"]: each for each in data["dashboard"]}
    assert tiles["ACTIVE_LISTINGS"]["value"] == "1.00"
    assert tiles["ACTIVE_LISTINGS"]["changeRate"] == "-0.5000"
    assert tiles["DEALS"]["changeRate"] == "0.0000"
    assert tiles["DEALS"]["updatedAt"] == "2024-06-15T04:00:00Z"  # confirmed a new day


async def test_a_subgraph_that_is_down_leaves_its_tiles_as_they_were(filled: Database) -> None:
    await refresh(filled)
    await add_center(filled, "RC-440000-01")
    peers = await refresh(filled, NOW + timedelta(days=2), "trading")
    assert "trading" in peers.asked
    national = await board(filled, "NATIONAL")
    assert (national["CENTERS"], national["ACTIVE_LISTINGS"]) == ("3.00", "2.00")
    data = await Asker(filled, "reporting").data(BOARD % "code updatedAt", s="NATIONAL", c=None)
    ages = {each["code"]: each["updatedAt"][:10] for each in data["dashboard"]}
    assert (ages["CENTERS"], ages["ACTIVE_LISTINGS"]) == ("2024-06-17", "2024-06-15")


async def test_nothing_new_tells_nothing(filled: Database) -> None:
    count = "select count(*) from hub.event where topic = 'reporting.dashboard_changed'"
    await refresh(filled)
    told = await filled.fetchval("test.n", count)
    await refresh(filled, NOW + timedelta(seconds=30))
    assert await filled.fetchval("test.n", count) == told > 0


@pytest.mark.parametrize(
    ("who", "scope", "code", "refusal"),
    [
        (ANONYMOUS, "NATIONAL", None, []),
        (ANONYMOUS, "REGION", "440000", []),
        (ANONYMOUS, "CENTER", TRADING, ["UNAUTHENTICATED"]),
        (FRONTEND, "CENTER", TRADING, []),
        (PLATFORM, "CENTER", TRADING, []),
        (OPERATOR, "CENTER", TRADING, []),
        (Caller("x", Role.REGIONAL_CENTER, center="RC-440000-01"), "CENTER", TRADING,
         ["FORBIDDEN"]),
        (CNIPA, "NATIONAL", "440000", ["BAD_USER_INPUT"]),
        (CNIPA, "REGION", None, ["BAD_USER_INPUT"]),
        (CNIPA, "REGION", "XX", ["BAD_IDENTIFIER"]),
        (CNIPA, "INDUSTRY", "Z9", ["BAD_IDENTIFIER"]),
    ],
)  # fmt: skip
async def test_who_sees_which_board(
    database: Database, who: Caller, scope: str, code: str | None, refusal: list[str]
) -> None:
    response = await Asker(database, "reporting", who).response(BOARD % "code", s=scope, c=code)
    found = [error["extensions"]["code"] for error in response.get("errors", ())]
    assert found == refusal


async def test_activity(filled: Database) -> None:
    """What the gateway fetched for it comes with the representation; 2 of 4 quarters accepted."""
    await add_report(filled, "2024-Q1", "ACCEPTED", {}, TRADING)
    await add_report(filled, "2023-Q3", "LOCKED", {}, TRADING)
    await add_report(filled, "2023-Q4", "SUBMITTED", {}, TRADING)
    asker = Asker(filled, "reporting")
    brought = {"publishedProductCount": 5, "activeListingCount": 20}
    response = await asker.entity_response(
        "... on OperationCenter { activityScore }",
        {"__typename": "OperationCenter", "code": TRADING, **brought},
        {"__typename": "OperationCenter", "code": "RC-1", **brought},
        {"__typename": "OperationCenter", "code": TRADING, **brought, "activeListingCount": -1},
    )
    scores = [each and each["activityScore"] for each in response["data"]["_entities"]]
    assert scores == [50.0, 40.0, None]
    assert [error["extensions"]["code"] for error in response["errors"]] == ["BAD_REPRESENTATION"]
    assert dict(asker.statements) == {"reporting.accepted_quarters": 1}
    bare = {"__typename": "OperationCenter", "code": TRADING}
    response = await asker.entity_response("... on OperationCenter { activityScore }", bare)
    assert response["errors"][0]["extensions"]["code"] == "BAD_REPRESENTATION"


async def test_the_worker_knows_the_centres(filled: Database) -> None:
    """By its timer, and at once when one changes."""
    worker = Worker(filled, SomePeers(filled), [JOBS], lambda: NOW)
    await worker.run_once(all_timers=True)
    seen = "select status from reporting.center where code = 'IC-440300-01'"
    assert await filled.fetchval("test.s", seen) == "PILOT"
    change = Command(filled, service("platforms"), "platforms", "advance", NOW)
    async with change.transaction() as work:
        await work.tx.execute(
            "test.u",
            "update platforms.operation_center set status = 'RECOGNISED' "
            "where code = 'IC-440300-01'",
        )
        await work.publish("platforms.center_status_changed", "IC-440300-01", {})
    await worker.run_reactions()
    assert await filled.fetchval("test.s", seen) == "RECOGNISED"


@asynccontextmanager
async def listening(
    database: Database, query: str, who: Caller | None = None, **variables: Any
) -> AsyncGenerator[AsyncGenerator[dict[str, Any], None], None]:
    """Give the results of a subscription, once it listens."""
    async with EventBus(database).running() as bus:
        server = SubgraphServer(database, today=lambda: TODAY, now=lambda: NOW, events=bus)
        if who is not None:
            server._caller = lambda headers: who  # type: ignore[method-assign]
        results = server.subscribe("reporting", query, variables)
        try:
            yield results
        finally:
            await results.aclose()


async def first(results: AsyncGenerator[dict[str, Any], None], *acts: Any) -> dict[str, Any]:
    task = asyncio.ensure_future(anext(results))
    await asyncio.sleep(0.3)
    for act in acts:
        await act()
    return await asyncio.wait_for(task, 10)


async def test_a_board_is_told_at_most_once_a_second(filled: Database) -> None:
    query = "subscription { dashboardUpdated(scope: NATIONAL) { code value } }"

    async def tell() -> None:
        async with Command(filled, service("w"), "reporting", "x", NOW).transaction() as work:
            for key in ("REGION|440000", "NATIONAL|"):
                await work.publish("reporting.dashboard_changed", key, {})

    await refresh(filled)
    async with listening(filled, query) as results:
        clock = asyncio.get_running_loop().time
        one = await first(results, tell)
        began = clock()
        tiles = {each["code"]: each["value"] for each in one["data"]["dashboardUpdated"]}
        assert tiles == await board(filled, "NATIONAL")  # all of them
        task = asyncio.ensure_future(anext(results))
        for _ in range(5):
            await tell()
        await asyncio.wait_for(task, 10)
        assert clock() - began > 0.9
        with pytest.raises(TimeoutError):  # five changes made one message
            await asyncio.wait_for(anext(results), 1.5)


async def test_reports_are_told_to_those_who_see_them(database: Database) -> None:
    mine = await add_report(database, "2023-Q4", "SUBMITTED", {}, TRADING)
    other = await add_report(
        database, "2023-Q4", "SUBMITTED", {}, "FT-110000-01", jurisdiction="110000"
    )
    query = "subscription { reportStatusChanged { number center { code } } }"

    async def tell() -> None:
        async with Command(database, service("w"), "reporting", "x", NOW).transaction() as work:
            for report, center, place in (
                (other, "FT-110000-01", "110000"),
                (mine, TRADING, "440000"),
            ):
                said = {"center": center, "jurisdiction": place, "status": "SUBMITTED"}
                await work.publish("reporting.report_changed", str(report), said)

    async with listening(database, query, PLATFORM) as results:
        told = await first(results, tell)
        assert told["data"]["reportStatusChanged"]["center"] == {"code": TRADING}
    everything = 'subscription { reportStatusChanged(jurisdiction: "440000") { number } }'
    async with listening(database, everything, CNIPA) as results:
        told = await first(results, tell)
        assert told["data"]["reportStatusChanged"] == {"number": f"BR-{TRADING}-2023-Q4"}
    for who, code in ((ANONYMOUS, "UNAUTHENTICATED"), (FRONTEND, "FORBIDDEN")):
        async with listening(database, query, who) as results:
            refused = await anext(results)
            assert refused["errors"][0]["extensions"]["code"] == code


def test_the_clock_of_these_tests() -> None:
    assert datetime(2024, 6, 15, 4, tzinfo=UTC) == NOW
