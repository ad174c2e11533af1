"""Files of trusted documents → documents by id.

Formats: Apollo's manifest (`apollo-persisted-query-manifest`, version 1), a JSON object id →
document as Relay's compiler writes it, and a directory with a file `<id>.graphql` per document.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from federation.errors import FederationError

CODE = "PERSISTED_QUERY_MANIFEST_INVALID"

_APOLLO = "apollo-persisted-query-manifest"
_SUFFIXES = (".graphql", ".gql")
_SHA256 = re.compile(r"[0-9a-f]{64}")

# Client name (None: any client), id.
Name = tuple[str | None, str]

# What is compared to see that a file has changed: path, time of change in nanoseconds, size.
Stamp = tuple[str, int, int]


class _Operation(msgspec.Struct, rename="camel"):
    id: str
    body: str
    client_name: str | None = None


class _ApolloManifest(msgspec.Struct):
    format: str
    version: int
    operations: list[_Operation]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the documents are."""

    manifests: tuple[Path, ...] = ()
    directory: Path | None = None

    def stamps(self) -> tuple[Stamp, ...]:
        """Return the state of all files; a file that is missing has none."""
        return tuple(_stamp(path) for path in self._files() if path.is_file())

    def read(self) -> dict[Name, str]:
        """Return all documents. Raises `FederationError` naming the file that is wrong."""
        documents: dict[Name, str] = {}
        for path in self.manifests:
            for name, text in _manifest(path):
                _add(documents, name, text, path)
        if self.directory is not None:
            if not self.directory.is_dir():
                raise _invalid(self.directory, "is no directory")
            for path in self._in_directory():
                _add(documents, (None, path.stem), _document(path), path)
        return documents

    def _files(self) -> Iterator[Path]:
        yield from self.manifests
        yield from self._in_directory()

    def _in_directory(self) -> Sequence[Path]:
        if self.directory is None or not self.directory.is_dir():
            return ()
        return sorted(path for path in self.directory.iterdir() if path.suffix in _SUFFIXES)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size


def _manifest(path: Path) -> Iterator[tuple[Name, str]]:
    try:
        value = msgspec.json.decode(_bytes(path))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _invalid(path, f"is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise _invalid(path, "is not a JSON object")
    if "format" in value or "operations" in value:
        yield from _apollo(path, value)
        return
    for document_id, text in value.items():
        if not isinstance(text, str):
            raise _invalid(path, f"has something other than a document under {document_id!r}")
        yield (None, document_id), text


def _apollo(path: Path, value: Mapping[str, Any]) -> Iterator[tuple[Name, str]]:
    try:
        manifest = msgspec.convert(value, _ApolloManifest)
    except msgspec.ValidationError as error:
        raise _invalid(path, f"is no manifest: {error}") from None
    if manifest.format != _APOLLO or manifest.version != 1:
        raise _invalid(path, f"must have format {_APOLLO} and version 1")
    for operation in manifest.operations:
        yield (operation.client_name, operation.id), operation.body


def _document(path: Path) -> str:
    data = _bytes(path)
    # A hash that is wrong means that the file was changed after it was approved.
    if _SHA256.fullmatch(path.stem) and not any(
        hashlib.sha256(each).hexdigest() == path.stem for each in (data, data.rstrip(b"\r\n"))
    ):
        raise _invalid(path, "does not have the SHA-256 that its name says")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _invalid(path, "is not UTF-8") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _invalid(path, f"cannot be read: {error.strerror}") from None


def _add(documents: dict[Name, str], name: Name, text: str, path: Path) -> None:
    if documents.setdefault(name, text) != text:
        raise _invalid(path, f"has another document than an earlier file under {name[1]!r}")


def _invalid(path: Path, problem: str) -> FederationError:
    return FederationError(f"trusted documents: {path} {problem}", code=CODE)
