"""Answers of which no two are alike: the number of the call, of fixed width, stands in them.

What remembers earlier answers gains nothing then, and all answers are as long.
"""

from __future__ import annotations

import re

_DIGITS = 12
# A text that holds the place of the number in values.
PLACE = "#" + "@" * _DIGITS
NUMBERS = re.compile(rb"#\d{%d}" % _DIGITS)


def cut(answer: bytes) -> list[bytes]:
    """Return an answer in pieces, between which the number goes."""
    return answer.split(PLACE.encode())


def filled(pieces: list[bytes], number: int) -> bytes:
    """Return the answer to call `number`.

    >>> filled(cut(b'{"a":"#@@@@@@@@@@@@"}'), 7)
    b'{"a":"#000000000007"}'
    """
    return pieces[0] if len(pieces) == 1 else (b"#%0*d" % (_DIGITS, number)).join(pieces)


def without(answer: bytes) -> bytes:
    """Return an answer with the place instead of its numbers.

    >>> without(b'{"a":"#000000000007"}')
    b'{"a":"#@@@@@@@@@@@@"}'
    """
    return NUMBERS.sub(PLACE.encode(), answer)
