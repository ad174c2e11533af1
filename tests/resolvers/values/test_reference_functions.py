"""Our checks against the reference functions of the domain specification, on random spellings.

The two were written apart. They must agree on acceptance, canonical spelling and issue codes, but
for the differences named in the tests: there ours is stricter or more careful on purpose.
"""

from __future__ import annotations

import importlib.util
from datetime import date
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from resolvers.values import (
    Checked,
    parse_application_number,
    parse_date,
    parse_ipc,
    parse_locarno,
    parse_money,
    parse_platform_name,
    parse_publication_number,
    parse_record_number,
    parse_uscc,
)
from resolvers.values.application_numbers import check_character
from resolvers.values.uscc import ALPHABET
from resolvers.values.uscc import check_character as uscc_check
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared
TODAY = date(2026, 1, 1)
RUNS = settings(max_examples=400, deadline=None)


@cache
def oracle() -> ModuleType:
    path = SHARED / "data" / "validators_reference.py"
    spec = importlib.util.spec_from_file_location("validators_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_same(ours: Checked[Any], theirs: dict[str, Any]) -> None:
    assert list(ours.codes) == theirs["issues"]
    assert ours.ok == theirs["ok"]
    assert ours.canonical == theirs.get("canonical")


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def digits(low: int, high: int | None = None) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=low, max_size=high or low)


SPACE = st.sampled_from(["", "", "", " ", "\u3000", "\u200b", "\u00a0", "\t"])
LOOSE_NUMBER = st.text("0123456789.XxCNZLcnzl -E+ＣＮ０１８\u3000\ufeff", max_size=20)
YEAR = st.integers(1980, 2030).map(str)

application_numbers = st.one_of(
    LOOSE_NUMBER,
    joined(
        SPACE,
        st.sampled_from(["", "CN", "ZL", "cn", "ＺＬ", "CNZL"]),
        SPACE,
        st.one_of(
            joined(YEAR, st.sampled_from("12389047"), digits(7)),
            joined(YEAR, st.just("000"), st.sampled_from("123894"), digits(7)),
            joined(digits(2), st.sampled_from("12389"), digits(5)),
        ),
        st.sampled_from(["", ".", "．", " ."]),
        st.sampled_from(["", *"0123456789Xx"]),
        st.sampled_from(["", "", ".0", ".00"]),
        SPACE,
    ),
    joined(YEAR, st.sampled_from("12389"), digits(7)).map(lambda b: f"{b}.{check_character(b)}"),
    joined(digits(2), st.sampled_from("123"), digits(5)).map(lambda b: b + check_character(b)),
)


@RUNS
@given(application_numbers)
@example("8510031212345")
@example("200310000000")
def test_application_numbers(text: str) -> None:
    ours = parse_application_number(text, today=TODAY)
    theirs = oracle().application_number(text, TODAY)
    assert_same(ours, theirs)
    if ours.value is not None:
        assert ours.display == theirs["display"]
        assert ours.value.kind == theirs["kind"]
        assert ours.value.filing_year == theirs["filingYear"]
        assert ours.value.pct_national_phase == theirs["pctNationalPhase"]


publication_numbers = joined(
    SPACE,
    st.sampled_from(["CN", "cn", "ＣＮ", "", "US"]),
    SPACE,
    st.one_of(digits(5, 10), joined(st.sampled_from("1234"), st.one_of(digits(6), digits(8)))),
    st.sampled_from(["", "."]),
    st.sampled_from(["", *"ABCDSUYXabu"]),
    st.sampled_from(["", *"0123456789"]),
)


@RUNS
@given(publication_numbers)
@example("CN85100001A")
@example("CN86200001U")
def test_publication_numbers(text: str) -> None:
    ours = parse_publication_number(text)
    theirs = oracle().publication_number(text)
    assert_same(ours, theirs)
    if ours.value is not None:
        assert ours.value.kind_code == theirs["kindCode"]
        assert ours.value.serial_length == theirs["serialLength"]


uscc_bodies = joined(
    st.sampled_from("123456789ANY0B"),
    st.sampled_from(ALPHABET),
    st.one_of(digits(6), st.text(ALPHABET, min_size=6, max_size=6)),
    st.text(ALPHABET, min_size=9, max_size=9),
)
usccs = st.one_of(
    uscc_bodies.map(lambda body: body + uscc_check(body)),
    joined(uscc_bodies, st.sampled_from(ALPHABET)),
    st.text("0123456789ABCIOSVZabc -９Ａ\u3000", max_size=20),
)


@RUNS
@given(usccs)
def test_usccs(text: str) -> None:
    ours = parse_uscc(text)
    theirs = oracle().uscc(text)
    assert_same(ours, theirs)
    if ours.value is not None:
        assert ours.value.region_code == theirs["regionCode"]
        assert ours.value.organization_code == theirs["orgCode"]


ipc_symbols = st.one_of(
    st.text("ABHI0123456789/ ;?()IN.", max_size=24),
    joined(
        st.sampled_from(["", ";", "??", " "]),
        st.sampled_from("ABCDEFGHIh"),
        digits(1, 2),
        st.sampled_from(["", *"ABCWZ"]),
        SPACE,
        digits(0, 5),
        st.sampled_from(["", "/"]),
        digits(0, 7),
        st.sampled_from(["", "(2006.01)I", "(2013.01) N", "( 2009.01 )", ";"]),
    ),
    joined(st.sampled_from("AGH"), digits(2), st.sampled_from("BWX"), digits(10)),
)


@RUNS
@given(ipc_symbols)
@example("A00B1/00")
@example("A01B00010200001")
def test_ipc_symbols(text: str) -> None:
    ours = parse_ipc(text)
    theirs = oracle().ipc_symbol(text)
    assert_same(ours, theirs)
    if ours.value is not None:
        assert ours.display == theirs["display"]
        assert ours.value.level == theirs["level"]
        assert ours.value.version == theirs["version"]
        assert ours.value.position == theirs["position"]
        assert ours.value.subclass == theirs["subclass"]


@RUNS
@given(
    joined(
        st.sampled_from(["", "LOC", "loc(12)Cl.", "LOC (13) Cl "]),
        # The reference function keeps zero-width characters here; we drop them as everywhere.
        SPACE.filter(lambda space: space != "\u200b"),
        digits(1, 2),
        st.sampled_from(["-", "", "－"]),
        digits(1, 3),
        st.sampled_from(["", "(11)", " （12） ", "(1)", "()"]),
    )
)
def test_locarno_classes(text: str) -> None:
    ours = parse_locarno(text)
    assert_same(ours, oracle().locarno(text))


dates = st.one_of(
    joined(
        digits(1, 4),
        st.sampled_from([*"-./", "年", ""]),
        digits(1, 2),
        st.sampled_from([*"-./", "月", ""]),
        digits(0, 2),
        st.sampled_from(["", "日", "T00:00:00", " 1:02", "Z", "+08:00", "T10:00:00.5Z"]),
    ),
    joined(YEAR, st.sampled_from("-./"), digits(2), st.sampled_from("-./"), digits(2)),
    joined(digits(5), st.sampled_from(["", ".0", ".000", ".5"])),
    st.sampled_from(["无", "暂无", "N/A", "NULL", "null", " - ", "2019年", "2056-01-01"]),
)


@RUNS
@given(dates)
@example("2056-01-02")
@example("20000")
def test_dates(text: str) -> None:
    assert_same(parse_date(text, today=TODAY), oracle().parse_date(text, TODAY))


amount = joined(digits(1, 7), st.sampled_from(["", ".5", ".25", ".125", ".0"]))
unit = st.sampled_from(["", "元", "万", "万元", "千元", "亿元", "人民币元", "万元人民币"])
amounts = st.one_of(
    joined(
        st.sampled_from(["", "", "￥", "RMB", "人民币", "USD", "$", "-", "US$"]),
        amount,
        unit,
        st.sampled_from(["", "", "/年", "每年", "/件", "美元", "整"]),
    ),
    # The reference function knows no unit before the dash, nor the longer ones after it; we do.
    joined(
        amount,
        st.sampled_from(["-", "~", "至", "—", "～", "/"]),
        amount,
        st.sampled_from(["", "元", "万", "万元", "千元", "亿元"]),
    ),
    joined(
        st.sampled_from(["", "按"]),
        st.sampled_from(["净销售额", "销售额", "利润", "净利润", "营业额"]),
        st.sampled_from(["", "的", "提成"]),
        digits(1, 2),
        st.sampled_from(["%", "％", ""]),
    ),
    st.sampled_from(["面议", " 协商", "无", "免费", "0元", "１２，０００", "1,2,3", "亿"]),
)


@RUNS
@given(amounts, st.sampled_from(["元", "万元", "千元"]))
def test_amounts(text: str, default_unit: str) -> None:
    ours = parse_money(text, default_unit=default_unit)
    theirs = oracle().parse_money(text, default_unit)
    value = ours.value
    if theirs.get("kind") == "FIXED" and float(theirs["amount"]) == 0:
        # Any spelling of nothing is free, not only 0 and 0.00, and it is nothing in every unit.
        assert value is not None
        assert (value.kind, ours.codes) == ("FREE", ())
        return
    assert list(ours.codes) == theirs["issues"]
    assert ours.ok == theirs["ok"]
    if value is None:
        return
    assert value.kind == theirs["kind"]
    for mine, key in (
        (value.amount, "amount"),
        (value.amount_min, "amountMin"),
        (value.amount_max, "amountMax"),
        (value.rate, "rate"),
    ):
        expected = theirs.get(key)
        assert (None if mine is None else str(mine)) == expected
    assert value.royalty_base == theirs.get("royaltyBase")
    assert value.per_year == theirs.get("perYear", False)


@RUNS
@given(
    joined(
        SPACE,
        st.sampled_from(["", "X", "Y", "y", "Z"]),
        st.sampled_from(["2012", "2021", "1999", "1899"]),
        digits(8, 10),
        SPACE,
    ),
    st.sampled_from(["LICENCE", "PLEDGE"]),
)
def test_record_numbers(text: str, kind: Any) -> None:
    assert_same(parse_record_number(text, kind), oracle().record_number(text, kind))


@RUNS
@given(
    joined(
        SPACE,
        st.sampled_from(
            ["国家知识产权运营", "国家级区域知识产权运营中心", "国家级产业知识产权运营中心"]
        ),
        st.sampled_from(["", "(", "（"]),
        st.sampled_from(["", "北京", "横琴", "西安市", "长三角", "火星"]),
        st.sampled_from(["", ")", "）"]),
        st.sampled_from(["", "交易服务平台", "特色服务平台", "分中心", "工作站"]),
    ),
    st.sampled_from(["FUNCTIONAL", "SUPPORT_TOOL", "REGIONAL", "INDUSTRY"]),
    st.sampled_from([None, "国知函〔示例〕1号"]),
)
def test_platform_names(text: str, kind: Any, document: str | None) -> None:
    # The reference function does not fold zero-width characters; we treat them as everywhere.
    assume("\u200b" not in text)
    known = {"北京", "横琴", "西安市"}.__contains__
    theirs = oracle().platform_name(text, kind, known, document)
    assert_same(parse_platform_name(text, kind, decision_document=document), theirs)


@pytest.mark.parametrize("text", ["٢٠١٢١٠٤٦٤١٧٠٦", "२०१२१०४६४१७०६"])
def test_digits_of_other_scripts_are_refused(text: str) -> None:
    """The reference function takes them for digits, but no office writes them."""
    assert parse_application_number(text, today=TODAY).codes == ("APPNO_FORMAT",)
