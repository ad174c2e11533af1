"""Text rules all kinds share: normal form, invisible characters, mojibake, lists in one cell.

Identifiers lose every white space and become upper case; names and titles keep their case and
single spaces (DOMAIN §3, before any identifier check; §2.3 for names; §4.1 for mojibake, lists).
"""

from __future__ import annotations

import re
import unicodedata

from resolvers.values.result import Issue

# Zero-width space, non-joiner, joiner, byte order mark, word joiner, soft hyphen (DOMAIN §3).
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060\u00ad"))
_WHITE_SPACE = re.compile(r"\s+")
_LIST_SEPARATOR = re.compile(r"[;；、|,\r\n]+")
_FULL_BRACKETS = str.maketrans("（）", "()")

MOJIBAKE = Issue(
    "W_TEXT_MOJIBAKE",
    "文本中有乱码（锟斤拷或替换字符），请用原编码重新导出。",
    "The text holds characters lost in an earlier conversion; export it again in its own encoding.",
)


def fold(text: str) -> str:
    """Return `text` in NFKC (full-width to half-width) without invisible characters.

    >>> fold("ＣＮ\\u200b１２")
    'CN12'
    """
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    # None of the invisible characters is printable, and asking costs a tenth of translating.
    return folded if folded.isprintable() else folded.translate(_INVISIBLE)


def without_space(text: str) -> str:
    """Return folded `text` without any white space, case kept.

    >>> without_space(" 面\\u3000议 ")
    '面议'
    """
    return "".join(fold(text).split())


def identifier_text(text: str) -> str:
    """Return the spelling identifiers are checked in: folded, without space, upper case.

    >>> identifier_text(" cn 2012 ")
    'CN2012'
    """
    return "".join(fold(text).split()).upper()


def display_text(text: str) -> str:
    """Return a name or title for storing: NFKC would spoil punctuation, so only space is tidied.

    >>> display_text("  一种\\u200b装置 \\n ")
    '一种装置'
    """
    if not text.isprintable():
        return " ".join(text.translate(_INVISIBLE).split())
    # No invisible character, and no white space but the plain one.
    tidy = "  " not in text and text[:1] != " " and text[-1:] != " "
    return text if tidy else " ".join(text.split())


def party_name_key(name: str) -> str:
    """Return the form two names of organisations are compared in (DOMAIN §2.3): NFKC, no space,
    half-width brackets. Equality of keys is required, nothing fuzzier.

    >>> party_name_key("示例（北京）科技 有限公司")
    '示例(北京)科技有限公司'
    """
    return without_space(name).translate(_FULL_BRACKETS)


def has_mojibake(text: str) -> bool:
    """Return whether characters were lost before the text reached us (DOMAIN §4.1).

    >>> has_mojibake("锟斤拷有限公司"), has_mojibake("有限公司")
    (True, False)
    """
    return "\ufffd" in text or "锟斤拷" in text


def split_list(text: str) -> tuple[str, ...]:
    """Return the parts of a cell with several values, without empty ones and stray ``??``.

    >>> split_list("H04W8/26;??H04W84/12；")
    ('H04W8/26', 'H04W84/12')
    """
    parts = _LIST_SEPARATOR.split(text.replace("??", ""))
    return tuple(part for part in map(str.strip, parts) if part)
