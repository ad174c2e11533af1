"""What every section of the configuration is built on."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, Struct

Positive = Annotated[int, Meta(ge=1)]

# RFC 9110 §5.6.2, a token.
HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all sections: read once, never changed, unknown keys refused."""


def check_patterns(patterns: tuple[str, ...]) -> None:
    """Raise `ValueError` for the first that is not a regular expression."""
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
