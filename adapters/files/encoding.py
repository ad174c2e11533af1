"""Which encoding a text file has, and its digest, in one pass.

Order (DOMAIN §4.1): declared by the source, else byte order mark, else strict UTF-8, else strict
GB18030, else the file is refused (`FILE_ENCODING`). Guessing by statistics is not done: short
Chinese texts mislead every detector. Nothing is ever decoded with replacement. The whole file is
checked before the first row is taken, so a fault on the last line cannot leave half a file loaded.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from adapters.errors import FileRefused

_CHUNK = 1 << 20
_MARKS = (  # longest first: the mark of UTF-32 LE begins with that of UTF-16 LE
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A text in UTF-16 without its mark is full of zero bytes, and both UTF-8 and GB18030 would
# "succeed" on its ASCII part. More zero bytes than this share means: not a text we can name.
_ZERO_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Inspected:
    """`encoding` is a Python codec name, None for files that are no text."""

    sha256: str
    size: int
    encoding: str | None


def inspect_bytes(file: BinaryIO) -> Inspected:
    """Return digest and size of a file that is no text (a workbook)."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Inspected(digest.hexdigest(), size, None)


def inspect_text(file: BinaryIO, declared: str | None = None) -> Inspected:
    """Return digest, size and encoding of a text file.

    Raises:
        FileRefused: `FILE_ENCODING` when no allowed encoding fits the whole file, `FILE_EMPTY`.
    """
    candidates = _candidates(file, declared)
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in candidates}
    digest, size, zeros = hashlib.sha256(), 0, 0
    file.seek(0)
    while True:
        chunk = file.read(_CHUNK)
        digest.update(chunk)
        size += len(chunk)
        zeros += chunk.count(0)
        for name, decoder in list(decoders.items()):
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                del decoders[name]
        if not chunk:
            break
    if size == 0:
        raise FileRefused("FILE_EMPTY")
    found = next((name for name in candidates if name in decoders), None)
    wide = found is not None and found.startswith(("utf-16", "utf-32"))
    if found is None or (not wide and zeros > size * _ZERO_SHARE):
        raise FileRefused("FILE_ENCODING")
    return Inspected(digest.hexdigest(), size, found)


def _candidates(file: BinaryIO, declared: str | None) -> tuple[str, ...]:
    file.seek(0)
    head = file.read(4)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if declared is not None:
        name = codecs.lookup(declared).name
        # A declared "utf-8" or "utf-16-le" with a mark is still right; only the mark must go.
        if marked is not None and _family(marked) == _family(name):
            return (marked,)
        return (name,)
    return (marked,) if marked else ("utf-8", "gb18030")


def _family(name: str) -> str:
    """Return the encoding without its byte order and mark."""
    for suffix in ("-sig", "-le", "-be"):
        name = name.removesuffix(suffix)
    return name


def encoding_label(name: str) -> str:
    """Return the name shown in `IngestBatch.encoding`.

    >>> encoding_label("utf-8-sig"), encoding_label("gb18030")
    ('UTF-8 BOM', 'GB18030')
    """
    return "UTF-8 BOM" if name == "utf-8-sig" else name.upper()
