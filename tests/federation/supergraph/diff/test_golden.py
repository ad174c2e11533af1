"""Golden comparisons: two schemas in, the changes as `supergraph diff` prints them out.

A case is a folder `tests/golden/diff/<case>`; the first comment of `old.graphql` says why it is
there. Rewrite with `pytest --update-golden` and read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import build_schema

from federation.supergraph.diff import diff
from tests.support.golden import GOLDEN_ROOT, Golden

_CASES = sorted(path.parent for path in (GOLDEN_ROOT / "diff").glob("*/old.graphql"))


@pytest.mark.parametrize("case", _CASES, ids=lambda path: path.name)
def test_diff(case: Path, golden: Golden) -> None:
    old, new = ((case / f"{name}.graphql").read_text("utf-8") for name in ("old", "new"))
    assert old.startswith("# "), "say why this case is there"
    forth = diff(build_schema(old), build_schema(new))
    golden.check(case / "changes.txt", "\n".join(map(str, forth)))
    back = diff(build_schema(new), build_schema(old))
    golden.check(case / "changes_backwards.txt", "\n".join(map(str, back)))
    assert {path.name for path in case.iterdir()} == {
        "old.graphql",
        "new.graphql",
        "changes.txt",
        "changes_backwards.txt",
    }


def test_there_are_cases() -> None:
    assert len(_CASES) >= 2
