"""Fixtures and options every test may use; each lives in a module of `tests.support`."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from federation.server import engine

pytest_plugins = ["tests.support.golden", "tests.support.postgres"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite expected files")


@pytest.fixture(scope="session", autouse=True)
def _settled_once() -> Iterator[None]:
    """An engine collects all garbage after loading a supergraph and freezes what is left, so that
    the collector does not walk it. The heap of a process that runs thousands of tests is large, and
    hundreds of them start an engine: here it is done once, for all of them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_settle", lambda **_: None)
        gc.collect()
        gc.freeze()
        yield
        gc.unfreeze()
