"""A REST interface that answers JSON, in the four ways lists are cut into pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request

from adapters.conformance.http_host import Answered
from adapters.conformance.model import BATCH, NO_RAW, PAGE, Item
from adapters.conformance.stages.http import HttpPlace
from adapters.conformance.subjects import ORGANIZATIONS

_PAGING: Final[Mapping[str, Mapping[str, Any]]] = {
    "page": {"kind": "page", "param": "pageNo", "total": "data.total"},
    "offset": {"kind": "offset", "param": "skip"},
    "cursor": {"kind": "cursor", "param": "after", "next": "data.next"},
    "link": {"kind": "link"},
}
FORMS: Final = tuple(_PAGING)


class RestPlace(HttpPlace):
    """One platform."""

    kind = "rest"
    path = "/list"

    def section(self) -> dict[str, Any]:
        return {
            "records": "data.records",
            "paging": {**_PAGING[self.form], "size": PAGE, "size_param": "size"},
        }

    def lookup(self) -> dict[str, Any]:
        return {"keys": {"uscc": "uscc"}, "many": True}

    async def answer(self, request: Request) -> Answered:
        query = request.query_params
        items = self._asked(query.get("since"), query.get("uscc"))
        size = int(query.get("size", PAGE))
        begin = self._begin(query, size)
        page = items[begin : begin + size]
        end = begin + size
        data: dict[str, Any] = {"records": [self._record(item) for item in page]}
        headers = {}
        if self.form == "page":
            data["total"] = len(items)
        elif self.form == "cursor":
            data["next"] = f"c{end}" if end < len(items) else None
        elif self.form == "link" and end < len(items):
            more = f"&since={query['since']}" if "since" in query else ""
            headers["link"] = f'<{request.url.path}?size={size}&from={end}{more}>; rel="next"'
        body = orjson.dumps({"code": 200, "message": "ok", "data": data})
        return Answered(body, begin >= BATCH, headers)

    def _begin(self, query: Mapping[str, str], size: int) -> int:
        if self.form == "page":
            return (int(query.get("pageNo", 1)) - 1) * size
        if self.form == "offset":
            return int(query.get("skip", 0))
        if self.form == "cursor":
            return int(query.get("after", "c0")[1:])
        return int(query.get("from", 0))

    def _asked(self, since: str | None, keys: str | None) -> list[Item]:
        items = self.items
        if since is not None:
            items = [item for item in items if item.changed >= int(since)]
        if keys is not None:
            wanted = keys.split(",")
            items = [i for i in items if ORGANIZATIONS.key(self.number, i) in wanted]
        return items

    def _record(self, item: Item) -> Any:
        return ORGANIZATIONS.record(self.number, item) if item.raw is NO_RAW else item.raw
