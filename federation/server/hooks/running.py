"""Hooks as the settings name them → what the pipeline calls at each point."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from federation.errors import FederationError, RequestError
from federation.execution.deadlines import clock
from federation.server.errors import internal_error
from federation.server.exchange import Exchange
from federation.server.hooks.answering import with_extensions
from federation.server.hooks.public import Operation
from federation.server.settings.hooks import HookSection
from federation.server.wire.response import HttpResponse
from federation.server.wire.streaming import StreamReply

logger = logging.getLogger("federation.server.hooks")

# What `on_response` has when the request's own time is over already, or was never counted.
_LAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Point:
    """One method of one hook; whether it is a coroutine is found out once."""

    name: str
    method: Callable[..., Any]
    is_async: bool

    async def call(self, deadline: float, *arguments: Any) -> Any:
        """Call it. `deadline` on the event loop's clock.

        Raises `TimeoutError` when that is over, `RequestError` as it does, `HookFailed` for
        anything else.
        """
        if not self.is_async:
            try:
                return self.method(*arguments)
            except RequestError:
                raise
            except Exception as error:
                raise HookFailed(self.name) from error
        timeout = asyncio.timeout_at(deadline)
        try:
            async with timeout:
                return await self.method(*arguments)
        except RequestError:
            raise
        except Exception as error:
            if timeout.expired():
                raise
            raise HookFailed(self.name) from error


class HookFailed(Exception):
    """A hook raised what it should not; that is its cause. Its text is the hook's name."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks by what they are called for, each in the order of the settings."""

    request: tuple[Point, ...]
    operation: tuple[Point, ...]
    fetch: tuple[Point, ...]
    response: tuple[Point, ...]
    schema: tuple[Point, ...]

    async def requested(self, exchange: Exchange) -> None:
        """Call `on_request`. Raises `RequestError`, `TimeoutError`."""
        await _all(self.request, exchange)

    async def prepared(self, exchange: Exchange) -> None:
        """Call `on_operation`. Raises `RequestError`, `TimeoutError`."""
        await _all(self.operation, exchange)

    async def answered(self, exchange: Exchange, reply: HttpResponse | StreamReply) -> None:
        """Call `on_response`, and put into the reply what it adds. Raises only cancellation."""
        operation = _operation(exchange)
        before = dict(exchange.extensions)
        now = clock()
        deadline = exchange.deadline if exchange.deadline > now else now + _LAST_SECONDS
        for point in self.response:
            try:
                await point.call(deadline, operation, reply.status, reply.errors)
            except Exception as error:
                logger.error("%s failed; the answer goes without it", point.name, exc_info=error)
        added = {
            name: value
            for name, value in exchange.extensions.items()
            if name not in before or before[name] is not value
        }
        if added and isinstance(reply, HttpResponse):
            with_extensions(reply, added)


async def _all(points: tuple[Point, ...], exchange: Exchange) -> None:
    operation = _operation(exchange)
    for point in points:
        try:
            await point.call(exchange.deadline, operation)
        except HookFailed as failed:
            entry = internal_error(failed.__cause__ or failed, where=point.name)
            raise RequestError(
                entry["message"], code="INTERNAL_SERVER_ERROR", http_status=500
            ) from None


def _operation(exchange: Exchange) -> Operation:
    """Return the one window that all hooks have on an operation."""
    if exchange.hooked is None:
        exchange.hooked = Operation(exchange)
    assert isinstance(exchange.hooked, Operation)
    return exchange.hooked


def build_hooks(sections: Iterable[HookSection]) -> Hooks | None:
    """Return the hooks, None when there are none. Raises `FederationError` for one that cannot be
    made.
    """
    made = [(section.use, _make(section)) for section in sections]
    if not made:
        return None

    def points(method: str) -> tuple[Point, ...]:
        return tuple(
            _point(f"{method} of the hook {use}", getattr(hook, method))
            for use, hook in made
            if hasattr(hook, method)
        )

    return Hooks(
        request=points("on_request"),
        operation=points("on_operation"),
        fetch=points("on_fetch"),
        response=points("on_response"),
        schema=points("on_schema"),
    )


def _point(name: str, method: Callable[..., Awaitable[Any] | Any]) -> Point:
    return Point(name, method, inspect.iscoroutinefunction(method))


def _make(section: HookSection) -> object:
    try:
        return section.make()
    except Exception as error:
        raise FederationError(
            f"the hook {section.use} cannot be made: {type(error).__name__}: {error}",
            code="INVALID_CONFIGURATION",
        ) from error
