"""JSON documents and JSON Lines: envelopes, lists inside records, encodings, wrong lines."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import FileRefused
from adapters.feed import load_feeds
from adapters.files.limits import DEFAULT_LIMITS, MIB, Limits
from adapters.files.record_path import RecordPath
from adapters.files.table import Reading, Table, inspect, open_table
from adapters.model import BatchReport
from adapters.sync import pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, outcomes, source, write
from tests.adapters.sources import databases as db
from tests.support.shared import SHARED, needs_shared

ALIASES = load_feeds()["PATENT"].aliases()
PLAIN: list[dict[str, Any]] = [
    {"申请号": "1", "标题": "一种𬬻装置"},
    {"申请号": "2", "标题": "乙", "申请人": ["丙", "丁"]},
]


def opened(
    raw: bytes, name: str, reading: Reading | None = None, limits: Limits = DEFAULT_LIMITS
) -> Table:
    file = io.BytesIO(raw)
    inspected = inspect(file, name, None, limits)
    return open_table(file, name, inspected, ALIASES, reading=reading or Reading(), limits=limits)


def cells(table: Table) -> list[tuple[int, Mapping[str, Any]]]:
    return [(record.row, record.cells) for record in table.records()]


def lines(records: list[Any], encoding: str = "utf-8") -> bytes:
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    return text.encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 BOM"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-32", "UTF-32"),
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".ndjson"])
def test_every_encoding_says_the_same(encoding: str, label: str, suffix: str) -> None:
    if suffix == ".json":
        raw = json.dumps(PLAIN, ensure_ascii=False).encode(encoding)
    else:
        raw = lines(PLAIN, encoding)
    table = opened(raw, f"a{suffix}")
    assert table.encoding == label
    assert cells(table) == [
        (1, {"申请号": "1", "标题": "一种𬬻装置"}),
        (2, {"申请号": "2", "标题": "乙", "申请人": "丙\n丁"}),
    ]
    # What only the second record has is a column all the same.
    assert table.header.fields == {"applicationNumber", "title", "applicants"}


def test_a_field_of_a_late_record_is_not_lost() -> None:
    many = [{"申请号": str(at)} for at in range(500)] + [{"申请号": "x", "IPC主分类": "A01B1/00"}]
    for raw, name in ((lines(many), "a.jsonl"), (json.dumps(many).encode(), "a.json")):
        table = opened(raw, name)
        assert "mainIpc" in table.header.fields
        assert cells(table)[-1][1]["IPC主分类"] == "A01B1/00"


def test_a_wrong_line_spoils_its_row_only() -> None:
    raw = (
        b'\xef\xbb\xbf{"title": "a"}\r\n\n  \n{"title": "b"\n[1]\nnull\n'
        + b'{"title": "'
        + b"x" * (5 * MIB)
        + b'"}\n{"title": "d"} {"title": "e"}\n{"title": "f"}'
    )
    records = list(opened(raw, "a.jsonl").records())
    codes = [(record.row, [problem.code for problem in record.problems]) for record in records]
    assert codes == [
        (1, []),
        (4, ["ROW_JSON"]),
        (5, ["RECORD_SHAPE"]),
        (6, ["RECORD_SHAPE"]),
        (7, ["ROW_TOO_LONG"]),
        (8, ["ROW_JSON"]),
        (9, []),
    ]
    assert records[1].cells == {"(row)": '{"title": "b"'}
    assert "JSON" in records[1].problems[0].message


async def test_wrong_lines_are_kept_with_their_reason(database: Database, tmp_path: Path) -> None:
    good = [
        {"applicationNumber": a, "title": t, "applicants": p, "filingDate": d}
        for a, t, p, d, _ in db.rows(9)
    ]
    raw = lines(good[:5]) + b'{"applicationNumber": "\n' + lines(good[5:])
    path = write(tmp_path, "a.jsonl", raw)
    (batch,) = (await pull_source(database, source(path=str(path)), OPTIONS)).batches
    assert (batch.counts.accepted, batch.counts.rejected) == (9, 1)
    assert await outcomes(database, "test-source") == {6: ("REJECTED", ["ROW_JSON"], None)}


def test_json_lines_are_streamed(tmp_path: Path) -> None:
    """20 MB and more of lines in a few megabytes of memory; row numbers are line numbers."""
    path = tmp_path / "a.jsonl"
    with path.open("w", encoding="gb18030") as file:
        for at in range(60_000):
            title = "一种装置" * 60
            file.write(json.dumps({"申请号": at, "标题": title}, ensure_ascii=False) + "\n")
    tracemalloc.start()
    try:
        with path.open("rb") as raw:
            inspected = inspect(raw, path.name, None, DEFAULT_LIMITS)
            last = None
            for record in open_table(raw, path.name, inspected, ALIASES).records():
                last = record.row
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (last, inspected.encoding) == (60_000, "gb18030")
    assert peak < 12_000_000


def test_bounds_and_what_they_suggest() -> None:
    small = replace(DEFAULT_LIMITS, json_bytes=100, text_bytes=1000, rows=2)
    with pytest.raises(FileRefused) as refused:
        opened(b"[" + b" " * 100 + b"]", "a.json", limits=small)
    assert refused.value.code == "FILE_JSON_TOO_LARGE"
    assert ".jsonl" in refused.value.finding.message
    with pytest.raises(FileRefused, match="FILE_TOO_LARGE"):
        opened(b" " * 1001, "a.jsonl", limits=small)
    with pytest.raises(FileRefused, match="FILE_TOO_MANY_ROWS"):
        list(opened(lines(PLAIN * 2), "a.jsonl", limits=small).records())


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ([{"title": "a"}, {"title": "b"}], 2),
        ({"code": 0, "message": "", "data": [{"title": "a"}]}, 1),
        ({"code": "200", "msg": "ok", "data": {"total": 3, "records": [{"title": "a"}] * 3}}, 3),
        ({"rows": [{"title": "a"}]}, 1),
        ({"data": {"items": [{"title": "a"}]}}, 1),
        # one record alone, with a code of its own
        ({"title": "a", "code": "FT-110000-01"}, 1),
        ({"code": 0, "message": "ok", "data": {"title": "a"}}, 1),
    ],
)
def test_envelopes(document: Any, count: int) -> None:
    table = opened(json.dumps(document).encode(), "a.json")
    assert sum("title" in record.cells for record in table.records()) == count


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"code": 401, "message": "令牌过期"}, "令牌过期"),
        ({"code": 500, "msg": "x", "data": [{"title": "a"}]}, "500"),
        ({"code": 0, "message": "ok", "data": None}, "no array"),
        (7, "no array"),
    ],
)
def test_answers_that_hold_no_records(document: Any, reason: str) -> None:
    with pytest.raises(FileRefused, match="FILE_FORMAT") as refused:
        opened(json.dumps(document, ensure_ascii=False).encode(), "a.json")
    assert reason in refused.value.finding.message


@pytest.mark.parametrize(
    ("path", "document", "expected"),
    [
        ("data.records", {"data": {"records": [1, 2]}}, [1, 2]),
        ("data.records[]", {"data": {"records": [{"a": 1}]}, "code": 0}, [{"a": 1}]),
        ("[?ok]", [{"ok": True, "a": 1}, {"ok": False}], [{"ok": True, "a": 1}]),
        (
            "a[].b[].c[]",
            {
                "x": 0,
                "a": [{"x": 1, "y": 1, "b": [{"x": 2, "c": [{"z": 3}, {"x": 4}]}]}, {"b": []}],
            },
            [{"x": 2, "y": 1, "z": 3}, {"x": 4, "y": 1}],
        ),
        ("[].list[]", {"n": 1, "list": {"m": 2}}, [{"n": 1, "list": {"m": 2}, "m": 2}]),
        ("nothing[].here[]", {"a": 1}, []),
        ("length(@)", {"a": 1}, [1]),
        ("abs(@)", {"a": 1}, []),
    ],
)
def test_lists_inside_records(path: str, document: Any, expected: list[Any]) -> None:
    assert list(RecordPath(path).take(document)) == expected


# The form of a commercial interface (DOMAIN §4.3); numbers, names and texts are invented.
INVENTED = {
    "pid": "X@1",
    "title": "一种示例装置",
    "appNumber": ["CN" + db.number(1), "CN201900019100001", "", ""],
    "appDate": "2019.03.05",
    "pubNumber": ["CN110000001A", "", "", ""],
    "pubDate": "2019.12.10",
    "patType": "1",
    "mainIpc": "A01B1/00",
    "ipc": ["A01B1/00", "A01B3/00"],
    "nec": ["C3571"],
    "applicantName": ["示例甲有限公司", "示例大学"],
    "patentee": ["示例乙有限公司"],
    "proCode": "江苏;32",
    "addrProvince": "320000;江苏省",
    "legalList": [
        {
            "codeExpl": "专利权的转移\nIPC(主分类):A01B1/00\n登记生效日:20200731\n"
            "变更前专利权人:示例甲有限公司\n变更后专利权人:示例乙有限公司",
            "strLegalCode": "TR01",
            "prsDate": "2020.08.21",
            "newInfo": "1",
            "prsCode": "专利权的转移",
        },
        {
            "codeExpl": "授权",
            "strLegalCode": "GR01",
            "prsDate": "2019.12.10",
            "newInfo": "0",
            "prsCode": "授权",
        },
    ],
    "transferList": [{"type": "专利权转移", "strLegalCode": "TR01"}],
}
FIRST_NUMBERS = {"applicationNumber": "appNumber[0]", "publicationNumber": "pubNumber[0]"}
ITS_EVENTS = {"applicationNumber": "appNumber[0]"}


async def load(
    database: Database, path: Path, feed: str, records: str | None, fields: dict[str, str]
) -> BatchReport:
    config = source(
        code=f"api-{feed.lower().replace('_', '-')}",
        feed=feed,
        path=str(path),
        records=records,
        fields=fields,
        precedence="REGISTRY",
    )
    report = await pull_source(database, config, OPTIONS)
    (batch,) = report.batches
    assert batch.problem is None
    return batch


@pytest.mark.parametrize("form", ["record", "list", "envelope", "lines"])
async def test_one_record_is_a_patent_and_its_events(
    database: Database, tmp_path: Path, form: str
) -> None:
    inside = {"envelope": "data.records"}.get(form, "")
    documents: dict[str, Any] = {
        "record": INVENTED,
        "list": [INVENTED],
        "envelope": {"code": 200, "message": "ok", "data": {"records": [INVENTED]}},
        "lines": INVENTED,
    }
    name = "a.jsonl" if form == "lines" else "a.json"
    path = write(tmp_path, name, lines([documents[form]]))
    patent = await load(database, path, "PATENT", None, FIRST_NUMBERS)
    assert (patent.counts.read, patent.counts.accepted) == (1, 1)
    events = await load(database, path, "LEGAL_EVENT", f"{inside}[].legalList[]", ITS_EVENTS)
    assert (events.counts.read, events.counts.accepted, events.counts.warned) == (2, 2, 0)
    row = await database.fetchrow(
        "test.patent",
        "select title, kind, filing_date::text, main_ipc, applicant_region, legal_status"
        " from patents.patent",
    )
    assert tuple(row or ()) == (
        *("一种示例装置", "INVENTION", "2019-03-05", "A01B1/00", "320000", "IN_FORCE"),
    )
    found = await database.fetch(
        "test.events",
        "select code, announced_on::text, effective_on::text, details->-1->>'value' as after"
        " from patents.legal_event order by announced_on",
    )
    assert [tuple(each.values()) for each in found] == [
        ("GR01", "2019-12-10", None, None),
        ("TR01", "2020-08-21", "2020-07-31", "示例乙有限公司"),
    ]


@needs_shared
async def test_the_real_record(database: Database) -> None:
    path = SHARED / "data" / "samples_real" / "cn_patent_cnipr_api_one_record.json"
    real = json.loads(path.read_text(encoding="utf-8"))
    patent = await load(database, path, "PATENT", None, FIRST_NUMBERS)
    assert patent.counts.accepted == 1
    row = await database.fetchrow(
        "test.patent",
        "select application_number, title, applicant_region, main_ipc from patents.patent",
    )
    assert tuple(row or ()) == ("CN2012104641706", real["title"], "320000", real["mainIpc"])
    events = await load(database, path, "LEGAL_EVENT", "[].legalList[]", ITS_EVENTS)
    assert (events.counts.accepted, events.counts.warned) == (len(real["legalList"]), 0)
    found = await database.fetch(
        "test.events",
        "select code, announced_on::text from patents.legal_event order by announced_on desc",
    )
    assert [(each["code"], each["announced_on"]) for each in found] == [
        (event["strLegalCode"], event["prsDate"].replace(".", "-")) for event in real["legalList"]
    ]
