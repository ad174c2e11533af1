"""A hub on real sockets, and Node scripts that drive it with clients from npm.

Tests with them run when Node and the packages (`CLIENT_PACKAGES`: a folder with `node_modules`) are
there:

    npm install @apollo/client @urql/core @urql/exchange-persisted graphql graphql-http \
        graphql-sse graphql-ws rxjs ws react
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from federation.server.app import build_app
from federation.server.listener.http_protocol import BoundedHttpProtocol
from federation.server.listener.listen import bind
from federation.server.settings.engine import EngineSettings
from tests.federation.server.stream_harness import Topic, supergraph

PACKAGES = os.environ.get("CLIENT_PACKAGES", "")


def needs(*packages: str) -> list[pytest.MarkDecorator]:
    """Return the marks of a test that needs Node and these packages."""
    missing = [name for name in packages if not (Path(PACKAGES) / "node_modules" / name).is_dir()]
    return [
        pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed"),
        pytest.mark.skipif(
            not PACKAGES or bool(missing),
            reason=f"CLIENT_PACKAGES names no folder with {', '.join(packages)} from npm",
        ),
        pytest.mark.skipif(
            importlib.util.find_spec("websockets") is None, reason="websockets is not installed"
        ),
    ]


async def drive(script: str, settings: EngineSettings | None = None) -> dict[str, Any]:
    """Run a script against a hub; return what it says, by name."""
    async with _serving(settings or EngineSettings()) as url, asyncio.timeout(60):
        process = await asyncio.create_subprocess_exec(
            "node",
            str(Path(__file__).with_name(script)),
            url,
            env={**os.environ},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
    assert process.returncode == 0, err.decode()
    return {entry["name"]: entry["value"] for entry in map(json.loads, out.splitlines())}


async def _prices(
    query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
) -> AsyncIterator[Mapping[str, Any]]:
    for number in range(1, 4):
        await asyncio.sleep(0.01)
        item = {"__typename": "Item", "id": str(number), "price": number}
        yield {"data": {"priceChanged": item}}


@contextlib.asynccontextmanager
async def _serving(settings: EngineSettings) -> AsyncIterator[str]:
    topic = Topic()

    async def source() -> str:
        return supergraph()

    app = build_app(
        settings,
        source,
        local={"items": topic.items, "prices": topic.prices},
        local_streams={"prices": _prices},
    )
    listening = bind("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http=BoundedHttpProtocol, ws="websockets-sansio", lifespan="on", log_config=None
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        while not server.started:  # noqa: ASYNC110, uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
    finally:
        server.should_exit = True
        await task
        listening.close()
