"""Pass: in which order the root fields of a mutation run (GraphQL October 2021 §6.2.2, §6.3.2).

A response key runs where it is *first* selected, with all that is selected of it anywhere. Which
selection is the first depends on the variables where an earlier one stands under a condition and
another root field comes in between: such a key is listed at each of these places, under conditions
that exclude one another.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import groupby

from federation.errors import RequestError
from federation.operation.model import Conditions, Field, both, either

# Alternatives of one place's condition. They multiply with each earlier selection that stands
# under several variables; eight of two variables each are still within.
MAX_ALTERNATIVES = 256


def order_mutation(fields: Iterable[Field]) -> tuple[tuple[str, Conditions], ...]:
    """Return (response key, when it runs here) for each place; () where no place depends.

    `fields` are the root fields in document order, not yet merged. Raises `RequestError` when a
    condition gets too long.

    >>> a, b = Field("a", "a", "M", (), ((("x", True),),)), Field("b", "b", "M")
    >>> order_mutation((a, b, Field("a", "a", "M")))
    (('a', ((('x', True),),)), ('b', ()), ('a', ((('x', False),),)))
    """
    earlier: dict[str, Conditions] = {}
    places: list[tuple[str, Conditions]] = []
    # What needs no call (`__typename`) separates nothing.
    called = [field for field in fields if not field.name.startswith("__")]
    for key, found in groupby(called, key=lambda field: field.key):
        wanted = reduce(either, [field.conditions for field in found])
        here: Conditions | None = wanted
        if key in earlier:
            here = _except(wanted, earlier[key])
            wanted = either(earlier[key], wanted)
        if here is not None:
            places.append((key, here))
        earlier[key] = wanted
    return tuple(places) if len(places) > len(earlier) else ()


def _except(conditions: Conditions, earlier: Conditions) -> Conditions | None:
    """Return when `conditions` hold and `earlier` do not, or None when never."""
    if not earlier:
        return None
    left = conditions
    for literals in earlier:
        fewer = both(left, tuple(((name, not wanted),) for name, wanted in literals))
        if fewer is None:
            return None
        left = fewer
        if len(left) > MAX_ALTERNATIVES:
            raise RequestError(
                "The order of the mutation's fields depends on too many variables; select each "
                "field once, or under fewer conditions.",
                code="REQUEST_LIMIT_EXCEEDED",
            )
    return left
