"""Commands, events and the worker: together or not at all, in order, exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.commands import Command, Work
from resolvers.hub.events import QUEUE_SIZE, Event, EventBus, SlowListener
from resolvers.hub.history import Change, load_changes, record_change
from resolvers.hub.worker import JobContext, Jobs, Reaction, Timer, Worker
from resolvers.identity import Caller, Role
from resolvers.peers import PeerUnavailable

NOW = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
WHO = Caller("test", Role.CNIPA_ADMIN)


class NoPeers:
    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        raise PeerUnavailable(subgraph, "none here")


def command(database: Database, name: str = "doIt") -> Command:
    return Command(database, WHO, "trading", name, NOW, request_id="r1")


async def publish(database: Database, *keys: str, topic: str = "a.happened") -> None:
    async with command(database).transaction() as work:
        for key in keys:
            await work.publish(topic, key, {"n": key})


async def rows(database: Database, table: str) -> list[Any]:
    return await database.fetch("test.rows", f"select * from hub.{table} order by 1")


async def test_what_was_done_is_audited_with_it(database: Database) -> None:
    async with command(database).transaction() as work:
        work.key = "L1"
        await work.publish("trading.listing_changed", "L1")
    [audit] = await rows(database, "audit")
    assert (audit["outcome"], audit["key"], audit["request_id"]) == ("DONE", "L1", "r1")
    assert (audit["subject"], audit["role"], audit["mutation"]) == ("test", "CNIPA_ADMIN", "doIt")
    assert [event["key"] for event in await rows(database, "event")] == ["L1"]


async def test_a_failed_command_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with command(database).transaction() as work:
            await work.publish("trading.listing_changed", "L1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await rows(database, "audit") == await rows(database, "event") == []
    await command(database).audit_refusal("REFUSED", ["SOME_CODE"])
    [audit] = await rows(database, "audit")
    assert (audit["outcome"], audit["codes"]) == ("REFUSED", ["SOME_CODE"])


async def test_changes_of_state_are_kept_in_order(database: Database) -> None:
    await database.execute(
        "test.table",
        """
        create schema mine;
        create table mine.status_change (
            id bigint generated always as identity primary key,
            workflow text not null, key text collate "C" not null,
            from_status text, to_status text not null, action text,
            by_subject text not null, by_role text not null,
            at timestamptz not null, comment text)
        """,
    )
    async with command(database).transaction() as work:
        await record_change(work, "mine", Change("w", "1", None, "DRAFT", None))
        await record_change(work, "mine", Change("w", "1", "DRAFT", "DONE", "GO", "why"))
        await record_change(work, "mine", Change("other", "1", None, "X", None))
    found = await load_changes(database, "mine", "w", ["1", "2"])
    assert [(c.from_status, c.to_status, c.comment) for c in found["1"]] == [
        (None, "DRAFT", None),
        ("DRAFT", "DONE", "why"),
    ]
    assert "2" not in found
    assert found["1"][0].at == NOW


async def test_listeners_hear_their_topics_once_committed(database: Database) -> None:
    async with EventBus(database).running() as bus, bus.subscribe("a.happened") as events:
        async with command(database).transaction() as work:
            await work.publish("b.happened", "no")
            await work.publish("a.happened", "1", {"n": 1})
            await work.publish("a.happened", "2")
            assert not await _arrives(events, 0.1)
        first, second = [await anext(events) for _ in range(2)]
    assert (first.key, first.payload, second.key) == ("1", {"n": 1}, "2")


async def _arrives(events: Any, seconds: float) -> bool:
    task = asyncio.ensure_future(anext(events))
    done, _ = await asyncio.wait([task], timeout=seconds)
    if not done:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return bool(done)


async def test_listeners_end_with_the_bus_and_slow_ones_are_told(database: Database) -> None:
    bus = EventBus(database)
    async with bus.running():
        async with bus.subscribe("a.happened") as slow:
            await publish(database, *(str(n) for n in range(QUEUE_SIZE + 5)))
            async with bus.subscribe("c.happened") as quick:
                await publish(database, "last", topic="c.happened")
                assert (await anext(quick)).key == "last"
            for number in range(QUEUE_SIZE):
                assert (await anext(slow)).key == str(number)
            with pytest.raises(SlowListener):
                await anext(slow)
        subscription = bus.subscribe("a.happened")
        waiting = asyncio.ensure_future(anext(await subscription.__aenter__(), None))
        await asyncio.sleep(0)
    assert await waiting is None
    await subscription.__aexit__(None, None, None)


class Seen:
    """A reaction that notes what it handled, in its transaction."""

    def __init__(self, *, fails_on: str = "", times: int = 99) -> None:
        self.fails_on, self.times, self.keys = fails_on, times, []  # type: ignore[var-annotated]

    async def handle(self, context: JobContext, work: Work, event: Event, facts: object) -> None:
        await work.publish("effect.seen", event.key)
        if event.key == self.fails_on and self.times:
            self.times -= 1
            raise ValueError("cannot")
        self.keys.append(event.key)

    def worker(self, database: Database, **options: Any) -> Worker:
        reaction = Reaction("test.seen", ("a.happened",), self.handle, **options)
        return Worker(database, NoPeers(), [Jobs((reaction,))], lambda: NOW)


async def effects(database: Database) -> list[str]:
    query = "select key from hub.event where topic = 'effect.seen' order by id"
    return [record["key"] for record in await database.fetch("test.effects", query)]


async def test_a_reaction_handles_each_event_once_in_order(database: Database) -> None:
    seen = Seen()
    await publish(database, "1", "2")
    await seen.worker(database).run_once()
    await publish(database, "3", topic="b.happened")
    await publish(database, "4")
    await seen.worker(database).run_once()
    await Seen().worker(database).run_once()
    assert seen.keys == await effects(database) == ["1", "2", "4"]


async def test_an_event_of_a_slower_earlier_transaction_is_not_missed(database: Database) -> None:
    seen = Seen()
    async with command(database).transaction() as slow:
        await slow.publish("a.happened", "early")
        await publish(database, "late")
        await seen.worker(database).run_once()
        assert seen.keys == []  # it waits: an older transaction is still open
    await seen.worker(database).run_once()
    assert seen.keys == ["early", "late"]


async def test_a_bad_event_is_put_aside_and_the_next_ones_go_on(database: Database) -> None:
    seen = Seen(fails_on="2")
    await publish(database, "1", "2", "3")
    await seen.worker(database).run_once()
    assert seen.keys == await effects(database) == ["1", "3"]
    [aside] = await rows(database, "failed_reaction")
    assert (aside["key"], aside["error"]) == ("2", "ValueError: cannot")


async def test_a_passing_failure_is_tried_again(database: Database) -> None:
    seen = Seen(fails_on="2", times=2)
    await publish(database, "1", "2", "3")
    await seen.worker(database).run_once()
    assert seen.keys == await effects(database) == ["1", "2", "3"]
    assert await rows(database, "failed_reaction") == []


async def test_events_wait_for_a_peer_that_is_away(database: Database) -> None:
    seen = Seen()

    async def prepare(context: JobContext, event: Event) -> object:
        return await context.peers.ask("trading", "{ a }")

    await publish(database, "1")
    with pytest.raises(PeerUnavailable):
        await seen.worker(database, prepare=prepare).run_once()
    await seen.worker(database).run_once()
    assert seen.keys == ["1"]


async def test_two_workers_share_the_work_and_repeat_none(database: Database) -> None:
    seen = Seen()
    await publish(database, *(str(n) for n in range(30)))
    await asyncio.gather(*(seen.worker(database).run_once() for _ in range(2)))
    assert seen.keys == await effects(database) == [str(n) for n in range(30)]


async def test_timers_run_when_due_and_a_failed_one_does_not_stop_others(
    database: Database,
) -> None:
    ran: list[str] = []
    now = [NOW]

    async def good(context: JobContext) -> None:
        ran.append(f"good {context.today}")

    async def bad(context: JobContext) -> None:
        ran.append("bad")
        raise ValueError("cannot")

    timers = (Timer("test.bad", 60, bad), Timer("test.good", 60, good))
    worker = Worker(database, NoPeers(), [Jobs((), timers)], lambda: now[0])
    await worker.run_once()
    await worker.run_once()
    assert ran == ["bad", "good 2024-06-15"]
    now[0] += timedelta(seconds=61)
    await worker.run_once()
    assert len(ran) == 4
    await worker.run_once(all_timers=True)
    assert len(ran) == 6


async def test_old_events_are_forgotten_unless_a_reaction_waits_with_them(
    database: Database,
) -> None:
    await publish(database, "1")
    await publish(database, "2", topic="nobody.waits")
    later = datetime.now(UTC) + timedelta(days=8)
    behind = Worker(database, NoPeers(), [Jobs((Reaction("t.x", ("a.happened",), _nothing),))])
    behind.clock = lambda: later
    await behind.run_timers()
    assert len(await rows(database, "event")) == 2
    await behind.run_once(all_timers=True)
    await behind.run_once(all_timers=True)
    assert await rows(database, "event") == []


async def _nothing(context: JobContext, work: Work, event: Event, facts: object) -> None:
    """Handle an event by doing nothing."""
