"""A REST interface that answers JSON, in the four ways lists are cut into pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import orjson
from starlette.requests import Request

from adapters.config import Kind, SourceConfig
from adapters.conformance.http_host import Answered, HttpHost, Played
from adapters.conformance.model import (
    BATCH,
    NO_RAW,
    PAGE,
    Ability,
    Fault,
    Item,
    Place,
    Reason,
    Subject,
)
from adapters.conformance.stages.shared import build_config
from adapters.conformance.subjects import ORGANIZATIONS

Form = Literal["page", "offset", "cursor", "link"]

_PAGING: Mapping[Form, Mapping[str, Any]] = {
    "page": {"kind": "page", "param": "pageNo", "total": "data.total"},
    "offset": {"kind": "offset", "param": "skip"},
    "cursor": {"kind": "cursor", "param": "after", "next": "data.next"},
    "link": {"kind": "link"},
}


class RestStage:
    """Platforms with one form of paging."""

    kind: Kind = "rest"
    subject: Subject = ORGANIZATIONS
    lacks: Mapping[Ability, Reason] = {}

    def __init__(self, folder: Path, host: HttpHost, form: Form) -> None:
        self._folder, self._host, self._form = folder, host, form
        self.variant: str = form

    @asynccontextmanager
    async def place(self, number: int) -> AsyncIterator[Place]:
        """Put a platform up."""
        yield RestPlace(number, self._folder, self._host, self._form)


class RestPlace:
    """One platform."""

    keeps_before = True

    def __init__(self, number: int, folder: Path, host: HttpHost, form: Form) -> None:
        self._number, self._folder, self._form = number, folder, form
        self._items: list[Item] = []
        self._played = Played(self._answer)
        self._code = f"kit-rest-{number}"
        self._url = host.add(self._code, self._played)
        self._nowhere = f"{host.url}/nowhere-{number}"

    def break_down(self, fault: Fault | None) -> None:
        self._played.break_down(fault)

    @property
    def early_calls(self) -> int:
        return self._played.early_calls

    async def put(self, items: Sequence[Item]) -> None:
        self._items = list(items)

    def config(
        self,
        *,
        nowhere: bool = False,
        incremental: bool = False,
        lookup: bool = False,
        **changes: Any,
    ) -> SourceConfig:
        section: dict[str, Any] = {
            "url": f"{self._nowhere if nowhere else self._url}/list",
            "records": "data.records",
            "paging": {**_PAGING[self._form], "size": PAGE, "size_param": "size"},
        }
        if incremental:
            section["incremental"] = {"param": "since", "field": "changed"}
        if lookup:
            section["lookup"] = {"keys": {"uscc": "uscc"}, "many": True}
        return build_config(
            self._code, "rest", ORGANIZATIONS, self._folder, {"rest": section} | changes
        )

    async def _answer(self, request: Request) -> Answered:
        """Answer one call for a page, as the platform's own manual says."""
        query = request.query_params
        items = self._asked(query.get("since"), query.get("uscc"))
        size = int(query.get("size", PAGE))
        begin = self._begin(query, size)
        page = items[begin : begin + size]
        end = begin + size
        data: dict[str, Any] = {"records": [self._record(item) for item in page]}
        headers = {}
        if self._form == "page":
            data["total"] = len(items)
        elif self._form == "cursor":
            data["next"] = f"c{end}" if end < len(items) else None
        elif self._form == "link" and end < len(items):
            more = f"&since={query['since']}" if "since" in query else ""
            headers["link"] = f'<{request.url.path}?size={size}&from={end}{more}>; rel="next"'
        body = orjson.dumps({"code": 200, "message": "ok", "data": data})
        return Answered(body, begin >= BATCH, headers)

    def _begin(self, query: Mapping[str, str], size: int) -> int:
        if self._form == "page":
            return (int(query.get("pageNo", 1)) - 1) * size
        if self._form == "offset":
            return int(query.get("skip", 0))
        if self._form == "cursor":
            return int(query.get("after", "c0")[1:])
        return int(query.get("from", 0))

    def _asked(self, since: str | None, keys: str | None) -> list[Item]:
        items = self._items
        if since is not None:
            items = [item for item in items if item.changed >= int(since)]
        if keys is not None:
            wanted = keys.split(",")
            items = [i for i in items if ORGANIZATIONS.key(self._number, i) in wanted]
        return items

    def _record(self, item: Item) -> Any:
        return ORGANIZATIONS.record(self._number, item) if item.raw is NO_RAW else item.raw
