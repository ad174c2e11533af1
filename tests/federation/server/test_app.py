"""What is served beside GraphQL: health, pages, subgraphs; start and reload."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from federation.config.load import parse_config
from federation.errors import SupergraphError
from federation.registry.watcher import watch_file
from federation.server.app import Surroundings, build_app
from federation.server.engine import Engine
from federation.server.explorer import pages
from federation.server.explorer.pages import ASSETS, load_asset
from federation.server.settings.engine import EngineSettings, for_development
from tests.federation.server.harness import SUPERGRAPH, Client, Subgraph, engine, running

DEV = for_development(EngineSettings())
EXAMPLES = [("专利与许可 Patents", "{ hello }"), ("目录", "{ tree { name } }")]


@pytest.mark.parametrize(
    ("path", "query_string"),
    [
        ("/health", ""),
        ("/health", "live"),
        ("/health", "ready"),
        ("/health/live", ""),
        ("/health/ready", ""),
        ("/readiness", ""),
    ],
)
async def test_health(path: str, query_string: str) -> None:
    async with engine() as client:
        reply = await client.request("GET", path, query_string=query_string)
        assert (reply.status, reply.json) == (200, {"status": "UP"})


async def test_not_ready_before_a_supergraph_is_loaded() -> None:
    async def source() -> str:
        return SUPERGRAPH

    client = Client(build_app(EngineSettings(), source))
    reply = await client.request("GET", "/health", query_string="ready")
    assert (reply.status, reply.json) == (503, {"status": "DOWN", "reason": "starting"})
    assert (await client.request("GET", "/health")).status == 200
    reply = await client.post("{ hello }")
    assert (reply.status, reply.code) == (503, "NO_SUPERGRAPH_AVAILABLE")


async def test_the_homepage_where_the_explorer_is_off() -> None:
    async with engine() as client:
        reply = await client.request("GET", "/")
        assert reply.status == 200
        assert "/graphql" in reply.body.decode()
        assert (await client.request("GET", "/explorer/graphiql.js")).status == 404
    none = parse_config("homepage: {enabled: false}", EngineSettings)
    async with engine(none) as client:
        assert (await client.request("GET", "/")).status == 404


async def test_the_explorer_is_served_from_here_alone() -> None:
    async with engine(DEV, Surroundings(title="知通枢纽", examples=EXAMPLES)) as client:
        page = await client.request("GET", "/")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"https?:|\*", policy)
        html = page.body.decode()
        assert not re.search(r"https?://|//[a-z]", html)
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\bstyle=", html)
        loaded = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', html)
        assert len(loaded) == 9
        for path in loaded:
            reply = await client.request("GET", "/" + path)
            assert reply.status == 200
            assert reply.headers["x-content-type-options"] == "nosniff"
        settings = await client.request("GET", "/explorer/settings.json")
        assert settings.json == {
            "title": "知通枢纽",
            "endpoint": "graphql",
            "plan": True,
            "trace": True,
            "journeys": [
                {"title": title, "about": "", "group": "其他 Others", "query": query}
                for title, query in EXAMPLES
            ],
        }
        assert (await client.request("GET", "/explorer/../secret")).status == 404


def test_our_own_files_ask_no_other_host() -> None:
    for name in ("index.html", "labels.js", "plan.js", "panel.js", "explorer.js", "explorer.css"):
        assert not re.search(rb"https?://", load_asset(name).plain())


async def test_explorer_files_are_compressed_and_revalidated() -> None:
    async with engine(DEV) as client:
        for name in ASSETS:
            plain = await client.request("GET", f"/explorer/{name}")
            zipped = await client.request(
                "GET", f"/explorer/{name}", headers={"accept-encoding": "br, gzip"}
            )
            assert zipped.headers["content-encoding"] == "gzip"
            assert gzip.decompress(zipped.body) == plain.body
            again = await client.request(
                "GET", f"/explorer/{name}", headers={"if-none-match": plain.headers["etag"]}
            )
            assert again.status == 304
        total = sum(len(load_asset(name).gzipped) for name in ASSETS)
        assert total < 600_000


def test_vendored_files_are_named_with_their_licence() -> None:
    folder = Path(pages.__file__).parent
    notice = (folder / "NOTICE").read_text(encoding="utf-8")
    for file in (folder / "static").glob("*.gz"):
        assert file.name in notice
    assert (folder / "LICENSES.txt").stat().st_size > 10_000


async def test_subgraphs_and_lifespan_of_the_caller() -> None:
    events: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        events.append("start")
        yield
        events.append("stop")

    async def subgraph(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"demo"})

    around = Surroundings(subgraphs={"demo": subgraph}, lifespan=lifespan)
    async with engine(surroundings=around) as client:
        assert events == ["start"]
        reply = await client.request("POST", "/subgraphs/demo/graphql")
        assert reply.body == b"demo"
        assert (await client.request("POST", "/subgraphs/gone/graphql")).status == 404
    assert events == ["start", "stop"]


@pytest.mark.parametrize("sdl", ["type Query { a: Int }", "not GraphQL", ""])
async def test_an_unusable_supergraph_ends_startup_with_its_reason(sdl: str) -> None:
    async def source() -> str:
        return sdl

    with pytest.raises(SupergraphError):
        async with running(build_app(EngineSettings(), source)):
            pass


async def test_an_unusable_url_is_named() -> None:
    async def source() -> str:
        return SUPERGRAPH.replace("http://127.0.0.1:1/graphql", "ftp://x")

    with pytest.raises(SupergraphError, match=r"'demo'.*ftp://x"):
        async with running(build_app(EngineSettings(), source)):
            pass


async def test_hot_reload_swaps_whole_and_requests_finish_on_the_old(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text(SUPERGRAPH, encoding="utf-8")
    subgraph = Subgraph()
    loaded = asyncio.Queue[str]()

    async def source() -> str:
        return SUPERGRAPH

    async def watch(live: Engine) -> None:
        async def load(text: str) -> None:
            try:
                await live.load(text)
            finally:
                loaded.put_nowait(text)

        await watch_file(file, SUPERGRAPH, load, interval=0.01)

    app = build_app(
        EngineSettings(),
        source,
        local={"demo": subgraph.execute},
        surroundings=Surroundings(companions=[watch]),
    )
    async with running(app):
        client = Client(app, subgraph)
        slow = asyncio.create_task(client.post("{ slow(milliseconds: 3000) }"))
        await asyncio.sleep(0.05)
        old = app._engine_of[0].live.current
        file.write_text(SUPERGRAPH.replace("hello(", "greeting("), encoding="utf-8")
        await asyncio.wait_for(loaded.get(), 5)
        assert (await client.post("{ hello }")).code == "GRAPHQL_VALIDATION_FAILED"
        assert old is not None
        assert old.retired
        assert not old._closed
        assert (await slow).json == {"data": {"slow": 3000}}
        assert old._closed
        # A broken file changes nothing.
        file.write_text("type Query {", encoding="utf-8")
        await asyncio.wait_for(loaded.get(), 5)
        assert (await client.post("{ tree { name } }")).json == {"data": {"tree": {"name": "root"}}}
        file.unlink()
        await asyncio.sleep(0.05)
        file.write_text(SUPERGRAPH, encoding="utf-8")
        await asyncio.wait_for(loaded.get(), 5)
        assert (await client.post("{ hello }")).json == {"data": {"hello": "Hello world"}}


def test_settings_of_the_explorer_are_json() -> None:
    from federation.server.explorer.pages import explorer_settings
    from federation.server.settings.pages import Plugins

    settings = explorer_settings("</script>", "/graphql", [], Plugins())
    assert json.loads(settings)["title"] == "</script>"
