"""Bounds of the whole stay what they are, however many workers have a part of them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.config.load import parse_config
from federation.errors import FederationError
from federation.server.settings.engine import EngineSettings
from federation.server.workers.counting import parse_workers, share, worker_count
from federation.server.workers.shares import check_divisible, divided
from resolvers.database.errors import DatabaseError
from resolvers.database.section import DatabaseSection
from tests.support.worker_members import members

TEXT = """
traffic_shaping:
  router: { concurrency_limit: 1000, global_rate_limit: { capacity: 50 } }
  subgraphs: { slow: { max_connections_per_host: 11, timeout: 3s } }
subscription: { max_opened_subscriptions: 333 }
"""


@given(st.integers(1, 100_000), st.integers(1, 256))
def test_parts_add_up(total: int, count: int) -> None:
    parts = [share(total, index, count) for index in range(count)]
    assert sum(parts) == max(total, count)
    assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize("count", [2, 3, 7])
def test_settings_of_all_workers_add_up_to_those_of_the_whole(count: int) -> None:
    whole = parse_config(TEXT, EngineSettings)
    with members(count) as every:
        parts = [divided(whole, member) for member in every]
    routers = [part.traffic_shaping.router for part in parts]
    assert sum(router.concurrency_limit or 0 for router in routers) == 1000
    rates = [router.global_rate_limit for router in routers]
    assert sum(rate.capacity for rate in rates if rate is not None) == 50
    for name, most in (("slow", 11), ("other", 100)):
        of = [part.traffic_shaping.of(name).max_connections_per_host or 0 for part in parts]
        assert sum(of) == most
    assert all(part.traffic_shaping.of("slow").timeout == 3.0 for part in parts)
    assert sum(part.subscription.max_opened_subscriptions for part in parts) == 333


def test_nothing_else_differs() -> None:
    whole = parse_config(TEXT, EngineSettings)
    with members(2) as every:
        part = divided(whole, every[1])
    assert divided(whole, None) is whole
    back = msgspec.structs.replace(
        part, traffic_shaping=whole.traffic_shaping, subscription=whole.subscription
    )
    assert back == whole


def test_what_needs_one_process_is_refused() -> None:
    check_divisible(EngineSettings())
    text = "subscription: { sse_single_connection: { enabled: true } }"
    with pytest.raises(FederationError, match=r"sse_single_connection .*--workers 1"):
        check_divisible(parse_config(text, EngineSettings))


@given(st.integers(2, 500), st.integers(2, 32), st.integers(0, 20))
def test_the_pool_is_divided(most: int, count: int, extra: int) -> None:
    section = DatabaseSection(max_connections=most)
    if most < 2 * count:
        with pytest.raises(DatabaseError, match=f"set at least {2 * count}"):
            section.part(0, count, extra)
        return
    parts = [section.part(index, count, extra).max_connections for index in range(count)]
    assert sum(parts) == most
    assert min(parts) >= 2
    # Work that only the first does has its own connections, as far as there are some.
    assert parts[0] - min(parts[1:]) in range(min(extra, most - 2 * count), extra + 2)


def test_how_many() -> None:
    assert worker_count(3) == 3
    assert worker_count("auto") >= 1
    for wrong in ("0", "-1", "257", "many"):
        with pytest.raises(ValueError, match=r".*"):
            parse_workers(wrong)
