"""The kit passes every kind of source the hub has, and catches kinds that are broken."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from adapters.config import KINDS, Kind, SourceConfig
from adapters.conformance.cases import CASES
from adapters.conformance.kit import CONNECTIONS, run_kit
from adapters.conformance.model import CaseResult, Verdict
from adapters.conformance.stages import KINDS as STAGED
from adapters.net.retry import Retry
from adapters.records import RecordBatch
from adapters.source import PullRequest
from adapters.sources import OPEN
from adapters.sources.file_drop import FileDrop
from adapters.sources.rest import Rest
from resolvers.database.pool import Database, PoolSettings
from tests.adapters.test_cli import PROGRAM
from tests.support.postgres import TestServer
from tests.support.shared import ROOT

# What a kind cannot show; everything else it has to.
_FILES = {
    *("absent-deletions", "absent-too-many", "incremental", "lookup", "rate-limited"),
    *("fails-twice", "fails", "silent", "slow-bytes", "endless-bytes"),
}
_SQL = {
    *("raw-record", "undecodable", "gb18030", "bomb", "rate-limited"),
    *("fails-twice", "fails", "slow-bytes", "endless-bytes"),
}
NOT_APPLICABLE: dict[Kind, dict[str, set[str]]] = {
    "file_drop": {
        "csv": _FILES | {"raw-record", "bomb"},
        "json": _FILES | {"bomb"},
        "jsonl": _FILES | {"bomb"},
        "zip": _FILES | {"raw-record"},
    },
    "packages": {
        "zip": _FILES | {"marked-deletions", "contradiction", "required", "control", "raw-record"}
    },
    "rest": {"page": set(), "offset": set(), "cursor": set(), "link": set()},
    "graphql": {"relay": {"raw-record"}, "offset": {"raw-record"}},
    "sql": {"postgresql": _SQL | {"control"}, "sqlite": _SQL | {"silent"}},
}


@pytest.fixture
async def kit_database(
    postgres_server: TestServer, migrated_template: str
) -> AsyncIterator[Database]:
    """A database with room for the cases that run at the same time."""
    async with postgres_server.new_database(migrated_template) as url:
        database = await Database.connect(PoolSettings(url, max_size=CONNECTIONS))
        try:
            yield database
        finally:
            await database.close()


async def results_of(kind: Kind, database: Database, *only: str) -> list[CaseResult]:
    return [result async for result in run_kit(kind, database, only)]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_conforms(kit_database: Database, kind: Kind) -> None:
    results = await results_of(kind, kit_database)
    assert [result for result in results if result.verdict is Verdict.FAIL] == []
    assert len(results) == len(CASES) * len(NOT_APPLICABLE[kind])
    for variant, names in NOT_APPLICABLE[kind].items():
        skipped = {
            result.case: result.reason
            for result in results
            if result.variant == variant and result.verdict is Verdict.NOT_APPLICABLE
        }
        assert set(skipped) == names, variant
        assert all(chinese and english for chinese, english in skipped.values())


def test_every_kind_has_a_stage() -> None:
    assert STAGED == KINDS
    assert len({case.name for case in CASES}) == len(CASES)


class DropsLastBatch(Rest):
    """Ends a batch too early."""

    async def batches(self, request: PullRequest) -> AsyncGenerator[RecordBatch, None]:
        held: RecordBatch | None = None
        async for batch in super().batches(request):
            if held is not None:
                yield held
            held = batch
        if held is not None:
            held.close()


class SkipsAfterACut(Rest):
    """Goes on one batch too late."""

    async def batches(self, request: PullRequest) -> AsyncGenerator[RecordBatch, None]:
        skip = request.cursor is not None
        async for batch in super().batches(request):
            if skip:
                batch.close()
            else:
                yield batch
            skip = False


class Impatient(Rest):
    """Does not wait when it is asked to."""

    def __init__(self, config: SourceConfig) -> None:
        super().__init__(config, retry=Retry(20, sleep=_no_sleep))


async def _no_sleep(seconds: float) -> None:
    return


class Breaks(Rest):
    """Lets an exception of its own out in place of a coded problem."""

    async def batches(self, request: PullRequest) -> AsyncGenerator[RecordBatch, None]:
        try:
            async for batch in super().batches(request):
                yield batch
        except Exception as error:
            raise KeyError("records") from error


class Swallows(Rest):
    """Takes a failure for the end of the list."""

    async def batches(self, request: PullRequest) -> AsyncGenerator[RecordBatch, None]:
        try:
            async for batch in super().batches(request):
                yield batch
        except Exception:
            return


@pytest.mark.parametrize(
    ("broken", "case", "what"),
    [
        (DropsLastBatch, "whole-list", "rows in the hub"),
        (DropsLastBatch, "full-pages", "rows in the hub"),
        (SkipsAfterACut, "resume", "cuts"),
        (Impatient, "rate-limited", "calls before the wait was over"),
        (Breaks, "broken-page", "no exception"),
        (Swallows, "broken-page", "the pull"),
        (Swallows, "fails", "the pull"),
        (Swallows, "nothing-there", "the pull"),
        (Swallows, "bomb", "the pull"),
    ],
)
async def test_a_broken_kind_is_caught(
    kit_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    broken: type[Rest],
    case: str,
    what: str,
) -> None:
    monkeypatch.setitem(OPEN, "rest", broken)  # type: ignore[arg-type]
    results = await results_of("rest", kit_database, case)
    assert {result.verdict for result in results} == {Verdict.FAIL}
    assert {result.what for result in results} == {what}
    assert all(result.expected and result.found for result in results)


async def test_files_that_are_left_out_are_caught(
    kit_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hasty(FileDrop):
        async def batches(self, request):  # type: ignore[no-untyped-def, override]
            async for batch in super().batches(request):
                yield batch
                return

    monkeypatch.setitem(OPEN, "file_drop", Hasty)  # type: ignore[arg-type]
    results = await results_of("file_drop", kit_database, "whole-list", "required")
    verdicts = {(result.case, result.verdict) for result in results}
    assert verdicts == {("whole-list", Verdict.FAIL), ("required", Verdict.PASS)}


def kit(url: str, *words: str, broken: bool = False) -> subprocess.CompletedProcess[str]:
    program = PROGRAM
    if broken:
        program = (
            "import adapters.sources\n"
            "from tests.adapters.test_conformance_kit import DropsLastBatch\n"
            "adapters.sources.OPEN['rest'] = DropsLastBatch\n" + program
        )
    return subprocess.run(
        [sys.executable, "-c", program, url, "sources", "conformance", *words, "--database", url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def test_the_command(postgres_server: TestServer, migrated_template: str) -> None:
    async with postgres_server.new_database() as url:
        done = kit(url, "sql", "--case", "whole-list", "--case", "bomb")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "sql: 2 PASS, 0 FAIL, 2 NOT APPLICABLE"
        assert "Results are not compressed." in done.stdout
    async with postgres_server.new_database() as url:
        failed = kit(url, "rest", "--case", "whole-list", "--format", "json", broken=True)
        assert failed.returncode == 1
        results = json.loads(failed.stdout)["results"]
        assert {result["verdict"] for result in results} == {"FAIL"}
        assert all("127 rows" in result["expected"] for result in results)
    async with postgres_server.new_database(migrated_template) as url:
        unknown = kit(url, "sql", "--case", "whole-lists")
        assert unknown.returncode == 1
        assert "did you mean 'whole-list'?" in unknown.stderr
        refused = kit(url, "sql")
        assert refused.returncode == 1
        assert refused.stderr.startswith("error: CONFORMANCE_DATABASE: ")
        assert len(refused.stderr.splitlines()) == 1
