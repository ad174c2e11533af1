"""Which keys to views a caller holds: `role/…`, and `grant/…` by topic (DOMAIN §2.6).

Grants are asked of the subgraph `catalog` in the caller's own name and remembered for a while: a
view only decides what of the schema is shown, the data are guarded at each request anyway.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from resolvers.identity import Caller

REMEMBERED_SECONDS: Final = 10.0
MOST: Final = 1_000
GRANTS: Final = """
query Grants($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on OperationCenter { dataGrants(status: ACTIVE) { dataFoundation { topic } } }
  }
}
"""

# Asks the subgraph `catalog`: query and variables → data. Raises what calling it raises.
Ask = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class ViewKeys:
    """What callers hold. For one event loop."""

    def __init__(self) -> None:
        self._grants: OrderedDict[str, tuple[float, asyncio.Future[frozenset[str]]]] = OrderedDict()

    async def held(self, caller: Caller, ask: Ask) -> frozenset[str]:
        """Return the keys of `caller`; of equal callers at once one asks for all."""
        role = frozenset({f"role/{caller.role}"})
        center = caller.center
        if center is None:
            return role
        now = asyncio.get_running_loop().time()
        kept = self._grants.get(center)
        if kept is None or kept[0] <= now or _failed(kept[1]):
            asking = asyncio.ensure_future(_grants_of(center, ask))
            self._grants[center] = kept = (now + REMEMBERED_SECONDS, asking)
            if len(self._grants) > MOST:
                self._grants.popitem(last=False)
        return role | await asyncio.shield(kept[1])


def _failed(asking: asyncio.Future[frozenset[str]]) -> bool:
    return asking.done() and (asking.cancelled() or asking.exception() is not None)


async def _grants_of(center: str, ask: Ask) -> frozenset[str]:
    representation = {"__typename": "OperationCenter", "code": center}
    data = await ask(GRANTS, {"representations": [representation]})
    return frozenset(
        f"grant/{grant['dataFoundation']['topic']}"
        for entity in data["_entities"]
        if entity is not None
        for grant in entity["dataGrants"]
    )
