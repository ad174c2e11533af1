"""Files in a folder: the stage of `file_drop`, one file a batch."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal

from adapters.config import Kind, SourceConfig
from adapters.conformance.model import BATCH, NO_RAW, Ability, Fault, Item, Place, Reason, Subject
from adapters.conformance.stages.shared import (
    BOMB_BYTES,
    NO_LIST,
    NO_LOOKUP,
    NO_MARK,
    SERVERLESS,
    build_config,
    pages,
)
from adapters.conformance.subjects import ORGANIZATIONS

Form = Literal["csv", "json", "jsonl", "zip"]

_NO_RAW: Final[Reason] = ("表格的行总是一行单元格", "A row of a table is always a row of cells")
_NO_BOMB: Final[Reason] = ("未压缩的文件不会膨胀", "A file that is not compressed does not unpack")


class FileStage:
    """Folders of files of one form."""

    kind: Kind = "file_drop"
    subject: Subject = ORGANIZATIONS

    def __init__(self, folder: Path, form: Form) -> None:
        self._folder, self._form = folder, form
        self.variant: str = form
        lacks: dict[Ability, Reason] = SERVERLESS | {
            Ability.LOOKUP: NO_LOOKUP,
            Ability.INCREMENTAL: NO_MARK,
            Ability.ABSENCE: NO_LIST,
        }
        if form in ("csv", "zip"):
            lacks[Ability.RAW_RECORDS] = _NO_RAW
        if form != "zip":
            lacks[Ability.BOMB] = _NO_BOMB
        self.lacks: Mapping[Ability, Reason] = lacks

    @asynccontextmanager
    async def place(self, number: int) -> AsyncIterator[Place]:
        """Make a folder of its own."""
        folder = self._folder / f"case-{number}"
        (folder / "inbox").mkdir(parents=True)
        yield FilePlace(f"kit-file-{number}", number, folder, self._form)


class FilePlace:
    """A folder with a file for every batch of items."""

    early_calls = 0
    keeps_before = True

    def __init__(self, code: str, number: int, folder: Path, form: Form) -> None:
        self._code, self._number, self._folder, self._form = code, number, folder, form
        self.fault: Fault | None = None

    def break_down(self, fault: Fault | None) -> None:
        self.fault = fault

    async def put(self, items: Sequence[Item]) -> None:
        """Write the files anew; those there were and are no more are removed."""
        inbox = self._folder / "inbox"
        written = set()
        for number, page in enumerate(pages(list(items), BATCH)):
            path = inbox / f"{number:04d}.{self._form}"
            content = self._faulty(self._bytes(page), number == 1)
            if self._form == "zip":
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr("数据.csv", content)
            else:
                path.write_bytes(content)
            written.add(path)
        for path in set(inbox.iterdir()) - written:
            path.unlink()

    def config(
        self,
        *,
        nowhere: bool = False,
        incremental: bool = False,
        lookup: bool = False,
        **changes: Any,
    ) -> SourceConfig:
        path = "nowhere" if nowhere else "inbox"
        return build_config(
            self._code, "file_drop", ORGANIZATIONS, self._folder, {"path": path} | changes
        )

    def _bytes(self, items: list[Item]) -> bytes:
        if self._form in ("csv", "zip"):
            out = io.StringIO()
            writer = csv.writer(out)
            writer.writerow(ORGANIZATIONS.headers)
            writer.writerows(ORGANIZATIONS.cells(self._number, item) for item in items)
            return out.getvalue().encode("utf-8")
        records = [
            ORGANIZATIONS.record(self._number, item) if item.raw is NO_RAW else item.raw
            for item in items
        ]
        if self._form == "json":
            return json.dumps(records, ensure_ascii=False).encode("utf-8")
        return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode("utf-8")

    def _faulty(self, content: bytes, in_middle: bool) -> bytes:
        if self.fault is Fault.CHINESE:
            return content.decode("utf-8").encode("gb18030")
        if not in_middle:
            return content
        if self.fault is Fault.BROKEN_PAGE:
            return b"\x00\x01{[<" + content[: len(content) // 3 : 2]
        if self.fault is Fault.BOMB:
            return content + b"\n" * BOMB_BYTES
        if self.fault is Fault.UNDECODABLE:
            return content + b"\xff\xff\x80\n"
        return content
