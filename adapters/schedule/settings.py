"""How a worker pulls: how many at once, how patient it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PullSettings:
    """Times in seconds.

    `pulls`: how many run at once in this worker (PgQueuer gives it two jobs at least; with one
    place the second waits). `heartbeat`: a worker not heard of for so long has lost its jobs to the
    others. A failed pull is tried again `retries` times, first after
    `backoff`, then after twice as long each time, up to `longest_backoff`; then it is a dead
    letter. `busy`: how long a pull waits whose source is being pulled outside the queue. `crashes`:
    a job whose workers died so often, without the pull getting on, is a dead letter, too. `grace`:
    how long a stopping worker waits for the batches in hand. `watch`: how often the source files
    are looked at.
    """

    pulls: int = 2
    heartbeat: float = 10.0
    retries: int = 5
    backoff: float = 30.0
    longest_backoff: float = 900.0
    busy: float = 15.0
    crashes: int = 5
    grace: float = 5.0
    watch: float = 5.0

    @property
    def poll(self) -> float:
        """How often the queue is looked at when nothing is heard from it."""
        return max(self.heartbeat / 4, 0.05)
