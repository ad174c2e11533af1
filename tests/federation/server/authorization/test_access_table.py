"""Rule kind × caller kind × mode: what is answered, what is told, what is fetched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.server.authorization.world import Policies, World, world

CODE = "UNAUTHORIZED_FIELD_OR_TYPE"

# The callers: nobody, somebody without scopes, and those with some. (caller, policies)
NOBODY = (None, "")
SOMEBODY = ("u", "")
HALF = ("u a", "p")
BOTH = ("u a b", "p q")
ADMIN = ("u admin", "r")
CALLERS = (NOBODY, SOMEBODY, HALF, BOTH, ADMIN)

# Field, its value for those who may see it, and for which callers that is.
FIELDS: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
    ("members", "m", (SOMEBODY, HALF, BOTH, ADMIN)),
    ("scoped", "s", (BOTH, ADMIN)),
    ("guarded", "g", (BOTH, ADMIN)),
    ("everything", "e", (HALF, BOTH)),
    ("seal", "RED", (ADMIN,)),
    ("vault{room}", {"room": 3}, (SOMEBODY, HALF, BOTH, ADMIN)),
    ("gold", "au", ()),
)


def paths(answer: Any) -> list[list[str]]:
    errors = answer.get("errors", [])
    assert all(error["extensions"]["code"] == CODE for error in errors)
    return [error["path"] for error in errors]


@pytest.mark.parametrize(("field", "value", "allowed"), FIELDS)
@pytest.mark.parametrize("who", CALLERS)
async def test_filtered(field: str, value: Any, allowed: Any, who: Any) -> None:
    async with world(Policies()) as graph:
        answer = await graph.ask("{ shown: file { title } it: %s }" % field, *who)
        may = who in allowed
        assert answer["data"] == {"shown": {"title": "t"}, "it": value if may else None}
        assert paths(answer) == ([] if may else [["it"]])
        name = field.partition("{")[0]
        assert (name in "".join(graph.calls)) is may
        # Nothing else asked for: nothing is fetched.
        answer = await graph.ask("{ it: %s }" % field, *who)
        assert bool(graph.calls) is may


@pytest.mark.parametrize(("field", "value", "allowed"), FIELDS)
@pytest.mark.parametrize("who", CALLERS)
async def test_rejected(field: str, value: Any, allowed: Any, who: Any) -> None:
    async with world(Policies(), reject_unauthorized=True) as graph:
        reply = await graph.reply("{ shown: file { title } it: %s }" % field, *who)
        if who in allowed:
            assert (reply.status, reply.json["data"]["it"]) == (200, value)
        else:
            assert reply.status == 403
            assert "data" not in reply.json
            assert paths(reply.json) == [["it"]]
            assert graph.calls == []


@pytest.mark.parametrize(("field", "value", "allowed"), FIELDS[:-1])
@pytest.mark.parametrize("who", CALLERS)
async def test_dry_run(field: str, value: Any, allowed: Any, who: Any) -> None:
    async with world(Policies(), dry_run=True) as graph:
        answer = await graph.ask("{ it: %s }" % field, *who)
        assert answer["data"] == {"it": value}
        assert paths(answer) == ([] if who in allowed else [["it"]])


@pytest.mark.parametrize("who", CALLERS)
async def test_off(who: Any) -> None:
    async with world(Policies(), enabled=False) as graph:
        answer = await graph.ask("{ members scoped guarded vault { room } }", *who)
        assert answer["data"]["scoped"] == "s"
        assert "errors" not in answer


@pytest.mark.parametrize(
    ("response", "told"), [("errors", "errors"), ("extensions", "extensions"), ("disabled", None)]
)
@pytest.mark.parametrize("reject", [False, True])
async def test_where_it_is_told(response: str, told: str | None, reject: bool) -> None:
    async with world(response=response, reject_unauthorized=reject) as graph:
        answer = await graph.ask("{ members file { title } }")
        if reject:
            # A refusal must have an error (GraphQL §7.1); without places, where none are told.
            assert all(("path" in e) is (response != "disabled") for e in answer["errors"])
            return
        assert answer["data"] == {"members": None, "file": {"title": "t"}}
        assert set(answer) == {"data", told} - {None}
        found = {"errors": answer.get("errors")}
        found["extensions"] = answer.get("extensions", {}).get("authorizationErrors")
        if told is not None:
            assert [entry["path"] for entry in found[told] or ()] == [["members"]]


@pytest.mark.parametrize(("caller", "status"), [(None, 401), ("u", 200)])
async def test_authentication_required(caller: str | None, status: int) -> None:
    async with world(require_authentication=True) as graph:
        reply = await graph.reply("{ file { title } }", caller)
        assert reply.status == status
        if status == 401:
            assert reply.code == "UNAUTHENTICATED"
            assert graph.calls == []


# What is inside objects

INSIDE: tuple[tuple[str, Any, Any, list[list[str]]], ...] = (
    # Null propagation, from a field that must not be null.
    ("{ file { title owner } }", None, {"file": None}, [["file", "owner"]]),
    ("{ must { title owner } }", None, None, [["must", "owner"]]),
    (
        "{ file { notes { text at } } }",
        None,
        {"file": {"notes": [None, None, None]}},
        [["file", "notes", "@", "text"]],
    ),
    # Lists are told once, whatever is in them.
    (
        "{ files { title price } }",
        "u",
        {"files": [{"title": "t", "price": None}] * 2},
        [["files", "@", "price"]],
    ),
    # A type's rule holds wherever a field returns it, and for its own fields.
    ("{ vault { __typename } }", None, {"vault": None}, [["vault"]]),
    ("{ vaults { room safe { room } } }", None, None, [["vaults"]]),
    # Members of a union: for objects of that type only; their type may be known.
    (
        "{ found { __typename ... on File { title } ... on Vault { room } } }",
        None,
        {"found": [{"__typename": "File", "title": "t"}, {"__typename": "Vault", "room": None}]},
        [["found", "@", "room"]],
    ),
    ("{ found { ... on Vault { room } } }", None, None, [["found", "@", "room"]]),
    # Composition gives an interface what its implementations demand.
    (
        "{ shapes { name size } }",
        None,
        {"shapes": [{"name": "c", "size": None}, {"name": "s", "size": None}]},
        [["shapes", "@", "size"]],
    ),
    (
        "{ shapes { ... on Circle { size } ... on Square { name size } } }",
        None,
        {"shapes": [{"size": 1}, {"name": "s", "size": None}]},
        [["shapes", "@", "size"]],
    ),
    # Named fragments, aliases, merged selections.
    (
        "{ file { a: title ...F } file { b: price } } fragment F on File { c: price }",
        None,
        {"file": {"a": "t", "c": None, "b": None}},
        [["file", "c"], ["file", "b"]],
    ),
    ("mutation { open erase }", None, {"open": 1, "erase": None}, [["erase"]]),
    ("mutation { erase }", "u", {"erase": None}, [["erase"]]),
)


@pytest.mark.parametrize(("query", "caller", "data", "told"), INSIDE)
async def test_inside(query: str, caller: str | None, data: Any, told: list[list[str]]) -> None:
    async with world() as graph:
        answer = await graph.ask(query, caller)
        assert answer["data"] == data
        assert paths(answer) == told


async def test_internally_needed_fields_are_fetched_but_not_shown() -> None:
    async with world() as graph:
        # `tag` is computed from `key`; both are for those who are logged in.
        answer = await graph.ask("{ file { title tag } }")
        assert answer["data"] == {"file": {"title": "t", "tag": None}}
        assert not any("key" in call or "_entities" in call for call in graph.calls)
        answer = await graph.ask("{ file { title tag } }", "u")
        assert answer == {"data": {"file": {"title": "t", "tag": "tag of k"}}}
        assert "key" in graph.calls[0]


async def test_conditions() -> None:
    async with world() as graph:
        query = "query($a: Boolean!) { file { title price @include(if: $a) } }"
        answer = await graph.ask(query, variables={"a": False})
        assert answer == {"data": {"file": {"title": "t"}}}
        answer = await graph.ask(query, variables={"a": True})
        assert answer["data"] == {"file": {"title": "t", "price": None}}
        assert paths(answer) == [["file", "price"]]
        # All that is asked of it may be left out: whether it is there still has to be known.
        query = "query($a: Boolean!) { file { price @include(if: $a) } }"
        answer = await graph.ask(query, variables={"a": False})
        assert answer == {"data": {"file": {}}}
        answer = await graph.ask(query, variables={"a": True})
        assert answer["data"] == {"file": {"price": None}}


async def test_policies_are_asked_once_and_only_when_needed() -> None:
    policies = Policies()
    async with world(policies) as graph:
        await graph.ask("{ members file { title } }")
        assert policies.asked == []
        await graph.ask("{ a: guarded b: guarded everything }")
        assert policies.asked == [frozenset({"p", "q", "r"})]
    async with world() as graph:
        # Nobody decides: none holds.
        answer = await graph.ask("{ guarded }", "u", "p q r")
        assert paths(answer) == [["guarded"]]


async def test_a_policy_that_cannot_be_decided_shows_nothing() -> None:
    async def fails(*_: Any) -> Any:
        raise RuntimeError("the policy server at 10.0.0.1 is down")

    async with world(fails) as graph:
        reply = await graph.reply("{ guarded }", "u")
        assert (reply.status, reply.code) == (500, "INTERNAL_SERVER_ERROR")
        assert b"10.0.0.1" not in reply.body
        assert graph.calls == []


async def test_subscriptions() -> None:
    async with world() as graph:
        reply = await graph.reply("subscription { erased }")
        assert (reply.status, paths(reply.json)) == (403, [["erased"]])


async def test_introspection_shows_what_is_closed() -> None:
    from federation.server.settings.engine import EngineSettings, for_development

    async with world(settings=for_development(EngineSettings())) as graph:
        query = '{ members __type(name: "Vault") { fields { name } } }'
        answer = await graph.ask(query)
        assert answer["data"]["members"] is None
        assert [f["name"] for f in answer["data"]["__type"]["fields"]] == ["room", "safe"]


async def _parts(graph: World, query: str, caller: str | None) -> list[Any]:
    import json
    import re

    headers = {"accept": "multipart/mixed;deferSpec=20220824"}
    if caller:
        headers["x-caller"] = caller
    graph.calls.clear()
    reply = await graph.client.post(query, headers=headers)
    return [json.loads(text) for text in re.findall(r"\{.*\}", reply.body.decode())]


async def test_deferred() -> None:
    async with world() as graph:
        query = "{ file { title ... @defer { price views size } } }"
        first, second = await _parts(graph, query, None)
        assert first["data"] == {"file": {"title": "t"}}
        assert paths(first) == [["file", "price"], ["file", "views"]]
        assert second["incremental"][0]["data"] == {"price": None, "views": None, "size": 1}
        assert not any("views" in call or "price" in call for call in graph.calls)
        # Everything deferred is closed, or everything at once is.
        for query in (
            "{ file { title ... @defer { price views } } }",
            "{ file { price ... @defer { title views } } }",
            "{ must { price ... @defer { owner size } } }",
            "{ file { ... @defer { price } } vault { ... @defer { room } } }",
        ):
            parts = await _parts(graph, query, None)
            whole = await graph.ask(query)
            assert not any("views" in call or "price" in call for call in graph.calls)
            data = parts[0]["data"]
            for part in parts[1:]:
                for item in part.get("incremental", ()):
                    if item["data"] is not None:
                        data[item["path"][0]].update(item["data"])
            if whole["data"] is not None:
                assert data == whole["data"], query
            assert paths(parts[0]) == paths(whole)


async def test_variants_are_kept_by_what_is_denied() -> None:
    async with world() as graph:
        live: Any = graph.client.app
        documents = live._engine_of[0].live.current.views.whole.documents
        for caller in (None, "u", "u x", "u y", "u a b", "u a b c", "u admin"):
            await graph.ask("{ members scoped }", caller)
        # The document as such, for nobody, and for those without the scopes.
        assert len(documents) == 3
