"""The schema clients see: what is hidden, what stays, and that it is valid."""

from __future__ import annotations

import json

import pytest
from graphql import (
    GraphQLScalarType,
    graphql_sync,
    parse,
    print_schema,
    validate,
    validate_schema,
)

from federation.errors import SupergraphError
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.reader import read_supergraph
from tests.federation.supergraph.test_reader import supergraph
from tests.support.shared import SHARED, needs_shared

LINKS = """
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/tag/v0.3")
"""
BODY = '''
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT
directive @live(every: Int) on QUERY | OBJECT
"""专利 / a patent"""
type Query @join__type(graph: A) {
  a(x: Int = 5 @deprecated(reason: "no"), y: Int @inaccessible): Any @tag(name: "t")
  hidden: Int @inaccessible
  secret: Secret
  colour: Colour
  find(by: By, filter: Filter): [Both]
  itf: Named
}
type Secret @join__type(graph: A) @inaccessible { a: Int }
type Shown implements Named & Hidden @join__type(graph: A) { name: String old: Int @deprecated }
interface Named @join__type(graph: A) { name: String }
interface Hidden @join__type(graph: A) @inaccessible { name: String }
union Both @join__type(graph: A) @join__unionMember(graph: A, member: "Shown") = Shown | Secret
enum Colour @join__type(graph: A) { RED BLUE @inaccessible }
scalar Any @join__type(graph: A) @specifiedBy(url: "https://x.cn/any")
input By @join__type(graph: A) @oneOf { id: ID name: String }
input Filter @join__type(graph: A) { a: Int b: Int @inaccessible }
'''

EXPECTED = '''
directive @live(every: Int) on QUERY

"""专利 / a patent"""
type Query {
  a(x: Int = 5 @deprecated(reason: "no")): Any
  colour: Colour
  find(by: By, filter: Filter): [Both]
  itf: Named
}

type Shown implements Named {
  name: String
  old: Int @deprecated
}

interface Named {
  name: String
}

union Both = Shown

enum Colour {
  RED
}

scalar Any @specifiedBy(url: "https://x.cn/any")

input By @oneOf {
  id: ID
  name: String
}

input Filter {
  a: Int
}
'''


def test_hidden_elements_and_what_refers_to_them_are_gone() -> None:
    schema = build_api_schema(read_supergraph(supergraph(BODY, links=LINKS)))
    assert validate_schema(schema) == []
    assert print_schema(schema).strip() == EXPECTED.strip()


def test_clients_are_validated_and_can_introspect() -> None:
    schema = build_api_schema(read_supergraph(supergraph(BODY, links=LINKS)))
    errors = validate(schema, parse("{ hidden a(y: 1) find(by: {id: 1, name: 2}) { __typename } }"))
    assert {error.message.split(".")[0][:40] for error in errors} == {
        "Cannot query field 'hidden' on type 'Que",
        "Unknown argument 'y' on field 'Query",
        "Within OneOf Input Object type 'By', exa",
        "String cannot represent a non string val",
    }
    result = graphql_sync(schema, '{ __type(name: "Any") { kind specifiedByURL } }')
    assert result.data == {"__type": {"kind": "SCALAR", "specifiedByURL": "https://x.cn/any"}}


def test_custom_scalars_pass_any_value() -> None:
    schema = build_api_schema(read_supergraph(supergraph(BODY, links=LINKS)))
    scalar = schema.type_map["Any"]
    assert isinstance(scalar, GraphQLScalarType)
    assert scalar.coerce_input_value({"a": [1]}) == {"a": [1]}


def test_an_api_schema_that_cannot_be_built_is_refused() -> None:
    body = "type Query @join__type(graph: A) { a: Missing }"
    with pytest.raises(SupergraphError, match="Missing"):
        build_api_schema(read_supergraph(supergraph(body)))


@needs_shared
def test_all_given_supergraphs_have_a_valid_api_schema() -> None:
    paths = sorted((SHARED / "conformance" / "suites").glob("*.json"))
    assert len(paths) == 33
    for path in paths:
        text = json.loads(path.read_text(encoding="utf-8"))["supergraph"]
        schema = build_api_schema(read_supergraph(text))
        assert validate_schema(schema) == []
        assert "join__" not in print_schema(schema)
