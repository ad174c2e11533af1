"""ZIP archives: which members there are, and their bytes under every bound.

An archive is a drop: each member that is a data file is a batch. Names are shown and compared,
never used as paths: bytes go into anonymous files, or are read as a stream. What an archive says
about sizes is not believed: bytes are counted while they are unpacked. Names without the UTF-8 mark
are what Chinese programs write: UTF-8 where they are, else GB18030. A member that is encrypted,
damaged or too large is refused alone; an archive inside an archive is not read.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from adapters.errors import FileRefused
from adapters.files.limits import Limits, size_text

ARCHIVE_SUFFIXES: Final = (".zip",)
_OTHER_ARCHIVES: Final = (".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz")
NESTED_SUFFIXES: Final = (*ARCHIVE_SUFFIXES, *_OTHER_ARCHIVES)

_CHUNK: Final = 1 << 16
_UTF8_MARK: Final = 0x800
_ENCRYPTED: Final = 0x1
_UNICODE_PATH: Final = 0x7075
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LONGEST_REMARK: Final = 1 << 16
_ALL_ONES: Final = 0xFFFFFFFF
# What the zipfile module raises for archives that are damaged or of a later version.
_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
    *(ValueError, OSError, EOFError, struct.error),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the list of the archive has it. `name` is for people, with `/` between folders.

    `refusal`: why it cannot be read at all. `fingerprint`: digest of its entry, by which a member
    whose bytes cannot be read is known.
    """

    name: str
    entry: zipfile.ZipInfo
    refusal: FileRefused | None
    fingerprint: str


class Archive:
    """An opened archive; the file stays the caller's."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        """Read the list of members.

        Raises:
            FileRefused: `FILE_FORMAT` when it is no ZIP archive, `FILE_TOO_LARGE`,
                `ARCHIVE_MEMBERS`.
        """
        self._limits = limits
        self._left = limits.archive_expanded_bytes
        if file.seek(0, io.SEEK_END) > limits.archive_bytes:
            raise FileRefused("FILE_TOO_LARGE", limit=size_text(limits.archive_bytes))
        if _directory_bytes(file) > limits.archive_directory_bytes:
            raise FileRefused("ARCHIVE_MEMBERS", limit=limits.archive_members)
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN as error:
            raise FileRefused("FILE_FORMAT", reason=f"ZIP: {_reason(error)}") from error
        if len(self._zip.infolist()) > limits.archive_members:
            raise FileRefused("ARCHIVE_MEMBERS", limit=limits.archive_members)

    def members(self) -> list[Member]:
        """Return the members that are files, in the order of their names; hidden ones and what
        programs leave behind are passed over."""
        members = [
            _member(entry) for entry in self._zip.infolist() if not entry.filename.endswith("/")
        ]
        offered = [member for member in members if not is_hidden(member.name)]
        return sorted(offered, key=lambda member: (member.name, member.entry.header_offset))

    def unpack(self, member: Member, target: BinaryIO, bound: int) -> None:
        """Write the bytes of a member into a file, at most `bound`.

        Raises:
            FileRefused: `ARCHIVE_ENCRYPTED`, `ARCHIVE_METHOD`, `ARCHIVE_NESTED`,
                `ARCHIVE_DAMAGED`, `ARCHIVE_EXPANDS`.
        """
        for chunk in self.chunks(member, bound):
            target.write(chunk)
            self._left -= len(chunk)
            if self._left < 0:
                raise self._expands(self._limits.archive_expanded_bytes)

    def chunks(self, member: Member, bound: int) -> Iterator[bytes]:
        """Yield the bytes of a member in pieces; raises as `unpack` does."""
        if member.refusal is not None:
            raise member.refusal
        packed = max(member.entry.compress_size, 1)
        ratio = max(packed * self._limits.archive_ratio, self._limits.archive_ratio_from_bytes)
        allowed, size = min(bound, ratio), 0
        try:
            with self._zip.open(member.entry) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > allowed:
                        raise self._expands(allowed)
                    yield chunk
        except FileRefused:
            raise
        except _BROKEN as error:
            raise FileRefused("ARCHIVE_DAMAGED", reason=_reason(error)) from error
        if size != member.entry.file_size:
            said = f"{size} B != {member.entry.file_size} B"
            raise FileRefused("ARCHIVE_DAMAGED", reason=said)

    @staticmethod
    def _expands(bound: int) -> FileRefused:
        return FileRefused("ARCHIVE_EXPANDS", limit=size_text(bound))


class MemberStream(io.RawIOBase):
    """The bytes of a member from the beginning, as often as wanted: `seek(0)` begins anew.

    For readers that go through once in pieces; nothing is put aside.
    """

    def __init__(self, archive: Archive, member: Member, bound: int) -> None:
        self._archive, self._member, self._bound = archive, member, bound
        self._chunks = archive.chunks(member, bound)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("a member is read from its beginning")
        self._chunks.close()  # type: ignore[attr-defined]
        self._chunks = self._archive.chunks(self._member, self._bound)
        self._rest = b""
        return 0

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, empty at the end; raises FileRefused as `chunks` does."""
        if size < 0:
            return self._rest + b"".join(self._chunks)
        chunk = self._rest or next(self._chunks, b"")
        self._rest = chunk[size:]
        return chunk[:size]

    def close(self) -> None:
        self._chunks.close()  # type: ignore[attr-defined]
        super().close()


def is_hidden(name: str) -> bool:
    """Return whether a file is not meant to be read: hidden, or left behind by a program.

    >>> is_hidden("a/.b.csv"), is_hidden("__MACOSX/x.csv"), is_hidden("~$a.xlsx"), is_hidden("a/b")
    (True, True, True, False)
    """
    return any(part.startswith((".", "~$", "__MACOSX")) for part in name.split("/"))


def _member(entry: zipfile.ZipInfo) -> Member:
    name = member_name(entry)
    parts = (name, entry.CRC, entry.compress_size, entry.file_size, entry.flag_bits)
    fingerprint = hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
    refusal: FileRefused | None = None
    if name.lower().endswith(NESTED_SUFFIXES):
        refusal = FileRefused("ARCHIVE_NESTED")
    elif entry.flag_bits & _ENCRYPTED:
        refusal = FileRefused("ARCHIVE_ENCRYPTED")
    elif entry.compress_type not in _METHODS:
        # Others are rare, and unpack without a bound on one step.
        refusal = FileRefused("ARCHIVE_METHOD")
    return Member(name, entry, refusal, fingerprint)


def member_name(entry: zipfile.ZipInfo) -> str:
    """Return the name as it was meant: by its mark, by its extra field, else UTF-8 or GB18030."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_MARK:
        raw = name.encode("cp437", "replace")  # as zipfile read it
        name = _unicode_path(entry.extra, raw) or _decoded(raw)
    name = name.replace("\\", "/").lstrip("/")
    return "".join(char if char.isprintable() else "_" for char in name)


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Return the name in the extra field of Info-ZIP, when it belongs to the name of the entry."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1:
            if struct.unpack_from("<L", field, 1)[0] != zlib.crc32(raw):
                return None
            try:
                return field[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
        at += 4 + size
    return None


def _directory_bytes(file: BinaryIO) -> int:
    """Return how long the list of members says it is; 0 when it is not found."""
    length = file.seek(0, io.SEEK_END)
    begin = max(0, length - _LONGEST_REMARK - _END.size)
    file.seek(begin)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return 0
    size = int(_END.unpack_from(tail, at)[5])
    # Archives of many members say it in a record of its own, right before its locator.
    at_64 = tail.rfind(b"PK\x06\x06", 0, at)
    if at_64 >= 0 and at - at_64 >= _END_64.size:
        size_64 = int(_END_64.unpack_from(tail, at_64)[8])
        return max(size_64, size if size != _ALL_ONES else 0)
    return size


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
