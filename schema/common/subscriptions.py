"""Subscriptions: events of the database, filtered, each read anew as the caller may see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, Final, TypeVar

import strawberry

from resolvers.hub.events import Event
from schema.common.context import Info
from schema.common.errors import CodedError

Method = TypeVar("Method", bound=Callable[..., Any])

COALESCED_SECONDS: Final = 1.0
MOST_COALESCED: Final = 1_000


def subscription(
    *, description: str, directives: Sequence[object] = ()
) -> Callable[[Method], Method]:
    """Return Strawberry's subscription decorator with a type that keeps the method's signature."""
    decorator: Callable[[Method], Method] = strawberry.subscription(
        description=description, directives=directives
    )
    return decorator


async def listen(
    info: Info, *topics: str, wanted: Callable[[Event], bool] = lambda event: True
) -> AsyncGenerator[Event, None]:
    """Yield the events of these topics that are wanted, from now on.

    Before each one the request's loaders are made anew, so that the fields of this event do not
    show what an earlier one loaded. A resolver loads the object of `event.key` by them, and checks
    what the caller may see, as a query would.

    Raises:
        CodedError: SUBSCRIPTIONS_OFF where this server hears no events.
    """
    context = info.context
    if context.events is None:
        raise CodedError(
            "SUBSCRIPTIONS_OFF", "此处未启用订阅", "This server does not serve subscriptions"
        )
    async with context.events.subscribe(*topics) as events:
        async for event in events:
            if wanted(event):
                context.renew(context)
                yield event


async def coalesced(
    info: Info,
    *topics: str,
    wanted: Callable[[Event], bool] = lambda event: True,
    seconds: float = COALESCED_SECONDS,
) -> AsyncGenerator[list[Event], None]:
    """Yield the wanted events that came since the last time, at most once in `seconds`.

    Raises:
        CodedError, SlowListener: what ended the listening.
    """
    met: list[Event] = []
    changed = asyncio.Event()

    async def watch() -> None:
        async for event in listen(info, *topics, wanted=wanted):
            # A stalled client costs bounded memory.
            if len(met) < MOST_COALESCED:
                met.append(event)
            changed.set()

    watching = asyncio.create_task(watch())
    loop = asyncio.get_running_loop()
    try:
        while await _either(changed, watching):
            changed.clear()
            told, met[:] = list(met), []
            # The watching task renewed the loaders, but its context's budget is its own.
            info.context.renew(info.context)
            sent_at = loop.time()
            yield told
            await asyncio.sleep(max(0.0, sent_at + seconds - loop.time()))
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _either(changed: asyncio.Event, watching: asyncio.Task[None]) -> bool:
    """Wait for a change, or for the end of the events; return whether there was a change.

    Raises:
        CodedError, SlowListener: what ended the watching.
    """
    waiting = asyncio.create_task(changed.wait())
    try:
        await asyncio.wait({waiting, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if watching.done():
        watching.result()
    return changed.is_set()
