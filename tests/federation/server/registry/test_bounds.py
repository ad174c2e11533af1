"""What `/registry/graphql` refuses before it does anything."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from tests.federation.server.harness import Client
from tests.federation.server.registry import rover
from tests.federation.server.registry.site import PATENTS, RegistrySite

PATH = "/registry/graphql"


async def raw(site: RegistrySite, *chunks: bytes, **headers: str) -> Any:
    sent = {"content-type": "application/json", "x-api-key": site.admin} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await Client(site.app).request("POST", PATH, headers=sent, chunks=chunks)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "INVALID_GRAPHQL_REQUEST"),
        (b"{", 400, "INVALID_GRAPHQL_REQUEST"),
        (b"\xff\xfe", 400, "INVALID_GRAPHQL_REQUEST"),
        (b"[]", 400, "BATCHING_NOT_ENABLED"),
        (b'{"variables": {}}', 400, "MISSING_QUERY_STRING"),
        (b'{"query": "{ me { id } }", "variables": []}', 400, "INVALID_GRAPHQL_REQUEST"),
        (b'{"query": "{"}', 200, "GRAPHQL_PARSE_FAILED"),
        (b'{"query": "{ nothing }"}', 200, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "query($a: ID!) { graph(id: $a) { id } }"}', 200, None),
        (b'{"query": "query A { me { id } } query B { me { id } }"}', 200, None),
    ],
)
async def test_bad_requests(site: RegistrySite, body: bytes, status: int, code: str | None) -> None:
    reply = await raw(site, body)
    assert reply.status == status
    assert reply.json["data"] is None
    assert reply.json["errors"][0]["message"]
    if code is not None:
        assert reply.code == code
    assert reply.headers["cache-control"] == "private, no-store"


async def test_other_methods_and_types(site: RegistrySite) -> None:
    assert (await Client(site.app).request("GET", PATH)).status == 405
    assert (await raw(site, b"{}", content_type="text/plain")).status == 415


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ " + "a { " * 70 + "b" + " }" * 71, "PARSING_ERROR"),
        (
            "{ " + " ".join(f"a{n}: frontendUrlRoot" for n in range(11)) + " }",
            "MAX_ROOT_FIELDS_LIMIT",
        ),
        ("{ " + "me { id } " * 1000 + "}", "GRAPHQL_PARSE_FAILED"),
    ],
)
async def test_large_documents(site: RegistrySite, document: str, code: str) -> None:
    reply = await site.graphql(document)
    assert (reply.status, reply.code) == (200, code)


async def test_bodies_that_are_too_large(site: RegistrySite) -> None:
    chunk = b" " * 1_000_000
    reply = await raw(site, *[chunk] * 21)
    assert (reply.status, reply.code) == (413, "REQUEST_LIMIT_EXCEEDED")
    # A stranger's body is not even read.
    read = []

    async def receive() -> Any:
        read.append(1)
        return {"type": "http.request", "body": chunk, "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "server": ("test", 80),
    }
    await site.app(scope, receive, send)
    assert sent[0]["status"] == 401
    assert read == []


async def test_the_largest_body_can_be_set(site: RegistrySite) -> None:
    site.options = {"max_request_bytes": 1000}
    assert (await raw(site, b" " * 1001)).status == 413


async def test_a_schema_that_is_too_large(site: RegistrySite) -> None:
    sdl = PATENTS + "#" * 5_000_001
    reply = await site.graphql(rover.PUBLISH, rover.publish_variables("patents", sdl))
    assert (reply.status, reply.code, reply.json["data"]) == (200, "INVALID_INPUT", None)


async def test_what_takes_too_long(site: RegistrySite, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: object, **__: object) -> None:
        await asyncio.sleep(30)

    monkeypatch.setattr(site.registry, "publish", hang)
    site.options = {"seconds": 0.1}
    reply = await site.graphql(rover.PUBLISH, rover.publish_variables("patents", PATENTS))
    assert (reply.status, reply.code) == (200, "REGISTRY_TIMEOUT")


async def test_internal_errors_are_masked(
    site: RegistrySite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("password is hunter2")

    monkeypatch.setattr(site.registry, "publish", fail)
    with caplog.at_level(logging.ERROR):
        reply = await site.graphql(rover.PUBLISH, rover.publish_variables("patents", PATENTS))
    assert reply.code == "INTERNAL_SERVER_ERROR"
    assert "hunter2" not in reply.body.decode()
    assert "hunter2" in caplog.text
    assert site.admin not in caplog.text


async def test_one_error_leaves_no_data(site: RegistrySite) -> None:
    """Rover takes data beside errors for something only its own platform sends, and panics."""
    await site.data(rover.PUBLISH, rover.publish_variables("patents", PATENTS))
    both = '{ frontendUrlRoot hub { launch(ref: "hub", launch: "99") { id } } }'
    reply = await site.graphql(both)
    assert reply.json["data"] is None
    assert reply.code == "UNKNOWN_LAUNCH"
    assert json.loads(reply.body)["errors"][0]["path"] == ["hub", "launch"]


async def test_addresses_follow_the_public_url(site: RegistrySite) -> None:
    site.options = {"public_url": "https://hub.example.cn/"}
    assert (await site.data("{ frontendUrlRoot }"))["frontendUrlRoot"] == "https://hub.example.cn"
