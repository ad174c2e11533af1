"""Usage and stored documents on PostgreSQL."""
# ruff: noqa: E501  (a table is read by comparing its rows)

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef
from federation.registry.settings import RegistrySettings
from federation.registry.usage import OperationUsage, StoredDocument
from resolvers.database.pool import Database
from tests.federation.registry.world import REF, SYSTEM, World

AT = datetime(2026, 3, 1, 8, 41, 7, 5, tzinfo=UTC)
HOUR = datetime(2026, 3, 1, 8, tzinfo=UTC)
USAGE = OperationUsage("s1", "Op", "query", "{ a }", "app", "1", frozenset({"Query.a"}), 3, 1, AT)


async def test_counts_add_up_and_coordinates_unite(world: World) -> None:
    other = replace(USAGE, coordinates=frozenset({"Enum.X", "Query.a"}), count=4, errors=0)
    await world.registry.record_usage(REF, [USAGE, other, replace(USAGE, client_version="2")])
    await world.registry.record_usage(REF, [USAGE])
    await world.registry.record_usage(REF, [])
    both = frozenset({"Enum.X", "Query.a"})
    assert await world.registry.usage_since(REF, HOUR) == (
        replace(USAGE, count=10, errors=2, coordinates=both, hour=HOUR),
        replace(USAGE, client_version="2", coordinates=both, hour=HOUR),
    )
    assert await world.registry.usage_since(GraphRef("hub", "test"), HOUR) == ()
    assert await world.registry.usage_since(REF, HOUR + timedelta(seconds=1)) == ()


async def test_hours_are_summed_over_the_window(world: World) -> None:
    hours = [replace(USAGE, hour=AT - timedelta(hours=n), count=10**n) for n in range(4)]
    await world.registry.record_usage(REF, hours)
    (found,) = await world.registry.usage_since(REF, HOUR - timedelta(hours=2))
    assert (found.count, found.errors, found.hour) == (111, 3, HOUR)
    (found,) = await world.registry.usage_since(REF, HOUR - timedelta(minutes=59))
    assert found.count == 1


async def test_whatever_clients_call_themselves_is_stored(world: World) -> None:
    odd = replace(USAGE, client_name="\0\ud800'; drop", client_version="x" * 5000, name="\0")
    await world.registry.record_usage(REF, [odd])
    (found,) = await world.registry.usage_since(REF, HOUR)
    assert found.client_name == "\ufffd?'; drop"
    assert len(found.client_version) == 200


async def test_many_replicas_recording_the_same_at_once(world: World) -> None:
    batch = [
        replace(USAGE, signature=f"s{n}", coordinates=frozenset({f"Query.f{n}"})) for n in range(30)
    ]
    batches = [batch if n % 2 else batch[::-1] for n in range(12)]
    await asyncio.gather(*(world.registry.record_usage(REF, each) for each in batches))
    found = await world.registry.usage_since(REF, HOUR)
    assert {usage.count for usage in found} == {36}
    assert len(found) == 30


async def test_pruning(world: World, database: Database) -> None:
    old = replace(USAGE, hour=AT - timedelta(days=40))
    gone = replace(old, signature="s2")
    await world.registry.record_usage(REF, [USAGE, old, gone])
    assert await world.registry.prune_usage(AT - timedelta(days=30)) == 2
    kept = await world.registry.usage_since(REF, AT - timedelta(days=400))
    assert [usage.signature for usage in kept] == ["s1"]
    operations = await database.fetch("test.operations", "select signature from registry.operation")
    assert [row["signature"] for row in operations] == ["s1"]


DOCUMENT = StoredDocument("abc", "query A { a }", "A", "query", "app")


async def test_documents_are_stored_once_and_never_change(world: World) -> None:
    put = world.registry.put_documents
    second = StoredDocument("def", "mutation { b }", "", "mutation")
    first = await put(SYSTEM, "hub", [DOCUMENT, DOCUMENT])
    assert (first.added, first.unchanged) == (("abc",), 0)
    again = await put(SYSTEM, "hub", [second, DOCUMENT])
    assert (again.added, again.unchanged) == (("def",), 1)
    stored = await world.registry.document("hub", "abc")
    assert stored == replace(DOCUMENT, added_at=world.clock(), added_by="hub")
    assert [d.id for d in await world.registry.documents(SYSTEM, "hub")] == ["abc", "def"]
    assert [d.id for d in await world.registry.documents(SYSTEM, "hub", "app")] == ["abc"]
    for graph, id_ in (("other", "abc"), ("hub", "x"), ("hub", "\0"), ("hub", "x" * 9999)):
        assert await world.registry.document(graph, id_) is None


@pytest.mark.parametrize(
    ("documents", "code"),
    [
        ([StoredDocument("new", "{ n }", "", "query"), replace(DOCUMENT, body="{ b }")], "DOCUMENT_CONFLICT"),
        ([StoredDocument("x", "{ n }", "", "query"), StoredDocument("x", "{ m }", "", "query")], "DOCUMENT_CONFLICT"),
        ([StoredDocument("", "{ n }", "", "query")], "INVALID_INPUT"),
        ([StoredDocument("x", "{ n ", "", "query")], "INVALID_INPUT"),
        ([StoredDocument("x", "fragment F on A { a }", "", "query")], "INVALID_INPUT"),
        ([StoredDocument("x", "{ n }", "", "Query")], "INVALID_INPUT"),
        ([StoredDocument("x", "{ n } #" + "x" * 500_000, "", "query")], "INVALID_INPUT"),
        ([StoredDocument(str(n), "{ n }", "", "query") for n in range(4)], "INVALID_INPUT"),
    ],
)  # fmt: skip
async def test_all_or_nothing(world: World, documents: list[StoredDocument], code: str) -> None:
    world.use(RegistrySettings(max_documents=3))
    await world.registry.put_documents(SYSTEM, "hub", [DOCUMENT])
    with pytest.raises(RegistryError) as refused:
        await world.registry.put_documents(SYSTEM, "hub", documents)
    assert refused.value.code == code
    assert [d.id for d in await world.registry.documents(SYSTEM, "hub")] == ["abc"]
