"""Figures → metrics in Prometheus's text formats, when they are scraped.

Names: OpenTelemetry's first, then Apollo Router's, with `_` for `.` and the unit at the end, as
Prometheus wants it; what neither has begins with `hub_`. Labels come from short lists: subgraphs,
kinds, codes, and bounded numbers of names that clients choose.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR, CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from federation.server.observing.metrics.figures import Histogram, Histograms

# Gives metrics of one part of the program.
Part = Callable[[], Iterable[Metric]]


class Exposition(Collector):
    """All metrics of the process. Its parts are asked at each scrape."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for standard in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            self._registry.register(standard)
        self._registry.register(self)
        self.parts: list[Part] = []

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics but the process's own."""
        for part in self.parts:
            yield from part()

    def describe(self) -> Iterable[Metric]:
        """Nothing is known before it is counted."""
        return ()

    def every(self) -> Iterable[Metric]:
        """Return all metrics, the process's own, too."""
        return self._registry.collect()

    def write(self, accept: str) -> tuple[str, bytes]:
        """Return media type and text, in the newest format the scraper takes."""
        encode, media_type = choose_encoder(accept)
        return media_type, encode(self._registry)


def counter(name: str, text: str, value: float) -> Metric:
    """Return a counter without labels."""
    return CounterMetricFamily(name, text, value=value)


def gauge(name: str, text: str, value: float) -> Metric:
    """Return a gauge without labels."""
    return GaugeMetricFamily(name, text, value=value)


def counters(name: str, text: str, labels: Sequence[str], values: Mapping[Any, float]) -> Metric:
    """Return a counter; the keys of `values` are its labels, a tuple or one."""
    family = CounterMetricFamily(name, text, labels=labels)
    for key, value in _copy(values):
        family.add_metric(_labels(key), value)
    return family


def gauges(name: str, text: str, labels: Sequence[str], values: Mapping[Any, float]) -> Metric:
    """Return a gauge, as `counters` does."""
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in _copy(values):
        family.add_metric(_labels(key), value)
    return family


def histogram(name: str, text: str, one: Histogram) -> Metric:
    """Return a histogram without labels."""
    family = HistogramMetricFamily(name, text)
    family.add_metric([], buckets=list(one.cumulated()), sum_value=one.sum)
    return family


def histograms(name: str, text: str, labels: Sequence[str], many: Histograms[Any]) -> Metric:
    """Return a histogram, as `counters` does."""
    family = HistogramMetricFamily(name, text, labels=labels)
    for key, one in _copy(many.by_key):
        family.add_metric(_labels(key), buckets=list(one.cumulated()), sum_value=one.sum)
    return family


def _copy(values: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    # Threads of the cold path may add a key meanwhile.
    return list(values.items())


def _labels(key: Hashable) -> list[str]:
    return [str(each) for each in key] if isinstance(key, tuple) else [str(key)]
