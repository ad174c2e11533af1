"""Rows of the trading tables as resolvers see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from resolvers.value_rows import MoneyRow, PartyRow, ProvenanceRow
from resolvers.values.jurisdictions import jurisdiction_of


@dataclass(frozen=True, slots=True)
class ListingRow:
    id: UUID
    platform_code: str
    number: str
    title: str
    seller: PartyRow
    deal: str
    trading_method: str
    price: MoneyRow
    industry_code: str | None
    region_code: str | None
    listed_from: date
    listed_to: date
    status: str
    summary: str | None
    jurisdiction_code: str | None
    provenance: ProvenanceRow

    @property
    def jurisdiction(self) -> str | None:
        """Whose office supervises the platform; of a listing by feed its code's region tells."""
        return self.jurisdiction_code or jurisdiction_of(self.platform_code[3:9])


@dataclass(frozen=True, slots=True)
class ScreeningRow:
    """One run of the screening. `reviewed_by`: who lowered findings, with the reason."""

    id: UUID
    listing_id: UUID
    run_at: datetime
    outcome: str
    reviewed_by: str | None
    override_reason: str | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    rule: str
    outcome: str
    application_number: str | None
    message: str


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A scored pair. `components`: name, weight and value of each part of the score."""

    id: UUID
    listing_id: UUID
    demand_id: UUID
    score: float
    components: tuple[tuple[str, float, float], ...]
    status: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Whom to ask about an open licence."""

    name: str | None
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class OpenLicenceRow:
    statement_number: str
    application_number: str
    fee_mode: str
    fee: MoneyRow
    fee_basis: str | None
    term_from: date
    term_to: date
    status: str
    effective_on: date | None
    ended_on: date | None
    end_reason: str | None
    contact: ContactRow | None
    filed_by_center: str | None
    provenance: ProvenanceRow


@dataclass(frozen=True, slots=True)
class LicenceRecordRow:
    record_number: str
    licence_type: str
    open_licence_number: str | None
    term_from: date | None
    term_to: date | None
    fee: MoneyRow | None
    recorded_on: date
    cancelled_on: date | None
    provenance: ProvenanceRow

    def in_force_on(self, today: date) -> bool:
        """Return whether the licence runs on `today`: begun, not cancelled, not run out.

        Its last day counts; the day of cancellation does not. Without a term it runs from its
        recordal on. `LICENCE_IN_FORCE` in `sql` says the same.
        """
        begins = self.term_from or self.recorded_on
        return (
            begins <= today
            and (self.term_to is None or today <= self.term_to)
            and (self.cancelled_on is None or today < self.cancelled_on)
        )


@dataclass(frozen=True, slots=True)
class PartiesOfLicence:
    licensors: tuple[PartyRow, ...]
    licensees: tuple[PartyRow, ...]


@dataclass(frozen=True, slots=True)
class TransferRow:
    id: UUID
    application_number: str
    registered_on: date
    application_right: bool
    price: MoneyRow | None
    provenance: ProvenanceRow


@dataclass(frozen=True, slots=True)
class PartiesOfTransfer:
    from_: tuple[PartyRow, ...]
    to: tuple[PartyRow, ...]


@dataclass(frozen=True, slots=True)
class DemandRow:
    id: UUID
    number: str
    title: str
    demander: PartyRow
    kind: str | None
    industry_code: str | None
    region_code: str | None
    ipc_symbols: tuple[str, ...]
    budget: MoneyRow
    valid_until: date
    status: str
    center_code: str | None
    provenance: ProvenanceRow


@dataclass(frozen=True, slots=True)
class DealRow:
    id: UUID
    listing_id: UUID | None
    demand_id: UUID | None
    platform_code: str
    kind: str
    seller: PartyRow
    buyer: PartyRow
    price: MoneyRow
    signed_on: date
    broker_uscc: str | None


@dataclass(frozen=True, slots=True)
class DealTotals:
    """How many deals, and the sum of their fixed prices in CNY."""

    deals: int
    amount_cny: Decimal
