"""Fetching the next batch while the present one is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from adapters.source import OpenBatch


async def ahead(batches: AsyncIterator[OpenBatch]) -> AsyncGenerator[OpenBatch, None]:
    """Yield batches, each fetched while the one before is in use: at most one waits.

    A failure of the source comes after the batches fetched before it. When the caller stops early,
    the batch that waits is closed.
    """
    following = asyncio.ensure_future(anext(batches, None))
    try:
        while (present := await following) is not None:
            following = asyncio.ensure_future(anext(batches, None))
            yield present
    finally:
        following.cancel()
        [waiting] = await asyncio.gather(following, return_exceptions=True)
        if waiting is not None and not isinstance(waiting, BaseException):
            waiting.close()
