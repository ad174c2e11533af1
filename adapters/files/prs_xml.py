"""Records of a CNIPA legal status package: PRS XML (DOMAIN §4.3), one event a record.

Two references name the application, in either order; the one as printed ("original", with its dot)
is read, else the standard one of fifteen digits. Elements are known by their local names: the
namespaces are identifiers of a schema that has changed its address before.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers import expat

from adapters.errors import FileRefused
from adapters.files.limits import MIB
from adapters.model import Cell, SourceRecord

COLUMNS: Final = ("申请号", "法律状态公告日", "事务代码", "法律状态信息", "PRSID")
_CHUNK: Final = 1 << 16
_RECORD: Final = "PRSRecord"
_LARGEST_RECORD: Final = 8 * MIB
"""A record is a few kilobytes; what goes on for so long is none, and would fill the memory."""

# Encodings of Chinese programs the parser does not know itself; such text is decoded before.
_DECLARED: Final = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CHINESE: Final = ("gb18030", "gbk", "gb2312", "big5", "big5hkscs")


def read_prs_records(file: BinaryIO) -> Iterator[SourceRecord]:
    """Yield the records; `row` is the position in the package, from 1.

    Memory holds one record. A document type declaration is refused in whatever encoding: packages
    have none, and its entities are how XML is made to swell.

    Raises:
        FileRefused: `FILE_FORMAT` when it is no XML, has a document type, or is no PRS package.
    """
    file.seek(0)
    parser: Any = XMLPullParser(("start", "end"))
    prolog = _Prolog()
    root: Element | None = None
    row = since = 0
    try:
        for chunk in _decoded(file):
            prolog.look_at(chunk)
            parser.feed(chunk)
            since += len(chunk)
            for event, element in parser.read_events():
                if root is None:
                    root = element
                    if _local(element) != "PRS":
                        raise FileRefused("FILE_FORMAT", reason=f"XML: {_local(element)[:50]}")
                elif event == "end" and _local(element) == _RECORD:
                    row += 1
                    yield SourceRecord(row, _cells(element))
                    root.clear()
                    since = 0
            if since > _LARGEST_RECORD:
                raise FileRefused("FILE_FORMAT", reason=f"XML: > {_LARGEST_RECORD // MIB} MiB")
        parser.close()
    except (ParseError, expat.ExpatError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise FileRefused("FILE_FORMAT", reason=f"XML: {error}") from error
    if root is None:
        raise FileRefused("FILE_FORMAT", reason="XML")


class _Prolog:
    """Reads along up to the first element and refuses a document type.

    The same parser as the one that builds the records, so it sees what that one sees.
    """

    def __init__(self) -> None:
        self._parser: expat.XMLParserType | None = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._pass
        self._passed = False

    def look_at(self, chunk: bytes | str) -> None:
        if self._parser is not None:
            self._parser.Parse(chunk, False)
            if self._passed:
                self._parser = None

    def _refuse(self, name: str, system: str | None, public: str | None, inner: bool) -> None:
        raise FileRefused("FILE_FORMAT", reason="XML: DOCTYPE")

    def _pass(self, name: str, attributes: dict[str, str]) -> None:
        self._passed = True


def _decoded(file: BinaryIO) -> Iterator[bytes | str]:
    """Yield the document in pieces; as text where it declares an encoding the parser lacks."""
    decoder: codecs.IncrementalDecoder | None = None
    begun = False
    while chunk := file.read(_CHUNK):
        if not begun:
            begun = True
            found = _DECLARED.match(chunk)
            if found and found[1].decode("ascii").lower() in _CHINESE:
                decoder = codecs.getincrementaldecoder(_wide(found[1].decode("ascii").lower()))()
        yield decoder.decode(chunk) if decoder is not None else chunk
    if decoder is not None:
        decoder.decode(b"", final=True)  # refuses a character cut in half


def _wide(encoding: str) -> str:
    """Return the encoding that holds all a declared one has, as browsers read it."""
    return "gb18030" if encoding.startswith("gb") else encoding


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
