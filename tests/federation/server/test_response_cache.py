"""The response cache in the server: two subgraphs over real HTTP, which count their calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from federation.composition import Composed, SubgraphSource, compose
from federation.config.load import parse_config, read_config
from federation.execution.caching.redis_store import CacheUnavailable
from federation.execution.caching.tags import TagFormats
from federation.server.app import Application, Surroundings, build_app
from federation.server.settings.engine import EngineSettings
from federation.server.settings.headers import (
    HeaderRule,
    HeaderRules,
    Headers,
    Insert,
    Propagate,
)
from federation.server.settings.response_cache import (
    InvalidationRights,
    RedisCache,
    ResponseCaching,
    SubgraphCaching,
    SubgraphsCaching,
)
from federation.server.subgraphs.cache_tags import tags_of
from federation.server.subgraphs.response_caching import passed_on
from federation.supergraph.reader import read_supergraph
from tests.federation.server.harness import Client, Reply, running

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.12",
  import: ["@key", "@cacheTag", "@external", "@requires"])
"""
SHOP = (
    LINK
    + """
type Query {
  products(first: Int!): [Product!]! @cacheTag(format: "products")
    @cacheTag(format: "first-{$args.first}")
  me: String
}
type Mutation { rename: String }
type Product @key(fields: "id") { id: ID! name: String }
"""
)
STOCK = (
    LINK
    + """
type Product @key(fields: "id") @cacheTag(format: "stock-{$key.id}") { id: ID! count: Int }
"""
)
KEY = "0123456789abcdef-all"
STOCK_KEY = "0123456789abcdef-stock"


class Shop:
    """Both subgraphs. `said`: the headers of each one's answers; `calls`: what they were asked."""

    def __init__(self) -> None:
        self.said: dict[str, dict[str, str]] = {
            "shop": {"cache-control": "public, max-age=100"},
            "stock": {"cache-control": "public, max-age=40", "age": "10"},
        }
        self.calls: list[tuple[str, list[str]]] = []
        self.failing: set[str] = set()

    def answer(self, name: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        found = body.get("variables", {}).get("representations", [])
        asked = [each["id"] for each in found]
        self.calls.append((name, asked))
        query = body["query"]
        if name == "stock":
            data: list[Any] = [{"count": int(each)} for each in asked]
            errors = []
            for index, each in enumerate(asked):
                if each in self.failing:
                    data[index] = None
                    errors.append({"message": "no", "path": ["_entities", index]})
            reply: dict[str, Any] = {"data": {"_entities": data}}
            return {**reply, "errors": errors} if errors else reply
        if "rename" in query:
            return {"data": {"rename": "done"}}
        if "products" not in query:
            return {"data": {"me": "you"}}
        count = body.get("variables", {}).get("first", 3)
        value = next((v for v in body.get("variables", {}).values() if isinstance(v, int)), count)
        products = [{"__typename": "Product", "id": str(n), "name": f"P{n}"} for n in range(value)]
        wanted = [{key: item for key, item in each.items() if key in query} for each in products]
        return {"data": {"products": wanted}}

    async def serve(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode().lower().split("\r\n")
                length = next(int(x.split(":")[1]) for x in lines if x.startswith("content-length"))
                body = json.loads(await reader.readexactly(length))
                answer = json.dumps(self.answer(name, body)).encode()
                told = "".join(f"{key}: {value}\r\n" for key, value in self.said[name].items())
                writer.write(
                    f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{told}"
                    f"content-length: {len(answer)}\r\n\r\n".encode()
                    + answer
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def gateway(
    settings: EngineSettings | None = None, surroundings: Surroundings | None = None
) -> AsyncIterator[tuple[Client, Shop]]:
    shop = Shop()
    servers = {}
    sources = []
    for name, sdl in (("shop", SHOP), ("stock", STOCK)):
        servers[name] = await asyncio.start_server(
            lambda reader, writer, name=name: shop.serve(name, reader, writer), "127.0.0.1", 0
        )
        port = servers[name].sockets[0].getsockname()[1]
        sources.append(SubgraphSource(name, f"http://127.0.0.1:{port}/", sdl))
    composed = compose(sources)
    assert isinstance(composed, Composed), composed

    async def source() -> str:
        return composed.supergraph_sdl

    app: Application = build_app(
        settings or EngineSettings(response_cache=caching()), source, surroundings=surroundings
    )
    try:
        async with running(app):
            yield Client(app), shop
    finally:
        for server in servers.values():
            server.close()


def caching(**more: Any) -> ResponseCaching:
    return ResponseCaching(enabled=True, debug=True, **more)


def products(first: int) -> str:
    return "{ products(first: %d) { id name count } }" % first


def kept(reply: Reply) -> str:
    assert "errors" not in reply.json, reply.json
    return reply.headers["x-response-cache"]


async def test_only_new_entities_are_asked_for() -> None:
    async with gateway() as (client, shop):
        first = await client.post(products(3))
        assert kept(first) == "hits=0, misses=4"
        wanted = [{"id": str(n), "name": f"P{n}", "count": n} for n in range(3)]
        assert first.json == {"data": {"products": wanted}}
        again = await client.post(products(3))
        assert again.body == first.body
        assert kept(again) == "hits=4, misses=0"
        assert shop.calls == [("shop", []), ("stock", ["0", "1", "2"])]
        more = await client.post(products(5))
        assert kept(more) == "hits=3, misses=3"
        assert [each["count"] for each in more.json["data"]["products"]] == [0, 1, 2, 3, 4]
        assert shop.calls[2:] == [("shop", []), ("stock", ["3", "4"])]


async def test_the_access_log_tells_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    log = f"telemetry: {{exporters: {{logging: {{access: {{enabled: true, file: {path}}}}}}}}}"
    settings = msgspec.structs.replace(parse_config(log, EngineSettings), response_cache=caching())
    async with gateway(settings) as (client, _):
        for count in (3, 3, 5):
            await client.post(products(count))
        await client.post("{ nope }")
    told = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(one["cache_hits"], one["cache_misses"]) for one in told[:3]] == [
        (0, 4),
        (4, 0),
        (3, 3),
    ]
    assert "cache_hits" not in told[3]


async def test_the_client_is_told_the_strictest() -> None:
    async with gateway() as (client, shop):
        for _ in range(2):
            reply = await client.post(products(2))
            # 40 seconds from the origin, 10 of which were over on arrival.
            assert reply.headers["cache-control"] in ("public, max-age=40", "public, max-age=39")
            assert reply.headers["age"] == "10"
        shop.said["shop"] = {"cache-control": "private, max-age=100"}
        reply = await client.post("{ products(first: 7) { id } }")
        assert reply.headers["cache-control"].startswith("private, max-age=")
        shop.said["shop"] = {}
        for query in ("{ me }", products(9)):
            reply = await client.post(query)
            assert "no-store" in reply.headers["cache-control"]
            assert "age" not in reply.headers


async def test_an_answer_with_an_error_is_not_to_be_kept() -> None:
    async with gateway() as (client, shop):
        shop.failing = {"1"}
        for _ in range(2):
            reply = await client.post(products(3))
            assert [each["count"] for each in reply.json["data"]["products"]] == [0, None, 2]
            assert reply.json["errors"][0]["path"] == ["products", 1]
            assert "no-store" in reply.headers["cache-control"]
        assert shop.calls[-1] == ("stock", ["1"])


async def test_off_means_off() -> None:
    async with gateway(EngineSettings()) as (client, shop):
        for _ in range(2):
            reply = await client.post(products(2))
            assert "no-store" in reply.headers["cache-control"]
            assert "x-response-cache" not in reply.headers
        assert len(shop.calls) == 4
        assert (await client.request("POST", "/invalidation")).status == 404


async def test_one_subgraph_may_be_left_out() -> None:
    left_out = SubgraphsCaching(subgraphs={"stock": SubgraphCaching(enabled=False)})
    settings = EngineSettings(response_cache=caching(subgraph=left_out))
    async with gateway(settings) as (client, shop):
        for _ in range(2):
            reply = await client.post(products(2))
            assert "no-store" in reply.headers["cache-control"]
        assert [name for name, _ in shop.calls] == ["shop", "stock", "stock"]


async def test_a_mutation_is_never_kept_and_drops_its_subgraphs_answers() -> None:
    async with gateway() as (client, shop):
        await client.post(products(2))
        for _ in range(2):
            reply = await client.post("mutation { rename }")
            assert "no-store" in reply.headers["cache-control"]
        await client.post(products(2))
        names = [name for name, _ in shop.calls]
        assert names == ["shop", "stock", "shop", "shop", "shop"]


async def test_headers_that_choose_an_answer() -> None:
    rules = HeaderRules(request=(HeaderRule(propagate=Propagate(named="accept-language")),))
    settings = EngineSettings(response_cache=caching(), headers=Headers(all=rules))
    async with gateway(settings) as (client, shop):
        shop.said["shop"]["vary"] = "Accept-Language"
        for lang in ("zh", "en", "zh", "en"):
            reply = await client.post("{ me }", headers={"accept-language": lang})
            assert reply.headers["cache-control"].startswith("public")
            assert "accept-language" in reply.headers["vary"]
        assert len(shop.calls) == 2


def test_headers_that_reach_a_subgraph_as_they_are() -> None:
    def named(name: str, **more: Any) -> HeaderRule:
        return HeaderRule(propagate=Propagate(named=name, **more))

    every = (named("A"), named("b", rename="c"), named("D", default="x"), named("c"), named("e"))
    own = (HeaderRule(insert=Insert(name="E", value="1")), named("f"))
    headers = Headers(all=HeaderRules(request=every), subgraphs={"x": HeaderRules(request=own)})
    assert passed_on(headers, "y") == {"a", "e"}
    assert passed_on(headers, "x") == {"a", "f"}


async def invalidate(client: Client, body: Any, key: str | None = KEY) -> Reply:
    headers = {"content-type": "application/json"}
    if key is not None:
        headers["authorization"] = key
    chunk = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.request("POST", "/invalidation", headers=headers, chunks=(chunk,))


def with_keys() -> EngineSettings:
    def rights(key: str) -> SubgraphCaching:
        return SubgraphCaching(invalidation=InvalidationRights(enabled=True, shared_key=key))

    section = SubgraphsCaching(all=rights(KEY), subgraphs={"stock": rights(STOCK_KEY)})
    return EngineSettings(response_cache=caching(subgraph=section))


async def test_invalidation_over_http() -> None:
    async with gateway(with_keys()) as (client, shop):
        await client.post(products(3))
        tag = {"kind": "cache_tag", "subgraphs": ["stock"], "cache_tag": "stock-1"}
        reply = await invalidate(client, [tag], STOCK_KEY)
        assert (reply.status, reply.json) == (202, {"count": 1})
        await client.post(products(3))
        assert shop.calls[2:] == [("stock", ["1"])]
        for one, count in [
            ({"kind": "cache_tag", "subgraphs": ["shop"], "cache_tag": "first-3"}, 1),
            ({"kind": "cache_tag", "subgraphs": ["shop"], "cache_tag": "products"}, 0),
            ({"kind": "cache_tag", "subgraphs": [], "cache_tag": "stock-2"}, 0),
            ({"kind": "type", "subgraph": "shop", "type": "Product"}, 0),
        ]:
            assert (await invalidate(client, [one])).json == {"count": count}
        reply = await invalidate(
            client, [{"kind": "type", "subgraph": "stock", "type": "Product"}], STOCK_KEY
        )
        assert reply.json == {"count": 3}
        await client.post(products(3))
        whole = {"kind": "subgraph", "subgraph": "shop"}
        assert (await invalidate(client, [whole, whole], f"Bearer {KEY}")).json == {"count": 1}


async def test_invalidation_is_refused_without_the_right_key() -> None:
    async with gateway(with_keys()) as (client, _):
        await client.post(products(2))
        shop_all = {"kind": "subgraph", "subgraph": "shop"}
        stock_all = {"kind": "subgraph", "subgraph": "stock"}
        for body, key, status in [
            ([shop_all], None, 401),
            ([shop_all], "", 401),
            ([shop_all], "wrong", 401),
            ([shop_all], KEY + "é", 401),
            ([shop_all], STOCK_KEY, 401),
            ([stock_all], KEY, 401),
            ([shop_all, stock_all], KEY, 401),
            ({}, KEY, 400),
            ([{"kind": "all"}], KEY, 400),
            ([{"kind": "type", "subgraph": "shop"}], KEY, 400),
            (b"[", KEY, 400),
            (b"\xff\xfe", KEY, 400),
            (b"[" + b" " * 1024 * 1024 + b"]", KEY, 413),
        ]:
            reply = await invalidate(client, body, key)
            assert reply.status == status, (body, key, reply.body)
            assert KEY not in reply.body.decode()
        assert kept(await client.post(products(2))) == "hits=3, misses=0"


async def test_a_new_supergraph_keeps_what_is_still_right() -> None:
    engines: list[Any] = []

    async def remember(engine: Any) -> None:
        engines.append(engine)

    around = Surroundings(companions=[remember])
    async with gateway(surroundings=around) as (client, _):
        await client.post(products(2))
        (engine,) = engines
        sdl = engine.live.current.schema.sdl
        await engine.load(sdl + "\n# the same")
        assert kept(await client.post(products(2))) == "hits=3, misses=0"
        await engine.load(sdl.replace("stock-{$key.id}", "moved-{$key.id}"))
        assert kept(await client.post(products(2))) == "hits=1, misses=2", "under its new tags"
        assert await engine.lasting.response_cache.drop_tags(["moved-1"]) == 1


def test_tags_of_a_supergraph() -> None:
    composed = compose([SubgraphSource("shop", "", SHOP), SubgraphSource("stock", "", STOCK)])
    assert isinstance(composed, Composed)
    assert tags_of(read_supergraph(composed.supergraph_sdl)) == {
        "shop": TagFormats({}, {"products": ("first-{$args.first}", "products")}),
        "stock": TagFormats({"Product": ("stock-{$key.id}",)}, {}),
    }


def test_settings_of_a_subgraph_are_those_of_all_where_it_sets_none() -> None:
    section = SubgraphsCaching(
        all=SubgraphCaching(
            ttl=60.0, invalidation=InvalidationRights(enabled=True, shared_key=KEY)
        ),
        subgraphs={"a": SubgraphCaching(enabled=False, private_id="x-user")},
    )
    found = section.of("a")
    assert (found.enabled, found.ttl, found.private_id) == (False, 60.0, "x-user")
    assert found.invalidate_on_mutation is True
    assert found.invalidation.shared_key == KEY
    assert section.of("b").enabled is True
    assert ResponseCaching().enabled is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{enabled: true, subgraph: {all: {invalidation: {enabled: true}}}}", "shared_key"),
        ("{subgraph: {all: {invalidation: {shared_key: short}}}}", "16 characters"),
        ("{subgraph: {all: {ttl: 60}}}", "unit"),
        ("{subgraph: {all: {ttll: 60s}}}", "ttl"),
        ("{redis: {urls: []}}", "urls"),
        ("{redis: {urls: ['http://x']}}", "redis://"),
        ("{redis: {urls: ['redis://x', 'redis://y']}}", "urls"),
        ("{memory: {max_bytes: 0}}", "max_bytes"),
        ("{invalidation: {path: x}}", "path"),
    ],
)
def test_bad_settings_say_what_to_do(text: str, words: str, tmp_path: Any) -> None:
    path = tmp_path / "hub.yaml"
    path.write_text(f"response_cache: {text}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        read_config(path, EngineSettings)


def test_no_secret_is_shown() -> None:
    section = InvalidationRights(enabled=True, shared_key=KEY)
    redis = RedisCache(urls=("redis://:hunter2@127.0.0.1:1",))
    settings = EngineSettings(
        response_cache=ResponseCaching(
            redis=redis, subgraph=SubgraphsCaching(all=SubgraphCaching(invalidation=section))
        )
    )
    assert KEY not in repr(settings)
    assert "hunter2" not in repr(settings)


async def test_without_the_client_library_redis_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    settings = EngineSettings(
        response_cache=caching(redis=RedisCache(urls=("redis://127.0.0.1:1",)))
    )
    with pytest.raises(CacheUnavailable, match=r"zhitong-hub\[redis\]"):
        async with gateway(settings):
            pass


def test_the_section_is_in_the_schema_of_the_configuration() -> None:
    schema = json.dumps(msgspec.json.schema(ResponseCaching))
    for key in ("max_bytes", "invalidate_on_mutation", "private_id", "shared_key", "urls"):
        assert key in schema
