"""Operations with `@defer`: prepared for the fragments that are deferred by this request's values.

A client that does not name `deferSpec` in its Accept header gets one whole answer, and `@defer`
means nothing.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, parse

from federation.errors import PlanningError
from federation.execution.context import ExecutionContext
from federation.execution.deferred import CompiledDeferred, compile_deferred, idle_parts
from federation.operation.access_rules import AccessRules, Rules
from federation.operation.model import Operation
from federation.operation.passes.split_deferred import split_deferred
from federation.operation.passes.withhold_fields import ResponsePath, withhold_fields
from federation.plan.deferred import DeferredPlan
from federation.planning.deferred import plan_deferred
from federation.planning.planner import Planner
from federation.registry.document_cache import Key, Variant
from federation.registry.schema import Schema
from federation.registry.snapshot import Snapshot
from federation.server.wire.streaming import Take

logger = logging.getLogger("federation.server")

# What is answered at once may leave another part with nothing to wait for; that is rare.
_MAX_ROUNDS = 4

_BYTES_FIXED = 24_000
_BYTES_PER_CHARACTER = 6


@dataclass(frozen=True, slots=True)
class PreparedDeferral:
    """`compiled` is None when nothing is deferred after all. `size` in bytes, estimated."""

    compiled: CompiledDeferred | None
    size: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The graph's access rules, and those of them that the caller does not meet."""

    access: AccessRules
    denied: Rules


def deferral_key(key: Key, names: frozenset[str], variables: Mapping[str, Any]) -> Key:
    """Return the key under which a document is kept for these values of `@defer(if:)`."""
    off = frozenset(name for name in names if variables.get(name, True) is False)
    return (key[0], key[1], key[2]._replace(at_once=off))


def prepare_deferral(
    schema: Schema,
    text: str,
    operation_name: str | None,
    variant: Variant,
    values: Mapping[str, bool],
) -> PreparedDeferral:
    """Return the operation cut into its parts. `text` is known to be valid and within limits."""
    closed = Closed(schema.access, variant.denied) if variant.denied else None
    try:
        plan = plan_in_parts(
            schema.planner, parse(text), operation_name, values, variant.labels, closed
        )
    except PlanningError as error:
        logger.warning("an operation is answered whole, not in parts: %s", error.message)
        plan = None
    if plan is None:
        return PreparedDeferral(None, _BYTES_FIXED)
    compiled = compile_deferred(plan)
    length = len(text) * (2 + len(plan.parts)) + compiled.compiled.characters
    return PreparedDeferral(compiled, _BYTES_FIXED + _BYTES_PER_CHARACTER * length)


def plan_in_parts(
    planner: Planner,
    document: DocumentNode,
    operation_name: str | None,
    values: Mapping[str, bool],
    labels: frozenset[str] = frozenset(),
    closed: Closed | None = None,
) -> DeferredPlan | None:
    """Return the plan of a valid operation with its deferred parts; None when it has none.

    A fragment is answered at once where that costs nothing: it asks for what is there anyway, or
    for what cannot be fetched apart. Raises what planning raises.
    """
    operation = planner.normalizer.normalize(document, operation_name)
    emptied: frozenset[ResponsePath] = frozenset()
    if closed is not None:
        withholding = withhold_fields(operation, closed.access, closed.denied)
        operation, emptied = withholding.operation, withholding.emptied

    def part_of(part: DocumentNode) -> Operation:
        made = planner.normalizer.normalize(part, operation_name)
        if closed is None:
            return made
        return withhold_fields(made, closed.access, closed.denied, emptied).operation

    at_once: set[int] = set()
    rounds = 0
    while (split := split_deferred(document, operation_name, values, at_once)).deferred:
        rounds += 1
        plan = plan_deferred(
            planner,
            operation,
            part_of(split.primary),
            [(part, part_of(part.document)) for part in split.deferred],
            labels=labels,
        )
        idle = {split.deferred[index].number for index in idle_parts(plan)}
        if not idle or rounds == _MAX_ROUNDS:
            return plan
        at_once |= idle
    return None


class DeferredParts:
    """`Parts` of one answer; holds its snapshot as long as it runs."""

    def __init__(
        self, snapshot: Snapshot, compiled: CompiledDeferred, context: ExecutionContext
    ) -> None:
        self._snapshot: Snapshot | None = snapshot
        self._payloads: AsyncGenerator[bytes, None] = compiled.payloads(context)
        snapshot.requests += 1

    async def next(self) -> bytes | None:
        """Return the next payload. See `Parts.next`."""
        return await anext(self._payloads, None)

    def deliver(self, take: Take) -> None:
        """They are nobody else's. See `Parts.deliver`."""

    async def close(self) -> None:
        """Cancel what still runs."""
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is None:
            return
        try:
            await self._payloads.aclose()
        finally:
            snapshot.requests -= 1
            await snapshot.close_if_idle()
