"""Required values that are missing because something failed are never sent as null."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from federation.execution.context import Answer
from federation.execution.transport import SubgraphResponse
from federation.plan.nodes import (
    BatchFetch,
    EntityBatch,
    Parallel,
    PlanNode,
    RenameKey,
    Representation,
    RequiredField,
    Sequence,
)
from tests.federation.execution.plans import (
    ScriptedTransport,
    answering,
    by_key,
    compiled,
    entities,
    failed,
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
    type Query { items: [Item] item: Item }
    type Item { id: ID! weight: Int sizes: [Int] box: Box must: Int!
                estimate: Int tax: Int owner: Item parts: [Item] }
    type Box { id: ID! width: Int depth: Int }
    """
)
LOST = "REQUIRED_VALUE_UNAVAILABLE"
HTTP = "SUBREQUEST_HTTP_ERROR"


def needing(text: str, *, nullable: bool = True) -> Representation:
    return Representation(("Item",), (*required("id"), *required(text, nullable=nullable)))


WEIGHED = needing("weight")
ITEMS = root(0, "a", "items { __typename id }")
PLAN = Sequence((
    ITEMS,
    entities(1, "b", "items.@", key("Item"), "weight sizes box { width }"),
    entities(2, "c", "items.@", WEIGHED, "estimate", (1,)),
    entities(3, "d", "items.@", needing("estimate"), "tax", (2,)),
))  # fmt: skip


def items(*ids: str) -> dict[str, Any]:
    return {"items": [{"__typename": "Item", "id": id_} for id_ in ids]}


def estimates(*ids: str) -> ScriptedTransport:
    return by_key({id_: {"estimate": int(id_) * 10} for id_ in ids})


def errors_of(answer: Answer) -> list[tuple[str, list[Any] | None, str]]:
    return [
        (error["extensions"]["code"], error.get("path"), error["extensions"]["service"])
        for error in answer.errors
    ]


async def ask(node: PlanNode, query: str, **transports: Any) -> Answer:
    found = {
        name: one if isinstance(one, ScriptedTransport) else answering(one)
        for name, one in transports.items()
    }
    return await run(compiled(node, shape_of(SCHEMA, query)), found)


async def test_a_null_is_a_value() -> None:
    b = by_key({"1": {"weight": None}, "2": {"weight": 2}})
    c = estimates("1", "2")
    answer = await ask(PLAN, "{items{weight estimate}}", a=items("1", "2"), b=b, c=c, d=by_key({}))
    assert c.representations == [
        [
            {"__typename": "Item", "id": "1", "weight": None},
            {"__typename": "Item", "id": "2", "weight": 2},
        ]
    ]
    assert [item["estimate"] for item in answer.data["items"]] == [10, 20]
    assert answer.errors == ()


async def test_an_entity_its_subgraph_does_not_know_has_null_for_a_value() -> None:
    c = estimates("1")
    await ask(PLAN, "{items{weight estimate}}", a=items("1"), b=by_key({}), c=c, d=by_key({}))
    assert c.representations == [[{"__typename": "Item", "id": "1", "weight": None}]]


async def test_after_a_failed_call_nothing_is_asked() -> None:
    c, d = estimates("1", "2"), by_key({})
    answer = await ask(
        PLAN, "{items{weight estimate tax}}", a=items("1", "2"), b=failed("b"), c=c, d=d
    )
    assert (c.requests, d.requests) == ([], [])
    assert answer.data["items"] == [{"weight": None, "estimate": None, "tax": None}] * 2
    # The failed call's error stands above all of it.
    assert errors_of(answer) == [(HTTP, ["items"], "b")]


async def test_the_client_sees_why_although_it_did_not_ask_for_the_value() -> None:
    c, d = estimates("1", "2"), by_key({})
    answer = await ask(PLAN, "{items{id tax}}", a=items("1", "2"), b=failed("b"), c=c, d=d)
    assert answer.data["items"] == [{"id": "1", "tax": None}, {"id": "2", "tax": None}]
    assert errors_of(answer) == [(HTTP, None, "b"), (LOST, ["items"], "b")]
    assert "'b'" in answer.errors[1]["message"]


async def test_one_object_has_its_exact_path() -> None:
    node = Sequence((
        root(0, "a", "item { __typename id }"),
        entities(1, "b", "item", key("Item"), "weight"),
        entities(2, "c", "item", WEIGHED, "estimate", (1,)),
    ))  # fmt: skip
    a = {"item": {"__typename": "Item", "id": "1"}}
    answer = await ask(node, "{item{weight estimate}}", a=a, b=failed("b"), c=estimates("1"))
    assert errors_of(answer) == [
        (HTTP, ["item", "weight"], "b"),
        (LOST, ["item", "estimate"], "b"),
    ]


def reported(*path_: Any, code: str = "NO") -> dict[str, Any]:
    return {"message": "no", "path": list(path_), "extensions": {"code": code}}


async def test_an_error_at_one_value_costs_that_object_only() -> None:
    b = SubgraphResponse(
        {"_entities": [{"weight": 1}, {"weight": None}, {"weight": None}]},
        (reported("_entities", 1, "weight"),),
    )
    c = estimates("1", "2", "3")
    d = by_key({"1": {"tax": 1}, "3": {"tax": 3}})
    answer = await ask(PLAN, "{items{weight estimate tax}}", a=items("1", "2", "3"), b=b, c=c, d=d)
    assert c.representations == [
        [
            {"__typename": "Item", "id": "1", "weight": 1},
            {"__typename": "Item", "id": "3", "weight": None},
        ]
    ]
    assert [one["estimate"] for one in answer.data["items"]] == [10, None, 30]
    assert [one["id"] for (sent,) in [d.representations] for one in sent] == ["1", "3"]
    assert errors_of(answer) == [
        ("NO", ["items", 1, "weight"], "b"),
        (LOST, ["items", 1, "estimate"], "b"),
        # The reason goes on to what needs the computed value.
        (LOST, ["items", 1, "tax"], "b"),
    ]


async def test_an_entity_that_an_error_left_nothing_of() -> None:
    b = SubgraphResponse({"_entities": [None]}, (reported("_entities", 0, "must"),))
    node = Sequence((
        ITEMS,
        entities(1, "b", "items.@", key("Item"), "weight must"),
        entities(2, "c", "items.@", WEIGHED, "estimate", (1,)),
    ))  # fmt: skip
    c = estimates("1")
    answer = await ask(node, "{items{estimate}}", a=items("1"), b=b, c=c)
    assert c.requests == []
    # The error stands at the object, above what is missing.
    assert errors_of(answer) == [("NO", ["items", 0], "b")]


@pytest.mark.parametrize("where", [None, [], ["nowhere"], ["_entities", 7], "text", [1]])
async def test_where_an_error_belongs_nowhere_no_null_is_believed(where: Any) -> None:
    error = {"message": "no", "path": where}
    b = SubgraphResponse({"_entities": [{"weight": None}, {"weight": 2}]}, (error,))
    c = estimates("1", "2")
    answer = await ask(PLAN, "{items{weight estimate}}", a=items("1", "2"), b=b, c=c, d=by_key({}))
    assert c.representations == [[{"__typename": "Item", "id": "2", "weight": 2}]]
    assert [one["estimate"] for one in answer.data["items"]] == [None, 20]


async def test_equal_representations_one_known_and_one_lost() -> None:
    # Both have the same key and no weight; one truly, one because of an error.
    node = Sequence((
        root(0, "a", "items { __typename id parts { __typename id } }"),
        Parallel((
            entities(1, "b", "items.@", key("Item"), "weight"),
            entities(2, "e", "items.@.parts.@", key("Item"), "weight"),
        )),
        BatchFetch(
            3, "c", "…",
            (EntityBatch("x", "rx", (path("items.@"), path("items.@.parts.@")),
                         (WEIGHED,), selected("estimate")),),
            depends_on=(1, 2),
        ),
    ))  # fmt: skip
    a = {"items": [{"__typename": "Item", "id": "1", "parts": [{"__typename": "Item", "id": "1"}]}]}
    c = ScriptedTransport(lambda _: {"x": [{"estimate": 5}]})
    answer = await ask(
        node, "{items{estimate parts{estimate}}}",
        a=a, b=failed("b"), e=by_key({"1": {"weight": None}}), c=c,
    )  # fmt: skip
    assert [request.variables for request in c.requests] == [
        {"rx": [{"__typename": "Item", "id": "1", "weight": None}]}
    ]
    assert answer.data == {"items": [{"estimate": None, "parts": [{"estimate": 5}]}]}
    assert (LOST, ["items", 0, "estimate"], "b") in errors_of(answer)


NESTED = Representation(
    ("Item",),
    (*required("id"), RequiredField("box", "box", required("width depth", nullable=True), True)),
)


def boxes(first: tuple[int, ...] = (1,)) -> PlanNode:
    return Sequence((
        root(0, "a", "items { __typename id }"),
        Parallel((
            entities(1, "b", "items.@", key("Item"), "box { width }"),
            entities(2, "e", "items.@", key("Item"), "box { depth }"),
        )),
        entities(3, "c", "items.@", NESTED, "estimate", (1, 2)),
    ))  # fmt: skip


async def test_a_part_of_a_composite_value() -> None:
    b = by_key({"1": {"box": {"width": 1}}})
    c = estimates("1")
    answer = await ask(boxes(), "{items{estimate}}", a=items("1"), b=b, e=failed("e"), c=c)
    assert c.requests == []
    assert errors_of(answer) == [(HTTP, None, "e"), (LOST, ["items", 0, "estimate"], "e")]


async def test_an_error_inside_a_composite_value() -> None:
    b = by_key({"1": {"box": {"width": 1}}, "2": {"box": {"width": 1}}})
    e = SubgraphResponse(
        {"_entities": [{"box": {"depth": None}}, {"box": {"depth": None}}]},
        (reported("_entities", 0, "box", "depth"),),
    )
    c = estimates("1", "2")
    answer = await ask(boxes(), "{items{estimate}}", a=items("1", "2"), b=b, e=e, c=c)
    (sent,) = c.representations
    assert sent == [{"__typename": "Item", "id": "2", "box": {"width": 1, "depth": None}}]
    assert [one["estimate"] for one in answer.data["items"]] == [None, 20]


async def test_what_an_error_took_along_inside_an_object_of_another_step() -> None:
    # Must not be null, the depth: so it took the whole box of that answer along, and its id.
    needs = Representation(
        ("Item",),
        (*required("id"), RequiredField("box", "box", required("id", nullable=True), True)),
    )
    node = Sequence((
        ITEMS,
        Parallel((
            entities(1, "b", "items.@", key("Item"), "box { width }"),
            entities(2, "e", "items.@", key("Item"), "box { depth id }"),
        )),
        entities(3, "c", "items.@", needs, "estimate", (1, 2)),
    ))  # fmt: skip
    b = by_key({"1": {"box": {"width": 1}}, "2": {"box": {"width": 1}}})
    e = SubgraphResponse(
        {"_entities": [{"box": None}, {"box": {"depth": 1, "id": None}}]},
        (reported("_entities", 0, "box", "depth"),),
    )
    c = estimates("1", "2")
    answer = await ask(node, "{items{estimate}}", a=items("1", "2"), b=b, e=e, c=c)
    assert c.representations == [[{"__typename": "Item", "id": "2", "box": {"id": None}}]]
    assert [one["estimate"] for one in answer.data["items"]] == [None, 20]


async def test_an_item_of_a_list_value() -> None:
    node = Sequence((
        ITEMS,
        entities(1, "b", "items.@", key("Item"), "sizes"),
        entities(2, "c", "items.@", needing("sizes"), "estimate", (1,)),
    ))  # fmt: skip
    b = SubgraphResponse(
        {"_entities": [{"sizes": [1, None]}, {"sizes": [1, None]}]},
        (reported("_entities", 1, "sizes", 1),),
    )
    c = estimates("1", "2")
    answer = await ask(node, "{items{estimate}}", a=items("1", "2"), b=b, c=c)
    assert c.representations == [[{"__typename": "Item", "id": "1", "sizes": [1, None]}]]
    assert [one["estimate"] for one in answer.data["items"]] == [10, None]


async def test_a_value_that_another_step_brings_is_not_lost() -> None:
    node = Sequence((
        ITEMS,
        Parallel((
            entities(1, "b", "items.@", key("Item"), "weight"),
            entities(2, "e", "items.@", key("Item"), "weight"),
        )),
        entities(3, "c", "items.@", WEIGHED, "estimate", (1, 2)),
    ))  # fmt: skip
    e = by_key({"1": {"weight": 4}})
    answer = await ask(
        node, "{items{estimate}}", a=items("1"), b=failed("b"), e=e, c=estimates("1")
    )
    assert answer.data == {"items": [{"estimate": 10}]}


async def test_a_renamed_value() -> None:
    rename = RenameKey(path("w"), "weight")
    node = Sequence((
        ITEMS,
        entities(1, "b", "items.@", key("Item"), "w: weight", output_rewrites=(rename,)),
        entities(2, "c", "items.@", WEIGHED, "estimate", (1,)),
    ))  # fmt: skip
    b = SubgraphResponse(
        {"_entities": [{"w": None}, {"w": None}]}, (reported("_entities", 1, "w"),)
    )
    c = estimates("1", "2")
    await ask(node, "{items{estimate}}", a=items("1", "2"), b=b, c=c)
    assert c.representations == [[{"__typename": "Item", "id": "1", "weight": None}]]


async def test_a_key_that_could_not_be_had() -> None:
    node = Sequence((
        ITEMS,
        entities(1, "b", "items.@", key("Item"), "weight"),
        entities(2, "c", "items.@", Representation(("Item",), required("weight")), "tax", (1,)),
    ))  # fmt: skip
    answer = await ask(node, "{items{id tax}}", a=items("1"), b=failed("b"), c=by_key({}))
    assert answer.data == {"items": [{"id": "1", "tax": None}]}
    assert errors_of(answer) == [(HTTP, None, "b"), (LOST, ["items", 0, "tax"], "b")]


async def test_a_value_from_the_root() -> None:
    node = Sequence((
        root(0, "a", "items { __typename id weight }"),
        entities(1, "c", "items.@", WEIGHED, "estimate"),
    ))  # fmt: skip
    data = {"items": [{"__typename": "Item", "id": i, "weight": None} for i in ("1", "2")]}
    a = SubgraphResponse(data, (reported("items", 0, "weight"),))
    c = estimates("1", "2")
    answer = await ask(node, "{items{estimate}}", a=a, c=c)
    assert c.representations == [[{"__typename": "Item", "id": "2", "weight": None}]]
    assert [one["estimate"] for one in answer.data["items"]] == [None, 20]


async def test_a_malformed_entity_costs_itself_only() -> None:
    b = answering({"_entities": [{"weight": None}, 5, None]})
    c = estimates("1", "2", "3")
    answer = await ask(
        PLAN, "{items{weight estimate}}", a=items("1", "2", "3"), b=b, c=c, d=by_key({})
    )
    assert [one["id"] for (sent,) in [c.representations] for one in sent] == ["1", "3"]
    assert errors_of(answer) == [
        ("SUBREQUEST_MALFORMED_RESPONSE", ["items", 1, "weight"], "b"),
        (LOST, ["items", 1, "estimate"], "b"),
    ]


async def test_what_must_not_be_null_is_told_once() -> None:
    node = Sequence((
        ITEMS,
        entities(1, "b", "items.@", key("Item"), "weight"),
        entities(2, "c", "items.@", WEIGHED, "must", (1,)),
    ))  # fmt: skip
    answer = await ask(node, "{items{id must}}", a=items("1"), b=failed("b"), c=by_key({}))
    assert answer.data == {"items": [None]}
    assert errors_of(answer) == [(HTTP, None, "b"), (LOST, ["items", 0, "must"], "b")]
