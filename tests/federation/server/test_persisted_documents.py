"""Documents that clients name: automatic persisted queries and trusted documents."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from federation.errors import FederationError
from federation.server.app import Surroundings
from federation.server.persisted.automatic import AutomaticDocuments
from federation.server.settings.engine import EngineSettings
from federation.server.settings.persisted_queries import (
    Apq,
    InMemory,
    PersistedQueries,
    Safelist,
)
from tests.federation.server.harness import Client, Reply, engine
from tests.federation.server.stream_harness import Socket, hub

HELLO = "query Hello { hello }"
TREE = "query Tree {\n  tree { name }\n}\n"
GREETED = {"data": {"hello": "Hello world"}}
RESPONSE = {"accept": "application/graphql-response+json"}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(sha256: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256}}, **more}


async def ask(client: Client, headers: Mapping[str, str] | None = None, **body: Any) -> Reply:
    return await client.post_bytes(json.dumps(body).encode(), headers)


class TestAutomatic:
    async def test_register_and_use(self) -> None:
        async with engine() as client:
            known = by_hash(digest(HELLO))
            reply = await ask(client, **known)
            assert (reply.status, reply.code) == (200, "PERSISTED_QUERY_NOT_FOUND")
            assert reply.json["errors"][0]["message"] == "PersistedQueryNotFound"
            assert "no-store" in reply.headers["cache-control"]
            reply = await ask(client, RESPONSE, **known)
            assert (reply.status, reply.code) == (400, "PERSISTED_QUERY_NOT_FOUND")
            assert (await ask(client, **known, query=HELLO)).json == GREETED
            assert (await ask(client, **known)).json == GREETED
            extensions = json.dumps(known["extensions"])
            assert (await client.get(extensions=extensions)).json == GREETED

    async def test_what_is_not_stored(self) -> None:
        async with engine() as client:
            reply = await ask(client, **by_hash(digest(TREE), query=HELLO))
            assert (reply.status, reply.code) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
            for wrong in ("{ nope }", "{", "query A { hello } query B { hello }"):
                await ask(client, **by_hash(digest(wrong), query=wrong))
                reply = await ask(client, **by_hash(digest(wrong)))
                assert reply.code == "PERSISTED_QUERY_NOT_FOUND"
            assert client.subgraph.calls == []

    async def test_a_mutation_is_not_reached_by_get(self) -> None:
        bump = "mutation { bump }"
        async with engine() as client:
            await ask(client, **by_hash(digest(bump), query=bump))
            extensions = json.dumps(by_hash(digest(bump))["extensions"])
            assert (await client.get(extensions=extensions)).status == 405
            assert client.subgraph.bumps == 1

    @pytest.mark.parametrize(
        "extension", [1, "x", [], {"version": 2, "sha256Hash": "x"}, {"version": 1}, {}]
    )
    async def test_malformed(self, extension: Any) -> None:
        async with engine() as client:
            reply = await ask(client, extensions={"persistedQuery": extension})
            assert (reply.status, reply.code) == (400, "INVALID_GRAPHQL_REQUEST")

    async def test_off(self) -> None:
        async with engine(EngineSettings(apq=Apq(enabled=False))) as client:
            reply = await ask(client, **by_hash(digest(HELLO)))
            assert (reply.status, reply.code) == (400, "PERSISTED_QUERY_NOT_SUPPORTED")
            assert (await ask(client, **by_hash(digest(HELLO), query=HELLO))).json == GREETED

    def test_bounds(self) -> None:
        kept = AutomaticDocuments(InMemory(limit=100, max_bytes=2_000))
        for number in range(1_000):
            text = f"{{ a{number} }}"
            kept.put(digest(text), text)
            assert kept.bytes <= 2_000
        assert 0 < len(kept) < 100
        assert kept.get(digest("{ a999 }")) == "{ a999 }"
        assert kept.get(digest("{ a1 }")) is None
        kept.put("big", "x" * 3_000)
        assert kept.get("big") is None
        kept.resize(InMemory(limit=2, max_bytes=2_000))
        assert len(kept) == 2
        kept.resize(InMemory(limit=2, max_bytes=1))
        assert (len(kept), kept.bytes) == (0, 0)


def manifest(path: Path, *operations: Mapping[str, Any]) -> str:
    content = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"name": "x", "type": "query", **one} for one in operations],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def trusted(**options: Any) -> EngineSettings:
    apq = options.pop("apq", Apq())
    return EngineSettings(persisted_queries=PersistedQueries(enabled=True, **options), apq=apq)


class TestTrusted:
    @pytest.mark.parametrize("kind", ["apollo", "relay", "directory"])
    async def test_formats(self, tmp_path: Path, kind: str) -> None:
        documents = {digest(HELLO): HELLO, "custom": TREE}
        options: dict[str, Any] = {"directory": str(tmp_path)}
        if kind == "directory":
            for name, text in documents.items():
                (tmp_path / f"{name}.graphql").write_text(text + "\n", encoding="utf-8")
        elif kind == "relay":
            (tmp_path / "m.json").write_text(json.dumps(documents), encoding="utf-8")
            options = {"local_manifests": (str(tmp_path / "m.json"),)}
        else:
            made = [{"id": name, "body": text} for name, text in documents.items()]
            options = {"local_manifests": (manifest(tmp_path / "m.json", *made),)}
        async with engine(trusted(**options)) as client:
            assert (await ask(client, **by_hash(digest(HELLO)))).json == GREETED
            assert (await ask(client, documentId=digest(HELLO))).json == GREETED
            assert (await ask(client, documentId="sha256:" + digest(HELLO))).json == GREETED
            assert (await ask(client, doc_id="custom")).json == {"data": {"tree": {"name": "root"}}}
            assert (await client.get(documentId=digest(HELLO))).json == GREETED
            assert (await ask(client, query="{ hello }")).json == GREETED  # no safelist

    async def test_of_one_client(self, tmp_path: Path) -> None:
        path = manifest(
            tmp_path / "m.json",
            {"id": "a", "body": HELLO},
            {"id": "a", "body": TREE, "clientName": "web"},
        )
        async with engine(trusted(local_manifests=(path,))) as client:
            assert (await ask(client, documentId="a")).json == GREETED
            reply = await ask(client, {"apollographql-client-name": "web"}, documentId="a")
            assert reply.json == {"data": {"tree": {"name": "root"}}}
            reply = await ask(client, {"graphql-client-name": "ios"}, documentId="a")
            assert reply.json == GREETED

    async def test_unknown_ids(self, tmp_path: Path) -> None:
        path = manifest(tmp_path / "m.json", {"id": "a", "body": HELLO})
        async with engine(trusted(local_manifests=(path,))) as client:
            assert (await ask(client, documentId="b")).code == "PERSISTED_QUERY_NOT_FOUND"
        async with engine(trusted(local_manifests=(path,), apq=Apq(enabled=False))) as client:
            reply = await ask(client, documentId="b")
            assert (reply.status, reply.code) == (404, "PERSISTED_QUERY_NOT_IN_LIST")
            reply = await ask(client, documentId="a", query=HELLO)
            assert (reply.status, reply.code) == (400, "CANNOT_SEND_PQ_ID_AND_BODY")
            for bad in ("", "x" * 1_000):
                assert (await ask(client, documentId=bad)).status == 400

    async def test_safelist(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        path = manifest(tmp_path / "m.json", {"id": digest(TREE), "body": TREE})
        settings = trusted(
            local_manifests=(path,), log_unknown=True, safelist=Safelist(enabled=True)
        )
        same = ["query Tree{tree{name}}", "\ufeff#c\nquery,Tree,{tree,{name,}}", TREE]
        other = ["query Tree{tree{name name}}", "query Tree2{tree{name}}", "{tree{name}}", "{", "#"]
        async with engine(settings) as client:
            for text in same * 2:
                assert (await ask(client, query=text)).status == 200
            for text in other * 2:
                reply = await ask(client, query=text)
                assert (reply.status, reply.code) == (403, "QUERY_NOT_IN_SAFELIST"), text
            assert (await ask(client, documentId=digest(TREE))).status == 200
            reply = await ask(client, **by_hash(digest(HELLO), query=HELLO))  # nothing registers
            assert reply.code == "CANNOT_SEND_PQ_ID_AND_BODY"
            large = "query Tree { tree {" + " " * 50_000 + "name } }"
            assert (await ask(client, query=large)).status == 200
        assert digest(other[0]) in caplog.text
        assert other[0] not in caplog.text

    async def test_ids_only(self, tmp_path: Path) -> None:
        path = manifest(tmp_path / "m.json", {"id": digest(TREE), "body": TREE})
        safelist = Safelist(enabled=True, require_id=True)
        async with engine(trusted(local_manifests=(path,), safelist=safelist)) as client:
            reply = await ask(client, query=TREE)
            assert (reply.status, reply.code) == (400, "PERSISTED_QUERY_ID_REQUIRED")
            assert (await ask(client, documentId=digest(TREE))).status == 200
            assert len(client.subgraph.calls) == 1

    async def test_files_are_read_again(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = tmp_path / "m.json"
        manifest(path, {"id": "a", "body": HELLO})
        options = {"apq": Apq(enabled=False), "reload_interval": 0.01}
        async with engine(trusted(local_manifests=(str(path),), **options)) as client:
            assert (await ask(client, documentId="a")).json == GREETED
            manifest(path, {"id": "longer", "body": HELLO})
            await asyncio.sleep(0.02)
            assert (await ask(client, documentId="a")).status == 404
            assert (await ask(client, documentId="longer")).json == GREETED
            path.write_text("{", encoding="utf-8")
            await asyncio.sleep(0.02)
            assert (await ask(client, documentId="longer")).json == GREETED
            assert "stays in place" in caplog.text
            path.unlink()
            await asyncio.sleep(0.02)
            assert (await ask(client, documentId="longer")).json == GREETED

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "[]",
            '{"a": 1}',
            '{"format": "x", "version": 1, "operations": []}',
            '{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}',
            '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [1]}',
        ],
    )
    async def test_files_that_are_wrong_stop_the_start(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "m.json"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(FederationError, match=r"trusted documents: .*m\.json"):
            async with engine(trusted(local_manifests=(str(path),))):
                pass

    async def test_a_file_must_have_the_hash_of_its_name(self, tmp_path: Path) -> None:
        (tmp_path / f"{digest(HELLO)}.graphql").write_text(TREE, encoding="utf-8")
        with pytest.raises(FederationError, match="SHA-256"):
            async with engine(trusted(directory=str(tmp_path))):
                pass


class _Registry:
    def __init__(self) -> None:
        self.documents = {digest(HELLO): HELLO}
        self.asked: list[str] = []
        self.broken = False

    async def document(self, document_id: str) -> str | None:
        self.asked.append(document_id)
        await asyncio.sleep(0)
        if self.broken:
            raise RuntimeError("connection to 10.0.0.1 refused")
        return self.documents.get(document_id)


class TestRegistry:
    async def test_is_asked_once(self) -> None:
        registry = _Registry()
        settings = trusted(registry=True, safelist=Safelist(enabled=True))
        async with engine(settings, Surroundings(document_source=registry)) as client:
            replies = await asyncio.gather(
                *(ask(client, documentId=digest(HELLO)) for _ in range(20))
            )
            assert all(reply.json == GREETED for reply in replies)
            for _ in range(3):
                assert (await ask(client, documentId="none")).status == 404
            assert registry.asked == [digest(HELLO), "none"]
            assert (await ask(client, query=HELLO)).json == GREETED
            assert (await ask(client, query=TREE)).code == "QUERY_NOT_IN_SAFELIST"

    async def test_failure(self) -> None:
        registry = _Registry()
        registry.broken = True
        async with engine(trusted(registry=True), Surroundings(document_source=registry)) as client:
            reply = await ask(client, documentId="x")
            assert (reply.status, reply.code) == (503, "PERSISTED_QUERY_LIST_UNAVAILABLE")
            assert b"10.0.0.1" not in reply.body

    async def test_made_up_ids_do_not_fill_memory(self) -> None:
        registry = _Registry()
        settings = trusted(registry=True, cache_bytes=5_000)
        for number in range(300):
            registry.documents[f"id{number}"] = HELLO
        async with engine(settings, Surroundings(document_source=registry)) as client:
            for number in range(300):
                assert (await ask(client, documentId=f"id{number}")).json == GREETED
        assert len(registry.asked) == 300


@pytest.mark.parametrize(
    "options",
    [
        {"enabled": True},
        {"safelist": Safelist(enabled=True), "directory": "x"},
        {"enabled": True, "directory": "x", "safelist": Safelist(require_id=True)},
    ],
)
def test_settings_that_cannot_be_meant(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"set|name"):
        PersistedQueries(**options)


async def test_registering_beside_a_safelist_is_refused(tmp_path: Path) -> None:
    path = manifest(tmp_path / "m.json")
    settings = trusted(
        local_manifests=(path,), safelist=Safelist(enabled=True), apq=Apq(enabled=True)
    )
    with pytest.raises(FederationError, match="apq"):
        async with engine(settings):
            pass


async def test_over_websocket() -> None:
    async with hub() as (app, _):
        socket = Socket(app)
        await socket.begin()
        text = "{ items { id } }"
        named = by_hash(digest(text))["extensions"]

        async def ask_for(**payload: Any) -> Any:
            socket.say(type="subscribe", id="a", payload=payload)
            return await socket.take()

        answer = await ask_for(extensions=named)
        assert answer["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        whole = await ask_for(query=text, extensions=named)
        assert whole["payload"]["data"]["items"]
        assert (await socket.take())["type"] == "complete"
        assert await ask_for(extensions=named) == whole
        assert (await socket.take())["type"] == "complete"
        await socket.leave()
