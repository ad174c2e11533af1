"""Numbers that the graph is made of: reproducible, and valid where a number has a check.

Serial numbers begin at 9,100,000 of a year and kind, which no office has assigned and no demo feed
uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from resolvers.values import application_numbers, uscc

FIRST_SERIAL: Final = 9_100_000
_MASK: Final = (1 << 64) - 1


def mix(seed: int, number: int) -> int:
    """Return 64 bits that look random, always the same for the same two numbers (splitmix64)."""
    value = (seed * 0x9E3779B97F4A7C15 + (number + 1) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def application_number(year: int, kind: str, serial: int) -> str:
    """Return the canonical number, its check character computed (DOMAIN §3.1)."""
    body = f"{year}{kind}{serial:07d}"
    return f"CN{body}{application_numbers.check_character(body)}"


def organization_codes(region_codes: tuple[str, ...], count: int) -> Iterator[tuple[str, str]]:
    """Yield unified social credit codes with their region, each code once (DOMAIN §3.3)."""
    for number in range(count):
        region = region_codes[number % len(region_codes)]
        body = f"MB{number:06d}"
        organization = body + uscc.organization_check_character(body)
        code = f"91{region}{organization}"
        yield code + uscc.check_character(code), region
