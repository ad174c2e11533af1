"""(h) 1,000 subscribers of one subscription, 50 events a second: what a message costs.

Half of them listen over WebSocket, half over SSE; each event has an entity of another subgraph.
Told are messages per second, how long it takes from an event to its last subscriber, the processor
time of a message and the memory of a subscriber. A message that is lost, out of order or wrong
fails the run.

A program that needs more than 40 ms for one event alone could not keep up with 50 a second, and its
backlog would be all one sees: it gets as many events as it can handle in half of the time.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from tests.benchmarks.gateways.listeners import (
    Hearing,
    Known,
    Listener,
    SseListener,
    WebSocketListener,
    sse_hello,
    websocket_hello,
)
from tests.benchmarks.gateways.standins import feed, orders
from tests.benchmarks.gateways.standins.running import Standins, start_standins, write_supergraph
from tests.benchmarks.gateways.workload import Graph, Mode
from tests.benchmarks.load import Load
from tests.benchmarks.programs import Program

PER_MESSAGE = "cpu µs per message"
_PATH = "/graphql"
_OPERATION = json.dumps({"query": feed.SUBSCRIPTION}).encode()
# Until every subscriber has had its first event; and until the last one has the last event.
_PATIENCE = 60.0
_SINGLE_EVENTS = 3
_SLOW_SECONDS = 0.04
# A tenth of a second each.
_LEAVING_LOOKS = 30
# Connections opened at once.
_DOORS = 50


def expected(number: int, sent_at: str) -> Any:
    """Return what a subscriber gets of an event."""
    upc = feed.upc_of(number)
    stock = orders.stock_of(upc)
    warehouse = {"name": stock["warehouse"]["name"], "city": stock["warehouse"]["city"]}
    product = {"upc": upc, "inStock": stock["inStock"], "warehouse": warehouse}
    change = {"number": f"{number:010}", "sentAt": sent_at, "product": product}
    return {"data": {"stockChanged": change}}


class Audience:
    """The subscribers of one program."""

    def __init__(self, port: int, standins: Standins) -> None:
        self._port = port
        self._standins = standins
        self.hearing = Hearing(expected)
        self.listeners: list[Listener] = []
        self._left = 0
        self._empty = asyncio.Event()

    async def gather(self, count: int) -> None:
        """Open all streams and wait until every one has had an event."""
        websocket, sse = websocket_hello(_PATH), sse_hello(_PATH, _OPERATION)
        sockets, streams = Known(), Known()
        for begin in range(0, count, _DOORS):
            opened = []
            for number in range(begin, min(count, begin + _DOORS)):
                if number % 2:
                    one: Listener = SseListener(self.hearing, streams, sse, self._closed)
                else:
                    one = WebSocketListener(self.hearing, sockets, websocket, self._closed)
                    one.operation = _OPERATION
                self.listeners.append(one)
                self._left += 1
                opened.append(self._open(one))
            await asyncio.gather(*opened)
            if not await self._until(lambda one: one.ready, _PATIENCE):
                raise RuntimeError(f"streams are not answered: {self.hearing.fault}")
        # A subscription is not confirmed, so the first events tell who is there; a program that is
        # slow must not be given many.
        end, patience = time.monotonic() + _PATIENCE, 0.2
        while not all(one.last >= 0 for one in self.listeners):
            if time.monotonic() > end or self.hearing.fault:
                silent = sum(one.last < 0 for one in self.listeners)
                raise RuntimeError(
                    f"{silent} of {count} subscribers have had no event: {self.hearing.fault}"
                )
            await self.send(1, 1)
            await self._until(lambda one: one.last >= 0, patience)
            patience *= 2
        await self.settled()

    async def _until(self, good: Callable[[Listener], bool], seconds: float) -> bool:
        """Wait until that holds for all; return whether it does."""
        end = time.monotonic() + seconds
        while not all(map(good, self.listeners)):
            if time.monotonic() > end or self.hearing.fault:
                return False
            await asyncio.sleep(0.02)
        return True

    async def _open(self, listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: listener, "127.0.0.1", self._port)

    async def send(self, rate: float, count: int) -> None:
        """Have events sent; returns after the last."""
        await asyncio.to_thread(self._standins.send_events, "feed", rate, count)

    async def settled(self) -> bool:
        """Wait until all have had the same last event; return whether they have."""
        sent = (await asyncio.to_thread(self._standins.stats))["feed"]["own"]["sent"]
        return await self._until(lambda one: one.last >= sent - 1, _PATIENCE)

    async def one_event(self) -> float:
        """Return how many seconds it took until all had one event."""
        before = time.monotonic()
        self.hearing.counting = True
        await self.send(1, 1)
        await self.settled()
        self.hearing.counting = False
        event = self.hearing.events[max(self.hearing.events)]
        return (event.last_at - event.sent_at) / 1e9 if event.last_at else time.monotonic() - before

    async def leave(self, before: int) -> None:
        """Close all streams, and wait a while until those of the subgraph are closed, too.

        `before`: how many it had before these.
        """
        for one in self.listeners:
            one.close()
        if self._left:
            await asyncio.wait_for(self._empty.wait(), _PATIENCE)
        # Some notice that nobody listens only when the next event comes, others not even then.
        await self.send(1, 1)
        for _ in range(_LEAVING_LOOKS):
            if await self.streams() <= before:
                return
            await asyncio.sleep(0.1)

    async def streams(self) -> int:
        """Return how many streams of the subgraph are open."""
        found: int = (await asyncio.to_thread(self._standins.stats))["feed"]["own"]["open"]
        return found

    def _closed(self, listener: Listener) -> None:
        self._left -= 1
        if not self._left:
            self._empty.set()


@dataclass(frozen=True, slots=True)
class Subscribers:
    """`count` subscribers, `rate` events a second."""

    letter: str = "h"
    name: str = "subscribers"
    about: str = "1,000 subscribers over WebSocket and SSE, 50 events a second, with an entity"
    modes: tuple[Mode, ...] = (Mode.NONE, Mode.OP)
    programs: tuple[str, ...] = ("ours", "base", "hive-gateway", "hive-gateway-rust", "hive-router")
    count: int = 1_000
    rate: float = 50.0
    standins: dict[Path, Standins] = field(default_factory=dict)

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        standins = start_standins(stack, folder)
        sdl = {"feed": feed.SDL, "stock": orders.STOCK_SDL}
        supergraph = write_supergraph(folder, standins, sdl)
        self.standins[supergraph] = standins
        over_sse = {"mode": {"passthrough": {"all": {"protocol": "sse"}}}}
        return Graph(
            supergraph,
            partial(standins.calls, "feed", "stock"),
            settings={"subscription": over_sse},
            # Where nothing is shared, each event is as many calls at once as there are subscribers.
            connections=self.count,
        )

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        return uvloop.run(self._measure(program, self.standins[graph.supergraph], seconds))

    async def _measure(self, program: Program, standins: Standins, seconds: float) -> Load:
        audience = Audience(program.port, standins)
        before = await audience.streams()
        try:
            load = await self._listen(program, audience, seconds)
        finally:
            await audience.leave(before)
        load.extra["streams left open"] = max(0, await audience.streams() - before)
        return load

    async def _listen(self, program: Program, audience: Audience, seconds: float) -> Load:
        before, others = program.resident_mib(), await audience.streams()
        await audience.gather(self.count)
        streams = await audience.streams() - others
        single = statistics.median([await audience.one_event() for _ in range(_SINGLE_EVENTS)])
        rate = self.rate if single < _SLOW_SECONDS else 0.5 / single
        events = max(1, round(rate * seconds))
        hearing = audience.hearing
        hearing.events.clear()
        hearing.messages, hearing.counting = 0, True
        cpu, begun, own = program.cpu_seconds(), time.monotonic_ns(), time.process_time()
        await audience.send(rate, events)
        complete = await audience.settled()
        own = time.process_time() - own
        cpu_after, resident = program.cpu_seconds(), program.resident_mib()
        hearing.counting = False
        lost = events * self.count - hearing.messages
        if hearing.fault or lost or not complete:
            raise RuntimeError(f"{program.name}: {lost} messages lost: {hearing.fault}")
        ended = max(event.last_at for event in hearing.events.values())
        load = Load(answers=hearing.messages, seconds=(ended - begun) / 1e9)
        load.latencies = [
            (event.last_at - event.sent_at) / 1e9 for event in hearing.events.values()
        ]
        load.extra = {
            "events/s": events / load.seconds,
            "one event alone ms": single * 1000,
            "streams at the subgraph": streams,
            "lost messages": lost,
            "load µs per message": own / hearing.messages * 1e6,
        }
        if cpu is not None and cpu_after is not None:
            load.extra[PER_MESSAGE] = (cpu_after - cpu) / hearing.messages * 1e6
        if before is not None and resident is not None:
            load.extra["MiB with subscribers"] = resident
            load.extra["KiB more per subscriber"] = (resident - before) * 1024 / self.count
        return load
