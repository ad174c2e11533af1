"""The callers that are counted, in bounded memory.

A caller who has used nothing for a while is as good as forgotten. When the table is full of callers
who have, new ones are counted together as one: whoever comes under ever new addresses then limits
such newcomers, and never makes us forget what others have used.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Generic, Protocol, TypeVar

# Looked at for one to forget, when the table is full.
_LOOKED_AT = 16


class Forgettable(Protocol):
    """What is known of a caller."""

    def is_idle(self, now: float) -> bool:
        """Whether one who is not known at all would be treated the same."""
        ...


S = TypeVar("S", bound=Forgettable)


class Callers(Generic[S]):
    """Callers by key, at most `most` of them."""

    def __init__(self, make: Callable[[], S], most: int) -> None:
        self._make = make
        self.most = most
        self._known: OrderedDict[Hashable, S] = OrderedDict()
        self._newcomers = make()

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[S]:
        return iter((*self._known.values(), self._newcomers))

    def get(self, key: Hashable, now: float) -> S:
        """Return what is known of a caller, now the one asked for last."""
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        if len(self._known) >= self.most and not self._forget_one(now):
            return self._newcomers
        made = self._known[key] = self._make()
        return made

    def find(self, key: Hashable) -> S | None:
        """Return what a caller is counted by, None when nothing is known of it; nothing changes."""
        known = self._known.get(key)
        if known is None and len(self._known) >= self.most:
            return self._newcomers
        return known

    def _forget_one(self, now: float) -> bool:
        for _ in range(min(_LOOKED_AT, len(self._known))):
            key, state = next(iter(self._known.items()))
            if state.is_idle(now):
                del self._known[key]
                return True
            # Others get their turn to be looked at.
            self._known.move_to_end(key)
        return False


@lru_cache(maxsize=8_192)
def network_of(address: str, prefix_v4: int, prefix_v6: int) -> str:
    """Return the network by which an address without credentials is counted.

    >>> network_of("203.0.113.7", 24, 56), network_of("::ffff:203.0.113.7", 32, 56)
    ('203.0.113.0/24', '203.0.113.7/32')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        parsed = mapped
    prefix = prefix_v4 if parsed.version == 4 else prefix_v6
    return str(ip_network((parsed, prefix), strict=False))
