"""Equal calls in flight are made once, and nobody is harmed by anybody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from federation.errors import SubgraphError
from federation.execution.single_flight import SingleFlight
from federation.execution.transport import SubgraphRequest, SubgraphResponse

REQUEST = SubgraphRequest("a", "{x}", {}, b'{"query":"{x}"}', headers={"h": "1", "g": "2"})


class Held:
    """A transport that answers when told."""

    def __init__(self) -> None:
        self.calls = 0
        self.cancelled = 0
        self.deadlines: list[float | None] = []
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        self.calls += 1
        self.deadlines.append(request.deadline)
        try:
            return SubgraphResponse(await asyncio.shield(self.answer))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def close(self) -> None:
        pass


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_equal_calls_are_made_once_and_share_the_tree() -> None:
    held = Held()
    flights = SingleFlight(held)
    tasks = [asyncio.ensure_future(flights.send(REQUEST)) for _ in range(3)]
    await settle()
    held.answer.set_result({"x": 1})
    answers = await asyncio.gather(*tasks)
    assert held.calls == 1
    assert [answer.shared for answer in answers] == [True] * 3
    assert answers[0].data == {"x": 1}


async def test_a_call_of_ones_own_is_not_shared_and_nothing_is_kept() -> None:
    held = Held()
    flights = SingleFlight(held)
    held.answer.set_result({"x": 1})
    assert not (await flights.send(REQUEST)).shared
    assert not (await flights.send(REQUEST)).shared
    assert held.calls == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, subgraph="b"),
        replace(REQUEST, body=b"{}"),
        replace(REQUEST, headers={"h": "1"}),
        replace(REQUEST, headers={"h": "1", "g": "3"}),
        replace(REQUEST, identity="someone"),
    ],
)
async def test_different_calls_are_not_shared(other: SubgraphRequest) -> None:
    held = Held()
    flights = SingleFlight(held)
    tasks = [asyncio.ensure_future(flights.send(one)) for one in (REQUEST, other)]
    await settle()
    assert held.calls == 2
    held.answer.set_result(None)
    await asyncio.gather(*tasks)


async def test_mutations_are_never_shared() -> None:
    held = Held()
    flights = SingleFlight(held)
    mutation = replace(REQUEST, mutation=True)
    tasks = [asyncio.ensure_future(flights.send(mutation)) for _ in range(2)]
    await settle()
    assert held.calls == 2
    held.answer.set_result(None)
    await asyncio.gather(*tasks)


async def test_one_waiter_leaving_does_not_harm_the_others() -> None:
    held = Held()
    flights = SingleFlight(held)
    first, second = (asyncio.ensure_future(flights.send(REQUEST)) for _ in range(2))
    await settle()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    held.answer.set_result({"x": 1})
    assert (await second).data == {"x": 1}
    assert held.cancelled == 0


async def test_when_all_leave_the_call_is_cancelled_and_not_joined_again() -> None:
    held = Held()
    flights = SingleFlight(held)
    tasks = [asyncio.ensure_future(flights.send(REQUEST)) for _ in range(2)]
    await settle()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    later = asyncio.ensure_future(flights.send(REQUEST))
    await settle()
    assert (held.calls, held.cancelled) == (2, 1)
    held.answer.set_result(None)
    await later


async def test_each_waiter_keeps_its_own_deadline() -> None:
    held = Held()
    flights = SingleFlight(held)
    # At the beginning of a window, 1/16 s wide for what is 0.64 to 1.28 s from now.
    start = (asyncio.get_running_loop().time() + 0.75) // 2**-4 * 2**-4
    short, long = (
        asyncio.ensure_future(flights.send(replace(REQUEST, deadline=start + later)))
        for later in (0, 0.06)
    )
    with pytest.raises(SubgraphError) as caught:
        await short
    assert caught.value.code == "GATEWAY_TIMEOUT"
    assert not long.done()
    held.answer.set_result({"x": 1})
    assert (await long).data == {"x": 1}
    assert held.calls == 1
    # The call itself has time for all who may join.
    (deadline,) = held.deadlines
    assert deadline is not None
    assert deadline == start + 2**-4


async def test_calls_with_different_time_left_are_not_shared() -> None:
    held = Held()
    flights = SingleFlight(held)
    now = asyncio.get_running_loop().time()
    tasks = [
        asyncio.ensure_future(flights.send(replace(REQUEST, deadline=end)))
        for end in (now + 1, now + 60, None)
    ]
    await settle()
    assert held.calls == 3
    assert held.deadlines[2] is None
    held.answer.set_result(None)
    await asyncio.gather(*tasks)


async def test_a_failure_reaches_all() -> None:
    held = Held()
    flights = SingleFlight(held)
    tasks = [asyncio.ensure_future(flights.send(REQUEST)) for _ in range(2)]
    await settle()
    held.answer.set_exception(SubgraphError("down", subgraph="a"))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(result) for result in results] == ["down", "down"]
