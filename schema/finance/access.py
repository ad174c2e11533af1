"""Who may see which figures of finance (DOMAIN §2.6).

Secured amounts and values of valuations: financial platforms, the offices in charge, the parties,
CNIPA, and who holds a grant on the topic. Amounts of financing projects and covers of insurance
are nobody's but those concerned with them: no topic of the catalogue has them, so no grant opens
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from resolvers.finance.rows import FinancingRow, InsuranceRow, PledgeRow, ValuationRow
from resolvers.finance.sight import is_concerned
from resolvers.identity import Permit, Role, Subject
from resolvers.sight import sight_of
from resolvers.values import jurisdiction_of
from schema.common.access import forbidden_error, require_grant, require_sight
from schema.common.context import Info

FINANCIAL_PLATFORM: Final = Permit(Role.FUNCTIONAL_PLATFORM, function="FINANCIAL_SERVICE")
"""A functional platform has the full data of its own subgraph (DOMAIN §2.4)."""

CONCERNED: Final = (
    FINANCIAL_PLATFORM,
    Permit(Role.PROVINCIAL_OFFICE, "jurisdiction"),
    Permit(Role.THIRD_PARTY_INSTITUTION, "party"),
)


async def require_secured_amount(info: Info, row: PledgeRow) -> None:
    """Let the caller see the secured amount of a pledge.

    Raises:
        CodedError: GRANT_REQUIRED.
    """
    loaders = info.context.loaders.finance
    parties = await loaders.parties_of_pledge.load(row.registration_number)
    regions = await loaders.regions_of_pledge.load(row.registration_number)
    subject = Subject.of(
        jurisdiction=offices(regions),
        party=[each.uscc for each in (*parties.pledgors, *parties.pledgees) if each.uscc],
    )
    await require_grant(info, "PLEDGE", "securedAmount", CONCERNED, subject)


async def require_value(info: Info, row: ValuationRow) -> None:
    """Let the caller see the value a report arrives at.

    Raises:
        CodedError: GRANT_REQUIRED.
    """
    regions = await info.context.loaders.finance.regions_of_valuation.load(row.id)
    subject = Subject.of(
        jurisdiction=(*offices(regions), *_with_province(row.jurisdiction_code)),
        party=[each for each in (row.appraiser.uscc, *row.holder_usccs) if each],
    )
    await require_grant(info, "VALUATION", "value", CONCERNED, subject)


async def require_amount(info: Info, row: FinancingRow) -> None:
    """Let the caller see the amount of a financing project.

    Raises:
        CodedError: UNAUTHENTICATED or FORBIDDEN.
    """
    caller = info.context.caller
    if not is_concerned(sight_of(caller), row):
        raise forbidden_error(caller)


async def require_cover(info: Info, row: InsuranceRow) -> None:
    """Let the caller see how much an insurance covers.

    Raises:
        CodedError: UNAUTHENTICATED or FORBIDDEN.
    """
    subject = Subject.of(
        jurisdiction=_with_province(row.jurisdiction_code),
        party=(row.insured_uscc, row.insurer_uscc),
    )
    require_sight(info, CONCERNED, subject)


def offices(regions: Iterable[str]) -> tuple[str, ...]:
    """Return the offices that may read what concerns these regions: the one in charge, and the
    province of a separately planned city.

    >>> offices(["440305", "320505"])
    ('440300', '440000', '320000')
    """
    found = (jurisdiction_of(region) for region in regions)
    return tuple(dict.fromkeys(code for office in found for code in _with_province(office)))


def _with_province(office: str | None) -> Sequence[str]:
    if office is None:
        return ()
    return (office, f"{office[:2]}0000") if office[:4].isdigit() else (office,)
