"""The compiled executor against the naive one: random entities, regular and not."""

from __future__ import annotations

import json
import zlib
from typing import Any

from graphql import build_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.execution.executor import compile_plan
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.plan.nodes import (
    BatchFetch,
    Condition,
    EntityBatch,
    OperationKind,
    Parallel,
    QueryPlan,
    Representation,
    Sequence,
)
from tests.federation.execution import naive
from tests.federation.execution.plans import (
    ScriptedTransport,
    entities,
    key,
    path,
    required,
    root,
    run,
    selected,
    shape_of,
)

SCHEMA = build_schema(
    """
    type Query { users: [User] top: Item }
    type User { id: ID! name: String! age: Int item: Item likes: [Item!] city: City best: Thing }
    type City { id: ID name: String size: Int }
    type Item { upc: ID! label: String price: Float parts: [Item] }
    union Thing = User | Item
    """
)
PRODUCT = key("Item", "upc")
PRICED = Representation(("Item",), required("upc") + required("label", nullable=True))
PLAN = QueryPlan(
    OperationKind.QUERY,
    Sequence((
        Parallel((
            root(0, "users", "users { __typename id item { __typename upc }"
                             " likes { __typename upc } city { id } best { __typename id upc } }"),
            root(1, "items", "top { __typename upc label parts { __typename upc } }"),
        )),
        Parallel((
            entities(2, "names", "users.@", key("User"), "name city { name } likes_0 { upc }"),
            BatchFetch(
                3, "labels", "…",
                (EntityBatch("a", "ra", (path("users.@.item"), path("users.@.likes.@"),
                                         path("top.parts.@")), (PRODUCT,), selected("label")),
                 EntityBatch("b", "rb", (path("users.@.best"),), (key("User"), PRODUCT),
                             selected("... on User { name age } ... on Item { label }"))),
                depends_on=(0, 1),
            ),
        )),
        Condition("c", Parallel((
            entities(4, "prices", "users.@.item", PRICED, "price", (3,)),
            entities(5, "prices", "users.@.likes.@", PRICED, "price parts { upc }", (3,)),
            entities(6, "sizes", "users.@", key("User"), "city { size } age", (2,)),
        )), None),
    )),
    shape_of(
        SCHEMA,
        """query($c: Boolean!) {
          users { id name age @include(if: $c) item { upc label price } city { id name size }
                  likes { upc label price parts { upc } }
                  best { __typename ... on User { name age } ... on Item { label } } }
          top { label parts { upc label } }
        }""",
    ),
)  # fmt: skip
COMPILED = compile_plan(PLAN)

KEYS = st.sampled_from(["1", "2", "3", 1, None])
LIES = st.sampled_from([0, 1.5, True, [], {}, "x", [None], {"__typename": "X"}, 2**70])


def mixed(regular: st.SearchStrategy[Any], lies: bool) -> st.SearchStrategy[Any]:
    return regular | st.none() | LIES if lies else regular | st.none()


def full(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(members)


@st.composite
def full_worlds(draw: st.DrawFn) -> tuple[Any, Any, dict[str, list[Any]]]:
    """Regular objects everywhere; of the entities some lie, so that what depends on them is lost.

    In worlds of arbitrary data hardly any object gets as far as the last calls.
    """
    upcs = st.sampled_from(["1", "2", "3", "4", "5"])
    item = full(__typename=st.just("Item"), upc=upcs)
    likes = st.lists(item, min_size=1, max_size=3)
    best = full(__typename=st.just("Item"), upc=upcs)
    city = full(id=upcs)
    user = full(__typename=st.just("User"), id=upcs, item=item, likes=likes, city=city, best=best)
    top = full(__typename=st.just("Item"), upc=upcs, label=st.just("t"), parts=likes)
    entity = records(
        False, name=st.sampled_from("ab"), label=st.sampled_from("kl"), age=st.integers(0, 9),
        price=st.floats(0, 9), parts=likes,
    )  # fmt: skip
    pools = {
        name: draw(st.lists(mixed(entity, True), min_size=4, max_size=6))
        for name in ("names", "labels", "prices", "sizes")
    }
    users = draw(st.lists(user, min_size=1, max_size=3))
    return {"users": users}, {"top": draw(top)}, pools


def records(lies: bool, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional={k: mixed(v, lies) for k, v in members.items()})


def item(lies: bool) -> st.SearchStrategy[Any]:
    return records(lies, __typename=st.just("Item"), upc=KEYS)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Any, Any, dict[str, list[Any]]]:
    """Answers of the two root fetches, and for each subgraph entities to choose from."""
    lies = draw(st.booleans())
    city = records(lies, id=KEYS, name=st.just("c"), size=st.integers(0, 3))
    best = item(lies) | records(lies, __typename=st.just("User"), id=KEYS)
    user = records(
        lies, __typename=st.just("User"), id=KEYS, item=item(lies),
        likes=st.lists(mixed(item(lies), lies), max_size=3), city=city, best=best,
    )  # fmt: skip
    users = draw(records(lies, users=st.lists(mixed(user, lies), max_size=4)))
    top = records(lies, __typename=st.just("Item"), upc=KEYS, label=st.just("t"),
                  parts=st.lists(mixed(item(lies), lies), max_size=3))  # fmt: skip
    entity = records(
        lies, name=st.sampled_from("ab"), label=st.sampled_from("kl"), age=st.integers(0, 9),
        price=st.floats(0, 9), city=city, parts=st.lists(item(lies), max_size=2), id=KEYS,
    )  # fmt: skip
    pools = {
        name: draw(st.lists(mixed(entity, lies), min_size=1, max_size=6))
        for name in ("names", "labels", "prices", "sizes")
    }
    return users, draw(records(lies, top=top)), pools


def chosen(pools: dict[str, list[Any]], subgraph: str, representation: Any) -> Any:
    """Return the subgraph's entity: any of its pool, but always the same one."""
    text = json.dumps(representation)
    return pools[subgraph][zlib.crc32(text.encode()) % len(pools[subgraph])]


@given(worlds() | full_worlds(), st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
async def test_same_data_as_the_naive_executor(world: Any, condition: bool, shared: bool) -> None:
    users, top, pools = world

    def subgraphs(subgraph: str, representation: Any) -> Any:
        if representation is None:
            return users if subgraph == "users" else top
        return chosen(pools, subgraph, representation)

    def script(request: SubgraphRequest) -> Any:
        if request.subgraph in ("users", "items"):
            data = users if request.subgraph == "users" else top
        else:
            names = {"representations": "_entities", "ra": "a", "rb": "b"}
            data = {
                names[variable]: [chosen(pools, request.subgraph, one) for one in representations]
                for variable, representations in request.variables.items()
            }
        # A tree of its own for each call, unless it says that it is shared.
        return SubgraphResponse(data if shared else json.loads(json.dumps(data)), shared=shared)

    before = json.dumps(world)
    expected = naive.execute(PLAN, subgraphs, {"c": condition})
    transports = {
        name: ScriptedTransport(script)
        for name in ("users", "items", "names", "labels", "prices", "sizes")
    }
    answer = await run(COMPILED, transports, {"c": condition})
    codes = {error["extensions"]["code"] for error in answer.errors}
    assert "INTERNAL_SERVER_ERROR" not in codes
    assert answer.data == expected
    for transport in transports.values():
        for request in transport.requests:
            for representations in request.variables.values():
                texts = [json.dumps(one) for one in representations]
                assert len(set(texts)) == len(texts)
    if shared:
        assert json.dumps(world) == before
