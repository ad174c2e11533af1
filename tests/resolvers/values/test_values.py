"""What the vectors do not show: foreign keys, retired regions, offices, text, bounds, messages."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest

from resolvers.values import (
    IdentifierKind,
    ValueProblem,
    check,
    parse_application_number,
    parse_date,
    parse_industry,
    parse_ipc,
    parse_money,
    parse_office,
    parse_platform_name,
    parse_record_number,
    parse_region,
    parse_uscc,
    require,
    shipped_lists,
)
from resolvers.values.dates import LAST_PAST_YEAR, today_in_china
from resolvers.values.lists import Region, build_lists
from resolvers.values.publication_numbers import without_year
from resolvers.values.text import display_text, has_mojibake, party_name_key, split_list


class TestResult:
    def test_require_gives_the_value_or_raises_with_code_and_expected(self) -> None:
        assert require(parse_uscc("91110000600037341L")).region_code == "110000"
        with pytest.raises(ValueProblem) as raised:
            require(parse_uscc("91110000600037341M"))
        assert (raised.value.code, raised.value.expected) == ("USCC_CHECK", "L")

    def test_require_refuses_a_valid_absence(self) -> None:
        with pytest.raises(ValueProblem) as raised:
            require(parse_date("无"))
        assert raised.value.code == "VALUE_EMPTY"

    def test_messages_are_chinese_first_then_english(self) -> None:
        issue = parse_application_number("12").issues[0]
        assert issue.severity == "ERROR"
        assert issue.message == f"{issue.message_zh} {issue.message_en}"
        assert "\u4e00" <= issue.message[2] <= "\u9fff"

    @pytest.mark.parametrize("kind", get_args(IdentifierKind))
    @pytest.mark.parametrize("text", ["", " ", "\x00", "x" * 10_000, "锟斤拷", "9" * 5_000, "🏭"])
    def test_no_text_makes_a_check_raise(self, kind: Any, text: str) -> None:
        result = check(kind, text)
        assert result.ok in (True, False)


class TestApplicationNumbers:
    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("US14/567,890", "US14567890"),
            ("ep 12345678.9", "EP123456789"),
            ("JP2012-123456", "JP2012123456"),
            ("WO2020/123456", "WO2020123456"),
        ],
    )
    def test_other_offices(self, text: str, canonical: str) -> None:
        result = parse_application_number(text, foreign=True)
        assert (result.canonical, result.codes) == (canonical, ())
        assert result.value is not None
        assert (result.value.office, result.value.kind) == (canonical[:2], None)
        assert parse_application_number(text).codes == ("APPNO_FORMAT",)

    @pytest.mark.parametrize("text", ["QQ123", "USABC", "US", "US" + "1" * 40, "UKX"])
    def test_no_office_no_number_no_key(self, text: str) -> None:
        assert parse_application_number(text, foreign=True).codes == ("APPNO_FORMAT",)

    def test_this_year_is_allowed_and_next_year_is_not(self) -> None:
        year = today_in_china().year
        assert year > LAST_PAST_YEAR  # else the shortcut would skip the clock wrongly
        assert parse_application_number(f"{year}10000001").codes == ("W_APPNO_CHECK_MISSING",)
        assert not parse_application_number(f"{year + 1}10000001").ok


class TestRegions:
    def test_the_country(self) -> None:
        result = parse_region("000000")
        assert result.value is not None
        assert (result.value.level, result.display) == (0, "全国")

    @pytest.mark.parametrize(
        ("code", "successors"),
        [("310119", ("310115",)), ("220381", ("220184",)), ("340225", ("340281",))],
    )
    def test_retired_codes_name_their_successors(
        self, code: str, successors: tuple[str, ...]
    ) -> None:
        result = parse_region(code, as_of=date(2024, 1, 1))
        assert result.codes == ("W_REGION_RETIRED",)
        assert result.value is not None
        assert result.value.successors == successors
        assert successors[0] in result.issues[0].message_zh

    def test_a_code_given_away_twice_is_read_at_its_date(self) -> None:
        def region(name: str, start: int, end: int | None, status: Any) -> Region:
            successors = ("110102",) if end else ()
            return Region("110101", name, name, 3, "110000", start, end, status, successors)

        lists = build_lists(
            [region("旧", 1990, 2000, "RETIRED"), region("新", 2010, None, "ACTIVE")], [], [], []
        )
        names = {}
        for year in (1985, 1995, 2005, 2015):
            result = parse_region("110101", as_of=date(year, 1, 1), lists=lists)
            assert result.value is not None
            names[year] = (result.value.name, result.codes)
        assert names == {
            1985: ("旧", ()),
            1995: ("旧", ()),
            2005: ("旧", ("W_REGION_RETIRED",)),
            2015: ("新", ()),
        }


class TestIndustries:
    def test_an_unknown_class_of_a_known_group_becomes_the_group(self) -> None:
        result = parse_industry("C3918")
        assert (result.canonical, result.codes) == ("C391", ("W_INDUSTRY_CLASS_UNKNOWN",))

    @pytest.mark.parametrize("text", ["98", "3", "U01", "C3"])
    def test_refused(self, text: str) -> None:
        assert not parse_industry(text).ok


class TestIpc:
    def test_main_group(self) -> None:
        value = require(parse_ipc("H04W8/26"))
        assert value.main_group == "H04W8/00"
        assert require(parse_ipc("H04W")).main_group is None

    def test_an_unknown_subclass_is_warned_of_only_with_lists(self) -> None:
        assert parse_ipc("A01Z1/00").codes == ()
        assert parse_ipc("A01Z1/00", lists=shipped_lists()).codes == ("W_IPC_UNKNOWN",)
        assert parse_ipc("A01B1/00", lists=shipped_lists()).codes == ()


class TestOffices:
    @pytest.mark.parametrize(
        ("text", "canonical", "codes"),
        [
            ("CN", "CN", ()),
            (" ep", "EP", ()),
            ("UK", "GB", ("W_OFFICE_ALIAS",)),
            ("SU", "SU", ("W_OFFICE_FORMER",)),
            ("XX", None, ("OFFICE_PROVISIONAL",)),
            ("QQ", None, ("OFFICE_UNKNOWN",)),
            ("CHN", None, ("OFFICE_FORMAT",)),
            ("", None, ("OFFICE_FORMAT",)),
        ],
    )
    def test_codes(self, text: str, canonical: str | None, codes: tuple[str, ...]) -> None:
        result = parse_office(text)
        assert (result.canonical, result.codes) == (canonical, codes)

    def test_a_provisional_code_may_be_the_country_of_a_party(self) -> None:
        assert parse_office("XX", party_country=True).ok

    @pytest.mark.parametrize(
        ("code", "name"), [("TW", "中国台湾"), ("HK", "中国香港"), ("MO", "中国澳门")]
    )
    def test_display(self, code: str, name: str) -> None:
        assert parse_office(code).display == name


class TestMoney:
    def test_bounds(self) -> None:
        assert parse_money("9999999999999999.99").ok
        assert parse_money("10000000000000000").codes == ("MONEY_TOO_LARGE",)
        assert parse_money("99999999999亿元").codes == ("MONEY_TOO_LARGE",)
        assert parse_money("9" * 31).codes == ("MONEY_FORMAT",)
        assert parse_money("1-99999999999亿元").codes == ("MONEY_TOO_LARGE",)

    def test_both_ends_of_a_range_may_have_their_own_unit(self) -> None:
        value = require(parse_money("5000元-1万元"))
        assert (str(value.amount_min), str(value.amount_max)) == ("5000.00", "10000.00")

    @pytest.mark.parametrize(
        ("text", "canonical", "display"),
        [
            ("50万元", "CNY 500000.00", "500,000.00 元"),
            ("2万元/年", "CNY 20000.00/年", "20,000.00 元/年"),
            ("50-80万元", "CNY 500000.00-800000.00", "500,000.00–800,000.00 元"),
            ("净销售额3%", "NET_SALES 0.03", "净销售额 3%"),
            ("面议", "NEGOTIABLE", "面议"),
            ("0.0", "CNY 0.00", "免费"),
            ("USD20000", "USD 20000.00", "20,000.00 美元"),
            ("", None, None),
        ],
    )
    def test_spellings(self, text: str, canonical: str | None, display: str | None) -> None:
        result = parse_money(text)
        assert (result.canonical, result.display) == (canonical, display)


class TestNames:
    def test_the_kind_follows_from_the_name(self) -> None:
        kinds = {
            name: require(parse_platform_name(name)).kind
            for name in (
                "国家知识产权运营（珠海）金融服务平台",
                "国家级区域知识产权运营中心",
                "国家级产业知识产权运营中心（示例）",
            )
        }
        assert list(kinds.values()) == ["FUNCTIONAL", "REGIONAL", "INDUSTRY"]

    @pytest.mark.parametrize(
        "place", ["北京", "北京市", "内蒙古", "新疆", "恩施土家族苗族", "横琴"]
    )
    def test_places_with_and_without_suffix(self, place: str) -> None:
        assert parse_platform_name(f"国家知识产权运营（{place}）特色服务平台").ok

    @pytest.mark.parametrize("place", ["海淀区", "崇文区", "全国"])
    def test_only_provinces_and_prefectures_in_force(self, place: str) -> None:
        result = parse_platform_name(f"国家知识产权运营（{place}）特色服务平台")
        assert result.codes == ("NAME_PLACE_UNKNOWN",)


def test_record_numbers_of_statements_and_empty_ones() -> None:
    assert parse_record_number(" kfxk-2023 001 ", "OPEN_LICENCE").canonical == "KFXK-2023001"
    assert parse_record_number("　", "LICENCE").codes == ("RECORDNO_EMPTY",)


def test_the_year_of_a_publication_number_is_dropped_only_where_it_is_one() -> None:
    assert without_year("CN2013102965311A") == "CN102965311A"
    assert without_year("CN 2001 1340998 A") == "CN1340998A"
    assert without_year("CN102965311A") == "CN102965311A"


class TestText:
    def test_lists_lose_stray_question_marks_and_empty_parts(self) -> None:
        assert split_list("甲;??乙；;丙、丁|戊\n己,") == ("甲", "乙", "丙", "丁", "戊", "己")

    def test_party_names(self) -> None:
        assert party_name_key("示例（ 北京）公司") == party_name_key("示例(北京)公司")
        assert display_text("\ufeff 一种 \u3000 装置\n") == "一种 装置"

    def test_mojibake(self) -> None:
        assert has_mojibake("\ufffd公司")
        assert not has_mojibake("公司??")
