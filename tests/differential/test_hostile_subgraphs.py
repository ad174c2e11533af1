"""A subgraph that answers anything at all, over real HTTP, beside one that is sound.

Whatever comes: no crash, no wrong data, the right kind of error, and the sound subgraph's data is
there. Answers are honest ones with something broken: in the JSON, in its bytes, or in HTTP.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from federation.execution.context import ErrorPolicy, ExecutionContext
from federation.execution.executor import compile_plan
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport
from federation.execution.transports.http import HttpTransport
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.options import HttpOptions
from tests.differential.federation import Federation

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n'
SOUND = (
    LINK
    + """
type Query { patents: [Patent!]! }
type Patent @key(fields: "id") { id: ID! title: String! }
"""
)
HOSTILE = (
    LINK
    + """
type Query { count: Int best: Owner }
type Patent @key(fields: "id") {
  id: ID! price: Int rate: Float tags: [String!] owner: Owner kind: Kind raw: JSON live: Boolean
}
type Owner { name: String! size: [[Int]] }
enum Kind { INVENTION DESIGN }
scalar JSON
"""
)
OPERATION = """{
  patents { id title price rate tags owner { name size } kind raw live }
  count best { name size }
}"""
PATENTS = [{"__typename": "Patent", "id": f"p{i}", "title": f"t{i}"} for i in range(3)]
ENTITY = {
    "price": 7, "rate": 0.5, "tags": ["a", "b"], "owner": {"name": "o", "size": [[1], None]},
    "kind": "DESIGN", "raw": {"a": [1, 2**70]}, "live": True,
}  # fmt: skip
ENTITIES = {"data": {"_entities": [ENTITY] * 3}}
ROOT = {"data": {"count": 3, "best": {"name": "b", "size": [[2]]}}}
CODES = {
    "SUBREQUEST_HTTP_ERROR", "SUBREQUEST_MALFORMED_RESPONSE", "GATEWAY_TIMEOUT",
    "DOWNSTREAM_SERVICE_ERROR", "RESPONSE_VALIDATION_FAILED",
}  # fmt: skip
TIMEOUT = 0.25
LARGEST = 200_000


@dataclass
class Misbehaviour:
    """How the hostile subgraph answers one kind of call: bytes of HTTP, perhaps after a while."""

    body: bytes
    status: int = 200
    wait: float = 0
    length: int | None = None
    head: bytes | None = None

    def reply(self) -> bytes:
        if self.head is not None:
            return self.head + self.body
        length = len(self.body) if self.length is None else self.length
        head = f"HTTP/1.1 {self.status} X\r\ncontent-type: application/json\r\n"
        return f"{head}content-length: {length}\r\nconnection: close\r\n\r\n".encode() + self.body


class Server:
    """Answers root calls and entity calls as told; one connection per call."""

    def __init__(self) -> None:
        self.root = self.entities = Misbehaviour(b"")

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            (length,) = (int(x.split(b":")[1]) for x in lines if x.startswith(b"content-length"))
            request = await reader.readexactly(length)
            answer = self.entities if b"_entities" in request else self.root
            await asyncio.sleep(answer.wait)
            writer.write(answer.reply())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Sound:
    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        return SubgraphResponse(json.loads(json.dumps({"patents": PATENTS})))

    async def close(self) -> None:
        return None


@dataclass
class Surroundings:
    server: Server
    transports: dict[str, SubgraphTransport]
    plan: Any


@pytest.fixture(scope="module", params=[HttpTransport, Http1Transport])
async def surroundings(request: pytest.FixtureRequest) -> AsyncIterator[Surroundings]:
    federation = Federation({"sound": SOUND, "hostile": HOSTILE}, 0)
    server = Server()
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    transport = request.param(
        HttpOptions(url, timeout=TIMEOUT, connect_timeout=TIMEOUT, max_response_bytes=LARGEST)
    )
    plan = compile_plan(federation.planner.plan(OPERATION))
    try:
        yield Surroundings(server, {"sound": Sound(), "hostile": transport}, plan)
    finally:
        await transport.close()
        listening.close()


# Broken answers

DEEP: Any = json.loads("[" * 300 + "]" * 300)
VALUES = st.sampled_from(
    [None, True, 0, -1, 2**31, 2**63, 2**64, -(10**40), 0.5, 1e308, 3.0, "", "x", "DESIGN", "a\0b",
     "\ud800", "\udfff\ud83d", [], [None], [[]], {}, {"name": None}, {"__typename": "Nobody"},
     [1, "x"], {"name": "n", "size": [["1"]]}, DEEP, "e" * 5000]
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += _places(inner, (*path, index))
    return found


@st.composite
def wrong_values(draw: st.DrawFn, honest: Any) -> bytes:
    """An answer with wrong values, missing members, members too many, or members twice."""
    answer = json.loads(json.dumps(honest))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(_places(answer)))
        value = json.loads(json.dumps(draw(VALUES)))
        if not path:
            copied = json.loads(json.dumps(honest))
            answer = draw(st.sampled_from([value, {**copied, "errors": value}, {"data": value}]))
            if not isinstance(answer, dict | list):
                break
            continue
        parent = answer
        for segment in path[:-1]:
            parent = parent[segment]
        match draw(st.sampled_from(["replace", "delete", "add"])):
            case "replace":
                parent[path[-1]] = value
            case "delete":
                del parent[path[-1]]
            case _:
                parent.append(value) if isinstance(parent, list) else parent.update(zz=value)
    text = json.dumps(answer)
    if draw(st.integers(0, 9)) == 0:
        text = text.replace('"price": 7', '"price": "twice", "price": 8').replace("0.5", "NaN", 1)
    return text.encode()


@st.composite
def misbehaviours(draw: st.DrawFn, honest: Any) -> Misbehaviour:
    body = json.dumps(honest).encode()
    match draw(st.integers(0, 11)):
        case 0:
            return Misbehaviour(draw(st.binary(max_size=60)))
        case 1:
            return Misbehaviour(body[: draw(st.integers(0, len(body) - 1))])
        case 2:
            at, byte = draw(st.integers(0, len(body) - 1)), draw(st.integers(0, 255))
            return Misbehaviour(body[:at] + bytes([byte]) + body[at + 1 :])
        case 3:
            return Misbehaviour(body, length=len(body) + 10)  # cut off
        case 4:
            return Misbehaviour(body, status=draw(st.sampled_from([204, 302, 400, 500, 503])))
        case 5:
            return Misbehaviour(body, head=draw(st.sampled_from([b"", b"HTTP/9 x\r\n\r\n", b"\0"])))
        case _:
            return Misbehaviour(draw(wrong_values(honest)))


SLOW = Misbehaviour(json.dumps(ENTITIES).encode(), wait=TIMEOUT * 3)
LONG = Misbehaviour(b'{"data":{"_entities":[' + b'{"raw":"%s"}' % (b"x" * LARGEST) + b"]}}")
BOTTOMLESS = Misbehaviour(b'{"data":' + b'{"a":' * 30_000 + b"1" + b"}" * 30_001)
HUGE = Misbehaviour(b'{"data":{"_entities":[{"price":%s,"raw":%s}]}}' % (b"9" * 6000, b"9" * 6000))
NOT_A_NUMBER = Misbehaviour(b'{"data":{"_entities":[{"rate":NaN},{"rate":-Infinity},{}]}}')
FINE = Misbehaviour(json.dumps(ROOT).encode())


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(root=misbehaviours(ROOT), entities=misbehaviours(ENTITIES))
@example(root=FINE, entities=SLOW)
@example(root=SLOW, entities=LONG)
@example(root=FINE, entities=LONG)
@example(root=FINE, entities=BOTTOMLESS)
@example(root=FINE, entities=HUGE)
@example(root=FINE, entities=NOT_A_NUMBER)
@example(root=FINE, entities=Misbehaviour(json.dumps(ENTITIES).encode()))
async def test_anything_may_come(
    surroundings: Surroundings, root: Misbehaviour, entities: Misbehaviour
) -> None:
    surroundings.server.root, surroundings.server.entities = root, entities
    answer = await surroundings.plan.execute(
        ExecutionContext({}, surroundings.transports, errors=ErrorPolicy(include=False))
    )
    text = answer.body.decode("utf-8")
    found = json.loads(text, parse_constant=_refuse)
    errors = found.get("errors", [])
    assert {error["extensions"]["code"] for error in errors} <= CODES
    assert "Traceback" not in text
    assert "127.0.0.1" not in text
    patents = found["data"]["patents"]
    assert [(p["id"], p["title"]) for p in patents] == [(p["id"], p["title"]) for p in PATENTS]
    unexplained = [
        *_compare_entities(patents, _data(entities)),
        *_compare_root(found["data"], _data(root)),
    ]
    assert errors or not unexplained, unexplained


def _compare_entities(patents: list[dict[str, Any]], sent: Any) -> list[Any]:
    """Check what was answered; return the nulls that need an error.

    A null, an unknown entity and a member left out need none where the field may be null.
    """
    listed = sent.get("_entities") if isinstance(sent, dict) else None
    if not isinstance(listed, list) or len(listed) != len(patents):
        assert all(patent[name] is None for patent in patents for name in ENTITY)
        return ["all"]
    unexplained: list[Any] = []
    for index, (patent, entity) in enumerate(zip(patents, listed, strict=True)):
        there = entity if isinstance(entity, dict) else {}
        for name in ENTITY:
            _check(name, patent[name], there.get(name))
            if patent[name] is None and there.get(name) is not None:
                unexplained.append((index, name))
        if entity is not None and not isinstance(entity, dict):
            unexplained.append(index)
    return unexplained


def _compare_root(data: dict[str, Any], sent: Any) -> list[Any]:
    there = sent if isinstance(sent, dict) else {}
    _check("price", data["count"], there.get("count"))
    _check("owner", data["best"], there.get("best"))
    return [] if isinstance(sent, dict) else ["root"]


def _refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is not JSON")


def _data(sent: Misbehaviour) -> Any:
    """Return the data in an answer that can be read at all."""
    whole = sent.head is None and sent.length is None and sent.wait == 0
    if not whole or len(sent.body) > LARGEST:
        return None
    try:
        value = json.loads(sent.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value.get("data") if isinstance(value, dict) else None


def _check(name: str, value: Any, sent: Any) -> None:
    """An answered value must be of the field's type, and what the subgraph said."""
    if value is None:
        return
    match name:
        case "price":
            assert type(value) is int
            assert -(2**31) <= value < 2**31
        case "rate":
            assert type(value) in (int, float)
        case "live":
            assert type(value) is bool
        case "kind":
            assert value in ("INVENTION", "DESIGN")
        case "tags":
            assert all(type(tag) is str for tag in value)
        case "owner":
            assert type(value["name"]) is str
            assert value["name"] == sent["name"]
            rows = value["size"] or []
            assert all(x is None or type(x) is int for row in rows if row for x in row)
            return
    assert value == sent
