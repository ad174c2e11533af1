"""Figures of the cold path: its threads' queue, and what new documents cost there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from federation.registry.lookups import Lookups
from federation.server.observing.metrics.figures import Histogram, Histograms

P = ParamSpec("P")
T = TypeVar("T")

_SECONDS = (0.001, 0.005, 0.015, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# What runs in the threads, by the name of the function; documents run in a copied context.
_JOBS = {
    "run": "query_planning",
    "prepare_deferral": "query_planning",
    "build_schema": "schema",
    "restricted": "view",
    "answer": "introspection",
}


class ColdFigures:
    """Counted by several threads. `queued`: jobs that no thread has begun.

    What was looked up: `documents` and `views` on the event loop, `plans` by the threads.
    `filling`: how long who asked for a new document waited for it; `warming`: how long it took to
    prepare what is asked most before a supergraph went live.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.queued = 0
        self.durations: Histograms[str] = Histograms(_SECONDS)
        self.waits: Histograms[str] = Histograms(_SECONDS)
        self.planning = Histogram(_SECONDS)
        self.filling = Histogram(_SECONDS)
        self.warming = Histogram(_SECONDS)
        self.documents = Lookups()
        self.plans = Lookups()
        self.views = Lookups()

    def planned(self, seconds: float) -> None:
        """A plan was made, not found."""
        with self._lock:
            self.planning.add(seconds)

    def looked_up_plan(self, *, found: bool) -> None:
        """A plan was wanted for a new document."""
        with self._lock:
            if found:
                self.plans.hits += 1
            else:
                self.plans.misses += 1

    def enqueued(self, change: int) -> None:
        """So many more jobs wait."""
        with self._lock:
            self.queued += change

    def done(self, job: str, waited: float, took: float) -> None:
        """A job is done."""
        with self._lock:
            self.waits.add(job, waited)
            self.durations.add(job, took)


class ColdThreads(ThreadPoolExecutor):
    """The threads of the cold path, with figures of what they do."""

    def __init__(self, threads: int, figures: ColdFigures) -> None:
        super().__init__(threads, thread_name_prefix="prepare")
        self._figures = figures

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See `Executor.submit`."""
        figures, asked = self._figures, perf_counter()
        job = _JOBS.get(getattr(fn, "__name__", ""), "other")

        def measured(*args: Any, **kwargs: Any) -> T:
            begun = perf_counter()
            figures.enqueued(-1)
            try:
                return fn(*args, **kwargs)
            finally:
                figures.done(job, begun - asked, perf_counter() - begun)

        figures.enqueued(1)
        future = super().submit(measured, *args, **kwargs)
        # A job that is cancelled before it begins leaves the queue, too.
        future.add_done_callback(lambda done: figures.enqueued(-1) if done.cancelled() else None)
        return future
