"""What each key of a section means, read from the docstring of its Struct.

Docstrings name keys in backquotes. A sentence that begins with a key is about it, with those after
it up to the next key or paragraph; a key that begins none is described by the first sentence that
names it.
"""

from __future__ import annotations

import inspect
import re

import msgspec

_KEY = r"`([A-Za-z0-9_.]+)`"
_KEYS = re.compile(rf"{_KEY}(?:(?:,| and|, and) {_KEY})*")
_ONE = re.compile(_KEY)
# A sentence ends at a stop before a capital or a backquote; "e.g." and "1.0" do not.
_END = re.compile(r"(?<=[.;])\s+(?=[A-Z`])")

_BASES = (msgspec.Struct, object)


def describe_section(struct: type[msgspec.Struct]) -> str:
    """Return the docstring of the Struct, without its indentation; empty when it has none."""
    text = struct.__doc__
    return "" if text is None else inspect.cleandoc(text)


def describe_keys(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Return what the docstring says of each key, by key; keys it does not name are left out.

    >>> class Pages(msgspec.Struct):
    ...     '''Served at `path`. `size`, `limit`: in bytes. Never less than 1.'''
    ...     path: str
    ...     size: int
    ...     limit: int
    >>> describe_keys(Pages)
    {'path': 'Served at `path`.', 'size': 'In bytes. Never less than 1.', 'limit': 'In bytes. \
Never less than 1.'}
    """
    keys = {field.encode_name for field in msgspec.structs.fields(struct)}
    told: dict[str, list[str]] = {}
    mentioned: dict[str, str] = {}
    for paragraph in _paragraphs(struct):
        current: list[str] = []
        for sentence in _END.split(" ".join(paragraph.split())):
            begins = _KEYS.match(sentence)
            named = [key for key in _ONE.findall(begins[0]) if key in keys] if begins else []
            if begins and named:
                current = named
                sentence = _rest(sentence, begins.end())
            for key in current:
                told.setdefault(key, []).append(sentence)
            for key in _ONE.findall(sentence):
                if key in keys:
                    mentioned.setdefault(key, sentence)
    return {
        field.encode_name: (
            " ".join(told[field.encode_name])
            if field.encode_name in told
            else mentioned[field.encode_name]
        ).rstrip(";")
        for field in msgspec.structs.fields(struct)
        if field.encode_name in told or field.encode_name in mentioned
    }


def _paragraphs(struct: type[msgspec.Struct]) -> list[str]:
    """Return the paragraphs of the docstring, and of those of the sections it is made from."""
    texts = [vars(base).get("__doc__") for base in struct.__mro__ if base not in _BASES]
    return [part for text in texts if text for part in inspect.cleandoc(text).split("\n\n")]


def _rest(sentence: str, end: int) -> str:
    """Return what is said of the keys at the beginning; the whole where they are its subject."""
    rest = sentence[end:]
    for mark in (": ", " (", ", "):
        if rest.startswith(mark):
            text = rest[2:] if mark == ": " else rest.lstrip(", ")
            return text[:1].upper() + text[1:]
    return sentence
