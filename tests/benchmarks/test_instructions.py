"""The gate's rule, and that it would notice a dearer request; counting itself takes a minute."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from tests.benchmarks.instructions import check, yardstick
from tests.benchmarks.instructions.callgrind import CallgrindError
from tests.benchmarks.instructions.workloads import WORKLOADS


def counts(each: int, unit: int = 1000) -> dict[str, int]:
    """Return counts as of a run in which every request took `each` instructions."""
    return {
        yardstick.NAME: unit * yardstick.ROUNDS,
        **{workload.name: each * workload.requests for workload in WORKLOADS},
    }


def test_what_is_noted_is_every_workload() -> None:
    noted = json.loads(check.NOTED.read_text(encoding="utf-8"))["ratios"]
    assert list(noted) == [workload.name for workload in WORKLOADS]


def test_another_interpreter_changes_both_and_nothing_is_dearer() -> None:
    noted = {workload.name: 2.0 for workload in WORKLOADS}
    rows = check.compare(counts(4400, unit=2200), noted)
    assert [row.change for row in rows] == [pytest.approx(0)] * len(WORKLOADS)


@pytest.mark.parametrize(("each", "is_dearer"), [(2099, False), (2101, True), (1000, False)])
def test_five_percent(each: int, is_dearer: bool) -> None:
    noted = {workload.name: 2.0 for workload in WORKLOADS}
    assert {row.is_dearer for row in check.compare(counts(each), noted)} == {is_dearer}


def _run(monkeypatch: pytest.MonkeyPatch, noted: Path, each: int, *, write: bool = False) -> None:
    monkeypatch.setattr(check, "NOTED", noted)
    monkeypatch.setattr(check, "count", lambda: counts(each))
    check.run(argparse.Namespace(brief=False, write=write))


def test_a_dearer_workload_ends_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    noted = tmp_path / "noted.json"
    with pytest.raises(SystemExit, match="never noted: small"):
        _run(monkeypatch, noted, 2000)
    _run(monkeypatch, noted, 2000, write=True)
    _run(monkeypatch, noted, 2080)
    with pytest.raises(SystemExit, match="more instructions than noted"):
        _run(monkeypatch, noted, 2200)


def test_without_valgrind_it_fails_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> dict[str, int]:
        raise CallgrindError("valgrind is missing")

    monkeypatch.setattr(check, "count", missing)
    with pytest.raises(SystemExit, match="valgrind is missing"):
        check.run(argparse.Namespace(brief=False, write=False))
