"""What different callers see of one supergraph: a contract each, made when first asked for.

A view is kept by its contract, so callers with equal grants share it, with its documents and plans.
The number of views is bounded; which was not used for longest leaves first. Requests that run on it
keep it as long as they need it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from federation.registry.document_cache import DocumentCache
from federation.registry.lookups import Lookups
from federation.registry.schema import Schema, schema_of
from federation.supergraph.contracts import Contract


@dataclass(eq=False, slots=True)
class View:
    """A schema as some callers see it, and what is known of the documents they send.

    `contract` is None for the whole API schema.
    """

    contract: Contract | None
    schema: Schema
    documents: DocumentCache[Any]


def restricted(schema: Schema, contract: Contract) -> Schema:
    """Return what `contract` leaves of the schema. Takes as long as building the schema did.

    The planner is built anew on the restricted supergraph: only so the names of hidden types stay
    hidden behind interfaces and unions, too. Raises `ContractError` when nothing usable is left.
    """
    # Imported here: most servers have no views, and it brings all of composition.
    from federation.composition.contract import apply_contract

    supergraph = apply_contract(schema.supergraph, contract)
    return schema_of(supergraph, schema.sdl, schema.plans.max_bytes)


# Builds a restricted schema where it does not hold up the event loop.
Build = Callable[[Schema, Contract], Awaitable[Schema]]


class Views:
    """The views of one snapshot. For one event loop.

    `document_bytes`: what may be kept of the documents of the whole view; each other view may keep
    a fourth of it. `max_views`: how many others there may be. `lookups`: counts those.
    """

    def __init__(
        self,
        schema: Schema,
        build: Build,
        document_bytes: int,
        max_views: int,
        lookups: Lookups | None = None,
    ) -> None:
        self.whole = View(None, schema, _documents(document_bytes))
        self._build = build
        self._document_bytes = document_bytes // 4
        self._max_views = max_views
        self._lookups = Lookups() if lookups is None else lookups
        self._views: OrderedDict[Contract, View] = OrderedDict()
        self._making: dict[Contract, asyncio.Task[View]] = {}

    def known(self) -> tuple[View, ...]:
        """Return all views there are now, the one used last at the end."""
        return (self.whole, *self._views.values())

    async def of(self, contract: Contract | None) -> View:
        """Return the view of a contract, made once for all who ask for it together.

        Raises `ContractError`.
        """
        if contract is None:
            return self.whole
        found = self._views.get(contract)
        if found is not None:
            self._views.move_to_end(contract)
            self._lookups.hits += 1
            return found
        self._lookups.misses += 1
        task = self._making.get(contract)
        if task is None:
            task = asyncio.ensure_future(self._make(contract))
            self._making[contract] = task
            task.add_done_callback(lambda done: self._made(contract, done))
        return await asyncio.shield(task)

    async def _make(self, contract: Contract) -> View:
        schema = await self._build(self.whole.schema, contract)
        view = View(contract, schema, _documents(self._document_bytes))
        self._views[contract] = view
        while len(self._views) > self._max_views:
            self._views.popitem(last=False)
        return view

    def _made(self, contract: Contract, task: asyncio.Task[View]) -> None:
        self._making.pop(contract, None)
        if not task.cancelled():
            # Marks the exception as seen when all that waited have gone away.
            task.exception()


def _documents(max_bytes: int) -> DocumentCache[Any]:
    return DocumentCache(max_bytes, lambda key, record: record.size)
