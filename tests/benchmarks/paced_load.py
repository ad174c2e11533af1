"""Load in open loop: requests leave evenly, whether or not earlier ones have been answered.

A closed loop asks less often when answers are late, and so does not see how late they are. Here the
latency counts from the moment at which a request should have left, also when all connections were
busy then or the generator itself was late.
"""

from __future__ import annotations

import asyncio
import time

from tests.benchmarks.load import Answer, Client, Load

# libuv and epoll count milliseconds: what is due within one leaves together.
_TICK = 0.001
_PATIENCE = 30.0


class _Run:
    """One run. `free`: connections without a request; `waiting`: when the requests were due that
    wait for one; `due`: when those on their way were."""

    def __init__(self, port: int, request: bytes, answer: Answer) -> None:
        self.port = port
        self.request = request
        self.answer = answer
        self.counted_from = 0.0
        self.load = Load()
        self.free: list[Client] = []
        self.clients: set[Client] = set()
        self.waiting: list[float] = []
        self.due: dict[Client, float] = {}
        self.most = 0
        self.unanswered = 0
        self.first = self.last = 0.0
        self.idle = asyncio.Event()
        self.connecting: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> int:
        """How many requests have no answer yet."""
        return len(self.due) + len(self.waiting)

    def ask(self, due: float) -> None:
        if self.free:
            self._send(self.free.pop(), due)
        else:
            self.waiting.append(due)
            task = asyncio.ensure_future(self.connect())
            self.connecting.add(task)
            task.add_done_callback(self.connecting.discard)
        self.most = max(self.most, self.open)

    def _send(self, client: Client, due: float) -> None:
        self.due[client] = due
        client.ask(self.request)

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(
            lambda: Client(self._answered, self._lost), "127.0.0.1", self.port
        )
        self.clients.add(client)
        self._next(client)

    def _next(self, client: Client) -> None:
        if self.waiting:
            self._send(client, self.waiting.pop(0))
        else:
            self.free.append(client)

    def _answered(self, client: Client, status: int, body: bytes) -> None:
        now = time.perf_counter()
        due = self.due.pop(client)
        self.load.answers += 1
        if due >= self.counted_from:
            self.load.latencies.append(now - due)
            self.first = self.first or now
            self.last = now
        if status != 200 or not self.answer.accepts(body):
            self.load.wrong += 1
            self.load.fault = self.load.fault or f"status {status}: {body[:500]!r}"
        self._next(client)
        if not self.open:
            self.idle.set()

    def _lost(self, client: Client, was_open: bool) -> None:
        self.clients.discard(client)
        if was_open:
            del self.due[client]
            self.unanswered += 1
            if not self.open:
                self.idle.set()
        elif client in self.free:  # a server may close what is idle
            self.free.remove(client)

    async def answers(self) -> None:
        """Wait until nothing is open; what is still open after `_PATIENCE` is not answered."""
        self.idle.clear()
        if self.open:
            try:
                await asyncio.wait_for(self.idle.wait(), _PATIENCE)
            except TimeoutError:
                self.unanswered += self.open

    def close(self) -> None:
        for client in list(self.clients):
            client.transport.close()


async def run_paced(
    port: int,
    request: bytes,
    answer: Answer,
    *,
    rate: float,
    seconds: float,
    connections: int,
    warming: float = 0.0,
) -> Load:
    """Return what became of `rate` requests a second; those of the first `warming` s only warm up.

    `connections` are opened before; more follow when all are busy. `Load.latencies` are without the
    warming, `Load.answers` are all. `Load.extra` has how many requests were open at most, and how
    many had no answer 30 s after the last was sent: no gateway holds every rate.
    """
    run = _Run(port, request, answer)
    await asyncio.gather(*(run.connect() for _ in range(connections)))
    start = time.perf_counter()
    run.counted_from = start + warming
    for number in range(int(rate * (warming + seconds))):
        due = start + number / rate
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(max(wait, _TICK))
        run.ask(due)
    await run.answers()
    # The rate is that of the answers that count; seconds and answers are given for all.
    counted = len(run.load.latencies)
    per_answer = (run.last - run.first) / max(1, counted - 1)
    run.load.seconds = per_answer * run.load.answers
    run.load.extra |= {"open at most": run.most, "not answered": run.unanswered}
    run.close()
    return run.load


async def run_burst(port: int, request: bytes, answer: Answer, *, count: int, times: int) -> Load:
    """Return what became of `count` requests sent at once, `times` times after one another."""
    run = _Run(port, request, answer)
    await asyncio.gather(*(run.connect() for _ in range(count)))
    begun = time.perf_counter()
    for _ in range(times):
        due = time.perf_counter()
        for _ in range(count):
            run.ask(due)
        await run.answers()
    run.load.seconds = time.perf_counter() - begun
    run.load.extra["not answered"] = run.unanswered
    run.close()
    return run.load
