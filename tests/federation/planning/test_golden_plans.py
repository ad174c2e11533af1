"""Golden plans: what the planner decides, topic by topic, each with its reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.federation.planning.golden_topics import CASES, FOLDER, plan, plan_text
from tests.support.golden import Golden
from tests.support.shared import ROOT

by_case = pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.parent.name}/{c.stem}")


@by_case
def test_plan(case: Path, golden: Golden) -> None:
    golden.check(case.with_suffix(".plan"), plan_text(case))


@by_case
def test_order_of_subgraphs_changes_nothing(case: Path) -> None:
    assert plan(case, backwards=True) == plan(case)


@by_case
def test_case_says_why(case: Path) -> None:
    first = case.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert len(first) > 20


def test_no_orphans() -> None:
    expected = {case.with_suffix(".plan") for case in CASES}
    assert set(FOLDER.glob("*/*.plan")) == expected


def test_hash_seed_changes_nothing() -> None:
    texts = set()
    for seed in ("0", "1", "4242"):
        done = subprocess.run(
            [sys.executable, "-m", "tests.federation.planning.golden_topics"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        texts.add(done.stdout)
    (text,) = texts
    assert all(case.stem in text.decode() for case in CASES)
