"""`/registry/graphql`: Rover's platform API and `hub`, our own, in one schema.

Who asks shows a token in `x-api-key`, as Rover sends `APOLLO_KEY`. Without a valid one nothing of
the document is looked at, so strangers learn nothing, not even the schema.
"""

from __future__ import annotations

from pathlib import Path

from graphql import GraphQLSchema, build_schema
from starlette.requests import Request
from starlette.responses import Response

from federation.errors import RequestError
from federation.registry.access import Caller
from federation.server.registry_api.context import Context, Site
from federation.server.registry_api.endpoint import Bounds, Endpoint
from federation.server.registry_api.errors import extensions_of
from federation.server.registry_api.graphs import Query
from federation.server.registry_api.hub_mutations import HubMutation
from federation.server.registry_api.hub_queries import HUB_FIELDS, HubQuery
from federation.server.registry_api.publishing import Mutation
from federation.server.registry_api.resolving import field_resolver, resolve_type
from federation.server.registry_api.token_holders import holder_of

KEY_HEADER = "x-api-key"
_FILES = ("platform.graphql", "hub.graphql")


class PlatformQuery(Query):
    @property
    def hub(self) -> HubQuery:
        return HubQuery(self._context)


class PlatformMutation(Mutation):
    @property
    def hub(self) -> HubMutation:
        return HubMutation(self._context)


class PlatformContext(Context):
    """The context with the roots of both kinds of operation."""

    __slots__ = ()

    @property
    def query(self) -> PlatformQuery:
        return PlatformQuery(self)

    @property
    def mutation(self) -> PlatformMutation:
        return PlatformMutation(self)


def platform_schema() -> GraphQLSchema:
    """Return the schema of the endpoint."""
    folder = Path(__file__).parent
    return build_schema("\n".join((folder / name).read_text(encoding="utf-8") for name in _FILES))


class Platform:
    """The endpoint."""

    def __init__(self, site: Site, bounds: Bounds) -> None:
        self._site = site
        self._endpoint = Endpoint(
            platform_schema(),
            bounds,
            resolve_field=field_resolver(HUB_FIELDS),
            resolve_type=resolve_type,
            extensions_of=extensions_of,
            introspection=True,
            name="the registry",
        )

    async def __call__(self, request: Request) -> Response:
        async def context() -> PlatformContext:
            caller = await authenticate(self._site, request, KEY_HEADER)
            return PlatformContext(self._site, caller, base_url(self._site, request))

        return await self._endpoint.answer(request, context)


async def authenticate(site: Site, request: Request, header: str) -> Caller:
    """Return whose token is in the header. Raises `RequestError` (401) without one; see
    `holder_of`.
    """
    secret = request.headers.get(header)
    if not secret:
        raise RequestError(
            f"send a token of this registry as {header}; an administrator makes one with"
            " `hub registry tokens create`",
            code="UNAUTHENTICATED",
            http_status=401,
        )
    return await holder_of(site, request, secret)


def base_url(site: Site, request: Request) -> str:
    """Return the address under which the client knows this hub, without a slash at the end."""
    return (site.public_url or str(request.base_url)).rstrip("/")
