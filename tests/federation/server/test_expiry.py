"""A subscription ends with a code when its credentials do, over every way it is carried."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from federation.config.load import parse_config
from federation.errors import FederationError
from federation.server.app import Application, Surroundings
from federation.server.callers import authentication
from federation.server.callers.credentials import CredentialKind, Tell, Validity
from federation.server.callers.expiry import CREDENTIALS_ENDED, Expiring
from federation.server.settings.engine import EngineSettings
from federation.server.wire.streaming import SinglePart
from tests.federation.server.stream_harness import HttpStream, Socket, hub

KEY = ECKey.generate_key("P-256", {"kid": "k"}, private=True)
BODY = {"query": "subscription { priceChanged { price } }"}


def settings(folder: Path) -> EngineSettings:
    path = folder / "jwks.json"
    path.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}), encoding="utf-8")
    text = f"authentication: {{router: {{jwt: {{jwks: [{{url: '{path.as_uri()}'}}]}}}}}}"
    return parse_config(text, EngineSettings)


def bearer(seconds: float) -> dict[str, str]:
    claims = {"sub": "u", "exp": time.time() + seconds}
    token = jwt.encode({"alg": "ES256", "kid": "k"}, claims, KEY, algorithms=["ES256"])
    return {"authorization": f"Bearer {token}"}


@pytest.fixture(autouse=True)
def no_leeway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "LEEWAY_SECONDS", 0)


@pytest.mark.parametrize(
    "accept", ["text/event-stream", 'multipart/mixed;subscriptionSpec="1.0", application/json']
)
async def test_a_token_that_runs_out_ends_the_stream(accept: str, tmp_path: Path) -> None:
    async with hub(settings(tmp_path)) as (app, topic):
        ending = HttpStream(app, BODY, {"accept": accept, **bearer(0.5)})
        lasting = HttpStream(app, BODY, {"accept": accept, **bearer(60)})
        await ending.head()
        await lasting.head()
        await topic.until_open(2)
        topic.price("1", 5)
        text = await ending.read_all()
        assert b'"price":5' in text
        assert b'"code":"SUBSCRIPTION_JWT_EXPIRED"' in text
        await topic.until_open(1)
        topic.price("1", 6)
        await lasting.leave()


async def test_over_websocket_only_that_operation_ends(tmp_path: Path) -> None:
    async with hub(settings(tmp_path)) as (app, topic):
        socket = Socket(app)
        await socket.begin({"headers": {"Authorization": bearer(0.4)["authorization"]}})
        socket.say(type="subscribe", id="a", payload=BODY)
        await topic.until_open()
        answer = await socket.take()
        assert (answer["id"], answer["type"]) == ("a", "error")
        assert answer["payload"][0]["extensions"]["code"] == "SUBSCRIPTION_JWT_EXPIRED"
        await topic.until_open(0)
        socket.say(type="subscribe", id="b", payload=BODY)
        answer = await socket.take()
        assert answer["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        await socket.leave()


async def test_a_reload_does_not_lengthen_it(tmp_path: Path) -> None:
    async with hub(settings(tmp_path)) as (app, topic):
        stream = HttpStream(app, BODY, {"accept": "text/event-stream", **bearer(2.0)})
        await stream.head()
        await topic.until_open()
        engine = _engine(app)
        await engine.reconfigure(engine.settings)
        text = await stream.read_all()
        assert b"SUBSCRIPTION_JWT_EXPIRED" in text


class Revocable:
    def __init__(self) -> None:
        self.tells: list[Tell] = []

    def watch(self, tell: Tell) -> Tell:
        self.tells.append(tell)
        return lambda: self.tells.remove(tell)


class OneKey:
    """`good` is the only key, until it is revoked."""

    def __init__(self) -> None:
        self.claims = {"sub": "k"}
        self.organization = "A"
        self.scopes = frozenset[str]()
        self.expires_at: float | None = None
        self.ends_soon = False
        self.revocable = Revocable()
        self.watch = self.revocable.watch

    async def identify(self, key: str) -> OneKey | None:
        return self if key == "good" else None


@pytest.mark.parametrize("place", ["header", "payload", "nested", "authorization"])
async def test_a_revoked_key_ends_streams_over_websocket(place: str) -> None:
    key = OneKey()
    shown = {"X-Api-Key": "good"}
    payload: dict[str, Any] | None = {
        "header": None,
        "payload": shown,
        "nested": {"headers": shown},
        "authorization": {"authorization": "ApiKey good"},
    }[place]
    async with hub(EngineSettings(), Surroundings(api_keys=key)) as (app, topic):
        socket = Socket(app, shown if place == "header" else {})
        await socket.begin(payload)
        socket.say(type="subscribe", id="a", payload=BODY)
        await topic.until_open()
        key.revocable.tells[0]()
        answer = await socket.take()
        assert answer["payload"][0]["extensions"]["code"] == CREDENTIALS_ENDED
        await topic.until_open(0)
        assert not key.revocable.tells
        await socket.leave()


async def test_a_wrong_key_over_websocket_is_refused() -> None:
    async with hub(EngineSettings(), Surroundings(api_keys=OneKey())) as (app, _):
        socket = Socket(app)
        await socket.begin({"x-api-key": "wrong"})
        socket.say(type="subscribe", id="a", payload=BODY)
        answer = await socket.take()
        assert answer["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        await socket.leave()


async def test_a_revoked_key_ends_it_and_nothing_is_left_behind() -> None:
    ended: list[FederationError] = []
    key = Revocable()
    validity = Validity(CredentialKind.API_KEY, time.time() + 1e9, key.watch)
    parts = Expiring(SinglePart(b"x"), validity, ended.append)
    assert await parts.next() == b"x"
    key.tells[0]()
    assert [error.code for error in ended] == [CREDENTIALS_ENDED]
    await parts.close()
    assert not key.tells
    short = Expiring(
        SinglePart(b""), Validity(CredentialKind.CERTIFICATE, time.time() + 0.05), ended.append
    )
    await short.close()
    await asyncio.sleep(0.1)
    assert len(ended) == 1


def _engine(app: Application) -> Any:
    return app._engine_of[0]
