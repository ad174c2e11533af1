"""Financing projects: apply, and lead through the workflow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from resolvers.finance import sql
from resolvers.finance.records import financing_row
from resolvers.finance.rows import FinancingRow
from resolvers.finance.workflows.financing import BY_PLATFORM, FINANCING
from resolvers.hub.commands import Command
from resolvers.hub.history import Change, record_change
from resolvers.identity import Permit, Role, Subject
from resolvers.peer_facts import (
    check_numbers,
    check_organizations,
    check_patents,
    find_center,
)
from resolvers.peers import Peers
from resolvers.refusal import Problems, not_found, refuse
from resolvers.value_rows import MoneyRow, money_values
from resolvers.workflow import require

MOST_PATENTS: Final = 100
LONGEST_COMMENT: Final = 1_000

APPLIES: Final = (
    Permit(Role.REGIONAL_CENTER),
    Permit(Role.INDUSTRY_CENTER),
    *BY_PLATFORM,
)
"""A regional or industry centre hands an enterprise's application in at any financial platform, a
financial platform at itself."""

_TAKES_PROVIDER: Final = frozenset({"UNDER_REVIEW", "APPROVED", "GRANTED"})


@dataclass(frozen=True, slots=True)
class FinancingDraft:
    """An application, its texts and amount checked already."""

    title: str
    kind: str
    applicant_uscc: str
    application_numbers: tuple[str, ...]
    amount: MoneyRow
    platform_code: str


async def apply_for_financing(
    command: Command, peers: Peers, draft: FinancingDraft, problems: Problems, today: date
) -> UUID:
    """Store the application as APPLIED and return its id.

    Raises:
        Forbidden: a financial platform applies at another one.
        Refused: what `problems` holds already, AMOUNT_KIND, PATENTS_COUNT, CENTER_UNKNOWN,
            CENTER_FUNCTION, CENTER_NOT_WORKING, ORGANIZATION_UNKNOWN, PATENT_UNKNOWN.
        PeerUnavailable: another subgraph does not answer.
    """
    require(APPLIES, command.caller, Subject.of(platform=draft.platform_code))
    _check_amount(problems, draft.amount)
    check_numbers(problems, draft.application_numbers, MOST_PATENTS, "input", "applicationNumbers")
    problems.raise_if_any()
    center = await find_center(
        peers, problems, draft.platform_code, "FINANCIAL_SERVICE", "input", "platformCode"
    )
    applicant = (draft.applicant_uscc, ("input", "applicantUscc"))
    await check_organizations(peers, problems, [applicant])
    await check_patents(
        peers,
        problems,
        draft.application_numbers,
        "applicationNumber",
        "input",
        "applicationNumbers",
    )
    problems.raise_if_any()
    assert center is not None
    return await _store(command, draft, center.jurisdiction, today)


def _check_amount(problems: Problems, amount: MoneyRow) -> None:
    largest = amount.amount if amount.amount is not None else amount.amount_max
    problems.check(
        amount.kind in ("FIXED", "RANGE") and (largest is None or largest > 0),
        "AMOUNT_KIND",
        "申请金额应为大于 0 的固定金额或区间",
        "The amount applied for is a fixed amount or a range, above 0",
        "input",
        "amount",
    )


async def _store(
    command: Command, draft: FinancingDraft, jurisdiction: str | None, today: date
) -> UUID:
    async with command.transaction() as work:
        project: UUID = await work.tx.fetchval(
            "finance.add_financing",
            sql.ADD_FINANCING,
            draft.title,
            draft.kind,
            draft.applicant_uscc,
            *money_values(draft.amount),
            draft.platform_code,
            jurisdiction,
            command.caller.center,
            today,
        )
        await work.tx.execute(
            "finance.add_financing_patents",
            sql.ADD_FINANCING_PATENTS,
            project,
            list(draft.application_numbers),
        )
        work.key = str(project)
        change = Change(FINANCING.name, str(project), None, "APPLIED", None)
        await record_change(work, "finance", change)
    return project


async def advance_financing(
    command: Command,
    peers: Peers,
    project: UUID,
    to: str,
    provider_uscc: str | None,
    comment: str | None,
    today: date,
) -> None:
    """Lead the project to the status `to`.

    Raises:
        Forbidden: the caller is not the platform applied to.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED, COMMENT_REQUIRED, PROVIDER_REQUIRED,
            PROVIDER_NOT_EXPECTED, ORGANIZATION_UNKNOWN.
        PeerUnavailable: the subgraph reference does not answer.
    """
    problems = Problems()
    if provider_uscc is not None and to in _TAKES_PROVIDER:
        await check_organizations(peers, problems, [(provider_uscc, ("providerUscc",))])
    async with command.transaction() as work:
        work.key = str(project)
        record = await work.tx.fetchrow("finance.financing_lock", sql.FINANCING_LOCK, project)
        if record is None:
            raise not_found("没有该投融资项目", "There is no such financing project", "id")
        row = financing_row(record)
        subject = Subject.of(platform=row.platform_code)
        FINANCING.check(row.status, to, command.caller, subject, comment)
        problems.raise_if_any()
        provider = _provider(row, to, provider_uscc)
        granted_on = today if to == "GRANTED" else row.granted_on
        await work.tx.execute(
            "finance.advance_financing", sql.ADVANCE_FINANCING, project, to, provider, granted_on
        )
        change = Change(FINANCING.name, str(project), row.status, to, to, comment)
        await record_change(work, "finance", change)


def _provider(row: FinancingRow, to: str, given: str | None) -> str | None:
    """Return who provides the money from now on; from APPROVED on there must be one."""
    if given is not None and to not in _TAKES_PROVIDER:
        raise refuse(
            "PROVIDER_NOT_EXPECTED",
            f"转为 {to} 时不应填写资金提供方",
            f"The provider is not named on the way to {to}",
            "providerUscc",
        )
    provider = given or row.provider_uscc
    if provider is None and to in ("APPROVED", "GRANTED"):
        raise refuse(
            "PROVIDER_REQUIRED",
            "批准前须确定资金提供方",
            "Name the provider of the money before approval",
            "providerUscc",
        )
    return provider
