"""Routers poll: Apollo Router's three questions, its chunks, and Hive Router's CDN.

The operations are written anew; they select what the routers' own do.
"""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlsplit

import pytest

from federation.registry.access import system_caller
from federation.registry.model import GraphRef, Role
from federation.registry.usage import StoredDocument
from federation.server.registry_api import chunks as chunks_module
from federation.server.registry_api.chunks import make_chunks
from federation.server.registry_api.links import Links
from tests.federation.server.registry import rover
from tests.federation.server.registry.site import KEY, LISTINGS, PATENTS, RegistrySite

SUPERGRAPH = """
query SupergraphSdlQuery($apiKey: String!, $graph_ref: String!, $ifAfterId: ID) {
  routerConfig(ref: $graph_ref, apiKey: $apiKey, ifAfterId: $ifAfterId) {
    __typename
    ... on RouterConfigResult { id supergraphSdl: supergraphSDL minDelaySeconds }
    ... on Unchanged { id minDelaySeconds }
    ... on FetchError { code message }
  }
}
"""
# @apollo/gateway asks for the messages, too.
GATEWAY = SUPERGRAPH.replace("minDelaySeconds }", "minDelaySeconds messages { level body } }", 1)
DOCUMENTS = """
query PersistedQueriesManifestQuery($apiKey: String!, $graph_ref: String!, $ifAfterId: ID) {
  persistedQueries(ref: $graph_ref, apiKey: $apiKey, ifAfterId: $ifAfterId) {
    __typename
    ... on PersistedQueriesResult { id minDelaySeconds chunks { id urls } }
    ... on Unchanged { id minDelaySeconds }
    ... on FetchError { code message }
  }
}
"""
LICENCE = """
query LicenseQuery($apiKey: String!, $graph_ref: String!, $ifAfterId: ID) {
  routerEntitlements(ifAfterId: $ifAfterId, apiKey: $apiKey, ref: $graph_ref) {
    __typename
    ... on RouterEntitlementsResult { id minDelaySeconds entitlement { jwt } }
    ... on Unchanged { id minDelaySeconds }
    ... on FetchError { code message }
  }
}
"""


async def poll(
    site: RegistrySite,
    document: str,
    key: str,
    *,
    ref: str = "hub@current",
    after: str | None = None,
) -> Any:
    variables = {"apiKey": key, "graph_ref": ref, "ifAfterId": after}
    reply = await site.post("/uplink", document, variables)
    assert reply.status == 200
    assert "errors" not in reply.json, reply.json
    (answer,) = reply.json["data"].values()
    return answer


async def publish(site: RegistrySite, name: str, sdl: str) -> None:
    await site.data(rover.PUBLISH, rover.publish_variables(name, sdl))


@pytest.mark.parametrize("document", [SUPERGRAPH, GATEWAY])
async def test_a_router_polls(site: RegistrySite, document: str) -> None:
    reader = await site.token(Role.READER)
    await publish(site, "patents", PATENTS)
    first = await poll(site, document, reader)
    assert first["__typename"] == "RouterConfigResult"
    assert first["minDelaySeconds"] == 10
    assert "join__Graph" in first["supergraphSdl"]
    second = await poll(site, document, reader, after=first["id"])
    assert second == {"__typename": "Unchanged", "id": first["id"], "minDelaySeconds": 10}
    await publish(site, "listings", LISTINGS)
    third = await poll(site, document, reader, after=first["id"])
    assert third["__typename"] == "RouterConfigResult"
    assert third["id"] != first["id"]
    assert "LISTINGS" in third["supergraphSdl"]
    # `hub` alone means hub@current.
    assert (await poll(site, document, reader, ref="hub"))["id"] == third["id"]


@pytest.mark.parametrize("document", [SUPERGRAPH, DOCUMENTS, LICENCE])
async def test_what_a_router_may_not_have(site: RegistrySite, document: str) -> None:
    await publish(site, "patents", PATENTS)
    for key in ("", "service:hub:wrong", "秘密", "x" * 5000):
        assert (await poll(site, document, key))["code"] == "AUTHENTICATION_FAILED"
    other = await site.token(Role.READER, graph="other", name="other")
    assert (await poll(site, document, other))["code"] == "UNKNOWN_REF"
    test_only = await site.token(Role.READER, variants=["test"], name="test")
    assert (await poll(site, document, test_only))["code"] == "UNKNOWN_REF"
    assert (await poll(site, document, site.admin, ref="not a ref"))["code"] == "UNKNOWN_REF"


async def test_before_the_first_supergraph(site: RegistrySite) -> None:
    answer = await poll(site, SUPERGRAPH, site.admin)
    assert (answer["__typename"], answer["code"]) == ("FetchError", "UNKNOWN_REF")


async def test_no_licence_is_an_answer(site: RegistrySite) -> None:
    first = await poll(site, LICENCE, site.admin)
    assert first["__typename"] == "RouterEntitlementsResult"
    assert first["entitlement"] is None
    assert (await poll(site, LICENCE, site.admin, after=first["id"]))["__typename"] == "Unchanged"


async def test_documents_come_in_chunks(
    site: RegistrySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks_module, "_CHUNK_BYTES", 400)
    monkeypatch.setattr(chunks_module, "_KEPT_SECONDS", 0.0)
    none = await poll(site, DOCUMENTS, site.admin)
    assert (none["__typename"], none["chunks"]) == ("PersistedQueriesResult", None)
    documents = [
        StoredDocument(f"id{n}", f"query Q{n} {{ __typename }}", f"Q{n}", "query")
        for n in range(40)
    ]
    await site.registry.put_documents(system_caller(), "hub", documents)
    listed = await poll(site, DOCUMENTS, site.admin)
    assert len(listed["chunks"]) > 1
    found = {}
    for chunk in listed["chunks"]:
        (url,) = chunk["urls"]
        assert url.startswith("http://hub.example/uplink/chunks/hub/")
        reply = await site.get(url)
        assert reply.status == 200
        assert reply.json["format"] == "apollo-persisted-query-manifest"
        assert reply.json["version"] == 1
        found |= {each["id"]: each for each in reply.json["operations"]}
    assert found == {
        each.id: {"id": each.id, "name": each.name, "type": "query", "body": each.body}
        for each in documents
    }
    again = await poll(site, DOCUMENTS, site.admin, after=listed["id"])
    assert again == {"__typename": "Unchanged", "id": listed["id"], "minDelaySeconds": 10}
    # A new document changes one chunk; the others keep their ids, so routers keep them.
    extra = StoredDocument("extra", "{ __typename }", "", "query", "dashboard")
    await site.registry.put_documents(system_caller(), "hub", [extra])
    changed = await poll(site, DOCUMENTS, site.admin, after=listed["id"])
    before = {chunk["id"] for chunk in listed["chunks"]}
    assert len({chunk["id"] for chunk in changed["chunks"]} - before) == 1


async def test_chunks_need_their_signature(site: RegistrySite) -> None:
    documents = [StoredDocument("a", "{ __typename }", "A", "query")]
    await site.registry.put_documents(system_caller(), "hub", documents)
    listed = await poll(site, DOCUMENTS, site.admin)
    (url,) = listed["chunks"][0]["urls"]
    assert (await site.get(url)).status == 200
    parts = urlsplit(url)
    for query in ("", parts.query[:-1] + "0", parts.query.replace("expires=1", "expires=2")):
        assert (await site.get(f"{parts.path}?{query}")).status == 403
    assert (await site.get(f"{parts.path}0?{parts.query}")).status == 403
    assert (await site.get(url.replace("/hub/", "/other/"))).status == 403


def test_signed_addresses_expire() -> None:
    clock = [1_000_000.0]
    links = Links(KEY, now=lambda: clock[0])
    query = dict(part.split("=") for part in links.sign("/a/b", 60).partition("?")[2].split("&"))
    assert links.is_signed("/a/b", query["expires"], query["signature"])
    assert not links.is_signed("/a/c", query["expires"], query["signature"])
    assert not Links(KEY[::-1]).is_signed("/a/b", query["expires"], query["signature"])
    for expires in ("", "x", "٣", "9" * 40, "-1"):
        assert not links.is_signed("/a/b", expires, query["signature"])
    assert not links.is_signed("/a/b", query["expires"], "é\ud800")
    clock[0] += 61
    assert not links.is_signed("/a/b", query["expires"], query["signature"])
    with pytest.raises(ValueError, match="16 random bytes"):
        Links(b"short")


def test_chunks_do_not_depend_on_the_order() -> None:
    documents = [StoredDocument(str(n), f"{{ a{n} }}", "", "query") for n in range(50)]
    assert make_chunks(documents) == make_chunks(documents[::-1])


async def test_an_internal_error_keeps_the_router_polling(
    site: RegistrySite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("password is hunter2")

    monkeypatch.setattr(site.registry, "live_supergraph", fail)
    with caplog.at_level(logging.ERROR):
        answer = await poll(site, SUPERGRAPH, site.admin)
    assert answer["code"] == "RETRY_LATER"
    assert "hunter2" not in json.dumps(answer)
    assert "hunter2" in caplog.text
    assert site.admin not in caplog.text


async def test_uplink_is_no_place_to_try_tokens(site: RegistrySite) -> None:
    fields = " ".join(
        f'a{n}: routerConfig(ref: "hub", apiKey: "{n}") {{ __typename }}' for n in range(4)
    )
    reply = await site.post("/uplink", f"{{ {fields} }}")
    assert reply.code == "MAX_ROOT_FIELDS_LIMIT"
    reply = await site.post("/uplink", "{ __schema { queryType { name } } }")
    assert reply.code == "INTROSPECTION_DISABLED"
    reply = await site.post("/uplink", "{ a }" + " " * 70_000)
    assert reply.status == 413


# Hive


async def test_hive_router_polls(site: RegistrySite) -> None:
    path = "/registry/cdn/hub@current/supergraph"
    key = {"x-hive-cdn-key": await site.token(Role.READER)}
    assert (await site.get(path, key)).status == 404
    await publish(site, "patents", PATENTS)
    first = await site.get(path, key)
    assert first.status == 200
    assert first.headers["content-type"].startswith("text/plain")
    live = await site.registry.live_supergraph(GraphRef("hub"))
    assert live is not None
    assert first.body.decode() == live.sdl
    etag = first.headers["etag"]
    for sent in (etag, f"W/{etag}"):
        second = await site.get(path, {**key, "if-none-match": sent})
        assert (second.status, second.body, second.headers["etag"]) == (304, b"", etag)
    await publish(site, "listings", LISTINGS)
    third = await site.get(path, {**key, "if-none-match": etag})
    assert third.status == 200
    assert third.headers["etag"] != etag


async def test_hive_keys(site: RegistrySite) -> None:
    path = "/registry/cdn/hub@current/supergraph"
    await publish(site, "patents", PATENTS)
    assert (await site.get(path)).status == 401
    assert (await site.get(path, {"x-hive-cdn-key": "service:hub:wrong"})).status == 401
    other = await site.token(Role.READER, graph="other", name="other")
    assert (await site.get(path, {"x-hive-cdn-key": other})).status == 404
    assert (await site.get("/registry/cdn/a b/supergraph", {"x-hive-cdn-key": other})).status == 404
