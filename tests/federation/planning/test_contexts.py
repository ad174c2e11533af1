"""`@context` / `@fromContext`: values from above as arguments, planned and executed."""

from __future__ import annotations

from typing import Any

import pytest

from federation.plan.codec import encode_plan
from tests.support.federated import FederatedGraph
from tests.support.small_graph import SmallSubgraph, small_graph

USERS = [
    {"id": "u1", "currency": "CNY", "locale": "zh", "account": "a1"},
    {"id": "u2", "currency": "EUR", "locale": "de", "account": "a1"},
    {"id": "u3", "currency": "CNY", "locale": "zh", "account": "a2"},
    {"id": "u4", "currency": None, "locale": "zh", "account": "a3"},
]


def _graph(*, failing: str = "", unknown: str = "") -> FederatedGraph:
    """Accounts print their balance in the currency of the user above, whoever shares them.

    The balance fails for the currency `failing`, the currency itself for the user `unknown`.
    """

    def account(item: Any) -> Any:
        def balance(_info: Any, currency: str, locale: str | None = None, plus: int = 0) -> str:
            if currency == failing:
                raise ValueError(f"no {currency}")
            return f"{item['id']} {currency} {locale} {plus}"

        return {"id": item["id"], "balance": balance}

    users = [
        {"id": u["id"], "prefs": {"locale": u["locale"]}, "account": {"id": u["account"]}}
        for u in USERS
    ]
    a = SmallSubgraph(
        """
        type Query { users: [User!]! owner: Owner }
        union Owner = User | Company
        type User @key(fields: "id") @context(name: "who") {
          id: ID! currency: String @external prefs: Prefs account: Account
        }
        type Company @key(fields: "id") @context(name: "who") {
          id: ID! house: String account: Account parent: User
        }
        type Prefs { locale: String }
        type Account @key(fields: "id") {
          id: ID!
          balance(
            plus: Int = 0
            currency: String @fromContext(
              field: "$who ... on User { currency } ... on Company { house }"
            )
          ): String
        }
        directive @fromContext(field: String) on ARGUMENT_DEFINITION
        directive @context(name: String!) on OBJECT
        """,
        {
            "users": users,
            "owner": {
                "__typename": "Company",
                "id": "c1",
                "house": "GBP",
                "account": {"id": "a9"},
                "parent": users[0],
            },
        },
        {"Account": account},
    )
    by_id = {u["id"]: u for u in USERS}

    def user(item: Any) -> Any:
        def currency(_info: Any) -> Any:
            if item["id"] == unknown:
                raise ValueError("no currency")
            return by_id[item["id"]]["currency"]

        return {"currency": currency}

    b = SmallSubgraph(
        'type User @key(fields: "id") { id: ID! currency: String }', entities={"User": user}
    )
    return small_graph(a=a, b=b)


async def test_one_call_for_all_values() -> None:
    run = await _graph().execute(
        "query($n: Int) { users { account { balance(plus: $n) } } }", {"n": 5}
    )
    assert run.response == {
        "data": {
            "users": [
                {"account": {"balance": "a1 CNY None 5"}},
                {"account": {"balance": "a1 EUR None 5"}},
                {"account": {"balance": "a2 CNY None 5"}},
                {"account": {"balance": "a3 None None 5"}},
            ]
        }
    }
    assert [call.subgraph for call in run.calls] == ["a", "b", "a"]
    # a1 twice, under its two currencies; a1 and a2 together under theirs.
    sent = run.calls[2].variables
    assert sorted(len(v) for v in sent.values() if isinstance(v, list)) == [1, 1, 2]


async def test_a_value_that_could_not_be_had_is_not_null() -> None:
    run = await _graph(unknown="u2").execute("{ users { account { balance } } }")
    assert run.response["data"]["users"] == [
        {"account": {"balance": "a1 CNY None 0"}},
        {"account": {"balance": None}},
        {"account": {"balance": "a2 CNY None 0"}},
        {"account": {"balance": "a3 None None 0"}},
    ]
    errors = [(e["path"], e["extensions"].get("service")) for e in run.response["errors"]]
    # The currency's own error stands at the user, above the balance that is missing for it.
    assert errors == [(["users", 1], "b")]
    sent = run.calls[2].variables
    assert sorted(len(v) for v in sent.values() if isinstance(v, list)) == [1, 2]


async def test_nearest_context_counts() -> None:
    run = await _graph().execute(
        "{ owner { ... on Company { account { balance } parent { account { id x: balance } } } } }"
    )
    assert run.response == {
        "data": {
            "owner": {
                "account": {"balance": "a9 GBP None 0"},
                "parent": {"account": {"id": "a1", "x": "a1 CNY None 0"}},
            }
        }
    }


async def test_errors_keep_their_place() -> None:
    run = await _graph(failing="EUR").execute("{ users { id money: account { balance } } }")
    assert [e["path"] for e in run.response["errors"]] == [["users", 1, "money", "balance"]]
    users = run.response["data"]["users"]
    assert users[0]["money"] == {"balance": "a1 CNY None 0"}
    assert users[1]["money"] == {"balance": None}


def test_plan_as_json_says_where_values_come_from() -> None:
    plan = _graph().planner.plan("{ users { account { balance } } }")
    (batch,) = [n for n in encode_plan(plan)["node"]["nodes"] if n["kind"] == "BatchFetch"]
    source = {"path": ["users", "@"], "types": ["User"], "keys": ["currency"]}
    assert batch["entities"][0]["contexts"] == [
        {"variable": "_ctx0", "type": "String", "sources": [source]}
    ]


@pytest.mark.parametrize("lift", [False, True])
async def test_clients_variables_do_not_clash(lift: bool) -> None:
    run = await _graph().execute(
        "query($_ctx0: Int, $_r0: Boolean!) {"
        " users @include(if: $_r0) { account { balance(plus: $_ctx0) y: balance(plus: 2) } } }",
        {"_ctx0": 7, "_r0": True},
        lift=lift,
    )
    first = run.response["data"]["users"][0]
    assert first == {"account": {"balance": "a1 CNY None 7", "y": "a1 CNY None 2"}}
