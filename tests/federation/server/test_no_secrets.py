"""No secret leaves: a server with one in every place is asked everything that can go wrong.

All it writes to its log, and all it answers, is then searched for them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from joserfc.jwk import ECKey

from resolvers.database.pool import Database, PoolSettings
from resolvers.hub.key_format import new_key
from tests.support.certificates import Authority

SUPERGRAPH = (Path(__file__).parent / "supergraph.graphql").read_text(encoding="utf-8")

# One for each place, so that a find says where it came from.
URL, INSERTED, ISSUER, QUERY = "sec-url", "sec-inserted", "sec-issuer", "sec-query"
TOKEN, KEY, COOKIE, OTHER = "sec-token", new_key().text, "sec-cookie", "sec-other"
ERROR, EXTENSION, BODY, VARIABLE = "sec-error", "sec-extension", "sec-body", "sec-variable"
ALL = (URL, INSERTED, ISSUER, QUERY, TOKEN, KEY, COOKIE, OTHER, ERROR, EXTENSION, BODY, VARIABLE)


class Loopback:
    """A subgraph that fails in every way, and an issuer that needs a secret."""

    def __init__(self) -> None:
        self.keys = {"keys": [ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=False)]}
        self.answer: Any = None
        self.status = 200
        self.asked: list[str] = []
        self.issuer_fails = False

    async def subgraph(self, request: web.Request) -> web.Response:
        self.asked.append(str(dict(request.headers)))
        if self.answer is None:
            assert request.transport is not None
            request.transport.close()
        body = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        return web.Response(text=body, status=self.status, content_type="application/json")

    async def issuer(self, request: web.Request) -> web.Response:
        if self.issuer_fails or ISSUER not in request.headers.get("authorization", ""):
            return web.Response(status=403, text=ISSUER)
        return web.json_response(self.keys)


@asynccontextmanager
async def loopback() -> AsyncIterator[tuple[Loopback, int]]:
    made = Loopback()
    app = web.Application()
    app.router.add_route("*", "/subgraph", made.subgraph)
    app.router.add_get("/jwks", made.issuer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server: Any = site._server
    try:
        yield made, server.sockets[0].getsockname()[1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def served(folder: Path, port: int) -> AsyncIterator[tuple[str, list[str]]]:
    url = f"http://user:{URL}@127.0.0.1:{port}/subgraph?key={URL}"
    text = re.sub(r'url: "http://[^"]*"', f'url: "{url}"', SUPERGRAPH)
    assert URL in text
    (folder / "s.graphql").write_text(text, encoding="utf-8")
    (folder / "hub.yaml").write_text(
        f"""
        authentication:
          router:
            jwt:
              sources: [{{ type: cookie, name: session }}]
              jwks:
                - url: http://127.0.0.1:{port}/jwks?token={QUERY}
                  headers: [{{ name: authorization, value: "Basic {ISSUER}" }}]
                  poll_interval: 300ms
        headers:
          all:
            request:
              - insert: {{ name: x-upstream, value: "${{env.INSERTED}}" }}
              - propagate: {{ matching: "^x-other$" }}
        traffic_shaping: {{ all: {{ timeout: 2s, retry: {{ enabled: false }} }} }}
        rate_limits: {{ anonymous: {{ requests_per_second: 500 }} }}
        """,
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "federation.cli", "serve", "--port", "0"]
    command += ["--supergraph", str(folder / "s.graphql"), "--config", str(folder / "hub.yaml")]
    process = await asyncio.create_subprocess_exec(
        *command,
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "INSERTED": INSERTED},
    )
    assert process.stderr is not None
    lines: list[str] = []
    try:
        while True:
            line = (await process.stderr.readline()).decode()
            assert line, lines
            lines.append(line)
            if line.startswith("ready: "):
                break
        yield line.split()[1], lines
        process.send_signal(signal.SIGTERM)
        out, rest = await asyncio.wait_for(process.communicate(), 20)
        lines += [rest.decode(), out.decode()]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


FAILURES: list[tuple[int, Any]] = [
    (200, None),
    (500, BODY),
    (200, f"no JSON: {BODY}"),
    (200, {"data": BODY}),
    (200, {"data": {"hello": {"wrong": BODY}}}),
    (200, {"errors": [{"message": ERROR, "extensions": {"code": "X", "stack": EXTENSION}}]}),
    (200, {"data": {"hello": None}, "errors": [{"message": ERROR, "path": ["hello", BODY]}]}),
    (401, {"errors": [{"message": ERROR}]}),
]

CREDENTIALS: list[dict[str, str]] = [
    {},
    {"authorization": f"Bearer {TOKEN}"},
    {"authorization": f"Bearer {TOKEN}.{TOKEN}.{TOKEN}"},
    {"authorization": f"Basic {TOKEN}"},
    {"authorization": f"ApiKey {KEY}"},
    {"authorization": f"ApiKey {KEY}", "x-api-key": KEY},
    {"x-api-key": KEY},
    {"cookie": f"session={COOKIE}; other={COOKIE}"},
    {"x-other": OTHER},
]


async def test_no_secret_is_logged_or_answered(tmp_path: Path) -> None:
    seen: list[str] = []
    async with loopback() as (other, port), served(tmp_path, port) as (url, lines):
        async with aiohttp.ClientSession() as session:

            async def post(body: bytes, headers: dict[str, str]) -> int:
                every = {"content-type": "application/json", **headers}
                target = f"{url}graphql?key={QUERY}"
                async with session.post(target, data=body, headers=every) as reply:
                    seen.append(f"{reply.status} {dict(reply.headers)} {await reply.text()}")
                    return reply.status

            statuses = set()
            for status, answer in FAILURES:
                other.status, other.answer = status, answer
                for headers in CREDENTIALS:
                    query = {
                        "query": "query($n: String!) { hello(name: $n) secret }",
                        "variables": {"n": VARIABLE},
                    }
                    statuses.add(await post(json.dumps(query).encode(), headers))
            for body in (
                b"{",
                json.dumps({"query": "{ nothing }", "variables": {"n": VARIABLE}}).encode(),
                json.dumps({"query": "{", "extensions": {"x": VARIABLE}}).encode(),
                json.dumps({"query": "{ hello }", "variables": [VARIABLE]}).encode(),
                b"\xff\xfe" + VARIABLE.encode(),
            ):
                for headers in (CREDENTIALS[1], CREDENTIALS[-1]):
                    statuses.add(await post(body, headers))
            for path in ("health", "nothing", f"graphql?query={{&token={QUERY}", "", ".env"):
                async with session.get(url + path, headers=CREDENTIALS[1]) as reply:
                    seen.append(f"{dict(reply.headers)} {await reply.text()}")
            other.issuer_fails = True
            await asyncio.sleep(0.7)
            # Broken HTTP, with a secret in the middle.
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2][:-1]))
            writer.write(f"POST /graphql HTTP/1.1\r\nx-{TOKEN}\x00: a\r\n\r\n".encode())
            seen.append((await reader.read(2_000)).decode("latin-1"))
            writer.close()
        assert statuses == {200, 400, 401}, [each for each in seen if each.startswith("500")]
        assert INSERTED in other.asked[0], "the secrets were where they belong"
        assert any(OTHER in asked for asked in other.asked)
    log = "".join(lines)
    assert "stay in use" in log, "the issuer's failure was to be logged"
    for secret in ALL:
        found = [text for text in (log, *seen) if secret in text]
        assert not found, (secret, found[:2])


@pytest.mark.parametrize(
    "config",
    [
        # One slip each, beside a secret.
        "authentication: {router: {jwt: {jwks: [{url: 'https://u:sec-slip@a/'}]}}}",
        "authentication: {router: {jwt: {jwks: [{url: 'https://a/',"
        ' headers: [{name: a, value: "sec-slip\\n"}]}]}}}',
        "tls: {supergraph: {certificate: 'sec-slip'}}",
        "headers: {all: {request: [{insert: {name: 'a b', value: sec-slip}}]}}",
    ],
)
async def test_a_slip_in_the_settings_shows_no_secret(config: str, tmp_path: Path) -> None:
    file = tmp_path / "hub.yaml"
    file.write_text(config, encoding="utf-8")
    (tmp_path / "s.graphql").write_text(SUPERGRAPH, encoding="utf-8")
    command = [sys.executable, "-m", "federation.cli", "serve", "--port", "0"]
    command += ["--supergraph", str(tmp_path / "s.graphql"), "--config", str(file)]
    process = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert err.startswith(b"error: ")
    assert b"sec-slip" not in out + err


def test_settings_and_keys_show_no_secret_when_they_are_printed() -> None:
    from federation.server.settings.authentication import KeySetHeader
    from federation.server.settings.listener_tls import ListenerTls

    issued = Authority().issue()
    tls = ListenerTls(certificate=issued.certificate.decode(), key=issued.key.decode())
    key = new_key()
    shown = f"{KeySetHeader(name='a', value=ISSUER)!r} {tls!r} {key!r}"
    secret = key.text.rsplit("_", 1)[1]
    assert not [each for each in (ISSUER, "PRIVATE", secret) if each in shown]


async def test_the_password_of_the_database_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    for host in ("127.0.0.1:1", "nowhere.invalid:5432"):
        settings = PoolSettings(f"postgresql://hub:sec-db@{host}/hub", connect_timeout=2)
        with pytest.raises(Exception, match="DATABASE_UNAVAILABLE") as failed:
            await Database.connect(settings)
        assert "sec-db" not in f"{failed.value!r} {caplog.text} {settings!r}"
