"""A plan whose answer comes in parts: the whole plan, and a shape for each part of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from federation.plan.nodes import QueryPlan
from federation.plan.shape import ResponseShape


@dataclass(frozen=True, slots=True)
class DeferredPart:
    """What one deferred fragment adds.

    `shape` begins at the root and leads, by `path` (response keys; lists are walked), to the
    objects the fragment is on. `parent`: index of the part that must be answered before.
    """

    label: str | None
    path: tuple[str, ...]
    shape: ResponseShape
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class DeferredPlan:
    """`plan` fetches everything; `primary` is what is answered first."""

    plan: QueryPlan
    primary: ResponseShape
    parts: tuple[DeferredPart, ...]
