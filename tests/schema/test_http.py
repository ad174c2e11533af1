"""The HTTP side of subgraphs, for routers that are not the hub's own."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import orjson
import pytest

from resolvers.database.pool import Database
from schema.http import LARGEST_BODY, subgraph_app
from schema.serving import SubgraphServer
from tests.schema.world import LASER


async def post(
    database: Database, path: str, body: bytes, **headers: str
) -> tuple[int, dict[str, str], Any]:
    """Post to the ASGI application; return status, headers and body."""
    sent: list[MutableMapping[str, Any]] = []
    headers = {"content_type": "application/json", **headers}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await subgraph_app(SubgraphServer(database))(scope, receive, send)
    answer = b"".join(message.get("body", b"") for message in sent[1:])
    kind = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    is_json = "json" in kind.get("content-type", "")
    return sent[0]["status"], kind, orjson.loads(answer) if is_json else answer


def question(query: str, **more: Any) -> bytes:
    return orjson.dumps({"query": query, **more})


async def test_a_router_asks_for_entities(world: Database) -> None:
    body = question(
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Patent { title } } }",
        variables={"r": [{"__typename": "Patent", "applicationNumber": LASER}]},
    )
    status, headers, answer = await post(world, "/patents/graphql", body)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert answer == {"data": {"_entities": [{"title": "基于激光焊接的控制系统"}]}}


async def test_media_type_decides_the_status(world: Database) -> None:
    modern = "application/graphql-response+json"
    status, headers, answer = await post(
        world, "/patents/graphql", question("{ x }"), accept=modern
    )
    assert (status, headers["content-type"]) == (400, modern)
    assert "data" not in answer
    status, _, _ = await post(world, "/patents/graphql", question("{ x }"))
    assert status == 200
    status, _, _ = await post(world, "/patents/graphql", question("{__typename}"), accept=modern)
    assert status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"query": 5}', 400),
        (b'{"query": "{a}", "variables": []}', 400),
        (b'{"query": "{a}", "variables": [1]}', 400),
        (b'{"query": "{a}", "operationName": 1}', 400),
        (b"x" * (LARGEST_BODY + 1), 413),
    ],
    ids=lambda value: str(value[:30]) if isinstance(value, bytes) else str(value),
)
async def test_malformed_requests(world: Database, body: bytes, status: int) -> None:
    found, _, answer = await post(world, "/patents/graphql", body)
    if body == b'{"query": "{a}", "variables": []}':
        assert found == 200  # an empty list holds no variable: taken as none
        return
    assert found == status
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_other_content_types_and_names(world: Database) -> None:
    status, _, _ = await post(world, "/patents/graphql", b"{}", content_type="text/plain")
    assert status == 415
    status, _, _ = await post(world, "/nope/graphql", question("{ __typename }"))
    assert status == 404
