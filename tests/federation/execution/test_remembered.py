"""Bodies that were found right are not checked again, and nothing else passes by that."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from graphql import build_schema

from federation.execution.executor import CompiledPlan
from federation.execution.remembered import PASSED, Memory, Remembered
from federation.execution.single_flight import SingleFlight
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.reading import read_response
from federation.plan.nodes import Sequence
from tests.federation.execution.plans import compiled, entities, key, root, run, shape_of

SCHEMA = build_schema("type Query { items: [Item!]! } type Item { id: ID! n: Int! }")
SELECTION = "items { id n }"


def whole() -> Any:
    found = compiled(root(0, "a", SELECTION), shape_of(SCHEMA, "{" + SELECTION + "}")).whole
    assert found is not None
    return found


def body(count: int = 100, **first: Any) -> bytes:
    items = [{"id": str(number), "n": number} for number in range(count)]
    items[0].update(first)
    return json.dumps({"data": {"items": items}}, separators=(",", ":")).encode()


def checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list with an item for each body that is looked at in vain."""
    looked: list[int] = []
    comes_again = Remembered.comes_again

    def counted(self: Remembered[Any], body: Any) -> bool:
        looked.append(len(body))
        return comes_again(self, body)

    monkeypatch.setattr(Remembered, "comes_again", counted)
    return looked


def show(plan: Remembered[bytes], text: bytes, times: int = 2) -> None:
    """Let a body come so often."""
    for _ in range(times):
        if plan.comes_again(text):
            plan.keep(text, text, len(text))


def test_an_equal_body_is_only_compared_from_the_third_time_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = checks(monkeypatch)
    check = whole()
    answers = [check(kind(body())) for kind in (bytes, bytearray, bytes, bytearray, bytes)]
    assert answers == [body()] * 5
    assert all(type(one) is bytes for one in answers)
    assert len(checked) == 2


def test_what_is_around_the_data_is_left_out_each_time() -> None:
    check, text = whole(), body()
    around = text.replace(b'{"data":', b'{"extensions":{"a":1}, "data": ')
    assert around != text
    for _ in range(4):
        assert check(around) == text


@pytest.mark.parametrize("old", [b'"n":57', b'"id":"57"', b'"n":0', b'"n":99'])
def test_a_body_that_differs_in_one_byte_is_checked(old: bytes) -> None:
    check, text = whole(), body()
    for _ in range(4):
        assert check(text) == text
    wrong = text.replace(old, old[:-1] + (b"x" if old.endswith(b'"') else b"."))
    assert len(wrong) == len(text)
    assert wrong != text
    for _ in range(4):
        assert check(wrong) is None
        assert check(text) == text


def test_what_is_wrong_is_never_remembered() -> None:
    check, wrong = whole(), body(n=None)
    for _ in range(5):
        assert check(wrong) is None


def test_one_plan_knows_nothing_of_another() -> None:
    """What is right for one is not right for the other."""
    other_shape = shape_of(SCHEMA, "{ items { id } }")
    other = compiled(root(0, "a", "items { id }"), other_shape).whole
    assert other is not None
    check = whole()
    for _ in range(4):
        assert check(body()) == body()
        assert other(body()) is None


def test_memory_is_bounded_for_all_plans_together() -> None:
    memory = Memory(20_000, 1024, 5000)
    plans: list[Remembered[bytes]] = [Remembered(memory) for _ in range(5)]
    for number in range(200):
        show(plans[number % 5], b"%05d" % number + b"x" * 3000)
        assert memory.used <= 20_000
    assert memory.used > 15_000
    last = b"%05d" % 199 + b"x" * 3000
    assert plans[4].find(last) == last
    assert plans[3].find(last) is None
    assert sum(len(kept) for plan in plans for kept in plan._by_length.values()) == 6


def test_what_was_used_last_stays() -> None:
    plan: Remembered[bytes] = Remembered(Memory(10_000, 1024, 5000))
    texts = [b"%d" % number * 4000 for number in range(3)]
    show(plan, texts[0])
    show(plan, texts[1])
    assert plan.find(texts[0]) is texts[0]
    show(plan, texts[2])
    assert [plan.find(text) is not None for text in texts] == [True, False, True]


def test_small_and_huge_bodies_and_those_that_come_once_are_not_kept() -> None:
    memory = Memory(1_000_000, 1024, 5000)
    plan: Remembered[bytes] = Remembered(memory)
    for size in (1023, 5001):
        show(plan, b"x" * size, 3)
    for number in range(1000):
        show(plan, b"%05d" % number + b"x" * 3000, 1)
    assert memory.used == 0
    assert len(plan._seen) <= 64


def test_many_answers_of_one_length_are_not_searched_through() -> None:
    memory = Memory(1_000_000, 1024, 5000)
    plan: Remembered[bytes] = Remembered(memory)
    for number in range(100):
        show(plan, b"%05d" % number + b"x" * 2000)
    (equal,) = plan._by_length.values()
    assert len(equal) == 4
    assert memory.used == sum(entry.cost for entry in equal)


def test_the_process_has_one_memory() -> None:
    used = PASSED.used
    check, text = whole(), body(150)
    for _ in range(3):
        check(text)
    assert PASSED.used == used + 2 * len(text)


# Trees: answers that are rebuilt

TWO = build_schema("type Query { items: [Item!]! } type Item { id: ID! n: Int! x: String }")


def joined() -> CompiledPlan:
    """Return a plan of two calls, the second for the objects of the first."""
    shape = shape_of(TWO, "{ items { x id n } }")
    return compiled(
        Sequence(
            (
                root(0, "a", "items { __typename id n }"),
                entities(1, "b", "items.@", key("Item"), "x"),
            )
        ),
        shape,
    )


class Answering:
    """Subgraphs that say what they are told to; counts what is read."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies = dict(zip("ab", bodies, strict=True))
        self.shared = 0

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        text = self.bodies[request.subgraph]
        response = read_response(text, 200, request.subgraph, known=request.known)
        self.shared += response.shared
        return response

    async def close(self) -> None:
        pass


def items(count: int = 40, repeat: int = 1) -> bytes:
    found = [{"__typename": "Item", "id": str(n // repeat), "n": n // repeat} for n in range(count)]
    return json.dumps({"data": {"items": found}}).encode()


def others(*values: str) -> bytes:
    return json.dumps({"data": {"_entities": [{"x": value} for value in values]}}).encode()


@pytest.mark.parametrize("repeat", [1, 2, 8])
async def test_every_request_works_in_an_answer_of_its_own(repeat: int) -> None:
    """The first body is equal each time, what is written into it is not."""
    plan, count = joined(), 40 // repeat
    for turn in range(6):
        values = [f"{turn}.{number}" * 20 for number in range(count)]
        subgraphs = Answering(items(40, repeat), others(*values))
        answer = await run(plan, {"a": subgraphs, "b": subgraphs})
        assert not answer.errors
        assert [one["x"] for one in answer.data["items"]] == [
            values[number // repeat] for number in range(40)
        ]
        assert subgraphs.shared == (turn > 0)
    (kept,) = plan.known[0]._by_length.values()
    assert kept[0].value.data == json.loads(items(40, repeat))["data"]


async def test_answers_with_errors_are_read_each_time() -> None:
    plan = joined()
    broken = json.loads(items())
    broken["errors"] = [{"message": "m", "path": ["items", 0, "n"]}]
    for _ in range(4):
        subgraphs = Answering(json.dumps(broken).encode(), others(*"x" * 40))
        answer = await run(plan, {"a": subgraphs, "b": subgraphs})
        assert len(answer.errors) == 1
        assert subgraphs.shared == 0


async def test_flights_share_what_is_remembered() -> None:
    plan = joined()
    expected = None
    for _ in range(4):
        subgraphs = Answering(items(), others(*"x" * 40))
        transports: Any = {"a": SingleFlight(subgraphs), "b": SingleFlight(subgraphs)}
        answers = await asyncio.gather(*(run(plan, transports) for _ in range(3)))
        expected = expected or answers[0].body
        assert {one.body for one in answers} == {expected}
