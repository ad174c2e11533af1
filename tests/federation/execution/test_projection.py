"""Compiled projection against graphql-core over the same data: data, error paths, null rules."""

from __future__ import annotations

from typing import Any

from graphql import build_schema, graphql_sync
from graphql.execution import ExecutionResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.execution.context import Answer
from tests.federation.execution.plans import answering, compiled, root, run, shape_of

SCHEMA = build_schema(
    """
    type Query { node: Node must: Node! items: [Item!] grid: [[Int!]]! hue: Hue names: [String]! }
    interface Node { id: ID! owner: User hue: Hue }
    type User implements Node {
      id: ID! owner: User hue: Hue name: String! age: Int friends: [Node!]!
    }
    type Item implements Node { id: ID! owner: User hue: Hue price: Float on: Boolean! of: Thing }
    union Thing = User | Item
    enum Hue { RED GREEN }
    """
)
FIELDS = {
    "Query": ["node", "must", "items", "grid", "hue", "names"],
    "Node": ["id", "owner", "hue"],
    "User": ["id", "owner", "hue", "name", "age", "friends"],
    "Item": ["id", "owner", "hue", "price", "on", "of"],
    "Thing": [],
}
RETURNS = {
    "node": "Node", "must": "Node", "items": "Item", "owner": "User", "friends": "Node",
    "of": "Thing",
}  # fmt: skip


@st.composite
def selections(draw: st.DrawFn, type_: str, depth: int) -> str:
    """A selection set; aliases are avoided since the data is keyed by field name."""
    chosen = draw(st.lists(st.sampled_from([*FIELDS[type_], "__typename"]), max_size=4))
    parts = []
    for name in dict.fromkeys(chosen):
        condition = draw(st.sampled_from(["", "", "", " @include(if: $a)", " @skip(if: $b)"]))
        if name in RETURNS:
            if depth:
                inner = draw(selections(RETURNS[name], depth - 1))
                parts.append(f"{name} {inner}")
        else:
            parts.append(name + condition)
    if type_ in ("Node", "Thing") and depth:
        for concrete in draw(st.lists(st.sampled_from(["User", "Item"]), max_size=2, unique=True)):
            # Own fields only: a field both with and without its fragment would merge.
            inner = draw(selections(concrete, depth - 1))
            parts.append(f"... on {concrete} {inner}")
    return "{ " + " ".join(parts or ["__typename"]) + " }"


def values(depth: int) -> st.SearchStrategy[Any]:
    """Data of the right types with nulls anywhere."""
    null = st.none()
    hue = st.sampled_from(["RED", "GREEN"])
    id_ = st.sampled_from(["1", "x"])
    if not depth:
        user = item = null
    else:
        inner = values(depth - 1)
        common = {"id": id_ | null, "hue": hue | null}
        user = null | st.fixed_dictionaries(
            {
                "__typename": st.just("User"),
                **common,
                "name": st.text(max_size=2) | null,
                "age": st.integers(-5, 5) | null,
                "owner": inner.map(lambda one: one and one["user"]),
                "friends": null
                | st.lists(inner.map(lambda one: one and (one["user"] or one["item"])), max_size=2),
            }
        )
        item = null | st.fixed_dictionaries(
            {
                "__typename": st.just("Item"),
                **common,
                "price": st.floats(0, 1) | null,
                "on": st.booleans() | null,
                "owner": inner.map(lambda one: one and one["user"]),
                "of": inner.map(lambda one: one and (one["item"] or one["user"])),
            }
        )
    return st.fixed_dictionaries({"user": user, "item": item})


def roots() -> st.SearchStrategy[dict[str, Any]]:
    pair = values(3)
    node = pair.map(lambda one: one["user"] or one["item"])
    return st.fixed_dictionaries(
        {
            "node": node,
            "must": node,
            "items": st.none() | st.lists(pair.map(lambda one: one["item"]), max_size=3),
            "grid": st.none()
            | st.lists(st.none() | st.lists(st.none() | st.integers(0, 9), max_size=3), max_size=3),
            "hue": st.none() | st.sampled_from(["RED", "GREEN"]),
            "names": st.none() | st.lists(st.none() | st.text(max_size=1), max_size=3),
        }
    )


def monolith(query: str, data: Any, variables: dict[str, Any]) -> ExecutionResult:
    return graphql_sync(SCHEMA, query, root_value=data, variable_values=variables)


def paths(errors: Any) -> list[list[Any]]:
    found = [
        list(error["path"] if isinstance(error, dict) else error.path) for error in errors or ()
    ]
    return sorted(found, key=repr)


@given(selections("Query", 4), roots(), st.booleans(), st.booleans())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
async def test_same_as_graphql_core(selection: str, data: Any, a: bool, b: bool) -> None:
    query = f"query($a: Boolean = true, $b: Boolean = false) {selection}"
    variables = {"a": a, "b": b}
    expected = monolith(query, data, variables)
    if expected.errors and expected.errors[0].path is None:
        return  # the selection is not valid (conflicting fields): nothing to compare
    plan = compiled(root(0, "a", " ".join(FIELDS["Query"])), shape_of(SCHEMA, query))
    answer: Answer = await run(plan, {"a": answering(data)}, variables)
    assert answer.data == expected.data
    assert paths(answer.errors) == paths(expected.errors)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=3) | st.sampled_from(["User", "Item", "RED"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([*FIELDS["Query"], *FIELDS["User"], *FIELDS["Item"], "__typename"]),
        inner, max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip
EVERYTHING = """{
  node { __typename id hue owner { id name age friends { id ... on Item { price on } } }
         ... on User { name } ... on Item { of { ... on User { id } ... on Item { hue } } } }
  items { id price on } grid hue names
}"""


def check_types(value: Any, type_: str) -> None:
    """The answer may be null here and there but never of a wrong type."""
    known = {
        "id": str, "name": str, "age": int, "price": (int, float), "on": bool, "__typename": str,
    }  # fmt: skip
    if value is None:
        return
    assert type(value) is dict
    for member, inner in value.items():
        if member in RETURNS:
            several = member in ("items", "friends")
            for one in inner if several and inner is not None else [inner]:
                check_types(one, RETURNS[member])
        elif member == "hue":
            assert inner in (None, "RED", "GREEN")
        elif member in ("grid", "names"):
            assert type(inner) is list
        else:
            assert inner is None or isinstance(inner, known[member])
            assert not (member in ("age", "price") and isinstance(inner, bool))


@given(JSON)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
async def test_no_answer_of_a_subgraph_breaks_the_types(data: Any) -> None:
    plan = compiled(root(0, "a", " ".join(FIELDS["Query"])), shape_of(SCHEMA, EVERYTHING))
    answer = await run(plan, {"a": answering(data)})
    assert all(error["extensions"]["code"] != "INTERNAL_SERVER_ERROR" for error in answer.errors)
    check_types(answer.data, "Query")
    if answer.data is None:
        assert answer.errors
