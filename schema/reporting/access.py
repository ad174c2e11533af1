"""Who sees which batch, report and evaluation: asked wherever one is reached (DOMAIN §2.6)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from resolvers.identity import Role
from resolvers.reporting.evaluation_rows import EvaluationRow
from resolvers.reporting.report_rows import ReportRow
from resolvers.reporting.rows import BatchRow
from resolvers.reporting.sight import sight_of
from resolvers.reporting.workflows.evaluation import PUBLIC_STAGES
from schema.common.access import forbidden_error
from schema.common.context import SubgraphContext
from schema.common.errors import input_error

_BOARD_ROLES: Final = (Role.FRONTEND, Role.HUB_OPERATOR)


def bounded(first: int, most: int) -> int:
    """Return `first`; raises `CodedError` (BAD_USER_INPUT) unless it is 1 to `most`."""
    if not 1 <= first <= most:
        raise input_error(f"first 应在 1 与 {most} 之间", f"first is from 1 to {most}")
    return first


async def sees_batches(context: SubgraphContext, center: str) -> bool:
    """Whether the caller sees the batches of a centre."""
    sight = sight_of(context.caller, operator=True)
    if sight.everything or sight.is_blind or sight.center is not None:
        return sight.sees(center, None)
    facts = await context.loaders.reporting.reports.centers.load(center)
    return facts is not None and sight.sees(center, facts.jurisdiction)


async def find_batch(context: SubgraphContext, batch_id: UUID) -> BatchRow | None:
    """Return the batch if there is one and the caller may know of it."""
    row = await context.loaders.reporting.batches.load(batch_id)
    return row if row is not None and await sees_batches(context, row.center_code) else None


def sees_report(context: SubgraphContext, row: ReportRow) -> bool:
    return sight_of(context.caller).sees(row.center_code, row.jurisdiction_code)


async def find_report(context: SubgraphContext, report_id: UUID) -> ReportRow | None:
    """Return the report if there is one and the caller may know of it."""
    row = await context.loaders.reporting.reports.reports.load(report_id)
    return row if row is not None and sees_report(context, row) else None


def sees_whole_evaluation(context: SubgraphContext, row: EvaluationRow) -> bool:
    """Whether the caller sees it at any stage, the objection included."""
    return sight_of(context.caller).sees(row.center_code, row.jurisdiction_code)


def sees_evaluation(context: SubgraphContext, row: EvaluationRow) -> bool:
    """Whether the caller sees it: everybody does once it is published."""
    return row.stage in PUBLIC_STAGES or sees_whole_evaluation(context, row)


async def require_center_board(context: SubgraphContext, center: str) -> None:
    """Let the caller see the board of one centre; other boards are open.

    Raises:
        CodedError: UNAUTHENTICATED or FORBIDDEN.
    """
    if context.caller.role in _BOARD_ROLES or await sees_batches(context, center):
        return
    raise forbidden_error(context.caller)
