"""Codes, names and jurisdictions of platforms and centres."""

from __future__ import annotations

import pytest

from resolvers.values import (
    check_center_name,
    check_stated_name,
    is_jurisdiction,
    jurisdiction_of,
    parse_center_code,
)
from resolvers.values.center_codes import LETTERS, check_letters

BEIJING = "国家知识产权运营（北京）交易服务平台"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FT-110000-01", "FT-110000-01"),
        (" ft-110000-01 ", "FT-110000-01"),
        ("ＦＴ-110000-01", "FT-110000-01"),
        ("IC-340100-99", "IC-340100-99"),
        ("RC-000000-01", "RC-000000-01"),  # the whole country
        ("FS-110103-01", "FS-110103-01"),  # a region that was there when the code was given
    ],
)
def test_codes(text: str, code: str) -> None:
    checked = parse_center_code(text)
    assert checked.ok
    assert checked.canonical == code
    assert checked.value is not None
    assert (checked.value.region_code, checked.value.serial) == (code[3:9], code[10:])


@pytest.mark.parametrize(
    "text",
    ["", "FT-110000", "FT-110000-1", "FT-110000-001", "FX-110000-01", "FT-999999-01", "FT11000001"],
)
def test_codes_refused(text: str) -> None:
    checked = parse_center_code(text)
    assert checked.codes == ("PLATFORM_CODE",)
    assert checked.canonical is None


def test_letters_tell_kind_and_function() -> None:
    told = {letters: (kind, function) for letters, (kind, function) in LETTERS.items()}
    for letters, own in told.items():
        value = parse_center_code(f"{letters}-110000-01").value
        assert value is not None
        assert (value.kind, value.function) == own
        for other in told.values():
            issue = check_letters(f"{letters}-110000-01", *other)
            assert (issue is None) == (other == own)
    # a functional platform without a function, a centre with one
    for code, kind, function in [
        ("FT-110000-01", "FUNCTIONAL", None),
        ("RC-110000-01", "REGIONAL", "TRADING_SERVICE"),
    ]:
        found = check_letters(code, kind, function)
        assert found is not None
        assert found.code == "PLATFORM_CODE_KIND"


@pytest.mark.parametrize(
    ("name", "kind", "function", "document", "codes"),
    [
        (BEIJING, "FUNCTIONAL", "TRADING_SERVICE", None, ()),
        (BEIJING, "FUNCTIONAL", None, None, ()),
        (BEIJING, "FUNCTIONAL", "FINANCIAL_SERVICE", None, ("NAME_FUNCTION_MISMATCH",)),
        (BEIJING, "REGIONAL", None, None, ("NAME_PATTERN",)),
        ("示例平台", "FUNCTIONAL", "SUPPORT_TOOL", "示例1号", ()),
        ("示例平台", "FUNCTIONAL", "SUPPORT_TOOL", None, ("NAME_NEEDS_DECISION_DOCUMENT",)),
        ("示例平台", "INDUSTRY", "SUPPORT_TOOL", "示例1号", ("NAME_PATTERN",)),
    ],
)
def test_official_names(
    name: str, kind: str, function: str | None, document: str | None, codes: tuple[str, ...]
) -> None:
    checked = check_center_name(name, kind, function, decision_document=document)
    assert checked.codes == codes
    assert checked.ok == (not codes)


@pytest.mark.parametrize(
    ("name", "function", "status", "scheme", "expected"),
    [
        (BEIJING, "TRADING_SERVICE", "RECOGNISED", None, ((), "NOTICE_2022_1002")),
        (BEIJING, "TRADING_SERVICE", "PILOT", None, ((), "NOTICE_2022_1002")),
        ("试点平台", "TRADING_SERVICE", "PILOT", None, ((), "PILOT_NAME")),
        ("试点平台", "SUPPORT_TOOL", "UNDER_EVALUATION", None, ((), "PILOT_NAME")),
        (
            "试点平台",
            "TRADING_SERVICE",
            "RECOGNISED",
            None,
            (("NAME_PATTERN",), "NOTICE_2022_1002"),
        ),
        ("新名平台", "TRADING_SERVICE", "RECOGNISED", "NOTICE_2023_156", ((), "NOTICE_2023_156")),
        (
            "试点平台",
            "TRADING_SERVICE",
            "PILOT",
            "NOTICE_2022_1002",
            (("NAME_PATTERN",), "NOTICE_2022_1002"),
        ),
        *(
            (f"试点平台上海{word}", "TRADING_SERVICE", "PILOT", None, (codes, "PILOT_NAME"))
            for word in ("分平台", "分中心", "工作站", "分支机构", "联络处", "办事处")
            for codes in (("NAME_BRANCH_FORBIDDEN",),)
        ),
    ],
)
def test_names_as_stated(
    name: str,
    function: str,
    status: str,
    scheme: str | None,
    expected: tuple[tuple[str, ...], str],
) -> None:
    checked, found = check_stated_name(name, "FUNCTIONAL", function, status, scheme=scheme)
    assert (checked.codes, found) == expected


@pytest.mark.parametrize(
    ("region", "jurisdiction"),
    [
        ("440305", "440300"),
        ("440113", "440000"),
        ("330200", "330200"),
        ("110000", "110000"),
        ("659001", "650000"),  # a city of the corps: no region leads to the corps
        ("810000", None),
        ("000000", None),
    ],
)
def test_jurisdictions(region: str, jurisdiction: str | None) -> None:
    assert jurisdiction_of(region) == jurisdiction
    assert jurisdiction is None or is_jurisdiction(jurisdiction)
