"""What a financial platform notes of its business: valuation reports and insurance policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from resolvers.finance import sql
from resolvers.hub.commands import Command
from resolvers.identity import Permit, Role
from resolvers.peer_facts import (
    CenterFacts,
    check_numbers,
    check_organizations,
    check_patents,
    find_center,
)
from resolvers.peers import Peers
from resolvers.refusal import Problems, refuse
from resolvers.value_rows import MoneyRow, money_values

MOST_PATENTS: Final = 100
Patents: TypeAlias = Mapping[str, Mapping[str, Any]]
_HOLDERS: Final = "currentHolders { organization { uscc } }"
RECORDS: Final = (Permit(Role.FUNCTIONAL_PLATFORM, function="FINANCIAL_SERVICE"),)


@dataclass(frozen=True, slots=True)
class ValuationDraft:
    method: str
    value: MoneyRow
    base_date: date
    purpose: str
    appraiser_name: str
    appraiser_uscc: str | None
    standard: str | None
    application_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InsuranceDraft:
    policy_number: str
    kind: str
    insured_uscc: str
    insurer_uscc: str
    cover: MoneyRow
    term_from: date
    term_to: date
    application_numbers: tuple[str, ...]


async def record_valuation(
    command: Command, peers: Peers, draft: ValuationDraft, problems: Problems, today: date
) -> UUID:
    """Store the report for the caller's platform and return its id.

    Raises:
        Refused: what `problems` holds already, VALUE_KIND, BASE_DATE, PATENTS_COUNT,
            CENTER_NOT_WORKING, ORGANIZATION_UNKNOWN, PATENT_UNKNOWN.
        PeerUnavailable: another subgraph does not answer.
    """
    problems.check(
        draft.value.kind in ("FIXED", "RANGE"),
        "VALUE_KIND",
        "评估价值应为固定金额或区间",
        "A value is a fixed amount or a range",
        "input",
        "value",
    )
    problems.check(
        draft.base_date <= today,
        "BASE_DATE",
        "评估基准日不应晚于今天",
        "The base date is not after today",
        "input",
        "baseDate",
    )
    appraiser = draft.appraiser_uscc
    named = [(appraiser, ("input", "appraiserUscc"))] if appraiser else []
    center, patents = await _check(command, peers, problems, draft.application_numbers, named)
    async with command.transaction() as work:
        report: UUID = await work.tx.fetchval(
            "finance.add_valuation",
            sql.ADD_VALUATION,
            draft.method,
            *money_values(draft.value),
            draft.base_date,
            draft.purpose,
            draft.appraiser_name,
            draft.appraiser_uscc,
            _holders(patents),
            draft.standard,
            center.code,
            center.jurisdiction,
        )
        await work.tx.execute(
            "finance.add_valuation_patents",
            sql.ADD_VALUATION_PATENTS,
            report,
            list(draft.application_numbers),
        )
        work.key = str(report)
    return report


async def record_insurance(
    command: Command, peers: Peers, draft: InsuranceDraft, problems: Problems
) -> str:
    """Store the policy for the caller's platform and return its number.

    Raises:
        Refused: what `problems` holds already, COVER_KIND, DATE_ORDER, PATENTS_COUNT,
            CENTER_NOT_WORKING, ORGANIZATION_UNKNOWN, PATENT_UNKNOWN, POLICY_EXISTS.
        PeerUnavailable: another subgraph does not answer.
    """
    problems.check(
        draft.cover.kind == "FIXED",
        "COVER_KIND",
        "保险金额应为固定金额",
        "A cover is a fixed amount",
        "input",
        "cover",
    )
    problems.check(
        draft.term_from <= draft.term_to,
        "DATE_ORDER",
        "保险期间的起始日不应晚于终止日",
        "The term begins after it ends",
        "input",
        "from",
    )
    named = [
        (draft.insured_uscc, ("input", "insuredUscc")),
        (draft.insurer_uscc, ("input", "insurerUscc")),
    ]
    center, _ = await _check(command, peers, problems, draft.application_numbers, named)
    async with command.transaction() as work:
        work.key = draft.policy_number
        added = await work.tx.fetchval(
            "finance.add_insurance",
            sql.ADD_INSURANCE,
            draft.policy_number,
            draft.kind,
            draft.insured_uscc,
            draft.insurer_uscc,
            *money_values(draft.cover),
            draft.term_from,
            draft.term_to,
            center.code,
            center.jurisdiction,
        )
        if added is None:
            raise refuse(
                "POLICY_EXISTS",
                f"保单 {draft.policy_number} 已登记",
                f"Policy {draft.policy_number} is recorded already",
                "input",
                "policyNumber",
            )
        await work.tx.execute(
            "finance.add_insurance_patents",
            sql.ADD_INSURANCE_PATENTS,
            draft.policy_number,
            list(draft.application_numbers),
        )
    return draft.policy_number


async def _check(
    command: Command,
    peers: Peers,
    problems: Problems,
    numbers: tuple[str, ...],
    named: Sequence[tuple[str, tuple[str, ...]]],
) -> tuple[CenterFacts, Patents]:
    """Return the caller's platform, and the patents with their holders, once all are known to
    exist."""
    check_numbers(problems, numbers, MOST_PATENTS, "input", "applicationNumbers")
    problems.raise_if_any()
    assert command.caller.center is not None
    center = await find_center(peers, problems, command.caller.center, "FINANCIAL_SERVICE")
    await check_organizations(peers, problems, named)
    place = ("input", "applicationNumbers")
    patents = await check_patents(peers, problems, numbers, _HOLDERS, *place)
    problems.raise_if_any()
    assert center is not None
    return center, patents


def _holders(patents: Patents) -> list[str]:
    """Return the organisations that hold the patents, each once."""
    parties = (party for facts in patents.values() for party in facts["currentHolders"])
    return sorted({each["organization"]["uscc"] for each in parties if each["organization"]})
