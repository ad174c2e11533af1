"""A live source that tests hold in their hands, and invented records for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import msgspec

from adapters.config import SourceConfig
from adapters.records import RecordBatch
from adapters.source import Capabilities, PullRequest
from resolvers.values.application_numbers import check_character

PLATFORM = "FT-440300-01"
SELLER = "示例甲智能装备有限公司"


def number(index: int) -> str:
    """Return the canonical number of an invented utility model."""
    body = f"2020290{index:05d}"
    return f"CN{body}{check_character(body)}"


def patent(index: int, **changes: Any) -> dict[str, Any]:
    """Return a record of a patent."""
    return {
        "applicationNumber": number(index),
        "title": f"装置{index}",
        "applicants": SELLER,
        "filingDate": "2020-03-05",
        **changes,
    }


def listing(name: str, **changes: Any) -> dict[str, Any]:
    """Return a record of a listing of `PLATFORM`."""
    return {
        "projectNo": name,
        "项目名称": f"项目{name}",
        "patentNo": number(1),
        "转让方": SELLER,
        "挂牌起始日期": "2025-01-01",
        "挂牌截止日期": "2050-01-01",
        "挂牌价格（万元）": 10,
        "交易方式": "协议",
        **changes,
    }


def config(feed: str = "PATENT", **changes: Any) -> SourceConfig:
    """Return a live source; the fake needs no address."""
    defaults: dict[str, Any] = {
        "code": f"live-{feed.lower().replace('_', '-')}",
        "name": f"实时来源 {feed}",
        "center": PLATFORM,
        "kind": "rest",
        "feed": feed,
        "rest": {"url": "http://127.0.0.1:9/list"},
        "live": {"max_age": 3600, "timeout": 2},
        "bounds": {"timeout": 5, "open_after": 3},
    }
    if feed == "LISTING":
        defaults["constants"] = {"platform": PLATFORM}
    return msgspec.convert(defaults | changes, SourceConfig)


class Fake:
    """Answers from `records` by what `key` finds in a question. `gate`: closed while it is slow."""

    def __init__(self, field: str = "applicationNumber", name: str = "applicationNumber") -> None:
        self.capabilities = Capabilities(resumable=True, incremental=True, live_lookup=True)
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.calls: list[list[Mapping[str, str]]] = []
        self.pulls: list[PullRequest] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.closed = False
        self._field, self._name = field, name

    def put(self, *records: dict[str, Any]) -> None:
        """Make these records what the source says, each in place of what it said before."""
        for record in records:
            self.records[record[self._name]] = [record]

    def open(self, config: SourceConfig) -> Fake:
        return self

    async def look_up(self, keys: Sequence[Mapping[str, str]]) -> RecordBatch:
        self.calls.append(list(keys))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        batch = RecordBatch("look-up")
        for key in keys:
            for record in self.records.get(key[self._field], ()):
                batch.add(record)
        return batch

    async def batches(self, request: PullRequest) -> AsyncGenerator[RecordBatch, None]:
        self.pulls.append(request)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        batch = RecordBatch(f"pull {len(self.pulls)}")
        for records in self.records.values():
            for record in records:
                batch.add(record)
        yield batch

    async def close(self) -> None:
        self.closed = True
