"""Golden files: one fixture, one flag (`pytest --update-golden`)."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

GOLDEN_ROOT = Path(__file__).parent.parent / "golden"


class Golden:
    def __init__(self, update: bool) -> None:
        self.update = update

    def check(self, expected_path: Path, actual: str) -> None:
        """Compare `actual` with the file, or rewrite the file when updating."""
        actual = actual.rstrip() + "\n"
        expected = expected_path.read_text(encoding="utf-8") if expected_path.exists() else ""
        if actual == expected:
            return
        if self.update:
            expected_path.parent.mkdir(parents=True, exist_ok=True)
            expected_path.write_text(actual, encoding="utf-8")
            return
        diff = difflib.unified_diff(
            expected.splitlines(), actual.splitlines(), "expected", "actual", lineterm=""
        )
        name = expected_path.relative_to(GOLDEN_ROOT)
        pytest.fail(
            f"{name} differs; run `pytest --update-golden` and review\n" + "\n".join(diff),
            pytrace=False,
        )


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    update = bool(request.config.getoption("--update-golden"))
    if update and os.environ.get("CI"):
        raise pytest.UsageError("goldens are updated by people, not by CI")
    return Golden(update)
