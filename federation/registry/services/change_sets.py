"""Change sets: several subgraphs that go live together, or not at all, and come back together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from federation.registry.access import Action, Caller, allow, may
from federation.registry.change_sets import (
    approved,
    check_based,
    closed,
    must_be,
    must_be_checked,
    must_have,
    must_not_be_stale,
    with_entry,
    without_entry,
)
from federation.registry.checks.result import CheckResult, TaskStatus
from federation.registry.composing import text_hash
from federation.registry.errors import RegistryError
from federation.registry.model import (
    ChangeSet,
    ChangeSetEntry,
    ChangeSetState,
    GraphRef,
    Launch,
    LaunchMember,
    LaunchOrigin,
    Publication,
    SubgraphProposal,
    SubgraphVersion,
    Variant,
)
from federation.registry.proposals import MOST_TEXT, check_proposal, check_text, routing_url
from federation.registry.publish import Choice, Decision, decide
from federation.registry.services.checking import own_approval
from federation.registry.services.core import Outcome, changed, members_of
from federation.registry.services.publishing import Publishing
from federation.registry.services.reading import bounded, unknown_subgraph
from federation.registry.settings import CheckParameters
from federation.registry.store import NewAudit, VariantChange

MOST_TITLE = 200


class ChangeSets(Publishing):
    """See the module. What decides about a set's states is in `federation.registry.change_sets`."""

    async def open_change_set(self, caller: Caller, ref: GraphRef, title: str) -> ChangeSet:
        """Open an empty change set. Raises E010, E033, INVALID_INPUT."""
        await self._known(caller, Action.OPEN_CHANGE_SET, ref)
        check_text(title, "the title", MOST_TITLE, required=True)
        opened = ChangeSet(
            id=self._new_id(),
            ref=ref,
            title=title,
            state=ChangeSetState.OPEN,
            version=1,
            opened_at=self._now(),
            opened_by=caller.name,
        )
        entry = self._audit(caller, ref, "change_set.open", opened.id, title=title)
        await self._store.save_change_set(opened, [entry])
        return opened

    async def add_to_change_set(
        self, caller: Caller, ref: GraphRef, change_set_id: str, proposal: SubgraphProposal
    ) -> ChangeSet:
        """Add a subgraph's new schema, in place of what the set had for it. Takes an approval away.

        The caller must have the right to publish the subgraph. Raises E010, E033,
        UNKNOWN_CHANGE_SET, CHANGE_SET_STATE, INVALID_*.
        """
        variant = await self._known(caller, Action.PUBLISH, ref, proposal.name)
        check_proposal(proposal, self._settings.max_sdl_bytes)
        known = variant.find(proposal.name)
        entry = ChangeSetEntry(
            name=proposal.name,
            sdl=proposal.sdl,
            url=routing_url(proposal, known),
            label=proposal.label,
            base_id=known.latest.id if known and known.latest else None,
            added_at=self._now(),
            added_by=caller.name,
            message=proposal.message,
            git=proposal.git,
        )
        return await self._put_entry(caller, ref, change_set_id, entry)

    async def delete_in_change_set(
        self, caller: Caller, ref: GraphRef, change_set_id: str, name: str
    ) -> ChangeSet:
        """Add the deletion of a subgraph, like `add_to_change_set`. Raises E009 as well."""
        variant = await self._known(caller, Action.DELETE, ref, name)
        known = variant.find(name)
        if known is None or known.latest is None:
            raise unknown_subgraph(variant, name)
        entry = ChangeSetEntry(
            name=name,
            sdl=None,
            url="",
            label="",
            base_id=known.latest.id,
            added_at=self._now(),
            added_by=caller.name,
        )
        return await self._put_entry(caller, ref, change_set_id, entry)

    async def _put_entry(
        self, caller: Caller, ref: GraphRef, change_set_id: str, entry: ChangeSetEntry
    ) -> ChangeSet:
        change_set = await self._change_set_of(ref, change_set_id)
        updated = with_entry(change_set, entry, self._settings.max_change_set_entries)
        action = "change_set.delete" if entry.sdl is None else "change_set.add"
        audit = self._audit(caller, ref, action, change_set_id, subgraph=entry.name)
        return await self._save(updated, audit)

    async def remove_from_change_set(
        self, caller: Caller, ref: GraphRef, change_set_id: str, name: str
    ) -> ChangeSet:
        """Take a subgraph out of the set again, like `add_to_change_set`. Raises E009 as well."""
        await self._known(caller, Action.PUBLISH, ref, name)
        updated = without_entry(await self._change_set_of(ref, change_set_id), name)
        audit = self._audit(caller, ref, "change_set.remove", change_set_id, subgraph=name)
        return await self._save(updated, audit)

    async def check_change_set(
        self,
        caller: Caller,
        ref: GraphRef,
        change_set_id: str,
        *,
        parameters: CheckParameters | None = None,
    ) -> CheckResult:
        """Check all of the set together and return when done.

        Raises E010, E033, UNKNOWN_CHANGE_SET, CHANGE_SET_STATE, CHANGE_SET_EMPTY.
        """
        variant = await self._known(caller, Action.CHECK_CHANGE_SET, ref)
        change_set = await self._change_set_of(ref, change_set_id)
        must_be(change_set, ChangeSetState.OPEN, ChangeSetState.APPROVED)
        news = {
            entry.name: self._entry_version(entry, ref, f"check:{entry.name}", 0)
            for entry in must_have(change_set)
        }
        result = await (await self._begin(caller, variant, news, parameters, change_set.id))
        # Who changed the set meanwhile has to check it again: the check is of other entries.
        now = await self._change_set_of(ref, change_set_id)
        if now.entries == change_set.entries and now.state in (
            ChangeSetState.OPEN,
            ChangeSetState.APPROVED,
        ):
            audit = self._audit(
                caller, ref, "change_set.check", change_set_id, passed=_passed(result)
            )
            await self._save(replace(now, version=now.version + 1, check_id=result.id), audit)
        return result

    async def approve_change_set(
        self, caller: Caller, ref: GraphRef, change_set_id: str, *, reason: str
    ) -> ChangeSet:
        """Approve the set as it is now. Its last check must be of these entries and compose; what
        else failed there is approved with it.

        Raises E010, E033, UNKNOWN_CHANGE_SET, CHANGE_SET_STATE, CHECK_REQUIRED, OWN_APPROVAL,
        E029, INVALID_INPUT.
        """
        await self._known(caller, Action.APPROVE, ref)
        check_text(reason, "the reason", MOST_TEXT, required=True)
        change_set = await self._change_set_of(ref, change_set_id)
        must_be(change_set, ChangeSetState.OPEN)
        if not self._settings.own_approval and caller.name in _authors(change_set):
            raise own_approval("change set, or added to it,")
        check = must_be_checked(change_set, await self._check_of(change_set))
        updated = approved(change_set, caller.name, self._now(), reason)
        audit = self._audit(
            caller,
            ref,
            "change_set.approve",
            change_set_id,
            reason=reason,
            check=check.id,
            passed=_passed(check),
        )
        return await self._save(updated, audit)

    async def publish_change_set(
        self, caller: Caller, ref: GraphRef, change_set_id: str
    ) -> Publication:
        """Make all of the set live in one launch, or nothing of it.

        Raises E010, E033, UNKNOWN_CHANGE_SET, CHANGE_SET_STATE, CHANGE_SET_EMPTY,
        APPROVAL_REQUIRED, CHECK_REQUIRED, E043, CHANGE_SET_OUTDATED, E029 (it does not compose any
        more), REGISTRY_BUSY.
        """

        async def attempt(variant: Variant | None) -> Outcome:
            assert variant is not None, "variants are never deleted"
            # Read again each time: it may have been changed or published meanwhile.
            change_set = await self._change_set_of(ref, change_set_id)
            names = [entry.name for entry in change_set.entries]
            allow(caller, Action.CLOSE_CHANGE_SET, ref, *names)
            await self._must_be_ready(change_set)
            return await self._publish_set_once(caller, change_set, variant)

        await self._known(caller, Action.READ, ref)
        return await self._change(ref, attempt)

    async def _must_be_ready(self, change_set: ChangeSet) -> None:
        """Raise unless the set's state, check and approval allow to publish it."""
        must_be(change_set, ChangeSetState.OPEN, ChangeSetState.APPROVED)
        must_have(change_set)
        if change_set.state is ChangeSetState.APPROVED:
            return
        if self._settings.change_sets_need_approval:
            raise RegistryError(
                "APPROVAL_REQUIRED",
                f'the change set "{change_set.title}" must be approved before it is published',
            )
        check = must_be_checked(change_set, await self._check_of(change_set))
        if not _passed(check):
            raise RegistryError(
                "E043",
                f'the check of the change set "{change_set.title}" failed; mend it, or have it '
                "approved",
                check=check,
            )

    async def _publish_set_once(
        self, caller: Caller, change_set: ChangeSet, variant: Variant
    ) -> Outcome:
        ref = variant.ref
        check_based(change_set, variant)
        news: dict[str, SubgraphVersion | None] = {}
        for entry in change_set.entries:
            newest = await self._store.revision(ref, entry.name)
            number = 1 if newest is None else newest.number + 1
            news[entry.name] = self._entry_version(entry, ref, self._new_id(), number)
        decision = await decide(variant.subgraphs, news, self._compose(ref, "publish"))
        last = await self._last_launch(ref)
        change, launch = await self._together(
            caller, variant, news, decision, last, LaunchOrigin.CHANGE_SET, change_set
        )
        published = replace(
            closed(change_set, ChangeSetState.PUBLISHED, caller.name, self._now()),
            launch_id=launch.id,
            before_id=last.id if last else None,
        )
        audit = self._audit(
            caller, ref, "change_set.publish", change_set.id, launch=launch.number,
            subgraphs=sorted(news),
        )  # fmt: skip
        return self._outcome(
            replace(change, change_set=published, audit=(audit,)), decision, launch, last
        )

    async def _together(
        self,
        caller: Caller,
        variant: Variant,
        news: Choice,
        decision: Decision,
        last: Launch | None,
        origin: LaunchOrigin,
        change_set: ChangeSet,
        message: str | None = None,
    ) -> tuple[VariantChange, Launch]:
        """Return what stores the decision as one launch. Raises E029, CHANGE_SET_EMPTY."""
        if decision.errors:
            raise RegistryError(
                "E029",
                f'the change set "{change_set.title}" does not compose with the other subgraphs of '
                f"{variant.ref} as they are now; nothing was changed",
                diagnostics=decision.errors,
            )
        if decision.composed is None:
            raise RegistryError(
                "CHANGE_SET_EMPTY",
                f'nothing of the change set "{change_set.title}" is or would be live; delete those '
                "subgraphs one by one",
            )
        version = await self._new_launch(
            caller,
            variant.ref,
            decision.composed,
            members_of(decision.members),
            last,
            origin,
            change_set.id,
            message or change_set.title,
        )
        change = VariantChange(
            ref=variant.ref,
            generation=variant.generation,
            # A roll back brings revisions that are stored already.
            revisions=tuple(v for v in news.values() if v and origin is LaunchOrigin.CHANGE_SET),
            heads=decision.heads,
            removed=decision.removed,
            launch=version,
        )
        return change, version.launch

    def _outcome(
        self, change: VariantChange, decision: Decision, launch: Launch, last: Launch | None
    ) -> Outcome:
        publication = Publication(
            ref=change.ref,
            launch=launch,
            updated=True,
            supergraph_changed=changed(change.launch, last),
            hints=launch.hints,
            mended=decision.mended,
        )
        return Outcome(change, publication)

    async def withdraw_change_set(
        self, caller: Caller, ref: GraphRef, change_set_id: str, *, reason: str
    ) -> ChangeSet:
        """Close the set unpublished: by who opened it, or who may close it.

        Raises E010, E033, UNKNOWN_CHANGE_SET, CHANGE_SET_STATE, INVALID_INPUT.
        """
        await self._known(caller, Action.READ, ref)
        check_text(reason, "the reason", MOST_TEXT, required=True)
        change_set = await self._change_set_of(ref, change_set_id)
        opened_it = caller.name == change_set.opened_by and may(caller, Action.OPEN_CHANGE_SET)
        if not opened_it:
            names = [entry.name for entry in change_set.entries]
            allow(caller, Action.CLOSE_CHANGE_SET, ref, *names)
        must_be(change_set, ChangeSetState.OPEN, ChangeSetState.APPROVED)
        updated = closed(change_set, ChangeSetState.WITHDRAWN, caller.name, self._now())
        audit = self._audit(caller, ref, "change_set.withdraw", change_set_id, reason=reason)
        return await self._save(updated, audit)

    async def roll_back_change_set(
        self, caller: Caller, ref: GraphRef, change_set_id: str, *, reason: str
    ) -> Publication:
        """Bring all subgraphs of a published set back to what was live before it, in one launch.

        What others published since stays. Raises E010, E033, UNKNOWN_CHANGE_SET, CHANGE_SET_STATE,
        CHANGE_SET_OUTDATED when one of its subgraphs was published again since, E029,
        REGISTRY_BUSY.
        """
        await self._known(caller, Action.ROLL_BACK, ref)
        check_text(reason, "the reason", MOST_TEXT, required=True)

        async def attempt(variant: Variant | None) -> Outcome:
            assert variant is not None, "variants are never deleted"
            change_set = await self._change_set_of(ref, change_set_id)
            return await self._roll_back_set_once(caller, change_set, reason, variant)

        return await self._change(ref, attempt)

    async def _roll_back_set_once(
        self, caller: Caller, change_set: ChangeSet, reason: str, variant: Variant
    ) -> Outcome:
        ref = variant.ref
        must_be(change_set, ChangeSetState.PUBLISHED)
        assert change_set.launch_id is not None, "a published set has a launch"
        after = await self._members(ref, change_set.launch_id)
        before = await self._members(ref, change_set.before_id)
        news: dict[str, SubgraphVersion | None] = {}
        for entry in change_set.entries:
            must_not_be_stale(variant, entry.name, after.get(entry.name))
            earlier = before.get(entry.name)
            news[entry.name] = (
                None
                if earlier is None
                else await self._store.revision(ref, entry.name, earlier.number)
            )
        decision = await decide(variant.subgraphs, news, self._compose(ref, "publish"))
        last = await self._last_launch(ref)
        change, launch = await self._together(
            caller, variant, news, decision, last, LaunchOrigin.ROLLBACK, change_set, reason
        )
        back = closed(change_set, ChangeSetState.ROLLED_BACK, caller.name, self._now())
        audit = self._audit(
            caller, ref, "change_set.roll_back", change_set.id, reason=reason, launch=launch.number
        )
        return self._outcome(
            replace(change, change_set=back, audit=(audit,)), decision, launch, last
        )

    async def _members(self, ref: GraphRef, launch: str | None) -> Mapping[str, LaunchMember]:
        if launch is None:
            return {}
        return {m.name: m for m in (await self._launch_of(ref, launch)).launch.members}

    async def change_set(self, caller: Caller, ref: GraphRef, change_set_id: str) -> ChangeSet:
        """Return a change set. Raises E010, UNKNOWN_CHANGE_SET."""
        await self._known(caller, Action.READ, ref)
        return await self._change_set_of(ref, change_set_id)

    async def change_sets(
        self, caller: Caller, ref: GraphRef, *, open_only: bool = False, limit: int = 50
    ) -> tuple[ChangeSet, ...]:
        """Return change sets, newest first. Raises E010."""
        await self._known(caller, Action.READ, ref)
        return await self._store.change_sets(ref, open_only, bounded(limit))

    async def _change_set_of(self, ref: GraphRef, change_set_id: str) -> ChangeSet:
        found = await self._store.change_set(ref, change_set_id)
        if found is None:
            raise RegistryError("UNKNOWN_CHANGE_SET", f"{ref} has no change set {change_set_id}")
        return found

    async def _check_of(self, change_set: ChangeSet) -> CheckResult | None:
        if change_set.check_id is None:
            return None
        return await self._store.check(change_set.ref.graph, change_set.check_id)

    async def _save(self, updated: ChangeSet, audit: NewAudit) -> ChangeSet:
        if not await self._store.save_change_set(updated, [audit]):
            raise RegistryError(
                "CHANGE_SET_STATE",
                "the change set was changed by somebody else at the same time; look at it again",
            )
        return updated

    def _entry_version(
        self, entry: ChangeSetEntry, ref: GraphRef, version_id: str, number: int
    ) -> SubgraphVersion | None:
        """Return an entry as the revision it is to become; None for a deletion."""
        if entry.sdl is None:
            return None
        return SubgraphVersion(
            id=version_id,
            ref=ref,
            name=entry.name,
            number=number,
            url=entry.url,
            sdl=entry.sdl,
            sha256=text_hash(entry.sdl),
            label=entry.label,
            published_at=self._now(),
            published_by=entry.added_by,
            message=entry.message,
            git=entry.git,
        )


def _authors(change_set: ChangeSet) -> frozenset[str]:
    return frozenset({change_set.opened_by, *(entry.added_by for entry in change_set.entries)})


def _passed(check: CheckResult) -> bool:
    return check.status is TaskStatus.PASSED
