# ruff: noqa: E501 - lines as the servers print them
"""Subgraph SDL as the usual servers print it: with the federation machinery, and their own habits.

Each text is written here in the manner of one server. All must compose to the same graph as the
plain form, with nothing of the machinery left in it.
"""

from __future__ import annotations

import dataclasses

import pytest
from graphql import DocumentNode, ObjectTypeDefinitionNode, parse, print_ast, print_schema

from federation.composition import Composed, SubgraphSource, compose
from federation.supergraph.api_schema import build_api_schema
from schema import SUBGRAPHS
from schema.common.subgraph import SubgraphSchema

PLAIN = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
type Query { patent(id: ID!): Patent }
type Patent @key(fields: "id") { id: ID! title: String! office: Office @shareable }
type Office @shareable { code: String! }
"""

OTHER = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { listings: [Listing!]! }
type Listing { patent: Patent! }
type Patent @key(fields: "id", resolvable: false) { id: ID! }
"""

STRAWBERRY = """
schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@shareable"]) {
  query: Query
}

type Office @shareable {
  code: String!
}

type Patent @key(fields: "id") {
  id: ID!
  title: String!
  office: Office @shareable
}

type Query {
  _entities(representations: [_Any!]!): [_Entity]!
  _service: _Service!
  patent(id: ID!): Patent
}

scalar _Any

union _Entity = Patent

type _Service {
  sdl: String!
}
"""

GRAPHQL_JS = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
{
  query: Query
}

directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @federation__requires(fields: federation__FieldSet!) on FIELD_DEFINITION
directive @federation__provides(fields: federation__FieldSet!) on FIELD_DEFINITION
directive @federation__external(reason: String) on OBJECT | FIELD_DEFINITION
directive @federation__tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA
directive @federation__extends on OBJECT | INTERFACE
directive @federation__inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @federation__override(from: String!) on FIELD_DEFINITION
directive @federation__composeDirective(name: String) repeatable on SCHEMA
directive @federation__interfaceObject on OBJECT

enum link__Purpose {
  "`SECURITY` features provide metadata necessary to securely resolve fields."
  SECURITY
  "`EXECUTION` features provide metadata necessary for operation execution."
  EXECUTION
}
scalar link__Import
scalar federation__FieldSet
scalar _Any

type Query {
  patent(id: ID!): Patent
  _entities(representations: [_Any!]!): [_Entity]!
  _service: _Service!
}
type Patent @key(fields: "id") { id: ID! title: String! office: Office @shareable }
type Office @shareable { code: String! }
union _Entity = Patent
type _Service { sdl: String }
"""

GRAPHQL_JAVA = """
schema @link(import : ["@key", "@shareable", "FieldSet"], url : "https://specs.apollo.dev/federation/v2.3"){
  query: Query
}

directive @federation__composeDirective(name: String!) repeatable on SCHEMA
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @link(as: String, for: link__Purpose, import: [link__Import], url: String!) repeatable on SCHEMA

union _Entity = Patent

type Office @shareable {
  code: String!
}

type Patent @key(fields : "id", resolvable : true) {
  id: ID!
  office: Office @shareable
  title: String!
}

type Query {
  _entities(representations: [_Any!]!): [_Entity]!
  _service: _Service!
  patent(id: ID!): Patent
}

type _Service {
  sdl: String!
}

enum link__Purpose { SECURITY EXECUTION }
scalar FieldSet
scalar _Any
scalar link__Import
"""

ASYNC_GRAPHQL = '''
type Office @shareable {
\tcode: String!
}

type Patent @key(fields: "id") {
\tid: ID!
\ttitle: String!
\toffice: Office @shareable
}

type Query {
\tpatent(id: ID!): Patent
}

"""
Directs the executor to include this field or fragment only when the `if` argument is true.
"""
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @specifiedBy(url: String!) on SCALAR
directive @oneOf on INPUT_OBJECT

extend schema @link(
\turl: "https://specs.apollo.dev/federation/v2.5",
\timport: ["@key", "@tag", "@shareable", "@inaccessible", "@override", "@external", "@provides", "@requires", "@composeDirective", "@interfaceObject", "@requiresScopes"]
)
'''

# gqlgen answers with the sources as its users wrote them.
GQLGEN = """
extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.3"
    import: ["@key", "@shareable", "@extends", "@external"]
  )

type Query { patent(id: ID!): Patent }
type Patent @key(fields: "id") { id: ID! title: String! office: Office @shareable }
type Office @shareable { code: String! }
"""

FEDERATION_1 = """
type Query { patent(id: ID!): Patent }
type Patent @key(fields: "id") { id: ID! title: String! office: Office }
type Office { code: String! }
"""


def api_text(sdl: str) -> str:
    result = compose(
        [SubgraphSource("patents", "http://p", sdl), SubgraphSource("trading", "http://t", OTHER)]
    )
    assert isinstance(result, Composed), [str(error) for error in result.errors]
    for word in ("_Any", "_Entity", "_Service", "_entities", "_service"):
        assert word not in result.supergraph_sdl
    return print_schema(build_api_schema(result.supergraph))


@pytest.mark.parametrize(
    "sdl",
    [STRAWBERRY, GRAPHQL_JS, GRAPHQL_JAVA, ASYNC_GRAPHQL, GQLGEN, FEDERATION_1],
    ids=["strawberry", "graphql-js", "graphql-java", "async-graphql", "gqlgen", "federation 1"],
)
def test_every_dialect_gives_the_same_graph(sdl: str) -> None:
    assert sorted(api_text(sdl).split("\n")) == sorted(api_text(PLAIN).split("\n"))


def _without_totals(sdl: str) -> str:
    """Return the text without the hub's own machinery, of which no server knows."""
    document = parse(sdl)
    kept = []
    for each in document.definitions:
        if isinstance(each, ObjectTypeDefinitionNode):
            if each.name.value == "_Total":
                continue
            fields = tuple(f for f in each.fields or () if f.name.value != "_totals")
            each = dataclasses.replace(each, fields=fields)
        kept.append(each)
    return print_ast(DocumentNode(definitions=tuple(kept)))


@pytest.mark.parametrize("name", sorted(SUBGRAPHS))
def test_what_strawberry_really_prints_composes(name: str) -> None:
    """The text of Strawberry itself, machinery and all, is the same subgraph as the clean one."""
    schema: SubgraphSchema = SUBGRAPHS[name]
    others = [SubgraphSource(n, "", s.sdl) for n, s in SUBGRAPHS.items() if n != name]
    raw = compose([SubgraphSource(name, "", _without_totals(schema.as_str())), *others])
    clean = compose([SubgraphSource(name, "", schema.sdl), *others])
    assert isinstance(raw, Composed), [str(error) for error in raw.errors]
    assert isinstance(clean, Composed)
    assert raw.supergraph_sdl == clean.supergraph_sdl
