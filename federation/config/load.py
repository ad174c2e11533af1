"""A configuration file → the Struct that its reader asks for.

The one entrance: read YAML with positions (`document`), expand values (`expansion`), fit them to
the Struct (`convert`). The caller's Struct decides which sections and keys exist.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from federation.config.convert import build_struct
from federation.config.document import MAX_BYTES, MapValue, Place, read_yaml
from federation.config.errors import ConfigError
from federation.config.expansion import Expander

S = TypeVar("S", bound=msgspec.Struct)


def read_config(path: Path, struct: type[S], *, environment: Mapping[str, str] | None = None) -> S:
    """Return the settings in the file at `path`; relative `${file.…}` start from its folder.

    Raises `ConfigError` when the file cannot be read or does not fit `struct`.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot read it: {error.strerror or error}", source=str(path)) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "not UTF-8 text; save the file as UTF-8", source=str(path), line=line, column=1
        ) from None
    return parse_config(text, struct, source=str(path), folder=path.parent, environment=environment)


def parse_config(
    text: str,
    struct: type[S],
    *,
    source: str = "config",
    folder: Path = Path(),
    environment: Mapping[str, str] | None = None,
) -> S:
    """Return the settings written in `text` (YAML). An empty text gives all defaults."""
    expander = Expander(os.environ if environment is None else environment, folder)
    root = read_yaml(text, source)
    if root is None:
        root = MapValue(Place(source, 1, 1, ""), {})
    if not isinstance(root, MapValue):
        raise root.place.error("expected a map of settings at the top")
    return build_struct(root, struct, expander)
