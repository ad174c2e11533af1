"""`/registry/cdn/{ref}/supergraph`: the live supergraph in the form of Hive's CDN.

Hive Router polls `<endpoint>/supergraph` with a token in `x-hive-cdn-key` and sends back the ETag
it got: 304 while nothing changed.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from federation.errors import RequestError
from federation.registry.access import Action, allow
from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef
from federation.server.registry_api.context import Site
from federation.server.registry_api.endpoint import HEADERS
from federation.server.registry_api.platform import authenticate

KEY_HEADER = "x-hive-cdn-key"

_STATUS = {"E013": 401, "E033": 403, "E010": 404, "E027": 404, "INVALID_GRAPH_REF": 404}


class HiveCdn:
    """The route."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, request: Request) -> Response:
        try:
            caller = await authenticate(self._site, request, KEY_HEADER)
            ref = GraphRef.parse(request.path_params["ref"])
            allow(caller, Action.READ, ref)
            return await self._supergraph(ref, request.headers.get("if-none-match"))
        except RequestError as error:
            return _refused(error.message, error.http_status, error.retry_after)
        except RegistryError as error:
            return _refused(error.message, _STATUS.get(error.code, 503))

    async def _supergraph(self, ref: GraphRef, if_none_match: str | None) -> Response:
        known = _launch_id(if_none_match)
        live = await self._site.registry.live_supergraph(ref, known)
        if live is not None:
            headers = {
                **HEADERS,
                "cache-control": "private, no-cache",
                "etag": f'"{live.launch.id}"',
            }
            return Response(live.sdl, media_type="text/plain", headers=headers)
        if known is not None:
            return Response(status_code=304, headers={**HEADERS, "etag": f'"{known}"'})
        raise RegistryError("E027", f"{ref} has no supergraph yet; publish its subgraphs")


def _launch_id(if_none_match: str | None) -> str | None:
    """Return the launch named by the header's only entity tag (a weak one is as good)."""
    if if_none_match is None:
        return None
    tag = if_none_match.strip().removeprefix("W/")
    if len(tag) > 2 and tag[0] == tag[-1] == '"' and '"' not in tag[1:-1]:
        return tag[1:-1]
    return None


def _refused(message: str, status: int, retry_after: int | None = None) -> Response:
    headers = dict(HEADERS)
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return Response(message + "\n", status, headers, media_type="text/plain")
