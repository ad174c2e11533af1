"""Interface objects: what is wanted of one type is asked of all where that saves a call – and is
taken back where a subgraph reports an error, which may be about what nobody wanted.
"""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLError

from federation.execution.executor import compile_plan
from federation.plan.nodes import QueryPlan
from federation.plan.printer import plan_size
from tests.support.federated import FederatedGraph
from tests.support.small_graph import SmallSubgraph, small_graph

ACCOUNTS = """
type Query { accounts: [Account!]! }
interface Account @key(fields: "id") { id: ID! }
type Person implements Account @key(fields: "id") { id: ID! born: Int }
type Company implements Account @key(fields: "id") { id: ID! founded: Int }
"""
SCORES = """
type Query { ranking: [Account!]! }
type Mutation { rank: [Account!]! }
type Account @key(fields: "id") @interfaceObject { id: ID! score: Int! likes: Int }
"""


def _type(identifier: str) -> str:
    return "Person" if identifier.startswith("p") else "Company"


def _graph(*failing: str) -> FederatedGraph:
    """Accounts p1 and c1; `score` and `likes` fail for those named."""

    def account(identifier: str) -> dict[str, Any]:
        def value(_: Any) -> int:
            if identifier in failing:
                raise GraphQLError(f"{identifier} has none")
            return 7

        return {"__typename": "Account", "id": identifier, "score": value, "likes": value}

    def known(item: Any) -> dict[str, Any]:
        return {"__typename": _type(item["id"]), "id": item["id"]}

    listed = [account("p1"), account("c1")]
    return small_graph(
        accounts=SmallSubgraph(
            ACCOUNTS,
            {"accounts": [known(item) for item in listed]},
            {"Account": known, "Person": known, "Company": known},
        ),
        scores=SmallSubgraph(
            SCORES,
            {"ranking": listed, "rank": listed},
            {"Account": lambda item: account(item["id"])},
        ),
    )


def _size(plan: QueryPlan) -> tuple[int, int]:
    assert plan.node is not None
    return plan_size(plan.node)


WANTED = "{ ranking { ... on Person { score likes } } }"


def test_all_are_asked_where_that_saves_a_call() -> None:
    plan = _graph().planner.plan(WANTED)
    assert _size(plan) == (2, 2)
    assert plan.caution is not None
    assert _size(plan.caution.plan) == (3, 3)
    assert plan.caution.plan.caution is None
    compiled = compile_plan(plan)
    assert compiled.cautious is not None
    assert compiled.cautious.source in compiled.source


@pytest.mark.parametrize(
    "operation",
    [
        # Nothing is saved: the type has to be learnt, and scores to be asked again, anyway.
        "{ accounts { ... on Person { score } } }",
        # A mutation cannot be made a second time.
        "mutation { rank { ... on Person { score } } }",
        # Wanted of all.
        "{ ranking { score } }",
        "{ ranking { ... on Person { born } } }",
    ],
)
def test_otherwise_only_who_is_wanted_is_asked(operation: str) -> None:
    assert _graph().planner.plan(operation).caution is None


@pytest.mark.parametrize(
    ("failing", "calls"),
    [
        ((), ["scores", "accounts"]),
        # The company's score must not be null: asked for it, scores has nothing at all to answer.
        (("c1",), ["scores", "scores", "accounts", "scores"]),
    ],
)
async def test_who_is_not_wanted_is_not_noticed(failing: tuple[str, ...], calls: list[str]) -> None:
    run = await _graph(*failing).execute(WANTED)
    assert run.response == {"data": {"ranking": [{"score": 7, "likes": 7}, {}]}}
    assert [call.subgraph for call in run.calls] == calls


async def test_who_is_wanted_may_still_fail() -> None:
    run = await _graph("p1").execute("{ ranking { ... on Person { likes } } }")
    assert run.response["data"] == {"ranking": [{"likes": None}, {}]}
    (error,) = run.response["errors"]
    assert error["path"] == ["ranking", 0, "likes"]


async def test_a_mutation_is_made_once() -> None:
    run = await _graph("c1").execute("mutation { rank { ... on Person { likes } } }")
    assert run.response == {"data": {"rank": [{"likes": 7}, {}]}}
    sent = [call.query for call in run.calls if call.query.startswith("mutation")]
    assert len(sent) == 1
