"""In which regions something counts (DOMAIN §3.4): expected by hand from GB/T 2260."""

from __future__ import annotations

import pytest

from resolvers.finance.rules.consent import joint_consent
from resolvers.finance.rules.counted_in import counted_in
from resolvers.values.lists import ReferenceLists, Region


def region(code: str, successors: tuple[str, ...] = (), valid_to: int | None = None) -> Region:
    status = "ACTIVE" if valid_to is None else "RETIRED"
    parent = f"{code[:2]}0000" if not code.endswith("0000") else "000000"
    return Region(code, code, code, 3, parent, 1981, valid_to, status, successors)  # type: ignore[arg-type]


LISTS = ReferenceLists(
    regions={
        "440305": (region("440305"),),
        "110103": (region("110103", ("110101",), 2010),),
        "110101": (region("110101"),),
        "330102": (region("330102", ("330105", "330110"), 2021),),
        "513223": (region("513223", ("513224",), 1990),),
        "513224": (region("513224", ("513223",), 1995),),
        "120110": (region("120110", ("120110",), 1992), region("120110")),
    },
    industries={},
    sections={},
    ipc=frozenset(),
    offices={},
    place_names=frozenset(),
)


@pytest.mark.parametrize(
    ("code", "regions"),
    [
        ("440305", ("440305", "440300", "440000")),
        ("440300", ("440300", "440000")),
        ("440000", ("440000",)),
        ("000000", ()),
        ("110103", ("110101", "110100", "110000")),  # one successor takes over
        ("330102", ("330000",)),  # two successors: with the parent
        ("513223", ("513223", "513200", "510000")),  # a circle of successors ends where it began
        ("120110", ("120110", "120100", "120000")),  # renamed only
        ("999999", ("999999", "999900", "990000")),  # not on the list
    ],
)
def test_counted_in(code: str, regions: tuple[str, ...]) -> None:
    assert counted_in(code, LISTS) == regions


@pytest.mark.parametrize(
    ("stated", "joint"),
    [
        ([], None),
        ([True], True),
        ([False], False),
        ([None], None),
        ([True, True], True),
        ([True, None], None),
        ([None, False], False),
        ([True, False], False),
    ],
)
def test_joint_consent(stated: list[bool | None], joint: bool | None) -> None:
    assert joint_consent(stated) is joint
