"""Who may see which figures and contacts of trading (DOMAIN §2.4, §2.6).

Prices of transfers and deals and fees of recorded licences: trading platforms, who have the full
data of their own subgraph, the parties, the office that supervises the platform of a deal, CNIPA,
and who holds a grant on the topic. What a listing or a statement asks for is published by its owner
and open. Contacts need their scope, whatever the role.
"""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role, Subject
from resolvers.trading.rows import DealRow, LicenceRecordRow, ListingRow, TransferRow
from resolvers.trading.sight import Sight, sight_of
from resolvers.values.jurisdictions import jurisdiction_of
from schema.common.access import forbidden_error, require_grant
from schema.common.context import Info

CONTACT_SCOPE: Final = "contact:read"
CONCERNED: Final = (
    Permit(Role.FUNCTIONAL_PLATFORM, function="TRADING_SERVICE"),
    Permit(Role.PROVINCIAL_OFFICE, "jurisdiction"),
    Permit(Role.THIRD_PARTY_INSTITUTION, "party"),
)


def sight(info: Info) -> Sight:
    """Return what the caller may know of."""
    return sight_of(info.context.caller)


async def require_transfer_price(info: Info, row: TransferRow) -> None:
    """Let the caller see the price of a transfer.

    Raises:
        CodedError: GRANT_REQUIRED.
    """
    parties = await info.context.loaders.trading.parties_of_transfer.load(row.id)
    subject = Subject.of(party=[each.uscc for each in (*parties.from_, *parties.to) if each.uscc])
    await require_grant(info, "TRANSFER", "price", CONCERNED, subject)


async def require_licence_fee(info: Info, row: LicenceRecordRow) -> None:
    """Let the caller see the fee of a recorded licence.

    Raises:
        CodedError: GRANT_REQUIRED.
    """
    parties = await info.context.loaders.trading.parties_of_licence.load(row.record_number)
    both = (*parties.licensors, *parties.licensees)
    subject = Subject.of(party=[each.uscc for each in both if each.uscc])
    await require_grant(info, "LICENCE", "fee", CONCERNED, subject)


async def require_deal_price(info: Info, row: DealRow) -> None:
    """Let the caller see the price of a deal.

    Raises:
        CodedError: GRANT_REQUIRED.
    """
    parties = (row.seller.uscc, row.buyer.uscc, row.broker_uscc)
    subject = Subject.of(
        jurisdiction=_offices(jurisdiction_of(row.platform_code[3:9])),
        party=[uscc for uscc in parties if uscc],
    )
    await require_grant(info, "LISTING", "price", CONCERNED, subject)


def require_contact(info: Info) -> None:
    """Let the caller see whom to ask.

    Raises:
        CodedError: UNAUTHENTICATED or FORBIDDEN.
    """
    caller = info.context.caller
    if caller.role is not Role.SERVICE and CONTACT_SCOPE not in caller.scopes:
        raise forbidden_error(caller)


def sees_screenings(info: Info, row: ListingRow) -> bool:
    """Whether the caller sees how the listing was screened."""
    return sight(info).inside(row)


def _offices(jurisdiction: str | None) -> list[str]:
    """Return the offices that read what belongs to a jurisdiction: its own and the province's."""
    return [jurisdiction, f"{jurisdiction[:2]}0000"] if jurisdiction else []
