"""Who the hub takes a caller for: keys of organisations, certificates, and what tokens may say."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from federation.config.load import parse_config
from federation.server.app import Surroundings, build_app
from federation.server.callers.peer import PeerCertificate
from federation.server.settings.engine import EngineSettings
from federation.server.wire.request import HttpRequest
from gateway import _HubIdentifier
from resolvers.database.pool import Database
from resolvers.hub.api_keys import create_key, revoke_key, rotate_key
from resolvers.hub.key_ring import KeyRing
from resolvers.hub.quotas import QuotaUse
from resolvers.identity import Caller, Role
from schema.identity import HEADER, IdentityKey
from tests.federation.server.harness import SUPERGRAPH, Client, Reply, engine, running

CENTER = "IC-440300-01"
KEY = ECKey.generate_key("P-256", {"kid": "k"}, private=True)
IDENTITY = IdentityKey("0123456789abcdef0123456789abcdef")


def settings(folder: Path) -> EngineSettings:
    path = folder / "jwks.json"
    path.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}), encoding="utf-8")
    text = f"""
    authentication: {{ router: {{ jwt: {{ jwks: [
      {{ url: "{path.as_uri()}", organizations: [{CENTER}], roles: [INDUSTRY_CENTER] }}] }} }} }}
    rate_limits: {{ organizations: {{ {CENTER}: {{ cost_per_day: 1000 }} }} }}
    tls:
      supergraph:
        certificate: x
        key: x
        client_authentication:
          mode: request
          ca: x
          organizations:
            {CENTER}: {{ uris: ["urn:c"], claims: {{ hub_role: INDUSTRY_CENTER }} }}
    """
    return parse_config(text, EngineSettings)


def token(**claims: Any) -> str:
    known = {"sub": "u1", "exp": int(time.time()) + 60, **claims}
    return jwt.encode({"alg": "ES256", "kid": "k"}, known, KEY, algorithms=["ES256"])


@pytest.fixture
async def hub(database: Database, tmp_path: Path) -> AsyncIterator[Client]:
    keys, quotas = KeyRing(), QuotaUse()
    identifier = _HubIdentifier(IDENTITY, development=False)
    around = Surroundings(identifier=identifier, api_keys=keys, quotas=quotas)
    async with (
        keys.running(database),
        quotas.running(database),
        engine(settings(tmp_path), around) as client,
    ):
        yield client


async def ask(hub: Client, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await hub.post("{ hello }", headers=named)


def told(hub: Client) -> Caller:
    """Return whom the subgraph was told of by the last call."""
    return IDENTITY.verify(dict(hub.subgraph.headers[-1]).get(HEADER))


async def test_a_key_makes_its_holder_the_organisation(hub: Client, database: Database) -> None:
    key = await create_key(
        database,
        organization=CENTER,
        role="INDUSTRY_CENTER",
        by="test",
        scopes=["contact:read"],
    )
    for headers in ({"x_api_key": key.text}, {"authorization": f"ApiKey {key.text}"}):
        reply = await ask(hub, **headers)
        assert reply.status == 200
        assert "x-api-key-expires" not in reply.headers
        assert '"day"' in reply.headers["ratelimit"]
        caller = told(hub)
        assert caller == Caller(
            f"api-key:{key.id}",
            Role.INDUSTRY_CENTER,
            center=CENTER,
            scopes=frozenset({"contact:read"}),
        )
        assert key.text not in str(hub.subgraph.headers[-1])
    new = await rotate_key(
        database, key.id, overlap=timedelta(days=1), now=datetime.now(UTC), by="test"
    )

    async def ends(text: str) -> bool:
        return "x-api-key-expires" in (await ask(hub, x_api_key=text)).headers

    assert [await ends(new.text), await ends(key.text)] in ([False, True], [False, False])
    deadline = time.monotonic() + 1
    while not await ends(key.text):
        assert time.monotonic() < deadline
    await revoke_key(database, key.id, by="test")
    while (await ask(hub, x_api_key=key.text)).status == 200:
        assert time.monotonic() < deadline + 1
    assert (await ask(hub, x_api_key=key.text)).code == "UNAUTHENTICATED"
    assert (await ask(hub, x_api_key=new.text)).status == 200
    calls = len(hub.subgraph.calls)
    assert (await ask(hub, x_api_key=new.text, authorization=f"Bearer {token()}")).status == 401
    assert len(hub.subgraph.calls) == calls


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"hub_role": "INDUSTRY_CENTER", "hub_center": CENTER}, 200),
        ({"hub_role": "INDUSTRY_CENTER", "organization": CENTER}, 200),
        ({"hub_role": "INDUSTRY_CENTER", "hub_center": "IC-110000-01"}, 401),
        ({"hub_role": "INDUSTRY_CENTER", "organization": "IC-110000-01"}, 401),
        ({"hub_role": "CNIPA_ADMIN", "hub_center": CENTER}, 401),
        ({"hub_role": "PROVINCIAL_OFFICE", "hub_jurisdiction": "440000"}, 401),
        ({"hub_role": "INDUSTRY_CENTER", "hub_center": CENTER, "hub_jurisdiction": "44"}, 401),
        ({"hub_role": "PROVINCIAL_OFFICE", "hub_center": CENTER}, 401),
        ({"hub_role": "SERVICE", "hub_center": CENTER}, 401),
        ({"hub_role": ["INDUSTRY_CENTER"], "hub_center": CENTER}, 401),
        ({"hub_role": "INDUSTRY_CENTER"}, 401),
        ({}, 401),
    ],
)
async def test_a_centres_issuer_speaks_for_that_centre_alone(
    hub: Client, claims: dict[str, Any], status: int
) -> None:
    reply = await ask(hub, authorization=f"Bearer {token(**claims)}")
    assert reply.status == status
    if status == 200:
        assert told(hub) == Caller("u1", Role.INDUSTRY_CENTER, center=CENTER)
    else:
        assert not hub.subgraph.calls


async def test_a_certificate_makes_its_holder_the_organisation(hub: Client) -> None:
    app: Any = hub.app
    rules = app._engine_of[0].pipeline.identities
    shown = PeerCertificate("ab", "CN=c", (), ("urn:c",), time.time() + 60)
    client = await rules.identify(HttpRequest("POST", b"", [], certificate=shown))
    assert client.organization == CENTER
    statement = client.headers()[HEADER]
    caller = IDENTITY.verify(statement)
    assert caller == Caller(f"certificate:{CENTER}", Role.INDUSTRY_CENTER, center=CENTER)


async def test_a_client_cannot_state_who_it_is(hub: Client) -> None:
    statement = IDENTITY.sign(Caller("x", Role.CNIPA_ADMIN))
    await ask(hub, **{HEADER.replace("-", "_"): statement})
    assert told(hub).role is Role.PUBLIC


async def test_nobody_is_given_what_was_made_for_another(
    database: Database, tmp_path: Path
) -> None:
    """Equal queries at once, from callers of all kinds: each gets its own answer, though callers
    who are the same share the work."""
    keys, random = KeyRing(), Random(11)
    calls = 0

    async def execute(
        query: str, variables: Any, name: str | None, headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.02)
        return {"data": {"hello": IDENTITY.verify(headers.get(HEADER)).subject}}

    async def source() -> str:
        return SUPERGRAPH

    made = [
        await create_key(database, organization=CENTER, role="INDUSTRY_CENTER", by="test")
        for _ in range(4)
    ]
    center = {"hub_role": "INDUSTRY_CENTER", "hub_center": CENTER}
    tokens = {f"u{number}": token(sub=f"u{number}", **center) for number in range(4)}
    callers: list[tuple[str, dict[str, str]]] = [("anonymous", {})]
    callers += [(f"api-key:{key.id}", {"x-api-key": key.text}) for key in made]
    callers += [(name, {"authorization": f"Bearer {text}"}) for name, text in tokens.items()]
    identifier = _HubIdentifier(IDENTITY, development=False)
    around = Surroundings(identifier=identifier, api_keys=keys)
    app = build_app(settings(tmp_path), source, local={"demo": execute}, surroundings=around)
    async with keys.running(database), running(app):
        client = Client(app)
        for _ in range(10):
            asked = [random.choice(callers) for _ in range(60)]
            replies = await asyncio.gather(
                *(client.post("{ hello }", headers=headers) for _, headers in asked)
            )
            for (subject, _), reply in zip(asked, replies, strict=True):
                assert reply.json == {"data": {"hello": subject}}
    assert calls < 300, "equal callers were to share the work"
