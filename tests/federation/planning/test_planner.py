"""The planner as a whole: what it refuses, its bounds, and what stands beside the tree."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from graphql import parse

from federation.composition.compose import compose
from federation.composition.result import Composed, SubgraphSource
from federation.errors import PlanningError, RequestError
from federation.plan.nodes import BatchFetch, Fetch, Flatten, Parallel, PlanNode, Sequence
from federation.plan.printer import plan_size, print_plan
from federation.plan.shape import ListShape, ObjectShape, RawShape, TypenameShape
from federation.planning import Planner, PlannerLimits
from tests.federation.planning.golden_topics import FOLDER, planner
from tests.support.shared import SHARED, needs_shared

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", '
    'import: ["@key", "@shareable", "@override", "@inaccessible"])\n'
)


def _planner(limits: PlannerLimits | None = None, **sdl: str) -> Planner:
    composed = compose([SubgraphSource(n, "", LINK + text) for n, text in sdl.items()])
    assert isinstance(composed, Composed), composed
    return Planner(composed.supergraph_sdl, limits)


def _fetches(node: PlanNode | None) -> list[Fetch | BatchFetch]:
    match node:
        case Fetch() | BatchFetch():
            return [node]
        case Flatten(_, inner):
            return _fetches(inner)
        case Sequence(nodes) | Parallel(nodes):
            return [fetch for child in nodes for fetch in _fetches(child)]
    return []


def test_invalid_documents_are_refused() -> None:
    plans = planner(FOLDER / "keys")
    for text, code in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query A { loans { amount } } query B { loans { amount } }",
            "GRAPHQL_UNKNOWN_OPERATION_NAME",
        ),
    ]:
        with pytest.raises(RequestError) as error:
            plans.plan(text)
        assert error.value.code == code


def test_inaccessible_is_invalid_for_clients_but_serves_as_key() -> None:
    plans = _planner(
        a='type Query { t: T } type T @key(fields: "secret") { secret: ID! @inaccessible a: Int }',
        b='type T @key(fields: "secret") { secret: ID! @inaccessible b: Int }',
    )
    with pytest.raises(RequestError):
        plans.plan("{ t { secret } }")
    plan = plans.plan("{ t { a b } }")
    assert plan_size(plan.node) == (2, 2) if plan.node else False
    assert [f.key for f in _object(plan.shape.root.fields[0].value).fields] == ["a", "b"]


def _object(value: object) -> ObjectShape:
    assert isinstance(value, ObjectShape)
    return value


def test_impossible_operation() -> None:
    """A supergraph need not be one that composition would have let through."""
    supergraph = planner(FOLDER / "keys").supergraph
    types = dict(supergraph.types)
    types["Patent"] = replace(
        types["Patent"],
        joins=tuple(replace(j, resolvable=False) for j in types["Patent"].joins),
    )
    broken = Planner(replace(supergraph, types=types))
    with pytest.raises(PlanningError, match=r"Patent\.value at patent") as error:
        broken.plan('{ patent(applicationNumber: "1") { value } }')
    assert error.value.code == "QUERY_PLAN_BUILD_FAILED"


def test_path_budget() -> None:
    plans = Planner(planner(FOLDER / "requires").supergraph, PlannerLimits(max_paths=5))
    with pytest.raises(PlanningError) as error:
        plans.plan("{ patents { grade } }")
    assert error.value.code == "QUERY_PLAN_COMPLEXITY_EXCEEDED"


def test_stop_is_asked_for() -> None:
    """A caller's clock ends path finding; nested abstract types cannot hold the planner."""
    types = "".join(
        f'type T{i} implements I @key(fields: "id") {{ id: ID! n: I @shareable }} '
        for i in range(8)
    )
    sdl = f"interface I {{ id: ID! n: I }} {types} type Query {{ q: I @shareable }}"
    extra = "".join(f'type T{i} @key(fields: "id") {{ id: ID! x{i}: Int }} ' for i in range(8))
    plans = _planner(a=sdl, b=extra)
    inner = "id"
    for _ in range(4):
        inner = "n { " + " ".join(f"... on T{i} {{ x{i} {inner} }}" for i in range(8)) + " }"
    operation = plans.normalizer.normalize(parse(f"{{ q {{ {inner} }} }}"))
    asked: list[bool] = []

    def should_stop() -> bool:
        asked.append(True)
        return len(asked) > 3

    with pytest.raises(PlanningError) as error:
        plans.plan(operation, should_stop=should_stop)
    assert error.value.code == "QUERY_PLAN_COMPLEXITY_EXCEEDED"
    assert len(asked) == 4


def test_best_plan_so_far_when_combinations_run_out() -> None:
    """With no room to compare, the greedy choice is taken: a plan, if not always the cheapest."""
    sdl = {
        name: 'type Query { b: B @shareable } type B @key(fields: "id") { id: ID! '
        f"x: Int @shareable {name}: Int }}"
        for name in ("s1", "s2", "s3")
    }
    text = "{ b { x s2 } }"
    plan = _planner(PlannerLimits(max_combinations=0), **sdl).plan(text)
    assert plan.node is not None
    assert print_plan(plan) == print_plan(_planner(**sdl).plan(text))
    assert plan_size(plan.node) == (1, 1)


def test_many_subgraphs_share_a_root_field() -> None:
    """However many could answer the root field, the one that can go on from it is found."""
    sdl = {
        f"s{i:02}": f"type Query {{ b: B @shareable }} type B {{ id: ID @shareable f{i}: Int }}"
        for i in range(30)
    }
    plan = _planner(**sdl).plan("{ b { id f27 f3 } }")
    assert [f.subgraph for f in _fetches(plan.node)] == ["s03", "s27"]


def test_progressive_override_by_label() -> None:
    plans = _planner(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        b='type T @key(fields: "id") { id: ID! x: Int @override(from: "a", label: "new") y: Int }',
    )
    for labels, expected in [(frozenset[str](), ["a"]), (frozenset({"new"}), ["a", "b"])]:
        plan = plans.plan("{ t { x } }", labels=labels)
        assert [f.subgraph for f in _fetches(plan.node)] == expected


def test_introspection_needs_no_fetch() -> None:
    plan = planner(FOLDER / "keys").plan("{ __typename s: __schema { queryType { name } } }")
    assert plan.node is None
    typename, schema = plan.shape.root.fields
    assert isinstance(typename.value, TypenameShape)
    assert isinstance(schema.value, RawShape)
    assert (schema.key, schema.source) == ("s", "s")


def test_dependencies_are_exact() -> None:
    """The tree may wait for a whole group; `depends_on` names only what is needed."""
    plan = planner(FOLDER / "requires").plan("{ patents { title value average grade } }")
    fetches = {f.id: f for f in _fetches(plan.node)}
    assert fetches[0].depends_on == ()
    for fetch in fetches.values():
        assert all(other < fetch.id for other in fetch.depends_on)
    grade = next(f for f in fetches.values() if f.subgraph == "rating")
    assert [fetches[i].subgraph for i in grade.depends_on] == ["appraisal"]


def test_shape_of_conflicting_keys() -> None:
    plan = planner(FOLDER / "abstract").plan(
        "{ search { ... on Patent { code } ... on Standard { code } } }"
    )
    items = plan.shape.root.fields[0].value
    assert isinstance(items, ListShape)
    shape = _object(items.item)
    assert shape.types == ("Course", "Patent", "Standard")
    assert [(f.key, f.source, f.types) for f in shape.fields] == [
        ("code", "code", ("Patent",)),
        ("code", "code_1", ("Standard",)),
    ]


def test_calls_are_named_after_the_operation() -> None:
    plan = planner(FOLDER / "keys").plan("query Value { patent(applicationNumber: 1) { value } }")
    names = [f.operation_name for f in _fetches(plan.node)]
    assert names == ["Value__registry__0", "Value__archive__1", "Value__valuation__2"]


def test_names_of_the_client_cannot_clash() -> None:
    """Variables called like the engine's own, and an alias called like a needed member."""
    plan = planner(FOLDER / "requires").plan(
        "query ($representations: String!, $_r0: String!) "
        "{ patents { __typename: title id: title a: fee(currency: $representations) "
        "b: fee(currency: $_r0) method } }"
    )
    root, entity = _fetches(plan.node)
    assert isinstance(root, Fetch)
    assert "__typename __typename_1:title id:title" in root.operation
    assert "id_1:id" in root.operation
    assert isinstance(entity, BatchFetch)
    assert [e.variable for e in entity.entities] == ["__r0"]
    assert entity.operation.startswith("query($__r0:[_Any!]!){_e0:_entities(representations:$__r0)")


def test_explain_shows_choice_and_rest() -> None:
    text = planner(FOLDER / "shared").explain('{ own region(code: "3205") { name } }')
    assert text == (
        "alpha → own  (1 call, 1 in a row)\n"
        "alpha → region  (1 call, 1 in a row)\n"
        "    with all of { name }\n"
        "    not: beta → region  (1 call, 1 in a row)"
    )
    mutation = planner(FOLDER / "mutations").explain("mutation { a: count book(amount: 1) }")
    assert mutation.splitlines() == [
        "trading → a: count  (1 call, 1 in a row)",
        "ledger → book  (1 call, 1 in a row)",
    ]


@needs_shared
def test_journeys_need_no_more_fetches_than_listed() -> None:
    data = SHARED / "data"
    sources = [
        SubgraphSource(p.stem, "", p.read_text("utf-8")) for p in (data / "sdl").glob("*.graphql")
    ]
    composed = compose(sources)
    assert isinstance(composed, Composed)
    plans = Planner(composed.supergraph_sdl)
    listed = json.loads((data / "queries" / "query_plans.json").read_text("utf-8"))
    assert listed
    for item in listed:
        text = (data / "queries" / item["file"]).read_text("utf-8")
        plan = plans.plan(text, item["operation"])
        assert plan.node is not None
        assert plan_size(plan.node)[0] <= item["fetches"], item["operation"]
        assert {f.subgraph for f in _fetches(plan.node)} <= set(item["subgraphs"])
