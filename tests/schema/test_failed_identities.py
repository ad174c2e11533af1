"""Statements of identity that do not hold: after too many, their address waits; others do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.types import ASGIApp, Message

from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.settings.authentication import FailedCredentialsSection
from federation.server.settings.proxies import ProxiesSection
from resolvers.database.pool import Database
from resolvers.identity import Caller, Role
from schema.http import subgraph_app
from schema.identity import HEADER, IdentityKey
from schema.serving import SubgraphServer

IDENTITY = IdentityKey("k" * 32)
HERE, THERE = "203.0.113.9", "203.0.113.10"


async def post(
    app: ASGIApp, statement: str | None, address: str = HERE, accept: str = "*/*"
) -> tuple[int, dict[str, str], bytes]:
    headers: Sequence[tuple[bytes, bytes]] = [
        (b"content-type", b"application/json"),
        (b"accept", accept.encode()),
        *([] if statement is None else [(HEADER.encode(), statement.encode())]),
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/patents/graphql",
        "raw_path": b"/patents/graphql",
        "query_string": b"",
        "headers": headers,
        "client": (address, 1),
    }
    sent: list[Message] = []
    body = orjson.dumps({"query": "{ __typename }"})

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(each.get("body", b"") for each in sent[1:])


def code(body: bytes) -> Any:
    return orjson.loads(body)["errors"][0]["extensions"]["code"]


async def test_forged_statements_are_bounded_and_true_ones_pass(database: Database) -> None:
    failures = FailedCredentials(lambda: 1000.0)
    failures.configure(FailedCredentialsSection(per_minute=3), ProxiesSection())
    app = subgraph_app(SubgraphServer(database, identity=IDENTITY), failures=failures)
    for number in range(3):
        _, _, body = await post(app, f"forged-{number}")
        assert code(body) == "UNAUTHENTICATED"
    for accept in ("*/*", "text/event-stream"):
        status, headers, body = await post(app, "forged", accept=accept)
        assert (status, headers["retry-after"], code(body)) == (429, "20", "REQUEST_RATE_LIMITED")
    # A gateway behind the same address, and who states nothing, are not the ones to suffer.
    true = IDENTITY.sign(Caller("u", Role.FRONTEND))
    for statement, address in ((true, HERE), (None, HERE)):
        status, _, body = await post(app, statement, address)
        assert (status, orjson.loads(body)) == (200, {"data": {"__typename": "Query"}})
    assert code((await post(app, "forged", THERE))[2]) == "UNAUTHENTICATED"
    assert (failures.failed, failures.refused) == (4, 2)
