"""Checks as Rover starts, polls and reads them.

Rover polls `checkWorkflow` until it is no longer PENDING and then reads the tasks. It knows the
severities FAILURE and NOTICE only; what a change would break that is approved, or that nobody is
known to use, is a NOTICE for it, with the reason in the description.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from federation.registry.checks.result import (
    ChangeSeverity,
    CheckedChange,
    CheckResult,
    DownstreamResult,
    DownstreamTask,
    LintTask,
    OperationsTask,
    TaskStatus,
)
from federation.registry.errors import RegistryError
from federation.registry.lint.diagnostic import LintDiagnostic
from federation.registry.model import GraphRef, SubgraphProposal
from federation.server.registry_api.context import Context
from federation.server.registry_api.errors import build_errors
from federation.server.registry_api.inputs import (
    read_git_context,
    read_historic_parameters,
    text,
)

# The registry's refusals of a check → the type by which Rover knows them.
_REFUSED = {"E033": "PermissionError", "REGISTRY_BUSY": "RateLimitExceededError"}
_INVALID = ("INVALID_", "ROUTING_URL_")


class CheckRefused:
    """`PermissionError`, `InvalidInputError` or `RateLimitExceededError`."""

    def __init__(self, typename: str, message: str) -> None:
        self.typename = typename
        self.message = message


class CheckStarted:
    typename = "CheckRequestSuccess"

    def __init__(self, context: Context, result: CheckResult) -> None:
        self.workflow_id = result.id
        self.target_url = context.check_url(result.ref.graph, result.id)


async def submit_check(
    context: Context, ref: GraphRef, given: Mapping[str, Any]
) -> CheckStarted | CheckRefused:
    """Start the check of a `SubgraphCheckAsyncInput` and return at once."""
    try:
        proposal = SubgraphProposal(
            name=given["subgraphName"],
            sdl=text(given["proposedSchema"], "proposedSchema"),
            git=read_git_context(given["gitContext"]),
            # Rover's check says nothing of the URL, and a new subgraph has none yet.
            allow_invalid_url=True,
        )
        parameters = read_historic_parameters(given["config"])
        result = await context.registry.start_check(
            context.caller, ref, [proposal], parameters=parameters
        )
    except RegistryError as error:
        typename = _REFUSED.get(error.code)
        if typename is None and error.code.startswith(_INVALID):
            typename = "InvalidInputError"
        if typename is None:
            raise
        return CheckRefused(typename, error.message)
    return CheckStarted(context, result)


class Workflow:
    """`CheckWorkflow`."""

    def __init__(self, context: Context, result: CheckResult) -> None:
        self.id = result.id
        self.status = result.status
        self.created_at = self.started_at = result.created_at
        self.completed_at = result.completed_at
        url = context.check_url(result.ref.graph, result.id)
        self.tasks: list[Any] = [
            CompositionTaskView(result, url),
            OperationsTaskView(result.operations, url),
            LintTaskView(result.lint, url),
        ]
        if result.downstream is not None:
            self.tasks.append(DownstreamTaskView(result.downstream, url))


class CompositionTaskView:
    """`CompositionCheckTask`. A check that broke off is an error here, as Rover stops at one."""

    typename = "CompositionCheckTask"

    def __init__(self, result: CheckResult, url: str) -> None:
        task = result.composition
        self.status = task.status
        self.target_url = url
        self.core_schema_modified = task.core_schema_modified
        errors: Sequence[Any] = build_errors(task.errors)
        if result.failure is not None:
            failure = {"message": result.failure, "code": "CHECK_BROKE_OFF", "locations": ()}
            errors = [*errors, failure]
        self.result = {"errors": errors} if _is_done(task.status) or errors else None


class OperationsTaskView:
    """`OperationsCheckTask`."""

    typename = "OperationsCheckTask"

    def __init__(self, task: OperationsTask, url: str) -> None:
        self.status = task.status
        self.target_url = url
        self.result = _operations(task) if _is_done(task.status) else None


def _operations(task: OperationsTask) -> dict[str, Any]:
    affected = {operation.signature for change in task.changes for operation in change.operations}
    failed = task.status is TaskStatus.FAILED
    return {
        "check_severity": "FAILURE" if failed else "NOTICE",
        "number_of_checked_operations": task.checked_operations,
        "number_of_affected_operations": len(affected),
        "changes": [_change(change) for change in task.changes],
    }


def _change(change: CheckedChange) -> dict[str, Any]:
    fails = change.severity is ChangeSeverity.FAILURE
    remark = ""
    if change.approval_id is not None:
        remark = " (approved)"
    elif change.severity is ChangeSeverity.WARNING:
        remark = " (no recorded operation uses it)"
    return {
        "severity": "FAILURE" if fails else "NOTICE",
        "code": change.code,
        "description": change.description + remark,
    }


class LintTaskView:
    """`LintCheckTask`."""

    typename = "LintCheckTask"

    def __init__(self, task: LintTask, url: str) -> None:
        self.status = task.status
        self.target_url = url
        self.result = lint_result(task) if _is_done(task.status) else None


def lint_result(task: LintTask) -> dict[str, Any]:
    """Return `LintCheckTaskResult`."""
    return {
        "diagnostics": [_lint_diagnostic(each) for each in task.diagnostics],
        "stats": {
            "errors_count": task.errors_count,
            "warnings_count": task.warnings_count,
            "total_count": len(task.diagnostics),
        },
    }


def _lint_diagnostic(found: LintDiagnostic) -> dict[str, Any]:
    place = {"start": found.start, "end": found.end, "subgraph_name": found.subgraph or None}
    return {
        "level": found.level,
        "message": found.message,
        "coordinate": found.coordinate,
        "rule": found.rule,
        # Rover reads the first without looking whether there is one.
        "source_locations": [place],
    }


class DownstreamTaskView:
    """`DownstreamCheckTask`: one variant for each contract."""

    typename = "DownstreamCheckTask"

    def __init__(self, task: DownstreamTask, url: str) -> None:
        self.status = task.status
        self.target_url = url
        self.results = [_downstream(each) for each in task.results]


def _downstream(result: DownstreamResult) -> dict[str, Any]:
    failed = result.status is TaskStatus.FAILED
    # A workflow knows no BLOCKED: one that was not run is still to come.
    status = "PENDING" if result.status is TaskStatus.BLOCKED else result.status.name
    return {
        "blocking": True,
        "downstream_variant_name": result.contract,
        "downstream_workflow": {"status": status},
        "fails_upstream_workflow": failed,
    }


def _is_done(status: TaskStatus) -> bool:
    return status in (TaskStatus.PASSED, TaskStatus.FAILED)
