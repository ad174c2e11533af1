"""One timer finds the silent streams, spread over the time between."""

from __future__ import annotations

import asyncio

from federation.server.wire import heartbeats
from federation.server.wire.heartbeats import begin_beating, stop_beating


class Stream:
    def __init__(self) -> None:
        self.looks: list[float] = []

    def look(self) -> None:
        self.looks.append(asyncio.get_running_loop().time())


async def test_each_is_looked_at_twice_an_interval() -> None:
    streams = [Stream() for _ in range(100)]
    for stream in streams:
        begin_beating(stream, 0.2)
    await asyncio.sleep(0.65)
    for stream in streams:
        stop_beating(stream, 0.2)
    looks = [len(stream.looks) for stream in streams]
    # Six in 0.6 s; a busy machine may be late, never early.
    assert 3 <= min(looks) <= max(looks) <= 7
    # Not all at once.
    assert len({round(stream.looks[0], 3) for stream in streams}) >= 6


async def test_nothing_is_left_behind() -> None:
    before = dict(heartbeats._of_loops)
    one, other = Stream(), Stream()
    begin_beating(one, 0.01)
    begin_beating(other, 0.01)
    stop_beating(one, 0.01)
    await asyncio.sleep(0.05)
    assert (one.looks, bool(other.looks)) == ([], True)
    stop_beating(other, 0.01)
    stop_beating(other, 0.01)
    seen = len(other.looks)
    await asyncio.sleep(0.05)
    assert len(other.looks) == seen
    assert heartbeats._of_loops == before


async def test_a_stream_may_end_others_while_they_are_looked_at() -> None:
    streams = [Stream() for _ in range(16)]

    class Ending(Stream):
        def look(self) -> None:
            super().look()
            for stream in streams:
                stop_beating(stream, 0.02)

    ending = Ending()
    for stream in (*streams, ending):
        begin_beating(stream, 0.02)
    await asyncio.sleep(0.1)
    assert ending.looks
    stop_beating(ending, 0.02)
