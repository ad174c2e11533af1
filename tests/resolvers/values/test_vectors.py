"""Every published vector, one test each: the value, its parts, and the exact issue codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from resolvers.values import (
    Checked,
    check,
    parse_application_number,
    parse_date,
    parse_industry,
    parse_ipc,
    parse_locarno,
    parse_money,
    parse_platform_name,
    parse_publication_number,
    parse_record_number,
    parse_region,
    parse_uscc,
)
from resolvers.values.application_numbers import st13, standard_format
from resolvers.values.publication_numbers import KIND_CODES, kind_code_agrees
from tests.support.shared import SHARED, needs_shared

VECTORS = Path(__file__).parent / "vectors"
TODAY = date(2026, 1, 1)  # what the vectors were computed with

Case = dict[str, Any]


def load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (VECTORS / f"vectors_{name}.json").read_text(encoding="utf-8")
    )
    return content


def cases(name: str, key: str = "cases") -> list[Any]:
    return [pytest.param(case, id=case["input"] or "empty") for case in load(name)[key]]


def assert_outcome(result: Checked[Any], expect: Case) -> None:
    assert list(result.codes) == expect["issues"]
    assert result.ok == expect["ok"]
    if not expect["ok"]:
        assert (result.value, result.canonical, result.display) == (None, None, None)
    if "canonical" in expect:
        assert result.canonical == expect["canonical"]
    if "display" in expect:
        assert result.display == expect["display"]
    for issue in result.issues:
        assert issue.message_zh
        assert issue.message_en[0].isascii()


def expected_spelling(result: Checked[Any]) -> str | None:
    return next((issue.expected for issue in result.issues if issue.expected), None)


@pytest.mark.parametrize("case", cases("application_number"))
@pytest.mark.parametrize("foreign", [False, True])
def test_application_number(case: Case, foreign: bool) -> None:
    expect = case["expect"]
    result = parse_application_number(case["input"], foreign=foreign, today=TODAY)
    assert_outcome(result, expect)
    assert expected_spelling(result) == expect.get("expectedCheck")
    if result.value is not None:
        assert result.value.office == "CN"
        assert result.value.kind == expect["kind"]
        assert result.value.filing_year == expect["filingYear"]
        assert result.value.pct_national_phase == expect["pctNationalPhase"]


@pytest.mark.parametrize(
    "conversion",
    load("application_number")["conversions"],
    ids=lambda conversion: str(conversion["canonical"]),
)
def test_conversions(conversion: dict[str, str | None]) -> None:
    canonical = conversion["canonical"]
    assert canonical is not None
    assert standard_format(canonical) == conversion["standardFormat"]
    assert st13(canonical) == conversion["st13"]


@pytest.mark.parametrize("case", cases("publication_number"))
def test_publication_number(case: Case) -> None:
    result = parse_publication_number(case["input"])
    assert_outcome(result, case["expect"])
    if result.value is not None:
        assert result.value.kind_code == case["expect"]["kindCode"]
        assert result.value.serial_length == case["expect"]["serialLength"]


@pytest.mark.parametrize("row", load("publication_number")["kindConsistency"], ids=str)
def test_kind_consistency(row: dict[str, Any]) -> None:
    kinds = {"1": "INVENTION", "8": "INVENTION", "2": "UTILITY_MODEL", "9": "UTILITY_MODEL"}
    kind: Any = kinds.get(row["typeCode"], "DESIGN")
    allowed: set[str] = set()
    for code in row["allowedKindCodes"]:
        spread = f"{code[0]}1-{code[0]}9"
        allowed.update([code] if code != spread else (f"{code[0]}{n}" for n in range(1, 10)))
    every = {code for codes in KIND_CODES.values() for code in codes}
    assert {code for code in every if kind_code_agrees(kind, code)} == allowed


@pytest.mark.parametrize("case", cases("uscc"))
def test_uscc(case: Case) -> None:
    expect = case["expect"]
    result = parse_uscc(case["input"])
    assert_outcome(result, expect)
    assert expected_spelling(result) == expect.get("expectedCheck")
    for character in expect.get("badChars", []):
        assert f"无效字符 {character}" in result.issues[0].message_zh
    if result.value is not None:
        assert result.value.registration_authority == expect["registrationAuthority"]
        assert result.value.entity_type == expect["entityType"]
        assert result.value.region_code == expect["regionCode"]
        assert result.value.organization_code == expect["orgCode"]


@pytest.mark.parametrize("case", cases("region"))
def test_region(case: Case) -> None:
    expect = case["expect"]
    result = parse_region(case["input"], as_of=date(case["asOfYear"], 6, 30))
    assert_outcome(result, expect)
    if result.value is not None:
        for key, value in {
            "name": result.value.name,
            "fullName": result.value.full_name,
            "level": result.value.level,
            "successors": list(result.value.successors),
        }.items():
            assert value == expect.get(key, value)


@pytest.mark.parametrize("case", cases("industry"))
def test_industry(case: Case) -> None:
    expect = case["expect"]
    result = parse_industry(case["input"])
    assert_outcome(result, expect)
    assert expected_spelling(result) == expect.get("expected")
    if result.value is not None:
        assert (result.value.name, result.value.level) == (expect["name"], expect["level"])


@pytest.mark.parametrize("case", cases("ipc"))
def test_ipc(case: Case) -> None:
    expect = case["expect"]
    result = parse_ipc(case["input"])
    assert_outcome(result, expect)
    if result.value is not None:
        assert result.value.level == expect["level"]
        assert result.value.version == expect["version"]
        assert result.value.position == expect["position"]
        assert result.value.subclass == expect["subclass"]


@pytest.mark.parametrize("case", cases("ipc", "locarno"))
def test_locarno(case: Case) -> None:
    result = parse_locarno(case["input"])
    assert_outcome(result, case["expect"])
    if result.value is not None:
        assert result.value.edition == case["expect"]["edition"]


@pytest.mark.parametrize("case", cases("date"))
def test_date(case: Case) -> None:
    result = parse_date(case["input"], today=TODAY)
    assert_outcome(result, case["expect"])
    if result.value is not None:
        assert result.value.isoformat() == case["expect"]["canonical"]


@pytest.mark.parametrize("case", cases("money"))
def test_money(case: Case) -> None:
    expect = case["expect"]
    result = parse_money(case["input"], default_unit=case["defaultUnit"])
    assert_outcome(result, expect)
    value = result.value
    if value is None:
        return
    assert value.kind == expect["kind"]
    assert value.original == case["input"]
    assert value.currency == expect.get("currency", "CNY")
    amounts = {
        "amount": value.amount,
        "amountMin": value.amount_min,
        "amountMax": value.amount_max,
        "rate": value.rate,
    }
    for key, amount in amounts.items():
        expected = expect.get(key)
        assert amount == (None if expected is None else Decimal(expected))
        assert str(amount) == str(expected)
    assert value.royalty_base == expect.get("royaltyBase")
    assert value.per_year == expect.get("perYear", False)


@pytest.mark.parametrize("case", cases("record_number"))
def test_record_number(case: Case) -> None:
    expect = case["expect"]
    result = parse_record_number(case["input"], case["want"])
    assert_outcome(result, expect)
    if result.value is not None:
        assert result.value.year == expect.get("year")
        assert result.value.office_code == expect.get("officeCode")
        assert result.value.serial == expect.get("serial")


@pytest.mark.parametrize("case", cases("platform_name"))
def test_platform_name(case: Case) -> None:
    expect = case["expect"]
    result = parse_platform_name(
        case["input"], case["kind"], decision_document=case.get("decisionDocument")
    )
    assert_outcome(result, expect)
    if result.value is not None:
        assert result.value.place == expect.get("place")
        assert result.value.function == expect.get("function")
        assert result.value.qualifier == expect.get("qualifier")


CHECKED_BY_NAME: dict[str, tuple[str, Callable[[Case], bool]]] = {
    "APPLICATION_NUMBER": ("application_number", lambda case: True),
    "PUBLICATION_NUMBER": ("publication_number", lambda case: True),
    "USCC": ("uscc", lambda case: True),
    "REGION": ("region", lambda case: case["asOfYear"] == 2024),
    "INDUSTRY": ("industry", lambda case: True),
    "IPC": ("ipc", lambda case: True),
    "DATE": ("date", lambda case: True),
    "MONEY": ("money", lambda case: case["defaultUnit"] == "元"),
    "PLATFORM_NAME": ("platform_name", lambda case: case["kind"] != "SUPPORT_TOOL"),
}


@pytest.mark.parametrize("kind", CHECKED_BY_NAME)
def test_check_by_kind_says_the_same(kind: Any) -> None:
    name, applies = CHECKED_BY_NAME[kind]
    chosen = [case for case in load(name)["cases"] if applies(case)]
    assert chosen
    for case in chosen:
        assert list(check(kind, case["input"]).codes) == case["expect"]["issues"], case


@needs_shared
class TestRealGazetteNumbers:
    def read(self, name: str) -> list[Any]:
        path = SHARED / "data" / f"vectors_{name}.json"
        numbers: list[Any] = json.loads(path.read_text(encoding="utf-8"))["realGazetteNumbers"]
        return numbers

    def test_application_numbers(self) -> None:
        numbers = self.read("application_number")
        assert len(numbers) == 39
        for row in numbers:
            result = parse_application_number(row["input"], today=TODAY)
            assert (result.canonical, result.codes) == (row["canonical"], ())
            assert result.value is not None
            assert result.value.kind is not None
            publication = parse_publication_number(row["publicationNumber"]).value
            assert publication is not None
            assert kind_code_agrees(result.value.kind, publication.kind_code)

    def test_publication_numbers(self) -> None:
        numbers = self.read("publication_number")
        assert len(numbers) == 40
        for number in numbers:
            result = parse_publication_number(number)
            assert (result.canonical, result.codes) == (number, ())
