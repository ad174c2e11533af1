"""A call with files, outwards: the GraphQL multipart request specification.

`FileTransport` stands before all other transports of one request. It marks the calls whose
variables have files in them; `form` is what is then sent over HTTP instead of JSON.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from federation.execution.files import Files, UploadedFile
from federation.execution.json_codec import encode
from federation.execution.transport import SubgraphRequest, SubgraphResponse, SubgraphTransport

_PIECE = 64 * 1024
# The client's words go into a header: what could end the value, or the line, does not.
_UNSAFE = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


class FileTransport:
    """`SubgraphTransport` of one request with files."""

    def __init__(self, inner: SubgraphTransport, files: Files) -> None:
        self._inner = inner
        self._files = files

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the subgraph's response. See `SubgraphTransport.send`."""
        if self._files.places(request.variables):
            request = replace(request, files=self._files)
        return await self._inner.send(request)

    async def close(self) -> None:
        """Nothing is held of its own."""


def with_files(
    transports: Mapping[str, SubgraphTransport], files: Files
) -> Mapping[str, SubgraphTransport]:
    """Return the transports for a request that has files."""
    return {name: FileTransport(inner, files) for name, inner in transports.items()}


@dataclass(frozen=True, slots=True)
class Form:
    """A body ready to send, as often as need be. `length` in bytes."""

    content_type: str
    length: int
    pieces: tuple[bytes | UploadedFile, ...]

    def headers(self) -> dict[str, str]:
        """Return the headers that go with it; the last one lets it pass the guard that servers
        have against forms of foreign pages.
        """
        return {
            "content-type": self.content_type,
            "content-length": str(self.length),
            "apollo-require-preflight": "true",
        }

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the body."""
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            # By position, since a call that is repeated begins anew.
            for at in range(0, piece.size, _PIECE):
                piece.content.seek(at)
                yield piece.content.read(_PIECE)


def form(request: SubgraphRequest) -> Form:
    """Return the form for a request with files."""
    files = request.files
    assert files is not None
    boundary = "hub-" + secrets.token_hex(16)
    places = files.places(request.variables)
    operations = {"query": request.query, "variables": files.emptied(request.variables)}
    if request.operation_name is not None:
        operations["operationName"] = request.operation_name
    of_file: dict[UploadedFile, list[str]] = {}
    for place, file in places:
        of_file.setdefault(file, []).append(place)
    names = {str(index): found for index, found in enumerate(of_file.values())}
    pieces: list[bytes | UploadedFile] = [
        _field(boundary, "operations", encode(operations)) + _field(boundary, "map", encode(names))
    ]
    for index, file in enumerate(of_file):
        pieces += [_file_head(boundary, str(index), file), file, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    length = sum(len(piece) if isinstance(piece, bytes) else piece.size for piece in pieces)
    return Form(f"multipart/form-data; boundary={boundary}", length, tuple(pieces))


def _field(boundary: str, name: str, value: bytes) -> bytes:
    head = f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'
    return head.encode() + value + b"\r\n"


def _file_head(boundary: str, name: str, file: UploadedFile) -> bytes:
    file_name = file.name.translate(_UNSAFE)
    content_type = file.content_type.translate(_UNSAFE)
    return (
        f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        f"content-type: {content_type}\r\n\r\n"
    ).encode()
