"""Files sent with an operation: the GraphQL multipart request specification, inwards.

`multipart/form-data` with the parts `operations` (the request, null where a file belongs), `map`
(part name → places in `operations`) and then the files. They are written to temporary files while
they come; what follows sees a JSON request with a stand-in for each file (`execution.files`).

A page of another origin can make a browser send such a form without asking, so one of the CSRF
headers is needed before anything is read.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Receive

from federation.errors import RequestError
from federation.execution.files import Files, UploadedFile
from federation.execution.json_codec import decode, encode
from federation.plan.nodes import OperationKind
from federation.server.preparation import Prepared
from federation.server.settings.uploads import FileUploads
from federation.server.wire.bodies import too_large
from federation.server.wire.request import HttpRequest
from federation.server.wire.stream_formats import Acceptable

TOO_LARGE = "FILE_UPLOADS_FILE_TOO_LARGE"
TOO_MANY = "FILE_UPLOADS_LIMITS_MAX_FILES_EXCEEDED"
MALFORMED = "INVALID_MULTIPART_REQUEST"

# It warns of every form that is not well-formed: a line in the log for whoever wants to write one.
logging.getLogger("python_multipart").setLevel(logging.ERROR)

# A file up to this size stays in memory.
_IN_MEMORY = 256 * 1024
_MAX_MAP = 64 * 1024
# Parts that are no files, and the lines between parts, for each file.
_OVERHEAD = 4096
_MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class Uploads:
    """The rule of one server. `max_bytes`: of `operations`."""

    max_bytes: int
    max_file_bytes: int
    max_files: int

    async def read(self, http: HttpRequest, receive: Receive) -> bool:
        """Read the form; `http` is then a request in JSON, with its files. Returns False when the
        client has gone. Raises `RequestError`; no file is left behind then.
        """
        if http.header(b"content-encoding") is not None:
            raise RequestError(
                "a form with files is not taken compressed",
                code="UNSUPPORTED_CONTENT_ENCODING",
                http_status=415,
            )
        form = _Form(self, _boundary(http))
        try:
            most = self.max_bytes + _MAX_MAP + (self.max_file_bytes + _OVERHEAD) * self.max_files
            size, more = 0, True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    form.files.close()
                    return False
                body = message.get("body", b"")
                size += len(body)
                if size > most:
                    raise too_large(most)
                form.feed(body)
                more = message.get("more_body", False)
            http.body = form.finish()
        except BaseException:
            form.discard()
            raise
        http.files = form.files
        http.replace_header(b"content-type", b"application/json")
        return True


def is_form(http: HttpRequest) -> bool:
    """Return whether the body is a multipart form."""
    content_type = http.header(b"content-type")
    return content_type is not None and content_type.lower().startswith(b"multipart/form-data")


def build_uploads(settings: FileUploads, max_bytes: int) -> Uploads | None:
    """Return what the settings ask for, None when forms are refused."""
    limits = settings.protocols.multipart.limits
    if not settings.enabled:
        return None
    return Uploads(max_bytes, limits.max_file_bytes, limits.max_files)


def check_files(
    files: Files, prepared: Prepared, variables: Mapping[str, Any], takes: Acceptable
) -> None:
    """Refuse operations whose files cannot be passed on: to two subgraphs, or to a stream.

    Raises `RequestError`.
    """
    if prepared.operation.kind is OperationKind.SUBSCRIPTION or (
        takes.defer and prepared.defers is not None
    ):
        raise RequestError(
            "files cannot be sent with a subscription or an operation with @defer",
            code="FILE_UPLOADS_NOT_SUPPORTED",
        )
    names = files.names(variables)
    subgraphs = {
        step.subgraph for step in prepared.compiled.steps if not names.isdisjoint(step.variables)
    }
    if len(subgraphs) > 1:
        raise RequestError(
            f"the files of one operation can go to one subgraph only, not to {len(subgraphs)}",
            code="FILE_UPLOADS_SEVERAL_SUBGRAPHS",
        )


def _boundary(http: HttpRequest) -> bytes:
    _, options = parse_options_header(http.header(b"content-type"))
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= 70:  # RFC 2046 §5.1.1
        raise _malformed("the content-type names no usable boundary")
    return boundary


@dataclass(slots=True)
class _Part:
    """A part while it comes. `content` is None for the parts that are not files."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    file_name: str = ""
    data: bytearray = field(default_factory=bytearray)
    content: BinaryIO | None = None
    size: int = 0


class _Form:
    """What has come of one form."""

    def __init__(self, rule: Uploads, boundary: bytes) -> None:
        self.files = Files()
        self._rule = rule
        self._part = _Part()
        self._header = bytearray()
        self._value = bytearray()
        self._operations: Any = None
        self._seen: set[str] = set()
        self._places: dict[str, list[list[str]]] = {}
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, a, b: self._header.extend(data[a:b]),
                "on_header_value": lambda data, a, b: self._value.extend(data[a:b]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._finished,
            },
        )

    def feed(self, body: bytes) -> None:
        """Take the next bytes. Raises `RequestError`."""
        try:
            self._parser.write(body)
        except FormParserError:
            raise _malformed("the form is not as its boundary says") from None

    def finish(self) -> bytes:
        """Return the request as JSON. Raises `RequestError` when something is missing."""
        if not self._ended:
            raise _malformed("the form has no end")
        missing = [name for name in self._places if name not in self._seen]
        if "operations" not in self._seen or "map" not in self._seen:
            raise _malformed("the form must have the parts 'operations' and 'map'")
        if missing:
            raise _malformed("the form lacks a file that its 'map' names")
        return encode(self._operations)

    def discard(self) -> None:
        """Let go of all files, also of the one that is on its way."""
        self.files.close()
        if self._part.content is not None:
            self._part.content.close()

    def _begin(self) -> None:
        self._part = _Part()

    def _header_end(self) -> None:
        self._part.headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _headers_end(self) -> None:
        part = self._part
        _, options = parse_options_header(part.headers.get(b"content-disposition"))
        part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if not part.name or len(part.name) > _MAX_NAME or part.name in self._seen:
            raise _malformed("a part of the form has no name, or one that was there before")
        self._seen.add(part.name)
        if part.name in ("operations", "map"):
            if part.name == "map" and "operations" not in self._seen:
                raise _malformed("'operations' must be the first part of the form")
            return
        if "map" not in self._seen:
            raise _malformed("files must come after 'operations' and 'map'")
        if part.name not in self._places:
            raise _malformed("the form has a file that its 'map' does not name")
        # What the client calls it is only passed on; it never becomes a path.
        part.file_name = options.get(b"filename", b"").decode("utf-8", "replace")[:_MAX_NAME]
        part.content = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115

    def _data(self, data: bytes, start: int, end: int) -> None:
        part, rule = self._part, self._rule
        part.size += end - start
        if part.content is None:
            most = rule.max_bytes if part.name == "operations" else _MAX_MAP
            if part.size > most:
                raise too_large(most)
            part.data += data[start:end]
            return
        if part.size > rule.max_file_bytes:
            raise RequestError(
                f"a file is larger than the {rule.max_file_bytes} bytes allowed",
                code=TOO_LARGE,
                http_status=413,
            )
        part.content.write(data[start:end])

    def _end(self) -> None:
        part = self._part
        if part.content is not None:
            part.content.seek(0)
            content_type = part.headers.get(b"content-type", b"application/octet-stream")
            file = UploadedFile(
                part.file_name, content_type.decode("latin-1"), part.size, part.content
            )
            stand_in = self.files.add(file)
            for place in self._places[part.name]:
                _put(self._operations, place, stand_in)
        elif part.name == "operations":
            self._operations = _json(part)
            if isinstance(self._operations, list):
                raise _malformed("files cannot be sent with several operations; send one")
            if not isinstance(self._operations, dict):
                raise _malformed("'operations' must be a JSON object")
        else:
            self._places = _read_map(_json(part))
            if len(self._places) > self._rule.max_files:
                raise RequestError(
                    f"more than the {self._rule.max_files} files allowed in one request",
                    code=TOO_MANY,
                    http_status=413,
                )
            for places in self._places.values():
                for place in places:
                    _put(self._operations, place, None)

    def _finished(self) -> None:
        self._ended = True


def _json(part: _Part) -> Any:
    try:
        return decode(bytes(part.data))
    except ValueError:
        raise _malformed(f"'{part.name}' is not valid JSON") from None


def _read_map(value: Any) -> dict[str, list[list[str]]]:
    if not isinstance(value, Mapping) or not all(
        isinstance(places, list) and places and all(isinstance(place, str) for place in places)
        for places in value.values()
    ):
        raise _malformed("'map' must give a list of places for each file")
    return {name: [place.split(".") for place in places] for name, places in value.items()}


def _put(operations: Any, place: list[str], stand_in: str | None) -> None:
    """Put a file's stand-in where null is; only below `variables`."""
    if len(place) < 2 or place[0] != "variables":
        raise _malformed("'map' may name places in 'variables' only, such as variables.file")
    holder = operations
    for step in place[:-1]:
        holder = _below(holder, step)
    last = place[-1]
    if _below(holder, last) is not None:
        raise _malformed("'map' names a place that is not null in 'operations'")
    if stand_in is not None:
        holder[int(last) if isinstance(holder, list) else last] = stand_in


def _below(holder: Any, step: str) -> Any:
    if isinstance(holder, dict) and step in holder:
        return holder[step]
    if isinstance(holder, list) and step.isascii() and step.isdigit() and len(step) < 7:
        index = int(step)
        if index < len(holder):
            return holder[index]
    raise _malformed("'map' names a place that is not in 'operations'")


def _malformed(problem: str) -> RequestError:
    return RequestError(problem, code=MALFORMED)
