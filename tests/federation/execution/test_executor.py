"""Plans by hand, subgraphs by script: which requests are made and what is answered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from graphql import build_schema

from federation.execution.transport import SubgraphResponse
from federation.plan.nodes import (
    BatchFetch,
    Condition,
    EntityBatch,
    OperationKind,
    Parallel,
    PathKey,
    PathList,
    RenameKey,
    Representation,
    RequiredField,
    RequiredFragment,
    Sequence,
    Subscription,
)
from federation.plan.shape import (
    FieldShape,
    LeafShape,
    ListShape,
    ObjectShape,
    RawShape,
    ResponseShape,
)
from tests.federation.execution.plans import (
    ScriptedTransport,
    answering,
    by_key,
    compiled,
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
    type Query { users: [User!] user: User media: [Media] }
    type Mutation { a: Int b: Int c: User }
    type Subscription { changed: User }
    type User { id: ID! name: String city: City friend: User score: Float tags: [String!] }
    type City { id: ID! name: String mayor: User size: Int }
    interface Media { id: ID! title: String }
    type Book implements Media { id: ID! title: String pages: Int }
    type Film implements Media { id: ID! title: String minutes: Int }
    """
)


async def test_root_fetch_alone_keeps_the_clients_order() -> None:
    transport = answering({"user": {"name": "Li", "id": 7}})
    plan = compiled(root(0, "a", "user { name id }"), shape_of(SCHEMA, "{user{id name}}"))
    answer = await run(plan, {"a": transport})
    assert answer.body == b'{"data":{"user":{"id":"7","name":"Li"}}}'
    assert transport.requests[0].body == b'{"query":"{ user { name id } }"}'


async def test_equal_representations_are_sent_once_in_order_of_appearance() -> None:
    users = [{"__typename": "User", "id": id_} for id_ in ("2", "1", "2", "3", "1")]
    names = by_key({"1": {"name": "one"}, "2": {"name": "two"}})
    plan = compiled(
        Sequence((root(0, "a", "users { __typename id }"),
                  entities(1, "b", "users.@", key("User"), "... on User { name }"))),
        shape_of(SCHEMA, "{users{id name}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering({"users": users}), "b": names})
    assert names.representations == [[{"__typename": "User", "id": id_} for id_ in "213"]]
    assert [user["name"] for user in answer.data["users"]] == ["two", "one", "two", None, "one"]
    assert answer.errors == ()


@pytest.mark.parametrize("broken", [{}, {"id": None}, None, 5, [], "x", {"__typename": "City"}])
async def test_an_object_without_its_key_makes_no_representation(broken: Any) -> None:
    good = {"__typename": "User", "id": "1"}
    transport = by_key({"1": {"name": "one"}})
    plan = compiled(
        Sequence((root(0, "a", "users { __typename id }"),
                  entities(1, "b", "users.@", key("User"), "name"))),
        shape_of(SCHEMA, "{users{name}}"),
    )  # fmt: skip
    await run(plan, {"a": answering({"users": [broken, good]}), "b": transport})
    assert transport.representations == [[{"__typename": "User", "id": "1"}]]


async def test_no_representation_no_call() -> None:
    transport = answering()
    plan = compiled(
        Sequence((root(0, "a", "users { __typename id }"),
                  entities(1, "b", "users.@", key("User"), "name"))),
        shape_of(SCHEMA, "{users{name}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering({"users": []}), "b": transport})
    assert answer.data == {"users": []}
    assert transport.requests == []


async def test_values_that_python_holds_for_equal_are_different_representations() -> None:
    users = [{"__typename": "User", "id": value} for value in (1, True, 1.0, "1", 1)]
    transport = ScriptedTransport(
        lambda request: {"_entities": [{"name": repr(one["id"])} for one in
                                       request.variables["representations"]]}
    )  # fmt: skip
    plan = compiled(
        Sequence((root(0, "a", "users { __typename id }"),
                  entities(1, "b", "users.@", key("User"), "name"))),
        shape_of(SCHEMA, "{users{name}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering({"users": users}), "b": transport})
    names = [user["name"] for user in answer.data["users"]]
    assert names == ["1", "True", "1.0", "'1'", "1"]


async def test_composite_keys_and_nested_requirements() -> None:
    cities = {"id": "9", "size": None}
    users = [
        {"__typename": "User", "id": "1", "where": dict(cities, mayors=[{"id": "a"}, None])},
        {"__typename": "User", "id": "1", "where": dict(cities, mayors=[{"id": "a"}, None])},
        {"__typename": "User", "id": "1", "where": dict(cities, mayors=[{"id": None}])},
        {"__typename": "User", "id": "1", "where": None},
    ]
    needs = Representation(
        ("User",),
        (
            *required("id"),
            RequiredField(
                "city",
                "where",
                (
                    *required("id"),
                    RequiredField("size", "size"),
                    RequiredField("mayors", "mayors", required("id")),
                ),
                nullable=False,
            ),
        ),
    )
    transport = ScriptedTransport(lambda _: {"_entities": [{"name": "n"}]})
    plan = compiled(
        Sequence((root(0, "a", "users { __typename id where { id size mayors { id } } }"),
                  entities(1, "b", "users.@", needs, "name"))),
        shape_of(SCHEMA, "{users{name}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering({"users": users}), "b": transport})
    [[sent]] = transport.representations
    city = {"id": "9", "size": None, "mayors": [{"id": "a"}, None]}
    assert sent == {"__typename": "User", "id": "1", "city": city}
    assert [user["name"] for user in answer.data["users"]] == ["n", "n", None, None]


async def test_types_choose_the_representation_and_its_name() -> None:
    media = [
        {"__typename": "Book", "id": "1", "isbn": "i"},
        {"__typename": "Film", "id": "2"},
        {"__typename": "Song", "id": "3"},
    ]
    book = Representation(("Book",), required("id isbn"), typename="Media")
    film = Representation(("Film",), (RequiredFragment("Film", ("Film",), required("id")),))
    transport = ScriptedTransport(
        lambda _: {"_entities": [{"__typename": "Media", "title": "b"},
                                 {"__typename": "Media", "title": "f"}]}
    )  # fmt: skip
    plan = compiled(
        Sequence((root(0, "a", "media { __typename id isbn }"),
                  entities(1, "b", "media.@", (book, film), "__typename title"))),
        shape_of(SCHEMA, "{media{__typename title}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering({"media": media[:2]}), "b": transport})
    assert transport.representations[0] == [
        {"__typename": "Media", "id": "1", "isbn": "i"},
        {"__typename": "Film", "id": "2"},
    ]
    assert answer.data["media"] == [
        {"__typename": "Book", "title": "b"},
        {"__typename": "Film", "title": "f"},
    ]


async def test_an_interface_objects_name_is_replaced_by_the_objects_own() -> None:
    plan = compiled(
        Sequence((root(0, "a", "media { __typename id }"),
                  entities(1, "b", "media.@", key("Media"), "__typename title"))),
        shape_of(SCHEMA, "{media{__typename title ...on Book{pages}}}"),
    )  # fmt: skip
    answer = await run(
        plan,
        {
            "a": answering({"media": [{"__typename": "Media", "id": "1"}]}),
            "b": by_key({"1": {"__typename": "Book", "title": "t"}}),
        },
    )
    assert answer.data["media"] == [{"__typename": "Book", "title": "t", "pages": None}]


async def test_path_conditions_and_lists_of_lists() -> None:
    data = {"grid": [[{"__typename": "Book", "of": {"id": "1"}}, {"__typename": "Film"}], None]}
    shape = ResponseShape(
        ObjectShape(
            ("Query",),
            (
                FieldShape(
                    "grid",
                    "grid",
                    ListShape(
                        ListShape(
                            ObjectShape(
                                ("Book", "Film"),
                                (
                                    FieldShape(
                                        "of",
                                        "of",
                                        ObjectShape(
                                            ("Of",),
                                            (FieldShape("n", "n", LeafShape("Int"), True),),
                                            "Of",
                                        ),
                                        True,
                                    ),
                                ),
                            ),
                            True,
                        ),
                        True,
                    ),
                    True,
                ),
            ),
            "Query",
        )
    )
    where = (PathKey("grid"), PathList(), PathList(), PathKey("of", ("Book",)))
    fetch = entities(1, "b", "", key("Of"), "n")
    fetch = type(fetch)(
        1, "b", fetch.operation, path=where, representations=(key("Of"),),
        selections=selected("n"), depends_on=(0,),
    )  # fmt: skip
    plan = compiled(Sequence((root(0, "a", "grid { __typename of { id } }"), fetch)), shape)
    answer = await run(plan, {"a": answering(data), "b": by_key({"1": {"n": 3}})})
    assert answer.data == {"grid": [[{"of": {"n": 3}}, {"of": None}], None]}


async def test_overlapping_answers_are_merged_deeply() -> None:
    left = {"user": {"id": "1", "friend": {"id": "2"}, "tags": None}}
    right = {"user": {"id": None, "friend": {"name": "Wu"}, "city": {"id": "c"}, "tags": ["x"]}}
    plan = compiled(
        Parallel((root(0, "a", "user { id friend { id } tags }"),
                  root(1, "b", "user { id friend { name } city { id } tags }"))),
        shape_of(SCHEMA, "{user{id tags friend{id name} city{id}}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering(left), "b": answering(right)})
    assert answer.data["user"] == {
        "id": "1", "tags": ["x"], "friend": {"id": "2", "name": "Wu"}, "city": {"id": "c"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("right", "names"),
    [
        ([{"name": "x"}, {"name": "y"}], ["x", "y"]),
        ([{"name": "x"}], [None, None]),
        (None, [None] * 2),
    ],
)
async def test_overlapping_lists_are_merged_by_index_or_not_at_all(
    right: Any, names: list[Any]
) -> None:
    plan = compiled(
        Parallel((root(0, "a", "users { id }"), root(1, "b", "users { name }"))),
        shape_of(SCHEMA, "{users{id name}}"),
    )
    left = {"users": [{"id": "1"}, {"id": "2"}]}
    answer = await run(plan, {"a": answering(left), "b": answering({"users": right})})
    assert [user["id"] for user in answer.data["users"]] == ["1", "2"]
    assert [user["name"] for user in answer.data["users"]] == names


async def test_one_entity_placed_twice_and_merged_into_stays_separate() -> None:
    """Two objects share an entity of one fetch and get different ones from another."""
    users = [
        {"__typename": "User", "id": "1", "x": "p"},
        {"__typename": "User", "id": "1", "x": "q"},
    ]
    by_id = by_key({"1": {"city": {"id": "c"}}})
    by_x = by_key({"p": {"city": {"name": "P"}}, "q": {"city": {"name": "Q"}}}, "x")
    plan = compiled(
        Sequence((root(0, "a", "users { __typename id x }"),
                  entities(1, "b", "users.@", key("User"), "city { id }"),
                  entities(2, "c", "users.@", key("User", "x"), "city { name }", (1,)))),
        shape_of(SCHEMA, "{users{city{id name}}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering({"users": users}), "b": by_id, "c": by_x})
    cities = [user["city"] for user in answer.data["users"]]
    assert cities == [{"id": "c", "name": "P"}, {"id": "c", "name": "Q"}]


async def test_members_nobody_asked_for_are_not_taken_over() -> None:
    plan = compiled(
        Sequence((root(0, "a", "user { __typename id name }"),
                  entities(1, "b", "user", key("User"), "score"))),
        shape_of(SCHEMA, "{user{id name score}}"),
    )  # fmt: skip
    lying = {"score": 1.5, "name": "forged", "id": "2"}
    answer = await run(
        plan,
        {
            "a": answering({"user": {"__typename": "User", "id": "1", "name": "true"}, "x": 1}),
            "b": answering({"_entities": [lying]}),
        },
    )
    assert answer.data["user"] == {"id": "1", "name": "true", "score": 1.5}


async def test_a_batch_fetch_is_one_request_for_several_places() -> None:
    data = {
        "user": {"__typename": "User", "id": "1", "city": {"__typename": "City", "id": "c"}},
        "users": [{"__typename": "User", "id": "2"}, {"__typename": "User", "id": "1"}],
    }
    batch = BatchFetch(
        1,
        "b",
        "query($u: [_Any!]!, $c: [_Any!]!) { us: _entities … }",
        (
            EntityBatch("us", "u", (path("user"), path("users.@")), (key("User"),),
                        selected("name")),
            EntityBatch("cs", "c", (path("user.city"),), (key("City"),), selected("size")),
        ),
        depends_on=(0,),
    )  # fmt: skip
    transport = answering({"us": [{"name": "one"}, {"name": "two"}], "cs": [{"size": 5}]})
    plan = compiled(
        Sequence(
            (root(0, "a", "user { __typename id city { __typename id } } users { id }"), batch)
        ),
        shape_of(SCHEMA, "{user{name city{size}} users{name}}"),
    )
    answer = await run(plan, {"a": answering(data), "b": transport})
    [request] = transport.requests
    assert request.variables == {
        "u": [{"__typename": "User", "id": "1"}, {"__typename": "User", "id": "2"}],
        "c": [{"__typename": "City", "id": "c"}],
    }
    assert answer.data == {
        "user": {"name": "one", "city": {"size": 5}},
        "users": [{"name": "two"}, {"name": "one"}],
    }


async def test_renamed_members_are_renamed_first() -> None:
    media = [
        {"__typename": "Book", "id": "1", "title_0": "b"},
        {"__typename": "Film", "title": "f"},
    ]
    rewrites = (RenameKey(path("media.@.title_0|[Book]"), "title"),)
    plan = compiled(
        root(0, "a", "media { __typename ...on Book { title_0: title } ...on Film { title } }",
             output_rewrites=rewrites),
        shape_of(SCHEMA, "{media{title}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering({"media": media})})
    assert answer.data == {"media": [{"title": "b"}, {"title": "f"}]}


@pytest.mark.parametrize(("wanted", "calls"), [(True, ["a"]), (False, ["b"])])
async def test_conditions_choose_fetches_and_members(wanted: bool, calls: list[str]) -> None:
    transports = {
        "a": ScriptedTransport(lambda _: {"user": {"id": "1", "name": "x"}}),
        "b": ScriptedTransport(lambda _: {"users": []}),
    }
    plan = compiled(
        Condition("w", root(0, "a", "user { id name }"), root(1, "b", "users { id }")),
        shape_of(
            SCHEMA,
            "query($w:Boolean!){user @include(if:$w){id} users @skip(if:$w){id}}",
        ),
    )
    answer = await run(plan, transports, {"w": wanted})
    assert [name for name, one in transports.items() if one.requests] == calls
    assert answer.data == ({"user": {"id": "1"}} if wanted else {"users": []})


async def test_variables_travel_only_to_fetches_that_use_them() -> None:
    first, second = answering({"user": {"__typename": "User", "id": "1"}}), by_key({})
    plan = compiled(
        Sequence((root(0, "a", "user { __typename id }", variables=("n", "missing")),
                  entities(1, "b", "user", key("User"), "name", variables=("big",)))),
        shape_of(SCHEMA, "{user{name}}"),
    )  # fmt: skip
    await run(plan, {"a": first, "b": second}, {"n": None, "big": 2**70, "unused": 1})
    assert json.loads(first.requests[0].body)["variables"] == {"n": None}
    variables = json.loads(second.requests[0].body)["variables"]
    assert variables == {"representations": [{"__typename": "User", "id": "1"}], "big": 2**70}


async def test_events_of_a_subscription_are_completed_by_fetches() -> None:
    node = Subscription(
        root(0, "a", "changed { __typename id }", kind=OperationKind.SUBSCRIPTION),
        entities(1, "b", "changed", key("User"), "name"),
    )
    plan = compiled(
        node, shape_of(SCHEMA, "subscription{changed{name}}"), OperationKind.SUBSCRIPTION
    )
    shared = SubgraphResponse({"changed": {"__typename": "User", "id": "1"}}, shared=True)
    for name in ("x", "y"):
        answer = await run(plan, {"b": by_key({"1": {"name": name}})}, event=shared)
        assert answer.data == {"changed": {"name": name}}
    assert shared.data == {"changed": {"__typename": "User", "id": "1"}}


async def test_a_shared_answer_is_not_written_into() -> None:
    users = {
        "users": [{"__typename": "User", "id": "1", "city": {"__typename": "City", "id": "c"}}] * 2
    }
    before = json.dumps(users)
    plan = compiled(
        Sequence((root(0, "a", "users { __typename id city { __typename id } }"),
                  entities(1, "b", "users.@.city", key("City"), "name"),
                  entities(2, "c", "users.@", key("User"), "name"))),
        shape_of(SCHEMA, "{users{name city{id name}}}"),
    )  # fmt: skip
    answer = await run(
        plan,
        {
            "a": answering(SubgraphResponse(users, shared=True)),
            "b": by_key({"c": {"name": "Xi'an"}}),
            "c": by_key({"1": {"name": "Li"}}),
        },
    )
    assert answer.data["users"] == [{"name": "Li", "city": {"id": "c", "name": "Xi'an"}}] * 2
    assert json.dumps(users) == before


async def test_introspection_data_is_put_in_untouched() -> None:
    raw = {"types": [{"name": "é", "n": 2**80}]}
    shape = ResponseShape(
        ObjectShape(
            ("Query",),
            (
                FieldShape("s", "__schema", RawShape(), False),
                FieldShape("a", "a", LeafShape("Int"), True),
            ),
            "Query",
        )
    )
    answer = await run(
        compiled(root(0, "a", "a"), shape),
        {"a": answering({"a": 1, "__schema": "forged"})},
        root_data={"__schema": raw},
    )
    assert answer.data == {"s": raw, "a": 1}


async def test_no_fetch_at_all() -> None:
    plan = compiled(None, shape_of(SCHEMA, "{__typename}"))
    answer = await run(plan, {}, extensions={"k": 1})
    assert answer.body == b'{"data":{"__typename":"Query"},"extensions":{"k":1}}'


async def test_headers_identity_and_kind_reach_the_transport() -> None:
    transport = answering({"a": 1})
    plan = compiled(
        root(0, "x", "a", kind=OperationKind.MUTATION, operation_name="Do"),
        shape_of(SCHEMA, "mutation{a}"),
        OperationKind.MUTATION,
    )
    await run(
        plan,
        {"x": transport},
        headers={"authorization": "t", "a": "1"},
        headers_for=lambda subgraph: {"a": subgraph},
        identity="me",
    )
    [request] = transport.requests
    assert request.headers == {"authorization": "t", "a": "x"}
    assert (request.mutation, request.identity, request.operation_name) == (True, "me", "Do")
    assert json.loads(request.body)["operationName"] == "Do"


async def test_one_plan_serves_many_requests_at_once() -> None:
    plan = compiled(
        Sequence((root(0, "a", "user { __typename id }"),
                  entities(1, "b", "user", key("User"), "name"))),
        shape_of(SCHEMA, "{user{id name}}"),
    )  # fmt: skip
    answers = await asyncio.gather(*(
        run(plan, {"a": answering({"user": {"__typename": "User", "id": str(n)}}),
                   "b": by_key({str(n): {"name": f"n{n}"}})})
        for n in range(50)
    ))  # fmt: skip
    assert [answer.data["user"]["name"] for answer in answers] == [f"n{n}" for n in range(50)]


async def test_a_walk_for_some_types_is_not_the_walk_for_all() -> None:
    """Two fetches start from the same place, one of them for books only."""
    media = [
        {"__typename": kind, "id": str(n), "of": {"__typename": "City", "id": str(n % 2)}}
        for n, kind in enumerate(("Book", "Film", "Book", "Film", "Film"))
    ]
    schema = build_schema(
        """type Query { media: [Media] }
        interface Media { of: City }
        type Book implements Media { of: City }
        type Film implements Media { of: City }
        type City { id: ID name: String size: Int }"""
    )
    sizes, names = by_key({"0": {"size": 10}, "1": {"size": 11}}), by_key({"0": {"name": "zero"}})
    plan = compiled(
        Sequence((root(0, "a", "media { __typename id of { __typename id } }"),
                  Parallel((
                      entities(1, "names", "media.@.of|[Book]", key("City"), "name"),
                      entities(2, "sizes", "media.@.of", key("City"), "size"),
                      entities(3, "names", "media.@.of|[Book]", key("City"), "name"),
                  )))),
        shape_of(schema, "{media{of{id size} ... on Book{of{name}}}}"),
    )  # fmt: skip
    answer = await run(plan, {"a": answering({"media": media}), "sizes": sizes, "names": names})
    assert sizes.representations == [[{"__typename": "City", "id": one} for one in "01"]]
    assert names.representations == [[{"__typename": "City", "id": "0"}]] * 2
    assert [one["of"].get("name") for one in answer.data["media"]] == [
        "zero", None, "zero", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("typename", [[], {}, ["Book"], 5, None, True, "Other"])
async def test_type_names_of_any_kind_do_not_break_conditions(typename: Any) -> None:
    odd = {"__typename": typename, "id": "1", "title_0": "x"}
    rewrites = (RenameKey(path("media.@.title_0|[Book,Film]"), "title"),)
    both = Representation(("Book", "Film"), required("id"))
    other = Representation(("Song", "Clip"), (RequiredFragment("S", ("Song",), required("id")),))
    transport = by_key({"2": {"pages": 1}})
    plan = compiled(
        Sequence((root(0, "a", "media { __typename id title_0 }", output_rewrites=rewrites),
                  entities(1, "b", "media.@", (both, other), "pages"),
                  entities(2, "c", "media.@.of|[Book,Film]", (both, other), "pages"))),
        shape_of(SCHEMA, "{media{title ...on Book{pages}}}"),
    )  # fmt: skip
    good = {"__typename": "Book", "id": "2", "title_0": "t"}
    answer = await run(plan, {"a": answering({"media": [odd, good]}), "b": transport})
    assert transport.representations == [[{"__typename": "Book", "id": "2"}]]
    assert answer.data["media"] == [None, {"title": "t", "pages": 1}]
    assert [error["extensions"]["code"] for error in answer.errors] == [
        "RESPONSE_VALIDATION_FAILED"
    ]
