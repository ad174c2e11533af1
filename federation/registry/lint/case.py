"""How names are written, and the same name as a rule wants it."""

from __future__ import annotations

import re

_CAMEL = re.compile(r"_?[a-z][a-zA-Z0-9]*")
_PASCAL = re.compile(r"_?[A-Z][a-zA-Z0-9]*")
_SCREAMING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")


def is_camel(name: str) -> bool:
    """
    >>> is_camel("applicationNumber"), is_camel("Application"), is_camel("application_number")
    (True, False, False)
    """
    return bool(_CAMEL.fullmatch(name))


def is_pascal(name: str) -> bool:
    """
    >>> is_pascal("PatentFamily"), is_pascal("patent"), is_pascal("Patent_Family")
    (True, False, False)
    """
    return bool(_PASCAL.fullmatch(name))


def is_screaming_snake(name: str) -> bool:
    """
    >>> is_screaming_snake("IN_FORCE"), is_screaming_snake("inForce"), is_screaming_snake("_X")
    (True, False, False)
    """
    return bool(_SCREAMING.fullmatch(name))


def to_camel(name: str) -> str:
    """
    >>> to_camel("Application_number"), to_camel("IPCClass")
    ('applicationNumber', 'ipcClass')
    """
    pascal = to_pascal(name)
    first = _WORD.match(pascal)
    return pascal if first is None else first[0].lower() + pascal[first.end() :]


def to_pascal(name: str) -> str:
    """
    >>> to_pascal("patent_family"), to_pascal("iPCClass")
    ('PatentFamily', 'IPCClass')
    """
    parts = [part for part in name.split("_") if part]
    return "".join(part[0].upper() + part[1:] for part in parts)


def to_screaming_snake(name: str) -> str:
    """
    >>> to_screaming_snake("inForce"), to_screaming_snake("in_force")
    ('IN_FORCE', 'IN_FORCE')
    """
    return "_".join(word.upper() for part in name.split("_") for word in _WORD.findall(part))
