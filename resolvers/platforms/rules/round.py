"""What a round of evaluation is warned of (DOMAIN §1.3 C5, C9, §1.4 D10); nothing is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def is_late(submitted_on: date, deadline: date | None) -> bool:
    """Whether a dossier came after the round's last day.

    >>> is_late(date(2022, 12, 10), date(2022, 12, 10))
    False
    """
    return deadline is not None and submitted_on > deadline


def round_warnings(
    fewest: int | None, most: int | None, *, cases: int, recognised: int, pending: int, papers: int
) -> Sequence[str]:
    """Return the codes of what is unusual about a round.

    `pending`: cases before their first decision; `papers`: documents the decisions rest on, where
    one should publish all names of a round. Too few is told only once nothing is pending.

    >>> round_warnings(5, 10, cases=5, recognised=4, pending=0, papers=1)
    ['W_ROUND_TOO_FEW']
    >>> round_warnings(5, 10, cases=5, recognised=4, pending=1, papers=1)
    []
    """
    found: list[str] = []
    if fewest is not None and cases and not pending and recognised < fewest:
        found.append("W_ROUND_TOO_FEW")
    if most is not None and recognised > most:
        found.append("W_ROUND_TOO_MANY")
    if papers > 1:
        found.append("W_ROUND_DOCUMENTS")
    return found
