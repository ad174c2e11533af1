"""The `db` commands through argparse, as the program's parser calls them."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from resolvers import cli
from resolvers.database.launcher import EmbeddedSettings
from resolvers.database.pool import Database, PoolSettings
from resolvers.database.provider import database_server, open_database
from tests.support.postgres import FAST, open_folder


@pytest.fixture(scope="module")
def embedded() -> Iterator[EmbeddedSettings]:
    folder = open_folder()
    yield EmbeddedSettings(directory=folder / "data", options=FAST)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def parser(embedded: EmbeddedSettings, monkeypatch: pytest.MonkeyPatch) -> argparse.ArgumentParser:
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    monkeypatch.delenv("HUB_DATABASE_DIRECTORY", raising=False)

    def opened(args: argparse.Namespace) -> AbstractAsyncContextManager[Database]:
        return open_database(None, embedded, PoolSettings("", max_size=2))

    parser = argparse.ArgumentParser(prog="hub")
    cli.add_commands(parser.add_subparsers(required=True), opened)
    return parser


def run(parser: argparse.ArgumentParser, *words: str) -> int:
    args = parser.parse_args(["db", *words])
    code = args.handler(args)
    assert isinstance(code, int)
    return code


def test_status_migrate_status(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(parser, "status", "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["upToDate"] is False
    assert {each["state"] for each in found["migrations"]} == {"pending"}
    assert run(parser, "migrate") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(found["migrations"])
    assert all(line.startswith(("applied  ", "skipped  ")) for line in lines)
    assert run(parser, "migrate") == 0
    assert capsys.readouterr().out.startswith("up to date: ")
    assert run(parser, "migrate", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == {"migrations": []}
    assert run(parser, "status") == 0
    text = capsys.readouterr().out
    assert text.startswith("database ")
    assert "pending" not in text


def test_reference(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(parser, "migrate") == 0
    capsys.readouterr()
    assert run(parser, "reference", "--format", "json") == 0
    lists = json.loads(capsys.readouterr().out)["lists"]
    assert sum(each["rows"] for each in lists) > 3000
    assert run(parser, "reference") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(lists)
    assert all(line.endswith("unchanged") for line in lines)
    assert run(parser, "reference", "--from", str(tmp_path / "nowhere")) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_error_is_one_line(
    parser: argparse.ArgumentParser,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://hub:s3cret@127.0.0.1:1/hub")
    assert run(parser, "status", "--format", "json") == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: DATABASE_UNAVAILABLE: PostgreSQL at 127.0.0.1:1/hub")
    assert captured.err.count("\n") == 1
    assert json.loads(captured.out)["error"]["code"] == "DATABASE_UNAVAILABLE"
    assert "s3cret" not in captured.err + captured.out


def test_usage(parser: argparse.ArgumentParser) -> None:
    for words in ([], ["nonsense"], ["reference", "--from"], ["status", "--format", "xml"]):
        with pytest.raises(SystemExit) as caught:
            run(parser, *words)
        assert caught.value.code == 2


async def test_own_url_goes_first(
    embedded: EmbeddedSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://a@env/x")
    async with database_server("postgresql://a@configured/x", embedded) as url:
        assert url == "postgresql://a@env/x"
    monkeypatch.delenv("HUB_DATABASE_URL")
    async with database_server("postgresql://a@configured/x", embedded) as url:
        assert url == "postgresql://a@configured/x"
