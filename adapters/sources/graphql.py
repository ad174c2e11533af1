"""GraphQL servers: the source kind `graphql`.

Batch = pages up to `bounds.batch_rows` rows (`net/segments.py`). The query is the source file's;
the hub sends it with variables for the page and for what is newer. An answer with `errors` fails
the pull even when it has data, for a part of a page would be a silent gap.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

import orjson

from adapters.config import SourceConfig
from adapters.net.client import Call
from adapters.net.connection import Connection
from adapters.net.lookups import MOST_KEYS, look_up
from adapters.net.marks import mark_finder, mark_to_send
from adapters.net.pages import At, Page, Steps
from adapters.net.retry import AT_ONCE, NEVER, Retry
from adapters.net.segments import Segments, cut, section_digest
from adapters.records import RecordBatch
from adapters.source import Capabilities, PullRequest
from adapters.sources.graphql_answers import GraphqlReader

_ACCEPT: Final = "application/graphql-response+json, application/json;q=0.9"


class Graphql:
    """The source kind `graphql`. `retry` is given by tests that do not want to wait."""

    def __init__(self, config: SourceConfig, *, retry: Retry | None = None) -> None:
        assert config.graphql is not None
        self._config, self._section = config, config.graphql
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
        self._reader = GraphqlReader(section, config.encoding, self._connection.hide)

    def batches(self, request: PullRequest) -> AsyncGenerator[RecordBatch, None]:
        """Yield the list in runs of pages; raises SourceProblem behind the last good page."""
        section = self._section
        incremental = section.incremental
        since = mark_to_send(incremental, request.since)

        async def fetch(at: At, is_look: bool) -> Page:
            variables = {**section.variables, **self._page_variables(at)}
            if incremental is not None and since is not None:
                variables[incremental.param] = _as_declared(section.query, incremental.param, since)
            call = self._call(section.query, variables)
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

    def _page_variables(self, at: At) -> dict[str, Any]:
        paging = self._section.paging
        if paging.kind == "none":
            return {}
        variables: dict[str, Any] = {paging.size_param: paging.size}
        if at is not None:
            variables[paging.variable] = at
        return variables

    def _call(self, query: str, variables: Mapping[str, Any]) -> Call:
        headers = {**self._section.headers, "Accept": _ACCEPT, "Content-Type": "application/json"}
        body = orjson.dumps({"query": query, "variables": variables})
        return Call("POST", self._section.url, headers, body)

    async def look_up(self, keys: Sequence[Mapping[str, str]]) -> RecordBatch:
        """Return the records of some keys (field of the feed → value); absent ones are left out.

        Raises:
            SourceProblem: no answer, or none that can be used.
        """
        lookup = self._section.lookup
        assert lookup is not None, "asked for nothing that is not declared"
        calls = [
            self._call(lookup.query, variables)
            for part in cut(list(keys), MOST_KEYS if lookup.many else 1)
            if (variables := _key_variables(lookup.keys, part, many=lookup.many)) is not None
        ]

        async def ask(call: Call) -> list[Any]:
            return self._reader.found(await self._connection.call(call, AT_ONCE))

        return await look_up(calls, ask, self._config.fields, self._section.each)

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()


def _as_declared(query: str, variable: str, mark: str) -> str | int | float:
    """Return a mark as a number where the query declares one: servers take no text for it.

    >>> _as_declared("query ($since: Int!) { a }", "since", "80")
    80
    >>> _as_declared("query ($since: DateTime) { a }", "since", "80")
    '80'
    """
    declared = re.search(rf"\${re.escape(variable)}\s*:\s*(Int|Float)\b", query)
    try:
        if declared is not None:
            return int(mark) if declared[1] == "Int" else float(mark)
    except ValueError:
        pass  # the server says what it wants
    return mark


def _key_variables(
    names: Mapping[str, str], keys: Sequence[Mapping[str, str]], *, many: bool
) -> dict[str, Any] | None:
    """Return the variables that ask for some keys; None when a part of the key is missing."""
    variables: dict[str, Any] = {}
    for field, name in names.items():
        values = [key[field] for key in keys if key.get(field)]
        if not values:
            return None
        variables[name] = values if many else values[0]
    return variables
