"""A subgraph whose events are anything at all, on every way that events can come.

Whatever comes: no crash, no wrong data, and every error has a code that says whose fault it is. A
stream ends by itself, or with one such error. See `test_hostile_subgraphs` for plain answers.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.errors import SubgraphError
from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.executor import CompiledPlan, compile_plan
from federation.execution.subscriptions import EventStream, open_request
from federation.execution.transport import EventSource, SubgraphRequest, SubgraphResponse
from federation.execution.transports.callback import CallbackEventSource, Callbacks
from federation.execution.transports.http_events import HttpEventSource
from federation.execution.transports.in_process import InProcessEventSource
from federation.execution.transports.stream_options import StreamOptions, StreamProtocol
from federation.execution.transports.websocket import WebSocketEventSource
from federation.planning.planner import Planner
from tests.differential.test_hostile_subgraphs import CODES, LINK, VALUES
from tests.federation.execution.stream_servers import Peer, serving, socket_handler

STREAM = (
    LINK
    + """
type Query { unused: Int }
type Subscription { changed: Patent }
type Patent @key(fields: "id") { id: ID! price: Int tags: [String!] owner: Owner }
type Owner { name: String! }
"""
)
SOUND = LINK + 'type Patent @key(fields: "id") { id: ID! title: String! }\n'
OPERATION = "subscription { changed { id price tags owner { name } title } }"
EVENT = {
    "data": {
        "changed": {
            "__typename": "Patent", "id": "p1", "price": 7, "tags": ["a"], "owner": {"name": "o"},
        }
    }
}  # fmt: skip
ENDINGS = {*CODES, "SUBSCRIPTION_STREAM_CLOSED", "SUBSCRIPTION_BUFFER_OVERFLOW"}
LARGEST = 20_000
KINDS = ["graphql_ws", "sse", "multipart", "callback", "in_process"]


class Sound:
    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        titles = [{"title": f"T{one['id']}"} for one in request.variables["representations"]]
        return SubgraphResponse({"_entities": titles})

    async def close(self) -> None:
        return None


def _plan() -> CompiledPlan:
    composed = compose([SubgraphSource("stream", "", STREAM), SubgraphSource("sound", "", SOUND)])
    assert isinstance(composed, Composed), composed
    return compile_plan(Planner(composed.supergraph_sdl).plan(OPERATION))


PLAN = _plan()


class Emitter:
    """Sends `pieces`, which are bytes of JSON as a rule, by one protocol."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.pieces: list[bytes] = []
        self.callbacks = Callbacks("http://hub.example/callback")

    def source(self, url: str) -> EventSource:
        options = StreamOptions(
            url, connect_timeout=2, heartbeat_interval=0.1, max_event_bytes=LARGEST
        )
        if self.kind == "graphql_ws":
            return WebSocketEventSource(options)
        if self.kind == "callback":
            return CallbackEventSource(options, self.callbacks)
        if self.kind == "in_process":
            return InProcessEventSource(self._in_process)
        return HttpEventSource(options, StreamProtocol(self.kind))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self.kind == "graphql_ws":
            return await socket_handler(self._talk)(request)
        if self.kind == "callback":
            return await self._post(request)
        if self.kind == "sse":
            head, end = "text/event-stream", b"event: complete\ndata: \n\n"
            body = [b"event: next\ndata: " + piece + b"\n\n" for piece in self.pieces]
        else:
            head, end = 'multipart/mixed;boundary="-"', b"\r\n-----\r\n"
            body = [
                b'\r\n---\r\ncontent-type: application/json\r\n\r\n{"payload":' + piece + b"}"
                for piece in self.pieces
            ]
        response = web.StreamResponse(headers={"content-type": head})
        await response.prepare(request)
        with suppress(ConnectionError):
            await response.write(b"".join(body) + end)
        return response

    async def _talk(self, peer: Peer) -> None:
        await peer.begin()
        for piece in self.pieces:
            text = b'{"id":"1","type":"next","payload":' + piece + b"}"
            await peer.socket.send_str(text.decode("utf-8", "replace"))
        await peer.say(id="1", type="complete")
        await peer.socket.receive()

    async def _post(self, request: web.Request) -> web.StreamResponse:
        given = (await request.json())["extensions"]["subscription"]
        head = {"kind": "subscription", "id": given["subscriptionId"]}
        head["verifier"] = given["verifier"]
        for piece in self.pieces:
            body = json.dumps({**head, "action": "next"})[:-1].encode()
            status = self.callbacks.receive(head["id"], body + b',"payload":' + piece + b"}")
            assert status in (200, 400, 404)
        self.callbacks.receive(head["id"], json.dumps({**head, "action": "complete"}).encode())
        return web.json_response({"data": None})

    async def _in_process(
        self, query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
    ) -> AsyncIterator[Any]:
        for piece in self.pieces:
            try:
                yield json.loads(piece)
            except (ValueError, RecursionError):
                # What has no JSON may still be some object of Python's.
                yield {"data": {"changed": {"id": "p", "price": {1, 2}, "tags": object()}}}


@pytest.fixture(scope="module", params=KINDS)
async def emitting(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Emitter, str]]:
    emitter = Emitter(request.param)
    async with serving(emitter.answer) as url:
        yield emitter, url


@st.composite
def wrong_events(draw: st.DrawFn) -> bytes:
    """An honest event with something in it replaced, left out or added."""
    event: Any = json.loads(json.dumps(EVENT))
    places: list[tuple[Any, Any]] = [(event, "data"), (event["data"], "changed")]
    places += [(event["data"]["changed"], key) for key in event["data"]["changed"]]
    parent, key = draw(st.sampled_from(places))
    match draw(st.sampled_from(["replace", "delete", "errors", "whole"])):
        case "replace":
            parent[key] = draw(VALUES)
        case "delete":
            del parent[key]
        case "errors":
            event["errors"] = draw(VALUES | st.just([{"message": "secret", "path": ["changed"]}]))
        case _:
            event = draw(VALUES)
    return json.dumps(event).encode()


HONEST = json.dumps(EVENT).encode()
BROKEN = st.one_of(
    wrong_events(),
    wrong_events(),
    st.binary(max_size=30),
    st.integers(0, len(HONEST)).map(lambda end: HONEST[:end]),
    st.just(b'{"data":' + b'{"a":' * 30_000 + b"1" + b"}" * 30_001),
    st.just(b'{"data":{"changed":{"id":"%s"}}}' % (b"x" * LARGEST)),
    st.just(b'{"data":{"changed":{"id":"p1","price":NaN}}}'),
    st.just(b'{"data":{"changed":{"id":"p1","price":%s}}}' % (b"9" * 6000)),
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(pieces=st.lists(st.just(HONEST) | BROKEN, min_size=1, max_size=4))
@example(pieces=[HONEST, HONEST])
async def test_any_event_may_come(emitting: tuple[Emitter, str], pieces: list[bytes]) -> None:
    emitter, url = emitting
    emitter.pieces = pieces
    with Faults() as logged:
        answers, end = await _listen(emitter.source(url))
    assert logged == []
    assert end is None or end in ENDINGS
    for answer in answers:
        _check(answer)
    if all(piece == HONEST for piece in pieces):
        assert end is None
        changed = {k: v for k, v in EVENT["data"]["changed"].items() if k != "__typename"}
        assert [one["data"]["changed"] for one in answers] == [
            {**changed, "title": "Tp1"} for _ in pieces
        ]
    else:
        # Nothing broken passes as a whole and sound event.
        assert len(answers) <= len(pieces)


async def _listen(source: EventSource) -> tuple[list[Any], str | None]:
    context = ExecutionContext({}, {"sound": Sound()}, errors=ErrorPolicy(include=False))
    stream = EventStream(PLAN, open_request(PLAN, context), source)
    listener = stream.listen(context)
    stream.start()
    answers: list[Any] = []
    try:
        async with asyncio.timeout(5):
            while (answer := await listener.next()) is not None:
                answers.append(json.loads(answer.body, parse_constant=_refuse))
    except SubgraphError as error:
        return answers, _judged(error)
    finally:
        stream.leave(listener)
        await stream.closed()
        await source.close()
    return answers, None


def _judged(error: SubgraphError) -> str:
    assert error.subgraph == "stream"
    assert "127.0.0.1" not in error.message
    return error.code


def _check(answer: Any) -> None:
    errors = answer.get("errors", [])
    assert {error["extensions"]["code"] for error in errors} <= CODES
    assert "secret" not in json.dumps(answer)
    changed = (answer["data"] or {}).get("changed")
    if changed is None:
        return
    assert isinstance(changed["id"], str)
    assert changed["title"] == f"T{changed['id']}"
    assert changed["price"] is None or type(changed["price"]) is int
    assert changed["tags"] is None or all(type(tag) is str for tag in changed["tags"])
    assert changed["owner"] is None or type(changed["owner"]["name"]) is str


def _refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is not JSON")


class Faults(logging.Handler):
    """Collects what the engine logs as a fault of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())

    def __enter__(self) -> list[str]:
        logging.getLogger("federation").addHandler(self)
        return self.found

    def __exit__(self, *_: object) -> None:
        logging.getLogger("federation").removeHandler(self)


async def test_a_slow_emitter_ends_the_stream() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"event: next\ndata: " + HONEST[:40])
        await asyncio.sleep(3)
        return response

    async with serving(handler) as url:
        answers, end = await _listen(Emitter("sse").source(url))
    assert (answers, end) == ([], "SUBSCRIPTION_STREAM_CLOSED")
