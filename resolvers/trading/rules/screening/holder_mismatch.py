"""Rule HOLDER_MISMATCH: the seller holds every patent."""

from __future__ import annotations

from collections.abc import Iterator

from resolvers.trading.rules.screening.facts import PatentFacts, ScreeningFacts, names_of
from resolvers.trading.rules.screening.finding import Finding
from resolvers.value_rows import PartyRow

RULE = "HOLDER_MISMATCH"


def holder_mismatch(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield PASS for a current holder, WARN for the former name of one, else BLOCK (overridable).

    Two credit codes decide where both are known; else names, which must be equal (DOMAIN §2.3).
    """
    seller = facts.listing.seller
    for patent in facts.known_patents:
        number = patent.application_number
        if any(is_same(seller, holder) for holder in patent.holders):
            yield Finding(RULE, "PASS", "转让方为现权利人", "The seller holds it", number)
        elif names_of(seller) in patent.former_names:
            yield Finding(
                RULE,
                "WARN",
                f"转让方“{seller.name}”为权利人的曾用名",
                f"The seller's name {seller.name} is a former name of a holder",
                number,
            )
        else:
            yield _blocked(seller, patent)


def is_same(one: PartyRow, other: PartyRow) -> bool:
    """Return whether two parties are one: by credit code, or by name where a code is missing."""
    if one.uscc is not None and other.uscc is not None:
        return one.uscc == other.uscc
    return names_of(one) == names_of(other)


def _blocked(seller: PartyRow, patent: PatentFacts) -> Finding:
    holders = "、".join(holder.name for holder in patent.holders)
    return Finding(
        RULE,
        "BLOCK",
        f"转让方“{seller.name}”不是现权利人（{holders or '不详'}）",
        f"The seller {seller.name} is not among the holders: {holders or 'none known'}",
        patent.application_number,
        overridable=True,
    )
