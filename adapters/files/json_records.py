"""Records of a JSON document: an array, an envelope `{code, message, data{records[]}}`, or lines.

An envelope is read only when its `code` says success (0 or 200, DOMAIN §4.4); otherwise its own
message becomes the reason for refusing the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import orjson

from adapters.errors import FileRefused
from adapters.files.limits import Limits
from adapters.findings import finding, shown
from adapters.model import Cell, SourceRecord

_SUCCESS = (0, 200, "0", "200")
_LISTS = ("records", "items", "rows", "list")


def read_json_records(file: BinaryIO, limits: Limits) -> Iterator[SourceRecord]:
    """Yield the records; `row` is the position in the array, from 1.

    Raises:
        FileRefused: `FILE_FORMAT` when it is no JSON or holds no array of records.
    """
    file.seek(0)
    raw = file.read()
    try:
        document = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FileRefused("FILE_FORMAT", reason=f"JSON: {error}") from error
    for number, item in enumerate(_records(document), 1):
        if isinstance(item, dict):
            yield SourceRecord(number, flat_record(item, limits))
        else:
            problem = finding("RECORD_SHAPE", row=number, value=item)
            yield SourceRecord(number, {"": shown(item)}, (problem,))


def _records(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        if document.get("code", 0) not in _SUCCESS:
            message = shown(document.get("message")) or ""
            raise FileRefused("FILE_FORMAT", reason=f"code {document['code']} {message}")
        inner = document.get("data", document)
        if isinstance(inner, list):
            return inner
        if isinstance(inner, dict):
            for name in _LISTS:
                if isinstance(inner.get(name), list):
                    found: list[Any] = inner[name]
                    return found
    raise FileRefused("FILE_FORMAT", reason="JSON 中没有记录数组 / no array of records in the JSON")


def flat_record(item: Mapping[str, Any], limits: Limits, prefix: str = "") -> dict[str, Cell]:
    """Return one level of cells: nested objects by dotted names, lists of scalars joined."""
    cells: dict[str, Cell] = {}
    for name, value in list(item.items())[: limits.columns]:
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            if not prefix:
                cells.update(flat_record(value, limits, f"{key}."))
        elif isinstance(value, list):
            cells[key] = "\n".join(str(part) for part in value if not isinstance(part, dict | list))
        else:
            cells[key] = value
    return cells
