"""Databases of an invented centre, for the tests of the source kind `sql`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from adapters.config import SourceConfig
from adapters.source import OpenBatch, PullRequest
from adapters.sources.sql import SqlSource
from resolvers.values.application_numbers import check_character
from tests.adapters.harness import source

QUERY = "select app_no, title, applicants, filing_date, changed from patents"
ROWS = 7


def number(at: int) -> str:
    """Return an application number that passes its check."""
    body = f"20191{9_100_000 + at}"
    return f"{body}.{check_character(body)}"


def rows(count: int = ROWS) -> list[tuple[str, str, str, str, int]]:
    return [(number(at), f"装置{at}", "示例甲", "2019-03-05", at) for at in range(count)]


TABLE = (
    "create table patents (app_no varchar(20) primary key, title varchar(200), "
    "applicants varchar(200), filing_date date, changed integer)"
)


async def postgres(url: str, statements: Sequence[str], count: int = ROWS) -> None:
    """Fill a database with the table and what else is said."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(TABLE)
        for app_no, title, applicants, _, changed in rows(count):
            await connection.execute(
                "insert into patents values ($1, $2, $3, '2019-03-05', $4)",
                *(app_no, title, applicants, changed),
            )
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def sqlite(path: Path, statements: Sequence[str] = (), count: int = ROWS) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.execute(TABLE)
        connection.executemany("insert into patents values (?, ?, ?, ?, ?)", rows(count))
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def postgres_section(url: str, **more: Any) -> dict[str, Any]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "driver": "postgresql",
        "host": parts.hostname or query["host"][0],
        "port": parts.port or int(query.get("port", ["5432"])[0]),
        "user": unquote(parts.username or ""),
        "password": {"env": "CENTRE_PASSWORD"} if parts.password else None,
        "database": parts.path.lstrip("/"),
        "tls": "disable",
        "query": QUERY,
        **more,
    }


def sqlite_section(path: Path, **more: Any) -> dict[str, Any]:
    return {"driver": "sqlite", "database": str(path), "query": QUERY, **more}


def sql_source(section: dict[str, Any], **more: Any) -> SourceConfig:
    defaults: dict[str, Any] = {"code": "sql", "path": None, "bounds": {"batch_rows": 3}}
    # As the keys of a source file, so that unknown ones are refused here too.
    return source(
        kind="sql", columns={"app_no": "applicationNumber"}, sql=section, **defaults | more
    )


async def read_all(
    config: SourceConfig, request: PullRequest | None = None
) -> list[tuple[list[dict[str, Any]], Any, str | None, str]]:
    """Return the batches of a source: records, cursor, mark, digest."""
    opened = SqlSource(config)
    found = []
    async for batch in opened.batches(request or PullRequest()):
        found.append((records(batch), batch.cursor, batch.high, batch.batch.sha256))
        batch.close()
    await opened.close()
    return found


def records(batch: OpenBatch) -> list[dict[str, Any]]:
    """Return the cells of a batch by header as the source has it."""
    aliases = {"title": "title", "appno": "applicationNumber"}
    return [dict(record.cells) for record in batch.table(aliases | {"app_no": "a"}).records()]
