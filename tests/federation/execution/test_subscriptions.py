"""One stream, many listeners: order, bounds, and that nobody's trouble is anybody else's."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from federation.errors import FederationError, SubgraphError
from federation.execution.context import Answer, ExecutionContext
from federation.execution.executor import CompiledPlan
from federation.execution.subscriptions import (
    OVERFLOW,
    EventAnswer,
    EventStream,
    Listener,
)
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from tests.federation.execution.stream_servers import stream_request


class Source:
    """Gives what a test puts; None ends the stream, an error breaks it."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Any] = asyncio.Queue()
        self.open = 0

    def put(self, *values: Any) -> None:
        for value in values:
            self.events.put_nowait(value)

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        self.open += 1
        try:
            while (event := await self.events.get()) is not None:
                if isinstance(event, Exception):
                    raise event
                yield SubgraphResponse(event)
        finally:
            self.open -= 1

    async def close(self) -> None: ...


class Plan:
    """Stands for a compiled plan: answers with the event, after `pause` seconds."""

    def __init__(self, steps: int = 1, pause: float = 0.0) -> None:
        self.steps = (None,) * steps
        self.pause = pause
        self.executed = 0

    async def execute(self, context: ExecutionContext) -> Answer:
        self.executed += 1
        if self.pause:
            await asyncio.sleep(self.pause)
        assert context.event is not None
        return Answer(json.dumps(context.event.data).encode())


def stream_of(plan: Plan, source: Source, **options: Any) -> EventStream:
    return EventStream(cast(CompiledPlan, plan), stream_request(), source, **options)


def listen(stream: EventStream) -> Listener:
    listener = stream.listen(ExecutionContext({}, {}))
    stream.start()
    return listener


async def take(listener: Listener, count: int) -> list[Any]:
    found = []
    for _ in range(count):
        answer = await asyncio.wait_for(listener.next(), 3)
        found.append(None if answer is None else json.loads(answer.body))
    return found


async def code_of(listener: Listener) -> str | None:
    try:
        assert await asyncio.wait_for(listener.next(), 3) is None
    except FederationError as error:
        return error.code
    return None


@pytest.mark.parametrize("plan", [Plan(1), Plan(2), Plan(2, 0.001)], ids=["1", "2", "slow"])
async def test_all_get_the_same_in_order(plan: Plan) -> None:
    source = Source()
    stream = stream_of(plan, source)
    listeners = [listen(stream) for _ in range(600)]
    source.put(*range(20), None)
    for listener in listeners:
        assert await take(listener, 21) == [*range(20), None]
    assert plan.executed == 20
    assert stream.ended
    for listener in listeners:
        stream.leave(listener)
    await stream.closed()
    assert source.open == 0


@pytest.mark.parametrize(
    ("event", "code"), [(SubgraphError("x", subgraph="a", code="C"), "C"), (None, None)]
)
@pytest.mark.parametrize("steps", [1, 2])
async def test_what_came_before_the_end_is_answered(event: Any, code: str, steps: int) -> None:
    source = Source()
    stream = stream_of(Plan(steps, 0.001), source)
    listeners = [listen(stream) for _ in range(3)]
    source.put(1, 2, event)
    for listener in listeners:
        assert await take(listener, 2) == [1, 2]
        assert await code_of(listener) == code
        stream.leave(listener)
    await stream.closed()


async def test_events_that_come_faster_than_they_are_completed_end_it_for_all() -> None:
    source = Source()
    stream = stream_of(Plan(2, 0.05), source, capacity=3)
    listeners = [listen(stream) for _ in range(2)]
    source.put(0)
    await asyncio.sleep(0.01)
    source.put(*range(1, 10))
    # One was at work, three waited.
    taken = await asyncio.gather(*(take(listener, 4) for listener in listeners))
    assert taken == [[0, 1, 2, 3]] * 2
    for listener in listeners:
        assert await code_of(listener) == OVERFLOW
        stream.leave(listener)
    await stream.closed()
    assert source.open == 0


async def test_some_are_completed_at_a_time_and_none_overtakes() -> None:
    class Uneven(Plan):
        at_work = most = 0

        async def execute(self, context: ExecutionContext) -> Answer:
            assert context.event is not None
            self.at_work += 1
            self.most = max(self.most, self.at_work)
            await asyncio.sleep(0.004 if context.event.data % 4 == 0 else 0.001)
            self.at_work -= 1
            return await super().execute(context)

    source, plan = Source(), Uneven(2)
    stream = stream_of(plan, source)
    listener = listen(stream)
    source.put(*range(60), None)
    assert await take(listener, 61) == [*range(60), None]
    assert plan.most == 8
    # One that leaves cancels what is under way.
    stream.leave(listener)
    await stream.closed()
    plan, source = Uneven(2), Source()
    stream = stream_of(plan, source)
    listener = listen(stream)
    source.put(*range(60))
    await take(listener, 1)
    stream.leave(listener)
    await stream.closed()
    assert source.open == 0
    assert plan.executed < 18


async def test_a_slow_listener_is_let_go_and_the_others_are_not() -> None:
    source = Source()
    stream = stream_of(Plan(), source, capacity=2)
    slow, quick = listen(stream), listen(stream)
    for number in range(10):
        source.put(number)
        assert await take(quick, 1) == [number]
    assert await take(slow, 2) == [0, 1]
    assert await code_of(slow) == OVERFLOW
    stream.leave(quick)
    await stream.closed()
    assert source.open == 0


@pytest.mark.parametrize("steps", [1, 2])
async def test_the_last_overflow_closes_the_stream(steps: int) -> None:
    source = Source()
    stream = stream_of(Plan(steps), source, capacity=2)
    slow = listen(stream)
    source.put(*range(5))
    await asyncio.sleep(0.02)
    assert stream.ended
    await stream.closed()
    assert source.open == 0
    assert await take(slow, 2) == [0, 1]
    assert await code_of(slow) == OVERFLOW


async def test_what_is_taken_at_once_does_not_come_again() -> None:
    source = Source()
    stream = stream_of(Plan(), source)
    listener = listen(stream)
    taken: list[bytes] = []
    willing = True

    def takes(answer: EventAnswer) -> bool:
        if willing:
            taken.append(answer.body)
        return willing

    listener.take = takes
    # Nobody waits in `next` yet, so this one is kept.
    source.put(0)
    await asyncio.sleep(0.01)
    assert taken == []
    assert await take(listener, 1) == [0]
    following = asyncio.ensure_future(take(listener, 1))
    await asyncio.sleep(0.01)
    source.put(1, 2)
    await asyncio.sleep(0.01)
    assert taken == [b"1", b"2"]
    # What is refused comes out of `next`, and what follows waits behind it.
    willing = False
    source.put(3)
    assert await following == [3]
    source.put(4)
    await asyncio.sleep(0.01)
    willing = True
    source.put(5)
    await asyncio.sleep(0.01)
    assert taken == [b"1", b"2"]
    assert await take(listener, 2) == [4, 5]
    stream.leave(listener)
    await stream.closed()


async def test_a_fault_of_one_client_is_no_fault_of_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Source()
    stream = stream_of(Plan(), source)
    broken, sound = listen(stream), listen(stream)

    def fails(answer: EventAnswer) -> bool:
        raise RuntimeError("its socket")

    broken.take = fails
    waiting = asyncio.ensure_future(code_of(broken))
    await asyncio.sleep(0.01)
    with caplog.at_level(logging.CRITICAL, "federation.execution.subscriptions"):
        source.put(1, 2)
        assert await take(sound, 2) == [1, 2]
    assert await waiting == "INTERNAL_SERVER_ERROR"
    stream.leave(sound)
    await stream.closed()


@pytest.mark.parametrize("steps", [1, 2])
async def test_a_fault_of_the_plan_ends_it(steps: int, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(Plan):
        async def execute(self, context: ExecutionContext) -> Answer:
            raise RuntimeError("secret")

    source = Source()
    stream = stream_of(Faulty(steps), source)
    listener = listen(stream)
    with caplog.at_level(logging.CRITICAL, "federation.execution.subscriptions"):
        source.put(1)
        assert await code_of(listener) in ("INTERNAL_SERVER_ERROR", "SUBREQUEST_HTTP_ERROR")
    stream.leave(listener)
    await stream.closed()
    assert source.open == 0


async def test_the_first_who_listens_lends_its_context() -> None:
    seen: list[Any] = []

    class Noting(Plan):
        async def execute(self, context: ExecutionContext) -> Answer:
            seen.append(context.identity)
            return await super().execute(context)

    source = Source()
    stream = stream_of(Noting(), source)
    first, second = (stream.listen(ExecutionContext({}, {}, identity=name)) for name in "ab")
    stream.start()
    source.put(1)
    await take(second, 1)
    stream.leave(first)
    source.put(2)
    await take(second, 1)
    assert seen == ["a", "b"]
    stream.leave(second)
    await stream.closed()
