"""Printing: complete GraphQL that stock gateways read, and nothing lost on the way."""

from __future__ import annotations

from graphql import build_schema, parse

from federation.supergraph import definitions, specs
from federation.supergraph.printer import print_supergraph
from federation.supergraph.reader import read_supergraph
from tests.federation.supergraph.test_reader import QUERY, supergraph

FULL = (
    QUERY
    + '''
directive @own(a: [Int!] = [1]) repeatable on OBJECT | FIELD
"""
多行说明
  indented "quoted" \\""" three
"""
type T @join__type(graph: A, key: "id") @own(a: [2]) @own @tag(name: "甲") {
  id: ID!
  f(
    "first"
    x: In = {a: [1, 2], e: RED}
    y: String = "a\\"b\\n" @deprecated(reason: "r")
  ): [E!] @authenticated
}
input In @join__type(graph: A) { a: [Int] @join__field(graph: A, type: "[Int!]") e: E = RED }
enum E @join__type(graph: A) { "red" RED @join__enumValue(graph: A) @deprecated GREEN }
'''
)
LINKS = """
  @link(url: "https://specs.apollo.dev/tag/v0.3")
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://x.cn/own/v1.2", as: "o", import: [{name: "@mine", as: "@own"}])
"""


def test_what_is_printed_is_read_again_equal() -> None:
    read = read_supergraph(supergraph(FULL, links=LINKS))
    printed = print_supergraph(read)
    assert read_supergraph(printed) == read
    assert print_supergraph(read_supergraph(printed)) == printed


def test_what_is_printed_is_complete_graphql_in_join_v05() -> None:
    printed = print_supergraph(read_supergraph(supergraph(FULL, links=LINKS)))
    schema = build_schema(printed)
    assert {"join__type", "join__directive", "link", "tag", "authenticated", "own"} <= {
        directive.name for directive in schema.directives
    }
    assert '@link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)' in printed
    assert 'TWO_B @join__graph(name: "two-b", url: "")' in printed


def test_definitions_come_in_one_order_whatever_the_input_order() -> None:
    halves = FULL.partition("input In")
    swapped = halves[1] + halves[2] + halves[0]
    one = print_supergraph(read_supergraph(supergraph(FULL, links=LINKS)))
    other = print_supergraph(read_supergraph(supergraph(swapped, links=LINKS)))
    assert one == other


def test_every_known_feature_has_definitions_that_parse() -> None:
    assert definitions.FEATURE_DIRECTIVES.keys() == specs.FEATURES.keys()
    for identity, spec in specs.FEATURES.items():
        defined = definitions.FEATURE_DIRECTIVES[identity]
        assert {name for name, _ in defined} == set(spec.directives)
        for _, text in defined:
            parse(text)
