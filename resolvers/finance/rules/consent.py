"""Whether the pledgees of a patent agree to an open licence (DOMAIN §2.7, Guidelines V 11 3.1)."""

from __future__ import annotations

from collections.abc import Iterable


def joint_consent(stated: Iterable[bool | None]) -> bool | None:
    """Return what the pledgees of all active pledges say together.

    One that refuses decides; one whose answer is not known leaves it open. None without a pledge.

    >>> joint_consent([True, True]), joint_consent([True, False, None]), joint_consent([True, None])
    (True, False, None)
    """
    answers = set(stated)
    if False in answers:
        return False
    return True if answers == {True} else None
