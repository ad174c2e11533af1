"""What the screening rules look at: the listing, its patents, and what trading itself knows.

Gathered by `resolvers.trading.facts`; the rules only read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from resolvers.value_rows import MoneyRow, PartyRow
from resolvers.values.text import party_name_key


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence that runs today. `type`: COMMON, SOLE or EXCLUSIVE."""

    record_number: str
    type: str

    @property
    def excludes_others(self) -> bool:
        return self.type in ("SOLE", "EXCLUSIVE")


@dataclass(frozen=True, slots=True)
class PatentFacts:
    """What `patents`, `finance` and `reference` say of one patent.

    `known` False: the register does not have it, and nothing else is told. `former_names`: keys of
    names its holders once had. `review_requests`: days of requests for invalidation that are not
    decided. `gazetted_licences`: sole and exclusive ones of the legal events that still run.
    """

    application_number: str
    known: bool
    kind: str | None = None
    legal_status: str | None = None
    under_preservation: bool = False
    expiry_date: date | None = None
    holders: tuple[PartyRow, ...] = ()
    former_names: frozenset[str] = frozenset()
    evaluation: str | None = None
    review_requests: tuple[date, ...] = ()
    gazetted_licences: tuple[Licence, ...] = ()
    pledges: tuple[str, ...] = ()
    has_active_pledge: bool = False
    pledgee_consents: bool | None = None
    industries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherListing:
    """Another listing on offer with the same patent."""

    platform_code: str
    number: str
    deal: str


@dataclass(frozen=True, slots=True)
class SoldPrices:
    """Prices of deals of one IPC subclass in the last 24 months."""

    subclass: str
    deals: int
    median: Decimal | None


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What trading's own tables say of one patent."""

    licences: tuple[Licence, ...] = ()
    open_licence: str | None = None
    others: tuple[OtherListing, ...] = ()
    sold: SoldPrices | None = None


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """The listing that is screened."""

    platform_code: str
    deal: str
    title: str
    summary: str | None
    seller: PartyRow
    price: MoneyRow
    co_owner_consent: str | None
    pledgee_consent: str | None
    application_numbers: tuple[str, ...]

    @property
    def is_transfer(self) -> bool:
        """Whether the right itself changes hands; a contribution as capital transfers it."""
        return self.deal in ("TRANSFER", "CONTRIBUTION_AS_CAPITAL")


@dataclass(frozen=True, slots=True)
class ScreeningFacts:
    """Everything one run looks at. `credit_grade`: the seller's on the platform, if it has one."""

    listing: ListingFacts
    today: date
    patents: tuple[PatentFacts, ...]
    own: dict[str, OwnFacts]
    credit_grade: str | None = None

    @property
    def known_patents(self) -> tuple[PatentFacts, ...]:
        """The patents the register has; PATENT_EXISTS speaks for the others."""
        return tuple(patent for patent in self.patents if patent.known)

    def own_of(self, patent: PatentFacts) -> OwnFacts:
        return self.own.get(patent.application_number, OwnFacts())


def names_of(party: PartyRow) -> str:
    """Return the key of a party's name, in which names are compared."""
    return party_name_key(party.name)
