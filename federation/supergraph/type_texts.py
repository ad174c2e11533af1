"""A supergraph's text, cut into the definitions of types with fields and all the rest.

Nearly all of a large supergraph is such types, and a syntax tree of them costs ten times the time
and the memory of what is kept of them in the end. So they are only cut out here, as words, for
`quick_reader`; the rest is for the parser.

A text in which anything is unusual is not cut at all: `NotPlain`. The parser then has the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What GraphQL ignores, then a word. A character that begins no word comes out alone; it is none of
# the words that may be, and so found.
_WORDS = re.compile(
    r"(?:[ \t\n\r,\ufeff]++|#[^\n\r]*+)*+("
    r'"""(?:[^"\\]|\\"""|\\(?!""")|"(?!""))*+"""'
    r'|"(?!"")(?:[^"\\\n\r]|\\[^\n\r])*+"|""(?!")'
    r"|[A-Za-z_][A-Za-z0-9_]*+"
    r"|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![A-Za-z0-9_.])"
    r"|\.\.\.|.|\Z)",
    re.DOTALL,
)
_WORD = re.compile(r'[A-Za-z_"].*|-?[0-9].*|\.\.\.|[!$&()\[\]{}:=|@]', re.DOTALL | re.ASCII)
_NOT_ALONE = frozenset('"-')
_SURROGATE = re.compile("[\ud800-\udfff]")

_WITH_FIELDS = frozenset({"type", "interface", "input"})
_BEGINS = _WITH_FIELDS | {"schema", "scalar", "union", "enum", "directive", "extend"}


class NotPlain(Exception):
    """The text is not of the usual form; it may yet be right."""


@dataclass(frozen=True, slots=True)
class TypeText:
    """The words of one definition of a type with fields, from its description to its brace."""

    words: list[str]


def words_of(text: str) -> list[str]:
    """Return the words of a GraphQL text, an empty one at its end. Raises `NotPlain`."""
    words = _WORDS.findall(text)
    # At the very end the pattern matches once more.
    while len(words) > 1 and not words[-2]:
        words.pop()
    known = set(words)
    known.discard("")
    if known & _NOT_ALONE or not all(map(_WORD.fullmatch, known)) or _SURROGATE.search(text):
        raise NotPlain
    shared = dict(zip(known, known, strict=True))
    shared[""] = ""
    return [shared[word] for word in words]


def cut(text: str) -> Iterator[TypeText | str]:
    """Yield the parts of `text` in order: types with fields, and the text between them.

    Raises `NotPlain`.
    """
    words = words_of(text)
    last = len(words) - 1
    rest = at = 0
    while at < last:
        start = at
        if words[at][0] == '"':
            at += 1
        if words[at] not in _BEGINS:
            raise NotPlain
        end = _end(words, at) if words[at] in _WITH_FIELDS else None
        if end is None:
            at = _next(words, at + 1)
            continue
        if rest < start:
            yield " ".join(words[rest:start])
        yield TypeText(words[start:end])
        rest = at = end
    if rest < last:
        yield " ".join(words[rest:last])


def _end(words: list[str], at: int) -> int | None:
    """Return where the type ends that begins at `at`, None for one without fields."""
    opened = at + 2
    try:
        while words[opened] != "{":
            word = words[opened]
            if word == "(":
                # Constants have no parentheses, but objects among them have braces.
                opened = words.index(")", opened)
            elif not word or word in _BEGINS or word[0] == '"':
                return None
            opened += 1
        end = words.index("}", opened) + 1
        # Objects among the default values have braces, too.
        while words[opened:end].count("{") > words[opened:end].count("}"):
            end = words.index("}", end) + 1
    except (ValueError, IndexError):
        raise NotPlain from None
    return end


def _next(words: list[str], at: int) -> int:
    """Return where the next definition begins, for one without fields before it."""
    depth = 0
    last = len(words) - 1
    while at < last:
        word = words[at]
        if word in ("{", "(", "["):
            depth += 1
        elif word in ("}", ")", "]"):
            depth -= 1
        elif not depth and (word in _BEGINS or word[0] == '"') and words[at - 1] not in "@=|&":
            return at
        at += 1
    return at
