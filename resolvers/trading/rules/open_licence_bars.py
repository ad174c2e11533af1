"""The bars to an open licence (Guidelines, part V chapter 11 section 3.1; DOMAIN §2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MEANINGS: Final = {
    "EXCLUSIVE_OR_SOLE_LICENCE": (
        "专利权在独占或排他许可有效期内",
        "A sole or exclusive licence is in its term",
    ),
    "OWNERSHIP_DISPUTE_OR_PRESERVATION": (
        "因权属纠纷或保全，程序已中止",
        "Proceedings are suspended for an ownership dispute or preservation",
    ),
    "ANNUAL_FEE_UNPAID": ("未缴年费", "The annual fee is not paid"),
    "PLEDGED_WITHOUT_CONSENT": (
        "专利已质押，未经质权人同意",
        "The patent is pledged and the pledgee has not agreed",
    ),
    "TERMINATED": ("专利权已经终止", "The patent right has ended"),
    "INVALIDATED": ("专利权已被宣告全部无效", "The patent is wholly invalidated"),
    "NO_EVALUATION_REPORT": (
        "实用新型或外观设计未作出专利权评价报告",
        "A utility model or design without an evaluation report",
    ),
    "EVALUATION_NEGATIVE": (
        "评价报告认为不符合授权条件",
        "The evaluation report says it is not grantable",
    ),
    "OTHER": ("有其他妨碍的情形", "Another obstacle was noted"),
    "NOT_GRANTED": ("尚未授权", "Not granted yet"),
}
"""Bar → what it means, in both languages."""

_ENDED: Final = frozenset({"EXPIRED", "SURRENDERED"})
_NEVER_GRANTED: Final = frozenset({"PENDING", "REFUSED", "WITHDRAWN", "UNKNOWN"})
_NEED_REPORT: Final = frozenset({"UTILITY_MODEL", "DESIGN"})


@dataclass(frozen=True, slots=True)
class BarFacts:
    """What decides on the bars.

    `evaluation`: the conclusion of the evaluation report, None without one. `excluding_licence`: a
    sole or exclusive licence runs. `other_obstacle`: CNIPA noted one by hand.
    """

    kind: str | None
    legal_status: str | None
    under_preservation: bool
    evaluation: str | None
    has_active_pledge: bool
    pledgee_consents: bool | None
    excluding_licence: bool
    other_obstacle: bool


def bars(facts: BarFacts) -> tuple[str, ...]:
    """Return the codes of all bars, in the order of the table; none means it may be licensed."""
    return tuple(_bars(facts))


def _bars(facts: BarFacts) -> Iterator[str]:
    if facts.excluding_licence:
        yield "EXCLUSIVE_OR_SOLE_LICENCE"
    if facts.under_preservation:
        yield "OWNERSHIP_DISPUTE_OR_PRESERVATION"
    if facts.legal_status == "CEASED_UNPAID_FEE":
        yield "ANNUAL_FEE_UNPAID"
    if facts.has_active_pledge and facts.pledgee_consents is not True:
        yield "PLEDGED_WITHOUT_CONSENT"
    if facts.legal_status in _ENDED:
        yield "TERMINATED"
    if facts.legal_status == "INVALIDATED":
        yield "INVALIDATED"
    if facts.kind in _NEED_REPORT and facts.evaluation is None:
        yield "NO_EVALUATION_REPORT"
    if facts.evaluation == "NOT_GRANTABLE":
        yield "EVALUATION_NEGATIVE"
    if facts.other_obstacle:
        yield "OTHER"
    if facts.legal_status is None or facts.legal_status in _NEVER_GRANTED:
        yield "NOT_GRANTED"
