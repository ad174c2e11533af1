"""Counting: what costs least while requests run.

prometheus-client takes 1.2 µs to find a labelled histogram and add a value to it, a dictionary and
a list of counts 0.12 µs; so these count, and that library only writes them out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

OTHER = "other"

K = TypeVar("K", bound=Hashable)


class Histogram:
    """Values in buckets; `counts` has one more for what is above the last bound."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def cumulated(self) -> Iterator[tuple[str, int]]:
        """Yield (upper bound, how many values were not above it), the last bound is `+Inf`.

        >>> histogram = Histogram((0.1, 1.0))
        >>> histogram.add(0.1); histogram.add(5)
        >>> list(histogram.cumulated())
        [('0.1', 1), ('1.0', 1), ('+Inf', 2)]
        """
        total = 0
        for bound, count in zip((*self.bounds, None), self.counts, strict=True):
            total += count
            yield "+Inf" if bound is None else str(float(bound)), total


class Histograms(Generic[K]):
    """A histogram per key."""

    __slots__ = ("bounds", "by_key")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.by_key: dict[K, Histogram] = {}

    def of(self, key: K) -> Histogram:
        """Return the histogram of a key, to add to it again and again."""
        histogram = self.by_key.get(key)
        if histogram is None:
            histogram = self.by_key[key] = Histogram(self.bounds)
        return histogram

    def add(self, key: K, value: float) -> None:
        histogram = self.by_key.get(key)
        if histogram is None:
            histogram = self.of(key)
        # Written out: the call would cost as much as the work.
        histogram.counts[bisect_left(histogram.bounds, value)] += 1
        histogram.sum += value


class Counts(dict[K, int]):
    """A number per key, 0 for what was never counted."""

    def add(self, key: K, number: int = 1) -> None:
        self[key] = self.get(key, 0) + number


class Names:
    """Texts that others choose, as labels: the first `limit` as they are, later ones `other`."""

    __slots__ = ("_known", "_limit")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: dict[str, str] = {}

    def label(self, text: str) -> str:
        """Return the label for `text`.

        >>> names = Names(1)
        >>> names.label("a"), names.label("b"), names.label("a"), names.label("")
        ('a', 'other', 'a', '')
        """
        known = self._known.get(text)
        if known is not None:
            return known
        if not text or len(self._known) >= self._limit:
            return OTHER if text else ""
        self._known[text] = text
        return text
