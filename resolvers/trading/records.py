"""Records of the trading tables → rows."""

from __future__ import annotations

from asyncpg import Record

from resolvers.trading.rows import (
    ContactRow,
    DealRow,
    DemandRow,
    FindingRow,
    LicenceRecordRow,
    ListingRow,
    MatchRow,
    OpenLicenceRow,
    ScreeningRow,
    TransferRow,
)
from resolvers.value_rows import MoneyRow, PartyRow, money_row, provenance_row


def _money(record: Record, prefix: str) -> MoneyRow:
    """Return money whose kind is never null in its table."""
    money = money_row(record, prefix)
    assert money is not None
    return money


def listing_row(record: Record) -> ListingRow:
    return ListingRow(
        record["id"],
        record["platform_code"],
        record["number"],
        record["title"],
        PartyRow(record["seller_name"], record["seller_uscc"]),
        record["deal"],
        record["trading_method"],
        _money(record, "price"),
        record["industry_code"],
        record["region_code"],
        record["listed_from"],
        record["listed_to"],
        record["status"],
        record["summary"],
        record["jurisdiction_code"],
        provenance_row(record),
    )


def screening_row(record: Record) -> ScreeningRow:
    return ScreeningRow(
        record["id"],
        record["listing_id"],
        record["run_at"],
        record["outcome"],
        record["reviewed_by"],
        record["override_reason"],
    )


def finding_row(record: Record) -> FindingRow:
    return FindingRow(
        record["rule"], record["outcome"], record["application_number"], record["message"]
    )


def match_row(record: Record) -> MatchRow:
    return MatchRow(
        record["id"],
        record["listing_id"],
        record["demand_id"],
        record["score"],
        tuple((each["name"], each["weight"], each["value"]) for each in record["components"]),
        record["status"],
    )


def _contact(record: Record) -> ContactRow | None:
    contact = ContactRow(record["contact_name"], record["contact_phone"], record["contact_email"])
    return None if contact == ContactRow(None, None, None) else contact


def open_licence_row(record: Record) -> OpenLicenceRow:
    return OpenLicenceRow(
        record["statement_number"],
        record["application_number"],
        record["fee_mode"],
        _money(record, "fee"),
        record["fee_basis"],
        record["term_from"],
        record["term_to"],
        record["status"],
        record["effective_on"],
        record["ended_on"],
        record["end_reason"],
        _contact(record),
        record["filed_by_center"],
        provenance_row(record),
    )


def licence_row(record: Record) -> LicenceRecordRow:
    return LicenceRecordRow(
        record["record_number"],
        record["licence_type"],
        record["open_licence_number"],
        record["term_from"],
        record["term_to"],
        money_row(record, "fee"),
        record["recorded_on"],
        record["cancelled_on"],
        provenance_row(record),
    )


def transfer_row(record: Record) -> TransferRow:
    return TransferRow(
        record["id"],
        record["application_number"],
        record["registered_on"],
        record["application_right"],
        money_row(record, "price"),
        provenance_row(record),
    )


def demand_row(record: Record) -> DemandRow:
    return DemandRow(
        record["id"],
        record["number"],
        record["title"],
        PartyRow(record["demander_name"], record["demander_uscc"]),
        record["kind"],
        record["industry_code"],
        record["region_code"],
        tuple(record["ipc_symbols"]),
        _money(record, "budget"),
        record["valid_until"],
        record["status"],
        record["center_code"],
        provenance_row(record),
    )


def deal_row(record: Record) -> DealRow:
    return DealRow(
        record["id"],
        record["listing_id"],
        record["demand_id"],
        record["platform_code"],
        record["kind"],
        PartyRow(record["seller_name"], record["seller_uscc"]),
        PartyRow(record["buyer_name"], record["buyer_uscc"]),
        _money(record, "price"),
        record["signed_on"],
        record["broker_uscc"],
    )
