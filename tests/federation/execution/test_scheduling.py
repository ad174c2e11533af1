"""When fetches start, and what ends them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import build_schema

from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.plan.nodes import Flatten, OperationKind, Parallel, Sequence
from tests.federation.execution.plans import compiled, entities, key, path, root, run, shape_of

SCHEMA = build_schema(
    """
    type Query { users: [User!] user: User }
    type Mutation { a: Int b: Int c: User }
    type User { id: ID! name: String }
    """
)


class Gates:
    """Transports that answer when told."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.open: dict[str, asyncio.Event] = {}

    def transport(self, name: str, data: Any) -> Any:
        self.open[name] = asyncio.Event()
        gates = self

        class Gate:
            async def send(self, request: SubgraphRequest) -> SubgraphResponse:
                gates.started.append(name)
                await gates.open[name].wait()
                return SubgraphResponse(data)

            async def close(self) -> None:
                pass

        return Gate()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_fetch_starts_when_its_own_inputs_are_there() -> None:
    gates = Gates()
    transports = {
        "fast": gates.transport("fast", {"user": {"__typename": "User", "id": "1"}}),
        "slow": gates.transport("slow", {"users": []}),
        "next": gates.transport("next", {"_entities": [{"name": "x"}]}),
    }
    node = Sequence((
        Parallel((root(0, "slow", "users { id }"), root(1, "fast", "user { __typename id }"))),
        Flatten(path("user"), entities(2, "next", "user", key("User"), "name", (1,))),
    ))  # fmt: skip
    plan = compiled(node, shape_of(SCHEMA, "{users{id} user{name}}"))
    task = asyncio.ensure_future(run(plan, transports))
    await settle()
    assert sorted(gates.started) == ["fast", "slow"]
    gates.open["fast"].set()
    await settle()
    assert gates.started[-1] == "next"
    gates.open["next"].set()
    gates.open["slow"].set()
    assert (await task).data == {"users": [], "user": {"name": "x"}}


async def test_mutations_run_one_after_another() -> None:
    gates = Gates()
    transports = {
        "a": gates.transport("a", {"a": 1, "c": {"__typename": "User", "id": "1"}}),
        "n": gates.transport("n", {"_entities": [{"name": "x"}]}),
        "b": gates.transport("b", {"b": 2}),
    }
    mutation = {"kind": OperationKind.MUTATION}
    node = Sequence((
        Sequence((root(0, "a", "a c { __typename id }", **mutation),
                  entities(1, "n", "c", key("User"), "name"))),
        root(2, "b", "b", **mutation),
    ))  # fmt: skip
    shape = shape_of(SCHEMA, "mutation{a c{name} b}")
    task = asyncio.ensure_future(run(compiled(node, shape, OperationKind.MUTATION), transports))
    for name in ("a", "n", "b"):
        await settle()
        assert gates.started[-1] == name
        gates.open[name].set()
    assert (await task).data == {"a": 1, "c": {"name": "x"}, "b": 2}
    assert gates.started == ["a", "n", "b"]


async def test_cancelling_the_request_cancels_its_calls() -> None:
    ended: list[str] = []

    class Slow:
        async def send(self, request: SubgraphRequest) -> SubgraphResponse:
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(request.subgraph)
            raise AssertionError

        async def close(self) -> None:
            pass

    plan = compiled(
        Parallel((root(0, "a", "users { id }"), root(1, "b", "user { id }"))),
        shape_of(SCHEMA, "{users{id} user{id}}"),
    )
    task = asyncio.ensure_future(run(plan, {"a": Slow(), "b": Slow()}))  # type: ignore[dict-item]
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(ended) == ["a", "b"]
