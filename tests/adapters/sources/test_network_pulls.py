"""Whole pulls of network sources into the database: interrupted, incremental, with deletions."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import Response

from adapters.config import SourceConfig
from adapters.model import BatchStatus, SyncReport
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database
from resolvers.values.application_numbers import check_character
from tests.adapters.harness import OPTIONS, TODAY, dump
from tests.adapters.net.server import answer, serving
from tests.adapters.sources.serving import PAGING, Listed, rest_source

FULL = PullOptions(full=True, today=TODAY)


def patent(number: int, **changes: Any) -> dict[str, Any]:
    digits = f"20202{number:07d}"
    return {
        "applicationNumber": f"CN{digits}.{check_character(digits)}",
        "title": f"装置{number}",
        "applicants": "示例甲有限公司",
        "filingDate": "2020-03-05",
        "updated": f"2025-01-{number % 28 + 1:02d}",
    } | changes


PATENTS = [patent(number) for number in range(28)]


def config_of(url: str, kind: str = "page", **changes: Any) -> SourceConfig:
    section = {"paging": PAGING[kind]} | changes.pop("rest", {})
    bounds = {"batch_rows": 10, "retries": 0} | changes.pop("bounds", {})
    return rest_source(url, rest=section, bounds=bounds, **changes)


async def titles(database: Database) -> list[str]:
    rows = await database.fetch("test.titles", "select title from patents.patent order by title")
    return [row["title"] for row in rows]


async def position(database: Database) -> dict[str, Any]:
    found = await database.fetchval(
        "test.position", "select position from reporting.source_checkpoint where stream = ''"
    )
    return dict(found)


@pytest.mark.parametrize("kind", ["page", "offset", "cursor", "link"])
async def test_interrupted_pull_goes_on_at_the_next_page(kind: str, database: Database) -> None:
    listed = Listed(PATENTS, kind)
    good = listed.center.handlers["/list"]
    broken = True

    def breaks(request: Request) -> Response:
        if broken and len(listed.center.asked) == 2:
            return answer({}, 500)
        return good(request)  # type: ignore[return-value]

    listed.center.handlers["/list"] = breaks
    async with serving(listed.center) as url:
        config = config_of(url, kind)
        first = await pull_source(database, config, OPTIONS)
        assert first.problem is not None
        assert first.problem.code == "SOURCE_STATUS"
        assert len(await titles(database)) == 10
        broken = False
        listed.center.asked.clear()
        second = await pull_source(database, config, OPTIONS)
        assert second.problem is None
        assert [batch.counts.accepted for batch in second.batches] == [10, 8]
        assert len(await titles(database)) == 28
    # The first page was not asked for again.
    asked = listed.center.queries[0]
    assert asked.get("page", "2") == "2"
    assert asked.get("offset", "10") == "10"
    assert asked.get("from", "10") == "10"
    assert (kind == "cursor") is ("cursor" in asked)


async def test_incremental_pulls(database: Database) -> None:
    records = [*PATENTS]
    listed = Listed(records, "page")
    async with serving(listed.center) as url:
        incremental = {"param": "since", "field": "updated", "overlap": 86400}
        config = config_of(url, rest={"incremental": incremental})
        await pull_source(database, config, OPTIONS)
        assert (await position(database))["since"] == "2025-01-28"
        listed.records += [
            patent(50, updated="2025-02-03"),
            patent(3, title="改名", updated="2025-02-01"),
        ]
        report = await pull_source(database, config, OPTIONS)
        # Two new rows, and those of the day of overlap.
        assert report.total().read == 4
        assert report.total().unchanged == 2
        assert listed.center.queries[-1]["since"] == "2025-01-27"
        assert (await position(database))["since"] == "2025-02-03"
        assert "改名" in await titles(database)
        await pull_source(database, config, FULL)
        assert "since" not in listed.center.queries[-1]


async def test_value_that_turns_back(database: Database) -> None:
    """A list that says today what it said the day before yesterday is no old list."""
    listed = Listed(PATENTS[:12], "page")
    async with serving(listed.center) as url:
        config = config_of(url)
        for title, repeated in [
            ("甲", [False, False]),
            ("甲", [True, True]),
            ("乙", [False, True]),
            ("甲", [False, True]),
            ("甲", [True, True]),
        ]:
            listed.records[0] = patent(0, title=title)
            report = await pull_source(database, config, OPTIONS)
            assert [batch.repeated for batch in report.batches] == repeated
            assert title in await titles(database)


async def test_mark_of_a_pull_that_failed_is_not_kept(database: Database) -> None:
    listed = Listed(PATENTS, "page")
    good = listed.center.handlers["/list"]
    listed.center.handlers["/list"] = lambda request: (
        answer({"code": 500}) if request.query_params["page"] == "3" else good(request)
    )
    async with serving(listed.center) as url:
        config = config_of(url, rest={"incremental": {"param": "since", "field": "updated"}})
        await pull_source(database, config, OPTIONS)
        assert "since" not in await position(database)
        listed.center.handlers["/list"] = good
        await pull_source(database, config, OPTIONS)
        assert (await position(database))["since"] == "2025-01-28"


async def test_rows_that_are_gone_by_their_mark(database: Database) -> None:
    listed = Listed([record | {"shelfStatus": 1} for record in PATENTS], "page")
    async with serving(listed.center) as url:
        config = config_of(url, deletions={"field": "shelfStatus", "values": ["0", "-2"]})
        await pull_source(database, config, OPTIONS)
        listed.records[3]["shelfStatus"] = 0
        listed.records[4] = {
            "applicationNumber": PATENTS[4]["applicationNumber"],
            "shelfStatus": -2,
        }
        report = await pull_source(database, config, OPTIONS)
    assert report.problem is None
    assert report.total().deleted == 2
    assert report.total().rejected == 0
    gone = await database.fetchval(
        "test.gone", "select count(*) from reporting.source_row where deleted_at is not null"
    )
    assert gone == 2


async def test_records_that_are_no_objects_are_findings(database: Database) -> None:
    listed = Listed([*PATENTS, "text", None, 7], "none")
    async with serving(listed.center) as url:
        report = await pull_source(
            database, config_of(url, "none", bounds={"batch_rows": 100}), OPTIONS
        )
    assert report.total().rejected == 3
    codes = await database.fetch(
        "test.codes", "select row_number, code from reporting.data_issue order by row_number"
    )
    assert [(row["row_number"], row["code"]) for row in codes] == [
        (29, "RECORD_SHAPE"),
        (30, "RECORD_SHAPE"),
        (31, "RECORD_SHAPE"),
    ]


async def test_total_that_lies_fails_and_the_next_pull_begins_anew(database: Database) -> None:
    listed = Listed(PATENTS, "page")
    good = listed.center.handlers["/list"]
    more = 5

    def lies(request: Request) -> Response:
        response: Any = good(request)
        document = orjson.loads(response.body)
        document["data"]["total"] += more
        return answer(document)

    listed.center.handlers["/list"] = lies
    async with serving(listed.center) as url:
        config = config_of(url, rest={"paging": PAGING["page"] | {"total": "data.total"}})
        report = await pull_source(database, config, OPTIONS)
        assert report.problem is not None
        assert report.problem.code == "SOURCE_PAGES"
        assert len(await titles(database)) == 28
        more = 0
        listed.center.asked.clear()
        again = await pull_source(database, config, OPTIONS)
    assert again.problem is None
    assert [query["page"] for query in listed.center.queries] == ["1", "2", "3"]


async def test_batch_that_is_mostly_wrong(database: Database) -> None:
    wrong = [patent(number, applicationNumber="2.01E+12") for number in range(10)]
    listed = Listed([*PATENTS[:10], *wrong, *PATENTS[20:]], "page")
    async with serving(listed.center) as url:
        report: SyncReport = await pull_source(database, config_of(url), OPTIONS)
    assert [batch.status for batch in report.batches] == [
        BatchStatus.LOADED,
        BatchStatus.FAILED,
        BatchStatus.LOADED,
    ]


async def test_secrets_are_nowhere_in_the_books(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CENTER_SECRET", "hunter2")
    listed = Listed(PATENTS, "link")
    auth = {"kind": "api_key", "query": "key", "secret": {"env": "CENTER_SECRET"}}
    async with serving(listed.center) as url:
        await pull_source(database, config_of(url, "link", rest={"auth": auth}), OPTIONS)
        listed.center.handlers["/list"] = lambda r: answer({"message": f"bad {r.url}", "code": 1})
        report = await pull_source(database, config_of(url, "link", rest={"auth": auth}), FULL)
    assert report.problem is not None
    assert "bad" in report.problem.message
    text = repr(await dump(database)) + repr(report)
    rows = await database.fetch("test.source", "select last_message from reporting.source")
    assert "hunter2" not in text + repr(rows)
