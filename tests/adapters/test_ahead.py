"""The next piece is made ahead; whoever stops early leaves nothing open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from adapters.ahead import ahead


class Pieces:
    def __init__(self, fail_at: int | None = None) -> None:
        self.made: list[int] = []
        self.is_closed = False
        self._fail_at = fail_at

    async def run(self) -> AsyncGenerator[int, None]:
        try:
            for number in range(3):
                if number == self._fail_at:
                    raise RuntimeError("gone")
                self.made.append(number)
                yield number
        finally:
            self.is_closed = True


async def test_one_piece_is_made_ahead() -> None:
    pieces = Pieces()
    met = []
    async with aclosing(ahead(pieces.run())) as found:
        async for number in found:
            await asyncio.sleep(0)
            met.append((number, list(pieces.made)))
    assert met == [(0, [0, 1]), (1, [0, 1, 2]), (2, [0, 1, 2])]
    assert pieces.is_closed


async def test_who_stops_early_leaves_nothing_open() -> None:
    pieces, left = Pieces(), list[int]()
    async with aclosing(ahead(pieces.run(), left.append)) as found:
        async for _ in found:
            await asyncio.sleep(0)
            break
    assert left == [1]
    assert pieces.is_closed


async def test_a_failure_comes_after_what_was_made_before() -> None:
    pieces, met = Pieces(fail_at=2), list[int]()

    async def meet() -> None:
        async with aclosing(ahead(pieces.run())) as found:
            async for number in found:
                await asyncio.sleep(0)
                met.append(number)

    with pytest.raises(RuntimeError, match="gone"):
        await meet()
    assert met == [0, 1]
    assert pieces.is_closed
