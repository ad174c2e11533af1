"""Trusted documents as Rover publishes them (`rover persisted-queries publish`).

A graph has one list. What is stored under an id never changes: other bodies are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from federation.registry.errors import RegistryError
from federation.server.registry_api.context import Context
from federation.server.registry_api.inputs import read_document


class DocumentList:
    """`PersistedQueryList`."""

    def __init__(self, graph: str) -> None:
        self.id = graph
        self.name = graph


class DocumentListMutation:
    """`PersistedQueryListMutation`."""

    def __init__(self, context: Context, graph: str) -> None:
        self._context = context
        self._graph = graph

    async def publish_operations(
        self, operations: Sequence[Mapping[str, Any]] | None = None
    ) -> PublishedOperations | OperationsRefused:
        registry, caller = self._context.registry, self._context.caller
        manifest = [read_document(each) for each in operations or ()]
        try:
            report = await registry.put_documents(caller, self._graph, manifest)
        except RegistryError as error:
            typename = _REFUSED.get(error.code)
            if typename is None:
                raise
            return OperationsRefused(typename, error.message)
        stored = len(await registry.documents(caller, self._graph))
        return PublishedOperations(self._graph, len(report.added), report.unchanged, stored)


_REFUSED = {"E033": "PermissionError", "DOCUMENT_CONFLICT": "CannotModifyOperationBodyError"}


class OperationsRefused:
    """`PermissionError` or `CannotModifyOperationBodyError`."""

    def __init__(self, typename: str, message: str) -> None:
        self.typename = typename
        self.message = message


class PublishedOperations:
    """`PublishOperationsResult`. `stored`: how many documents the list has now."""

    typename = "PublishOperationsResult"

    def __init__(self, graph: str, added: int, identical: int, stored: int) -> None:
        counts = {
            "added": added,
            "identical": identical,
            "unaffected": stored - added - identical,
            "updated": 0,
            "removed": 0,
        }
        self.unchanged = added == 0
        self.build = {
            "list": DocumentList(graph),
            "revision": stored,
            "publish": {"operation_counts": counts},
        }
