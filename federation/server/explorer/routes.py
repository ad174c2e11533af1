"""Routes of the page at `/`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.server.explorer.pages import (
    ASSETS,
    CONTENT_SECURITY_POLICY,
    explorer_settings,
    homepage,
    load_asset,
)
from federation.server.settings.pages import Plugins

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def explorer_routes(
    title: str, endpoint: str, examples: Sequence[tuple[str, str]], plugins: Plugins
) -> list[Route]:
    """Return the routes of GraphiQL: the page, its files, its settings."""
    settings = explorer_settings(title, endpoint, examples, plugins)

    async def page(request: Request) -> Response:
        return _asset(request, "index.html")

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "settings.json":
            headers = {**_HEADERS, "cache-control": "no-store"}
            return Response(settings, media_type="application/json", headers=headers)
        if name not in ASSETS:
            return Response("not found", status_code=404, headers=_HEADERS)
        return _asset(request, name)

    return [Route("/", page), Route("/explorer/{name}", asset)]


def homepage_route(title: str, endpoint: str) -> Route:
    """Return the route of the plain page."""
    content = homepage(title, endpoint)

    async def page(request: Request) -> Response:
        return Response(content, media_type="text/html", headers=_HEADERS)

    return Route("/", page)


def _asset(request: Request, name: str) -> Response:
    asset = load_asset(name)
    # Revalidated each time: after an upgrade the page and its files must fit together.
    headers = {**_HEADERS, "etag": asset.etag, "cache-control": "no-cache"}
    headers["vary"] = "accept-encoding"
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(asset.gzipped, media_type=asset.content_type, headers=headers)
    return Response(asset.plain(), media_type=asset.content_type, headers=headers)
