"""Answers of GraphQL servers: the records of a list or Relay connection, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.config.graphql import GraphqlSection
from adapters.net.answers import read_json
from adapters.net.client import Answer
from adapters.net.connection import bad_status
from adapters.net.pages import Page
from adapters.net.paths import compile_path, read_total
from adapters.net.problems import CallFailed, reported, unusable


class GraphqlReader:
    """`hide` takes secrets out of what the server says."""

    def __init__(
        self, section: GraphqlSection, encoding: str | None, hide: Callable[[str], str]
    ) -> None:
        self._section, self._encoding, self._hide = section, encoding, hide
        self._records = compile_path(section.records)
        self._total = compile_path(section.paging.total) if section.paging.total else None
        self._found = compile_path(section.lookup.records) if section.lookup else None

    def page(self, answer: Answer) -> Page:
        """Return the page an answer holds; raises CallFailed `SOURCE_STATUS`, `SOURCE_ANSWER`."""
        data = self._data(answer)
        found = self._records(data)
        where = self._section.records
        if self._section.paging.kind == "relay":
            if not isinstance(found, dict):
                raise unusable(f"{where} 处不是连接 / no connection at {where}")
            return Page(_nodes(found, where), _end_cursor(found, where))
        records = _nodes(found, where) if isinstance(found, dict) else found
        if not isinstance(records, list):
            raise unusable(f"没有记录数组（{where}）/ no array of records ({where})")
        total = None
        if self._total is not None:
            total = read_total(self._total(data), self._section.paging.total or "")
        return Page(records, None, total)

    def found(self, answer: Answer) -> list[Any]:
        """Return the records of a look-up: a list, a connection, a single one, or none."""
        assert self._found is not None
        found = self._found(self._data(answer))
        if isinstance(found, dict):
            is_connection = "pageInfo" in found or "edges" in found or "nodes" in found
            found = _nodes(found, "lookup.records") if is_connection else [found]
        if found is None:
            return []
        if not isinstance(found, list):
            raise unusable("查询结果不是记录 / what was found is no record")
        # A list of keys is answered with null for each that is not there.
        return [record for record in found if record is not None]

    def _data(self, answer: Answer) -> Any:
        """Return `data` of an answer that has no errors."""
        is_good = 200 <= answer.status < 300
        try:
            document = read_json(answer, self._encoding)
        except CallFailed:
            if is_good:
                raise
            document = None
        if isinstance(document, dict) and document.get("errors"):
            raise self._failed(document["errors"])
        if not is_good:
            raise bad_status(answer)
        if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
            raise unusable("没有 data / there is no data")
        return document["data"]

    def _failed(self, errors: Any) -> CallFailed:
        first = errors[0] if isinstance(errors, list) else errors
        message = first.get("message") if isinstance(first, dict) else first
        return reported(self._hide(str(message)))


def _nodes(connection: Mapping[str, Any], where: str) -> list[Any]:
    """Return the nodes of a connection; what is no node stays a record, and a finding of its row.

    >>> _nodes({"edges": [{"node": {"id": 1}}, None]}, "items")
    [{'id': 1}, None]
    """
    nodes = connection.get("nodes")
    if isinstance(nodes, list):
        return nodes
    edges = connection.get("edges")
    if not isinstance(edges, list):
        raise unusable(f"{where} 没有 edges 或 nodes / {where} has neither edges nor nodes")
    return [edge.get("node") if isinstance(edge, dict) else None for edge in edges]


def _end_cursor(connection: Mapping[str, Any], where: str) -> str | None:
    """Return where the next page begins, None on the last one."""
    info = connection.get("pageInfo")
    goes_on = info.get("hasNextPage") if isinstance(info, dict) else None
    if not isinstance(info, dict) or not isinstance(goes_on, bool):
        what = "pageInfo { hasNextPage endCursor }"
        raise unusable(f"{where} 没有 {what} / {where} has no {what}")
    if not goes_on:
        return None
    cursor = info.get("endCursor")
    if not isinstance(cursor, str) or not cursor:
        raise unusable(
            f"{where} 还有下一页却没有 endCursor / more pages but no endCursor in {where}"
        )
    return cursor
