"""Records of the finance tables → rows."""

from __future__ import annotations

from asyncpg import Record

from resolvers.finance.rows import (
    FinancingRow,
    InsuranceRow,
    PledgeChangeRow,
    PledgeRow,
    ValuationRow,
)
from resolvers.value_rows import MoneyRow, PartyRow, money_row, provenance_row


def _money(record: Record, prefix: str) -> MoneyRow:
    """Return money whose kind is never null in its table."""
    money = money_row(record, prefix)
    assert money is not None
    return money


def pledge_row(record: Record) -> PledgeRow:
    return PledgeRow(
        record["registration_number"],
        money_row(record, "secured"),
        record["debt_term_from"],
        record["debt_term_to"],
        record["registered_on"],
        record["cancelled_on"],
        record["status"],
        record["pledgee_consents_open_licence"],
        provenance_row(record),
    )


def pledge_change_row(record: Record) -> PledgeChangeRow:
    return PledgeChangeRow(
        record["parent"],
        record["changed_on"],
        record["item"],
        record["before"],
        record["after"],
    )


def valuation_row(record: Record) -> ValuationRow:
    return ValuationRow(
        record["id"],
        record["method"],
        _money(record, "value"),
        record["base_date"],
        record["purpose"],
        PartyRow(record["appraiser_name"], record["appraiser_uscc"]),
        tuple(record["holder_usccs"]),
        record["standard"],
        record["platform_code"],
        record["jurisdiction_code"],
    )


def financing_row(record: Record) -> FinancingRow:
    return FinancingRow(
        record["id"],
        record["title"],
        record["kind"],
        record["applicant_uscc"],
        _money(record, "amount"),
        record["provider_uscc"],
        record["status"],
        record["platform_code"],
        record["jurisdiction_code"],
        record["submitted_by"],
        record["applied_on"],
        record["granted_on"],
    )


def insurance_row(record: Record) -> InsuranceRow:
    return InsuranceRow(
        record["policy_number"],
        record["kind"],
        record["insured_uscc"],
        record["insurer_uscc"],
        _money(record, "cover"),
        record["term_from"],
        record["term_to"],
        record["platform_code"],
        record["jurisdiction_code"],
    )


def number_of(record: Record) -> str:
    number: str = record["application_number"]
    return number


def party_row(record: Record) -> PartyRow:
    return PartyRow(record["name"], record["uscc"])
