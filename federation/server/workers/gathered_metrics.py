"""The metrics of all workers, whichever of them is asked.

A scrape of a port that several processes share reaches one of them. It asks the others, and shows
the series of each with a label `worker`. They are not summed up here: counters of a worker that is
started again begin at 0, which whoever reads a series of its own takes for what it is, and in a sum
would be taken for work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from federation.server.observing.metrics.exposition import counters, gauges
from federation.server.workers.member import Member

KIND = "metrics"
LABEL = "worker"


class _Family(Struct, array_like=True):
    """A metric as it goes from worker to worker."""

    name: str
    text: str
    kind: str
    unit: str
    samples: list[tuple[str, dict[str, str], float]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Family]).decode


def packed(metrics: Iterable[Metric]) -> bytes:
    """Return one worker's metrics as it tells them to another."""
    return _encode(
        [
            _Family(
                metric.name,
                metric.documentation,
                metric.type,
                metric.unit,
                [(one.name, one.labels, float(one.value)) for one in metric.samples],
            )
            for metric in metrics
        ]
    )


def merged(by_worker: dict[int, bytes]) -> Iterator[Metric]:
    """Yield the metrics of all, with the label of each."""
    families: dict[str, Metric] = {}
    for index in sorted(by_worker):
        for family in _decode(by_worker[index]):
            metric = families.get(family.name)
            if metric is None:
                metric = Metric(family.name, family.text, family.kind, family.unit)
                families[family.name] = metric
            for name, labels, value in family.samples:
                metric.add_sample(name, {**labels, LABEL: str(index)}, value)
    yield from families.values()


async def write_all(member: Member, own: bytes, accept: str) -> tuple[str, bytes]:
    """Return media type and text of the metrics of all workers that answer."""
    by_worker = await member.ask_others(KIND)
    by_worker[member.index] = own
    registry = CollectorRegistry()
    registry.register(_Gathered([*_of_workers(member, by_worker), *merged(by_worker)]))
    encode, media_type = choose_encoder(accept)
    return media_type, encode(registry)


def _of_workers(member: Member, answered: dict[int, bytes]) -> Iterator[Metric]:
    every = range(member.count)
    yield gauges(
        "hub_worker_up",
        "Whether a worker answers; the figures of one that does not are missing",
        (LABEL,),
        {(str(index),): float(index in answered) for index in every},
    )
    yield counters(
        "hub_worker_restarts",
        "How often a worker was started again",
        (LABEL,),
        {(str(index),): member.board.restarts(index) for index in every},
    )


class _Gathered(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics

    def describe(self) -> Iterable[Metric]:
        return ()
