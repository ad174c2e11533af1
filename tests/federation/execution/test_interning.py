"""Objects that repeat, also those that hold others: one object stands for all of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from graphql import build_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.execution.executor import compile_plan
from federation.execution.runtime import Walks
from federation.execution.single_flight import SingleFlight
from federation.execution.transport import SubgraphRequest
from federation.plan.nodes import OperationKind, QueryPlan, Sequence
from tests.federation.execution import naive
from tests.federation.execution.plans import (
    ScriptedTransport,
    answering,
    entities,
    key,
    root,
    run,
    shape_of,
)

SCHEMA = build_schema(
    """
    type Query { users: [User] first: User }
    type User { id: ID! name: String reviews: [Review!] }
    type Review { id: ID! text: String author: Author item: Item }
    type Author { id: ID! label: String likes: [Item] best: Item }
    type Item { upc: ID! price: Int }
    """
)
ITEM = "{ __typename upc }"
AUTHOR = f"{{ __typename id likes {ITEM} best {ITEM} }}"
REVIEW = f"{{ id text author {AUTHOR} item {ITEM} }}"
PLAN = QueryPlan(
    OperationKind.QUERY,
    Sequence((
        root(0, "users", "users { __typename id }"),
        entities(1, "reviews", "users.@", key("User"), f"reviews {REVIEW}"),
        entities(2, "authors", "users.@.reviews.@.author", key("Author"), "label", (1,)),
        entities(3, "prices", "users.@.reviews.@.author.likes.@", key("Item", "upc"), "price",
                 (1,)),
        entities(4, "prices", "users.@.reviews.@.author.best", key("Item", "upc"), "price", (1,)),
        entities(5, "prices", "users.@.reviews.@.item", key("Item", "upc"), "price", (1,)),
    )),
    shape_of(SCHEMA, """{ users { id reviews { id text
        author { id label likes { upc price } best { upc price } } item { price upc } } } }"""),
)  # fmt: skip
COMPILED = compile_plan(PLAN)

FEW = st.sampled_from(["1", "2"])
ITEMS = st.fixed_dictionaries({"__typename": st.just("Item"), "upc": FEW})
# What a subgraph may also say: nothing, too much, something else, or another type of number.
ODD = st.sampled_from([
    None, 7, "x", [], {"__typename": "Item"}, {"__typename": "Item", "upc": "1", "more": 1},
    {"__typename": "Item", "upc": 1}, {"__typename": "Item", "upc": True},
    {"__typename": "Item", "upc": 1.0}, {"__typename": "Other", "upc": "1"},
])  # fmt: skip


def authors(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({
        "__typename": st.just("Author"), "id": FEW,
        "likes": st.lists(item, max_size=2) | st.none(), "best": item,
    })  # fmt: skip


def reviews(item: st.SearchStrategy[Any], author: st.SearchStrategy[Any]) -> Any:
    review = st.fixed_dictionaries(
        {"id": FEW, "text": st.sampled_from(["a", None]), "author": author, "item": item}
    )
    return st.fixed_dictionaries({"reviews": st.lists(review, max_size=6)})


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Any], dict[str, Any]]:
    """The users, and the reviews of each."""
    item = ITEMS | ODD if draw(st.booleans()) else ITEMS
    author = authors(item) | ODD if draw(st.booleans()) else authors(item)
    ids = draw(st.lists(st.sampled_from(["1", "2", "3"]), max_size=5))
    users = [{"__typename": "User", "id": one} for one in ids]
    return users, {one: draw(reviews(item, author)) for one in ("1", "2", "3")}


def subgraphs(world: Any) -> Callable[[str, Any], Any]:
    users, by_user = world

    def answer(subgraph: str, representation: Any) -> Any:
        if subgraph == "users":
            return {"users": users}
        if subgraph == "reviews":
            return by_user[representation["id"]]
        text = json.dumps(representation)
        return {"label": text} if subgraph == "authors" else {"price": len(text) + ord(text[-3])}

    return answer


def transports(world: Any) -> dict[str, ScriptedTransport]:
    answer = subgraphs(world)

    def script(request: SubgraphRequest) -> Any:
        given_ = request.variables.get("representations")
        data: Any = answer("users", None)
        if given_ is not None:
            data = {"_entities": [answer(request.subgraph, one) for one in given_]}
        return json.loads(json.dumps(data))

    return {name: ScriptedTransport(script) for name in ("users", "reviews", "authors", "prices")}


@given(worlds())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
async def test_same_data_as_the_naive_executor_alone_and_shared(world: Any) -> None:
    expected = naive.execute(PLAN, subgraphs(world), {})
    alone = await run(COMPILED, transports(world))
    assert alone.data == expected
    under = transports(world)
    shared: Any = {name: SingleFlight(transport) for name, transport in under.items()}
    answers = await asyncio.gather(*(run(COMPILED, shared) for _ in range(3)))
    assert {answer.body for answer in answers} == {alone.body}
    assert len(under["users"].requests) == 1


def review(number: str, author: str) -> dict[str, Any]:
    item = {"__typename": "Item", "upc": "1"}
    by = {"__typename": "Author", "id": author, "likes": [item, item], "best": item}
    return {"id": number, "text": "t", "author": by, "item": item}


async def test_equal_authors_are_asked_for_and_written_once() -> None:
    world = (
        [{"__typename": "User", "id": one} for one in "12"],
        {one: {"reviews": [review(number, "9") for number in "123"]} for one in "12"},
    )
    tree = json.loads(json.dumps({"_entities": list(world[1].values())}))
    plan = COMPILED.program
    prepare = plan.prepares[1]
    assert prepare is not None
    walks = Walks()
    prepare(tree, walks)
    found = {id(one["author"]) for entity in tree["_entities"] for one in entity["reviews"]}
    assert len(found) == 1
    assert found <= walks.repeated
    answer = await run(COMPILED, transports(world))
    assert answer.data == naive.execute(PLAN, subgraphs(world), {})


@pytest.mark.parametrize("other", [True, 1.0, "1"])
async def test_values_that_python_holds_for_equal_stay_apart(other: Any) -> None:
    likes = [{"__typename": "Item", "upc": one} for one in (1, other, 1)]
    author = {"__typename": "Author", "id": "1", "likes": likes, "best": None}
    entity = {"reviews": [{"id": "1", "text": None, "author": author, "item": None}] * 2}
    prices = ScriptedTransport(
        lambda request: {"_entities": [{"price": 1} for _ in request.variables["representations"]]}
    )
    await run(
        COMPILED,
        {
            "users": answering({"users": [{"__typename": "User", "id": "1"}]}),
            "reviews": answering(json.loads(json.dumps({"_entities": [entity]}))),
            "authors": answering({"_entities": [{"label": "l"}]}),
            "prices": prices,
        },
    )
    asked = [one["upc"] for call in prices.representations for one in call]
    assert [(type(one), one) for one in asked] == [(int, 1), (type(other), other)]
