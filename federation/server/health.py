"""Health: is the process there, does its event loop turn, may it be sent requests.

Apollo Router's form (`/health?live`, `/health?ready`), the one of others (`/health/live`,
`/health/ready`, `/readiness`): all answer the same two questions. Ready means: a supergraph is
loaded, there is room for more work, and the server is not about to stop. When it is not ready, the
answer says why in one word or two, for operators; nothing else of the process is told.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

# Says why no requests should be sent; None when they may be.
WhyNotReady = Callable[[], str | None]


STARTING = "starting"


def health_routes(path: str, why_not_ready: WhyNotReady) -> list[Route]:
    """Return the routes below `path` and `/readiness`."""

    async def live(request: Request) -> Response:
        return _answer(None)

    async def ready(request: Request) -> Response:
        return _answer(why_not_ready())

    async def either(request: Request) -> Response:
        return _answer(why_not_ready() if "ready" in request.query_params else None)

    return [
        Route(path, either),
        Route(f"{path}/live", live),
        Route(f"{path}/ready", ready),
        Route("/readiness", ready),
    ]


def _answer(reason: str | None) -> Response:
    body = {"status": "UP"} if reason is None else {"status": "DOWN", "reason": reason}
    return JSONResponse(
        body,
        status_code=200 if reason is None else 503,
        headers={"cache-control": "no-store"},
    )
