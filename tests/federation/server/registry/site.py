"""The registry's routes called without sockets, and schemas to publish to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette

from federation.registry.access import system_caller
from federation.registry.model import Role
from federation.registry.service import Registry
from federation.server.registry_api.routes import registry_routes
from tests.federation.server.harness import Client, Reply

KEY = b"0123456789abcdef0123456789abcdef"

PATENTS = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { patent(number: ID!): Patent }
type Patent @key(fields: "number") { number: ID! title: String abstract: String }
"""
PATENTS_WITHOUT_ABSTRACT = PATENTS.replace(" abstract: String", "")
LISTINGS = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { listings: [Listing!] }
type Listing { number: ID! patent: Patent }
type Patent @key(fields: "number") { number: ID! listed: Boolean }
"""
# Says of a field what the patents' owner says otherwise.
CONTRADICTING = LISTINGS.replace("listed: Boolean", "title: Int")
BROKEN = "type Query { a: Missing }"


@dataclass(slots=True)
class RegistrySite:
    """`admin` is an administrator's token of the graph `hub`. `options`: of `registry_routes`."""

    registry: Registry
    admin: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=registry_routes(self.registry, signing_key=KEY, **self.options))

    async def token(
        self,
        *roles: Role,
        name: str | None = None,
        graph: str | None = "hub",
        subgraphs: Sequence[str] = (),
        variants: Sequence[str] = (),
    ) -> str:
        """Return a new token's secret."""
        label = name or "-".join(sorted(role.value.lower() for role in roles))
        issued = await self.registry.create_token(
            system_caller(), label, graph, roles, subgraphs=subgraphs, variants=variants
        )
        return issued.secret

    async def post(
        self,
        path: str,
        document: str,
        variables: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> Reply:
        body = json.dumps({"query": document, "variables": variables or {}}).encode()
        headers = {"content-type": "application/json", "host": "hub.example"}
        if key is not None:
            headers["x-api-key"] = key
        return await Client(self.app).request("POST", path, headers=headers, chunks=(body,))

    async def graphql(
        self, document: str, variables: dict[str, Any] | None = None, key: str | None = None
    ) -> Reply:
        """Ask `/registry/graphql`, as the administrator unless another key is given."""
        return await self.post("/registry/graphql", document, variables, key or self.admin)

    async def data(
        self, document: str, variables: dict[str, Any] | None = None, key: str | None = None
    ) -> Any:
        """Return the data of an operation that must succeed."""
        reply = await self.graphql(document, variables, key)
        assert reply.status == 200
        assert "errors" not in reply.json, reply.json
        return reply.json["data"]

    async def get(self, url: str, headers: dict[str, str] | None = None) -> Reply:
        """Get a path or a whole address."""
        parts = urlsplit(url)
        return await Client(self.app).request(
            "GET",
            parts.path,
            query_string=parts.query,
            headers={"host": "hub.example", **(headers or {})},
        )
