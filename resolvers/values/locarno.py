"""Classes of the Locarno Classification for designs: class 01-32, subclass two digits, edition in
brackets optional: ``01-01 (11)``. DOMAIN §3.6."""

from __future__ import annotations

import re

from msgspec import Struct

from resolvers.values.result import Checked, Issue
from resolvers.values.text import identifier_text

_SHAPE = re.compile(r"(?:LOC)?(?:\([0-9]+\)(?:CL\.?)?)?([0-9]{2})-([0-9]{2})(?:\(([0-9]{1,2})\))?")
_LAST_CLASS = 32

_FORMAT_ISSUE = Issue(
    "LOCARNO_FORMAT",
    "不是洛迦诺分类号；应为 01—32 类加两位小类（如 14-03）。",
    "Not a Locarno class; expected class 01-32 and a two-digit subclass (14-03).",
)


class LocarnoClass(Struct, frozen=True):
    """A class taken apart; `edition` when the source gives one."""

    canonical: str
    edition: int | None


def parse_locarno(text: str) -> Checked[LocarnoClass]:
    """Check one class."""
    match = _SHAPE.fullmatch(identifier_text(text))
    if match is None or not 1 <= int(match[1]) <= _LAST_CLASS:
        return Checked(None, None, None, (_FORMAT_ISSUE,))
    canonical = f"{match[1]}-{match[2]}"
    edition = int(match[3]) if match[3] else None
    return Checked(LocarnoClass(canonical, edition), canonical, canonical, ())
