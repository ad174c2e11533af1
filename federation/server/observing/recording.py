"""What became of each operation, told once, to all who keep account of it.

An observer (see `stages`) that notes the fetches of an operation and, when it is over, hands one
`Operation` to its ledgers: metrics, access log, usage. A stream is over when it is closed.
"""

from __future__ import annotations

from time import perf_counter
from typing import Protocol

from msgspec import Struct

from federation.execution.tracing import Fetched, FetchLog, FetchTracer
from federation.server.exchange import Exchange
from federation.server.listener.client_program import ClientProgram, ClientPrograms


class Operation(Struct, eq=False):
    """An operation that is over. `duration` in seconds, `own`: of it in which no fetch was under
    way; None where others' fetches were waited for. `fetched` are its (last) fetches, of `fetches`.
    """

    exchange: Exchange
    program: ClientProgram
    status: int
    errors: int
    duration: float
    own: float | None
    fetched: list[Fetched]
    fetches: int


class Ledger(Protocol):
    """Keeps account of operations. Must be quick, and must not raise.

    `follows`: it wants to be told also of what has begun and of fetches, not of ends only.
    """

    follows: bool

    def began(self, exchange: Exchange) -> None:
        """An operation came in."""

    def fetched(self, fetched: list[Fetched]) -> None:
        """Fetches of an operation that still runs are over."""

    def ended(self, operation: Operation) -> None:
        """It is over; its fetches were told in `fetched` before."""


class Recorder:
    """`Observer` for several ledgers."""

    def __init__(self, ledgers: tuple[Ledger, ...], programs: ClientPrograms) -> None:
        following = tuple(ledger for ledger in ledgers if ledger.follows)
        # Looked up once.
        self._began = tuple(ledger.began for ledger in following)
        self._fetched = tuple(ledger.fetched for ledger in following)
        self._ended = tuple(ledger.ended for ledger in ledgers)
        self._programs = programs

    def started(self, exchange: Exchange) -> FetchTracer:
        """See `Observer.started`."""
        exchange.fetches = log = FetchLog()
        exchange.started = log.opened
        for tell in self._began:
            tell(exchange)
        return log

    def progressed(self, exchange: Exchange) -> None:
        """See `Observer.progressed`."""
        log = exchange.fetches
        if log is not None and log.fetched:
            fetched = log.take()
            self._late(fetched)

    def ended(self, exchange: Exchange, status: int, errors: int) -> None:
        """See `Observer.ended`."""
        log = exchange.fetches
        assert log is not None
        duration = perf_counter() - log.opened
        fetched = log.fetched
        operation = Operation(
            exchange,
            self._programs.of(exchange.http),
            status,
            errors,
            duration,
            None if exchange.shared or exchange.events else duration - log.waited,
            fetched,
            log.count,
        )
        if log.running:
            # Its client went away: the calls are being cancelled, or go on for others.
            log.told = self._late
        if fetched:
            for tell in self._fetched:
                tell(fetched)
        for end in self._ended:
            end(operation)

    def _late(self, fetched: list[Fetched]) -> None:
        for tell in self._fetched:
            tell(fetched)
