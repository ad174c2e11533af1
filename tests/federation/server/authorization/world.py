"""A graph with every kind of access rule over two subgraphs, and callers that say who they are."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import msgspec
from graphql import REMOVE, Visitor, parse, print_ast, visit

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.server.app import Surroundings, build_app
from federation.server.authorization.authorization import DecidePolicies
from federation.server.callers.credentials import Claims
from federation.server.callers.identity import NOBODY, ClientIdentity
from federation.server.exchange import Exchange
from federation.server.settings.authorization import (
    AuthorizationDirectives,
    AuthorizationSection,
    UnauthorizedErrors,
)
from federation.server.settings.engine import EngineSettings
from federation.server.wire.request import HttpRequest
from tests.federation.server.harness import Client, running
from tests.support.small_graph import SmallSubgraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",'
    ' "@shareable", "@external", "@requires", "@authenticated", "@requiresScopes", "@policy",'
    ' "@interfaceObject", "@cost", "@listSize"])\n'
)

# Without rules the two are ordinary GraphQL, which is what the mocks execute.
FILES = """
type Query {
  file(id: ID = 1): File
  files: [File!]!
  must: File!
  members: String @authenticated
  scoped: String @requiresScopes(scopes: [["a", "b"], ["admin"]])
  guarded: String @policy(policies: [["p", "q"], ["r"]])
  everything: String @authenticated @requiresScopes(scopes: [["a"]]) @policy(policies: [["p"]])
  vault: Vault
  vaults: [Vault!]!
  gold: Gold
  seal: Seal
  found: [Found!]!
  shapes: [Shape!]
}
type Mutation { open: Int, erase: Int @requiresScopes(scopes: [["write"]]) }
type Subscription { opened: Int, erased: Int @authenticated }
type File @key(fields: "id") {
  id: ID!
  title: String
  owner: String! @authenticated
  price: Int @requiresScopes(scopes: [["price:read"]])
  key: String @authenticated
  notes: [Note]
}
type Note { text: String! @authenticated, at: Int }
type Vault @authenticated { room: Int, safe: Vault }
scalar Gold @requiresScopes(scopes: [["gold"]])
enum Seal @policy(policies: [["r"]]) { RED BLUE }
union Found = File | Vault
interface Shape { name: String, size: Int }
type Circle implements Shape { name: String, size: Int }
type Square implements Shape { name: String, size: Int @authenticated }
"""
MORE = """
type File @key(fields: "id") {
  id: ID!
  key: String @external
  tag: String @requires(fields: "key") @authenticated
  views: Int @authenticated
  size: Int
}
"""

_FILE = {"__typename": "File", "id": "1", "title": "t", "owner": "o", "price": 7, "key": "k"}
_NOTES = [{"text": "x", "at": 1}, None, {"text": "y", "at": 2}]
_VAULT = {"__typename": "Vault", "room": 3, "safe": {"room": 4}}


def _file(*_: Any, **__: Any) -> dict[str, Any]:
    return {**_FILE, "notes": _NOTES}


def _entity(representation: Mapping[str, Any]) -> dict[str, Any]:
    key = representation.get("key")
    return {"id": representation["id"], "tag": f"tag of {key}", "views": 9, "size": 1}


def plain(sdl: str) -> str:
    """Return SDL without federation's directives."""

    class Strip(Visitor):
        def enter_directive(self, *_: Any) -> Any:
            return REMOVE

    return print_ast(visit(parse(sdl), Strip()))


def subgraphs() -> dict[str, SmallSubgraph]:
    files = SmallSubgraph(
        plain(FILES),
        {
            "file": _file,
            "files": lambda *_: [_file(), _file()],
            "must": _file,
            "members": "m",
            "scoped": "s",
            "guarded": "g",
            "everything": "e",
            "vault": _VAULT,
            "vaults": [_VAULT],
            "gold": "au",
            "seal": "RED",
            "found": lambda *_: [_file(), _VAULT],
            "shapes": [
                {"__typename": "Circle", "name": "c", "size": 1},
                {"__typename": "Square", "name": "s", "size": 2},
            ],
            "open": 1,
            "erase": 2,
        },
        {"File": lambda _: _file()},
    )
    return {"files": files, "more": SmallSubgraph(plain(MORE), {}, {"File": _entity})}


def supergraph() -> str:
    composed = compose(
        [SubgraphSource("files", "", LINK + FILES), SubgraphSource("more", "", LINK + MORE)]
    )
    assert isinstance(composed, Composed), composed
    return composed.supergraph_sdl


class ByHeader:
    """Believes the header `x-caller`: a name and its scopes, with spaces between."""

    reserved = frozenset[str]()

    def identify(self, http: HttpRequest, claims: Claims | None) -> ClientIdentity:
        value = http.header(b"x-caller")
        if value is None:
            return NOBODY
        name, *scopes = value.decode().split()
        return ClientIdentity(key=(name, *scopes), scopes=frozenset(scopes))


class Policies:
    """Decides policies by the header `x-policies`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []

    async def __call__(self, exchange: Exchange, policies: frozenset[str]) -> Collection[str]:
        self.asked.append(policies)
        return (exchange.http.header(b"x-policies") or b"").decode().split()


class World:
    """A running gateway. `calls`: the texts subgraphs were asked with, since `clear`."""

    def __init__(self, client: Client, calls: list[str]) -> None:
        self.client = client
        self.calls = calls

    async def ask(
        self, query: str, caller: str | None = None, policies: str = "", **parameters: Any
    ) -> Any:
        """Return the answer as JSON; `calls` are those of this one."""
        return (await self.reply(query, caller, policies, **parameters)).json

    async def reply(
        self, query: str, caller: str | None = None, policies: str = "", **parameters: Any
    ) -> Any:
        self.calls.clear()
        headers = {"x-policies": policies, "accept": "application/graphql-response+json"}
        if caller is not None:
            headers["x-caller"] = caller
        return await self.client.post(query, headers=headers, **parameters)


@contextlib.asynccontextmanager
async def world(
    policies: DecidePolicies | None = None,
    *,
    require_authentication: bool = False,
    response: str = "errors",
    settings: EngineSettings | None = None,
    **directives: Any,
) -> AsyncIterator[World]:
    """Serve the graph with these settings of `authorization`."""
    calls: list[str] = []

    def served(name: str, subgraph: SmallSubgraph) -> Any:
        schema = subgraph.schema()

        async def execute(query: str, variables: Any, *_: Any) -> Mapping[str, Any]:
            calls.append(query)
            return subgraph.execute(schema, {"query": query, "variables": variables})

        return execute

    async def source() -> str:
        return supergraph()

    section = AuthorizationSection(
        require_authentication=require_authentication,
        directives=AuthorizationDirectives(
            errors=msgspec.convert({"response": response}, UnauthorizedErrors), **directives
        ),
    )
    app = build_app(
        msgspec.structs.replace(settings or EngineSettings(), authorization=section),
        source,
        local={name: served(name, subgraph) for name, subgraph in subgraphs().items()},
        surroundings=Surroundings(identifier=ByHeader(), decide_policies=policies),
    )
    async with running(app):
        yield World(Client(app), calls)
