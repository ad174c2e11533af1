"""A hub as `make run` starts it, in process, on a fresh database with the demo feeds pulled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson
import pytest
from starlette.types import ASGIApp

from federation.server.settings.engine import for_development
from gateway import AdaptersSection, DatabaseSection, HubSettings, build_app
from resolvers.database.pool import Database, PoolSettings
from resolvers.hub.worker import Worker
from resolvers.jobs import ALL_JOBS
from schema.serving import SubgraphServer
from tests.support.postgres import TestServer

replace = msgspec.structs.replace


@dataclass(slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Hub:
    """An ASGI client of a running application."""

    def __init__(self, app: ASGIApp, url: str = "") -> None:
        self.app = app
        self.url = url

    async def settle(self) -> None:
        """Run all timers and reactions until nothing is left to do, as the worker does in time."""
        database = await Database.connect(PoolSettings(self.url, max_size=4))
        try:
            worker = Worker(database, SubgraphServer(database).local_peers, ALL_JOBS)
            # The application's own worker may hold the locks for a moment.
            async with asyncio.timeout(60):
                while not await worker.run_timers(forced=True):  # noqa: ASYNC110 - of another process
                    await asyncio.sleep(0.1)
            while await worker.run_reactions():
                pass
            await worker.run_timers(forced=True)
        finally:
            await database.close()

    async def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Reply:
        target, _, query = path.partition("?")
        received = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Any] = []

        async def receive() -> Any:
            if not received:
                await asyncio.Event().wait()  # the client stays
            return received.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": target,
            "raw_path": target.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 4000),
        }
        await self.app(scope, receive, send)
        start = sent[0]
        found = {k.decode(): v.decode() for k, v in start["headers"]}
        return Reply(start["status"], found, b"".join(m.get("body", b"") for m in sent[1:]))

    async def query(
        self, query: str, *, who: str = "", operation: str | None = None, **variables: object
    ) -> Any:
        """Return the JSON of the answer. `who`: a development identity, as `CNIPA_ADMIN`."""
        message = {"query": query, "variables": variables, "operationName": operation}
        headers = {"content-type": "application/json", "apollo-expose-query-plan": "true"}
        if who:
            headers["authorization"] = f"Dev {who}"
        return (await self.send("POST", "/graphql", orjson.dumps(message), headers)).json


def demo_settings(url: str) -> HubSettings:
    settings = HubSettings(
        database=DatabaseSection(url=url, max_connections=4), adapters=AdaptersSection(demo=True)
    )
    return for_development(settings)


@pytest.fixture(scope="module")
async def hub(
    postgres_server: TestServer, monkeypatch_module: pytest.MonkeyPatch
) -> AsyncIterator[Hub]:
    """A running hub with the demo feeds."""
    monkeypatch_module.delenv("HUB_DATABASE_URL", raising=False)
    async with postgres_server.new_database() as url:
        app = build_app(demo_settings(url), development=True)
        async with running(app):
            yield Hub(app, url)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@asynccontextmanager
async def running(app: ASGIApp) -> AsyncIterator[None]:
    """Run an application's lifespan around the block, as a server does.

    Raises what its startup raised.
    """
    to_app: asyncio.Queue[Any] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()

    async def live() -> None:
        await app({"type": "lifespan", "asgi": {"version": "3.0"}}, to_app.get, from_app.put)

    task = asyncio.create_task(live())
    await to_app.put({"type": "lifespan.startup"})
    message = await from_app.get()
    if message["type"] == "lifespan.startup.failed":
        await task  # raises the reason
        raise RuntimeError("startup failed without a reason")
    try:
        yield
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await task
