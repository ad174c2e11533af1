"""Fixtures and options every test may use; each lives in a module of `tests.support`."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.support.golden", "tests.support.postgres"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite expected files")
