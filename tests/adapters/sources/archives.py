"""ZIP archives as centres and attackers make them, for the tests."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping


def archive(
    members: Mapping[str, bytes | str],
    *,
    name_encoding: str | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return an archive. With `name_encoding` names are in that encoding and bear no UTF-8 mark,
    as Chinese programs write them."""
    buffer = io.BytesIO()
    stand_ins: dict[bytes, bytes] = {}
    with zipfile.ZipFile(buffer, "w", compression) as written:
        for number, (name, content) in enumerate(members.items()):
            stored = name
            if name_encoding is not None:
                raw = name.encode(name_encoding)
                stored = f"{number:0{len(raw)}d}"
                stand_ins[stored.encode()] = raw
            written.writestr(zipfile.ZipInfo(stored), content, compression)
    raw_archive = buffer.getvalue()
    for stand_in, raw in stand_ins.items():
        assert raw_archive.count(stand_in) == 2
        raw_archive = raw_archive.replace(stand_in, raw)
    return raw_archive


def patched(
    raw: bytes, name: str, *, local: Mapping[int, bytes], central: Mapping[int, bytes]
) -> bytes:
    """Return an archive with bytes of one member's two headers replaced, offset → bytes."""
    changed = bytearray(raw)
    encoded = name.encode()
    at_local = raw.index(b"PK\x03\x04")
    while raw[at_local + 30 : at_local + 30 + len(encoded)] != encoded:
        at_local = raw.index(b"PK\x03\x04", at_local + 4)
    at_central = raw.index(b"PK\x01\x02")
    while raw[at_central + 46 : at_central + 46 + len(encoded)] != encoded:
        at_central = raw.index(b"PK\x01\x02", at_central + 4)
    for at, changes in ((at_local, local), (at_central, central)):
        for offset, new in changes.items():
            changed[at + offset : at + offset + len(new)] = new
    return bytes(changed)


def encrypted(raw: bytes, name: str) -> bytes:
    """Return an archive in which a member is marked as encrypted."""
    mark = struct.pack("<H", 1)
    return patched(raw, name, local={6: mark}, central={8: mark})


def saying_size(raw: bytes, name: str, size: int) -> bytes:
    """Return an archive that says another size of a member than it has."""
    said = struct.pack("<L", size)
    return patched(raw, name, local={22: said}, central={24: said})


def method(raw: bytes, name: str, number: int) -> bytes:
    """Return an archive that says a member was packed in another way."""
    said = struct.pack("<H", number)
    return patched(raw, name, local={8: said}, central={10: said})


def damaged(raw: bytes, name: str) -> bytes:
    """Return an archive in which the content of a member is spoiled."""
    changed = bytearray(raw)
    at = raw.index(name.encode()) + len(name.encode())
    changed[at + 20] ^= 0xFF
    return bytes(changed)
