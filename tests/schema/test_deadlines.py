"""A caller's deadline at the hub's own subgraphs: kept, and the work ends with it."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from starlette.types import Message

from schema.http import DEADLINE_HEADER, subgraph_app
from schema.serving import SubgraphServer
from tests.schema.world import LASER

PATENT = {
    "query": "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Patent { title } } }",
    "variables": {"r": [{"__typename": "Patent", "applicationNumber": LASER}]},
}


class Slow:
    """Statements that end only when they are cancelled."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.started = asyncio.Event()

    async def fetch(self, name: str, sql: str, *args: object) -> Any:
        self.begun += 1
        self.started.set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    fetchrow = fetchval = execute = executemany = fetch


async def post(
    queries: Any, headers: list[tuple[bytes, bytes]], **application: Any
) -> tuple[int, Any]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": orjson.dumps(PATENT), "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/patents/graphql",
        "raw_path": b"/patents/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), *headers],
    }
    await subgraph_app(SubgraphServer(queries), **application)(scope, receive, send)
    return sent[0]["status"], orjson.loads(b"".join(m.get("body", b"") for m in sent[1:]))


async def test_the_work_ends_at_the_deadline() -> None:
    queries = Slow()
    status, answer = await post(queries, [(DEADLINE_HEADER.encode(), b"50")])
    assert status == 504
    assert [e["extensions"]["code"] for e in answer["errors"]] == ["GATEWAY_TIMEOUT"]
    assert "data" not in answer
    await asyncio.sleep(0)
    assert queries.begun == queries.cancelled == 1


async def test_the_work_ends_when_the_caller_in_process_leaves() -> None:
    queries = Slow()
    call = asyncio.ensure_future(SubgraphServer(queries).execute("patents", **PATENT))  # type: ignore[arg-type]
    await queries.started.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.sleep(0)
    assert queries.cancelled == 1


@pytest.mark.parametrize("values", [[b""], [b"soon"], [b"-1"], [b"1.5"], [b"5", b"6"]])
async def test_what_cannot_be_read_is_refused(values: list[bytes]) -> None:
    queries = Slow()
    status, answer = await post(queries, [(DEADLINE_HEADER.encode(), value) for value in values])
    assert status == 400
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_TIMEOUT_HEADER"
    assert queries.begun == 0


async def test_the_header_has_another_name_or_none() -> None:
    status, _ = await post(Slow(), [(b"x-left", b"20")], deadline_header="x-left")
    assert status == 504
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await post(Slow(), [(DEADLINE_HEADER.encode(), b"20")], deadline_header=None)
