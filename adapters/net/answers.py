"""From the bytes of an answer to its JSON document.

JSON is UTF-8 by its standard (RFC 8259). Centres also answer in GB18030: when the header or the
source file declares it, or when the bytes are no UTF-8. Nothing is decoded with replacement.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, Final

import orjson

from adapters.net.client import Answer
from adapters.net.problems import unusable

_CHARSET: Final = re.compile(r'charset\s*=\s*"?([A-Za-z0-9_.:-]+)', re.IGNORECASE)
_CHINESE: Final = frozenset(("gb18030", "gbk", "gb2312", "hz"))
_MOST_CHARACTERS: Final = 100
_MISSING: Final = object()


def read_json(answer: Answer, encoding: str | None = None) -> Any:
    """Return the document; `encoding`: what the source file declares.

    Raises:
        CallFailed: `SOURCE_ANSWER`.
    """
    body = answer.body.removeprefix(codecs.BOM_UTF8)
    kind = answer.headers.get("content-type", "")
    document, fault = _MISSING, ""
    if encoding is None and not _is_chinese(kind):
        # The usual case needs no text beside the bytes.
        document, fault = _load(body)
    if document is _MISSING and not (fault and _decode(body, ["utf-8"]) is not None):
        text = _decode(body, [encoding] if encoding else _candidates(kind))
        if text is None:
            raise unusable("编码既不是 UTF-8 也不是 GB18030 / neither UTF-8 nor GB18030")
        document, fault = _load(text)
    if document is _MISSING:
        raise _no_json(body, kind, fault)
    return document


def _load(text: bytes | str) -> tuple[Any, str]:
    """Return the document, or `_MISSING` and what is wrong with the text."""
    try:
        return orjson.loads(text), ""
    except orjson.JSONDecodeError as error:
        return _MISSING, str(error)


def _is_chinese(kind: str) -> bool:
    found = _CHARSET.search(kind)
    return found is not None and found[1].lower() in _CHINESE


def _candidates(kind: str) -> list[str]:
    # GB18030 reads whatever GB2312 and GBK write.
    return ["gb18030", "utf-8"] if _is_chinese(kind) else ["utf-8", "gb18030"]


def _decode(body: bytes, encodings: list[str]) -> str | None:
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _no_json(body: bytes, kind: str, fault: str) -> Exception:
    """Return the problem of an answer that is something else; what it says stays unsaid."""
    if not body.strip():
        return unusable("答复为空 / the answer is empty")
    media_type = kind.split(";")[0].strip()[:_MOST_CHARACTERS]
    if body.lstrip().startswith(b"<"):
        what = media_type or "HTML"
        return unusable(f"收到网页（{what}）而不是 JSON / a page ({what}) instead of JSON")
    return unusable(f"不是完整的 JSON（{fault}）/ no whole JSON ({fault})")
