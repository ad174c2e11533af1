"""Rows of the patents tables as resolvers see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from resolvers.value_rows import PartyRow, ProvenanceRow


@dataclass(frozen=True, slots=True)
class PatentRow:
    """A patent or application. `expiry_date`: the day on which the right ends by lapse of time."""

    application_number: str
    office_code: str
    kind: str
    pct_national_phase: bool
    title: str
    filing_date: date
    grant_date: date | None
    expiry_date: date | None
    main_ipc: str | None
    applicant_region: str | None
    locarno: tuple[str, ...]
    legal_status: str
    legal_status_as_of: date | None
    under_preservation: bool
    provenance: ProvenanceRow

    def status_on(self, today: date) -> tuple[str, date | None]:
        """Return the legal status as shown on `today`, and since when.

        A right whose term has run out is EXPIRED even before the office announces it
        (DOMAIN §3.11); lapse of time is not written to the table.
        """
        if self.legal_status == "IN_FORCE" and self.expiry_date and self.expiry_date <= today:
            return "EXPIRED", self.expiry_date
        return self.legal_status, self.legal_status_as_of


@dataclass(frozen=True, slots=True)
class PublicationRow:
    number: str
    kind_code: str
    published_on: date


@dataclass(frozen=True, slots=True)
class PartiesRow:
    """Both lists of parties of one patent, in the order of the source."""

    applicants: tuple[PartyRow, ...]
    holders: tuple[PartyRow, ...]


@dataclass(frozen=True, slots=True)
class LegalEventRow:
    """A gazetted event. `details` are (label, value) pairs in the order of the text."""

    id: UUID
    application_number: str
    code: str
    name_zh: str
    st27_category: str
    announced_on: date
    effective_on: date | None
    text: str | None
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EvaluationReportRow:
    issued_on: date | None
    conclusion: str
