"""Every failure that a long run found, again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential.cases import FOLDER, load
from tests.differential.compare import check

# Cases that still fail: file name without suffix → what is wrong.
OPEN: dict[str, str] = {}


def _cases() -> list[object]:
    found: list[object] = []
    for path in sorted(FOLDER.glob("*.json")):
        marks = []
        if path.stem in OPEN:
            marks = [pytest.mark.xfail(strict=True, reason=OPEN[path.stem])]
        found.append(pytest.param(path, id=path.stem, marks=marks))
    return found


@pytest.mark.parametrize("path", _cases())
async def test_case(path: Path) -> None:
    case = load(path)
    await check(case.federation(), case.operation, case.variables)


def test_open_cases_exist() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} >= set(OPEN)
