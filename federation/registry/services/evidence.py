"""What clients ask: stored documents and recorded usage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from graphql import GraphQLError, OperationDefinitionNode, parse

from federation.registry.access import Action, Caller, allow_on_graph
from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef
from federation.registry.proposals import check_text, size_of
from federation.registry.services.core import Core
from federation.registry.usage import DocumentsReport, OperationUsage, StoredDocument

MOST_ID = 200
MOST_NAME = 200
KINDS = ("query", "mutation", "subscription")


class EvidenceKeeping(Core):
    """See the module."""

    async def put_documents(
        self, caller: Caller, graph: str, manifest: Sequence[StoredDocument]
    ) -> DocumentsReport:
        """Store trusted documents; equal ones are skipped, all or nothing is stored.

        Who added them and when is set here. Raises E010, E033, INVALID_INPUT, DOCUMENT_CONFLICT.
        """
        allow_on_graph(caller, Action.PUBLISH_DOCUMENTS, graph)
        if len(manifest) > self._settings.max_documents:
            raise RegistryError(
                "INVALID_INPUT",
                f"a manifest has at most {self._settings.max_documents} documents",
            )
        now = self._now()
        documents: dict[str, StoredDocument] = {}
        for given in manifest:
            self._check_document(given)
            known = documents.setdefault(
                given.id, replace(given, added_at=now, added_by=caller.name)
            )
            if known.body != given.body:
                raise _conflict(f'the manifest has two documents with the id "{given.id}"')
        audit = self._audit_graph(caller, graph, "documents.put", graph, documents=len(documents))
        added = await self._store.add_documents(graph, list(documents.values()), audit)
        if added is None:
            raise _conflict("a document with another text is stored under one of the ids")
        return DocumentsReport(added, len(documents) - len(added))

    def _check_document(self, document: StoredDocument) -> None:
        check_text(document.id, "a document's id", MOST_ID, required=True)
        check_text(document.name, "a document's name", MOST_NAME)
        check_text(document.client_name, "a client's name", MOST_NAME)
        if document.kind not in KINDS:
            raise RegistryError(
                "INVALID_INPUT", f'the kind of "{document.id}" is not one of {", ".join(KINDS)}'
            )
        if size_of(document.body, "a document") > self._settings.max_document_bytes:
            raise RegistryError("INVALID_INPUT", f'the document "{document.id}" is too large')
        try:
            parsed = parse(document.body, no_location=True)
        except GraphQLError as error:
            raise RegistryError(
                "INVALID_INPUT", f'the document "{document.id}" cannot be read: {error.message}'
            ) from None
        if not any(isinstance(node, OperationDefinitionNode) for node in parsed.definitions):
            raise RegistryError("INVALID_INPUT", f'the document "{document.id}" has no operation')

    async def documents(
        self, caller: Caller, graph: str, client_name: str | None = None
    ) -> tuple[StoredDocument, ...]:
        """Return stored documents (of a client), by id. Raises E010."""
        allow_on_graph(caller, Action.READ, graph)
        return await self._store.documents(graph, client_name)

    async def document(self, graph: str, document_id: str) -> StoredDocument | None:
        """Return a stored document, for the hub itself."""
        if len(document_id) > MOST_ID or "\0" in document_id:
            return None
        return await self._store.document(graph, document_id)

    async def record_usage(self, ref: GraphRef, batch: Sequence[OperationUsage]) -> None:
        """Add what clients asked to what is recorded already, for the hub itself.

        Names are cut to 200 characters, hours to their beginning.
        """
        await self._store.record_usage(ref, [_storable(usage) for usage in batch])

    async def usage_since(self, ref: GraphRef, since: datetime) -> tuple[OperationUsage, ...]:
        """Return what was asked since then, summed per operation and client, for the hub itself.

        `hour` is the last in which it was asked.
        """
        return await self._store.usage_since(ref, since)

    async def prune_usage(self, before: datetime) -> int:
        """Forget usage of earlier hours and operations nobody asked since; return how many rows."""
        return await self._store.prune_usage(before)


def _conflict(what: str) -> RegistryError:
    return RegistryError(
        "DOCUMENT_CONFLICT",
        f"{what}; nothing was stored. A document never changes: give the new text another id, such "
        "as its SHA-256",
    )


def _storable(usage: OperationUsage) -> OperationUsage:
    return replace(
        usage,
        name=_text(usage.name)[:MOST_NAME],
        text=_text(usage.text),
        client_name=_text(usage.client_name)[:MOST_NAME],
        client_version=_text(usage.client_version)[:MOST_NAME],
        hour=usage.hour.replace(minute=0, second=0, microsecond=0),
    )


def _text(text: str) -> str:
    """Return what PostgreSQL can store: clients send what they like."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
