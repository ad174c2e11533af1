"""What decides about change sets: which state allows what, and when one is out of date."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from federation.registry.checks.result import CheckResult, TaskStatus
from federation.registry.errors import RegistryError
from federation.registry.model import (
    ChangeSet,
    ChangeSetEntry,
    ChangeSetState,
    LaunchMember,
    SubgraphState,
    Variant,
)


def must_be(change_set: ChangeSet, *states: ChangeSetState) -> None:
    """Raise CHANGE_SET_STATE unless the set is in one of `states`."""
    if change_set.state not in states:
        allowed = " or ".join(state.value for state in states)
        raise RegistryError(
            "CHANGE_SET_STATE",
            f'the change set "{change_set.title}" is {change_set.state.value}, not {allowed}',
        )


def must_have(change_set: ChangeSet) -> tuple[ChangeSetEntry, ...]:
    """Return the entries. Raises CHANGE_SET_EMPTY without any."""
    if not change_set.entries:
        raise RegistryError(
            "CHANGE_SET_EMPTY", f'the change set "{change_set.title}" is empty; add to it first'
        )
    return change_set.entries


def with_entry(change_set: ChangeSet, entry: ChangeSetEntry, most: int) -> ChangeSet:
    """Return the set with `entry` for its subgraph: open again, and to be checked again."""
    must_be(change_set, ChangeSetState.OPEN, ChangeSetState.APPROVED)
    entries = {e.name: e for e in change_set.entries} | {entry.name: entry}
    if len(entries) > most:
        raise RegistryError("INVALID_INPUT", f"a change set has at most {most} subgraphs")
    return _reopened(change_set, tuple(e for _, e in sorted(entries.items())))


def without_entry(change_set: ChangeSet, name: str) -> ChangeSet:
    """Return the set without a subgraph: open again, and to be checked again."""
    must_be(change_set, ChangeSetState.OPEN, ChangeSetState.APPROVED)
    entries = tuple(entry for entry in change_set.entries if entry.name != name)
    if len(entries) == len(change_set.entries):
        raise RegistryError(
            "E009", f'the change set "{change_set.title}" has nothing for the subgraph "{name}"'
        )
    return _reopened(change_set, entries)


def _reopened(change_set: ChangeSet, entries: tuple[ChangeSetEntry, ...]) -> ChangeSet:
    return replace(
        change_set,
        version=change_set.version + 1,
        state=ChangeSetState.OPEN,
        entries=entries,
        check_id=None,
        approved_at=None,
        approved_by=None,
        approval_reason=None,
    )


def must_be_checked(change_set: ChangeSet, check: CheckResult | None) -> CheckResult:
    """Return the check of exactly these entries. Raises CHECK_REQUIRED, and E029 when they do not
    compose: that is nothing anybody could approve.
    """
    if check is None or check.status is TaskStatus.PENDING or check.failure is not None:
        raise RegistryError(
            "CHECK_REQUIRED",
            f'the change set "{change_set.title}" must be checked as it is now; check it first',
        )
    if check.composition.status is not TaskStatus.PASSED:
        raise RegistryError(
            "E029",
            f'the change set "{change_set.title}" does not compose; mend it first',
            diagnostics=check.composition.errors,
        )
    return check


def approved(change_set: ChangeSet, by: str, at: datetime, reason: str) -> ChangeSet:
    """Return the set approved."""
    return replace(
        change_set,
        version=change_set.version + 1,
        state=ChangeSetState.APPROVED,
        approved_at=at,
        approved_by=by,
        approval_reason=reason,
    )


def closed(change_set: ChangeSet, state: ChangeSetState, by: str, at: datetime) -> ChangeSet:
    """Return the set in a state that ends it."""
    return replace(
        change_set, version=change_set.version + 1, state=state, closed_at=at, closed_by=by
    )


def check_based(change_set: ChangeSet, variant: Variant) -> None:
    """Raise CHANGE_SET_OUTDATED when a subgraph has another latest revision than the set knew.

    Publishing over it would silently undo what its owner published in between.
    """
    for entry in change_set.entries:
        status = variant.find(entry.name)
        latest = status.latest.id if status and status.latest else None
        if latest != entry.base_id:
            raise RegistryError(
                "CHANGE_SET_OUTDATED",
                f'"{entry.name}" was published since it was added to the change set '
                f'"{change_set.title}"; add it again on top of the latest revision',
            )


def must_not_be_stale(variant: Variant, name: str, member: LaunchMember | None) -> None:
    """Raise CHANGE_SET_OUTDATED unless a subgraph is as a launch had it; None: it had it not."""
    status = variant.find(name)
    if status is None:
        same = member is None
    else:
        live = status.live.id if status.live else None
        same = status.state is SubgraphState.LIVE and member is not None
        same = same and member is not None and live == member.revision_id
    if not same:
        raise RegistryError(
            "CHANGE_SET_OUTDATED",
            f'"{name}" was published again since; roll back the variant, or publish anew',
        )
