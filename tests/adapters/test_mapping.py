"""Mapping compiled per column: the same values as cell by cell; a source's own words, units."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from adapters.feed import load_feeds
from adapters.files.delimited import RawRow, read_delimited
from adapters.files.header import Header, find_header
from adapters.files.limits import Limits
from adapters.mapping import Mapper, content_hash
from adapters.model import MappedRow, SourceRecord
from adapters.value_kinds import CellContext, cell_text, compiled, compiled_dated, convert
from resolvers.values import ApplicationNumber, Money, shipped_lists
from tests.adapters.harness import TODAY

CELLS = (
    *(
        "",
        " ",
        "-",
        "无",
        "示例甲",
        " 示例甲 ",
        "示例  甲",
        "示例\u200b甲",
        "示例\n甲",
        "a\x00b",
        "锟斤拷",
    ),
    *("=SUM(A1)", '="201919000007.3"', "@A(", "+AB(", "-1", "=A1", "\u3000示例\u3000", "２０１９"),
    *("CN201919000007.3", "201919000007", "2.01E+12", "CN122900006B", "CN2013102965311A"),
    *("2019-05-07", "2019.5.7", "2019年5月7日", "43592", "2019", "7/5/2019", "0000-00-00"),
    *("H04B7/0408", "h04b 7/0408", "H99Z1/00", "H04W8/26;??H04W84/12", "LOC(12)12-16", "02-05"),
    *("C3973", "3973", "C39799", "310115", "310100", "110000", "440300", "320125", "31", "xx"),
    *("有效", "质押", "专利权保全", "发明", "普通", "示例甲;示例乙", "Example Co., Ltd, 示例乙"),
    *("100万元", "面议", "12.50", "91440305MA9T00018E", "2022-01-01至2023-01-01", "FT-440300-01"),
)


def contexts() -> Iterator[CellContext]:
    lists = shipped_lists()
    for feed in load_feeds().values():
        for field in feed.fields.values():
            yield CellContext(field, None, TODAY, lists)


def test_compiled_columns_say_what_cells_say() -> None:
    for context in contexts():
        take = compiled(context)
        for cell in (*CELLS, *CELLS):  # once more: what was remembered
            if cell:
                assert take(cell) == convert(cell, context), (context.field.kind, cell)


def test_codes_that_change_with_time_are_read_by_year() -> None:
    region = load_feeds()["PATENT"].fields["addressCode"]
    context = CellContext(region, None, TODAY, shipped_lists())
    take = compiled_dated(context)
    for code in ("320125", "310115", "110000", "341125", "370100", "371200"):
        for day in (None, date(1990, 3, 1), date(2012, 12, 31), date(2013, 1, 1), TODAY):
            expected = convert(code, CellContext(region, None, TODAY, context.lists, as_of=day))
            assert take(code, None if day is None else day.year) == expected


@given(st.text(alphabet='ab ,;\t"\r\x0b\x85中\x00', max_size=20), st.sampled_from(",\t;"))
def test_lines_without_quotes_are_cut_as_the_csv_module_cuts(line: str, delimiter: str) -> None:
    first = io.StringIO(line, newline="").readline()
    if '"' in first or not first:
        return
    rows = list(read_delimited(io.BytesIO(first.encode()), "utf-8", Limits(), delimiter))
    expected = next(csv.reader(io.StringIO(first, newline=""), delimiter=delimiter), [])
    assert [row.cells for row in rows] == [expected]


def test_content_hash_tells_what_is_said_and_not_how() -> None:
    number = ApplicationNumber("CN1", "1", "CN", "DESIGN", 2020, False)
    other = ApplicationNumber("CN1", "1.", "CN", "DESIGN", 2020, False)
    values = {"a": number, "b": ("x", "y"), "c": date(2020, 1, 2), "d": Money("MISSING", "—")}
    same = {"d": Money("MISSING", "面议"), "c": date(2020, 1, 2), "b": ("x", "y"), "a": other}
    assert content_hash(values) == content_hash(same)
    # Kept with every row a source ever sent: another digest would store all of them once more.
    assert content_hash({"a": number, "b": ("x", "y"), "c": date(2020, 1, 2)}).hex() == (
        "07fb7979caaf0389ee70d77f8f0f31b1"
    )


PATENT = {"申请号": "201919000007.3", "名称": "装置", "申请人": "甲", "申请日": "2019-05-07"}
LISTING = {
    "项目编号": "1",
    "项目名称": "装置",
    "专利号": "201919000007.3",
    "转让方": "甲",
    "挂牌起始日期": "2024-01-01",
    "挂牌截止日期": "2024-12-31",
    "平台编码": "FT-440300-01",
}


def mapped(feed_name: str, values: dict[str, str], **more: dict[str, object]) -> MappedRow:
    feed = load_feeds()[feed_name]
    header = find_header([RawRow(1, list(values))], feed.aliases())
    assert isinstance(header, Header)
    mapper = Mapper(
        feed,
        header,
        constants={},
        today=TODAY,
        lists=shipped_lists(),
        **more,  # type: ignore[arg-type]
    )
    return mapper.map(SourceRecord(2, dict(values)))


def test_words_of_a_source_stand_beside_those_of_the_hub() -> None:
    own = {"patent_kind": {" 甲类 ": "INVENTION", "外观": "DESIGN"}}
    row = PATENT | {"专利类型": "甲类"}
    assert "PATENT_KIND_UNKNOWN" in [found.code for found in mapped("PATENT", row).findings]
    assert mapped("PATENT", row, vocabularies=own).values["kind"] == "INVENTION"
    known = mapped("PATENT", row | {"专利类型": "发明专利"}, vocabularies=own)
    assert known.values["kind"] == "INVENTION"


def test_own_words_for_the_legal_status() -> None:
    own = {"legal_status": {"在册": "IN_FORCE"}}
    row = PATENT | {"法律状态": "在册"}
    assert mapped("PATENT", row, vocabularies=own).values["legalStatus"].status == "IN_FORCE"


def test_units_of_a_source_where_the_column_names_none() -> None:
    row = LISTING | {"挂牌价格": "12"}
    feed = load_feeds()["LISTING"]
    name = next(name for name, field in feed.fields.items() if field.kind == "money")
    assert mapped("LISTING", row).values[name].amount == 12
    assert mapped("LISTING", row, units={name: "万元"}).values[name].amount == 120_000
    stated = LISTING | {"挂牌价格（千元）": "12"}
    assert mapped("LISTING", stated, units={name: "万元"}).values[name].amount == 12_000


def test_cells_of_workbooks_are_not_taken_for_texts() -> None:
    feed = load_feeds()["PATENT"]
    context = CellContext(feed.fields["filingDate"], None, TODAY, shipped_lists())
    assert cell_text(43592.0) == "43592"
    assert convert(43592.0, context) == compiled(context)("43592")
