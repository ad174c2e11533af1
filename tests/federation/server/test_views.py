"""Views: one engine, several callers, each with what its contract leaves of the graph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from graphql import build_schema, graphql

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.errors import SubgraphError
from federation.registry.snapshot import Snapshot
from federation.server.app import Surroundings, build_app
from federation.server.callers.authentication import Claims
from federation.server.callers.identity import NOBODY, ClientIdentity
from federation.server.settings.engine import EngineSettings
from federation.server.settings.supergraph import SupergraphSection
from federation.server.settings.views import ViewRule, Views
from federation.server.wire.request import HttpRequest
from tests.federation.server.harness import Client, running

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@tag"])
interface Right { id: ID! }
type Patent implements Right { id: ID! title: String value: Int @tag(name: "grant/VALUE") }
type Secret implements Right @tag(name: "internal") { id: ID! plan: String }
type Query {
  rights: [Right]
  patents: [Patent]
  secrets: [Secret] @tag(name: "internal")
}
type Mutation {
  grant: Int @tag(name: "role/ADMIN")
  publish: Int @tag(name: "role/ADMIN") @tag(name: "role/CENTER")
}
"""
_SERVED = build_schema(
    """
    interface Right { id: ID! }
    type Patent implements Right { id: ID! title: String value: Int }
    type Secret implements Right { id: ID! plan: String }
    type Query { rights: [Right] patents: [Patent] secrets: [Secret] }
    type Mutation { grant: Int publish: Int }
    """
)
_DATA = {
    "rights": [{"__typename": "Patent", "id": 1}, {"__typename": "Secret", "id": 2}],
    "patents": [{"id": 1, "title": "A", "value": 7}],
    "secrets": [{"id": 2, "plan": "x"}],
    "grant": 1,
    "publish": 2,
}


class Names:
    """Believes who a test says it is: `organization role,grant`."""

    reserved: frozenset[str] = frozenset()

    def identify(self, http: HttpRequest, claims: Claims | None) -> ClientIdentity:
        who = (http.header(b"x-who") or b"").decode()
        if not who:
            return NOBODY
        organization, _, held = who.partition(" ")
        return ClientIdentity(who, organization=organization, scopes=frozenset(held.split(",")))


class Scopes:
    """What a client holds is what its scopes say; `lost` is one that nobody can say of."""

    async def held(self, client: ClientIdentity, snapshot: Snapshot) -> frozenset[str]:
        if "lost" in client.scopes:
            raise SubgraphError("secret detail", subgraph="catalog")
        return client.scopes


async def _execute(
    query: str, variables: dict[str, Any], name: str | None, headers: Mapping[str, str]
) -> Mapping[str, Any]:
    return (await graphql(_SERVED, query, _DATA, variable_values=variables)).formatted


@asynccontextmanager
async def hub(views: Views) -> AsyncIterator[Client]:
    composed = compose([SubgraphSource("demo", "", SDL)])
    assert isinstance(composed, Composed), composed
    settings = EngineSettings(views=views, supergraph=SupergraphSection(introspection=True))

    async def source() -> str:
        return composed.supergraph_sdl

    around = Surroundings(identifier=Names(), key_holder=Scopes())
    app = build_app(settings, source, local={"demo": _execute}, surroundings=around)
    async with running(app):
        yield Client(app)


async def ask(client: Client, query: str, who: str = "") -> Any:
    headers = {"x-who": who} if who else {}
    return (await client.post(query, headers=headers)).json


RULES = Views(
    default=ViewRule(exclude=("internal",)),
    organizations={"CNIPA": ViewRule()},
    gates=("role", "grant"),
)

# (document, who may, who may not)
TABLE = [
    ("{ patents { title } }", ["", "GD x", "CNIPA role/ADMIN"], []),
    ("{ secrets { plan } }", ["CNIPA x"], ["", "GD role/ADMIN"]),
    ("{ rights { ... on Secret { plan } } }", ["CNIPA x"], ["", "GD x"]),
    ("{ patents { value } }", ["GD grant/VALUE"], ["", "GD grant/OTHER", "CNIPA role/ADMIN"]),
    ("mutation { grant }", ["GD role/ADMIN"], ["", "GD role/CENTER"]),
    ("mutation { publish }", ["GD role/ADMIN", "GD role/CENTER"], ["", "GD role/OTHER"]),
]


@pytest.mark.parametrize(("query", "may", "may_not"), TABLE)
async def test_who_sees_what(query: str, may: list[str], may_not: list[str]) -> None:
    async with hub(RULES) as client:
        for who in may:
            assert "errors" not in await ask(client, query, who), who
        for who in may_not:
            answer = await ask(client, query, who)
            codes = [error["extensions"]["code"] for error in answer["errors"]]
            assert codes == ["GRAPHQL_VALIDATION_FAILED"], who
            assert "data" not in answer


async def test_what_is_hidden_has_no_name_anywhere() -> None:
    introspection = "{ __schema { types { name fields { name } } } }"
    async with hub(RULES) as client:
        shown = str(await ask(client, introspection))
        assert "Secret" not in shown
        assert "value" not in shown.replace("isDeprecated", "").replace("defaultValue", "")
        assert "Secret" in str(await ask(client, introspection, "CNIPA x"))
        # An object of a hidden type behind an interface: nothing of it, not even its type's name.
        rights = await ask(client, "{ rights { __typename id } }")
        assert rights["data"]["rights"] == [{"__typename": "Patent", "id": "1"}, None]
        suggestion = await ask(client, "{ secret { plan } }")
        assert "secrets" not in str(suggestion)


async def test_equal_contracts_share_a_view_and_unequal_ones_never_a_document() -> None:
    async with hub(RULES) as client:
        await asyncio.gather(
            *(ask(client, "{ patents { title } }", f"GD{n} grant/VALUE") for n in range(20))
        )
        views = client.app._engine_of[0].live.current.views.known()
        assert [len(view.documents) for view in views] == [0, 1]
        await ask(client, "{ patents { title } }", "GD grant/OTHER")
        views = client.app._engine_of[0].live.current.views.known()
        assert [len(view.documents) for view in views] == [0, 1, 1]
        lookups = client.app._engine_of[0].lasting.observability.cold.views
        before = (lookups.hits, lookups.misses)
        await ask(client, "{ patents { title } }", "GD grant/OTHER")
        await ask(client, "{ patents { title } }", "GD grant/NEW")
        assert (lookups.hits, lookups.misses) == (before[0] + 1, before[1] + 1)


async def test_views_are_bounded() -> None:
    rules = Views(gates=("grant",), max=2)
    async with hub(rules) as client:
        for n in range(5):
            await ask(client, "{ patents { title } }", f"GD grant/{n}")
        assert len(client.app._engine_of[0].live.current.views.known()) == 3


async def test_a_contract_that_leaves_nothing_is_no_view_of_everything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rules = Views(default=ViewRule(include=("nothing",)))
    async with hub(rules) as client:
        reply = await client.post("{ patents { title } }")
        assert (reply.status, reply.code) == (403, "VIEW_UNAVAILABLE")
        assert "leaves nothing to ask" in caplog.text
        assert "leaves nothing" not in reply.body.decode()


async def test_what_cannot_be_found_out_opens_nothing() -> None:
    async with hub(RULES) as client:
        reply = await client.post("{ patents { title } }", headers={"x-who": "GD lost"})
        assert (reply.status, reply.code) == (503, "VIEW_UNAVAILABLE")
        assert "secret" not in reply.body.decode()


async def test_without_rules_everybody_is_on_the_whole_view() -> None:
    async with hub(Views()) as client:
        assert "errors" not in await ask(client, "{ secrets { plan } patents { value } }", "GD x")
        assert len(client.app._engine_of[0].live.current.views.known()) == 1
