"""Subscriptions through the whole hub: a change in PostgreSQL reaches a client's event stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from tests.gateway.conftest import Hub

ADVANCE = """
mutation ($id: ID!) { advanceRecognition(caseId: $id, action: ORDER_RECTIFICATION, comment: "核查",
  decision: { reason: "建设不到位", rectificationItems: ["补充数据接口"] }) { errors { code } } }
"""


@asynccontextmanager
async def stream(hub: Hub, query: str, who: str = "") -> AsyncIterator[asyncio.Queue[Any]]:
    """Subscribe over server-sent events; give a queue of what arrives, and hang up afterwards."""
    events: asyncio.Queue[Any] = asyncio.Queue()
    gone = asyncio.Event()
    body = orjson.dumps({"query": query})
    received = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if received:
            return received.pop(0)
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        for block in message.get("body", b"").split(b"\n\n"):
            for line in block.splitlines():
                if line.startswith(b"data: "):
                    events.put_nowait(orjson.loads(line[6:]))

    headers = [(b"content-type", b"application/json"), (b"accept", b"text/event-stream")]
    if who:
        headers.append((b"authorization", f"Dev {who}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 4000),
    }
    task = asyncio.create_task(hub.app(scope, receive, send))
    try:
        await asyncio.sleep(0.3)  # the subscription has no sign of having begun
        yield events
    finally:
        gone.set()
        async with asyncio.timeout(10):
            await asyncio.gather(task, return_exceptions=True)


async def next_event(events: asyncio.Queue[Any], seconds: float = 20) -> Any:
    async with asyncio.timeout(seconds):
        return await events.get()


async def test_a_step_of_a_case_reaches_those_concerned_only(hub: Hub) -> None:
    """The centre's office hears it, with fields of three subgraphs; another office does not."""
    query = "subscription { recognitionAdvanced { stage center { code host { name } } } }"
    cases = "{ recognitionCases(stage: UNDER_EVALUATION) { id } }"
    [case] = (await hub.query(cases, who="CNIPA_ADMIN"))["data"]["recognitionCases"]
    async with (
        stream(hub, query, "PROVINCIAL_OFFICE 310000") as own,
        stream(hub, query, "PROVINCIAL_OFFICE 650000") as foreign,
        stream(hub, query, "CNIPA_ADMIN") as admin,
    ):
        answer = await hub.query(ADVANCE, who="CNIPA_ADMIN", id=case["id"])
        assert answer["data"]["advanceRecognition"]["errors"] == []
        heard = await next_event(own)
        assert heard == await next_event(admin)
        assert heard["data"]["recognitionAdvanced"] == {
            "stage": "RECTIFICATION",
            "center": {"code": "IC-310000-01", "host": {"name": "示例生物医药产业服务有限公司"}},
        }
        assert foreign.empty()


async def test_the_board_moves(hub: Hub) -> None:
    """J4 live: after a change the worker refreshes the tiles, and one full board arrives."""
    query = "subscription { dashboardUpdated(scope: NATIONAL) { code value changeRate } }"
    demand = """
    mutation { publishDemand(input: { number: "XQ-LIVE-1", title: "寻求电池热管理专利",
      demanderUscc: "91440305MA9T00018E", budget: { kind: NEGOTIABLE }, validUntil: "2030-12-31" })
      { errors { code message } } }
    """
    async with stream(hub, query) as events:
        answer = await hub.query(demand, who="FUNCTIONAL_PLATFORM FT-110000-01")
        assert answer["data"]["publishDemand"]["errors"] == []
        await hub.settle()
        heard = await next_event(events)
        tiles = {each["code"] for each in heard["data"]["dashboardUpdated"]}
        assert {"CENTERS", "OPEN_DEMANDS", "ACTIVE_LISTINGS"} <= tiles
        async with asyncio.timeout(5):
            while not events.empty():
                await events.get()


async def test_who_may_not_subscribe_is_told(hub: Hub) -> None:
    async with stream(hub, "subscription { recognitionAdvanced { stage } }") as events:
        heard = await next_event(events)
        assert [e["extensions"]["code"] for e in heard["errors"]] == ["UNAUTHENTICATED"]
