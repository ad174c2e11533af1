"""The npm clients graphql-ws and graphql-sse against a hub on real sockets.

Run when Node, the packages (`CLIENT_PACKAGES`: a folder with `node_modules`) and, for WebSockets,
the Python package `websockets` are there.
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
from federation.server.listen import bind
from federation.server.settings import EngineSettings
from tests.federation.server.stream_harness import Topic, supergraph

PACKAGES = os.environ.get("CLIENT_PACKAGES", "")
SCRIPT = Path(__file__).with_name("streams.mjs")


async def _prices(
    query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
) -> AsyncIterator[Mapping[str, Any]]:
    for number in range(1, 4):
        await asyncio.sleep(0.01)
        item = {"__typename": "Item", "id": str(number), "price": number}
        yield {"data": {"priceChanged": item}}


@contextlib.asynccontextmanager
async def _serving() -> AsyncIterator[str]:
    topic = Topic()

    async def source() -> str:
        return supergraph()

    app = build_app(
        EngineSettings(),
        source,
        local={"items": topic.items, "prices": topic.prices},
        local_streams={"prices": _prices},
    )
    listening = bind("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http="httptools", ws="websockets-sansio", lifespan="on", log_config=None
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


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.skipif(
    not (Path(PACKAGES) / "node_modules" / "graphql-ws").is_dir(),
    reason="CLIENT_PACKAGES names no folder with the npm clients",
)
@pytest.mark.skipif(
    importlib.util.find_spec("websockets") is None, reason="websockets is not installed"
)
async def test_npm_clients() -> None:
    async with _serving() as url, asyncio.timeout(60):
        process = await asyncio.create_subprocess_exec(
            "node",
            str(SCRIPT),
            url,
            env={**os.environ},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    found = {entry["name"]: entry["value"] for entry in map(json.loads, out.splitlines())}
    prices = [
        {"data": {"priceChanged": {"price": number, "name": f"Name {number}"}}}
        for number in (1, 2, 3)
    ]
    for kind in ("ws", "sse"):
        assert found[f"{kind} subscription"] == {"got": prices}
        assert found[f"{kind} left"] == {"got": prices[:2]}
        assert found[f"{kind} query"] == {"got": [{"data": {"items": [{"id": "1"}]}}]}
        assert found[f"{kind} mutation"] == {"got": [{"data": {"reprice": 7}}]}
        assert found[f"{kind} many"] == [3] * 5
    assert found["ws invalid"]["error"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    (answer,) = found["sse invalid"]["got"]
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
