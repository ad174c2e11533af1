"""Making the next piece of work while the present one is in use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

T = TypeVar("T")


def _leave(_: object) -> None:
    return


async def ahead(
    pieces: AsyncGenerator[T, None], discard: Callable[[T], None] = _leave
) -> AsyncGenerator[T, None]:
    """Yield pieces, each made while the one before is in use: at most one waits.

    A failure comes after the pieces made before it. When the caller stops early, the piece that
    waits is given to `discard`, and `pieces` is closed.
    """
    following = asyncio.ensure_future(anext(pieces, None))
    try:
        while (present := await following) is not None:
            following = asyncio.ensure_future(anext(pieces, None))
            yield present
    finally:
        following.cancel()
        [waiting] = await asyncio.gather(following, return_exceptions=True)
        if waiting is not None and not isinstance(waiting, BaseException):
            discard(waiting)
        await pieces.aclose()
