"""The sockets of a server with several workers, bound once, by the supervisor.

Where the system spreads connections over sockets of one address (SO_REUSEPORT of Linux), each
worker has one of its own: by the addresses of a connection, so evenly as soon as there are many.
Elsewhere all take from one; there it is chance, or the system's habit, who gets a connection, and
with few of them most go to one worker. `tests/benchmarks/README.md` has figures.

A worker that ended leaves its socket to its successor: who connects meanwhile waits, and is not
refused.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from pathlib import Path

from federation.server.listener.listen import BACKLOG, bind

_SPREADS = sys.platform == "linux" and hasattr(socket, "SO_REUSEPORT")


def bind_each(host: str, port: int, count: int, *, spreads: bool = _SPREADS) -> list[socket.socket]:
    """Return a socket for each worker, perhaps the same. Raises `ListenError`.

    The first one listens already; the others do when their worker is there.
    """
    first = bind(host, port)
    if not spreads or count == 1:
        return [first] * count
    # The first look was without sharing, so that a port somebody else has is found in use.
    port = first.getsockname()[1]
    first.close()
    made = [bind(host, port, shared=True, listening=False) for _ in range(count)]
    made[0].listen(BACKLOG)
    return made


class PeerSockets:
    """A socket for each worker on which the others ask it, in a folder that only we can enter."""

    def __init__(self, count: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hub-workers-"))
        self.paths = [str(self._folder / f"{index}") for index in range(count)]
        self.sockets = [self._bound(path) for path in self.paths]

    @staticmethod
    def _bound(path: str) -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.bind(path)
        made.listen(128)
        made.setblocking(False)
        return made

    def close(self) -> None:
        """Remove them; for who has made them."""
        for one in self.sockets:
            one.close()
        shutil.rmtree(self._folder, ignore_errors=True)
