"""`on_response`: logs operations that took long, by name, and tells the client how long.

hooks:
  - use: federation.server.hooks.examples.slow_operations:SlowOperations
    config: { longer_than: 800ms }
"""

from __future__ import annotations

import logging
from time import perf_counter

from federation.server.hooks import Duration, Operation, Section

logger = logging.getLogger("slow_operations")


class SlowOperations:
    """Counts from `on_request` to `on_response`; of a stream, until it begins."""

    class Config(Section, frozen=True):
        longer_than: Duration = 1.0

    def __init__(self, config: Config) -> None:
        self._limit = config.longer_than

    def on_request(self, operation: Operation) -> None:
        operation.notes["slow_operations.started"] = perf_counter()

    def on_response(self, operation: Operation, status: int, errors: int) -> None:
        started = operation.notes.get("slow_operations.started")
        if started is None:
            return  # refused before it was known who asks
        took = perf_counter() - started
        if took <= self._limit:
            return
        name, organization = operation.name or "-", operation.client.organization or "-"
        logger.warning("%s of %s took %.3f s (status %d)", name, organization, took, status)
        operation.add_header("server-timing", f"total;dur={took * 1000:.0f}")
        operation.add_extension("tookMilliseconds", round(took * 1000))
