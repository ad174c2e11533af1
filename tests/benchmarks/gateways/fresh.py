"""What must be answered where answers hold the numbers of the calls that made them."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.gateways.standins.numbers import NUMBERS, without
from tests.benchmarks.load import Answer


class FreshAnswer(Answer):
    """An answer that is right whatever numbers stand in it; `numbers` has the first of each.

    >>> from tests.benchmarks.gateways.standins.numbers import PLACE
    >>> answer = FreshAnswer({"a": PLACE})
    >>> answer.accepts(b'{"a": "#000000000007"}'), answer.accepts(b'{"b": "#000000000007"}')
    (True, False)
    >>> answer.accepts(b'{"a": ""}'), answer.numbers
    (False, {b'#000000000007'})
    """

    __slots__ = ("numbers",)

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.numbers: set[bytes] = set()

    def accepts(self, body: bytes) -> bool:
        """See `Answer.accepts`."""
        found = NUMBERS.search(body)
        if found is None or not super().accepts(without(body)):
            return False
        self.numbers.add(found.group())
        return True
