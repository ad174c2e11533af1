"""Tokens that are nobody's: after too many from one address the registry looks at no more."""

from __future__ import annotations

import json

import pytest

from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.settings.authentication import FailedCredentialsSection
from federation.server.settings.proxies import ProxiesSection
from tests.federation.server.harness import Client, Reply
from tests.federation.server.registry import rover
from tests.federation.server.registry.site import RegistrySite
from tests.federation.server.registry.test_uplink import SUPERGRAPH

HERE = {"graph_id": "hub", "variant": "current"}


@pytest.fixture
def failures(site: RegistrySite) -> FailedCredentials:
    found = FailedCredentials(lambda: 1000.0)
    found.configure(FailedCredentialsSection(per_minute=4), ProxiesSection())
    site.options["failures"] = found
    return found


async def rover_asks(site: RegistrySite, token: str) -> Reply:
    return await post(site, "/registry/graphql", rover.LIST, HERE, token)


async def router_asks(site: RegistrySite, token: str) -> Reply:
    variables = {"apiKey": token, "graph_ref": "hub", "ifAfterId": None}
    return await post(site, "/uplink", SUPERGRAPH, variables, "")


async def hive_asks(site: RegistrySite, token: str) -> Reply:
    path = "/registry/cdn/hub/supergraph"
    return await Client(site.app).request("GET", path, headers={"x-hive-cdn-key": token})


async def post(site: RegistrySite, path: str, query: str, variables: object, token: str) -> Reply:
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"content-type": "application/json"}
    if token:
        headers["x-api-key"] = token
    return await Client(site.app).request("POST", path, headers=headers, chunks=(body,))


async def test_all_doors_share_one_bound(site: RegistrySite, failures: FailedCredentials) -> None:
    assert (await rover_asks(site, "wrong-1")).code == "E013"
    told = (await router_asks(site, "wrong-2")).json["data"]["routerConfig"]
    assert told["code"] == "AUTHENTICATION_FAILED"
    assert (await hive_asks(site, "wrong-3")).status == 401
    # Of this address something has failed, so what holds is remembered from now on.
    assert "errors" not in (await rover_asks(site, site.admin)).json
    assert (await rover_asks(site, "wrong-4")).code == "E013"
    for ask in (rover_asks, router_asks, hive_asks):
        refused = await ask(site, "wrong-5")
        assert refused.status == 429
        assert refused.headers["retry-after"] == "15"
        assert b"wrong-5" not in refused.body
        assert b"address" in refused.body
    assert "errors" not in (await rover_asks(site, site.admin)).json
    assert (await hive_asks(site, site.admin)).status == 404  # known, but nothing is published
    assert (failures.failed, failures.refused) == (4, 3)


async def test_no_token_is_no_failure(site: RegistrySite, failures: FailedCredentials) -> None:
    for _ in range(10):
        assert (await rover_asks(site, "")).status == 401
    assert failures.failed == 0


async def test_several_tokens_in_one_request_each_count(
    site: RegistrySite, failures: FailedCredentials
) -> None:
    field = 'a{n}: routerConfig(ref: "hub", apiKey: "wrong-{n}") {{ __typename }}'
    query = "{ " + " ".join(field.format(n=n) for n in range(3)) + " }"
    assert (await post(site, "/uplink", query, {}, "")).status == 200
    assert failures.failed == 3
    # Those of one request are looked up side by side, three at most.
    assert (await post(site, "/uplink", query, {}, "")).status == 200
    assert failures.failed == 6
    assert (await post(site, "/uplink", query, {}, "")).status == 429
    assert failures.failed == 6
