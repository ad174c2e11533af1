"""Rule PERSONAL_DATA: title and summary give away nobody's personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from resolvers.trading.rules.screening.facts import ScreeningFacts
from resolvers.trading.rules.screening.finding import Finding
from resolvers.values.text import fold

RULE = "PERSONAL_DATA"
_IDENTITY = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9])0[0-9]{2,3}[- ]?[2-9][0-9]{6,7}(?![0-9])")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def personal_data(facts: ScreeningFacts) -> Iterator[Finding]:
    """Yield BLOCK for an identity card number, WARN for a telephone number or mail address, else
    PASS. What was found is not repeated."""
    text = fold(f"{facts.listing.title}\n{facts.listing.summary or ''}")
    identities = [each for each in _IDENTITY.findall(text) if is_identity_number(each)]
    without = _IDENTITY.sub(" ", text)
    if identities:
        yield Finding(
            RULE,
            "BLOCK",
            "名称或简介中有身份证号码",
            "Title or summary holds an identity card number",
        )
    elif _MAIL.search(without) or _MOBILE.search(without) or _LANDLINE.search(without):
        yield Finding(
            RULE,
            "WARN",
            "名称或简介中有电话号码或邮箱",
            "Title or summary holds a telephone number or mail address",
        )
    else:
        yield Finding(RULE, "PASS", "未见个人信息", "No personal data found")


def is_identity_number(text: str) -> bool:
    """Return whether 18 characters are a citizen identification number (GB 11643): a date of birth
    at its place, and the check character right.

    >>> is_identity_number("11010519491231002X"), is_identity_number("110105194912310021")
    (True, False)
    """
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == text[17].upper()
