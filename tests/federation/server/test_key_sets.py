"""Key sets over HTTP: fetched with headers, bounded, by ETag, and again for a key nobody knows."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from federation.errors import RequestError
from federation.server.callers.authentication import Authenticator
from federation.server.callers.key_sets import KeySets, fetch_key_set, parse_key_set
from federation.server.settings.authentication import (
    AuthenticationSection,
    Jwt,
    KeySetHeader,
    KeySetSource,
    RouterAuthentication,
    UnknownKeyRefresh,
)

SECRET = "s3cret-of-the-issuer"


def key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name}, private=True)


def token(made: ECKey, **claims: Any) -> str:
    known = {"sub": "u", "iss": "i", "exp": int(time.time()) + 60, **claims}
    return jwt.encode({"alg": "ES256", "kid": made.kid}, known, made, algorithms=["ES256"])


class Issuer:
    """An identity provider on the loopback; counts what it is asked."""

    def __init__(self, *keys: ECKey) -> None:
        self.keys = list(keys)
        self.asked: list[dict[str, str]] = []
        self.delay = 0.0
        self.body: bytes | None = None
        self.status = 200

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        async def answer(request: web.Request) -> web.Response:
            self.asked.append({name.lower(): value for name, value in request.headers.items()})
            await asyncio.sleep(self.delay)
            keys = [each.as_dict(private=False) for each in self.keys]
            body = self.body or json.dumps({"keys": keys}).encode()
            etag = f'"{hash(body)}"'
            if request.headers.get("if-none-match") == etag:
                return web.Response(status=304)
            return web.Response(body=body, status=self.status, headers={"etag": etag})

        app = web.Application()
        app.router.add_get("/jwks", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            server: Any = site._server
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
        finally:
            await runner.cleanup()


def authenticator(*sources: KeySetSource) -> Authenticator:
    return Authenticator(AuthenticationSection(router=RouterAuthentication(jwt=Jwt(jwks=sources))))


async def test_headers_are_sent_and_unchanged_keys_not_read_again() -> None:
    issuer = Issuer(key("a"))
    async with issuer.running() as url:
        header = KeySetHeader(name="Authorization", value=f"Basic {SECRET}")
        sets = KeySets((KeySetSource(url=url, headers=(header,)),))
        await sets.start()
        assert issuer.asked[0]["authorization"] == f"Basic {SECRET}"
        assert "if-none-match" not in issuer.asked[0]
        await sets.start()
        assert issuer.asked[1]["if-none-match"]
        assert sets.generation == 1
        issuer.keys.append(key("b"))
        await sets.start()
        assert sets.generation == 2
        assert sets.has_key(0, "b")
        assert SECRET not in repr(header)


async def test_a_key_that_is_new_is_fetched_at_once_but_not_at_will() -> None:
    old, new = key("old"), key("new")
    issuer = Issuer(old)
    async with issuer.running() as url:
        refresh = UnknownKeyRefresh(interval=30.0)
        made = authenticator(KeySetSource(url=url, refresh_unknown_kid=refresh))
        clock = [0.0]
        made.key_sets._clock = lambda: clock[0]
        await made.key_sets.start()
        assert await made.credential(token(old))
        issuer.keys = [new]
        assert await made.credential(token(new))
        assert len(issuer.asked) == 2
        for number in range(20):  # anybody can write a key id
            with pytest.raises(RequestError):
                await made.credential(token(key(f"made-up-{number}")))
        assert len(issuer.asked) == 2
        with pytest.raises(RequestError):
            await made.credential(token(old))
        clock[0] += 31
        with pytest.raises(RequestError):
            await made.credential(token(key("made-up")))
        assert len(issuer.asked) == 3


async def test_all_who_wait_for_a_new_key_wait_for_one_fetch_and_not_for_long() -> None:
    old, new = key("old"), key("new")
    issuer = Issuer(old)
    async with issuer.running() as url:
        refresh = UnknownKeyRefresh(max_wait=0.2)
        made = authenticator(KeySetSource(url=url, refresh_unknown_kid=refresh))
        await made.key_sets.start()
        issuer.keys, issuer.delay = [new], 0.05
        found = await asyncio.gather(*(made.credential(token(new)) for _ in range(30)))
        assert all(found)
        assert len(issuer.asked) == 2
        other = authenticator(KeySetSource(url=url, refresh_unknown_kid=refresh))
        issuer.keys, issuer.delay = [old], 0.0
        await other.key_sets.start()
        issuer.keys, issuer.delay = [new], 1.0
        begun = time.monotonic()
        with pytest.raises(RequestError):
            await other.credential(token(new))
        assert time.monotonic() - begun < 0.8
        for task in tuple(other.key_sets._refreshing.values()):
            task.cancel()


async def test_an_issuer_that_is_not_meant_is_not_asked() -> None:
    one, two = Issuer(key("a")), Issuer(key("b"))
    async with one.running() as first, two.running() as second:
        made = authenticator(
            KeySetSource(url=first, issuers=("one",)), KeySetSource(url=second, issuers=("two",))
        )
        await made.key_sets.start()
        with pytest.raises(RequestError):
            await made.credential(token(key("c"), iss="two"))
        assert (len(one.asked), len(two.asked)) == (1, 2)


async def test_while_an_issuer_fails_its_last_keys_stay(caplog: pytest.LogCaptureFixture) -> None:
    known = key("a")
    issuer = Issuer(known)
    async with issuer.running() as url:
        source = KeySetSource(url=url, poll_interval=0.02)
        made = authenticator(source)
        await made.key_sets.start()
        watching = asyncio.create_task(made.key_sets.watch())
        for body, status in [(b"not json", 200), (b'{"keys":[]}', 200), (b"x" * 1_100_000, 200)]:
            issuer.body, issuer.status = body, status
            asked = len(issuer.asked)
            async with asyncio.timeout(5):
                while len(issuer.asked) < asked + 2:  # noqa: ASYNC110 - of another task
                    await asyncio.sleep(0.01)
            assert await made.credential(token(known))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert "stay in use" in caplog.text


@pytest.mark.parametrize("body", [b"x" * 1_000_001, b"[" * 100_000])
async def test_a_large_answer_is_not_taken(body: bytes) -> None:
    issuer = Issuer()
    issuer.body = body
    async with issuer.running() as url:
        with pytest.raises(ValueError, match="cannot be read"):
            parse_key_set((await fetch_key_set(url)).content or b"", url)


async def test_redirects_and_refusals_are_not_followed() -> None:
    issuer = Issuer(key("a"))
    for status in (301, 404, 500):
        issuer.status = status
        async with issuer.running() as url:
            with pytest.raises(ValueError, match=f"status {status}"):
                await fetch_key_set(f"{url}?token={SECRET}")
    with pytest.raises(ValueError, match="cannot be read") as refused:
        await fetch_key_set(f"http://127.0.0.1:1/jwks?token={SECRET}")
    assert SECRET not in str(refused.value)


def test_of_a_key_set_only_keys_for_signatures_count() -> None:
    good = key("good").as_dict(private=False)
    others: list[Any] = [
        {**key("encryption").as_dict(private=False), "use": "enc"},
        {"kty": "AKP", "alg": "ML-DSA-44", "kid": "new-kind", "pub": "AAAA"},
        {"kty": "EC", "crv": "P-999", "kid": "odd", "x": "A", "y": "A"},
        OctKey.generate_key(256, {"kid": "shared"}).as_dict(private=True),
        "no key",
    ]
    found = parse_key_set(json.dumps({"keys": [*others, good]}).encode(), "file:///k")
    assert [each.kid for each in found.keys] == ["good"]
    with pytest.raises(ValueError, match="no key for signatures"):
        parse_key_set(json.dumps({"keys": others}).encode(), "file:///k")


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
async def test_edwards_curves(algorithm: str, tmp_path: Path) -> None:
    made = OKPKey.generate_key("Ed25519", {"kid": "e"}, private=True)
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [made.as_dict(private=False)]}), encoding="utf-8")
    verifier = authenticator(KeySetSource(url=path.as_uri()))
    await verifier.key_sets.start()
    claims = {"sub": "u", "exp": int(time.time()) + 60}
    text = jwt.encode({"alg": algorithm, "kid": "e"}, claims, made, algorithms=[algorithm])
    found = await verifier.credential(text)
    assert found is not None
    assert found.claims["sub"] == "u"


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "a b"}, {"a", "b"}),
        ({"scp": ["a", "b"]}, {"a", "b"}),
        ({"scp": "a"}, {"a"}),
        ({"scopes": ["a", 1, None]}, {"a"}),
        ({"scope": 7, "scopes": {"a": 1}}, set()),
        ({"scope": "a", "scp": ["b"], "scopes": "c"}, {"a", "b", "c"}),
    ],
)
async def test_scopes(claims: dict[str, Any], scopes: set[str], tmp_path: Path) -> None:
    made = key("a")
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [made.as_dict(private=False)]}), encoding="utf-8")
    verifier = authenticator(KeySetSource(url=path.as_uri()))
    await verifier.key_sets.start()
    found = await verifier.credential(token(made, **claims))
    assert found is not None
    assert found.scopes == scopes
