"""A process that must not outlive its supervisor.

Told by the end of a pipe that the supervisor alone can write to: when it is gone, however it went,
the pipe ends. A thread waits for that, so that a worker whose event loop hangs ends, too.
"""

from __future__ import annotations

import os
import signal
import threading
import time


def end_with(pipe: int, number: signal.Signals, grace: float) -> None:
    """End this process when `pipe` ends: as by signal `number`, after `grace` seconds at once."""

    def wait() -> None:
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), number)
        time.sleep(grace)
        os._exit(1)

    threading.Thread(target=wait, name="supervisor-watch", daemon=True).start()
