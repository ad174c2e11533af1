"""Source kind `file_drop`: which files are read, archives as drops, files that change."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.errors import FileRefused
from adapters.feed import load_feeds
from adapters.files.limits import DEFAULT_LIMITS, MIB, Limits
from adapters.model import BatchReport, BatchStatus
from adapters.source import PullRequest
from adapters.sources import file_drop
from adapters.sources.file_drop import FileDrop
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, TODAY, source, write
from tests.adapters.sources import archives as zips
from tests.adapters.sources import databases as db

HEADER = "申请号,标题,申请人,申请日\n"
ALIASES = load_feeds()["PATENT"].aliases()


def table(begin: int, count: int = 2) -> str:
    rows = db.rows(begin + count)[begin:]
    return HEADER + "".join(f"{a},{t},{p},{d}\n" for a, t, p, d, _ in rows)


async def names(path: Path, limits: Limits = DEFAULT_LIMITS, **more: str) -> list[str]:
    found = []
    async for opened in FileDrop(source(path=str(path), **more), limits).batches(PullRequest()):
        found.append(opened.batch.name)
        opened.close()
    return found


async def refusals(path: Path, limits: Limits = DEFAULT_LIMITS) -> dict[str, str | None]:
    """Return batch → code it is refused with, None when its records can be read."""
    found: dict[str, str | None] = {}
    async for opened in FileDrop(source(path=str(path)), limits).batches(PullRequest()):
        try:
            assert list(opened.table(ALIASES).records())
            found[opened.batch.name] = None
        except FileRefused as refusal:
            found[opened.batch.name] = refusal.code
        opened.close()
    return found


async def pull(
    database: Database, path: Path, options: PullOptions = OPTIONS
) -> dict[str, BatchReport]:
    report = await pull_source(database, source(path=str(path)), options)
    assert report.problem is None
    return {batch.name: batch for batch in report.batches}


async def test_which_files_of_a_folder_are_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    inbox = tmp_path / "inbox"
    for folder in (outside, inbox, inbox / "2024", inbox / ".staging", inbox / "b.csv"):
        folder.mkdir()
    write(outside, "secret.csv", table(0))
    for name in ("2.csv", "10.csv", "1.jsonl", "a.csv.part", "b.tmp", ".hidden.csv", "~$a.xlsx"):
        write(inbox, name, table(0))
    write(inbox, "readme.pdf", "x")
    write(inbox / "2024", "c.CSV", table(0))
    write(inbox / ".staging", "d.csv", table(0))
    (inbox / "link.csv").symlink_to(outside / "secret.csv")
    (inbox / "own.csv").symlink_to(inbox / "2.csv")
    assert await names(inbox) == ["1.jsonl", "10.csv", "2.csv", "own.csv"]
    assert await names(inbox, pattern="**/*") == [
        *("1.jsonl", "10.csv", "2.csv", "2024/c.CSV", "own.csv"),
    ]
    assert await names(inbox / "2.csv") == ["2.csv"]


async def test_members_are_batches(database: Database, tmp_path: Path) -> None:
    raw = zips.archive(
        {
            "二月/b.csv": table(2).encode("gb18030"),
            "一月.csv": table(0),
            "说明.pdf": "x",
            "__MACOSX/._a.csv": "x",
            ".DS_Store": "x",
        }
    )
    write(tmp_path, "报送.zip", raw)
    found = await pull(database, tmp_path)
    assert list(found) == ["报送.zip/一月.csv", "报送.zip/二月/b.csv"]
    first, second = found.values()
    assert (first.encoding, second.encoding) == ("UTF-8", "GB18030")
    assert first.sha256 == hashlib.sha256(table(0).encode()).hexdigest()
    assert [batch.counts.accepted for batch in found.values()] == [2, 2]
    # The same bytes by another way are known; a new member of a new archive is loaded.
    write(tmp_path, "一月再报.csv", table(0))
    write(
        tmp_path,
        "报送2.zip",
        zips.archive({"x.csv": table(2).encode("gb18030"), "y.csv": table(4)}),
    )
    again = await pull(database, tmp_path)
    assert {name: batch.repeated for name, batch in again.items()} == {
        "一月再报.csv": True,
        "报送.zip/一月.csv": True,
        "报送.zip/二月/b.csv": True,
        "报送2.zip/x.csv": True,
        "报送2.zip/y.csv": False,
    }


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
async def test_names_without_the_mark(tmp_path: Path, encoding: str) -> None:
    raw = zips.archive({"专利转让\\二季度.csv": table(0)}, name_encoding=encoding)
    with zipfile.ZipFile(write(tmp_path, "a.zip", raw)) as plain:
        assert not plain.infolist()[0].flag_bits & 0x800
    assert await names(tmp_path) == ["a.zip/专利转让/二季度.csv"]


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


async def test_names_are_no_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a member is called, nothing appears in any folder."""
    inbox, temporary = tmp_path / "a" / "inbox", tmp_path / "temporary"
    inbox.mkdir(parents=True)
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(file_drop, "IN_MEMORY_BYTES", 10)
    evil = ("../../evil.csv", "/etc/evil.csv", "C:\\evil.csv", "a\x00.csv", "\x1b[2Jb.csv")
    write(inbox, "a.zip", zips.archive({name: table(0) for name in evil}))
    found = await refusals(inbox)
    assert everything(tmp_path) == ["a", "a/inbox", "a/inbox/a.zip", "temporary"]
    assert set(found.values()) == {None}
    assert all(name.isprintable() for name in found)


async def test_what_is_wrong_with_one_member_spares_the_others(
    database: Database, tmp_path: Path
) -> None:
    long = HEADER + "".join(table(at, 1).removeprefix(HEADER) for at in range(200))
    raw = zips.archive(
        {
            "a-locked.csv": table(0),
            "b-damaged.csv": long,
            "c-inner.zip": zips.archive({"x.csv": table(0)}),
            "d-method.csv": table(0),
            "e-less.csv": table(0),
            "f-more.csv": table(0),
            "g-empty.csv": "",
            "h-nonsense.csv": "\x00\x01" * 100,
            "z-good.csv": table(0),
        }
    )
    raw = zips.encrypted(raw, "a-locked.csv")
    raw = zips.damaged(raw, "b-damaged.csv")
    raw = zips.method(raw, "d-method.csv", zipfile.ZIP_LZMA)
    raw = zips.saying_size(raw, "e-less.csv", 10)
    raw = zips.saying_size(raw, "f-more.csv", 1 << 31)
    write(tmp_path, "x.zip", raw)
    found = await pull(database, tmp_path)
    codes = {
        name.removeprefix("x.zip/"): batch.problem.code if batch.problem else None
        for name, batch in found.items()
    }
    assert codes == {
        "a-locked.csv": "ARCHIVE_ENCRYPTED",
        "b-damaged.csv": "ARCHIVE_DAMAGED",
        "c-inner.zip": "ARCHIVE_NESTED",
        "d-method.csv": "ARCHIVE_METHOD",
        "e-less.csv": "ARCHIVE_DAMAGED",
        "f-more.csv": "ARCHIVE_DAMAGED",
        "g-empty.csv": "FILE_EMPTY",
        "h-nonsense.csv": "FILE_ENCODING",
        "z-good.csv": None,
    }
    assert found["x.zip/z-good.csv"].status is BatchStatus.LOADED
    kept = await database.fetchval(
        "test.kept", "select count(*) from reporting.ingest_batch where status = 'FAILED'"
    )
    assert kept == 8
    again = await pull(database, tmp_path)
    assert all(batch.repeated for batch in again.values())


async def test_truncated_archives_are_refused_whole(tmp_path: Path) -> None:
    raw = zips.archive({"a.csv": table(0), "b.csv": table(2)})
    for cut in (raw[:-30], raw[: len(raw) // 2], b"", b"PK\x05\x06", b"PK\x03\x04" + b"x" * 100):
        write(tmp_path, "a.zip", cut)
        assert await refusals(tmp_path) == {"a.zip": "FILE_FORMAT"}
    write(tmp_path, "a.zip", zips.archive({"readme.txt.exe": "x", "a/": ""}))
    assert await refusals(tmp_path) == {"a.zip": "ARCHIVE_NOTHING"}


async def test_bombs_end_at_their_bounds(tmp_path: Path) -> None:
    small = replace(DEFAULT_LIMITS, text_bytes=MIB, archive_ratio_from_bytes=MIB // 2)
    zeros = b"," * (8 * MIB)
    # declared honestly, and declared as nearly nothing
    honest = zips.archive({"a.csv": zeros, "b.csv": table(0)})
    write(tmp_path, "a.zip", honest)
    write(tmp_path, "b.zip", zips.saying_size(honest, "a.csv", 100))
    assert await refusals(tmp_path, small) == {
        "a.zip/a.csv": "ARCHIVE_EXPANDS",
        "a.zip/b.csv": None,
        "b.zip/a.csv": "ARCHIVE_DAMAGED",
        "b.zip/b.csv": None,
    }
    # a share of packed to unpacked no table has, although it is below the size bound
    (tmp_path / "b.zip").unlink()
    wide = replace(DEFAULT_LIMITS, archive_ratio_from_bytes=MIB)
    assert (await refusals(tmp_path, wide))["a.zip/a.csv"] == "ARCHIVE_EXPANDS"
    # many members that are small alone
    write(tmp_path, "a.zip", zips.archive({f"{at:02}.csv": table(0, 500) for at in range(20)}))
    together = replace(DEFAULT_LIMITS, archive_expanded_bytes=10 * len(table(0, 500).encode()))
    found = list((await refusals(tmp_path, together)).values())
    assert found == [None] * 10 + ["ARCHIVE_EXPANDS"] * 10


async def test_too_many_members_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    write(tmp_path, "a.zip", zips.archive({f"{at}.csv": "x" for at in range(50)}))
    few = replace(DEFAULT_LIMITS, archive_members=49)
    assert await refusals(tmp_path, few) == {"a.zip": "ARCHIVE_MEMBERS"}
    short = replace(DEFAULT_LIMITS, archive_directory_bytes=2000)
    assert await refusals(tmp_path, short) == {"a.zip": "ARCHIVE_MEMBERS"}
    large = replace(DEFAULT_LIMITS, archive_bytes=100)
    assert await refusals(tmp_path, large) == {"a.zip": "FILE_TOO_LARGE"}


async def test_a_file_written_to_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", table(0))
    async for opened in FileDrop(source(path=str(path))).batches(PullRequest()):
        records = opened.table(ALIASES).records()
        next(records)
        with path.open("a", encoding="utf-8") as more:
            more.write(table(2).removeprefix(HEADER))
        with pytest.raises(FileRefused, match="FILE_CHANGED"):
            list(records)
        opened.close()
    async for opened in FileDrop(source(path=str(path))).batches(PullRequest()):
        records = opened.table(ALIASES).records()
        os.utime(path, (1, 1))  # touched, but the same
        assert len(list(records)) == 4
        opened.close()


async def test_a_changed_file_is_loaded_by_the_next_pull(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a.csv", table(0))
    plain = file_drop.inspect

    def inspect_then_grow(*args: object) -> object:
        inspected = plain(*args)  # type: ignore[arg-type]
        with path.open("a", encoding="utf-8") as more:
            more.write(table(2).removeprefix(HEADER))
        return inspected

    with monkeypatch.context() as patch:
        patch.setattr(file_drop, "inspect", inspect_then_grow)
        (batch,) = (await pull(database, path)).values()
    assert batch.problem is not None
    assert batch.problem.code == "FILE_CHANGED"
    assert await database.fetchval("test.none", "select count(*) from patents.patent") == 0
    (batch,) = (await pull(database, path, PullOptions(today=TODAY))).values()
    assert (batch.status, batch.counts.accepted) == (BatchStatus.LOADED, 4)
