"""A request's document → what was prepared of it, once for all who send it.

The first look-up is for the document as such. Where its plan depends on more (progressive
overrides that are active, access rules the caller does not meet), a second one follows, for the
variant of this request.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from federation.errors import RequestError
from federation.execution.deadlines import clock
from federation.registry.document_cache import PLAIN, Key, Variant
from federation.registry.views import View
from federation.server.authorization.authorization import NONE, Authorization
from federation.server.authorization.introspection import IntrospectionRules
from federation.server.deferral import PreparedDeferral, deferral_key, prepare_deferral
from federation.server.exchange import Exchange
from federation.server.observing.metrics.cold_path import ColdFigures
from federation.server.override_labels import NO_LABELS, OverrideLabelRules
from federation.server.preparation import Preparation, Prepared, Refused
from federation.server.settings.supergraph import QueryPlanning


@dataclass(frozen=True, slots=True)
class Documents:
    """Prepares documents in the threads of `cold`. `figures`: who counts what was known."""

    preparation: Preparation
    cold: Executor
    labels: OverrideLabelRules
    planning: QueryPlanning
    authorization: Authorization
    introspection: IntrospectionRules
    figures: ColdFigures

    def known(self, exchange: Exchange, view: View) -> Prepared | None:
        """Return what `prepared` would, where that is known and the same for every caller."""
        if (before := exchange.known) is not None:
            again: Prepared | Refused | None = view.documents.get(before.key)
            if again.__class__ is Prepared and again.operation is before.operation:
                self.figures.documents.hits += 1
                return again
        request = exchange.request
        assert request is not None
        assert request.query is not None
        known: Prepared | Refused | None = view.documents.get(
            (request.query, request.operation_name or None, PLAIN)
        )
        if known is None or known.__class__ is not Prepared or not known.for_all:
            return None
        self.figures.documents.hits += 1
        return known

    async def prepared(self, exchange: Exchange, view: View) -> Prepared | Refused:
        """Return what is known of the request's document, for this caller's variant of it."""
        request = exchange.request
        assert request is not None
        assert request.query is not None
        key = (request.query, request.operation_name or None, PLAIN)
        known: Prepared | Refused | None = view.documents.get(key)
        if known is None:
            known = await self._fill(view, key, exchange.deadline)
        else:
            self.figures.documents.hits += 1
        if isinstance(known, Prepared) and known.introspection is not None:
            refused = self.introspection.refused(exchange.client)
            if refused is not None:
                return refused
        exchange.denied = NONE
        if isinstance(known, Prepared) and (known.labels or known.rules):
            exchange.denied = await self._denied(exchange, known)
            variant = self._variant(exchange, known)
            if variant != PLAIN:
                key = (key[0], key[1], variant)
                found: Prepared | Refused | None = view.documents.get(key)
                if found is None:
                    return await self._fill(view, key, exchange.deadline)
                self.figures.documents.hits += 1
                return found
        return known

    def _variant(self, exchange: Exchange, prepared: Prepared) -> Variant:
        labels = NO_LABELS
        if prepared.labels:
            labels = self.labels.active(prepared.labels, exchange.http)
        return Variant(labels, exchange.denied) if labels or exchange.denied else PLAIN

    async def _denied(self, exchange: Exchange, prepared: Prepared) -> frozenset[str]:
        async with asyncio.timeout_at(exchange.deadline):
            return await self.authorization.denied(exchange, prepared.rules)

    async def in_parts(
        self, exchange: Exchange, view: View, prepared: Prepared, variables: Mapping[str, Any]
    ) -> PreparedDeferral:
        """Return the operation cut into parts, for these values of `@defer(if:)`."""
        request = exchange.request
        assert request is not None
        assert request.query is not None
        assert prepared.defers is not None
        values = {name: variables.get(name, True) is not False for name in prepared.defers}
        variant = self._variant(exchange, prepared)
        text, name = request.query, request.operation_name or None
        key = deferral_key((text, name, variant), prepared.defers, values)
        if self.authorization.directives.dry_run:
            variant = variant._replace(denied=NONE)

        async def make() -> PreparedDeferral:
            return await asyncio.get_running_loop().run_in_executor(
                self.cold, prepare_deferral, view.schema, text, name, variant, values
            )

        made: PreparedDeferral = await self._made(view, key, make, exchange.deadline)
        return made

    async def warm(self, view: View, keys: list[Key], until: float) -> int:
        """Prepare documents for a view that is not live yet; return how many.

        Stops at `until`, a time of the event loop's clock.
        """
        loop = asyncio.get_running_loop()
        done = 0
        for key in keys:
            if loop.time() >= until:
                break
            if key[2].at_once is None:
                await view.documents.fill(key, self._maker(view, key))
                done += 1
        return done

    async def _fill(self, view: View, key: Key, deadline: float) -> Prepared | Refused:
        """Prepare a document in a thread, once for all who ask for it."""
        self.figures.documents.misses += 1
        if view.documents.filling >= self.planning.max_queued:
            raise RequestError(
                "too many new operations at once; try again shortly",
                code="REQUEST_CONCURRENCY_LIMITED",
                http_status=503,
            )
        began = perf_counter()
        try:
            made: Prepared | Refused = await self._made(view, key, self._maker(view, key), deadline)
        finally:
            self.figures.filling.add(perf_counter() - began)
        return made

    def _maker(self, view: View, key: Key) -> Callable[[], Awaitable[Prepared | Refused]]:
        async def make() -> Prepared | Refused:
            context = contextvars.copy_context()
            return await asyncio.get_running_loop().run_in_executor(
                self.cold, context.run, self.preparation.prepare, view.schema, *key
            )

        return make

    async def _made(
        self, view: View, key: Key, make: Callable[[], Awaitable[Any]], deadline: float
    ) -> Any:
        end = clock() + self.planning.timeout
        async with asyncio.timeout_at(min(end, deadline)):
            return await view.documents.fill(key, make)
