"""The parts of a streamed answer, counted as they are taken; when they end, observers are told."""

from __future__ import annotations

from federation.errors import FederationError
from federation.execution.subscriptions import EventAnswer
from federation.server.exchange import Exchange
from federation.server.stages import Observer
from federation.server.wire.streaming import Parts, Take


class ObservedParts:
    """`Parts` around others."""

    def __init__(self, parts: Parts, exchange: Exchange, observers: tuple[Observer, ...]) -> None:
        self._parts = parts
        self._exchange = exchange
        self._observers = observers
        self._open = True

    async def next(self) -> bytes | None:
        """See `Parts.next`."""
        try:
            body = await self._parts.next()
        except FederationError as error:
            self._exchange.codes += (error.code,)
            raise
        except Exception:
            self._exchange.codes += ("INTERNAL_SERVER_ERROR",)
            raise
        if body is not None:
            self._exchange.events += 1
            self._exchange.bytes_out += len(body)
            for observer in self._observers:
                observer.progressed(self._exchange)
        return body

    def deliver(self, take: Take) -> None:
        """See `Parts.deliver`."""
        exchange, observers = self._exchange, self._observers

        def counted(answer: EventAnswer) -> bool:
            if not take(answer):
                return False
            exchange.events += 1
            exchange.bytes_out += len(answer.body)
            for observer in observers:
                observer.progressed(exchange)
            return True

        self._parts.deliver(counted)

    async def close(self) -> None:
        """See `Parts.close`."""
        try:
            await self._parts.close()
        finally:
            if self._open:
                self._open = False
                for observer in self._observers:
                    observer.ended(self._exchange, 200, len(self._exchange.codes))
