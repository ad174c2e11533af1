"""What an API key looks like: `zth_<id>_<secret><checksum>`.

Twelve characters of id, which may be shown; 43 of secret, which are 256 random bits; six of CRC-32
over both, so that a slip of the hand is told from a wrong key without asking anybody, and scanners
for leaked secrets find keys by their form alone. All of it is letters and digits but for the two
underscores, so that a double click takes it whole.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from dataclasses import dataclass
from typing import Final
from zlib import crc32

PREFIX: Final = "zth"
PATTERN: Final = re.compile(r"zth_([0-9a-z]{12})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})", re.ASCII)
"""Fit for scanners, too."""

LONGEST: Final = 66
_ID_CHARACTERS: Final = string.digits + string.ascii_lowercase
_BASE_62: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. `text` is the key itself: shown once, stored nowhere."""

    id: str
    text: str
    digest: bytes

    def __repr__(self) -> str:
        return f"NewKey({self.id!r}, …)"


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key somebody showed: well-formed, and that is all."""

    id: str
    digest: bytes


def new_key() -> NewKey:
    """Return a new key."""
    key_id = "".join(secrets.choice(_ID_CHARACTERS) for _ in range(12))
    secret = _base_62(secrets.randbits(256), 43)
    text = f"{PREFIX}_{key_id}_{secret}{_checksum(key_id, secret)}"
    return NewKey(key_id, text, _digest(text))


def parse_key(text: str) -> ShownKey | None:
    """Return the id and digest of a key; None for what cannot be one.

    >>> key = new_key()
    >>> parse_key(key.text) == ShownKey(key.id, key.digest)
    True
    >>> parse_key(key.text[:-1]) is None
    True
    """
    if len(text) > LONGEST:
        return None
    found = PATTERN.fullmatch(text)
    if found is None or _checksum(found[1], found[2]) != found[3]:
        return None
    return ShownKey(found[1], _digest(text))


def shown(key_id: str) -> str:
    """Return what of a key may be shown."""
    return f"{PREFIX}_{key_id}_…"


def _digest(text: str) -> bytes:
    # A plain hash: 256 random bits are not guessed, and a slow one would let strangers burn time.
    return hashlib.sha256(text.encode()).digest()


def _checksum(key_id: str, secret: str) -> str:
    return _base_62(crc32(f"{key_id}_{secret}".encode()), 6)


def _base_62(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        characters.append(_BASE_62[digit])
    return "".join(reversed(characters))
