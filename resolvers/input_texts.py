"""Texts people type into inputs: tidied, bounded, and storable.

PostgreSQL stores neither NUL nor half of a surrogate pair; other control characters are never
meant.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from resolvers.refusal import Problems
from resolvers.values.text import display_text

TITLE: Final = 200
"""Characters of a title or name."""
TEXT: Final = 4_000
"""Characters of a summary, purpose or comment."""
_KEPT: Final = frozenset("\n\t")


def required_text(
    problems: Problems, value: str, longest: int, *path: str, lines: bool = False
) -> str:
    """Return the text tidied; what is wrong with it goes to `problems`, at `path`.

    `lines`: line breaks are kept. Codes: TEXT_MISSING, TEXT_TOO_LONG, TEXT_INVALID.
    """
    text = optional_text(problems, value, longest, *path, lines=lines)
    if text is None:
        problems.add("TEXT_MISSING", "须填写", "Must not be empty", *path)
    return text or ""


def optional_text(
    problems: Problems, value: str | None, longest: int, *path: str, lines: bool = False
) -> str | None:
    """Return the text tidied, None for nothing but space; see `required_text`."""
    if value is None:
        return None
    if not problems.check(
        all(_is_storable(character) for character in value),
        "TEXT_INVALID",
        "含有不可用的控制字符",
        "Holds control characters",
        *path,
    ):
        return display_text("".join(filter(_is_storable, value)))[:longest] or None
    text = _tidied(value) if lines else display_text(value)
    problems.check(
        len(text) <= longest,
        "TEXT_TOO_LONG",
        f"最多 {longest} 个字符",
        f"At most {longest} characters",
        *path,
    )
    return text or None


def _is_storable(character: str) -> bool:
    return character in _KEPT or unicodedata.category(character) not in ("Cc", "Cs")


def _tidied(text: str) -> str:
    return "\n".join(display_text(line) for line in text.splitlines()).strip()
