"""Reading files: encodings, delimiters, headers, tails, bounds; never a crash, always a code."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from adapters.errors import FileRefused
from adapters.feed import load_feeds
from adapters.files.delimited import RawRow, read_delimited
from adapters.files.delimiter import detect_delimiter
from adapters.files.encoding import inspect_text
from adapters.files.header import find_header, header_key
from adapters.files.limits import DEFAULT_LIMITS, Limits
from adapters.files.table import inspect, open_table
from adapters.files.tail import Ignored, ignored_kind
from adapters.model import SourceRecord

TEXT = "申请号,标题\n1,一种装置\n"
ALIASES = load_feeds()["PATENT"].aliases()


@pytest.mark.parametrize(
    ("raw", "declared", "expected"),
    [
        (TEXT.encode("utf-8"), None, "utf-8"),
        (TEXT.encode("utf-8-sig"), None, "utf-8-sig"),
        (TEXT.encode("utf-16"), None, "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), None, "utf-16"),
        (TEXT.encode("gb18030"), None, "gb18030"),
        ("申请号,标题\n1,一种𬬻装置\n".encode("gb18030"), None, "gb18030"),
        ("專利號,標題\n".encode("big5"), "big5", "big5"),
        (TEXT.encode("utf-16-le"), "utf-16-le", "utf-16-le"),
        (b"a,b\n1,2\n", None, "utf-8"),
    ],
)
def test_encoding_is_found(raw: bytes, declared: str | None, expected: str) -> None:
    inspected = inspect_text(io.BytesIO(raw), declared)
    assert inspected.encoding == expected
    assert inspected.size == len(raw)
    rows = list(read_delimited(io.BytesIO(raw), expected, DEFAULT_LIMITS))
    assert not str(rows[0].cells[0]).startswith("\ufeff")


@pytest.mark.parametrize(
    ("raw", "declared", "code"),
    [
        (TEXT.encode("utf-8") + b"\xff\xfe\xff\n", None, "FILE_ENCODING"),
        (TEXT.encode("gb18030"), "utf-8", "FILE_ENCODING"),
        (TEXT.encode("utf-16-le"), None, "FILE_ENCODING"),
        (b"\x00\x01\x02" * 100, None, "FILE_ENCODING"),
        (b"", None, "FILE_EMPTY"),
    ],
)
def test_encoding_is_refused(raw: bytes, declared: str | None, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        inspect_text(io.BytesIO(raw), declared)
    assert refused.value.code == code


def test_fault_at_the_end_of_a_long_file_refuses_it_before_the_first_row() -> None:
    raw = TEXT.encode() + "甲,乙\n".encode() * 400_000 + b"\xff\xff"
    with pytest.raises(FileRefused, match="FILE_ENCODING"):
        inspect_text(io.BytesIO(raw))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a,b,c", "1;2,2,3", "4,5;6;7;8,6"], ","),
        (["a\tb", "1,2,3\t4", "5\t6"], "\t"),
        (["a;b;c", "1;2;3"], ";"),
        (['标题行"x;y;z;w"', "a,b", "1,2"], ","),
        (["一列"], ","),
    ],
)
def test_delimiter(lines: list[str], expected: str) -> None:
    assert detect_delimiter(lines) == expected


def rows_of(text: str, limits: Limits = DEFAULT_LIMITS) -> list[RawRow]:
    return list(read_delimited(io.BytesIO(text.encode()), "utf-8", limits))


def test_quoted_line_breaks_and_quotes() -> None:
    rows = rows_of('a,b\n"第一行\n第二行","他说""好"""\r\n3,4')
    assert [row.cells for row in rows] == [
        ["a", "b"],
        ["第一行\n第二行", '他说"好"'],
        ["3", "4"],
    ]
    assert [row.number for row in rows] == [1, 2, 3]


def test_unclosed_quote_spoils_one_line_only() -> None:
    rows = rows_of('a,b\n1,"x\n2,y\n3,z\n')
    assert [row.problem.code if row.problem else None for row in rows] == [
        None,
        "ROW_QUOTE",
        None,
        None,
    ]
    assert rows[3].cells == ["3", "z"]


def test_line_without_end_is_bounded() -> None:
    limits = Limits(row_characters=1000)
    rows = rows_of("a,b\n" + "x" * 100_000 + "\n3,4\n", limits)
    assert rows[1].problem is not None
    assert rows[1].problem.code == "ROW_TOO_LONG"
    assert len(str(rows[1].cells[0])) <= 200
    assert rows[2].cells == ["3", "4"]


def test_cell_longer_than_the_csv_module_takes() -> None:
    rows = rows_of('a,b\n"' + "x" * 200_000 + '",2\n3,4\n')
    assert rows[1].problem is not None
    assert rows[1].problem.code == "CELL_TOO_LONG"
    assert rows[2].cells == ["3", "4"]


def test_too_many_rows() -> None:
    with pytest.raises(FileRefused, match="FILE_TOO_MANY_ROWS"):
        rows_of("a\n1\n2\n3\n", Limits(rows=2))


@pytest.mark.parametrize(
    ("header", "key", "unit"),
    [
        ("挂牌价格（万元）", "挂牌价格", "万元"),
        ("* 挂牌价格 [单位：元]：", "挂牌价格", "元"),
        ("申请 号*", "申请号", None),
        ("公开（公告）号", "公开(公告)号", None),
        ("销售收入占比（%）", "销售收入占比", "%"),
        ("\ufeffTitle", "title", None),
    ],
)
def test_header_key(header: str, key: str, unit: str | None) -> None:
    assert header_key(header) == (key, unit)


def raw_rows(*rows: list[str]) -> list[RawRow]:
    return [RawRow(number, list(cells)) for number, cells in enumerate(rows, 1)]


def test_header_under_title_and_unit_line() -> None:
    header = find_header(
        raw_rows(
            ["挂牌项目清单", "", ""],
            ["填报单位：示例公司", "", "单位：万元"],
            ["项目编号", "项目名称", "挂牌价格"],
        ),
        load_feeds()["LISTING"].aliases(),
    )
    assert header is not None
    assert header.row == 3
    assert {column.field: column.unit for column in header.columns}["price"] == "万元"


def test_header_needs_half_of_the_cells_and_ten_rows() -> None:
    assert find_header(raw_rows(["申请号", "甲", "乙", "丙"]), ALIASES) is None
    assert find_header(raw_rows(*[["x"]] * 10, ["申请号", "标题"]), ALIASES) is None
    assert find_header(raw_rows(["标题"], ["申请号", "标题", "甲", "乙"]), ALIASES) is not None


def test_repeated_column_is_told_and_the_first_taken() -> None:
    header = find_header(raw_rows(["申请号", "标题", "名称"]), ALIASES)
    assert header is not None
    assert header.repeated == ("名称",)
    assert [column.field for column in header.columns] == ["applicationNumber", "title", None]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["", None, "　"], Ignored.EMPTY),
        (["合计", "", 999.0], Ignored.TOTAL),
        (["", "总 计：", "3"], Ignored.TOTAL),
        (["注：本表由示例公司填报", ""], Ignored.NOTE),
        (["填报人：甲", "审核人：乙"], Ignored.NOTE),
        (["总计划科技有限公司", "x"], None),
        (["说明：", "x", "y", "z"], None),
        ([201629000004.0, "x"], None),
    ],
)
def test_tail_rows(cells: list[str | float | None], kind: Ignored | None) -> None:
    assert ignored_kind(list(cells)) is kind


def read_file(path: Path, **options: Limits) -> list[SourceRecord]:
    with path.open("rb") as file:
        limits = options.get("limits", DEFAULT_LIMITS)
        inspected = inspect(file, path.name, None, limits)
        table = open_table(file, path.name, inspected, ALIASES, limits=limits)
        return list(table.records())


def test_ragged_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("申请号,标题,申请人\n1,甲\n2,乙,丙,丁\n3,乙,丙,,\n4,乙,丙\n", encoding="utf-8")
    records = read_file(path)
    codes = [[problem.code for problem in record.problems] for record in records]
    assert codes == [["W_ROW_SHORT"], ["ROW_COLUMNS"], [], []]


def test_huge_cell_is_cut_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"申请号,标题\n1,{'长' * 40_000}\n2,乙\n", encoding="utf-8")
    records = read_file(path)
    assert [problem.code for problem in records[0].problems] == ["CELL_TOO_LONG"]
    assert len(str(records[0].cells["标题"])) == DEFAULT_LIMITS.cell_characters
    assert records[1].problems == ()


def test_workbook_types_hidden_sheets_and_offsets(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.title = "隐藏"
    hidden.sheet_state = "hidden"
    hidden.append(["申请号", "标题"])
    other = book.create_sheet("说明")
    other.append(["填写说明"])
    sheet = book.create_sheet("数据")
    sheet["B3"], sheet["C3"], sheet["D3"] = "申请号", "标题", "申请日"
    sheet["B4"], sheet["C4"], sheet["D4"] = 2020290000334, "甲", date(2020, 9, 19)
    sheet["B5"], sheet["C5"], sheet["D5"] = "202029000033.4", "=1+1", 44093
    book.save(path)
    with path.open("rb") as file:
        table = open_table(file, path.name, inspect(file, path.name, None, DEFAULT_LIMITS), ALIASES)
        records = list(table.records())
    assert (table.sheet, table.header.row) == ("数据", 3)
    assert [record.row for record in records] == [4, 5]
    assert records[0].cells["申请号"] == 2020290000334.0
    assert records[0].cells["申请日"] == date(2020, 9, 19)
    assert records[1].cells["申请日"] == 44093.0


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"PK\x03\x04 not a workbook", "FILE_FORMAT"),
        ("a.xlsx", b"hello", "FILE_FORMAT"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "FILE_HEADER"),
        ("a.json", b"{", "FILE_FORMAT"),
        ("a.json", b'{"code": 500, "message": "denied"}', "FILE_FORMAT"),
        ("a.json", b'[{"x": 1}]', "FILE_HEADER"),
        ("a.pdf", b"%PDF", "FILE_KIND"),
        ("a.xlsx", b"", "FILE_EMPTY"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        read_file(path)
    assert refused.value.code == code
    assert "\n" in refused.value.finding.message


def test_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(FileRefused, match="FILE_TOO_LARGE"):
        read_file(path, limits=Limits(workbook_expanded_bytes=1_000_000))


def test_files_larger_than_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode() * 100)
    with pytest.raises(FileRefused, match="FILE_TOO_LARGE"):
        read_file(path, limits=Limits(text_bytes=100))


def test_json_envelopes_and_nested_values(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '{"code": 200, "message": "ok", "data": {"total": 1, "records": ['
        '{"applicationNumber": "1", "title": "甲", "applicants": ["乙", "丙"],'
        ' "contact": {"name": "丁"}}, 7]}}',
        encoding="utf-8",
    )
    records = read_file(path)
    assert records[0].cells == {
        "applicationNumber": "1",
        "title": "甲",
        "applicants": "乙\n丙",
        "contact.name": "丁",
    }
    assert [problem.code for problem in records[1].problems] == ["RECORD_SHAPE"]
