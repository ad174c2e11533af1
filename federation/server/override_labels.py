"""Which progressive overrides are active for one request.

`percent(x)` labels are drawn for each request: active with a probability of x in a hundred. Other
labels mean something to the graph's owner only; `decide`, if there is one, is asked with those of
the operation and names the active ones. Without it they are inactive, so the field stays where it
was.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from federation.server.wire.request import HttpRequest

Decide = Callable[[HttpRequest, Sequence[str]], Collection[str]]

_PERCENT = re.compile(r"percent\((\d{1,3}(?:\.\d{1,8})?)\)")

NO_LABELS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OverrideLabelRules:
    """`draw` returns a number from 0 up to, not including, 1."""

    decide: Decide | None = None
    draw: Callable[[], float] = random.random

    def active(self, labels: Sequence[str], http: HttpRequest) -> frozenset[str]:
        """Return those of `labels` (of the operation at hand) that are active for this request."""
        found: set[str] = set()
        custom: list[str] = []
        for label in labels:
            percent = _PERCENT.fullmatch(label)
            if percent is None:
                custom.append(label)
            elif self.draw() * 100 < float(percent[1]):
                found.add(label)
        if custom and self.decide is not None:
            found.update(set(custom).intersection(self.decide(http, custom)))
        return frozenset(found)
