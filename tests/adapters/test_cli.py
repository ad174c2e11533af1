"""The commands: what they print, in which form, with which exit code."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adapters.cli import add_commands
from adapters.cli.tables import width
from adapters.demo import SOURCES
from resolvers.database.pool import Database
from resolvers.values.uscc import check_character, organization_check_character
from tests.support.postgres import TestServer
from tests.support.shared import ROOT

# The commands run an event loop of their own, so those that need a database run as a program.
PROGRAM = """
import argparse, sys
from contextlib import asynccontextmanager
from adapters.cli import add_commands
from adapters.cli.tables import width
from adapters.demo import SOURCES
from resolvers.database.pool import Database

@asynccontextmanager
async def opened(args):
    database = await Database.connect(sys.argv[1])
    try:
        yield database
    finally:
        await database.close()

parser = argparse.ArgumentParser(prog="hub")
add_commands(parser.add_subparsers(), opened, lambda args: [SOURCES])
args = parser.parse_args(sys.argv[2:])
sys.exit(args.handler(args))
"""


def run(*words: str) -> int:
    """Run a command that needs no database."""

    @asynccontextmanager
    async def opened(args: argparse.Namespace) -> AsyncIterator[Database]:
        raise AssertionError("no database is needed")
        yield

    parser = argparse.ArgumentParser(prog="hub")
    add_commands(parser.add_subparsers(), opened, lambda args: [SOURCES])
    args = parser.parse_args(words)
    return int(args.handler(args))


def program(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, url, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sources", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(list(SOURCES.glob("*.yaml")))
    assert lines[0].split()[:4] == [
        "registry-organizations",
        "ORGANIZATION",
        "REGISTRY",
        "FU-110000-01",
    ]
    assert run("sources", "list", "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["sources"]) == len(lines)


def test_check_shows_what_columns_become(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sources", "check", "beijing-listings") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  listings.xlsx: sheet 挂牌项目, header in row 3, 15 rows looked at" in lines
    (price,) = [line.split() for line in lines if line.startswith("    挂牌价格（万元）")]
    assert price == ["挂牌价格（万元）", "price", "万元", "60", "FIXED", "600000.00"]
    # all rows of the table begin their columns at the same place, Chinese headers or not
    begins = {
        width(line[: line.index(name)])
        for name in ("sellerUscc", "tradingMethod")
        for line in lines
        if f" {name} " in line
    }
    assert len(begins) == 1
    (counted,) = [line for line in lines if "accepted" in line]
    assert "accepted 13（其中警告 warned 2）、拒绝 refused 2、重复 duplicate 0" in counted
    (refused,) = [line.split() for line in lines if line.startswith("    USCC_CHECK")]
    assert refused[:6] == ["USCC_CHECK", "×", "1", "row", "12", "转让方统一社会信用代码"]
    assert run("sources", "check", "--format", "json", "registry-patents") == 0
    document = json.loads(capsys.readouterr().out)["sources"]["registry-patents"]
    (file,) = document["files"]
    assert file["columns"][0]["field"] == "applicationNumber"
    assert (file["rowsRead"], file["rowsAccepted"], file["rowsWarned"]) == (82, 76, 2)
    assert (file["rowsRejected"], file["rowsDuplicate"]) == (3, 1)
    codes = {found["code"]: found for found in file["findings"]}
    assert codes["APPNO_EXCEL_SCIENTIFIC"]["value"] == "2.01E+12"
    assert codes["APPNO_EXCEL_SCIENTIFIC"]["row"] == 9
    assert codes["W_APPNO_CHECK_MISSING"]["severity"] == "WARNING"


def test_check_names_what_is_missing_and_not_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "申请号,标题,备注,申请日\n" + "202029000001.4,一种装置,无,2020-01-01\n" * 150
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(
        "code: a\nname: a\ncenter: FT-110000-01\nkind: file_drop\nfeed: PATENT\npath: data.csv\n",
        encoding="utf-8",
    )
    assert run("sources", "check", "--sources", str(tmp_path)) == 1
    captured = capsys.readouterr()
    assert "    缺少必填 Missing: 申请人（applicants）" in captured.out.splitlines()
    assert "    未用的列 Not used: 备注" in captured.out.splitlines()
    assert captured.err.startswith("error: a: data.csv: FILE_COLUMN_MISSING: ")
    assert len(captured.err.splitlines()) == 1
    (tmp_path / "data.csv").write_text(text.replace("备注", "申请人"), encoding="utf-8")
    assert run("sources", "check", "--sources", str(tmp_path), "--format", "json") == 0
    (file,) = json.loads(capsys.readouterr().out)["sources"]["a"]["files"]
    assert (file["rowsRead"], file["rowsDuplicate"], file["missing"]) == (100, 99, [])


def test_check_of_mostly_wrong_rows_and_of_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = (SOURCES / "registry-patents.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(
        template.replace("../files/patents.csv", "inbox"), encoding="utf-8"
    )
    (tmp_path / "inbox").mkdir()
    assert run("sources", "check", "--sources", str(tmp_path)) == 0
    assert "Nothing to read" in capsys.readouterr().out
    (tmp_path / "inbox" / "a.csv").write_text(
        "申请号,标题,申请人,申请日\n1,a,b,2020-01-01\n", encoding="utf-8"
    )
    assert run("sources", "check", "--sources", str(tmp_path)) == 1
    assert "BATCH_REFUSED_SHARE" in capsys.readouterr().err
    (tmp_path / "inbox" / "a.csv").unlink()
    (tmp_path / "inbox").rmdir()
    assert run("sources", "check", "--sources", str(tmp_path)) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: registry-patents: SOURCE_PATH: ")
    assert len(captured.err.splitlines()) == 1


def test_wrong_names_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pull", "beijing-listing") == 1
    assert "did you mean 'beijing-listings'?" in capsys.readouterr().err
    assert run("sources", "list", "--sources", str(tmp_path / "none")) == 1
    assert "SOURCE_PATH" in capsys.readouterr().err
    (tmp_path / "a.yaml").write_text("codes: a\n")
    assert run("sources", "list", "--sources", str(tmp_path), "--format", "json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == "SOURCE_INVALID"
    assert "a.yaml:1:1: unknown key 'codes'; did you mean 'code'?" in captured.err


def test_check_of_a_wrong_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data.csv").write_bytes(b"\xff\xff\xff")
    text = (SOURCES / "registry-patents.yaml").read_text(encoding="utf-8")
    text = text.replace("../files/patents.csv", "data.csv")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert run("sources", "check", "--sources", str(tmp_path)) == 1
    assert "FILE_ENCODING" in capsys.readouterr().err


async def test_pull(postgres_server: TestServer, migrated_template: str, tmp_path: Path) -> None:
    async with postgres_server.new_database(migrated_template) as url:
        first = program(url, "pull")
        assert first.returncode == 0, first.stderr
        assert (
            "registry-patents: patents.csv: loaded: rows 82, accepted 78 (warned 2), refused 3, "
            "duplicate 1, ignored 0, changed 78"
        ) in first.stdout.splitlines()
        again = program(url, "pull", "--format", "json", "registry-patents")
        assert again.returncode == 0
        (report,) = json.loads(again.stdout)["sources"]
        assert report["batches"][0]["repeated"] is True
        assert report["batches"][0]["rowsRejected"] == 3
        events = [
            json.loads(line)
            for line in program(
                url, "pull", "--format", "jsonl", "--full", "registry-patents"
            ).stdout.splitlines()
        ]
        assert [event["event"] for event in events] == ["started", "batch", "finished"]
        assert {event["source"] for event in events} == {"registry-patents"}
        assert (events[1]["status"], events[1]["rowsRejected"]) == ("LOADED", 3)
        assert (events[2]["batches"], events[2]["failed"], events[2]["rowsRead"]) == (1, False, 82)
        assert events[2]["rowsPerSecond"] > 0
        (tmp_path / "a.yaml").write_text(
            (SOURCES / "registry-patents.yaml")
            .read_text(encoding="utf-8")
            .replace("../files/patents.csv", "nowhere.csv"),
            encoding="utf-8",
        )
        failed = program(url, "pull", "--sources", str(tmp_path))
        assert failed.returncode == 1
        assert failed.stderr.startswith("error: registry-patents: SOURCE_PATH: ")
        told = program(url, "pull", "--sources", str(tmp_path), "--format", "jsonl")
        assert told.returncode == 1
        last = json.loads(told.stdout.splitlines()[-1])
        assert (last["event"], last["problem"]["code"]) == ("finished", "SOURCE_PATH")
    gone = program("postgresql://hub@127.0.0.1:1/none", "pull")
    assert gone.returncode == 1
    assert gone.stderr.startswith("error: DATABASE_UNAVAILABLE")
    assert len(gone.stderr.splitlines()) == 1


async def test_dry_run_changes_nothing(postgres_server: TestServer, migrated_template: str) -> None:
    async with postgres_server.new_database(migrated_template) as url:
        dry = program(url, "pull", "--dry-run", "registry-patents")
        assert dry.returncode == 0, dry.stderr
        assert "patents.csv: loaded: rows 82, accepted 78" in dry.stdout
        again = program(url, "pull", "--format", "json", "registry-patents")
        (report,) = json.loads(again.stdout)["sources"]
        assert report["batches"][0]["repeated"] is False
        assert report["batches"][0]["rowsChanged"] == 78


class Platform(BaseHTTPRequestHandler):
    """A platform with many pages, which counts how many are asked for."""

    asked = 0

    def do_GET(self) -> None:
        Platform.asked += 1
        page = int(self.path.partition("pageNo=")[2].partition("&")[0] or 1)
        first = Uscc.start + page * 50
        rows = [{"uscc": Uscc.of(first + n), "name": "机构", "odd": 1} for n in range(50)]
        body = json.dumps({"code": 200, "data": {"records": rows}}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


class Uscc:
    start = 0

    @staticmethod
    def of(number: int) -> str:
        organization = f"T{number:07d}"
        body = f"91110108{organization}{organization_check_character(organization)}"
        return body + check_character(body)


REST = """\
code: a
name: a
center: FU-110000-01
kind: rest
feed: ORGANIZATION
rest:
  url: %s
  paging: {kind: page, param: pageNo, size_param: n, size: 50}
"""


def test_check_of_a_network_source_reads_the_first_batch_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    url = f"http://127.0.0.1:{server.server_port}/list"
    try:
        (tmp_path / "a.yaml").write_text(REST % url, encoding="utf-8")
        assert run("sources", "check", "--sources", str(tmp_path), "--format", "json") == 0
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
    checked = json.loads(capsys.readouterr().out)["sources"]["a"]
    (file,) = checked["files"]
    assert (file["rowsRead"], file["rowsAccepted"], file["unknown"]) == (100, 100, ["odd"])
    assert Platform.asked <= 4
    # nobody is there any more: one coded line, after at most one more try
    assert run("sources", "check", "--sources", str(tmp_path)) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: a: SOURCE_UNREACHABLE: ")
    assert len(captured.err.splitlines()) == 1


def test_check_without_its_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = REST % "http://127.0.0.1:1/list"
    text += "  auth: {kind: bearer, secret: {env: HUB_TEST_NO_SUCH_TOKEN}}\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert run("sources", "check", "--sources", str(tmp_path)) == 1
    assert capsys.readouterr().err.startswith("error: a: SOURCE_SECRET: ")
