"""Every row of the synthetic feeds has exactly the outcome written down for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.demo import pull_demo
from adapters.model import BatchStatus
from resolvers.database.pool import Database
from resolvers.values import parse_application_number
from tests.adapters.harness import OPTIONS, outcomes

EXPECTED = Path(__file__).parent / "expected"
FEEDS = {
    "patents_utf8_bom": "registry-patents",
    "open_licence_statements_utf8_bom": "beijing-open-licences",
    "licence_recordals_utf8": "registry-licences",
    "transfers_gb18030": "registry-transfers",
    "listings": "beijing-listings",
    "pledge_registrations_gb18030": "zhuhai-pledges",
    "patent_intensive_products_utf8": "tool-products",
    "navigation_reports": "tool-navigation",
    "third_party_institutions_gb18030": "beijing-institutions",
    "demands": "beijing-demands",
    "business_report": "beijing-reports",
}


@pytest.fixture(scope="module")
async def loaded(module_database: Database) -> Database:
    reports = await pull_demo(module_database, options=OPTIONS)
    assert [report.source for report in reports if report.failed] == []
    assert {batch.status for report in reports for batch in report.batches} == {BatchStatus.LOADED}
    return module_database


@pytest.mark.parametrize("name", FEEDS)
async def test_outcome_of_every_row(loaded: Database, name: str) -> None:
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    found = await outcomes(loaded, FEEDS[name])
    plain = ("ACCEPTED", [], None)
    for row in expected["perRow"]:
        outcome, codes, _ = found.pop(row["row"], plain)
        assert (outcome, codes) == (row["outcome"], row["issues"]), row
    assert found == {}


@pytest.mark.parametrize("name", FEEDS)
async def test_counts(loaded: Database, name: str) -> None:
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    row = await loaded.fetchrow(
        "test.counts",
        "select * from reporting.ingest_batch where source_name = $1",
        FEEDS[name],
    )
    assert row is not None
    summary = expected["summary"]
    assert {
        "rows": row["rows_read"],
        "ACCEPTED": row["rows_accepted"],
        "ACCEPTED_WITH_WARNINGS": row["rows_warned"],
        "REJECTED": row["rows_rejected"],
        "DUPLICATE": row["rows_duplicate"],
        "ignored": row["rows_ignored"],
    } == {"rows": expected["rows"], **summary, "ignored": len(expected.get("ignoredRows", ()))}


@pytest.mark.parametrize("name", FEEDS)
async def test_keys(loaded: Database, name: str) -> None:
    """The natural key of the kept rows is the one expected, whatever its spelling in the file."""
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    keys = {row["row"]: _canonical(row["key"]) for row in expected["perRow"]}
    for number, (_, _, key) in (await outcomes(loaded, FEEDS[name])).items():
        if key is not None:
            # What the file calls a row is a part of its natural key, or some parts of it.
            assert set(keys[number].split("|")) <= set(key.split("|"))


def _canonical(key: str | None) -> Any:
    checked = parse_application_number(key) if key else None
    return checked.canonical if checked and checked.ok else key
