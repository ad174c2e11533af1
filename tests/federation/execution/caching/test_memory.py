"""Bounded by bytes; least used leave first; labels leave nothing behind."""

from __future__ import annotations

import tracemalloc

from federation.execution.caching.memory import MemoryStore
from federation.execution.caching.store import Entry


def entry(size: int = 100, *labels: str, expires: float = 100.0) -> Entry:
    return Entry(b"x" * size, expires, 0.0, labels)


async def test_what_was_not_used_for_longest_leaves_first() -> None:
    store = MemoryStore(100_000)
    for number in range(2_000):
        await store.put([((number,), entry(200, "s:a", f"c:a:{number}"))], 0.0)
        assert (await store.get([(0,)], 0.0))[0] is not None, "used all the time"
    count, size = store.size
    assert size <= 100_000
    assert 40 < count < 120
    assert store.evicted == 2_000 - count
    found = await store.get([(1_999,), (1,)], 0.0)
    assert [each is not None for each in found] == [True, False]
    assert len(store._by_label) == count + 1
    assert await store.drop(["s:a"]) == count
    assert store.size == (0, 0)
    assert store._by_label == {}


async def test_what_is_too_large_is_not_kept() -> None:
    store = MemoryStore(100_000)
    await store.put([((0,), entry(100)), ((1,), entry(50_000))], 0.0)
    assert [each is None for each in await store.get([(0,), (1,)], 0.0)] == [False, True]


async def test_what_is_stale_is_gone() -> None:
    store = MemoryStore(100_000)
    await store.put([((0,), entry(100, "l", expires=10.0))], 0.0)
    assert (await store.get([(0,)], 9.9))[0] is not None
    assert (await store.get([(0,)], 10.0))[0] is None
    assert store.size == (0, 0)


async def test_the_bound_is_about_what_it_takes() -> None:
    store = MemoryStore(8_000_000)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(20_000):
            key = ("a", "", None, "{name}", b"", b'{"__typename":"T","id":"%06d"}' % number, "*")
            labels = ("s:a", "t:a:T", f"c:a:t-{number}")
            await store.put([(key, Entry(b'{"name":"%0120d"}' % number, 1e9, 0.0, labels))], 0.0)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert store.evicted
    assert 0.5 < taken / store.size[1] < 1.25


async def test_a_drop_of_many_takes_effect_at_once_and_is_carried_out_in_pieces() -> None:
    store = MemoryStore(100_000_000)
    keys = [(number,) for number in range(20_000)]
    await store.put([(key, entry(10, "s:a", f"c:{key[0] % 7}")) for key in keys], 0.0)
    assert await store.drop(["s:a"]) == 20_000
    # New ones under old keys and old labels, while most of the old are still there.
    await store.put([((number,), entry(20, "s:a", "c:new")) for number in range(50)], 0.0)
    found = await store.get(keys, 0.0)
    assert [each is not None for each in found] == [True] * 50 + [False] * 19_950
    assert await store.drop(["c:3"]) == 0, "all of them are gone already"
    for _ in range(120):
        assert (await store.get([(7,)], 0.0))[0] is not None
    assert store.size[0] == 50
    assert not store._dropped
    assert not store._doomed
    assert await store.drop(["s:a"]) == 50
    assert store.size == (0, 0)
    assert store._by_label == {}


async def test_what_was_dropped_leaves_also_when_nobody_asks_for_it() -> None:
    store = MemoryStore(100_000_000)
    await store.put([((number,), entry(10, "s:a")) for number in range(5_000)], 0.0)
    await store.drop(["s:a"])
    for _ in range(30):
        await store.get([("other",)], 0.0)
    assert store.size == (0, 0)
