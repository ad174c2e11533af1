"""In which regions something counts that is recorded under a GB/T 2260 code (DOMAIN §3.4).

A code counts in its region and in all that contain it. A retired code follows its successor when
there is exactly one; with several, or none, it counts from its parent upwards.
"""

from __future__ import annotations

from resolvers.values.lists import COUNTRY_CODE, ReferenceLists


def counted_in(code: str, lists: ReferenceLists) -> tuple[str, ...]:
    """Return the regions below the country, the narrowest first.

    >>> from resolvers.values import shipped_lists
    >>> counted_in("440305", shipped_lists())
    ('440305', '440300', '440000')
    """
    seen: set[str] = set()
    present: str | None = code
    while present is not None and present not in seen:
        seen.add(present)
        periods = lists.regions.get(present)
        if periods is None or periods[-1].valid_to is None:
            return _upwards(present)
        successors = set(periods[-1].successors) - {present}
        if len(successors) != 1:
            return _upwards(periods[-1].parent_code)
        present = successors.pop()
    return _upwards(present)


def _upwards(code: str | None) -> tuple[str, ...]:
    if code is None or code == COUNTRY_CODE:
        return ()
    levels = (code, f"{code[:4]}00", f"{code[:2]}0000")
    return tuple(dict.fromkeys(levels))
