"""Texts of the remarks the adapters make: code → Chinese, English.

One table per subject, joined here: no code has two texts, and the list of codes can be printed from
it. Texts of identifiers and values are in `resolvers.values`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from adapters.messages.files import FILES
from adapters.messages.quarantine import QUARANTINE
from adapters.messages.rows import ROWS
from adapters.messages.rules import RULES
from adapters.messages.shape import Texts
from adapters.messages.sources import SOURCES
from adapters.messages.words import WORDS


def _joined(tables: Iterable[Texts]) -> Texts:
    joined: dict[str, tuple[str, str]] = {}
    for table in tables:
        if repeated := joined.keys() & table.keys():
            raise ValueError(f"two texts for {', '.join(sorted(repeated))}")
        joined |= table
    return joined


MESSAGES: Final = _joined((FILES, ROWS, WORDS, RULES, SOURCES, QUARANTINE))
