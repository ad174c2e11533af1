"""Which changes of a type reference existing operations survive.

Output: a client must still understand what it gets, so a type may only become narrower (null is
excluded). Input: what a client gives must still be accepted, so it may only become wider. The named
type must stay the same: fragments and variables are written with its name. A list in place of a
single value is no widening, because a variable of the single type does not fit it.
"""

from __future__ import annotations

from graphql import GraphQLType, is_list_type, is_non_null_type


def is_narrower(old: GraphQLType, new: GraphQLType) -> bool:
    """Return whether each value of `new` is a value of `old`, named types being equal."""
    if is_non_null_type(new):
        return is_narrower(old.of_type if is_non_null_type(old) else old, new.of_type)
    if is_non_null_type(old):
        return False
    if is_list_type(old) or is_list_type(new):
        return is_list_type(old) and is_list_type(new) and is_narrower(old.of_type, new.of_type)
    return str(old) == str(new)


def is_wider(old: GraphQLType, new: GraphQLType) -> bool:
    """Return whether each value of `old` is a value of `new`, named types being equal."""
    return is_narrower(new, old)
