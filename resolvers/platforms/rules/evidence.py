"""Evidence that a recognition needs (DOMAIN §1.5 E11): all three methods, and none FAIL.

Of each method the latest finding counts: a centre that failed a site visit and put things right is
visited again, and the earlier finding stays in the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

METHODS: Final = ("MATERIAL_CHECK", "FUNCTION_TEST", "SITE_VISIT")


def latest_results(findings: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return the last result of each method; findings (method, result) come oldest first."""
    return dict(findings)


def missing_methods(latest: Mapping[str, str]) -> tuple[str, ...]:
    """Return the methods without a finding.

    >>> missing_methods({"SITE_VISIT": "PASS"})
    ('MATERIAL_CHECK', 'FUNCTION_TEST')
    """
    return tuple(method for method in METHODS if method not in latest)


def failed_methods(latest: Mapping[str, str]) -> tuple[str, ...]:
    """Return the methods whose last finding is FAIL."""
    return tuple(method for method in METHODS if latest.get(method) == "FAIL")
