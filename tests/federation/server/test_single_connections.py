"""GraphQL over SSE in single connection mode, message by message."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
import pytest

from federation.server.app import Application, Surroundings, build_app
from federation.server.callers.credentials import Claims
from federation.server.callers.identity import NOBODY, ClientIdentity
from federation.server.settings.engine import EngineSettings
from federation.server.settings.subscription import SingleConnection, Subscription
from federation.server.wire.request import HttpRequest
from tests.federation.server.harness import SUPERGRAPH, Client, Reply, Subgraph, running

JSON = {"content-type": "application/json"}


class _ByName:
    """Who a client is, by a header; stands for any way of authentication."""

    reserved = frozenset[str]()

    def identify(self, http: HttpRequest, claims: Claims | None) -> ClientIdentity:
        name = http.header(b"x-name")
        return NOBODY if name is None else ClientIdentity(name)


class Streams(Client):
    """A client of one engine whose streams can be read while they run."""

    async def reserve(self, headers: Mapping[str, str] | None = None) -> str:
        reply = await self.request("PUT", "/graphql", headers=headers)
        assert reply.status == 201, reply.body
        return reply.body.decode()

    async def send(
        self, token: str, query: str, operation_id: Any, headers: Mapping[str, str] | None = None
    ) -> Reply:
        body = {"query": query, "extensions": {"operationId": operation_id}}
        every = {**JSON, "x-graphql-event-stream-token": token, **(headers or {})}
        return await self.post_bytes(json.dumps(body).encode(), every)

    async def stop(self, token: str, operation_id: str) -> Reply:
        return await self.request(
            "DELETE",
            "/graphql",
            query_string=f"operationId={operation_id}",
            headers={"x-graphql-event-stream-token": token},
        )

    @contextlib.asynccontextmanager
    async def open(self, token: str) -> AsyncIterator[asyncio.Queue[tuple[str, Any]]]:
        """Yield the events of the stream as (name, data); ("end", None) when it is over."""
        events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        gone = asyncio.Event()

        async def receive() -> Any:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                events.put_nowait(("status", message["status"]))
                return
            for event in message["body"].decode().split("\n\n"):
                if event.startswith("event: "):
                    name, data = event.removeprefix("event: ").split("\ndata: ")
                    events.put_nowait((name, json.loads(data)))
            if not message.get("more_body"):
                events.put_nowait(("end", None))

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/graphql",
            "query_string": f"token={token}".encode(),
            "headers": [(b"accept", b"text/event-stream")],
        }
        task = asyncio.ensure_future(self.app(scope, receive, send))
        assert await events.get() == ("status", 200)
        try:
            yield events
        finally:
            gone.set()
            await task


@contextlib.asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[Streams]:
    section = {"max_operations_per_connection": 3, "queue_capacity": 4} | options
    single = SingleConnection(enabled=True, **section.pop("single", {}))
    settings = EngineSettings(subscription=Subscription(sse_single_connection=single, **section))
    subgraph = Subgraph()

    async def source() -> str:
        return SUPERGRAPH

    async def ticks(*_: Any) -> AsyncIterator[Mapping[str, Any]]:
        for number in range(1, 1000):
            yield {"data": {"ticks": number}}
            await asyncio.sleep(0.005)

    app: Application = build_app(
        settings,
        source,
        local={"demo": subgraph.execute},
        local_streams={"demo": ticks},
        surroundings=Surroundings(identifier=_ByName()),
    )
    async with running(app):
        yield Streams(app, subgraph)


def shown(operation_id: str, data: Any) -> tuple[str, Any]:
    return "next", {"id": operation_id, "payload": {"data": data}}


async def test_operations_over_one_stream() -> None:
    async with serving() as client:
        token = await client.reserve()
        async with client.open(token) as events:
            reply = await client.send(token, "{ hello }", "a")
            assert (reply.status, reply.body) == (202, b"")
            assert await events.get() == shown("a", {"hello": "Hello world"})
            assert await events.get() == ("complete", {"id": "a"})
            assert (await client.send(token, "subscription { ticks }", "b")).status == 202
            assert await events.get() == shown("b", {"ticks": 1})
            assert (await client.send(token, "{ hello }", "b")).code == "OPERATION_ALREADY_EXISTS"
            assert (await client.stop(token, "b")).status == 200
            while (event := await events.get())[0] == "next":
                pass
            assert event == ("complete", {"id": "b"})
            assert (await client.stop(token, "b")).status == 200  # it is over already
            await client.send(token, "mutation { bump }", "b")
            assert await events.get() == shown("b", {"bump": 1})


async def test_what_comes_before_the_stream_is_kept() -> None:
    async with serving() as client:
        token = await client.reserve()
        await client.send(token, "{ hello }", "a")
        async with client.open(token) as events:
            assert await events.get() == shown("a", {"hello": "Hello world"})


async def test_refusals() -> None:
    async with serving() as client:
        token = await client.reserve()
        for wrong, code in (("", "STREAM_NOT_FOUND"), ("x" * 32, "STREAM_NOT_FOUND")):
            reply = await client.send(wrong, "{ hello }", "a")
            assert (reply.status, reply.code) == (404, code)
        for bad in (None, 1, "", "x" * 2_000):
            reply = await client.send(token, "{ hello }", bad)
            assert (reply.status, reply.code) == (400, "INVALID_OPERATION_ID")
        accept = {"accept": "application/graphql-response+json"}
        reply = await client.send(token, "{ nope }", "a", accept)
        assert (reply.status, reply.code) == (400, "GRAPHQL_VALIDATION_FAILED")
        reply = await client.send(token, "{ hello }", "a", {"content-type": "text/plain"})
        assert reply.code == "CSRF_ERROR"
        async with client.open(token):
            reply = await client.request(
                "GET", "/graphql", headers={"x-graphql-event-stream-token": token}
            )
            assert (reply.status, reply.code) == (409, "STREAM_ALREADY_OPEN")
        assert (await client.send(token, "{ hello }", "a")).status == 404  # with the stream


async def test_a_token_is_of_one_caller() -> None:
    async with serving() as client:
        token = await client.reserve({"x-name": "one"})
        for other in ({}, {"x-name": "two"}):
            assert (await client.send(token, "{ hello }", "a", other)).status == 404
        assert (await client.send(token, "{ hello }", "a", {"x-name": "one"})).status == 202
        assert (await client.stop(token, "a")).status == 404


async def test_bounds() -> None:
    single = {"max_streams": 2, "reservation_timeout": 0.05}
    async with serving(single=single) as client:
        token = await client.reserve()
        await client.reserve()
        reply = await client.request("PUT", "/graphql")
        assert (reply.status, reply.code) == (503, "SUBSCRIPTION_MAX_LIMIT")
        replies = [await client.send(token, "subscription { ticks }", f"{n}") for n in range(4)]
        assert [reply.status for reply in replies] == [202, 202, 202, 503]
        await asyncio.sleep(0.1)  # nobody came
        assert (await client.send(token, "{ hello }", "a")).status == 404
        await client.reserve()
        await client.reserve()


async def test_many_operations_that_are_stopped_do_not_pile_up() -> None:
    async with serving() as client:
        token = await client.reserve()
        statuses = set()
        for number in range(30):
            statuses.add((await client.send(token, "subscription { ticks }", f"{number}")).status)
            await client.stop(token, f"{number}")
            await asyncio.sleep(0.01)
        assert statuses == {202, 503}


async def test_who_goes_away_leaves_nothing() -> None:
    async with serving() as client:
        token = await client.reserve()
        async with client.open(token) as events:
            await client.send(token, "subscription { ticks }", "a")
            await events.get()
        engine = client.app._engine_of[0]
        assert (len(engine.lasting.subscriptions), len(engine.lasting.single_connections)) == (0, 0)


async def test_the_stream_ends_when_the_server_stops() -> None:
    async with serving() as client:
        token = await client.reserve()
        async with client.open(token) as events:
            await client.send(token, "subscription { ticks }", "a")
            client.app.drain()
            async with asyncio.timeout(2):
                while (event := await events.get())[0] != "end":
                    last = event
        assert last == ("complete", {"id": "a"})
        assert (await client.request("PUT", "/graphql")).status == 503


@pytest.mark.parametrize("enabled", [True, False])
async def test_off_by_default(enabled: bool) -> None:
    assert not EngineSettings().subscription.sse_single_connection.enabled
    settings = msgspec.convert(
        {"subscription": {"sse_single_connection": {"enabled": enabled}}}, EngineSettings
    )

    async def source() -> str:
        return SUPERGRAPH

    app = build_app(settings, source, local={"demo": Subgraph().execute})
    async with running(app):
        reply = await Client(app).request("PUT", "/graphql", headers=JSON)
        assert reply.status == (201 if enabled else 405)
