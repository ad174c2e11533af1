"""Who asks: believed only when proved, told to subgraphs signed, and never settable by a client."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from federation.server.settings.authentication import (
    AuthenticationSection,
    Jwt,
    KeySetSource,
    RouterAuthentication,
)
from gateway import DatabaseSection, HubSettings, IdentitySection, build_app
from resolvers.identity import Caller, Role
from schema.identity import HEADER, IdentityKey
from tests.gateway.conftest import Hub, Reply, running
from tests.support.postgres import TestServer

KEY = ECKey.generate_key("P-256", {"kid": "k1"}, private=True)
SHARED_KEY = "0123456789abcdef0123456789abcdef"
ADMIN_ONLY = "mutation { openEvaluationYear(year: 2023) { id } }"


async def ask(hub: Hub, query: str, path: str = "/graphql", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = orjson.dumps({"query": query})
    return await hub.send("POST", path, body, {"content-type": "application/json", **named})


def codes(reply: Reply) -> list[str]:
    return [error["extensions"]["code"] for error in reply.json.get("errors", ())]


def token(**claims: Any) -> str:
    known = {"sub": "u1", "exp": int(time.time()) + 60, **claims}
    return jwt.encode({"alg": "ES256", "kid": "k1"}, known, KEY, algorithms=["ES256"])


def _write_keys(folder: Path) -> Path:
    path = folder / "jwks.json"
    path.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
async def strict(
    postgres_server: TestServer,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch_module: pytest.MonkeyPatch,
) -> Any:
    """A hub as in production: no development, tokens of one issuer."""
    monkeypatch_module.delenv("HUB_DATABASE_URL", raising=False)
    monkeypatch_module.delenv("HUB_IDENTITY_KEY", raising=False)
    keys = _write_keys(tmp_path_factory.mktemp("keys"))
    section = Jwt(jwks=(KeySetSource(url=keys.as_uri()),))
    async with postgres_server.new_database(migrated_template) as url:
        settings = HubSettings(
            database=DatabaseSection(url=url, max_connections=6),
            identity=IdentitySection(key=SHARED_KEY),
            authentication=AuthenticationSection(router=RouterAuthentication(jwt=section)),
        )
        app = build_app(settings)
        async with running(app):
            yield Hub(app)


async def test_without_credentials_one_is_the_public(strict: Hub) -> None:
    assert codes(await ask(strict, "{ layoutStatus { planned } }")) == []
    # The gateway does not even ask the subgraph, whose field is `@authenticated`.
    assert codes(await ask(strict, ADMIN_ONLY)) == ["UNAUTHORIZED_FIELD_OR_TYPE"]


@pytest.mark.parametrize(
    "authorization", ["Dev CNIPA_ADMIN", "Bearer nonsense", "Basic eA==", "Bearer a.b.c"]
)
async def test_credentials_that_prove_nothing_are_refused(strict: Hub, authorization: str) -> None:
    reply = await ask(strict, "{ layoutStatus { planned } }", authorization=authorization)
    assert (reply.status, codes(reply)) == (401, ["UNAUTHENTICATED"])
    assert "data" not in reply.json


async def test_a_token_says_the_role(strict: Hub) -> None:
    center = token(hub_role="INDUSTRY_CENTER", hub_center="IC-440300-01")
    reply = await ask(strict, ADMIN_ONLY, authorization=f"Bearer {center}")
    assert codes(reply) == ["FORBIDDEN"]
    admin = token(hub_role="CNIPA_ADMIN")
    assert codes(await ask(strict, ADMIN_ONLY, authorization=f"Bearer {admin}")) == []
    contradicting = token(hub_role="INDUSTRY_CENTER")
    reply = await ask(strict, ADMIN_ONLY, authorization=f"Bearer {contradicting}")
    assert (reply.status, codes(reply)) == (401, ["UNAUTHENTICATED"])


async def test_a_client_cannot_state_its_identity_itself(strict: Hub) -> None:
    """Neither through the gateway, nor at a subgraph's own address."""
    forged = IdentityKey("another key, another key, another key")
    admin = Caller("mallory", Role.CNIPA_ADMIN)
    true = IdentityKey(SHARED_KEY).sign(admin)
    name = HEADER.replace("-", "_")
    assert codes(await ask(strict, ADMIN_ONLY, **{name: true})) == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    own = "/subgraphs/reporting/graphql"
    reply = await ask(strict, ADMIN_ONLY, own, **{name: forged.sign(admin)})
    assert codes(reply) == ["UNAUTHENTICATED"]
    assert codes(await ask(strict, ADMIN_ONLY, own)) == ["UNAUTHENTICATED"]
    assert codes(await ask(strict, ADMIN_ONLY, own, **{name: true})) == []


async def test_development_identities_work_in_development(hub: Hub) -> None:
    answer = await hub.query(ADMIN_ONLY)
    assert [e["extensions"]["code"] for e in answer["errors"]] == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    assert "errors" not in await hub.query(ADMIN_ONLY, who="CNIPA_ADMIN")
    answer = await hub.query(ADMIN_ONLY, who="INDUSTRY_CENTER")
    assert "needs the code" in answer["errors"][0]["message"]


async def test_who_did_what_is_audited(strict: Hub) -> None:
    """Every call of a mutation that comes to its subgraph stands in the audit, refused ones too."""
    await ask(strict, ADMIN_ONLY, "/subgraphs/reporting/graphql")
    admin = token(hub_role="CNIPA_ADMIN", sub="auditor")
    await ask(strict, ADMIN_ONLY, authorization=f"Bearer {admin}", x_request_id="r-77")
    query = "{ auditRecords(first: 2) { nodes { subject role mutation outcome codes } } }"
    reply = await ask(strict, query, authorization=f"Bearer {token(hub_role='HUB_OPERATOR')}")
    assert codes(reply) == []
    done, refused = reply.json["data"]["auditRecords"]["nodes"]
    assert (done["subject"], done["mutation"], done["outcome"]) == (
        "auditor",
        "openEvaluationYear",
        "DONE",
    )
    assert (refused["subject"], refused["outcome"]) == ("anonymous", "FORBIDDEN")
    assert refused["codes"] == ["UNAUTHENTICATED"]
