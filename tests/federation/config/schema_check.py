"""What of JSON Schema (2020-12) our printed schema uses, checked apart from the code of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TYPES: Mapping[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}
# Words that say nothing of whether a value fits.
_NOTES = {"$schema", "$defs", "title", "description", "default"}


def fits(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    """Return whether `value` is valid. Raises `NotImplementedError` for a word it does not know."""
    return all(
        _fits_word(value, word, meaning, schema, root)
        for word, meaning in schema.items()
        if word not in _NOTES
    )


def _fits_word(
    value: Any, word: str, meaning: Any, schema: Mapping[str, Any], root: Mapping[str, Any]
) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match word:
        case "$ref":
            return fits(value, root["$defs"][meaning.removeprefix("#/$defs/")], root)
        case "anyOf":
            return any(fits(value, option, root) for option in meaning)
        case "type":
            return _has_type(value, meaning)
        case "enum":
            return value in meaning
        case "pattern":
            return not isinstance(value, str) or re.search(meaning, value) is not None
        case "minLength":
            return not isinstance(value, str) or len(value) >= meaning
        case "maxLength":
            return not isinstance(value, str) or len(value) <= meaning
        case "minimum":
            return not number or value >= meaning
        case "maximum":
            return not number or value <= meaning
        case "exclusiveMinimum":
            return not number or value > meaning
        case "exclusiveMaximum":
            return not number or value < meaning
        case "items":
            return not isinstance(value, list) or all(fits(one, meaning, root) for one in value)
        case "minItems":
            return not isinstance(value, list) or len(value) >= meaning
        case "required":
            return not isinstance(value, dict) or value.keys() >= set(meaning)
        case "properties":
            return not isinstance(value, dict) or all(
                fits(one, meaning[key], root) for key, one in value.items() if key in meaning
            )
        case "additionalProperties":
            if not isinstance(value, dict):
                return True
            others = [one for key, one in value.items() if key not in schema.get("properties", {})]
            return all(meaning is not False and fits(one, meaning, root) for one in others)
    raise NotImplementedError(word)


def _has_type(value: Any, name: str) -> bool:
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, _TYPES[name])
