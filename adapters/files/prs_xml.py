"""Records of a CNIPA legal status package: PRS XML (DOMAIN §4.3), one event a record.

Two references name the application, in either order; the one as printed ("original", with its dot)
is read, else the standard one of fifteen digits. Elements are known by their local names: the
namespaces are identifiers of a schema that has changed its address before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from adapters.errors import FileRefused
from adapters.model import Cell, SourceRecord

COLUMNS: Final = ("申请号", "法律状态公告日", "事务代码", "法律状态信息", "PRSID")
_CHUNK: Final = 1 << 16
_RECORD: Final = "PRSRecord"
_DOCTYPE: Final = b"<!DOCTYPE"
# Packages are in UTF-8; in two bytes a character a document type would not be seen.
_TWO_BYTES: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")


def read_prs_records(file: BinaryIO) -> Iterator[SourceRecord]:
    """Yield the records; `row` is the position in the package, from 1.

    Memory holds one record. A document type declaration is refused: packages have none, and its
    entities are how XML is made to swell.

    Raises:
        FileRefused: `FILE_FORMAT` when it is no XML, has a document type, or is no PRS package.
    """
    file.seek(0)
    parser: Any = XMLPullParser(("start", "end"))
    root: Element | None = None
    row = 0
    tail = b""
    try:
        while chunk := file.read(_CHUNK):
            if not tail and chunk.startswith(_TWO_BYTES):
                raise FileRefused("FILE_FORMAT", reason="XML: UTF-16")
            if _DOCTYPE in (tail + chunk).upper():
                raise FileRefused("FILE_FORMAT", reason="XML: DOCTYPE")
            tail = chunk[-len(_DOCTYPE) :]
            parser.feed(chunk)
            for event, element in parser.read_events():
                if root is None:
                    root = element
                    if _local(element) != "PRS":
                        raise FileRefused("FILE_FORMAT", reason=f"XML: {_local(element)[:50]}")
                elif event == "end" and _local(element) == _RECORD:
                    row += 1
                    yield SourceRecord(row, _cells(element))
                    root.clear()
        parser.close()
    except ParseError as error:
        raise FileRefused("FILE_FORMAT", reason=f"XML: {error}") from error
    if root is None:
        raise FileRefused("FILE_FORMAT", reason="XML")


def _cells(record: Element) -> dict[str, Cell]:
    numbers: dict[str, str] = {}
    found = {_local(child): child for child in record}
    for child in record:
        if _local(child) == "ApplicationReference":
            text = _text(child, "DocNumber")
            if text:
                numbers.setdefault(child.get("dataFormat", ""), text)
    day = found.get("PRSPublicationDate")
    values = (
        numbers.get("original") or numbers.get("standard") or next(iter(numbers.values()), None),
        None if day is None else _text(day, "Date"),
        _own_text(found.get("PRSCode")) or _own_text(found.get("PRSValue")),
        _own_text(found.get("PRSInformation")),
        record.get("PRSID"),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _text(element: Element, name: str) -> str | None:
    """Return the text of the first element of that local name below."""
    return next((_own_text(each) for each in element.iter() if _local(each) == name), None)


def _own_text(element: Element | None) -> str | None:
    text = (element.text or "").strip() if element is not None else ""
    return text or None


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
