"""The shape of a source file: unknown keys, wrong types, missing keys, each with its place.

msgspec decides what is wrong; this finds the deepest value it is wrong about, by converting the
parts of what was refused, and says it in words for whoever writes the file.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from adapters.config.places import Document, Path_
from adapters.config.shared import Secret
from adapters.config.source import SourceConfig
from adapters.config.words import nearest
from adapters.errors import SourceInvalid

BY_REFERENCE = "a secret never stands in the file: give {env: NAME} or {file: path}"
_OWN_FIELDS = frozenset({"folder"})
_PLAIN_TEXT = ("Expected `str`, got `int`", "Expected `str`, got `float`", "Expected `str`, got `b")


def shaped(document: Document) -> SourceConfig:
    """Return what the values of a file say.

    Raises:
        SourceInvalid: with the place of the deepest key that is wrong.
    """
    _refuse_unknown(document, document.values, SourceConfig, ())
    try:
        return msgspec.convert(document.values, SourceConfig)
    except msgspec.ValidationError as error:
        raise _fault(document, document.values, SourceConfig, (), error) from error


def _refuse_unknown(document: Document, values: Any, kind: Any, path: Path_) -> None:
    """Refuse keys no section has, down to the innermost, with the nearest that is known."""
    struct = _struct_of(kind)
    if struct is None or not isinstance(values, dict):
        return
    known = _fields(struct)
    for key, value in values.items():
        if key not in known:
            raise document.invalid((*path, key), f"unknown key {key!r}{nearest(key, known)}")
        _refuse_unknown(document, value, known[key], (*path, key))


def _fault(
    document: Document, value: Any, kind: Any, path: Path_, error: msgspec.ValidationError
) -> SourceInvalid:
    """Return the refusal of the deepest part of `value` that is not of its kind."""
    if _struct_of(kind) is Secret and not isinstance(value, dict):
        # Never with the value: it may be the secret itself.
        return document.invalid(path, f"{path[-1]}: {BY_REFERENCE}")
    for key, part, part_kind in _parts(value, kind):
        try:
            msgspec.convert(part, part_kind)
        except msgspec.ValidationError as deeper:
            return _fault(document, part, part_kind, (*path, key), deeper)
    return document.invalid(path, _words(str(error), path))


def _parts(value: Any, kind: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the parts of a value with the kinds they should have."""
    struct = _struct_of(kind)
    if isinstance(value, dict):
        if struct is not None:
            known = _fields(struct)
            for key, part in value.items():
                yield key, part, known[key]
        elif (bare := _bare(kind)) is not None and get_origin(bare) is dict:
            for key, part in value.items():
                yield key, part, get_args(bare)[1]
    elif isinstance(value, list):
        bare = _bare(kind)
        if bare is not None and get_origin(bare) in (tuple, list):
            for number, part in enumerate(value):
                yield str(number), part, get_args(bare)[0]


def _words(message: str, path: Path_) -> str:
    message, _, _ = message.partition(" - at `")
    message = f"{message[0].lower()}{message[1:]}" if message else "wrong"
    if message.startswith(tuple(text[0].lower() + text[1:] for text in _PLAIN_TEXT)):
        message += "; put it in quotes"
    named = ".".join(part for part in path if not part.isdecimal())
    if not named:
        return message
    return f"{named}: {message}"


def _fields(struct: type[msgspec.Struct]) -> Mapping[str, Any]:
    return {
        field.encode_name: field.type
        for field in msgspec.structs.fields(struct)
        if field.name not in _OWN_FIELDS
    }


def _struct_of(kind: Any) -> type[msgspec.Struct] | None:
    bare = _bare(kind)
    return bare if isinstance(bare, type) and issubclass(bare, msgspec.Struct) else None


def _bare(kind: Any) -> Any:
    """Return a kind without its bounds and without the choice of None."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        choices = [choice for choice in get_args(kind) if choice is not types.NoneType]
        return _bare(choices[0]) if len(choices) == 1 else None
    return kind
