"""The stage that finds the text of a document named by its id, and refuses what is not trusted.

How a document is named: `extensions.persistedQuery.sha256Hash` (Apollo, urql), `documentId`
(GraphQL over HTTP, appendix A; with or without `sha256:`), `doc_id` (Relay). Codes and rules are
Apollo Router's; clients of automatic persisted queries know the refusal by its message.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from federation.errors import FederationError, RequestError
from federation.server.exchange import Exchange
from federation.server.persisted.automatic import AutomaticDocuments
from federation.server.persisted.manifests import Places
from federation.server.persisted.registered import DocumentSource, RegisteredDocuments
from federation.server.persisted.trusted import TrustedFiles
from federation.server.settings.persisted_queries import (
    Apq,
    PersistedQueries,
    Safelist,
    is_apq_enabled,
)
from federation.server.wire.request import GraphQLRequest, HttpRequest, names_document
from federation.server.wire.response import MediaType

logger = logging.getLogger("federation.server")

_MAX_ID = 256


@dataclass(frozen=True, slots=True)
class PersistedDocuments:
    """`StoredDocuments`. `files`, `registered`: the trusted documents, None where there are none
    of the kind; `automatic`: those that clients registered, None when they may not.
    """

    safelist: Safelist
    log_unknown: bool
    trusts: bool
    files: TrustedFiles | None
    registered: RegisteredDocuments | None
    automatic: AutomaticDocuments | None

    def concerns(self, request: GraphQLRequest) -> bool:
        """Whether there is something to find: the request names a document, or texts are judged."""
        return self.trusts or request.query is None or names_document(request)

    async def find(self, exchange: Exchange, request: GraphQLRequest) -> None:
        """Put the text into `request.query`. Raises `RequestError`."""
        extension = request.extensions.get("persistedQuery")
        if extension is None and request.document_id is None:
            await self._unnamed(request)
            return
        document_id = _document_id(request, extension)
        if request.query is not None:
            await self._named_and_sent(request, document_id, automatic=extension is not None)
            return
        request.document_id = document_id
        text = await self._listed(document_id, exchange.http)
        if text is None and self.automatic is not None:
            text = self.automatic.get(document_id)
        if text is None:
            raise self._unknown(exchange.media_type)
        request.query = text

    def keep(self, request: GraphQLRequest) -> None:
        """Register the document of a request, now that it is known to be right."""
        if request.register and self.automatic is not None:
            assert request.document_id is not None
            assert request.query is not None
            self.automatic.put(request.document_id, request.query)

    async def _listed(self, document_id: str, http: HttpRequest) -> str | None:
        text = None
        if self.files is not None:
            text = (await self.files.current()).document(document_id, _client(http))
        if text is None and self.registered is not None:
            text = await self.registered.document(document_id)
        return text

    def _unknown(self, media_type: MediaType) -> RequestError:
        if self.automatic is None:
            return RequestError(
                "no document with this id is on the list; register it, or send the query",
                code="PERSISTED_QUERY_NOT_IN_LIST",
                http_status=404,
            )
        # As for a document that is wrong: well-formed, and no refusal to who takes plain JSON.
        return RequestError(
            "PersistedQueryNotFound",
            code="PERSISTED_QUERY_NOT_FOUND",
            http_status=200 if media_type is MediaType.JSON else 400,
        )

    async def _named_and_sent(
        self, request: GraphQLRequest, document_id: str, *, automatic: bool
    ) -> None:
        assert request.query is not None
        if self.automatic is None or not automatic:
            raise RequestError(
                "send the id of a document or the document, not both",
                code="CANNOT_SEND_PQ_ID_AND_BODY",
            )
        if _digest(request.query) != document_id:
            raise RequestError(
                "'sha256Hash' is not the SHA-256 of the query, in lower-case hexadecimal",
                code="PERSISTED_QUERY_HASH_MISMATCH",
            )
        await self._note_unknown(request.query)
        request.document_id = document_id
        request.register = True

    async def _unnamed(self, request: GraphQLRequest) -> None:
        """Take a document that was sent as such, or not."""
        if not self.trusts or request.query is None:
            return
        if self.safelist.require_id:
            await self._note_unknown(request.query)
            raise RequestError(
                "only documents on the list are run, named by their id",
                code="PERSISTED_QUERY_ID_REQUIRED",
            )
        if not self.safelist.enabled:
            await self._note_unknown(request.query)
            return
        # What runs is the document on the list, whatever else the client's text may mean.
        listed = await self._equal(request.query)
        if listed is None:
            self._note(request.query)
            raise RequestError(
                "this document is not on the list of those that may be run; register it first",
                code="QUERY_NOT_IN_SAFELIST",
                http_status=403,
            )
        request.query = listed

    async def _equal(self, text: str) -> str | None:
        listed = None
        if self.files is not None:
            listed = await (await self.files.current()).equal(text)
        if listed is None and self.registered is not None:
            found = await self.registered.document(_digest(text))
            listed = text if found == text else None
        return listed

    async def _note_unknown(self, text: str) -> None:
        if self.log_unknown and await self._equal(text) is None:
            self._note(text)

    def _note(self, text: str) -> None:
        if self.log_unknown:
            # Its text may hold values of the client, so only what identifies it is told.
            logger.warning("a document is not on the list of trusted ones: %s", _digest(text))


def _document_id(request: GraphQLRequest, extension: object) -> str:
    found = request.document_id
    if found is not None:
        found = found.removeprefix("sha256:")
    if extension is not None:
        if not isinstance(extension, dict) or extension.get("version", 1) != 1:
            raise _malformed("'extensions.persistedQuery' must have version 1 and a sha256Hash")
        digest = extension.get("sha256Hash")
        if not isinstance(digest, str) or (found is not None and digest != found):
            raise _malformed("'sha256Hash' must be a text, and the same as 'documentId'")
        found = digest
    assert found is not None
    if not 0 < len(found) <= _MAX_ID:
        raise _malformed("the id of a document is empty or too long")
    return found


def _malformed(problem: str) -> RequestError:
    return RequestError(problem, code="INVALID_GRAPHQL_REQUEST")


def _client(http: HttpRequest) -> str | None:
    name = http.header(b"apollographql-client-name") or http.header(b"graphql-client-name")
    return None if name is None else name.decode("latin-1")


def _digest(text: str) -> str:
    # A lone surrogate has no bytes of its own; such a text is refused later on.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _misconfigured(problem: str) -> FederationError:
    return FederationError(problem, code="INVALID_CONFIGURATION")


def build_documents(
    apq: Apq,
    persisted: PersistedQueries,
    automatic: AutomaticDocuments,
    source: DocumentSource | None,
) -> PersistedDocuments | None:
    """Return what the settings ask for, None when that is nothing.

    `automatic` is the process's own; `source`: the registry, where there is one. Raises
    `FederationError` for files that cannot be used and settings that contradict each other.
    """
    if apq.enabled and persisted.safelist.enabled:
        raise _misconfigured(
            "'apq.enabled: true' would let clients register documents beside the safelist; leave"
            " it out"
        )
    with_apq = is_apq_enabled(apq, persisted)
    if with_apq:
        automatic.resize(apq.router.cache.in_memory)
    if not persisted.enabled:
        if not with_apq:
            return None
        return PersistedDocuments(persisted.safelist, False, False, None, None, automatic)
    files = None
    if persisted.local_manifests or persisted.directory is not None:
        directory = None if persisted.directory is None else Path(persisted.directory)
        places = Places(tuple(map(Path, persisted.local_manifests)), directory)
        files = TrustedFiles(places, persisted.reload_interval if persisted.hot_reload else None)
    registered = None
    if persisted.registry:
        if source is None:
            raise _misconfigured(
                "'persisted_queries.registry: true' needs a registry, and there is none"
            )
        registered = RegisteredDocuments(source, persisted.cache_bytes, persisted.unknown_for)
    return PersistedDocuments(
        persisted.safelist,
        persisted.log_unknown,
        True,
        files,
        registered,
        automatic if with_apq else None,
    )
