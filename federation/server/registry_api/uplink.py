"""`/uplink`: what routers poll. The protocol of Apollo Uplink, for stock routers.

A router sends its token with each field, and the id of what it has. What it may not or cannot have
is told as `FetchError`, with a code by which it knows whether to try again.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import build_schema
from starlette.requests import Request
from starlette.responses import Response

from federation.errors import RequestError
from federation.registry.access import Action, allow
from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef
from federation.server.registry_api.chunks import DocumentChunks
from federation.server.registry_api.context import Site
from federation.server.registry_api.endpoint import HEADERS, Bounds, Endpoint
from federation.server.registry_api.errors import extensions_of
from federation.server.registry_api.links import CHUNK_SECONDS
from federation.server.registry_api.platform import base_url
from federation.server.registry_api.resolving import field_resolver, resolve_type
from federation.server.registry_api.token_holders import holder_of
from federation.server.settings.limits import Limits

logger = logging.getLogger("federation.server.registry")

MIN_DELAY_SECONDS = 10.0
# A licence never comes; asking for it seldom is enough.
ENTITLEMENT_DELAY_SECONDS = 60.0
CHUNK_PATH = "/uplink/chunks"

# Three small questions are all a router ever asks at once. Anybody may ask, so there is no room
# for trying many tokens in one request.
BOUNDS = Bounds(
    Limits(
        http_max_request_bytes=64_000,
        parser_max_tokens=500,
        parser_max_recursion=20,
        max_depth=6,
        max_height=60,
        max_aliases=10,
        max_root_fields=3,
    ),
    seconds=30,
)

_CODES = {
    "E013": "AUTHENTICATION_FAILED",
    "E033": "ACCESS_DENIED",
    "E010": "UNKNOWN_REF",
    "E027": "UNKNOWN_REF",
    "INVALID_GRAPH_REF": "UNKNOWN_REF",
}


class Uplink:
    """The endpoint."""

    def __init__(self, site: Site, chunks: DocumentChunks) -> None:
        self._site = site
        self._chunks = chunks
        schema = (Path(__file__).parent / "uplink.graphql").read_text(encoding="utf-8")
        self._endpoint = Endpoint(
            build_schema(schema),
            BOUNDS,
            resolve_field=field_resolver({}),
            resolve_type=resolve_type,
            extensions_of=extensions_of,
            introspection=False,
            name="uplink",
        )

    async def __call__(self, request: Request) -> Response:
        async def context() -> UplinkContext:
            return UplinkContext(self._site, self._chunks, base_url(self._site, request), request)

        return await self._endpoint.answer(request, context)

    async def chunk(self, request: Request) -> Response:
        """Answer with a chunk, by its signed address."""
        graph, chunk_id = request.path_params["graph"], request.path_params["chunk"]
        expires = request.query_params.get("expires", "")
        signature = request.query_params.get("signature", "")
        path = chunk_path(graph, chunk_id)
        if not self._site.links.is_signed(path, expires, signature):
            return Response("this address has expired; ask uplink again", 403, HEADERS)
        text = (await self._chunks.of(graph)).texts.get(chunk_id)
        if text is None:
            return Response("this chunk has been replaced; ask uplink again", 404, HEADERS)
        return Response(text, media_type="application/json", headers=HEADERS)


def chunk_path(graph: str, chunk_id: str) -> str:
    return f"{CHUNK_PATH}/{graph}/{chunk_id}"


@dataclass(frozen=True, slots=True)
class UplinkContext:
    """One request. `base_url`: see `platform.base_url`."""

    site: Site
    chunks: DocumentChunks
    base_url: str
    request: Request

    @property
    def query(self) -> UplinkQuery:
        return UplinkQuery(self)


class UplinkQuery:
    """`Query` of Uplink."""

    def __init__(self, context: UplinkContext) -> None:
        self._context = context

    async def router_config(self, ref: str, api_key: str, if_after_id: str | None = None) -> Answer:
        async def find() -> Answer:
            graph = await self._reachable(ref, api_key)
            live = await self._context.site.registry.live_supergraph(graph, if_after_id)
            if live is not None:
                return Answer(
                    "RouterConfigResult", id=live.launch.id, supergraph_sdl=live.sdl, messages=()
                )
            if if_after_id is not None:
                return _unchanged(if_after_id)
            raise RegistryError("E027", f"{graph} has no supergraph yet; publish its subgraphs")

        return await _told(find)

    async def persisted_queries(
        self, ref: str, api_key: str, if_after_id: str | None = None
    ) -> Answer:
        async def find() -> Answer:
            graph = (await self._reachable(ref, api_key)).graph
            chunks = await self._context.chunks.of(graph)
            if chunks.id == if_after_id:
                return _unchanged(chunks.id)
            listed = [{"id": id, "urls": [self._chunk_url(graph, id)]} for id in chunks.texts]
            return Answer("PersistedQueriesResult", id=chunks.id, chunks=listed or None)

        return await _told(find)

    async def router_entitlements(
        self, ref: str, api_key: str, if_after_id: str | None = None
    ) -> Answer:
        async def find() -> Answer:
            await self._reachable(ref, api_key)
            if if_after_id == _NO_ENTITLEMENT:
                return _unchanged(_NO_ENTITLEMENT, ENTITLEMENT_DELAY_SECONDS)
            return Answer(
                "RouterEntitlementsResult",
                ENTITLEMENT_DELAY_SECONDS,
                id=_NO_ENTITLEMENT,
                entitlement=None,
            )

        return await _told(find)

    async def _reachable(self, ref: str, api_key: str) -> GraphRef:
        """Return the variant if the token may read it. Raises `RegistryError`."""
        context = self._context
        caller = await holder_of(context.site, context.request, api_key)
        parsed = GraphRef.parse(ref)
        allow(caller, Action.READ, parsed)
        return parsed

    def _chunk_url(self, graph: str, chunk_id: str) -> str:
        path = chunk_path(graph, chunk_id)
        return self._context.base_url + self._context.site.links.sign(path, CHUNK_SECONDS)


_NO_ENTITLEMENT = "none"


class Answer:
    """A member of one of Uplink's unions."""

    def __init__(self, typename: str, delay: float = MIN_DELAY_SECONDS, **fields: Any) -> None:
        self.typename = typename
        self.min_delay_seconds = delay
        self.__dict__.update(fields)


def _unchanged(id: str, delay: float = MIN_DELAY_SECONDS) -> Answer:
    return Answer("Unchanged", delay, id=id)


async def _told(find: Callable[[], Awaitable[Answer]]) -> Answer:
    """Return what is found, or why not, as a router understands it."""
    try:
        return await find()
    except RegistryError as error:
        code = _CODES.get(error.code, "RETRY_LATER")
        return Answer("FetchError", code=code, message=error.message)
    except RequestError:
        raise
    except Exception as error:
        # Not a GraphQL error: a router that gets one may stop polling this address.
        error_id = secrets.token_hex(8)
        logger.error("internal error %s in uplink", error_id, exc_info=error)
        message = f"internal error; tell the operator this id: {error_id}"
        return Answer("FetchError", code="RETRY_LATER", message=message)
