"""Scalars: canonical at the border, exact, bounded, refused with a code."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError

from schema.common import scalars
from tests.schema.world import Asker


@pytest.mark.parametrize(
    ("parse", "text", "canonical"),
    [
        (scalars.application_number, "ZL 202029000001.4", "CN2020290000014"),
        (scalars.application_number, "us 14/123,456", "US14123456"),
        (scalars.publication_number, "cn 209900000 u", "CN209900000U"),
        (scalars.uscc, "91440305-MA9T00018e", "91440305MA9T00018E"),
        (scalars.region_code, "44", "440000"),
        (scalars.region_code, "650199", "650199"),  # well formed, unknown to the shipped list
        (scalars.industry_code, "c3841", "C3841"),
        (scalars.ipc_symbol, "h04w 8/26", "H04W8/26"),
        (scalars.office_code, "cn", "CN"),
    ],
)
def test_identifiers_become_canonical(parse: Any, text: str, canonical: str) -> None:
    assert parse(text) == canonical


@pytest.mark.parametrize(
    ("parse", "value", "rule"),
    [
        (scalars.application_number, "2.01E+12", "APPNO_EXCEL_SCIENTIFIC"),
        (scalars.region_code, "44-03", "REGION_FORMAT"),
        (scalars.ipc_symbol, "Z99", "IPC_FORMAT"),
        (scalars.uscc, True, "IDENTIFIER_NOT_TEXT"),
        (scalars.office_code, "C" * 101, "IDENTIFIER_TOO_LONG"),
    ],
)
def test_refused_identifiers_name_the_rule(parse: Any, value: object, rule: str) -> None:
    with pytest.raises(GraphQLError) as caught:
        parse(value)
    assert caught.value.extensions == {"code": "BAD_IDENTIFIER", "issues": [rule]} | {
        key: value for key, value in (caught.value.extensions or {}).items() if key == "expected"
    }
    assert len(caught.value.message.split("\n")) == 2


@pytest.mark.parametrize(
    ("value", "number"),
    [("50000.00", "50000.00"), (5, "5"), (2.5, "2.5"), ("1E+3", "1000"), (" -1 ", "-1")],
)
def test_decimals_are_exact(value: object, number: str) -> None:
    assert scalars.print_decimal(scalars.parse_decimal(value)) == number


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "1E+40", "1" * 39, "", "1,000", True, None, [], "1e999999999"]
)
def test_what_is_no_decimal_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError) as caught:
        scalars.parse_decimal(value)
    assert (caught.value.extensions or {})["code"] == "BAD_USER_INPUT"


def test_dates_and_times() -> None:
    assert scalars.parse_iso_date("2024-02-29") == date(2024, 2, 29)
    moment = scalars.parse_date_time("2023-06-01T08:00:00+08:00")
    assert scalars.print_date_time(moment) == "2023-06-01T00:00:00Z"
    china = timezone(timedelta(hours=8))
    assert scalars.print_date_time(datetime(2023, 6, 1, 8, tzinfo=china)) == "2023-06-01T00:00:00Z"


@pytest.mark.parametrize("value", ["20240229", "2023-02-29", "2024/02/29", 5, None, "x" * 500])
def test_other_spellings_of_dates_are_refused(value: object) -> None:
    with pytest.raises(GraphQLError, match="YYYY-MM-DD"):
        scalars.parse_iso_date(value)


@pytest.mark.parametrize("value", ["2023-06-01T08:00:00", "yesterday", 5])
def test_times_need_an_offset(value: object) -> None:
    with pytest.raises(GraphQLError) as caught:
        scalars.parse_date_time(value)
    assert (caught.value.extensions or {})["code"] == "BAD_USER_INPUT"


async def test_literal_numbers_keep_their_digits(trading: Asker) -> None:
    big = "9999999999999999.99"
    data = await trading.data("{ listings(filter: { priceMinCny: %s }) { totalCount } }" % big)
    assert data["listings"]["totalCount"] == 0
    assert Decimal(str(float(big))) != Decimal(big)  # what a float would have made of it
