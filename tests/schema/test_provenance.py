"""Live reads in front of loaders, and what answers tell of where their rows come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.live.port import live_sources
from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS
from resolvers.live import LiveNote, LiveReads, RecordKey, SourceOfBatch, refreshed, reread
from resolvers.value_rows import ProvenanceRow
from schema.common.provenance import MOST_GROUPS, ReadRows, note_read, provenance, reading
from schema.serving import SubgraphServer
from tests.adapters.live.fake import PLATFORM, Fake, config, listing, number, patent

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LISTING = "query ($id: ID!) { listing(id: $id) { title status } }"


def before(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def row(system: str, seconds: float, batch: UUID | None = None) -> ProvenanceRow:
    return ProvenanceRow(system, None, batch, before(seconds), "CENTER")


class Port:
    """A port that remembers what it is asked."""

    def __init__(self, mode: str = "LIVE", feeds: Collection[str] = ("PATENT",)) -> None:
        self.feeds, self.mode = feeds, mode
        self.systems = {"实时": SourceOfBatch("live", "FT-440300-01")}
        self.asked: list[tuple[str, list[RecordKey]]] = []
        self.lists: list[str] = []
        self.of_batch: dict[UUID, SourceOfBatch] = {}

    async def refresh(self, feed: str, keys: Sequence[RecordKey]) -> Sequence[LiveNote]:
        self.asked.append((feed, list(keys)))
        return [LiveNote("Patent", "live", "FT-440300-01", self.mode, NOW)]  # type: ignore[arg-type]

    async def refresh_list(self, feed: str, center: str) -> Sequence[LiveNote]:
        self.lists.append(center)
        return []

    async def said_at(self, sources: Collection[str]) -> Mapping[str, datetime]:
        return {"live": before(5)}

    async def batches(self, ids: Collection[UUID]) -> Mapping[UUID, SourceOfBatch]:
        return {each: self.of_batch[each] for each in ids if each in self.of_batch}


async def _load(keys: list[str]) -> Mapping[str, str]:
    return {key: key.upper() for key in keys}


async def test_without_a_live_source_of_the_feed_the_loader_is_the_loader_itself() -> None:
    assert refreshed(None, "PATENT", _load, lambda key: (key,)) is _load
    assert reread(None, "PATENT", _load, lambda value: (value,)) is _load
    live = LiveReads(Port())
    assert refreshed(live, "LISTING", _load, lambda key: (key,)) is _load
    await live.refresh_list("LISTING", "x")
    await live.refresh_list("PATENT", None)
    assert live.notes == []


async def test_what_is_read_by_id_is_read_again_only_after_an_answer() -> None:
    for mode, reads in (("LIVE", 2), ("COPY", 1)):
        port = Port(mode)
        read: list[Any] = []

        async def load(keys: list[str], read: list[Any] = read) -> Mapping[str, str]:
            read.append(keys)
            return {key: key.upper() for key in keys if key != "hidden"}

        loader = reread(LiveReads(port), "PATENT", load, lambda value: (value,))
        assert await loader(["a", "hidden"]) == {"a": "A"}
        assert len(read) == reads
        # What may not be read is not asked for.
        assert port.asked == [("PATENT", [("A",)])]
    port = Port()
    assert await reread(LiveReads(port), "PATENT", load, lambda value: None)(["a"]) == {"a": "A"}
    assert port.asked == []


def test_rows_are_noted_where_somebody_wants_to_know() -> None:
    note_read("Patent", row("x", 1))  # nobody: nothing happens
    assert reading(None, {}) is None
    assert reading(None, {"x-hub-provenance": "0"}) is None
    asked = reading(Port(), {"x-hub-provenance": "1"})
    assert asked is not None
    assert asked.of_all
    only = reading(Port(), {})
    assert only is not None
    only.add("Patent", row("x", 1))
    only.add("Patent", row("实时", 1))
    assert list(only.groups) == [("Patent", "实时")]
    for index in range(MOST_GROUPS + 5):
        asked.add("Patent", row(str(index), 1))
    assert len(asked.groups) == MOST_GROUPS


async def test_rows_are_told_of_by_type_and_source() -> None:
    port, first, second = Port(), uuid4(), uuid4()
    port.of_batch = {second: SourceOfBatch("files", "RC-440000-01")}
    rows = ReadRows(None)
    for seconds, batch in ((30, first), (90, first), (10, second)):
        rows.add("Patent", row("文件", seconds, batch))
    rows.add("Listing", row("hub", 7))
    rows.add("Patent", row("实时", 50))
    entries = await provenance(port, [], rows, NOW)
    assert entries == [
        {
            "type": "Listing",
            "source": None,
            "sourceSystem": "hub",
            "center": None,
            "mode": "COPY",
            "asOf": "2025-12-31T23:59:53Z",
            "ageSeconds": 7.0,
            "count": 1,
            "oldest": "2025-12-31T23:59:53Z",
            "newest": "2025-12-31T23:59:53Z",
            "batch": None,
        },
        {
            "type": "Patent",
            "source": "files",
            "sourceSystem": "文件",
            "center": "RC-440000-01",
            "mode": "COPY",
            "asOf": "2025-12-31T23:58:30Z",
            "ageSeconds": 90.0,
            "count": 3,
            "oldest": "2025-12-31T23:58:30Z",
            "newest": "2025-12-31T23:59:50Z",
            "batch": str(second),
        },
        {
            "type": "Patent",
            "source": "live",
            "sourceSystem": "实时",
            "center": "FT-440300-01",
            "mode": "COPY",
            # It was pulled as a whole since the row was received.
            "asOf": "2025-12-31T23:59:55Z",
            "ageSeconds": 5.0,
            "reason": "LISTED",
            "count": 1,
            "oldest": "2025-12-31T23:59:10Z",
            "newest": "2025-12-31T23:59:10Z",
            "batch": None,
        },
    ]


@pytest.mark.parametrize(
    ("notes", "mode", "reason", "age"),
    [
        ([("LIVE", 0, None)], "LIVE", None, 0.0),
        ([("LIVE", 0, None), ("COPY", 8, "FRESH")], "COPY", "FRESH", 8.0),
        ([("COPY", 3, "FRESH"), ("COPY", 60, "SLOW"), ("LIVE", 0, None)], "COPY", "SLOW", 60.0),
        ([("COPY", None, "DOWN")], "COPY", "DOWN", None),
    ],
)
async def test_notes_of_one_source_become_one_entry(
    notes: list[Any], mode: str, reason: str | None, age: float | None
) -> None:
    given = [
        LiveNote("Patent", "live", "c", m, None if s is None else before(s), r) for m, s, r in notes
    ]
    (entry,) = await provenance(Port(), given, None, NOW)
    assert (entry["mode"], entry.get("reason"), entry["ageSeconds"]) == (mode, reason, age)


async def test_a_hidden_listing_is_neither_asked_for_nor_told_of(database: Database) -> None:
    fake = Fake("number", "projectNo")
    fake.put(listing("A-1"))
    source = config("LISTING", precedence="PLATFORM", live={"max_age": 0.001, "timeout": 2})
    async with live_sources(database, [source], fake.open) as port:
        await port.refresh("LISTING", [(PLATFORM, "A-1")])
        found = await database.fetchval("test.id", "select id from trading.listing")
        server = SubgraphServer(database, live=port)

        async def ask() -> Any:
            headers = {"x-hub-provenance": "1"}
            variables = {"id": str(found)}
            return await server.answer("trading", ANONYMOUS, LISTING, variables, None, headers)

        shown = await ask()
        assert shown["data"]["listing"]["status"] == "LISTED"
        assert [entry["mode"] for entry in shown["extensions"]["provenance"]] == ["LIVE"]
        await database.execute("test.hide", "update trading.listing set status = 'SCREEN_FAILED'")
        asked = len(fake.calls)
        assert await ask() == {"data": {"listing": None}}
        assert len(fake.calls) == asked


async def test_subgraphs_that_ask_each_other_tell_of_their_own_rows_only(
    database: Database,
) -> None:
    fake = Fake()
    fake.put(patent(1))
    async with live_sources(database, [config()], fake.open) as port:
        server = SubgraphServer(database, live=port)
        query = "query ($n: ApplicationNumber!) { patent(applicationNumber: $n) { title } }"
        answer = await server.local_peers.ask("patents", query, {"n": number(1)})
        assert answer == {"patent": {"title": "装置1"}}
        other = await server.answer("trading", ANONYMOUS, "{ demands { totalCount } }")
        assert other == {"data": {"demands": {"totalCount": 0}}}
