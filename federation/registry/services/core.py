"""What all parts of the registry share: storage, settings, clock, and changing a variant.

A variant is changed optimistically: read it, decide (which composes, for seconds perhaps), and
store the result if nobody changed the variant in between; else begin again. Within one process
publishers queue up, so that only other replicas can make one begin again; each time that happens
another publisher has got through.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from federation.composition.result import Composed
from federation.registry.access import Action, Caller, allow, unknown_graph
from federation.registry.composing import Compositions, api_schema_hash, text_hash
from federation.registry.errors import RegistryError
from federation.registry.model import (
    GraphRef,
    Launch,
    LaunchMember,
    LaunchOrigin,
    Publication,
    SubgraphVersion,
    SupergraphVersion,
    Variant,
)
from federation.registry.publish import Compose, Decision
from federation.registry.settings import RegistrySettings
from federation.registry.store import NewAudit, Store, VariantChange

ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision about a variant came to; `change` None: there is nothing to store."""

    change: VariantChange | None
    publication: Publication


Attempt = Callable[[Variant | None], Awaitable[Outcome]]


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_uuid() -> str:
    return str(uuid.uuid4())


class Core:
    """See the module. `now` and `new_id` are for tests that must know what comes out."""

    def __init__(
        self,
        store: Store,
        settings: RegistrySettings | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_uuid,
    ) -> None:
        self._store = store
        self._settings = settings or RegistrySettings()
        self._now = now
        self._new_id = new_id
        self._compositions = Compositions(self._settings.composition_timeout)
        self._locks: WeakValueDictionary[GraphRef, asyncio.Lock] = WeakValueDictionary()

    async def _known(
        self, caller: Caller, action: Action, ref: GraphRef, *subgraphs: str
    ) -> Variant:
        """Return the variant if the caller may do this with it. Raises E010, E033."""
        allow(caller, action, ref, *subgraphs)
        found = await self._store.variant(ref)
        if found is None:
            raise unknown_graph(str(ref))
        return found

    async def _change(self, ref: GraphRef, attempt: Attempt) -> Publication:
        """Store what `attempt` makes of the variant as it is now. Raises REGISTRY_BUSY."""
        lock = self._locks.setdefault(ref, asyncio.Lock())
        async with lock:
            for _ in range(ATTEMPTS):
                outcome = await attempt(await self._store.variant(ref))
                if outcome.change is None or await self._store.commit(outcome.change):
                    return outcome.publication
        raise RegistryError(
            "REGISTRY_BUSY",
            f"{ref} was published to all the time; nothing was stored, try again",
        )

    def _compose(self, ref: GraphRef, purpose: str) -> Compose:
        return partial(self._compositions.compose, ref, purpose)

    async def _last_launch(self, ref: GraphRef) -> Launch | None:
        """Return the launch with the highest number, which is the live one."""
        found = await self._store.launches(ref, 1, None)
        return found[0] if found else None

    async def _launch(
        self,
        caller: Caller,
        ref: GraphRef,
        decision: Decision,
        last: Launch | None,
        origin: LaunchOrigin,
        origin_id: str,
        message: str | None,
    ) -> SupergraphVersion | None:
        """Return the launch that a decision makes; None when the live one is the same."""
        if decision.composed is None:
            return None
        members = members_of(decision.members)
        sdl_hash = text_hash(decision.composed.supergraph_sdl)
        if last is not None and last.sdl_hash == sdl_hash and last.members == members:
            return None
        return await self._new_launch(
            caller, ref, decision.composed, members, last, origin, origin_id, message
        )

    async def _new_launch(
        self,
        caller: Caller,
        ref: GraphRef,
        composed: Composed,
        members: tuple[LaunchMember, ...],
        last: Launch | None,
        origin: LaunchOrigin,
        origin_id: str,
        message: str | None,
    ) -> SupergraphVersion:
        launch = Launch(
            id=self._new_id(),
            ref=ref,
            number=1 if last is None else last.number + 1,
            sdl_hash=text_hash(composed.supergraph_sdl),
            api_schema_hash=await asyncio.to_thread(api_schema_hash, composed.supergraph),
            members=members,
            made_at=self._now(),
            made_by=caller.name,
            origin=origin,
            origin_id=origin_id,
            hints=composed.hints,
            message=message,
        )
        return SupergraphVersion(launch, composed.supergraph_sdl)

    def _audit(
        self, caller: Caller, ref: GraphRef, action: str, subject: str, **details: Any
    ) -> NewAudit:
        return NewAudit(self._now(), caller.name, ref.graph, ref.variant, action, subject, details)

    def _audit_graph(
        self, caller: Caller, graph: str | None, action: str, subject: str, **details: Any
    ) -> NewAudit:
        return NewAudit(self._now(), caller.name, graph, None, action, subject, details)


def members_of(versions: Sequence[SubgraphVersion]) -> tuple[LaunchMember, ...]:
    """Return what a launch of these revisions is made of, by name."""
    return tuple(
        LaunchMember(v.name, v.id, v.number) for v in sorted(versions, key=lambda v: v.name)
    )


def changed(launch: SupergraphVersion | None, last: Launch | None) -> bool:
    """Whether a launch brings another supergraph text than the one before."""
    return launch is not None and (last is None or last.sdl_hash != launch.launch.sdl_hash)
