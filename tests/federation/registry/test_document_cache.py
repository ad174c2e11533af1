"""The document cache: single filling, bounds, what failure leaves behind."""

from __future__ import annotations

import asyncio

import pytest

from federation.registry.document_cache import PLAIN, DocumentCache


def cache(max_bytes: int = 100) -> DocumentCache[str]:
    return DocumentCache(max_bytes, lambda key, record: len(record))


async def test_a_record_is_made_once_for_all_that_wait() -> None:
    documents, made = cache(), 0

    async def make() -> str:
        nonlocal made
        made += 1
        await asyncio.sleep(0.01)
        return "plan"

    got = await asyncio.gather(*(documents.fill(("{a}", None, PLAIN), make) for _ in range(20)))
    assert got == ["plan"] * 20
    assert made == 1
    assert documents.filling == 0
    assert await documents.fill(("{a}", None, PLAIN), make) == "plan"
    assert made == 1


async def test_operation_name_is_part_of_the_key() -> None:
    documents = cache()

    async def make(record: str) -> str:
        return record

    await documents.fill(("{a}", None, PLAIN), lambda: make("none"))
    await documents.fill(("{a}", "A", PLAIN), lambda: make("A"))
    assert documents.get(("{a}", None, PLAIN)) == "none"
    assert documents.get(("{a}", "A", PLAIN)) == "A"
    assert documents.get(("{b}", None, PLAIN)) is None


async def test_a_caller_that_goes_away_does_not_stop_the_others() -> None:
    documents = cache()
    go = asyncio.Event()

    async def make() -> str:
        await go.wait()
        return "plan"

    first = asyncio.create_task(documents.fill(("{a}", None, PLAIN), make))
    second = asyncio.create_task(documents.fill(("{a}", None, PLAIN), make))
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert await second == "plan"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_failure_reaches_all_and_is_not_kept() -> None:
    documents = cache()

    async def fail() -> str:
        await asyncio.sleep(0)
        raise RuntimeError("boom")

    results = await asyncio.gather(
        *(documents.fill(("{a}", None, PLAIN), fail) for _ in range(3)), return_exceptions=True
    )
    assert [str(result) for result in results] == ["boom"] * 3

    async def make() -> str:
        return "plan"

    assert await documents.fill(("{a}", None, PLAIN), make) == "plan"


async def test_bytes_are_bounded_and_the_least_recently_used_leaves() -> None:
    documents = cache(100)

    async def make(size: int) -> str:
        return "x" * size

    for name in "abc":
        await documents.fill((name, None, PLAIN), lambda: make(30))
    documents.get(("a", None, PLAIN))
    await documents.fill(("d", None, PLAIN), lambda: make(30))
    assert documents.get(("b", None, PLAIN)) is None
    assert documents.get(("a", None, PLAIN)) is not None
    assert documents.bytes == 90
    await documents.fill(("huge", None, PLAIN), lambda: make(101))
    assert documents.get(("huge", None, PLAIN)) is None
    assert len(documents) == 3
