"""Members of several workers, in one process: for what workers say to each other."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator

from federation.server.workers.board import Board, State
from federation.server.workers.member import Member
from federation.server.workers.sockets import PeerSockets


@contextlib.contextmanager
def members(count: int) -> Iterator[list[Member]]:
    """Give workers that are up; who runs one answers the others."""
    peers = PeerSockets(count)
    board = Board(count)
    for index in range(count):
        board.set_state(index, State.READY)
    with socket.socket() as nowhere:
        try:
            yield [
                Member(
                    index=index,
                    count=count,
                    board=board,
                    listening=nowhere,
                    metrics=None,
                    peers=peers.sockets[index],
                    paths=tuple(peers.paths),
                    supervisor=os.getppid(),
                )
                for index in range(count)
            ]
        finally:
            peers.close()


@contextlib.asynccontextmanager
async def running_members(count: int) -> AsyncIterator[list[Member]]:
    """Give workers that answer each other."""
    with members(count) as made:
        async with contextlib.AsyncExitStack() as stack:
            for each in made:
                await stack.enter_async_context(each.running())
            yield made
