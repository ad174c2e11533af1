"""The route that subgraphs post their events to (HTTP callback protocol 1.0).

With several workers a callback may reach any of them. Ids begin with the number of the worker that
waits; another one hands the callback on to it.
"""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from federation.execution.transports.callback import PROTOCOL_HEADER, Callbacks
from federation.server.settings.subscription import CallbackMode
from federation.server.workers.member import Member
from federation.server.workers.peers import PeerGone

# One event, as on every other way an event can come.
_MAX_BYTES = 4 * 1024 * 1024


_KIND = "callback"


def callback_prefix(member: Member | None) -> str:
    """Return how ids of subscriptions begin that wait in this process."""
    return "" if member is None else f"{member.index}-"


def callback_route(callbacks: Callbacks, mode: CallbackMode, member: Member | None = None) -> Route:
    """Return the route `<path>/{id}`."""

    async def receive_for_other(message: bytes) -> bytes:
        named, _, body = message.partition(b"\n")
        return b"%d" % callbacks.receive(named.decode(), body)

    if member is not None:
        member.answers[_KIND] = receive_for_other

    async def receive(request: Request) -> Response:
        try:
            body = await _read(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413, headers={"connection": "close"})
        named = request.path_params["id"]
        other = None if member is None else _whose(named, member)
        if member is None or other is None:
            status = callbacks.receive(named, body)
        else:
            status = await _hand_on(member, other, named, body)
        return Response(status_code=status, headers=dict([PROTOCOL_HEADER]))

    return Route(f"{mode.path.rstrip('/')}/{{id}}", receive, methods=["POST"])


def _whose(named: str, member: Member) -> int | None:
    """Return which other worker waits for callbacks with this id, if one does."""
    number, dash, _ = named.partition("-")
    if not dash or not number.isascii() or not number.isdigit() or len(number) > 4:
        return None
    index = int(number)
    return index if index < member.count and index != member.index else None


async def _hand_on(member: Member, index: int, named: str, body: bytes) -> int:
    try:
        return int(await member.ask(index, _KIND, named.encode() + b"\n" + body))
    except PeerGone:
        # Its subscriptions have ended with it; the subgraph need not go on.
        return 404


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            return None
    return bytes(body)
