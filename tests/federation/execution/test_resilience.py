"""Budget, breaker, limit: the decisions by themselves, on a clock of the test."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import Failure, SubgraphError
from federation.execution.resilience.breaker import (
    BreakerOptions,
    BreakerState,
    Breaking,
    CircuitBreaker,
)
from federation.execution.resilience.budget import RetryBudget
from federation.execution.resilience.concurrency import (
    AdaptiveLimit,
    Concurrency,
    ConcurrencyOptions,
    Limiting,
)
from federation.execution.resilience.guards import GuardOptions, Guards, Traffic
from federation.execution.resilience.retry import Retries, Retrying, RetryOptions
from federation.execution.resilience.verdict import Verdict, health_of, load_of, may_pass
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.reading import (
    cut_off,
    read_value,
    timed_out,
    too_large,
    unreachable,
)

GOOD, BAD, NOTHING = Verdict.GOOD, Verdict.BAD, Verdict.NOTHING
REQUEST = SubgraphRequest("a", "{x}", {}, b"{}")


def status(code: int, retry_after: float | None = None) -> SubgraphError:
    return SubgraphError(
        "m", subgraph="a", status=code, failure=Failure.STATUS, retry_after=retry_after
    )


def malformed() -> SubgraphError:
    with pytest.raises(SubgraphError) as caught:
        read_value([], 200, "a")
    return caught.value


@pytest.mark.parametrize(
    ("outcome", "seconds", "health", "load", "again"),
    [
        (SubgraphResponse({}), 0, GOOD, GOOD, False),
        (SubgraphResponse(None, ({"message": "m"},)), 0, GOOD, GOOD, False),
        (SubgraphResponse(None, ({"message": "m"},), {}, 500), 0, GOOD, GOOD, False),
        (SubgraphResponse(None, ({"message": "m"},), {}, 503), 0, BAD, BAD, True),
        (SubgraphResponse(None, ({"message": "m"},), {}, 429), 0, GOOD, BAD, True),
        (status(401), 0, GOOD, NOTHING, False),
        (status(429), 0, GOOD, BAD, True),
        (status(500), 0, BAD, NOTHING, False),
        (status(502), 0, BAD, NOTHING, True),
        (status(503), 0, BAD, BAD, True),
        (status(504), 0, BAD, NOTHING, True),
        (unreachable("a"), 0, BAD, NOTHING, True),
        (cut_off("a"), 0, BAD, NOTHING, False),
        (malformed(), 0, BAD, NOTHING, False),
        (too_large(1, "a"), 0, GOOD, NOTHING, False),
        (timed_out("a"), 5, BAD, BAD, False),
        (timed_out("a"), 4.9, NOTHING, NOTHING, False),
        (timed_out("a", Failure.NOT_SENT), 9, NOTHING, NOTHING, False),
        (SubgraphError("m", subgraph="a"), 9, NOTHING, NOTHING, False),
    ],
)
def test_what_an_outcome_says(
    outcome: Any, seconds: float, health: Verdict, load: Verdict, again: bool
) -> None:
    assert health_of(outcome, seconds, fair=5) is health
    assert load_of(outcome, seconds, fair=5) is load
    assert may_pass(outcome) is again


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    st.floats(0, 3),
    st.floats(0, 1),
    st.lists(st.tuples(st.floats(0, 4), st.integers(0, 3), st.integers(0, 3)), max_size=60),
)
def test_retries_stay_within_the_budget(
    per_second: float, share: float, turns: list[tuple[float, int, int]]
) -> None:
    clock = Clock()
    ttl = 10.0
    budget = RetryBudget(per_second, ttl, share, clock)
    calls: list[float] = []
    retries: list[float] = []
    for pause, made, wanted in turns:
        clock.now += pause
        for _ in range(made):
            budget.deposit()
            calls.append(clock.now)
        for _ in range(wanted):
            recent = sum(clock.now - at <= ttl * 1.1 for at in calls)
            spent = sum(clock.now - at <= ttl for at in retries)
            allowed = per_second * ttl + share * recent
            if budget.withdraw():
                retries.append(clock.now)
                assert spent + 1 <= allowed + 1e-9
            else:
                longer = sum(clock.now - at <= ttl * 1.1 for at in retries)
                fewer = sum(clock.now - at <= ttl for at in calls)
                assert longer + 1 > per_second * ttl + share * fewer


class Scripted:
    """A transport that gives the outcomes of a list, one for each call."""

    def __init__(self, *outcomes: Any, hold: float = 0) -> None:
        self.outcomes = list(outcomes)
        self.hold = hold
        self.requests: list[SubgraphRequest] = []
        self.closed = False

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        self.requests.append(request)
        if self.hold:
            await asyncio.sleep(self.hold)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(outcome, SubgraphResponse)
        return outcome

    async def close(self) -> None:
        self.closed = True


def retrying(transport: Scripted, timeout: float = 5.0, **options: Any) -> Retrying:
    retries = Retries(RetryOptions(**{"min_per_sec": 100, "base": 0.01, **options}))
    return Retrying(transport, retries, timeout, jitter=lambda: 1.0)


async def test_a_passing_failure_passes() -> None:
    transport = Scripted(unreachable("a"), status(503), SubgraphResponse({"x": 1}))
    response = await retrying(transport).send(REQUEST)
    assert response.data == {"x": 1}
    assert len(transport.requests) == 3
    late = await retrying(Scripted(SubgraphResponse(None, (), {}, 503), response)).send(REQUEST)
    assert late.data == {"x": 1}


async def test_the_last_failure_is_told() -> None:
    transport = Scripted(unreachable("a"), status(502), status(503), SubgraphResponse({}))
    with pytest.raises(SubgraphError) as caught:
        await retrying(transport).send(REQUEST)
    assert (caught.value.status, len(transport.requests)) == (503, 3)
    answered = SubgraphResponse(None, ({"message": "m"},), {}, 503)
    assert await retrying(Scripted(answered)).send(REQUEST) is answered


@pytest.mark.parametrize("failure", [timed_out("a"), status(500), cut_off("a"), too_large(1, "a")])
async def test_what_is_not_repeated(failure: SubgraphError) -> None:
    transport = Scripted(failure)
    with pytest.raises(SubgraphError) as caught:
        await retrying(transport).send(REQUEST)
    assert caught.value is failure
    assert len(transport.requests) == 1


async def test_mutations_are_sent_once() -> None:
    transport = Scripted(unreachable("a"))
    mutation = SubgraphRequest("a", "mutation {x}", {}, b"{}", mutation=True)
    with pytest.raises(SubgraphError):
        await retrying(transport).send(mutation)
    assert len(transport.requests) == 1


async def test_a_retry_stays_within_the_calls_time() -> None:
    clock = asyncio.get_running_loop().time
    transport = Scripted(unreachable("a"), SubgraphResponse({}))
    started = clock()
    await retrying(transport, timeout=2.0).send(REQUEST)
    first, second = transport.requests
    assert first.deadline is None
    assert second.deadline is not None
    assert started + 2.0 <= second.deadline < started + 2.1
    for request, timeout in (
        (SubgraphRequest("a", "", {}, b"{}", deadline=clock() + 0.005), 2.0),
        (REQUEST, 0.005),
    ):
        transport = Scripted(unreachable("a"), SubgraphResponse({}))
        with pytest.raises(SubgraphError):
            await retrying(transport, timeout=timeout).send(request)
        assert len(transport.requests) == 1


async def test_retry_after_is_waited_for_or_not_at_all() -> None:
    clock = asyncio.get_running_loop().time
    started = clock()
    transport = Scripted(status(503, retry_after=0.2), SubgraphResponse({}))
    await retrying(transport).send(REQUEST)
    assert clock() - started >= 0.2
    transport = Scripted(status(503, retry_after=60), SubgraphResponse({}))
    with pytest.raises(SubgraphError):
        await retrying(transport).send(REQUEST)
    assert len(transport.requests) == 1


async def test_what_we_refuse_ourselves_is_not_the_reason() -> None:
    rejected = SubgraphError("m", subgraph="a", code="X", failure=Failure.NOT_SENT)
    with pytest.raises(SubgraphError) as caught:
        await retrying(Scripted(status(503), rejected)).send(REQUEST)
    assert caught.value.status == 503


OPTIONS = BreakerOptions(
    error_threshold=0.5, volume_threshold=4, reset_timeout=10, half_open_attempts=2
)


def opened(now: float = 0.0) -> CircuitBreaker:
    breaker = CircuitBreaker("a", OPTIONS)
    for verdict in (GOOD, GOOD, BAD, BAD):
        era = breaker.admit(now)
        assert era is not None
        breaker.report(era, verdict, now)
    assert breaker.state is BreakerState.OPEN
    return breaker


def test_it_opens_at_the_share_of_the_last_calls() -> None:
    breaker = CircuitBreaker("a", OPTIONS)
    script = [BAD, BAD, BAD, NOTHING, NOTHING]  # three are no full sample
    for verdict in script:
        breaker.report(breaker.admit(0) or 0, verdict, 0)
    assert breaker.state is BreakerState.CLOSED
    breaker.report(0, GOOD, 0)
    assert breaker.state is BreakerState.OPEN  # three of four
    assert breaker.opened == 1


@given(st.lists(st.booleans(), max_size=60))
def test_it_opens_exactly_when_the_last_calls_say_so(outcomes: list[bool]) -> None:
    breaker = CircuitBreaker("a", OPTIONS)
    seen: list[bool] = []
    for bad in outcomes:
        breaker.report(0, BAD if bad else GOOD, 0)
        seen.append(bad)
        last = seen[-4:]
        if len(last) == 4 and sum(last) >= 2:
            assert breaker.state is BreakerState.OPEN
            return
        assert breaker.state is BreakerState.CLOSED


def test_open_half_open_closed() -> None:
    breaker = opened(now=100)
    assert breaker.admit(109.9) is None
    assert breaker.rejected == 1
    first = breaker.admit(110)
    assert first is not None
    assert breaker.state is BreakerState.HALF_OPEN
    second = breaker.admit(110)
    assert second is not None
    assert breaker.admit(110) is None  # two probes are under way
    breaker.report(first, GOOD, 111)
    assert breaker.admit(111) is None  # and two are enough
    breaker.report(second, GOOD, 111)
    assert breaker.state is BreakerState.CLOSED


def test_half_open_opens_again_and_a_probe_without_outcome_is_made_again() -> None:
    breaker = opened(now=100)
    one = breaker.admit(110)
    assert one is not None
    breaker.report(one, NOTHING, 110)
    two, three = breaker.admit(111), breaker.admit(111)
    assert two is not None
    assert three is not None
    breaker.report(two, GOOD, 112)
    breaker.report(three, BAD, 112)
    assert breaker.state is BreakerState.OPEN
    assert breaker.admit(121.9) is None
    assert breaker.admit(122) is not None


def test_outcomes_of_an_earlier_state_do_not_count() -> None:
    breaker = CircuitBreaker("a", OPTIONS)
    eras = [breaker.admit(0) for _ in range(8)]
    assert None not in eras
    for era in eras:
        breaker.report(era or 0, BAD, 0)
    assert breaker.opened == 1
    probe = breaker.admit(10)
    assert probe is not None
    breaker.report(0, BAD, 10)
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.report(probe, GOOD, 10)
    assert breaker.admit(10) is not None


async def test_cancelling_a_probe_frees_its_place() -> None:
    options = BreakerOptions(volume_threshold=1, reset_timeout=0, half_open_attempts=1)
    breaker = CircuitBreaker("a", options)
    breaker.report(0, BAD, 0)
    transport = Scripted(SubgraphResponse({}), hold=5)
    probe = asyncio.ensure_future(Breaking(transport, breaker, fair=1).send(REQUEST))
    await asyncio.sleep(0.01)
    with pytest.raises(SubgraphError) as caught:
        await Breaking(transport, breaker, fair=1).send(REQUEST)
    assert caught.value.code == "SUBGRAPH_CIRCUIT_BREAKER_REJECTED"
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    transport.hold = 0
    await Breaking(transport, breaker, fair=1).send(REQUEST)
    assert breaker.state is BreakerState.CLOSED


LIMIT = ConcurrencyOptions(highest=100, lowest=4, queue_size=2)


@given(st.lists(st.tuples(st.sampled_from([GOOD, NOTHING]), st.integers(1, 100)), max_size=300))
def test_a_healthy_subgraph_never_has_less_than_the_highest(
    outcomes: list[tuple[Verdict, int]],
) -> None:
    limit = AdaptiveLimit(LIMIT)
    for verdict, in_flight in outcomes:
        limit.report(verdict, 0, 0, in_flight)
        assert limit.limit == 100


def test_single_time_outs_change_nothing() -> None:
    limit = AdaptiveLimit(LIMIT)
    for turn in range(1000):
        limit.report(BAD if turn % 20 == 0 else GOOD, turn, turn, 50)
    assert limit.limit == 100


def test_it_falls_once_for_calls_that_were_under_way_together_and_rises_again() -> None:
    limit = AdaptiveLimit(LIMIT)
    for _ in range(100):
        limit.report(BAD, started=0, now=30, in_flight=100)
    assert limit.limit == 66
    for fall in range(20):
        for _ in range(4):
            limit.report(BAD, started=100 * (fall + 1), now=100 * (fall + 1) + 1, in_flight=4)
    assert limit.limit == 4
    for _ in range(1000):
        limit.report(GOOD, 9000, 9000, in_flight=1)
    assert limit.limit == 4  # not in use: nothing is known of more
    good = 0
    while limit.limit < 100:
        limit.report(GOOD, 9000, 9000, in_flight=limit.limit)
        good += 1
    assert good < 1000


async def test_places_are_given_in_order() -> None:
    concurrency = Concurrency(ConcurrencyOptions(highest=1, lowest=1, queue_size=2))
    far = asyncio.get_running_loop().time() + 5
    assert concurrency.enter()
    order: list[int] = []

    async def wait(number: int) -> None:
        if await concurrency.wait(far):
            order.append(number)

    tasks = [asyncio.ensure_future(wait(number)) for number in range(2)]
    await asyncio.sleep(0)
    assert not concurrency.enter()
    assert not await concurrency.wait(far)  # the queue is full
    assert concurrency.queued == 2
    concurrency.leave()
    assert not concurrency.enter()  # nobody overtakes who waits
    await asyncio.sleep(0)
    concurrency.leave()
    await asyncio.gather(*tasks)
    assert order == [0, 1]
    concurrency.leave()
    assert (concurrency.in_flight, concurrency.queued) == (0, 0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["call", "cancel", "finish", "time"]), st.integers(0, 9)),
        max_size=40,
    )
)
def test_no_place_is_lost(turns: list[tuple[str, int]]) -> None:
    async def run() -> None:
        concurrency = Concurrency(ConcurrencyOptions(highest=3, lowest=1, queue_size=4))
        released: list[asyncio.Event] = []

        class Held(Scripted):
            async def send(self, request: SubgraphRequest) -> SubgraphResponse:
                event = asyncio.Event()
                released.append(event)
                assert concurrency.in_flight <= 3
                await event.wait()
                return SubgraphResponse({})

        limiting = Limiting(Held(), concurrency, timeout=0.003, fair=1)
        tasks: list[asyncio.Future[Any]] = []
        for turn, number in turns:
            if turn == "call":
                tasks.append(asyncio.ensure_future(limiting.send(REQUEST)))
            elif turn == "cancel" and tasks:
                tasks[number % len(tasks)].cancel()
            elif turn == "finish" and released:
                released[number % len(released)].set()
            elif turn == "time":
                await asyncio.sleep(0.004)
            if number % 2:
                await asyncio.sleep(0)
        for _ in range(len(tasks) + 1):
            await asyncio.sleep(0)
            for event in released:
                event.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (concurrency.in_flight, concurrency.queued) == (0, 0)

    asyncio.run(run())


async def test_who_finds_no_place_is_told_at_once_or_in_time() -> None:
    options = ConcurrencyOptions(highest=1, lowest=1, queue_size=1, queue_timeout=0.05)
    concurrency = Concurrency(options)
    transport = Scripted(SubgraphResponse({}), hold=0.5)
    limiting = Limiting(transport, concurrency, timeout=5, fair=1)
    first, second, third = (asyncio.ensure_future(limiting.send(REQUEST)) for _ in range(3))
    clock = asyncio.get_running_loop().time
    started = clock()
    for task in (third, second):
        with pytest.raises(SubgraphError) as caught:
            await task
        assert caught.value.code == "REQUEST_CONCURRENCY_LIMITED"
    assert 0.04 < clock() - started < 0.4
    assert concurrency.limited == 2
    await first
    # Its own time is over first: a time-out, as anywhere else.
    holding = asyncio.ensure_future(limiting.send(REQUEST))
    await asyncio.sleep(0)
    soon = SubgraphRequest("a", "", {}, b"{}", deadline=clock() + 0.01)
    with pytest.raises(SubgraphError) as caught:
        await limiting.send(soon)
    assert (caught.value.code, caught.value.failure) == ("GATEWAY_TIMEOUT", Failure.NOT_SENT)
    await holding


async def test_the_breaker_counts_attempts_and_ends_retries() -> None:
    """A subgraph that fails every other time is half broken, also while retries hide it."""
    outcomes = [outcome for _ in range(3) for outcome in (status(503), SubgraphResponse({}))]
    wire = Scripted(*outcomes, status(502))
    options = GuardOptions(
        timeout=5,
        fair=1,
        retry=RetryOptions(min_per_sec=100, base=0.001),
        breaker=BreakerOptions(volume_threshold=7),
    )
    guards = Guards("a", options)
    transport = guards.wrap(wire)
    for _ in range(3):
        assert (await transport.send(REQUEST)).data == {}
    with pytest.raises(SubgraphError) as caught:
        await transport.send(REQUEST)
    # The seventh attempt was the fourth bad one; what would have been the eighth was not made.
    assert guards.state.breaker is BreakerState.OPEN
    assert (len(wire.requests), caught.value.status) == (7, 502)


async def test_a_pause_before_a_retry_holds_no_place() -> None:
    wire = Scripted(status(503), SubgraphResponse({}))
    options = GuardOptions(
        timeout=5,
        fair=1,
        retry=RetryOptions(min_per_sec=100, base=0.5),
        concurrency=ConcurrencyOptions(highest=1, lowest=1, queue_size=0),
    )
    guards = Guards("a", options)
    transport = guards.wrap(wire)
    wire.outcomes[0].retry_after = 0.2
    pausing = asyncio.ensure_future(transport.send(REQUEST))
    await asyncio.sleep(0.05)
    assert (guards.state.in_flight, len(wire.requests)) == (0, 1)
    assert (await transport.send(REQUEST)).data == {}
    assert (await pausing).data == {}


async def test_guards_outlive_transports_and_closing_reaches_the_wire() -> None:
    traffic = Traffic()
    options = GuardOptions(
        timeout=1,
        fair=0.5,
        retry=RetryOptions(max_retries=0),
        breaker=BreakerOptions(volume_threshold=2),
        concurrency=ConcurrencyOptions(),
    )
    for _ in range(2):
        wire = Scripted(unreachable("a"))
        transport = traffic.guards("a", "http://a/", options).wrap(wire)
        with pytest.raises(SubgraphError):
            await transport.send(REQUEST)
        await transport.close()
        assert wire.closed
    (state,) = traffic.states()
    assert (state.breaker, state.limit, state.in_flight) == (BreakerState.OPEN, 100, 0)
    assert traffic.guards("a", "http://moved/", options).state.breaker is BreakerState.CLOSED
    traffic.forget_others({"b"})
    assert traffic.states() == ()
