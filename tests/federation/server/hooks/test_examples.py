"""The worked examples do what they say."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from federation.config.load import parse_config
from federation.server.app import Surroundings
from federation.server.engine import Engine
from federation.server.settings.engine import EngineSettings
from tests.federation.server.harness import SUPERGRAPH, engine
from tests.federation.server.hooks.test_hooks import Organizations

KEY = "0123456789abcdef0123456789abcdef"


def example(name: str, config: str, more: str = "") -> EngineSettings:
    use = f"federation.server.hooks.examples.{name}"
    return parse_config(f"hooks: [{{use: '{use}', config: {config}}}]\n{more}", EngineSettings)


async def test_require_header() -> None:
    settings = example("require_header:RequireHeader", "{organizations: [GD]}")
    async with engine(settings, Surroundings(identifier=Organizations())) as client:
        partner = {"x-organization": "GD"}
        refused = await client.post("{ hello }", headers=partner)
        assert (refused.status, refused.code) == (400, "CONTACT_REQUIRED")
        fine = await client.post("{ hello }", headers={**partner, "x-contact": "a@b.example"})
        assert fine.status == 200
        assert "x-hub-notice" not in fine.headers
        other = await client.post("{ hello }", headers={"x-organization": "ZJ"})
        assert other.status == 200
        assert other.headers["x-hub-notice"] == "please send x-contact"


async def test_require_name() -> None:
    settings = example("require_name:RequireName", "{allow: [mutation]}")
    async with engine(settings) as client:
        assert (await client.post("{ hello }")).code == "OPERATION_NAME_REQUIRED"
        assert (await client.post("query A { hello }")).json["data"] == {"hello": "Hello world"}
        assert (await client.post("mutation { bump }")).json["data"] == {"bump": 1}


async def test_sign_calls() -> None:
    settings = example("sign_calls:SignCalls", f"{{subgraph: demo, key_id: k1, key: {KEY}}}")
    async with engine(settings) as client:
        await client.post("{ hello }")
        (headers,) = client.subgraph.headers
        (query,) = client.subgraph.calls
    # Written out by RFC 9530 §2 and RFC 9421 §2.5, apart from the code of the example.
    body = json.dumps({"query": query}, separators=(",", ":")).encode()
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
    assert headers["content-digest"] == digest
    assert headers["signature-input"] == ('hub=("content-digest");keyid="k1";alg="hmac-sha256"')
    base = (
        f'"content-digest": {digest}\n'
        '"@signature-params": ("content-digest");keyid="k1";alg="hmac-sha256"'
    )
    made = base64.b64encode(hmac.digest(KEY.encode(), base.encode(), "sha256")).decode()
    assert headers["signature"] == f"hub=:{made}:"
    assert KEY not in repr(settings)
    other = example("sign_calls:SignCalls", f"{{subgraph: other, key_id: k1, key: {KEY}}}")
    async with engine(other) as client:
        await client.post("{ hello }")
        assert client.subgraph.headers == [{}]


async def test_slow_operations(caplog: pytest.LogCaptureFixture) -> None:
    settings = example("slow_operations:SlowOperations", "{longer_than: 40ms}")
    async with engine(settings) as client:
        fast = await client.post("query Fast { hello }")
        assert fast.json == {"data": {"hello": "Hello world"}}
        slow = await client.post("query Slow { slow(milliseconds: 60) }")
        assert slow.json["extensions"]["tookMilliseconds"] >= 60
        assert slow.headers["server-timing"].startswith("total;dur=")
    messages = [r.getMessage() for r in caplog.records if r.name == "slow_operations"]
    assert len(messages) == 1
    assert messages[0].startswith("Slow of - took 0.")


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[Any]]]:
    """An address to post to, and what was posted."""
    posted: list[Any] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            posted.append((self.headers["content-type"], json.loads(self.rfile.read(length))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Take)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", posted
    server.shutdown()
    thread.join()
    server.server_close()


async def test_schema_webhook(webhook: tuple[str, list[Any]]) -> None:
    url, posted = webhook
    engines: list[Engine] = []

    async def keep(started: Engine) -> None:
        engines.append(started)

    settings = example("schema_webhook:SchemaWebhook", f"{{url: '{url}'}}")
    async with engine(settings, Surroundings(companions=[keep])) as client:
        await client.post("{ hello }")
        added = SUPERGRAPH.replace("  secret: String\n", "  secret: String\n  more: Int\n")
        await engines[0].load(added)
        await engines[0].load(added.replace("  secret: String\n", ""))
        async with asyncio.timeout(5):
            while not posted:  # noqa: ASYNC110, the server is in another thread
                await asyncio.sleep(0.01)
    # What was only added is not worth a message by default.
    ((content_type, message),) = posted
    assert content_type == "application/json"
    assert "breaking Query.secret" in message["text"]
    assert url not in repr(settings)
