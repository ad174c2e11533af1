"""One check, from proposals to the result of each task.

Composition decides first, as publishing would (`publish.decide`): if the proposals do not compose,
what clients would notice is not known, and the tasks about that are blocked. Lint needs nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from federation.composition.contract import ContractError, apply_contract
from federation.composition.result import Composed
from federation.registry.checks.evidence import Evidence
from federation.registry.checks.judge import judge, with_approvals
from federation.registry.checks.result import (
    CheckResult,
    CompositionTask,
    DownstreamResult,
    DownstreamTask,
    LintTask,
    OperationsTask,
    TaskStatus,
)
from federation.registry.composing import LiveSchema
from federation.registry.lint.run import lint_subgraph, lint_task
from federation.registry.model import Approval, SubgraphStatus
from federation.registry.publish import Choice, Compose, decide
from federation.registry.settings import RegistrySettings
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.contracts import Contract
from federation.supergraph.diff import diff
from federation.supergraph.model import Supergraph


@dataclass(frozen=True, slots=True)
class CheckInput:
    """What a check works on. `live` and `live_sdl` are None before the first launch."""

    subgraphs: Sequence[SubgraphStatus]
    news: Choice
    live: LiveSchema | None
    live_sdl: str | None
    evidence: Sequence[Evidence]
    approvals: Sequence[Approval]
    since: datetime


async def run_tasks(
    pending: CheckResult, given: CheckInput, compose: Compose, settings: RegistrySettings
) -> CheckResult:
    """Return the check with all tasks done; `completed_at` is left to the caller."""
    lint = await asyncio.to_thread(_lint, given, settings)
    decision = await decide(given.subgraphs, given.news, compose)
    if decision.errors:
        blocked = DownstreamTask(TaskStatus.BLOCKED) if settings.contracts else None
        result = replace(
            pending,
            composition=CompositionTask(TaskStatus.FAILED, decision.errors),
            operations=OperationsTask(TaskStatus.BLOCKED),
            downstream=blocked,
            lint=lint,
        )
    else:
        composed = decision.composed
        result = replace(
            pending,
            composition=_composition(composed, given.live_sdl),
            operations=await asyncio.to_thread(_operations, composed, given, settings),
            downstream=await asyncio.to_thread(_downstream, composed, settings.contracts),
            lint=lint,
        )
    return with_overall_status(result)


def with_overall_status(result: CheckResult) -> CheckResult:
    """Return the check with the status that its finished tasks give it."""
    statuses = {result.composition.status, result.operations.status, result.lint.status}
    if result.downstream is not None:
        statuses.add(result.downstream.status)
    failed = TaskStatus.FAILED in statuses
    return replace(result, status=TaskStatus.FAILED if failed else TaskStatus.PASSED)


def _composition(composed: Composed | None, live_sdl: str | None) -> CompositionTask:
    if composed is None:
        return CompositionTask(TaskStatus.PASSED)
    return CompositionTask(
        TaskStatus.PASSED,
        hints=composed.hints,
        core_schema_modified=composed.supergraph_sdl != live_sdl,
    )


def _operations(
    composed: Composed | None, given: CheckInput, settings: RegistrySettings
) -> OperationsTask:
    if given.live is None or composed is None:
        note = "There is no live supergraph to compare with." if given.live is None else ""
        return OperationsTask(TaskStatus.PASSED, since=given.since, note=note)
    new = build_api_schema(composed.supergraph)
    changes = diff(given.live.api_schema, new)
    task = judge(
        changes,
        given.evidence,
        given.live.api_schema,
        new,
        settings.checks.without_usage,
        given.since,
    )
    return with_approvals(task, given.approvals)


def _lint(given: CheckInput, settings: RegistrySettings) -> LintTask:
    base = {status.name: status.version.sdl for status in given.subgraphs}
    found = []
    for name, version in sorted(given.news.items()):
        if version is not None:
            found += lint_subgraph(version.sdl, base.get(name), settings.lint, name)
    return lint_task(found)


def _downstream(
    composed: Composed | None, contracts: Mapping[str, Contract]
) -> DownstreamTask | None:
    if not contracts or composed is None:
        return DownstreamTask(TaskStatus.PASSED) if contracts else None
    results = tuple(
        _contract(composed.supergraph, name, terms) for name, terms in sorted(contracts.items())
    )
    failed = any(result.status is TaskStatus.FAILED for result in results)
    return DownstreamTask(TaskStatus.FAILED if failed else TaskStatus.PASSED, results)


def _contract(supergraph: Supergraph, name: str, terms: Contract) -> DownstreamResult:
    try:
        apply_contract(supergraph, terms)
    except ContractError as error:
        return DownstreamResult(name, TaskStatus.FAILED, error.errors, error.message)
    return DownstreamResult(name, TaskStatus.PASSED)
