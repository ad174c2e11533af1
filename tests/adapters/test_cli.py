"""The commands: what they print, in which form, with which exit code."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.cli import add_commands
from adapters.demo import SOURCES
from resolvers.database.pool import Database
from tests.support.postgres import TestServer
from tests.support.shared import ROOT

# The commands run an event loop of their own, so those that need a database run as a program.
PROGRAM = """
import argparse, sys
from contextlib import asynccontextmanager
from adapters.cli import add_commands
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
    assert len(lines) == 11
    assert lines[0].split()[:4] == [
        "registry-organizations",
        "ORGANIZATION",
        "REGISTRY",
        "FU-110000-01",
    ]
    assert run("sources", "list", "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["sources"]) == 11


def test_check_shows_what_columns_become(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sources", "check", "beijing-listings") == 0
    out = capsys.readouterr().out
    assert "listings.xlsx: sheet 挂牌项目, header in row 3, 15 rows looked at" in out
    assert "  挂牌价格（万元） → price [万元]: 60 → FIXED 600000.00" in out
    assert "  USCC_CHECK: 1" in out
    assert run("sources", "check", "--format", "json", "registry-patents") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sources"]["registry-patents"][0]["columns"][0]["field"] == "applicationNumber"


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
        (tmp_path / "a.yaml").write_text(
            (SOURCES / "registry-patents.yaml")
            .read_text(encoding="utf-8")
            .replace("../files/patents.csv", "nowhere.csv"),
            encoding="utf-8",
        )
        failed = program(url, "pull", "--sources", str(tmp_path))
        assert failed.returncode == 1
        assert failed.stderr.startswith("error: registry-patents: SOURCE_PATH: ")
    gone = program("postgresql://hub@127.0.0.1:1/none", "pull")
    assert gone.returncode == 1
    assert gone.stderr.startswith("error: DATABASE_UNAVAILABLE")
    assert len(gone.stderr.splitlines()) == 1
