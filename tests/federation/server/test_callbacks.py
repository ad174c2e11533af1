"""The callback route, with a subgraph that posts to it over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from aiohttp import web

from federation.config.load import parse_config
from federation.server.app import Application, build_app
from federation.server.settings.engine import EngineSettings
from tests.federation.execution.stream_servers import serving
from tests.federation.server.harness import Client, running
from tests.federation.server.stream_harness import HttpStream, supergraph


class CallbackSubgraph:
    """Speaks the protocol: confirms the callback URL before it answers, beats, ends when told.

    `post` is how it reaches the hub. What it emits is put into `events`; None completes.
    """

    def __init__(self) -> None:
        self.post: Any = None
        self.events: asyncio.Queue[Any] = asyncio.Queue()
        self.statuses: list[tuple[str, int]] = []
        self.emitters: set[asyncio.Task[None]] = set()
        self.silent = False
        self.wrong_verifier = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if not body["query"].startswith("subscription"):
            entities = [{"name": f"Name {r['id']}"} for r in body["variables"]["representations"]]
            return web.json_response({"data": {"_entities": entities}})
        assert "application/json;callbackSpec=1.0" in request.headers["accept"]
        extension = body["extensions"]["subscription"]
        if self.wrong_verifier:
            extension["verifier"] += "x"
        if await self._send(extension, "check") != 204:
            return web.json_response({"errors": [{"message": "callback refused"}]}, status=400)
        task = asyncio.ensure_future(self._emit(extension))
        self.emitters.add(task)
        task.add_done_callback(self.emitters.discard)
        headers = {"subscription-protocol": "callback/1.0"}
        return web.json_response({"data": None}, headers=headers)

    async def _send(self, extension: Any, action: str, **more: Any) -> int:
        message = {
            "kind": "subscription",
            "action": action,
            "id": extension["subscriptionId"],
            "verifier": extension["verifier"],
            **more,
        }
        path = extension["callbackUrl"].removeprefix("https://hub.example")
        reply = await self.post(path, json.dumps(message).encode())
        assert reply.headers["subscription-protocol"] == "callback/1.0"
        if action == "check" and reply.status == 204:
            assert reply.body == b""
        self.statuses.append((action, reply.status))
        return int(reply.status)

    async def _emit(self, extension: Any) -> None:
        interval = extension["heartbeatIntervalMs"] / 1000
        while True:
            try:
                async with asyncio.timeout(interval / 2):
                    event = await self.events.get()
            except TimeoutError:
                if not self.silent and await self._send(extension, "check") != 204:
                    return
                continue
            if event is None or isinstance(event, list):
                more = {} if event is None else {"errors": event}
                await self._send(extension, "complete", **more)
                return
            payload = {"data": {"priceChanged": event}}
            if await self._send(extension, "next", payload=payload) != 200:
                return


@contextlib.asynccontextmanager
async def hub_with(subgraph: CallbackSubgraph) -> AsyncIterator[Application]:
    async with serving(subgraph.answer) as url:
        callback = {
            "public_url": "https://hub.example/callback",
            "subgraphs": ["prices"],
            "heartbeat_interval": "100ms",
        }
        settings = parse_config(
            json.dumps(
                {
                    "override_subgraph_url": {"prices": url, "items": url},
                    "subscription": {"mode": {"callback": callback}},
                    "include_subgraph_errors": {"all": True},
                }
            ),
            EngineSettings,
            source="hub.yaml",
            environment={},
        )

        async def source() -> str:
            return supergraph()

        app = build_app(settings, source)

        async def post(path: str, body: bytes) -> Any:
            return await Client(app).request("POST", path, chunks=(body,))

        subgraph.post = post
        async with running(app):
            yield app
        async with asyncio.timeout(3):
            await asyncio.gather(*subgraph.emitters)


async def subscribed(app: Application) -> HttpStream:
    query = {"query": "subscription { priceChanged { price name } }"}
    stream = HttpStream(app, query, {"accept": "text/event-stream"})
    await stream.head()
    assert await stream.read() == b":\n\n"
    return stream


ITEM = {"__typename": "Item", "id": "4", "price": 40}


async def test_a_subgraph_that_speaks_the_protocol() -> None:
    subgraph = CallbackSubgraph()
    async with hub_with(subgraph) as app:
        stream = await subscribed(app)
        for _ in range(2):
            subgraph.events.put_nowait(ITEM)
            piece = await stream.read()
            assert piece is not None
            assert b'"price":40,"name":"Name 4"' in piece
        # Quiet, but alive: longer than two intervals.
        await asyncio.sleep(0.35)
        subgraph.events.put_nowait(None)
        assert await stream.read_all() == b"event: complete\ndata: \n\n"
    assert subgraph.statuses[0] == ("check", 204)
    assert subgraph.statuses[-1] == ("complete", 202)
    assert subgraph.statuses.count(("next", 200)) == 2
    assert subgraph.statuses.count(("check", 204)) > 4


async def test_a_client_that_leaves_is_told_to_the_emitter() -> None:
    subgraph = CallbackSubgraph()
    async with hub_with(subgraph) as app:
        stream = await subscribed(app)
        subgraph.events.put_nowait(ITEM)
        await stream.read()
        await stream.leave()
        subgraph.events.put_nowait(ITEM)
    # The emitter ended because of it.
    assert subgraph.statuses[-1][1] == 404


async def test_an_emitter_that_falls_silent() -> None:
    subgraph = CallbackSubgraph()
    async with hub_with(subgraph) as app:
        stream = await subscribed(app)
        subgraph.silent = True
        body = await stream.read_all()
        assert b"SUBSCRIPTION_STREAM_CLOSED" in body
        subgraph.silent = False


async def test_errors_that_end_a_subscription() -> None:
    subgraph = CallbackSubgraph()
    async with hub_with(subgraph) as app:
        stream = await subscribed(app)
        subgraph.events.put_nowait([{"message": "topic deleted", "extensions": {"code": "GONE"}}])
        body = await stream.read_all()
        assert b"topic deleted" in body
        assert b'"code":"GONE"' in body


async def test_a_callback_that_does_not_know_the_secret() -> None:
    subgraph = CallbackSubgraph()
    subgraph.wrong_verifier = True
    async with hub_with(subgraph) as app:
        stream = await subscribed(app)
        assert b"callback refused" in await stream.read_all()
    assert subgraph.statuses == [("check", 400)]


async def test_events_that_the_subgraph_posts() -> None:
    extensions: asyncio.Queue[Any] = asyncio.Queue()

    async def subgraph(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body["query"].startswith("subscription"):
            extensions.put_nowait(body["extensions"]["subscription"])
            return web.json_response({"data": None})
        entities = [{"name": f"Name {r['id']}"} for r in body["variables"]["representations"]]
        return web.json_response({"data": {"_entities": entities}})

    async with serving(subgraph) as url:
        mode = {"callback": {"public_url": "https://hub.example/callback", "subgraphs": ["prices"]}}
        settings = msgspec.convert(
            {
                "override_subgraph_url": {"prices": url, "items": url},
                "subscription": {"mode": mode},
            },
            EngineSettings,
        )

        async def source() -> str:
            return supergraph()

        app = build_app(settings, source)
        async with running(app):
            query = "subscription { priceChanged { price name } }"
            stream = HttpStream(app, {"query": query}, {"accept": "text/event-stream"})
            await stream.head()
            await stream.read()
            extension = await extensions.get()
            path = extension["callbackUrl"].removeprefix("https://hub.example")
            client = Client(app)

            async def post(action: str, verifier: str = extension["verifier"], **more: Any) -> int:
                message = {
                    "kind": "subscription",
                    "id": extension["subscriptionId"],
                    "action": action,
                    "verifier": verifier,
                    **more,
                }
                chunks = (json.dumps(message).encode(),)
                reply = await client.request("POST", path, chunks=chunks)
                assert reply.headers["subscription-protocol"] == "callback/1.0"
                return reply.status

            item = {"__typename": "Item", "id": "4", "price": 40}
            assert await post("check") == 204
            assert await post("next", payload={"data": {"priceChanged": item}}, verifier="x") == 400
            assert await post("next", payload={"data": {"priceChanged": item}}) == 200
            piece = await stream.read()
            assert piece is not None
            assert b'"price":40,"name":"Name 4"' in piece
            assert await post("complete") == 202
            assert await stream.read_all() == b"event: complete\ndata: \n\n"
            assert await post("check") == 404
            big = await client.request("POST", path, chunks=(b"x" * 3_000_000,) * 2)
            assert big.status == 413
            assert (await client.request("GET", path)).status == 405
