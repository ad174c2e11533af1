"""Figures of the program around the engine, beside our own: its database, its jobs.

The program gives plain readings, so that it need not know in which format they are written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

logger = logging.getLogger("federation.server")


class Reading(Protocol):
    """One figure. `counts`: it only grows, so it is a counter; else a gauge. `values` by the values
    of `labels`, which must come from a short list: `{(): 3}` without labels.
    """

    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def counts(self) -> bool: ...
    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def values(self) -> Mapping[tuple[str, ...], float]: ...


# Asked at each scrape, on the event loop; must not wait for anything.
Readings = Callable[[], Iterable[Reading]]


def of_readings(readings: Readings) -> Iterator[Metric]:
    """Yield readings as metrics. Those that cannot be read are left out, the others are not."""
    try:
        taken = list(readings())
    except Exception:
        logger.exception("some figures could not be read")
        return
    for one in taken:
        kind = CounterMetricFamily if one.counts else GaugeMetricFamily
        family = kind(one.name, one.text, labels=one.labels)
        for key, value in one.values.items():
            family.add_metric(list(key), value)
        yield family
