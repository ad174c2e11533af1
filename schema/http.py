"""Each own subgraph over HTTP, for stock routers: POST `/subgraphs/<name>/graphql`.

Only what federation routers send: a JSON object with `query`, `variables`, `operationName`. Status
as GraphQL over HTTP says for `application/graphql-response+json`: 200 with `data`, 400 without.

A router may say in a header how many milliseconds it will wait (ADR 4). When they are over, the
work is cancelled and the answer is 504. With `accept: text/event-stream` a subscription is answered
as a stream (`schema/http_streams.py`), which has no such end.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router

from schema.http_streams import EVENT_STREAM, Streams
from schema.serving import SubgraphServer

LARGEST_BODY: Final = 16 * 1024 * 1024
"""Bytes of a request: ten thousand representations of a hundred bytes, with room."""

JSON: Final = "application/json"
GRAPHQL_RESPONSE: Final = "application/graphql-response+json"

DEADLINE_HEADER: Final = "x-request-timeout-ms"
"""Its value: whole milliseconds. Ten digits are more than three months."""

_MILLISECONDS: Final = re.compile(r"[0-9]{1,10}")


class FailureBound(Protocol):
    """Bounds how many statements of identity that do not hold may come from one address."""

    def seconds_to_wait(self, address: str | None, headers: Sequence[tuple[bytes, bytes]]) -> int:
        """Count one; return after how many seconds the next may come, 0 for at once."""
        ...


def subgraph_app(
    server: SubgraphServer,
    *,
    deadline_header: str | None = DEADLINE_HEADER,
    failures: FailureBound | None = None,
) -> Router:
    """Return the ASGI application with a route `/{name}/graphql` for every subgraph.

    Mount it at `/subgraphs`. `deadline_header`: None when no caller's deadline is honoured.
    `failures`: None when statements of identity that do not hold may come without end.
    """

    streams = Streams(server)

    def endpoint(name: str) -> Any:
        async def answer(request: Request) -> Response:
            if failures is not None and not server.believes(request.headers):
                address = None if request.client is None else request.client.host
                seconds = failures.seconds_to_wait(address, request.headers.raw)
                if seconds:
                    return _too_many(seconds)
            if EVENT_STREAM in request.headers.get("accept", ""):
                return await _open_stream(streams, name, request)
            return await _answer_in_time(server, name, request, deadline_header)

        return answer

    return Router(
        [
            Route(f"/{name}/graphql", endpoint(name), methods=["POST"], name=f"subgraph-{name}")
            for name in server.names
        ]
    )


async def _answer_in_time(
    server: SubgraphServer, name: str, request: Request, deadline_header: str | None
) -> Response:
    """Answer within the time the caller gives, if it says one."""
    given = request.headers.getlist(deadline_header) if deadline_header is not None else []
    if not given:
        return await _answer(server, name, request)
    if len(given) > 1 or not _MILLISECONDS.fullmatch(given[0].strip()):
        problem = f"{deadline_header} must be there once and be a whole number of milliseconds"
        return _problem(400, problem, "INVALID_TIMEOUT_HEADER")
    try:
        async with asyncio.timeout(int(given[0]) / 1000) as limit:
            return await _answer(server, name, request)
    except TimeoutError:
        if not limit.expired():
            raise
        return _problem(504, "请求的时限已到\nThe request's time is over", "GATEWAY_TIMEOUT")


async def _open_stream(streams: Streams, name: str, request: Request) -> Response:
    message = await _read_message(request)
    if isinstance(message, Response):
        return message
    if streams.full:
        return _problem(503, "Too many open streams; try again later", "TOO_MANY_SUBSCRIPTIONS")
    return streams.response(name, message, dict(request.headers))


async def _answer(server: SubgraphServer, name: str, request: Request) -> Response:
    message = await _read_message(request)
    if isinstance(message, Response):
        return message
    response = await server.execute(
        name,
        message["query"],
        message.get("variables"),
        message.get("operationName"),
        dict(request.headers),
    )
    media_type = GRAPHQL_RESPONSE if GRAPHQL_RESPONSE in request.headers.get("accept", "") else JSON
    failed = "data" not in response and media_type == GRAPHQL_RESPONSE
    headers = getattr(response, "headers", None)
    status = 400 if failed else 200
    return Response(orjson.dumps(response), status, headers, media_type)


async def _read_message(request: Request) -> Mapping[str, Any] | Response:
    """Return the request's JSON object, or the refusal of what is none."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
        return _problem(415, "Content-Type must be application/json")
    body = await _read_body(request)
    if body is None:
        return _problem(413, f"The body is larger than {LARGEST_BODY} bytes")
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _problem(400, "The body is not JSON")
    problem = _find_problem(message)
    if problem is not None:
        return _problem(400, problem)
    read: Mapping[str, Any] = message
    return read


async def _read_body(request: Request) -> bytes | None:
    """Return the body, or None when it is too large."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST_BODY:
                return None
            parts.append(part)
    except ClientDisconnect:
        return b""
    return b"".join(parts)


def _find_problem(message: object) -> str | None:
    """Return what is wrong with the shape of a request, or None."""
    if not isinstance(message, Mapping):
        return "The body must be one JSON object"
    if not isinstance(message.get("query"), str):
        return "`query` must be a string"
    if not isinstance(message.get("variables") or {}, Mapping):
        return "`variables` must be an object"
    if not isinstance(message.get("operationName") or "", str):
        return "`operationName` must be a string"
    return None


def _too_many(seconds: int) -> Response:
    problem = (
        f"这个地址的身份声明多次无效，请在 {seconds} 秒后再试\nToo many statements of identity from"
        f" this address do not hold; try again in {seconds} s"
    )
    refused = _problem(429, problem, "REQUEST_RATE_LIMITED")
    refused.headers["retry-after"] = str(seconds)
    return refused


def _problem(status: int, message: str, code: str = "BAD_REQUEST") -> Response:
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return Response(orjson.dumps(body), status, media_type=JSON)
