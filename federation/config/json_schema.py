"""Struct → JSON Schema (draft 2020-12), so that editors can complete and check the file.

It says what the file may look like; what sections check over several of their keys it cannot say.
"""

from __future__ import annotations

from typing import Any

import msgspec

from federation.config.convert import Subtree
from federation.config.descriptions import describe_keys, describe_section
from federation.config.duration import PATTERN, print_duration
from federation.config.structs import structs_in

# Words of JSON Schema that say more of a text than that it is one.
_NARROW = {"pattern", "minLength", "maxLength", "enum", "format"}
_SCALARS = {"integer", "number", "boolean"}

# What stands in the file before expansion; see `expansion`.
_EXPANDED = {"type": "string", "pattern": r"\$\{(env|file)\."}
# `cors:` with nothing below it means: the defaults.
_EMPTY = {"type": "null"}


def json_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON Schema of a configuration file that is read into `struct`."""
    (schema,), components = msgspec.json.schema_components(
        [struct], schema_hook=_custom, ref_template="#/$defs/{name}"
    )
    for section in structs_in(struct):
        _describe(components[section.__name__], section)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_as_written(schema),
        "$defs": {name: _section(part) for name, part in components.items()},
    }


def _custom(kind: type[Any]) -> dict[str, Any]:
    """Return the schema of a type that msgspec does not know."""
    if kind is Subtree:
        return {"type": "object"}
    raise NotImplementedError


def _describe(schema: dict[str, Any], section: type[msgspec.Struct]) -> None:
    text = describe_section(section)
    if text:
        schema["description"] = text
    for key, told in describe_keys(section).items():
        # A key that is a section has its own description there.
        schema["properties"][key] = {"description": told, **schema["properties"][key]}


def _section(schema: dict[str, Any]) -> dict[str, Any]:
    properties = {key: _key(part) for key, part in schema.get("properties", {}).items()}
    return {**schema, "properties": properties}


def _key(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what may stand behind a key, which may be nothing for many."""
    written: dict[str, Any] = _as_written(schema)
    if "$ref" not in written and written.get("type") not in ("object", "array"):
        return written
    about: dict[str, Any] = {
        key: written.pop(key) for key in ("description", "default") if key in written
    }
    return {**about, "anyOf": [written, _EMPTY]}


def _as_written(schema: Any) -> Any:
    """Return the schema with what may stand in its place before expansion.

    Defaults of whole sections are left out: the section's own schema says them key by key.
    """
    if isinstance(schema, list):
        return [_as_written(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    about = {key: schema[key] for key in ("description", "default") if key in schema}
    bare = {key: part for key, part in schema.items() if key not in about}
    default = about.get("default")
    if isinstance(default, dict):
        del about["default"]
    if bare.get("pattern") == PATTERN:
        if default is not None:
            about["default"] = print_duration(default)
        return {**about, "anyOf": [{**bare, "type": "string"}, _EXPANDED]}
    narrow = not _NARROW.isdisjoint(bare) and bare.get("type", "string") == "string"
    if bare.get("type") in _SCALARS or narrow:
        return {**about, "anyOf": [bare, _EXPANDED]}
    return {**about, **{key: _as_written(part) for key, part in bare.items()}}
