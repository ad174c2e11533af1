"""Reading supergraphs: every join version, other names, Federation 1, and what is refused."""

from __future__ import annotations

import json

import pytest
from graphql import print_ast, print_schema

from federation.errors import SupergraphError
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.model import (
    ContextArgument,
    JoinField,
    JoinImplements,
    JoinType,
    Link,
    Subgraph,
    TypeKind,
)
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.support.shared import SHARED, needs_shared

HEAD = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/{version}", for: EXECUTION)
  {links}
{{ query: Query }}
enum join__Graph {{
  A @join__graph(name: "a", url: "http://a")
  TWO_B @join__graph(name: "two-b", url: "")
}}
"""


def supergraph(body: str, version: str = "v0.5", links: str = "") -> str:
    return HEAD.format(version=version, links=links) + body


QUERY = "type Query @join__type(graph: A) @join__type(graph: TWO_B) { t: T @join__field(graph: A) }"


def test_subgraphs_are_named_as_their_owners_name_them() -> None:
    read = read_supergraph(supergraph(f"{QUERY} scalar T @join__type(graph: TWO_B)"))
    assert read.subgraphs == (Subgraph("a", "A", "http://a"), Subgraph("two-b", "TWO_B", ""))
    assert read.types["Query"].joins == (JoinType("a"), JoinType("two-b"))
    assert read.types["Query"].fields["t"].joins == (JoinField("a"),)
    assert read.types["T"].kind is TypeKind.SCALAR


def test_every_argument_of_join_directives_is_read() -> None:
    read = read_supergraph(
        supergraph(
            QUERY
            + """
            interface I @join__type(graph: A, key: "id", isInterfaceObject: true) { id: ID! }
            type T implements I
              @join__implements(graph: TWO_B, interface: "I")
              @join__type(graph: A, key: "id", extension: true, resolvable: false)
            {
              id: ID!
              f(x: Int): Int
                @join__field(
                  graph: A, requires: "id", provides: "p", type: "Int!", external: true,
                  override: "two-b", usedOverridden: true, overrideLabel: "percent(5)",
                  contextArguments: [{context: "c", name: "x", type: "Int", selection: "{ y }"}]
                )
                @join__field
            }
            """
        )
    )
    type_ = read.types["T"]
    assert type_.joins == (JoinType("a", "id", extension=True, resolvable=False),)
    assert type_.join_implements == (JoinImplements("two-b", "I"),)
    assert read.types["I"].joins[0].is_interface_object
    context = (ContextArgument("c", "x", "Int", "{ y }"),)
    assert type_.fields["f"].joins == (
        JoinField("a", "id", "p", "Int!", True, "two-b", "percent(5)", True, context),
        JoinField(),
    )


def test_renamed_features_get_their_own_names() -> None:
    read = read_supergraph(
        supergraph(
            QUERY + 'type T @join__type(graph: A) @label(name: "x") { a: Int @federation__hide }',
            links="""
            @link(url: "https://specs.apollo.dev/tag/v0.3", as: "label")
            @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY,
                  import: [{name: "@inaccessible", as: "@federation__hide"}])
            """,
        )
    )
    assert [d.name.value for d in read.types["T"].directives] == ["tag"]
    assert [d.name.value for d in read.types["T"].fields["a"].directives] == ["inaccessible"]
    assert read.links == (
        Link("https://specs.apollo.dev/tag/v0.3"),
        Link("https://specs.apollo.dev/inaccessible/v0.2", purpose="SECURITY"),
    )


def test_join_and_link_may_be_renamed_too() -> None:
    text = """
        schema
          @l(url: "https://specs.apollo.dev/link/v1.0", as: "l")
          @l(url: "https://specs.apollo.dev/join/v0.3", as: "j", for: EXECUTION)
        { query: Q }
        enum j__Graph { A @j__graph(name: "a", url: "u") }
        scalar l__Import
        type Q @j__type(graph: A) { a: Int }
        """
    read = read_supergraph(text)
    assert read.query == "Q"
    assert list(read.types) == ["Q"]
    assert read.types["Q"].joins == (JoinType("a"),)


def test_what_single_subgraphs_say_is_carried_and_printed_again() -> None:
    tag = 'join__directive(graphs: [A], name: "federation__cacheTag", args: { format: "t" })'
    text = supergraph(
        f"type Query @join__type(graph: A) {{ t: Int @{tag} }} "
        f"type T @join__type(graph: A) @{tag} {{ x: Int }}"
    )
    read = read_supergraph(text)
    (node,) = read.types["Query"].fields["t"].directives
    assert print_ast(node) == f"@{tag}"
    assert read.types["T"].directives == (node,)
    assert read_supergraph(print_supergraph(read)) == read
    assert "cacheTag" not in print_schema(build_api_schema(read))


def test_unions_of_join_v02_have_the_members_their_subgraphs_define() -> None:
    read = read_supergraph(
        supergraph(
            QUERY
            + """
            type X @join__type(graph: A) @join__type(graph: TWO_B) { a: Int }
            type Y @join__type(graph: A) { a: Int }
            union T @join__type(graph: A) @join__type(graph: TWO_B) = X | Y
            """,
            version="v0.2",
        )
    )
    assert read.types["T"].member_subgraphs == (("a", "X"), ("a", "Y"), ("two-b", "X"))


FEDERATION_1 = """
schema
  @core(feature: "https://specs.apollo.dev/core/v0.1")
  @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)
{ query: Query }
enum join__Graph {
  PRODUCTS @join__graph(name: "products", url: "http://p")
  REVIEWS @join__graph(name: "reviews", url: "http://r")
}
type Query { top: Product @join__field(graph: PRODUCTS) }
type Product
  @join__owner(graph: PRODUCTS)
  @join__type(graph: PRODUCTS, key: "upc")
  @join__type(graph: REVIEWS, key: "upc")
{
  upc: String! @join__field(graph: PRODUCTS)
  weight: Int
  heavy: Boolean @join__field(graph: REVIEWS, requires: "weight")
  size: Size
}
type Size { width: Int }
"""


def test_federation_1_is_told_in_later_terms() -> None:
    read = read_supergraph(FEDERATION_1)
    product = read.types["Product"]
    assert product.fields["upc"].joins == (JoinField("products"), JoinField("reviews"))
    assert product.fields["weight"].joins == (
        JoinField("products"),
        JoinField("reviews", external=True),
    )
    assert product.fields["heavy"].joins == (JoinField("reviews", requires="weight"),)
    assert product.fields["size"].joins == (JoinField("products"),)
    assert read.types["Size"].joins == (JoinType("products"), JoinType("reviews"))
    assert read.types["Query"].fields["top"].joins == (JoinField("products"),)
    assert read_supergraph(print_supergraph(read)) == read


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("type Query {", "not valid GraphQL (line 1"),
        ("type Query { a: Int }", "no `schema` definition"),
        ("schema { query: Query } type Query { a: Int }", "has no @link"),
        (
            'schema @link(url: "https://specs.apollo.dev/link/v1.0") { query: Query }',
            "does not @link https://specs.apollo.dev/join",
        ),
        (supergraph(QUERY, version="v0.9"), "this engine reads join v0.1 to v0.5"),
        (
            supergraph(QUERY, links='@link(url: "https://x.cn/own/v1.0", for: SECURITY)'),
            "demands the feature https://x.cn/own/v1.0 for SECURITY",
        ),
        (
            supergraph(
                "type Query @join__type(graph: A) "
                '{ a: Int @join__directive(graphs: [A], name: "connect", args: {source: "s"}) }'
            ),
            "uses connectors",
        ),
        (supergraph("type Query @join__type(graph: C) { a: Int }"), "names the subgraph 'C'"),
        (HEAD.format(version="v0.3", links="").replace("join__graph(", "other("), "has no @join__"),
        (
            HEAD.format(version="v0.3", links="").replace("query: Query", "mutation: M") + QUERY,
            "no query root type",
        ),
    ],
)
def test_what_cannot_be_served_is_refused_with_a_reason(text: str, part: str) -> None:
    with pytest.raises(SupergraphError, match=r".") as caught:
        read_supergraph(text)
    assert part in caught.value.message


@needs_shared
def test_all_given_supergraphs_read_and_print_the_same() -> None:
    texts = [(SHARED / "bench" / "supergraph.graphql").read_text(encoding="utf-8")]
    for path in sorted((SHARED / "conformance" / "suites").glob("*.json")):
        texts.append(json.loads(path.read_text(encoding="utf-8"))["supergraph"])
    cases = SHARED / "conformance" / "composition_cases.json"
    for case in json.loads(cases.read_text(encoding="utf-8")):
        texts += [case["supergraph"]] if "supergraph" in case else []
    assert len(texts) == 1 + 33 + 106
    for text in texts:
        read = read_supergraph(text)
        printed = print_supergraph(read)
        assert read_supergraph(printed) == read
        assert print_supergraph(read_supergraph(printed)) == printed
