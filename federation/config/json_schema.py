"""Struct → JSON Schema (draft 2020-12), so that editors can complete and check the file."""

from __future__ import annotations

from typing import Any

import msgspec

from federation.config.convert import Subtree
from federation.config.duration import PATTERN, print_duration

_SCALARS = {"integer", "number", "boolean"}

# What stands in the file before expansion; see `expansion`.
_EXPANDED = {"type": "string", "pattern": r"\$\{(env|file)\."}


def json_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON Schema of a configuration file that is read into `struct`."""
    (schema,), components = msgspec.json.schema_components(
        [struct], schema_hook=_custom, ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_allow_expansion(schema),
        "$defs": {name: _allow_expansion(part) for name, part in components.items()},
    }


def _custom(kind: type[Any]) -> dict[str, Any]:
    """Return the schema of a type that msgspec does not know."""
    if kind is Subtree:
        return {"type": "object"}
    raise NotImplementedError


def _allow_expansion(schema: Any) -> Any:
    """Return the schema where numbers and booleans may also be written `${env.NAME}`.

    Defaults of whole sections are left out: the section's own schema says them key by key.
    """
    if isinstance(schema, list):
        return [_allow_expansion(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    default = schema.get("default")
    if isinstance(default, dict):
        schema = {key: part for key, part in schema.items() if key != "default"}
    if schema.get("pattern") == PATTERN:
        text = {"default": print_duration(default)} if default is not None else {}
        return {"anyOf": [{**schema, **text}, _EXPANDED], **text}
    if schema.get("type") in _SCALARS:
        number = {"default": default} if "default" in schema else {}
        return {"anyOf": [schema, _EXPANDED], **number}
    return {
        # The keys below are names of settings, which may be called like the schema's own words.
        key: {name: _allow_expansion(own) for name, own in part.items()}
        if key == "properties"
        else _allow_expansion(part)
        for key, part in schema.items()
    }
