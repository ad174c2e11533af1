"""Source kind `packages`: dated archives of PRS XML, in order, streamed, in all spellings."""

from __future__ import annotations

import random
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.config import SourceConfig
from adapters.errors import FileRefused, SourceProblem
from adapters.feed import load_feeds
from adapters.files.limits import DEFAULT_LIMITS
from adapters.model import SyncReport
from adapters.source import PullRequest
from adapters.sources.packages import Packages
from adapters.sync import pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, source, write
from tests.adapters.sources import archives as zips
from tests.adapters.sources import databases as db

ALIASES = load_feeds()["LEGAL_EVENT"].aliases()
SPACES = (
    'xmlns:business="http://www.sipo.gov.cn/XMLSchema/business" '
    'xmlns:base="http://www.sipo.gov.cn/XMLSchema/base"'
)


def record(at: int, day: str, code: str, text: str) -> str:
    return f"""<business:PRSRecord PRSID="P{at}" status="C">
  <business:ApplicationReference dataFormat="original" applType="10" sequence="1">
    <base:DocumentID><base:DocNumber>{db.number(at)}</base:DocNumber></base:DocumentID>
  </business:ApplicationReference>
  <business:PRSPublicationDate><base:Date>{day}</base:Date></business:PRSPublicationDate>
  <business:PRSCode>{code}</business:PRSCode>
  <business:PRSInformation>{text}</business:PRSInformation>
</business:PRSRecord>"""


def package(*records: str, encoding: str = "UTF-8") -> bytes:
    body = "\n".join(records)
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<business:PRS {SPACES}>{body}'
    return f"{text}</business:PRS>".encode(encoding)


def packages(path: Path, **more: Any) -> SourceConfig:
    defaults = {"code": "prs", "feed": "LEGAL_EVENT", "precedence": "REGISTRY"}
    return source(kind="packages", path=str(path), **defaults | more)


async def pull(database: Database, path: Path) -> SyncReport:
    report = await pull_source(database, packages(path), OPTIONS)
    assert report.problem is None
    return report


def fill(folder: Path) -> None:
    """Deliveries of four days with a gap, one in a folder named by its day."""
    for at, name in enumerate(
        (
            "CN-PA-PRSS-10_20230602.zip",
            "CN-PA-PRSS-20_20230601.zip",
            "2023-06-05/CN-PA-PRSS-10.zip",
            "20221231.zip",
        )
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        member = f"{path.stem}/PRS-{at}.XML"
        xml = package(record(at, "20230601", "CF01", "未缴年费专利权终止"))
        path.write_bytes(zips.archive({member: xml, "PRS.xsd": "<x/>", "readme.txt": "x"}))
    write(folder, "20230603.xml", package(record(9, "20230603", "GR01", "授权")))
    write(folder, "undated.zip", zips.archive({"a.xml": package()}))
    write(folder, "20230604.zip.part", b"half")


IN_ORDER = [
    "20221231.zip/20221231/PRS-3.XML",
    "CN-PA-PRSS-20_20230601.zip/CN-PA-PRSS-20_20230601/PRS-1.XML",
    "CN-PA-PRSS-10_20230602.zip/CN-PA-PRSS-10_20230602/PRS-0.XML",
    "20230603.xml",
    "2023-06-05/CN-PA-PRSS-10.zip/CN-PA-PRSS-10/PRS-2.XML",
    "undated.zip/a.xml",
]


async def test_packages_come_by_their_day(database: Database, tmp_path: Path) -> None:
    fill(tmp_path)
    report = await pull(database, tmp_path)
    assert [batch.name for batch in report.batches] == IN_ORDER
    assert [batch.counts.accepted for batch in report.batches] == [1, 1, 1, 1, 1, 0]
    assert not report.failed
    # One of a day that was missing comes late: it alone is loaded.
    late = package(record(20, "20230604", "GR01", "授权"))
    write(tmp_path, "CN-PA-PRSS-10_20230604.zip", zips.archive({"late.xml": late}))
    again = await pull(database, tmp_path)
    assert [batch.name for batch in again.batches if not batch.repeated] == [
        "CN-PA-PRSS-10_20230604.zip/late.xml"
    ]


async def test_a_single_package_and_a_pattern(tmp_path: Path) -> None:
    fill(tmp_path)

    async def found(path: Path, **more: str) -> list[str]:
        names = []
        async for opened in Packages(packages(path, **more)).batches(PullRequest()):
            names.append(opened.batch.name)
            opened.close()
        return names

    assert await found(tmp_path, pattern="CN-PA-PRSS-10*.zip") == [IN_ORDER[2], IN_ORDER[4]]
    assert await found(tmp_path / "20221231.zip") == [IN_ORDER[0]]
    with pytest.raises(SourceProblem, match="SOURCE_PATH"):
        await found(tmp_path / "nowhere")


LINES = (
    "专利权的转移\nIPC(主分类):C12N 1/20\n登记生效日:20230520\n变更事项:专利权人\n"
    "变更前权利人:示例甲\n变更后权利人:示例乙"
)
ONE_LINE = (
    "专利权的转移IPC(主分类):C12N   1/20;登记生效日:20230520;变更事项:专利权人;"
    "变更前权利人:示例甲;变更后权利人:示例乙;"
)
BLOCK = f"#法律状态公告日：20230601;法律状态：专利权的转移;描述信息：{ONE_LINE};"
DETAILS = [
    ("IPC(主分类)", "C12N 1/20"),
    ("登记生效日", "20230520"),
    ("变更事项", "专利权人"),
    ("变更前权利人", "示例甲"),
    ("变更后权利人", "示例乙"),
]


async def events(database: Database) -> list[tuple[Any, ...]]:
    rows = await database.fetch(
        "test.events",
        "select application_number, code, name_zh, announced_on::text, effective_on::text, details"
        " from patents.legal_event order by application_number, announced_on, code",
    )
    return [
        (*tuple(row.values())[:5], [(part["label"], part["value"]) for part in row["details"]])
        for row in rows
    ]


@pytest.mark.parametrize("text", [LINES, ONE_LINE, BLOCK, BLOCK.replace(":", "：")])
async def test_all_spellings_say_the_same(database: Database, tmp_path: Path, text: str) -> None:
    xml = package(record(1, "20230601", "TR01", text))
    write(tmp_path, "20230601.zip", zips.archive({"a.xml": xml}))
    await pull(database, tmp_path)
    [(number, code, _, *rest)] = await events(database)
    assert (number, code) == ("CN" + db.number(1).replace(".", ""), "TR01")
    assert rest == ["2023-06-01", "2023-05-20", DETAILS]


async def test_several_blocks_are_several_events(database: Database, tmp_path: Path) -> None:
    cell = (
        "#法律状态公告日：20150325;法律状态：授权;描述信息：授权;"
        f"{BLOCK}#法律状态公告日：20130313;法律状态：公开;描述信息：公开;"
    )
    text = f'申请号,法律状态\n{db.number(1)},"{cell}"\n{db.number(2)},\n{db.number(3)},乱写\n'
    path = write(tmp_path, "导出.csv", text.encode("gb18030"))
    config = source(feed="LEGAL_EVENT", path=str(path), refused_limit=1.0)
    (batch,) = (await pull_source(database, config, OPTIONS)).batches
    assert (batch.counts.accepted, batch.counts.rejected, batch.counts.ignored) == (3, 1, 1)
    found = await events(database)
    assert [(code, day) for _, code, _, day, _, _ in found] == [
        ("PB01", "2013-03-13"),
        ("GR01", "2015-03-25"),
        ("TR01", "2023-06-01"),
    ]
    assert found[2][4:] == ("2023-05-20", DETAILS)


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "GB18030", "GBK", "Big5"])
async def test_encodings_of_packages(database: Database, tmp_path: Path, encoding: str) -> None:
    text = "未繳年費" if encoding == "Big5" else "未缴年费"
    xml = package(record(1, "20230601", "CF01", text), encoding=encoding)
    write(tmp_path, "20230601.zip", zips.archive({"a.xml": xml}))
    report = await pull(database, tmp_path)
    assert report.total().accepted == 1
    assert await database.fetchval("test.text", "select text from patents.legal_event") == text


async def test_bad_packages_spare_the_others(database: Database, tmp_path: Path) -> None:
    good = package(record(1, "20230601", "GR01", "授权"))
    bomb = (
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        b"<PRS><PRSRecord>&b;</PRSRecord></PRS>"
    )
    raw = zips.archive(
        {
            "1.xml": good,
            "2.xml": bomb,
            "3.xml": good[: len(good) // 2],
            "4.xml": "<BIBS/>",
            "5.xml": package(record(2, "20230601", "GR01", "授权")),
            "6.xml": b"",
        }
    )
    write(tmp_path, "20230601.zip", zips.encrypted(raw, "5.xml"))
    write(tmp_path, "20230602.zip", raw[:100])
    write(tmp_path, "20230603.zip", zips.archive({"x.xml": good + b"\n"}))
    report = await pull_source(database, packages(tmp_path), OPTIONS)
    codes = {batch.name: batch.problem.code if batch.problem else None for batch in report.batches}
    assert codes == {
        "20230601.zip/1.xml": None,
        "20230601.zip/2.xml": "FILE_FORMAT",
        "20230601.zip/3.xml": "FILE_FORMAT",
        "20230601.zip/4.xml": "FILE_FORMAT",
        "20230601.zip/5.xml": "ARCHIVE_ENCRYPTED",
        "20230601.zip/6.xml": "FILE_EMPTY",
        "20230602.zip": "FILE_FORMAT",
        "20230603.zip/x.xml": None,
    }


async def test_a_large_package_is_streamed(tmp_path: Path) -> None:
    """20,000 records, 17 MB of XML: memory holds one record and a few pieces."""
    noise = random.Random(7)
    filler = "".join(chr(noise.randint(0x4E00, 0x9FA5)) for _ in range(120))
    records = (record(at, "20230601", "CF01", filler + str(at)) for at in range(20_000))
    write(tmp_path, "20230601.zip", zips.archive({"a.xml": package(*records)}))
    batches = Packages(packages(tmp_path), replace(DEFAULT_LIMITS)).batches(PullRequest())
    tracemalloc.start()
    try:
        opened = await anext(batches)
        assert opened.batch.size > 15_000_000
        for _ in range(2):  # as often as wanted
            count = sum(1 for _ in opened.table(ALIASES).records())
            assert count == 20_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    opened.close()
    await batches.aclose()
    assert peak < 8_000_000


async def test_a_bomb_in_a_package_ends_at_its_bound(tmp_path: Path) -> None:
    xml = b"<PRS>" + b" " * 30_000_000 + b"</PRS>"
    write(tmp_path, "20230601.zip", zips.archive({"a.xml": xml}))
    batches = Packages(packages(tmp_path)).batches(PullRequest())
    opened = await anext(batches)
    with pytest.raises(FileRefused, match="ARCHIVE_EXPANDS"):
        opened.table(ALIASES)
    await batches.aclose()
