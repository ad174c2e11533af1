"""What lists are assumed to hold and what is dear to ask for: `@listSize` and `@cost`.

Each function returns the `directives` of a field. A gateway estimates by them what an operation
asks of us before it runs it; how the numbers are chosen is told in `schema/README.md`.
"""

from __future__ import annotations

from typing import Final

from strawberry import UNSET
from strawberry.federation.schema_directives import Cost, ListSize

Directives = tuple[object, ...]

SEARCH: Final = 20
"""Finds text inside names or titles of a table that grows without end: reads an index widely."""

COUNT: Final = 10
"""Counts rows that a page would not read."""

BOARD: Final = 20
"""Adds up several tables."""

EXPORT: Final = 200
"""Reads up to a hundred thousand rows and makes a file of them."""


def sized(size: int) -> Directives:
    """Return the directives of a list that has no argument for its size.

    `size`: what nine lists in ten stay within, not the most there may be.
    """
    return (
        ListSize(
            assumed_size=size,
            slicing_arguments=UNSET,
            sized_fields=UNSET,
            require_one_slicing_argument=UNSET,
        ),
    )


def sliced(default: int) -> Directives:
    """Return the directives of a list of `first` elements, `default` where that is not given."""
    return (
        ListSize(
            assumed_size=default,
            slicing_arguments=["first"],
            sized_fields=UNSET,
            require_one_slicing_argument=False,
        ),
    )


def paged(default: int, *lists: str) -> Directives:
    """Return the directives of a field that returns a page of `first` elements.

    `lists`: the fields of the page that hold them; a connection's `nodes` when not given.
    """
    return (
        ListSize(
            assumed_size=default,
            slicing_arguments=["first"],
            sized_fields=list(lists or ("nodes",)),
            require_one_slicing_argument=False,
        ),
    )


def dear(weight: int) -> Directives:
    """Return the directives of a field or argument that costs `weight` each time it is asked for,
    beside the objects it returns (each costs 1)."""
    return (Cost(weight=weight),)


def counted_above() -> Directives:
    """Return the directives of inputs that cost nothing themselves, beside what holds them.

    Of many small ones, such as the cells of a row; each input object costs 1 else.
    """
    return (Cost(weight=0),)
