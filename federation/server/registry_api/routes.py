"""The routes of the registry, for who serves them beside the graph.

::

    POST /registry/graphql                  Rover (APOLLO_REGISTRY_URL), `hub subgraph …`
    GET  /registry/checks/{graph}/{id}      the result of a check, for people
    GET  /registry/cdn/{ref}/supergraph     Hive Router (supergraph.source: hive_cdn)
    POST /uplink                            Apollo Router (APOLLO_UPLINK_ENDPOINTS), @apollo/gateway
    GET  /uplink/chunks/{graph}/{chunk}     trusted documents, by signed address
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from federation.registry.service import Registry
from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.registry_api.check_page import CheckPage
from federation.server.registry_api.chunks import DocumentChunks
from federation.server.registry_api.context import Site
from federation.server.registry_api.endpoint import Bounds
from federation.server.registry_api.hive_cdn import HiveCdn
from federation.server.registry_api.links import Links
from federation.server.registry_api.platform import Platform
from federation.server.registry_api.uplink import Uplink
from federation.server.settings.limits import Limits

# A schema comes in a variable: the body is large, the document never is.
LIMITS = Limits(
    http_max_request_bytes=20_000_000,
    parser_max_tokens=3_000,
    parser_max_recursion=60,
    max_depth=25,
    max_height=600,
    max_aliases=50,
    max_root_fields=10,
)
# Composing and checking a large graph takes many seconds.
SECONDS = 120.0


def registry_routes(
    registry: Registry,
    *,
    signing_key: bytes,
    public_url: str | None = None,
    max_request_bytes: int = LIMITS.http_max_request_bytes,
    seconds: float = SECONDS,
    failures: FailedCredentials | None = None,
) -> list[BaseRoute]:
    """Return the routes.

    `signing_key`: at least 16 random bytes, the same in all processes over one registry; it signs
    the few addresses that work without a token. `public_url`: under which clients reach this hub,
    where a proxy in between hides it. `seconds`: how long one request may take. `failures`: where
    tokens that are nobody's are counted, to be refused after too many from one address.
    """
    limits = msgspec.structs.replace(LIMITS, http_max_request_bytes=max_request_bytes)
    site = Site(registry, Links(signing_key), public_url, failures)
    uplink = Uplink(site, DocumentChunks(registry))
    return [
        _route("/registry/graphql", Platform(site, Bounds(limits, seconds)), "POST"),
        _route("/registry/checks/{graph}/{id}", CheckPage(site), "GET"),
        _route("/registry/cdn/{ref}/supergraph", HiveCdn(site), "GET"),
        _route("/uplink", uplink, "POST"),
        _route("/uplink/chunks/{graph}/{chunk}", uplink.chunk, "GET"),
    ]


def _route(path: str, answer: Callable[[Request], Awaitable[Response]], method: str) -> BaseRoute:
    # Starlette takes an object for an ASGI application; these take a request.
    async def endpoint(request: Request) -> Response:
        return await answer(request)

    return Route(path, endpoint, methods=[method])
