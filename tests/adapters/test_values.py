"""Cells become typed values; what cannot becomes a coded issue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from adapters.feed import Field, load_feeds, load_vocabularies
from adapters.findings import finding
from adapters.messages import MESSAGES
from adapters.model import Cell
from adapters.rules import FACT_RULES, ROW_RULES
from adapters.store import STORES
from adapters.value_kinds import CellContext, Period, StatedStatus, ValueKind, convert
from resolvers.values import shipped_lists


def check(
    kind: ValueKind, cell: Cell, unit: str | None = None, vocabulary: str | None = None
) -> tuple[Any, tuple[str, ...]]:
    field = Field(kind=kind, vocabulary=vocabulary, bound=100)
    checked = convert(cell, CellContext(field, unit, date(2026, 1, 1), shipped_lists()))
    return checked.value, checked.codes


@pytest.mark.parametrize(
    ("cell", "parties"),
    [
        ("示例甲公司;示例乙公司；", ("示例甲公司", "示例乙公司")),
        ("示例甲公司;??示例乙公司", ("示例甲公司", "示例乙公司")),
        ("甲、乙|丙\n丁", ("甲", "乙", "丙", "丁")),
        ("ABC Co., Ltd.;DEF, Inc.", ("ABC Co., Ltd.", "DEF, Inc.")),
        ("ACME GmbH, 示例乙公司", ("ACME GmbH", "示例乙公司")),
        ("示例（北京）公司;示例(北京) 公司", ("示例(北京) 公司",)),
        ("腾讯科技（深圳）有限公司", ("腾讯科技（深圳）有限公司",)),
    ],
)
def test_parties(cell: str, parties: tuple[str, ...]) -> None:
    assert check("parties", cell) == (parties, ())


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        (2020290000334.0, ("W_APPNO_FLOAT_SUFFIX",)),
        (202029000033.4, ()),
        ("202029000033", ("W_APPNO_CHECK_MISSING",)),
        ('="202029000033.4"', ("W_TEXT_FORMULA_UNWRAPPED",)),
    ],
)
def test_application_numbers_of_spreadsheets(cell: Cell, codes: tuple[str, ...]) -> None:
    value, found = check("application_number", cell)
    assert value.canonical == "CN2020290000334"
    assert found == codes


@pytest.mark.parametrize(
    "cell",
    ["=HYPERLINK(A1)", "=cmd|' /C calc'!A0", "=A1", "@SUM(A1)", "+SUM(1)", "-cmd|'x'", "=1+(2)"],
)
def test_formulas_are_refused(cell: str) -> None:
    assert check("text", cell) == (None, ("TEXT_FORMULA",))


@pytest.mark.parametrize(
    "cell", ["-1", "+86 10 62083114", "-CH(CH3)-基团的用途", "= 相等", "@示例"]
)
def test_signs_are_no_formulas(cell: str) -> None:
    value, codes = check("text", cell)
    assert value is not None
    assert codes == ()


def test_control_characters_and_mojibake() -> None:
    assert check("text", "a\x00b") == (None, ("TEXT_CONTROL",))
    assert check("text", "锟斤拷公司")[1] == ("W_TEXT_MOJIBAKE",)
    assert check("parties", "公司\ufffd")[1] == ("W_TEXT_MOJIBAKE",)
    assert check("text", "长" * 101) == (None, ("TEXT_TOO_LONG",))


@pytest.mark.parametrize(
    "cell",
    [
        "2023-01-01至2026-12-31",
        "2023.1.1-2026.12.31",
        "2023年1月1日到2026年12月31日",
        "20230101~20261231",
    ],
)
def test_periods(cell: str) -> None:
    assert check("period", cell) == (Period(date(2023, 1, 1), date(2026, 12, 31)), ())


def test_a_term_that_is_no_pair_of_dates_only_warns() -> None:
    assert check("period", "5年") == (None, ("W_TERM_NOT_DATES",))
    assert check("period", "2023-13-01至2026-12-31")[1] == ("DATE_INVALID",)


@pytest.mark.parametrize(
    ("cell", "unit", "amount"),
    [
        (60.0, "万元", "600000.00"),
        (35.5, "万元", "355000.00"),
        ("１２．５", "万元", "125000.00"),
        ("5000元", None, "5000.00"),
        ("12", "美元", "12.00"),
    ],
)
def test_money(cell: Cell, unit: str | None, amount: str) -> None:
    value, _ = check("money", cell, unit)
    assert value.amount == Decimal(amount)


def test_vocabularies() -> None:
    assert check("vocabulary", "排他 许可", vocabulary="licence_type") == ("SOLE", ())
    assert check("vocabulary", "未知", vocabulary="licence_type") == (
        None,
        ("LICENCE_TYPE_UNKNOWN",),
    )
    assert check("legal_status", "专利权保全") == (StatedStatus("IN_FORCE", True), ())
    assert check("legal_status", "质押") == (
        StatedStatus("IN_FORCE", fact="质押"),
        ("W_LEGAL_STATUS_FACT",),
    )
    assert check("legal_status", "不详") == (None, ("W_LEGAL_STATUS_UNKNOWN",))


def test_a_list_with_one_wrong_part_is_refused_whole() -> None:
    assert check("ipcs", "H04W8/26(2009.01)I;??H04W84/12(2009.01)I") == (
        ("H04W8/26", "H04W84/12"),
        (),
    )
    assert check("ipcs", "H04W8/26;Z99") == (None, ("IPC_FORMAT",))


def test_every_code_has_both_languages() -> None:
    for code, (chinese, english) in MESSAGES.items():
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese), code
        assert english.isprintable(), code
        assert english, code


def test_messages_are_bounded_and_storable() -> None:
    found = finding("FIELD_REQUIRED", value="x\x00" * 500)
    assert found.value is not None
    assert len(found.value) == 200
    assert "\x00" not in found.value


def test_tables_of_feeds_are_whole() -> None:
    """Keys, dates, periods and vocabularies name fields that exist, and every feed is storable."""
    vocabularies = load_vocabularies()
    for name, feed in load_feeds().items():
        fields = set(feed.fields)
        others = {field for key in feed.other_keys for field in key}
        assert {*feed.key, *others, *feed.record_date, *feed.unique} <= fields, name
        for field in feed.fields.values():
            assert set(field.fills or ()) <= fields, name
            assert field.vocabulary is None or field.vocabulary in vocabularies, name
        assert name in STORES
        assert name in ROW_RULES
    assert set(FACT_RULES) <= set(load_feeds())
    assert {unknown for unknown, _ in vocabularies.values()} <= set(MESSAGES)
