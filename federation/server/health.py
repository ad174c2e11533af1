"""Health: is the process there, does its event loop turn, may it be sent requests.

Apollo Router's form (`/health?live`, `/health?ready`), the one of others (`/health/live`,
`/health/ready`, `/readiness`): all answer the same two questions. Ready means: a supergraph is
loaded and the server is not about to stop.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

IsReady = Callable[[], bool]


def health_routes(path: str, is_ready: IsReady) -> list[Route]:
    """Return the routes below `path` and `/readiness`."""

    async def live(request: Request) -> Response:
        return _answer(True)

    async def ready(request: Request) -> Response:
        return _answer(is_ready())

    async def either(request: Request) -> Response:
        return _answer(is_ready() if "ready" in request.query_params else True)

    return [
        Route(path, either),
        Route(f"{path}/live", live),
        Route(f"{path}/ready", ready),
        Route("/readiness", ready),
    ]


def _answer(up: bool) -> Response:
    return JSONResponse(
        {"status": "UP" if up else "DOWN"},
        status_code=200 if up else 503,
        headers={"cache-control": "no-store"},
    )
