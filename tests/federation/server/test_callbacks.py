"""The callback route, with a subgraph that posts to it over real sockets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from aiohttp import web

from federation.server.app import build_app
from federation.server.settings import EngineSettings
from tests.federation.execution.stream_servers import serving
from tests.federation.server.harness import Client, running
from tests.federation.server.stream_harness import HttpStream, supergraph


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
            assert await post("next", payload={"data": {"priceChanged": item}}, verifier="x") == 401
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
