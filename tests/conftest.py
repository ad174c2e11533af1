"""Fixtures and options every test may use; each lives in a module of `tests.support`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from federation.server import engine

pytest_plugins = ["tests.support.golden", "tests.support.postgres"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite expected files")


@pytest.fixture(scope="session", autouse=True)
def _no_full_collections() -> Iterator[None]:
    """An engine collects all garbage after loading a supergraph. The heap of a process that runs
    thousands of tests is large, and hundreds of them start an engine: minutes of nothing else.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_settle", lambda: None)
        yield
