"""What every subgraph leaves to the worker: reactions to others' events, and timers."""

from __future__ import annotations

from resolvers.hub.worker import Jobs

ALL_JOBS: tuple[Jobs, ...] = ()
