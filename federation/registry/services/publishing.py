"""Publishing, deleting, rolling back: whatever may put another supergraph live."""

from __future__ import annotations

from dataclasses import replace

from federation.registry.access import Action, Caller, allow
from federation.registry.checks.result import TaskStatus
from federation.registry.composing import text_hash
from federation.registry.errors import RegistryError
from federation.registry.model import (
    GraphRef,
    Launch,
    LaunchOrigin,
    Publication,
    SubgraphProposal,
    SubgraphState,
    SubgraphStatus,
    SubgraphVersion,
    SupergraphVersion,
    Variant,
)
from federation.registry.proposals import MOST_TEXT, check_proposal, check_text, routing_url
from federation.registry.publish import Decision, decide
from federation.registry.services.checking import Checking
from federation.registry.services.core import Outcome, changed
from federation.registry.services.reading import unknown_subgraph
from federation.registry.settings import CheckParameters
from federation.registry.store import Head, NewAudit, VariantChange


class Publishing(Checking):
    """See the module."""

    async def publish(
        self,
        caller: Caller,
        ref: GraphRef,
        proposal: SubgraphProposal,
        *,
        check: bool = False,
        parameters: CheckParameters | None = None,
    ) -> Publication:
        """Store a revision and make it live if it composes; else it waits, and `errors` says why.

        Makes the variant if need be. A revision equal to the live one changes nothing. `check`: run
        a check first, and raise E043 without storing anything when it fails. Raises E010, E033,
        INVALID_*, ROUTING_URL_MISSING, REGISTRY_BUSY. Every variant is federated, so there is
        nothing that `--convert` would have to do.
        """
        allow(caller, Action.PUBLISH, ref, proposal.name)
        check_proposal(proposal, self._settings.max_sdl_bytes)
        if check:
            await self._must_pass(caller, ref, proposal, parameters)

        async def attempt(variant: Variant | None) -> Outcome:
            return await self._publish_once(caller, ref, proposal, variant)

        return await self._change(ref, attempt)

    async def _must_pass(
        self,
        caller: Caller,
        ref: GraphRef,
        proposal: SubgraphProposal,
        parameters: CheckParameters | None,
    ) -> None:
        pending = await self._begin_check(caller, ref, [proposal], parameters, may_be_new=True)
        result = await pending
        if result.status is not TaskStatus.PASSED:
            raise RegistryError(
                "E043",
                f'the check of "{proposal.name}" on {ref} failed; nothing was published',
                check=result,
            )

    async def _publish_once(
        self, caller: Caller, ref: GraphRef, proposal: SubgraphProposal, variant: Variant | None
    ) -> Outcome:
        known = variant.find(proposal.name) if variant else None
        version, is_new = await self._revision(caller, ref, proposal, known)
        if known is not None and not is_new and known.state is SubgraphState.LIVE:
            return Outcome(None, Publication(ref, None, version))
        subgraphs = variant.subgraphs if variant else ()
        decision = await decide(subgraphs, {version.name: version}, self._compose(ref, "publish"))
        last = await self._last_launch(ref)
        launch = await self._launch(
            caller, ref, decision, last, LaunchOrigin.PUBLISH, version.id, proposal.message
        )
        entry = self._published(caller, version, decision, launch)
        change = VariantChange(
            ref=ref,
            generation=variant.generation if variant else None,
            revisions=(version,) if is_new else (),
            heads=decision.heads,
            removed=decision.removed,
            launch=launch,
            audit=(entry,),
        )
        publication = replace(
            publication_of(ref, decision, launch, last),
            version=version,
            created=known is None or known.latest is None,
            updated=is_new,
        )
        return Outcome(change, publication)

    def _published(
        self,
        caller: Caller,
        version: SubgraphVersion,
        decision: Decision,
        launch: SupergraphVersion | None,
    ) -> NewAudit:
        """Return the audit entry of a revision that was published."""
        return self._audit(
            caller,
            version.ref,
            "subgraph.publish",
            version.name,
            number=version.number,
            sha256=version.sha256,
            live=decision.composed is not None,
            launch=launch.launch.number if launch else None,
        )

    async def _revision(
        self,
        caller: Caller,
        ref: GraphRef,
        proposal: SubgraphProposal,
        known: SubgraphStatus | None,
    ) -> tuple[SubgraphVersion, bool]:
        """Return the revision to publish, and whether it is new: the latest may be the same."""
        url = routing_url(proposal, known)
        sha256 = text_hash(proposal.sdl)
        latest = known.latest if known else None
        if latest is not None and latest.sha256 == sha256 and latest.url == url:
            return latest, False
        newest = await self._store.revision(ref, proposal.name)
        version = SubgraphVersion(
            id=self._new_id(),
            ref=ref,
            name=proposal.name,
            number=1 if newest is None else newest.number + 1,
            url=url,
            sdl=proposal.sdl,
            sha256=sha256,
            label=proposal.label,
            published_at=self._now(),
            published_by=caller.name,
            message=proposal.message,
            git=proposal.git,
        )
        return version, True

    async def delete(
        self, caller: Caller, ref: GraphRef, name: str, *, dry_run: bool = False
    ) -> Publication:
        """Delete a subgraph; its history stays. When the others do not compose without it, it
        stays in the live supergraph until they do (`errors` says why). A dry run stores nothing.

        Raises E009, E010, E033, REGISTRY_BUSY.
        """
        await self._known(caller, Action.DELETE, ref, name)

        async def attempt(variant: Variant | None) -> Outcome:
            assert variant is not None, "variants are never deleted"
            outcome = await self._delete_once(caller, ref, name, variant)
            return _tried(outcome) if dry_run else outcome

        return await self._change(ref, attempt)

    async def _delete_once(
        self, caller: Caller, ref: GraphRef, name: str, variant: Variant
    ) -> Outcome:
        if variant.find(name) is None:
            raise unknown_subgraph(variant, name)
        decision = await decide(variant.subgraphs, {name: None}, self._compose(ref, "publish"))
        last = await self._last_launch(ref)
        launch = await self._launch(caller, ref, decision, last, LaunchOrigin.DELETE, name, None)
        entry = self._audit(
            caller,
            ref,
            "subgraph.delete",
            name,
            gone=name in decision.removed,
            launch=launch.launch.number if launch else None,
        )
        change = VariantChange(
            ref=ref,
            generation=variant.generation,
            heads=decision.heads,
            removed=decision.removed,
            launch=launch,
            audit=(entry,),
        )
        return Outcome(change, publication_of(ref, decision, launch, last))

    async def roll_back(
        self, caller: Caller, ref: GraphRef, launch: str | int, *, reason: str
    ) -> Publication:
        """Make an earlier launch live again: a new launch with its revisions and supergraph.

        Revisions published since stay in the history; they are neither live nor latest. Raises
        E010, E033, UNKNOWN_LAUNCH, INVALID_INPUT without a reason.
        """
        await self._known(caller, Action.ROLL_BACK, ref)
        check_text(reason, "the reason", MOST_TEXT, required=True)
        target = await self._launch_of(ref, launch)

        async def attempt(variant: Variant | None) -> Outcome:
            assert variant is not None, "variants are never deleted"
            return await self._roll_back_once(caller, ref, target, reason, variant)

        return await self._change(ref, attempt)

    async def _roll_back_once(
        self,
        caller: Caller,
        ref: GraphRef,
        target: SupergraphVersion,
        reason: str,
        variant: Variant,
    ) -> Outcome:
        last = await self._last_launch(ref)
        assert last is not None, "there is a launch to roll back to"
        heads = tuple(Head(m.name, m.revision_id, m.revision_id) for m in target.launch.members)
        removed = tuple({s.name for s in variant.subgraphs} - {head.name for head in heads})
        if last.members == target.launch.members and not removed and _all_live(variant):
            return Outcome(None, Publication(ref, None))
        launch = SupergraphVersion(
            replace(
                target.launch,
                id=self._new_id(),
                number=last.number + 1,
                made_at=self._now(),
                made_by=caller.name,
                origin=LaunchOrigin.ROLLBACK,
                origin_id=target.launch.id,
                message=reason,
            ),
            target.sdl,
        )
        entry = self._audit(
            caller,
            ref,
            "variant.roll_back",
            str(target.launch.number),
            reason=reason,
            launch=launch.launch.number,
        )
        change = VariantChange(
            ref, variant.generation, heads=heads, removed=removed, launch=launch, audit=(entry,)
        )
        publication = Publication(
            ref,
            launch.launch,
            updated=True,
            supergraph_changed=changed(launch, last),
            hints=launch.launch.hints,
        )
        return Outcome(change, publication)


def _all_live(variant: Variant) -> bool:
    return all(status.state is SubgraphState.LIVE for status in variant.subgraphs)


def _tried(outcome: Outcome) -> Outcome:
    """Return the outcome of a dry run: nothing to store, and whether there would be a launch."""
    publication = outcome.publication
    would: Launch | None = publication.launch
    return Outcome(
        None, replace(publication, launch=None, updated=False, would_launch=would is not None)
    )


def publication_of(
    ref: GraphRef, decision: Decision, launch: SupergraphVersion | None, last: Launch | None
) -> Publication:
    """Return what became of a change that stores something, `last` being live until then."""
    return Publication(
        ref=ref,
        launch=launch.launch if launch else None,
        updated=True,
        supergraph_changed=changed(launch, last),
        errors=decision.errors,
        hints=decision.composed.hints if decision.composed else (),
        mended=decision.mended,
    )
