"""What a check found, task by task. Statuses are those that Rover polls for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from federation.composition.result import Diagnostic
from federation.registry.lint.diagnostic import LintDiagnostic
from federation.registry.model import GraphRef
from federation.supergraph.diff import Severity


class TaskStatus(Enum):
    """BLOCKED: not run, since an earlier task failed."""

    PENDING = "PENDING"
    PASSED = "PASSED"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"


class ChangeSeverity(Enum):
    """FAILURE: breaks an operation in use (or counts as such by the settings). NOTICE: it does not.

    WARNING: breaking in itself, but no evidence that anybody uses it, or approved. Rover knows
    FAILURE and NOTICE only; for it a WARNING is a NOTICE.
    """

    FAILURE = "FAILURE"
    WARNING = "WARNING"
    NOTICE = "NOTICE"


@dataclass(frozen=True, slots=True)
class AffectedOperation:
    """An operation or stored document that a change breaks. `document_id` for the latter.

    `requests`: how often it was asked in the window, by all clients that count; 0 for documents.
    `clients` as `name@version` (or the name alone), in order.
    """

    signature: str
    name: str
    clients: tuple[str, ...]
    requests: int
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """A change of the API schema, judged. `impact` is what the change is in itself.

    `approval_id`: the approval that lets it pass.
    """

    code: str
    coordinate: str
    description: str
    severity: ChangeSeverity
    impact: Severity
    operations: tuple[AffectedOperation, ...] = ()
    approval_id: str | None = None


@dataclass(frozen=True, slots=True)
class CompositionTask:
    """`core_schema_modified`: the supergraph's text would be another than the live one."""

    status: TaskStatus
    errors: tuple[Diagnostic, ...] = ()
    hints: tuple[Diagnostic, ...] = ()
    core_schema_modified: bool = False


@dataclass(frozen=True, slots=True)
class OperationsTask:
    """`checked_operations` counts operations and documents; `documents` the latter alone.

    `since`: beginning of the window. `note`: in one sentence what the judgement rests on, above all
    when there was no usage to rest on.
    """

    status: TaskStatus
    checked_operations: int = 0
    documents: int = 0
    changes: tuple[CheckedChange, ...] = ()
    since: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class LintTask:
    status: TaskStatus
    diagnostics: tuple[LintDiagnostic, ...] = ()
    errors_count: int = 0
    warnings_count: int = 0


@dataclass(frozen=True, slots=True)
class DownstreamResult:
    """A contract over the new supergraph. `errors`: why it leaves no usable schema."""

    contract: str
    status: TaskStatus
    errors: tuple[Diagnostic, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class DownstreamTask:
    status: TaskStatus
    results: tuple[DownstreamResult, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check, running or done. `subgraphs`: what was proposed, by name.

    `downstream` is None when the variant has no contracts. `failure`: why the check itself broke
    off (an internal error, the process died); then it is FAILED.
    """

    id: str
    ref: GraphRef
    subgraphs: tuple[str, ...]
    status: TaskStatus
    created_at: datetime
    created_by: str
    completed_at: datetime | None = None
    change_set_id: str | None = None
    composition: CompositionTask = CompositionTask(TaskStatus.PENDING)
    operations: OperationsTask = OperationsTask(TaskStatus.PENDING)
    lint: LintTask = LintTask(TaskStatus.PENDING)
    downstream: DownstreamTask | None = None
    failure: str | None = None
