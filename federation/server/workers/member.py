"""What one worker knows of the whole it belongs to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from federation.server.workers.board import Board, State
from federation.server.workers.counting import share
from federation.server.workers.peers import Answer, PeerGone, answering, ask

MISSING = "worker missing"

_BEAT_SECONDS = 1.0
_ASK_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Member:
    """Worker `index` of `count`. The first has what only one may do: jobs, migrations.

    `listening`: where it serves; `metrics`: where metrics are served, if not there, the same
    socket for all; `peers` and `paths`: where the others ask it, and it asks them. `answers`: what
    it tells others, by kind; filled while the application starts. `supervisor`: its process.
    """

    index: int
    count: int
    board: Board
    listening: socket.socket
    metrics: socket.socket | None
    peers: socket.socket
    paths: tuple[str, ...]
    supervisor: int
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def is_first(self) -> bool:
        return self.index == 0

    def share(self, total: int, least: int = 1) -> int:
        """Return this worker's part of a bound for all of them; see `counting.share`."""
        return share(total, self.index, self.count, least)

    def why_not_ready(self) -> str | None:
        """Return why the whole should not be sent (more) requests, as far as others are concerned.

        A connection may be any worker's; while one is missing, some would wait for it.
        """
        up = all(self.board.is_up(index) for index in range(self.count) if index != self.index)
        return None if up else MISSING

    def is_ready(self) -> None:
        """Tell the supervisor that this worker serves."""
        self.board.set_state(self.index, State.READY)

    async def ask(self, index: int, kind: str, body: bytes) -> bytes:
        """Return what worker `index` answers. Raises `PeerGone`."""
        return await ask(self.paths[index], kind, body, _ASK_SECONDS)

    async def ask_others(self, kind: str, body: bytes = b"") -> dict[int, bytes]:
        """Return what each other worker answers; who does not is left out."""
        others = [index for index in range(self.count) if index != self.index]
        found = await asyncio.gather(
            *(self.ask(index, kind, body) for index in others), return_exceptions=True
        )
        answers: dict[int, bytes] = {}
        for index, answer in zip(others, found, strict=True):
            if isinstance(answer, bytes):
                answers[index] = answer
            elif not isinstance(answer, PeerGone):
                raise answer
        return answers

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer the others, and show that the event loop turns, while the block runs."""
        server = await answering(self.peers, self.answers)
        beating = asyncio.ensure_future(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            server.close()
            if os.getppid() != self.supervisor:
                self._clear_away()

    def _clear_away(self) -> None:
        """Remove what the supervisor would have removed; the last worker removes the folder."""
        own = Path(self.paths[self.index])
        own.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            own.parent.rmdir()

    async def _beat(self) -> None:
        while True:
            self.board.beat(self.index)
            await asyncio.sleep(_BEAT_SECONDS)
