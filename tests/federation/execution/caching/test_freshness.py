"""What headers allow, by RFC 9111; the expected values are the RFC's, not the module's."""

from __future__ import annotations

import pytest

from federation.execution.caching.freshness import (
    Freshness,
    Scope,
    read_policy,
    strictest,
)

NOW = 1_445_412_440.0  # Wed, 21 Oct 2015 07:27:20 GMT


@pytest.mark.parametrize(
    ("cache_control", "left", "scope"),
    [
        ("max-age=60", 60, Scope.UNSAID),
        ("public, max-age=60", 60, Scope.PUBLIC),
        ("Public,Max-Age=60", 60, Scope.PUBLIC),
        ("private, max-age=60", 60, Scope.PRIVATE),
        # §5.2.2.10: s-maxage is for shared caches and wins over max-age
        ("max-age=5, s-maxage=90", 90, Scope.PUBLIC),
        ("private, max-age=5, s-maxage=90", 5, Scope.PRIVATE),
        # §5.2: either form of an argument must be understood
        ('max-age="60"', 60, Scope.UNSAID),
        ('private="set-cookie", max-age=60', 60, Scope.PRIVATE),
        ('max-age=60, extension="a, no-store"', 60, Scope.UNSAID),
        # §4.2.1: a time that is given twice or is none may be taken for stale
        ("max-age=60, max-age=90", None, None),
        ("max-age=sixty", None, None),
        ("max-age=-1", None, None),
        ("max-age=0", None, None),
        ("max-age", None, None),
        ("no-store, max-age=60", None, None),
        ("max-age=60, NO-STORE", None, None),
        ("no-cache, max-age=60", None, None),
        ('no-cache="x", max-age=60', None, None),
        # §1.2.2: larger than can be held
        ("max-age=99999999999999999999", 2**31, Scope.UNSAID),
        ("public", None, None),
        ("", None, None),
    ],
)
def test_cache_control(cache_control: str, left: float | None, scope: Scope | None) -> None:
    policy = read_policy([("cache-control", cache_control)], None, NOW)
    found = (None, None) if policy is None else (policy.left, policy.scope)
    assert found == (left, scope)


def test_several_lines_are_one_list() -> None:
    lines = [("cache-control", "max-age=60"), ("cache-control", "no-store")]
    assert read_policy(lines, None, NOW) is None


def test_age_is_taken_off() -> None:
    headers = [("cache-control", "max-age=60"), ("age", "45")]
    policy = read_policy(headers, None, NOW)
    assert policy is not None
    assert (policy.left, policy.age) == (15, 45)
    assert read_policy([("cache-control", "max-age=60"), ("age", "60")], None, NOW) is None


def test_a_default_holds_only_where_no_time_is_named() -> None:
    assert read_policy([], None, NOW) is None
    for headers, left in [
        ([], 30),
        ([("cache-control", "public")], 30),
        ([("cache-control", "max-age=5")], 5),
        ([("age", "10")], 20),
    ]:
        policy = read_policy(headers, 30.0, NOW)
        assert policy is not None
        assert policy.left == left
    for cache_control in ("no-store", "max-age=0", "no-cache"):
        assert read_policy([("cache-control", cache_control)], 30.0, NOW) is None
    assert read_policy([("expires", "0")], 30.0, NOW) is None


def test_expires_counts_from_the_date_of_the_answer() -> None:
    expires = ("expires", "Wed, 21 Oct 2015 07:28:00 GMT")
    policy = read_policy([expires], None, NOW)
    assert policy is not None
    assert policy.left == 40
    dated = read_policy([expires, ("date", "Wed, 21 Oct 2015 07:26:00 GMT")], None, NOW)
    assert dated is not None
    assert dated.left == 120
    # §5.3: max-age wins
    assert read_policy([expires, ("cache-control", "max-age=0")], None, NOW) is None


def test_vary() -> None:
    fresh = ("cache-control", "max-age=60")
    policy = read_policy([fresh, ("vary", "X-B, x-a"), ("vary", "X-A")], None, NOW)
    assert policy is not None
    assert policy.vary == ("x-a", "x-b")
    assert read_policy([fresh, ("vary", "x-a, *")], None, NOW) is None


def test_the_strictest_part_decides() -> None:
    one = Freshness(50, 10, True, frozenset({"a"}), 1, 2)
    other = Freshness(20, 3, False, frozenset({"b"}), 4, 0)
    assert strictest(one, other) == Freshness(20, 10, False, frozenset({"a", "b"}), 5, 2)
    assert strictest(one, Freshness()).cache_control() == "no-store"


def test_what_is_told_ends_when_the_first_part_does() -> None:
    """A cache downstream takes `age` off `max-age` (§4.2): what is left must not be longer."""
    for left in (1.0, 19.4, 59.99):
        for age in (0.0, 0.7, 30.2):
            told = Freshness(left, age, False).cache_control()
            assert told.startswith("private, max-age=")
            assert int(told.split("=")[1]) - int(age) <= left
