"""JSON in and out without losing a digit.

Subgraph answers are decoded by msgspec: as fast as orjson, and it keeps integers above 64 bits.
A decimal that a float cannot hold (more than 15 significant digits, or out of range) becomes
`decimal.Decimal`. orjson writes; the numbers it cannot write are spliced in as fragments.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import orjson

Fragment = orjson.Fragment

# Any decimal of up to 15 significant digits survives the way through a 64-bit float.
_EXACT_LENGTH = 15


def _decimal(text: str) -> float | Decimal:
    if len(text) <= _EXACT_LENGTH + 1 and "e" not in text and "E" not in text:
        return float(text)
    number = float(text)
    exact = Decimal(text)
    return number if Decimal(repr(number)) == exact and abs(number) != float("inf") else exact


_decoder = msgspec.json.Decoder(float_hook=_decimal)


def decode(body: bytes | bytearray) -> Any:
    """Return the value written in `body`.

    Raises `ValueError` when it is not JSON, not UTF-8, or nested deeper than the interpreter's
    recursion limit.

    >>> decode(b'[18446744073709551616, 0.1, 0.12345678901234567891]')
    [18446744073709551616, 0.1, Decimal('0.12345678901234567891')]
    """
    try:
        return _decoder.decode(body)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    except (msgspec.DecodeError, ArithmeticError) as error:
        raise ValueError(str(error)) from None


def _fallback(value: Any) -> Any:
    if isinstance(value, Decimal):
        return Fragment(str(value).encode())
    raise TypeError(f"not JSON: {type(value).__name__}")


def encode(value: Any) -> bytes:
    """Return `value` as JSON bytes. Raises `TypeError` for what JSON cannot say.

    >>> encode({"n": 18446744073709551616, "d": Decimal("1.10")})
    b'{"n":18446744073709551616,"d":1.10}'
    """
    try:
        return orjson.dumps(value, default=_fallback)
    except TypeError:
        try:
            return orjson.dumps(_spliced(value), default=_fallback)
        except RecursionError:
            raise TypeError("nested too deeply") from None


def _spliced(value: Any) -> Any:
    """Return `value` with what orjson refuses (integers above 64 bits) written as fragments."""
    if value.__class__ is int and not -(2**63) <= value < 2**64:
        return Fragment(str(value).encode())
    if value.__class__ is dict:
        return {key: _spliced(item) for key, item in value.items()}
    if value.__class__ is list:
        return [_spliced(item) for item in value]
    return value
