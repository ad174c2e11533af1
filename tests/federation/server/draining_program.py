"""A server without a gateway, to be stopped: `python -m tests.federation.server.draining_program`.

Slow answers at `/slow?seconds=…`, events without end at `/events`, health at `/health`, on a free
port, which it prints.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from federation.server.health import health_routes
from federation.server.listener.draining_app import Drain, DrainingApp
from federation.server.listener.listen import run_server
from federation.server.settings.pages import HealthCheck


async def slow(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params["seconds"]))
    return PlainTextResponse("done")


async def events(request: Request) -> Response:
    async def ticks() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"event: next\ndata: 1\n\n"
                await asyncio.sleep(0.05)
        finally:
            print("stream closed", flush=True)

    return StreamingResponse(ticks(), media_type="text/event-stream")


def main() -> int:
    drain = Drain()
    routes = [Route("/slow", slow), Route("/events", events)]
    app = Starlette(routes=[*health_routes("/health", drain.why_not_ready), *routes])
    health = HealthCheck(drain_delay=0.6, shutdown_grace=10.0)
    return run_server(
        DrainingApp(app, drain, health),
        "127.0.0.1",
        0,
        on_ready=lambda address: print(address, flush=True),
    )


if __name__ == "__main__":
    sys.exit(main())
