"""The usual envelopes of records: `{code, message, data{records[]}}` and what is like it.

For files and answers alike (DOMAIN §4.1, §4.4): an array is a list of records; so is `data` or one
of the usual keys in it. A `code` that is there and does not mean success refuses the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

SUCCESS: Final = (0, 200, "0", "200")
LISTS: Final = ("records", "items", "rows", "list")


def is_success(code: Any, success: Iterable[str | int | bool] = SUCCESS) -> bool:
    """Return whether a code means success; True and False are no numbers.

    >>> is_success(200), is_success(False), is_success(True, (True,))
    (True, False, True)
    """
    return any(
        code == good and isinstance(code, bool) is isinstance(good, bool) for good in success
    )


def find_list(document: Any) -> list[Any] | None:
    """Return the records of a document, None when there is no list where lists usually are.

    >>> find_list({"code": 0, "data": {"total": 1, "records": [{"no": 1}]}})
    [{'no': 1}]
    """
    inner = document.get("data", document) if isinstance(document, dict) else document
    if isinstance(inner, list):
        return inner
    if isinstance(inner, dict):
        for name in LISTS:
            found = inner.get(name)
            if isinstance(found, list):
                return found
    return None
