"""Subscriptions: events of the database, filtered, each read anew as the caller may see it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeVar

import strawberry

from resolvers.hub.events import Event
from schema.common.context import Info
from schema.common.errors import CodedError

Method = TypeVar("Method", bound=Callable[..., Any])


def subscription(*, description: str) -> Callable[[Method], Method]:
    """Return Strawberry's subscription decorator with a type that keeps the method's signature."""
    decorator: Callable[[Method], Method] = strawberry.subscription(description=description)
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
