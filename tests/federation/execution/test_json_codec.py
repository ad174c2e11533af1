"""Numbers keep every digit; what is not JSON is a ValueError."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.execution.json_codec import Fragment, decode, encode


@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551616", "-99999999999999999999999999", "0.1", "1.10", "-0.5",
        "3.14159265358979323846264338", "1e400", "-1.5E+300", "1e-7", "123456789012345678.5",
        "0.30000000000000004", "9007199254740993.0",
    ],
)  # fmt: skip
def test_numbers_keep_their_value(text: str) -> None:
    value = decode(text.encode())
    assert Decimal(encode({"n": value}).decode()[5:-1]) == Decimal(text)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_decimal_survives(number: Decimal) -> None:
    text = json.dumps({"n": 0}).replace("0", str(number))
    if "E" in str(number) and abs(number.adjusted()) > 10_000:
        return
    again = json.loads(encode(decode(text.encode())), parse_float=Decimal, parse_int=Decimal)
    assert again["n"] == number


@pytest.mark.parametrize(
    "body", [b"", b"{", b"1 2", b"NaN", b"'x'", b'"\xff"', b"[" * 50_000, b'"\\ud800"', b"{1:2}"]
)
def test_what_is_not_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(body)


@pytest.mark.parametrize("value", [object(), {1: 2}, "\ud800", {"a": {1, 2}}])
def test_what_cannot_be_written(value: Any) -> None:
    with pytest.raises(TypeError):
        encode(value)


def test_fragments_beside_large_numbers() -> None:
    assert (
        encode({"a": Fragment(b'{"x":1}'), "b": [2**64]})
        == b'{"a":{"x":1},"b":[18446744073709551616]}'
    )
