"""What the client reads when a subgraph fails, lies or hides: codes, paths, nulls."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from graphql import build_schema

from federation.errors import SubgraphError
from federation.execution.context import Answer, ErrorPolicy
from federation.execution.errors import MASKED
from federation.execution.transport import SubgraphResponse
from federation.plan.nodes import BatchFetch, EntityBatch, Parallel, PlanNode, RenameKey, Sequence
from federation.plan.shape import FieldShape, LeafShape, ObjectShape, ResponseShape
from tests.federation.execution.plans import (
    ScriptedTransport,
    answering,
    by_key,
    compiled,
    entities,
    failed,
    key,
    path,
    root,
    run,
    selected,
    shape_of,
)

SCHEMA = build_schema(
    """
    type Query { users: [User] people: [User!]! user: User strict: User! hue: Hue }
    type User { id: ID! name: String city: City must: String! friends: [User!] n: Int }
    type City { id: ID! name: String! }
    enum Hue { RED GREEN }
    """
)
# The client's aliases and what the data calls them.
ALIASES = {
    "all": "users", "u": "users", "called": "name", "n": "name", "mine": "user", "town": "city",
    "label": "name", "f": "friends", "nn": "name", "s": "strict", "m": "must",
}  # fmt: skip
USERS = Sequence((
    root(0, "a", "users { __typename id }"),
    entities(1, "b", "users.@", key("User"), "name must city { name }"),
))  # fmt: skip


def users(*ids: str) -> dict[str, Any]:
    return {"users": [{"__typename": "User", "id": id_} for id_ in ids]}


def errors_of(answer: Answer) -> list[tuple[str, list[Any] | None]]:
    return [(error["extensions"]["code"], error.get("path")) for error in answer.errors]


async def ask(node: PlanNode, query: str, a: Any, b: Any = None, **more: Any) -> Answer:
    transports = {
        name: one if isinstance(one, ScriptedTransport) else answering(one)
        for name, one in (("a", a), ("b", b))
    }
    return await run(compiled(node, shape_of(SCHEMA, query, ALIASES)), transports, **more)


@pytest.mark.parametrize(
    "code", ["SUBREQUEST_HTTP_ERROR", "SUBREQUEST_MALFORMED_RESPONSE", "GATEWAY_TIMEOUT"]
)
async def test_a_failed_fetch_costs_its_own_fields(code: str) -> None:
    answer = await ask(USERS, "{all: users{id called: name}}", users("1", "2"), failed("b", code))
    assert answer.data == {"all": [{"id": "1", "called": None}, {"id": "2", "called": None}]}
    assert answer.errors == (
        {"message": "no answer", "path": ["all"], "extensions": {"code": code, "service": "b"}},
    )


async def test_a_failed_fetch_for_one_object_has_its_exact_path() -> None:
    answer = await ask(USERS, "{users{id n: name}}", users("1"), failed("b"))
    assert errors_of(answer) == [("SUBREQUEST_HTTP_ERROR", ["users", 0, "n"])]


async def test_nulls_that_a_failed_fetch_explains_get_no_error_of_their_own() -> None:
    answer = await ask(USERS, "{users{id must}}", users("1", "2"), failed("b"))
    assert answer.data == {"users": [None, None]}
    assert errors_of(answer) == [("SUBREQUEST_HTTP_ERROR", ["users"])]


async def test_a_failed_root_fetch_leaves_the_other_ones_answer() -> None:
    node = Parallel((root(0, "a", "users { id }"), root(1, "b", "user { id }")))
    answer = await ask(node, "{mine: user{id} users{id}}", users("1"), failed("b"))
    assert answer.data == {"mine": None, "users": [{"id": "1"}]}
    assert errors_of(answer) == [("SUBREQUEST_HTTP_ERROR", ["mine"])]


async def test_a_failed_root_fetch_of_a_required_field_nulls_everything() -> None:
    node = Parallel((root(0, "a", "users { id }"), root(1, "b", "strict { id }")))
    answer = await ask(node, "{strict{id} users{id}}", users("1"), failed("b"))
    assert answer.data is None
    assert errors_of(answer) == [("SUBREQUEST_HTTP_ERROR", ["strict"])]


async def test_the_status_of_a_failed_call_is_told() -> None:
    error = SubgraphError("bad", subgraph="a", status=503)
    answer = await ask(root(0, "a", "user { id }"), "{user{id}}", error)
    assert answer.errors[0]["extensions"] == {
        "http": {"status": 503}, "code": "SUBREQUEST_HTTP_ERROR", "service": "a",
    }  # fmt: skip


async def test_an_unexpected_exception_of_a_transport_is_masked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await ask(root(0, "a", "user { id }"), "{user{id}}", KeyError("secret"))
    assert answer.data == {"user": None}
    assert "secret" not in answer.body.decode()
    assert "the transport of subgraph a failed" in caplog.text


async def test_a_subgraph_nobody_set_up() -> None:
    plan = compiled(root(0, "gone", "user { id }"), shape_of(SCHEMA, "{user{id}}"))
    answer = await run(plan, {})
    assert errors_of(answer) == [("SUBREQUEST_HTTP_ERROR", ["user"])]


async def test_after_the_deadline_nothing_is_asked() -> None:
    transport = answering()
    answer = await ask(root(0, "a", "user { id }"), "{user{id}}", transport, deadline=0.0)
    assert transport.requests == []
    assert errors_of(answer) == [("GATEWAY_TIMEOUT", ["user"])]


async def test_an_entitys_error_goes_to_every_place_it_was_used() -> None:
    reported = {
        "message": "no name",
        "path": ["_entities", 1, "city", "name"],
        "locations": [{"line": 1, "column": 1}],
        "extensions": {"code": "NOT_FOUND", "hint": "x", "exception": {"stack": "at …"}},
    }
    response = SubgraphResponse(
        {"_entities": [{"city": {"name": "c"}}, {"city": None}]}, (reported,)
    )
    answer = await ask(
        USERS, "{u: users{town: city{label: name} city{name}}}", users("1", "2", "2"), response
    )
    assert answer.data["u"][1] == {"town": None, "city": None}
    extensions = {"hint": "x", "code": "NOT_FOUND", "service": "b"}
    assert list(answer.errors) == [
        {"message": "no name", "path": ["u", index, *rest], "extensions": extensions}
        for index in (1, 2)
        for rest in (["town", "label"], ["city", "name"])
    ]


async def test_errors_of_a_batch_fetch_find_their_own_part() -> None:
    batch = BatchFetch(
        1, "b", "…",
        (EntityBatch("x", "rx", (path("user"),), (key("User"),), selected("name")),
         EntityBatch("y", "ry", (path("users.@"), path("people.@")), (key("User"),),
                     selected("must"))),
        depends_on=(0,),
    )  # fmt: skip
    user = {"__typename": "User", "id": "1"}
    data = {"user": dict(user), "users": [dict(user)], "people": [dict(user, id="2"), dict(user)]}
    response = SubgraphResponse(
        {"x": [None], "y": [{"must": None}, {"must": "m"}]},
        ({"message": "e", "path": ["y", 0, "must"]},),
    )
    answer = await ask(
        Sequence((root(0, "a", "user { id } users { id } people { id }"), batch)),
        "{user{name} users{must} people{id must}}", data, response,
    )  # fmt: skip
    assert answer.data is None
    assert errors_of(answer) == [
        ("DOWNSTREAM_SERVICE_ERROR", ["users", 0, "must"]),
        ("DOWNSTREAM_SERVICE_ERROR", ["people", 1, "must"]),
    ]


async def test_a_root_fetchs_error_path_is_the_clients() -> None:
    response = SubgraphResponse(
        {"users": [{"__typename": "User", "id": "1", "friends": [{"name_0": None}]}]},
        ({"message": "e", "path": ["users", 0, "friends", 0, "name_0"]},),
    )
    rewrites = (RenameKey(path("users.@.friends.@.name_0"), "name"),)
    node = root(
        0, "a", "users { __typename id friends { name_0: name } }", output_rewrites=rewrites
    )
    answer = await ask(node, "{u: users{f: friends{nn: name}}}", response)
    assert answer.errors[0]["path"] == ["u", 0, "f", 0, "nn"]


@pytest.mark.parametrize(
    "path_", [None, [], "users", ["nowhere"], [0], ["users", "x"], [None], {"a": 1}]
)
async def test_an_error_without_a_usable_path_goes_to_what_is_missing(path_: Any) -> None:
    response = SubgraphResponse(None, ({"message": "e", "path": path_},))
    answer = await ask(root(0, "a", "strict { id }"), "{s: strict{id}}", response)
    assert answer.data is None
    [(code, where)] = errors_of(answer)
    assert code == "DOWNSTREAM_SERVICE_ERROR"
    assert where == ["s"]


@pytest.mark.parametrize("index", [-1, 2, "0", None, True, 1.0])
async def test_an_entity_error_with_a_wrong_index(index: Any) -> None:
    response = SubgraphResponse(
        {"_entities": [None, None]}, ({"message": "e", "path": ["_entities", index]},)
    )
    answer = await ask(USERS, "{users{name}}", users("1", "2"), response)
    assert errors_of(answer) == [("DOWNSTREAM_SERVICE_ERROR", ["users"])]


async def test_messages_are_masked_unless_allowed() -> None:
    error = {"message": "password=1", "extensions": {"code": "DENIED", "query": "select"}}
    response = SubgraphResponse({"user": None}, (error,))
    node, query = root(0, "a", "user { id }"), "{user{id}}"
    for policy in (ErrorPolicy(), ErrorPolicy(include=True, subgraphs={"a": False})):
        answer = await ask(node, query, response, errors=policy)
        assert answer.errors == (
            {"message": MASKED, "path": ["user"], "extensions": {"code": "DENIED", "service": "a"}},
        )
    answer = await ask(node, query, response, errors=ErrorPolicy(subgraphs={"a": True}))
    assert answer.errors[0]["message"] == "password=1"


async def test_the_number_of_errors_is_bounded() -> None:
    many = tuple({"message": str(n), "path": ["users", n]} for n in range(50))
    response = SubgraphResponse({"users": [None] * 50}, many)
    answer = await ask(
        root(0, "a", "users { id }"), "{users{id}}", response,
        errors=ErrorPolicy(include=True, max_errors=10),
    )  # fmt: skip
    assert len(answer.errors) == 11
    assert answer.errors[-1]["message"] == "40 more errors are not listed."


@pytest.mark.parametrize(
    "answer_",
    [
        {"_entities": None}, {"_entities": []}, {"_entities": [{}, {}, {}]}, {"_entities": {}},
        {"_entities": "ab"}, {}, [], "x", 5, {"_entities": [1, "x"]},
    ],
)  # fmt: skip
async def test_malformed_entities(answer_: Any) -> None:
    answer = await ask(USERS, "{users{id name}}", users("1", "2"), answer_)
    assert answer.data == {"users": [{"id": "1", "name": None}, {"id": "2", "name": None}]}
    assert errors_of(answer) == [("SUBREQUEST_MALFORMED_RESPONSE", ["users"])]


@pytest.mark.parametrize("answer_", [None, [], "x", 5, True])
async def test_malformed_root(answer_: Any) -> None:
    answer = await ask(root(0, "a", "user { id }"), "{user{id}}", SubgraphResponse(answer_))
    assert answer.data == {"user": None}
    assert errors_of(answer) == [("SUBREQUEST_MALFORMED_RESPONSE", ["user"])]


async def test_null_entities_with_an_error_are_not_malformed() -> None:
    response = SubgraphResponse({"_entities": None}, ({"message": "e", "path": ["_entities"]},))
    answer = await ask(USERS, "{users{name}}", users("1"), response)
    assert errors_of(answer) == [("DOWNSTREAM_SERVICE_ERROR", ["users", 0, "name"])]


@pytest.mark.parametrize(
    ("query", "data", "expected", "where"),
    [
        ("{users{must}}", {"users": [{"must": None}, {"must": "x"}]},
         {"users": [None, {"must": "x"}]}, ["users", 0, "must"]),
        ("{users{m: must}}", {"users": [{}]}, {"users": [None]}, ["users", 0, "m"]),
        ("{people{id}}", {"people": [{"id": "1"}, None]}, None, ["people", 1]),
        ("{people{id}}", {"people": None}, None, ["people"]),
        ("{user{friends{id}}}", {"user": {"friends": [{"id": "1"}, {"id": None}]}},
         {"user": {"friends": None}}, ["user", "friends", 1, "id"]),
        ("{user{city{name}}}", {"user": {"city": {}}}, {"user": {"city": None}},
         ["user", "city", "name"]),
        ("{strict{must}}", {"strict": {"must": None}}, None, ["strict", "must"]),
    ],
)  # fmt: skip
async def test_nulls_propagate_to_the_nearest_nullable_parent(
    query: str, data: Any, expected: Any, where: list[Any]
) -> None:
    node = root(0, "a", "users { must } people { id } user { friends { id } } strict { must }")
    answer = await ask(node, query, data)
    assert answer.data == expected
    [error] = answer.errors
    assert error["path"] == where
    assert error["message"].startswith("Cannot return null for non-nullable field ")
    assert error["extensions"] == {"code": "RESPONSE_VALIDATION_FAILED"}


async def test_the_message_names_the_field() -> None:
    node = root(0, "a", "user { must }")
    answer = await ask(node, "{user{must}}", {"user": {"must": None}})
    expected = "Cannot return null for non-nullable field User.must."
    assert answer.errors[0]["message"] == expected


@pytest.mark.parametrize(
    ("scalar", "value", "result"),
    [
        ("Int", 5, 5), ("Int", -(2**31), -(2**31)), ("Int", 3.0, 3), ("Int", 2**31, None),
        ("Int", 3.5, None), ("Int", "3", None), ("Int", True, None), ("Int", [], None),
        ("Float", 1.5, 1.5), ("Float", 2, 2), ("Float", "1.5", None), ("Float", False, None),
        ("String", "é", "é"), ("String", "", ""), ("String", 1, None), ("String", {}, None),
        ("ID", "x", "x"), ("ID", 2**70, str(2**70)), ("ID", True, None), ("ID", 1.5, None),
        ("Boolean", True, True), ("Boolean", 0, None), ("Boolean", "true", None),
        ("Custom", {"a": [2**70]}, {"a": [2**70]}), ("Custom", 0, 0), ("Custom", "x", "x"),
        ("Hue", "RED", "RED"), ("Hue", "BLUE", None), ("Hue", 1, None), ("Hue", [], None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("nullable", [True, False])
async def test_leaf_values_are_checked(
    scalar: str, value: Any, result: Any, nullable: bool
) -> None:
    leaf = LeafShape(scalar, ("RED", "GREEN") if scalar == "Hue" else None)
    member = FieldShape("v", "v", leaf, nullable, parent="Query", field="v")
    plan = compiled(root(0, "a", "v"), ResponseShape(ObjectShape(("Query",), (member,), "Query")))
    answer = await run(plan, {"a": answering({"v": value})})
    if result is not None:
        assert answer.data == {"v": result}
        assert type(answer.data["v"]) is type(result)
        assert answer.errors == ()
    else:
        assert answer.data == ({"v": None} if nullable else None)
        assert errors_of(answer) == [("RESPONSE_VALIDATION_FAILED", ["v"])]
        message = f"The value of Query.v is not a valid {scalar}."
        assert answer.errors[0]["message"] == message


@pytest.mark.parametrize("wrong", [{}, "x", 5, True, {"0": {}}])
async def test_a_list_that_is_none(wrong: Any) -> None:
    answer = await ask(root(0, "a", "users { id }"), "{users{id}}", {"users": wrong})
    assert answer.data == {"users": None}
    assert answer.errors[0]["message"] == "Query.users must be a list."


@pytest.mark.parametrize("wrong", [[], "x", 5, False])
async def test_an_object_that_is_none(wrong: Any) -> None:
    answer = await ask(root(0, "a", "user { id }"), "{user{id}}", {"user": wrong})
    assert answer.data == {"user": None}
    assert answer.errors[0]["message"] == "Query.user must be an object."


@pytest.mark.parametrize("typename", ["City", "Hidden", 5, ["User"]])
async def test_an_object_of_another_type(typename: Any) -> None:
    data = {"user": {"__typename": typename, "id": "1"}}
    answer = await ask(root(0, "a", "user { __typename id }"), "{user{id}}", data)
    assert answer.data == {"user": None}
    assert errors_of(answer) == [("RESPONSE_VALIDATION_FAILED", ["user"])]


async def test_errors_come_in_the_order_of_the_plan() -> None:
    node = Parallel((root(0, "a", "user { id }"), root(1, "b", "users { id }")))
    answer = await ask(node, "{users{id} user{id}}", failed("a"), failed("b"))
    assert [error["extensions"]["service"] for error in answer.errors] == ["a", "b"]


async def test_a_bug_is_masked_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def get(self, _: str) -> Any:
            raise RuntimeError("secret detail")

    plan = compiled(root(0, "a", "user { id }"), shape_of(SCHEMA, "{user{id}}"))
    with caplog.at_level(logging.ERROR):
        answer = await run(plan, Broken())  # type: ignore[arg-type]
    assert answer.body == (
        b'{"data":null,"errors":[{"message":"Internal server error.",'
        b'"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}'
    )
    assert "secret detail" in caplog.text


async def test_an_error_below_a_place_the_client_cannot_see() -> None:
    """The fetch asked for a key member only the planner wanted."""
    response = SubgraphResponse(
        {"user": {"__typename": "User", "id": None, "name": "n"}},
        ({"message": "e", "path": ["user", "id"]},),
    )
    node = Sequence((root(0, "a", "user { __typename id name }"),
                     entities(1, "b", "user", key("User"), "must")))  # fmt: skip
    answer = await ask(node, "{user{name must}}", response, by_key({}))
    assert answer.data == {"user": None}
    assert errors_of(answer) == [("DOWNSTREAM_SERVICE_ERROR", ["user"])]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value", [nested(300), nested(900), "\ud800", {"x": "\udfff"}, {1: 2}, object(), {"a": {1}}]
)
async def test_a_value_that_cannot_be_written_costs_its_own_field(value: Any) -> None:
    fields = tuple(
        FieldShape(name, name, LeafShape(scalar), True, parent="Query", field=name)
        for name, scalar in (("a", "Any"), ("b", "String"), ("c", "Any"))
    )
    plan = compiled(root(0, "a", "a b c"), ResponseShape(ObjectShape(("Query",), fields, "Query")))
    text = value if isinstance(value, str) else "t"
    answer = await run(plan, {"a": answering({"a": value, "b": text, "c": nested(20)})})
    assert answer.data["a"] is None
    assert answer.data["c"] == nested(20)
    assert {code for code, _ in errors_of(answer)} == {"RESPONSE_VALIDATION_FAILED"}


@pytest.mark.parametrize("depth", [300, 980])
async def test_a_key_that_cannot_be_sent_costs_its_own_fetch(depth: int) -> None:
    data = {"users": [{"__typename": "User", "id": nested(depth)}]}
    answer = await ask(USERS, "{users{name}}", data, by_key({}))
    assert answer.data == {"users": [{"name": None}]}
    assert [code for code, _ in errors_of(answer)] == ["SUBREQUEST_MALFORMED_RESPONSE"]


async def test_errors_that_cannot_be_written_are_told_without_it() -> None:
    error = {
        "message": "\ud800",
        "path": ["user"],
        "extensions": {"deep": nested(300), "\udc00": 1, "fine": 2, "code": "\ud800"},
    }
    response = SubgraphResponse({"user": None}, (error,))
    answer = await ask(root(0, "a", "user { id }"), "{user{id}}", response)
    [told] = answer.errors
    assert told["extensions"] == {"fine": 2, "code": "DOWNSTREAM_SERVICE_ERROR", "service": "a"}
    assert "readable" in told["message"]
