"""Records of a JSON document: an array, an envelope `{code, message, data{records[]}}`, or one
record alone (DOMAIN §4.4).

An envelope is read only when its `code` says success (0 or 200); otherwise its own message becomes
the reason for refusing the file. A document is held in memory whole, so its size is bounded; larger
ones come as JSON Lines (`json_lines.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import orjson

from adapters.errors import FileRefused
from adapters.files.limits import Limits
from adapters.files.record_path import RecordPath
from adapters.findings import shown
from adapters.model import Cell

_SUCCESS: Final = (0, 200, "0", "200")
_LISTS: Final = ("records", "items", "rows", "list")
_MESSAGES: Final = ("message", "msg")


def read_json_records(file: BinaryIO, encoding: str, path: RecordPath | None = None) -> list[Any]:
    """Return the records, of whatever shape.

    Raises:
        FileRefused: `FILE_FORMAT` when it is no JSON, says that it failed, or has no records;
            `FILE_CHANGED` when the bytes no longer decode.
    """
    file.seek(0)
    try:
        document = orjson.loads(file.read().decode(encoding))
    except UnicodeDecodeError as error:
        raise FileRefused("FILE_CHANGED") from error
    except orjson.JSONDecodeError as error:
        raise FileRefused("FILE_FORMAT", reason=f"JSON: {error}") from error
    _refuse_failure(document)
    return list(path.take(document)) if path is not None else _records(document)


def _refuse_failure(document: Any) -> None:
    """Refuse the answer of an interface that says it went wrong."""
    if not isinstance(document, dict) or not _is_envelope(document):
        return
    if document.get("code", 0) not in _SUCCESS:
        message = next((shown(document[name]) for name in _MESSAGES if name in document), "")
        raise FileRefused("FILE_FORMAT", reason=f"code {shown(document['code'])} {message}")


def _is_envelope(document: Mapping[str, Any]) -> bool:
    """Return whether the object stands around records; a record may have a `code` of its own."""
    return "data" in document or any(name in document for name in (*_MESSAGES, *_LISTS))


def _records(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        inner = document.get("data", document)
        if isinstance(inner, list):
            return inner
        if isinstance(inner, dict):
            for name in _LISTS:
                if isinstance(inner.get(name), list):
                    found: list[Any] = inner[name]
                    return found
            if inner:
                return [inner]
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
            cells[key] = joined(value)
        else:
            cells[key] = value
    return cells


def joined(values: list[Any]) -> str:
    """Return the plain values of a list as the lines of one cell; empty ones are left out."""
    return "\n".join(str(value) for value in values if value not in (None, "") and _is_plain(value))


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)
