"""The connections to one subgraph: a bounded number, kept open for a while, used newest first.

Who finds none free waits in line. What becomes free goes to the first in line: the connection
itself, or the place to open one where a connection was lost.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable

from federation.execution.deadlines import clock
from federation.execution.transports.http1.address import Address
from federation.execution.transports.http1.connection import Connection


class PoolTimeoutError(Exception):
    """No connection was free in time; nothing was sent."""


class ConnectTimeoutError(Exception):
    """The connection did not stand in time; nothing was sent."""


class Pool:
    """Belongs to the loop that uses it first.

    `tls` gives what to connect with, None without TLS. `limit`: see `Connection`. Times in seconds.
    `opened`: how many connections ever.
    """

    def __init__(
        self,
        address: Address,
        tls: Callable[[], ssl.SSLContext] | None,
        *,
        max_connections: int,
        connect_timeout: float,
        idle_timeout: float,
        limit: int,
    ) -> None:
        self._address = address
        self._tls = tls
        self._max = max_connections
        self._connect_timeout = connect_timeout
        self._idle_timeout = idle_timeout
        self._limit = limit
        # The one that was used last is at the end; so they stand in the order of their times.
        self._idle: deque[Connection] = deque()
        self._all: set[Connection] = set()
        # Connections and those being opened, with the places given to who waits in line.
        self._places = 0
        # None: the place to open one.
        self._line: deque[asyncio.Future[Connection | None]] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self._generation = 0
        self._closed = False
        self.opened = 0

    def take(self, now: float, *, surely_alive: bool = False) -> Connection | None:
        """Return a free connection, None when there is none or others wait for one.

        `surely_alive`: not one whose end is only not read yet.
        """
        while self._idle:
            connection = self._idle.pop()
            if not (
                connection.closed
                or now - connection.idle_since >= self._idle_timeout
                or (surely_alive and connection.has_news)
            ):
                return connection
            connection.close()
        return None

    async def acquire(self, end: float, *, fresh: bool = False) -> Connection:
        """Return the connection that is free first, or a new one; `fresh`: always a new one.

        Raises `PoolTimeoutError`, `ConnectTimeoutError`, and `OSError` for one that cannot be
        opened.
        """
        first = False
        while True:
            if self._places < self._max and (first or not self._line):
                self._places += 1
                return await self._open(end)
            if fresh and self._idle:
                self._idle.popleft().close()
            found = await self._wait(end, first)
            if found is None:
                return await self._open(end)
            if not found.closed and not fresh:
                return found
            found.close()
            # It was our turn already.
            first = True

    def renew(self) -> None:
        """Use the connections that are open for what is under way, and for nothing more."""
        self._generation += 1
        self._close_idle()

    def close(self) -> None:
        """Close the connections; those in use when their answer is there."""
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    async def _wait(self, end: float, first: bool) -> Connection | None:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Connection | None] = loop.create_future()
        timer = loop.call_at(end, _give_up, waiter)
        if first:
            self._line.appendleft(waiter)
        else:
            self._line.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            # It may have been given in the same moment.
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                found = waiter.result()
                if found is None:
                    self._give_place_back()
                else:
                    self._take_back(found)
            raise
        finally:
            timer.cancel()
            if waiter in self._line:
                self._line.remove(waiter)

    async def _open(self, end: float) -> Connection:
        """Open a connection in the caller's place."""
        loop = asyncio.get_running_loop()
        address, secure = self._address, None if self._tls is None else self._tls()
        generation = self._generation
        try:
            async with asyncio.timeout_at(min(end, clock() + self._connect_timeout)):
                _, connection = await loop.create_connection(
                    lambda: Connection(
                        loop, self._limit, generation, self._take_back, self._forget
                    ),
                    address.host,
                    address.port,
                    ssl=secure,
                    server_hostname=None if secure is None else address.host,
                )
            if connection.closed:
                raise ConnectionResetError
        except TimeoutError:
            self._give_place_back()
            raise ConnectTimeoutError from None
        except BaseException:
            self._give_place_back()
            raise
        self._all.add(connection)
        self.opened += 1
        return connection

    def _take_back(self, connection: Connection) -> None:
        """An answer is complete, or a connection was given to somebody who left."""
        if connection.closed:
            return
        if self._closed or connection.generation != self._generation:
            connection.close()
            return
        while self._line:
            waiter = self._line.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        connection.idle_since = clock()
        self._idle.append(connection)
        if self._sweeper is None:
            loop = asyncio.get_running_loop()
            self._sweeper = loop.call_later(self._idle_timeout, self._sweep)

    def _forget(self, connection: Connection) -> None:
        if connection in self._all:
            self._all.discard(connection)
            self._give_place_back()

    def _give_place_back(self) -> None:
        self._places -= 1
        while self._line and self._places < self._max:
            waiter = self._line.popleft()
            if not waiter.done():
                self._places += 1
                waiter.set_result(None)

    def _sweep(self) -> None:
        """Close what was not used for too long."""
        self._sweeper = None
        oldest = clock() - self._idle_timeout
        while self._idle and (self._idle[0].closed or self._idle[0].idle_since <= oldest):
            self._idle.popleft().close()
        if self._idle:
            wait = self._idle[0].idle_since - oldest
            self._sweeper = asyncio.get_running_loop().call_later(wait, self._sweep)


def _give_up(waiter: asyncio.Future[Connection | None]) -> None:
    if not waiter.done():
        waiter.set_exception(PoolTimeoutError())
