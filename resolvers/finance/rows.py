"""Rows of the finance tables as resolvers see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from resolvers.value_rows import MoneyRow, PartyRow, ProvenanceRow


@dataclass(frozen=True, slots=True)
class PledgeRow:
    registration_number: str
    secured: MoneyRow | None
    debt_term_from: date | None
    debt_term_to: date | None
    registered_on: date
    cancelled_on: date | None
    status: str
    consents_open_licence: bool | None
    provenance: ProvenanceRow

    @property
    def is_active(self) -> bool:
        """Whether the patents are still pledged: a debt that has run out frees none of them."""
        return self.status != "CANCELLED"


@dataclass(frozen=True, slots=True)
class PledgeChangeRow:
    registration_number: str
    changed_on: date
    item: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class PartiesOfPledge:
    pledgors: tuple[PartyRow, ...]
    pledgees: tuple[PartyRow, ...]


@dataclass(frozen=True, slots=True)
class ValuationRow:
    id: UUID
    method: str
    value: MoneyRow
    base_date: date
    purpose: str
    appraiser: PartyRow
    holder_usccs: tuple[str, ...]
    standard: str | None
    platform_code: str
    jurisdiction_code: str | None


@dataclass(frozen=True, slots=True)
class FinancingRow:
    id: UUID
    title: str
    kind: str
    applicant_uscc: str
    amount: MoneyRow
    provider_uscc: str | None
    status: str
    platform_code: str
    jurisdiction_code: str | None
    submitted_by: str
    applied_on: date
    granted_on: date | None


@dataclass(frozen=True, slots=True)
class InsuranceRow:
    policy_number: str
    kind: str
    insured_uscc: str
    insurer_uscc: str
    cover: MoneyRow
    term_from: date
    term_to: date
    platform_code: str
    jurisdiction_code: str | None


@dataclass(frozen=True, slots=True)
class PledgeTotals:
    """How many pledges, and the sum of their fixed amounts in CNY."""

    pledges: int
    amount_cny: Decimal
