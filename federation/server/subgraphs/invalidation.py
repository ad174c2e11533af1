"""`POST /invalidation`: drop kept answers, as Apollo Router's endpoint takes it.

The body is a list of requests, carried out in order:

    [{"kind": "subgraph", "subgraph": "trading"},
     {"kind": "type", "subgraph": "trading", "type": "Listing"},
     {"kind": "cache_tag", "subgraphs": ["trading"], "cache_tag": "listing-7"}]

`authorization` carries the shared key. A subgraph may have a key of its own: then only what that
key covers is dropped. Nothing is dropped unless the key covers every subgraph that is named.

Where each of several workers keeps answers in memory of its own, all drop what one is asked to.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from typing import Literal, Protocol

import msgspec
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from federation.execution.caching.response_cache import ResponseCache
from federation.server.settings.engine import EngineSettings
from federation.server.settings.response_cache import ResponseCaching
from federation.server.workers.member import Member

_LARGEST_BODY = 1024 * 1024
_MOST = 10_000
_KIND = "invalidation"


class _Subgraph(Struct, tag_field="kind", tag="subgraph", forbid_unknown_fields=True):
    subgraph: str

    @property
    def names(self) -> Collection[str]:
        return (self.subgraph,)


class _Type(Struct, tag_field="kind", tag="type", forbid_unknown_fields=True):
    subgraph: str
    type: str

    @property
    def names(self) -> Collection[str]:
        return (self.subgraph,)


class _Tag(Struct, tag_field="kind", tag="cache_tag", forbid_unknown_fields=True):
    subgraphs: list[str]
    cache_tag: str

    @property
    def names(self) -> Collection[str]:
        return self.subgraphs


_decode = msgspec.json.Decoder(list[_Subgraph | _Type | _Tag]).decode

Problem = Literal["UNAUTHORIZED", "BAD_REQUEST", "REQUEST_LIMIT_EXCEEDED", "RESPONSE_CACHE_OFF"]
_STATUS: dict[Problem, int] = {
    "UNAUTHORIZED": 401,
    "BAD_REQUEST": 400,
    "REQUEST_LIMIT_EXCEEDED": 413,
    "RESPONSE_CACHE_OFF": 503,
}


class Owner(Protocol):
    """Who has the cache, and the settings that hold now."""

    settings: EngineSettings
    response_cache: ResponseCache | None


def invalidation_route(
    path: str, owner: Callable[[], Owner | None], member: Member | None = None
) -> Route:
    """Return the endpoint. There is no owner while the server starts."""

    async def drop_for_other(body: bytes) -> bytes:
        live = owner()
        cache = None if live is None else live.response_cache
        return b"0" if cache is None else b"%d" % await _drop_all(cache, _decode(body))

    if member is not None:
        member.answers[_KIND] = drop_for_other

    async def answer(request: Request) -> Response:
        live = owner()
        if live is None or live.response_cache is None:
            return _refuse("RESPONSE_CACHE_OFF", "nothing is kept now; try again shortly")
        settings = live.settings.response_cache
        shown = request.headers.get("authorization", "")
        if not _opens_any(settings, shown):
            return _refuse("UNAUTHORIZED", "authorization must be the shared key of a subgraph")
        body = await _read(request)
        if body is None:
            return _refuse("REQUEST_LIMIT_EXCEEDED", f"send at most {_LARGEST_BODY} bytes")
        try:
            wanted = _decode(body)
        except msgspec.MsgspecError as error:
            return _refuse("BAD_REQUEST", f"not a list of invalidation requests: {error}")
        if len(wanted) > _MOST:
            return _refuse("BAD_REQUEST", f"send at most {_MOST} requests at once")
        for each in wanted:
            for name in each.names:
                if not _opens(settings, name, shown):
                    return _refuse("UNAUTHORIZED", f"the key does not cover subgraph {name!r}")
        count = await _drop_all(live.response_cache, wanted)
        if member is not None and settings.redis is None:
            count += sum(map(int, (await member.ask_others(_KIND, body)).values()))
        return _json({"count": count}, 202)

    return Route(path, answer, methods=["POST"], name="invalidation")


async def _drop_all(cache: ResponseCache, wanted: list[_Subgraph | _Type | _Tag]) -> int:
    count = 0
    for each in wanted:
        match each:
            case _Subgraph(name):
                count += await cache.drop_subgraph(name)
            case _Type(name, type_):
                count += await cache.drop_type(name, type_)
            case _Tag(names, tag) if names:
                count += await cache.drop_tags([tag], names)
    return count


def _opens(settings: ResponseCaching, subgraph: str, shown: str) -> bool:
    rights = settings.subgraph.of(subgraph).invalidation
    return bool(rights.enabled) and _equal(rights.shared_key, shown)


def _opens_any(settings: ResponseCaching, shown: str) -> bool:
    """Whether the key is any at all; each is compared, so that the time says nothing."""
    names = ("", *settings.subgraph.subgraphs)
    opened = [_opens(settings, name, shown) for name in names]
    return any(opened)


def _equal(key: str | None, shown: str) -> bool:
    # Given as it is, or as a bearer token.
    text = shown[7:] if shown[:7].lower() == "bearer " else shown
    return key is not None and hmac.compare_digest(key.encode(), text.encode())


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > _LARGEST_BODY:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _refuse(code: Problem, message: str) -> Response:
    error = {"message": message, "extensions": {"code": code}}
    return _json({"errors": [error]}, _STATUS[code])


def _json(value: object, status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
