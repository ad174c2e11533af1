"""The route that subgraphs post their events to (HTTP callback protocol 1.0)."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from federation.execution.transports.callback import PROTOCOL_HEADER, Callbacks
from federation.server.settings.subscription import CallbackMode

# One event, as on every other way an event can come.
_MAX_BYTES = 4 * 1024 * 1024


def callback_route(callbacks: Callbacks, mode: CallbackMode) -> Route:
    """Return the route `<path>/{id}`."""

    async def receive(request: Request) -> Response:
        try:
            body = await _read(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413, headers={"connection": "close"})
        status = callbacks.receive(request.path_params["id"], body)
        return Response(status_code=status, headers=dict([PROTOCOL_HEADER]))

    return Route(f"{mode.path.rstrip('/')}/{{id}}", receive, methods=["POST"])


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            return None
    return bytes(body)
