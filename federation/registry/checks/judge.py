"""Changes of the API schema against what clients ask: which of them break somebody?

Every breaking change gets the operations it hurts (`touches`). As a safety net, whatever is valid
now and would not be on the new schema is told even if no single change explains it: a change that
is safe at its place can keep two fields from merging.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, validate

from federation.registry.checks.coordinates import collect_uses
from federation.registry.checks.evidence import Evidence
from federation.registry.checks.result import (
    AffectedOperation,
    ChangeSeverity,
    CheckedChange,
    OperationsTask,
    TaskStatus,
)
from federation.registry.checks.touches import STATIC, Footprint, Reach, touches
from federation.registry.model import Approval
from federation.registry.settings import WithoutUsage
from federation.supergraph.diff import Change, Severity, worst

OPERATION_INVALID = "OPERATION_INVALID"


@dataclass(frozen=True, slots=True)
class _Examined:
    """`invalid`: why it is not valid on the new schema, of what it was not on the old; or None."""

    evidence: Evidence
    used: Footprint
    invalid: str | None
    readable: bool


def judge(
    changes: Sequence[Change],
    evidence: Sequence[Evidence],
    old: GraphQLSchema,
    new: GraphQLSchema,
    without_usage: WithoutUsage,
    since: datetime,
) -> OperationsTask:
    """Return the operations task, before approvals. Takes milliseconds per operation."""
    reach = Reach.of(changes)
    examined = [_examine(item, old, new, reach) for item in evidence] if reach else []
    checked, explained = [], set[int]()
    for change in changes:
        is_breaking = change.severity is Severity.BREAKING
        hurt = [x for x in examined if _hurts(change, x)] if is_breaking else []
        explained.update(id(item) for item in hurt)
        checked.append(_judged(change, hurt, bool(evidence), without_usage))
    checked += [_unexplained(x) for x in examined if x.invalid and id(x) not in explained]
    return with_status(
        OperationsTask(
            TaskStatus.PASSED,
            checked_operations=len(evidence),
            documents=sum(item.document_id is not None for item in evidence),
            changes=tuple(checked),
            since=since,
            note=_note(evidence, worst(changes) is Severity.BREAKING, without_usage),
        )
    )


def with_approvals(task: OperationsTask, approvals: Sequence[Approval]) -> OperationsTask:
    """Return the task with what is approved turned from failure to warning."""
    by_change = {(a.code, a.coordinate, a.description): a for a in approvals}
    changes = []
    for change in task.changes:
        found = by_change.get((change.code, change.coordinate, change.description))
        if found is not None and change.severity is ChangeSeverity.FAILURE:
            change = replace(change, severity=ChangeSeverity.WARNING, approval_id=found.id)
        changes.append(change)
    return with_status(replace(task, changes=tuple(changes)))


def with_status(task: OperationsTask) -> OperationsTask:
    """Return the task, failed when one of its changes is a failure."""
    failed = any(change.severity is ChangeSeverity.FAILURE for change in task.changes)
    return replace(task, status=TaskStatus.FAILED if failed else TaskStatus.PASSED)


def _examine(evidence: Evidence, old: GraphQLSchema, new: GraphQLSchema, reach: Reach) -> _Examined:
    try:
        document = parse(evidence.text, no_location=True)
    except GraphQLError:
        return _Examined(evidence, Footprint(evidence.recorded, frozenset()), None, False)
    uses = collect_uses(document, old)
    used = Footprint.of(uses.coordinates, evidence.recorded, uses.open_inputs)
    invalid = _newly_invalid(document, old, new) if reach.includes(used) else None
    return _Examined(evidence, used, invalid, True)


def _newly_invalid(document: DocumentNode, old: GraphQLSchema, new: GraphQLSchema) -> str | None:
    found = [error.message for error in validate(new, document)]
    if not found:
        return None
    # Recorded texts lack their literals, and may be of an older schema: what was wrong before
    # was not made wrong by this change.
    before = {error.message for error in validate(old, document)}
    return next((message for message in found if message not in before), None)


def _hurts(change: Change, examined: _Examined) -> bool:
    if not touches(change, examined.used):
        return change.coordinate == "schema" and examined.invalid is not None
    return change.code not in STATIC or examined.invalid is not None or not examined.readable


def _judged(
    change: Change, hurt: Sequence[_Examined], known: bool, without_usage: WithoutUsage
) -> CheckedChange:
    if change.severity is not Severity.BREAKING:
        severity = ChangeSeverity.NOTICE
    elif hurt or (not known and without_usage is WithoutUsage.BREAKING):
        severity = ChangeSeverity.FAILURE
    else:
        severity = ChangeSeverity.WARNING
    return CheckedChange(
        code=change.code,
        coordinate=change.coordinate,
        description=change.message,
        severity=severity,
        impact=change.severity,
        operations=tuple(_affected(item) for item in hurt),
    )


def _unexplained(examined: _Examined) -> CheckedChange:
    evidence = examined.evidence
    what = f"document {evidence.document_id}" if evidence.document_id else "operation"
    name = f' "{evidence.name}"' if evidence.name else ""
    return CheckedChange(
        code=OPERATION_INVALID,
        coordinate=f"{evidence.document_id or evidence.signature}",
        description=f"The {what}{name} is not valid any more: {examined.invalid}",
        severity=ChangeSeverity.FAILURE,
        impact=Severity.BREAKING,
        operations=(_affected(examined),),
    )


def _affected(examined: _Examined) -> AffectedOperation:
    evidence = examined.evidence
    return AffectedOperation(
        signature=evidence.signature,
        name=evidence.name,
        clients=evidence.clients,
        requests=evidence.requests,
        document_id=evidence.document_id,
    )


def _note(evidence: Sequence[Evidence], breaking: bool, without_usage: WithoutUsage) -> str:
    if evidence:
        documents = sum(item.document_id is not None for item in evidence)
        return (
            f"Judged by {len(evidence) - documents} operations asked in the window and "
            f"{documents} stored documents."
        )
    if not breaking:
        return "Nothing breaking; no operations were needed to judge it."
    if without_usage is WithoutUsage.BREAKING:
        return (
            "No operation was asked in the window and no document is stored; the registry is "
            "strict (without_usage BREAKING), so breaking changes fail."
        )
    return (
        "No operation was asked in the window and no document is stored, so breaking changes pass "
        "with a warning (without_usage COMPATIBLE); nobody knows yet who would be hit."
    )
