"""The plan cache: single filling among threads, bounds, what failure leaves behind."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.registry.plan_cache import PlanCache


def test_a_plan_is_made_once_for_all_threads() -> None:
    plans: PlanCache[str] = PlanCache(100)
    made = 0
    barrier = threading.Barrier(4)

    def make() -> tuple[str, int]:
        nonlocal made
        made += 1
        time.sleep(0.02)
        return "plan", 10

    def ask(_: int) -> tuple[str, bool]:
        barrier.wait()
        return plans.get_or_make("key", make)

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(ask, range(4)))
    assert made == 1
    assert [plan for plan, _ in got] == ["plan"] * 4
    assert sorted(here for _, here in got) == [False, False, False, True]
    assert plans.get_or_make("key", make) == ("plan", False)


def test_least_used_leaves_first() -> None:
    plans: PlanCache[str] = PlanCache(20)
    for key in ("a", "b"):
        plans.get_or_make(key, lambda: ("plan", 10))
    plans.get_or_make("a", lambda: ("plan", 10))
    plans.get_or_make("c", lambda: ("plan", 10))
    assert plans.bytes == 20
    assert plans.get_or_make("a", lambda: ("again", 10)) == ("plan", False)
    assert plans.get_or_make("b", lambda: ("again", 10)) == ("again", True)


def test_too_large_is_answered_but_not_kept() -> None:
    plans: PlanCache[str] = PlanCache(20)
    assert plans.get_or_make("a", lambda: ("plan", 21)) == ("plan", True)
    assert len(plans) == plans.bytes == 0


def test_failure_is_not_kept() -> None:
    plans: PlanCache[str] = PlanCache(20)

    def fail() -> tuple[str, int]:
        raise ValueError("no plan")

    with pytest.raises(ValueError, match="no plan"):
        plans.get_or_make("a", fail)
    assert plans.get_or_make("a", lambda: ("plan", 1)) == ("plan", True)
