"""How often something was looked up, and found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Lookups:
    """Of one kind of thing, over all caches of that kind that the process has had."""

    hits: int = 0
    misses: int = 0
