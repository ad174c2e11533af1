"""REST interfaces that answer JSON: the source kind `rest`.

Batch = pages up to `bounds.batch_rows` rows (`net/segments.py`). What differs between centres is in
the section `rest` of the source file: how pages are asked for, where the list, the total and the
next cursor stand, how an answer says that it is none.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from adapters.config import SourceConfig
from adapters.config.rest import RestSection
from adapters.net.auth import with_query
from adapters.net.client import Call, same_origin
from adapters.net.connection import Connection
from adapters.net.lookups import MOST_KEYS, look_up
from adapters.net.marks import mark_finder, mark_to_send
from adapters.net.pages import At, Page, Steps
from adapters.net.problems import origin
from adapters.net.retry import AT_ONCE, NEVER, Retry
from adapters.net.segments import Segments, cut, section_digest
from adapters.records import RecordBatch
from adapters.source import Capabilities, PullRequest
from adapters.sources.rest_answers import RestReader


class Rest:
    """The source kind `rest`. `retry` is given by tests that do not want to wait."""

    def __init__(self, config: SourceConfig, *, retry: Retry | None = None) -> None:
        assert config.rest is not None
        self._config, self._section = config, config.rest
        section = self._section
        self.capabilities = Capabilities(
            resumable=True,
            incremental=section.incremental is not None,
            deletions=config.deletions is not None,
            live_lookup=section.lookup is not None,
        )
        self._connection = Connection(
            section.auth, config.bounds, config.folder, section.ca_file, retry=retry
        )
        paging = section.paging
        start = paging.start if paging.start is not None else int(paging.kind == "page")
        self._steps = Steps(paging.kind, start, paging.size)
        self._reader = RestReader(section, config.encoding, self._connection)

    def batches(self, request: PullRequest) -> AsyncGenerator[RecordBatch, None]:
        """Yield the list in runs of pages; raises SourceProblem behind the last good page."""
        section = self._section
        incremental = section.incremental
        since = mark_to_send(incremental, request.since)

        async def fetch(at: At, is_look: bool) -> Page:
            call = self._list_call(at, since)
            answer = await self._connection.call(call, NEVER if is_look else None)
            return self._reader.page(answer)

        segments = Segments(
            self._steps,
            self._config.bounds.batch_rows,
            self._config.fields,
            section_digest(section, since),
            mark=mark_finder(incremental),
            each=section.each,
        )
        return segments.batches(fetch, request.cursor)

    def _list_call(self, at: At, since: str | None) -> Call:
        section, paging = self._section, self._section.paging
        url, params = section.url, dict[str, Any]()
        if paging.kind == "link" and isinstance(at, str):
            # Kept without its origin, which is the configured one.
            url = same_origin(url, f"{origin(url)}{at}")
            if section.method == "GET":
                return _call(section, url, {}, None)  # the address says all
        if paging.param is not None and paging.kind != "none" and at is not None:
            params[paging.param] = at
        if paging.size_param is not None:
            params[paging.size_param] = paging.size
        if section.incremental is not None and since is not None:
            params[section.incremental.param] = since
        return self._with_params(url, params)

    def _with_params(self, url: str, params: Mapping[str, Any]) -> Call:
        """Return a call: parameters go into the address, with POST into the body."""
        section = self._section
        fixed = dict(section.params)
        if section.method == "GET":
            return _call(section, url, {**fixed, **params}, None)
        body = orjson.loads(orjson.dumps(section.json or {}))
        for name, value in params.items():
            _put(body, name.split("."), value)
        return _call(section, url, fixed, body)

    async def look_up(self, keys: Sequence[Mapping[str, str]]) -> RecordBatch:
        """Return the records of some keys (field of the feed → value); absent ones are left out.

        Raises:
            SourceProblem: no answer, or none that can be used.
        """
        lookup = self._section.lookup
        assert lookup is not None, "asked for nothing that is not declared"
        size = MOST_KEYS if lookup.many else 1
        calls = [call for part in cut(list(keys), size) if (call := self._look_up_call(part))]

        async def ask(call: Call) -> list[Any]:
            return self._reader.found(await self._connection.call(call, AT_ONCE))

        return await look_up(calls, ask, self._config.fields, self._section.each)

    def _look_up_call(self, keys: Sequence[Mapping[str, str]]) -> Call | None:
        """Return the call for some keys; None when a key cannot stand in an address."""
        section, lookup = self._section, self._section.lookup
        assert lookup is not None
        url, params = lookup.url or section.url, dict[str, Any]()
        for field, name in lookup.keys.items():
            values = [key[field] for key in keys if key.get(field)]
            if not values:
                return None
            value = lookup.separator.join(values)
            place = f"{{{name.strip('{}')}}}"
            if place not in url:
                params[name] = value
            elif value in (".", ".."):
                return None  # would lead to another address
            else:
                url = url.replace(place, quote(value, safe=""))
        if lookup.many and section.paging.size_param is not None:
            params[section.paging.size_param] = max(section.paging.size, len(keys))
        return self._with_params(url, params)

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()


def _call(section: RestSection, url: str, params: Mapping[str, Any], body: Any) -> Call:
    headers = {"Accept": "application/json", **section.headers}
    if params:
        url = with_query(url, {name: _text(value) for name, value in params.items()})
    if section.method == "GET":
        return Call("GET", url, headers)
    headers.setdefault("Content-Type", "application/json")
    return Call("POST", url, headers, orjson.dumps(body or {}))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _put(body: dict[str, Any], names: list[str], value: Any) -> None:
    """Set a value in an object of a body; what stands in the way is replaced."""
    *outer, last = names
    for name in outer:
        inner = body.get(name)
        if not isinstance(inner, dict):
            inner = body[name] = {}
        body = inner
    body[last] = value
