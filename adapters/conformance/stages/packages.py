"""Packages of CNIPA's legal events: dated ZIP archives of PRS XML, one document a batch."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from adapters.config import Kind, SourceConfig
from adapters.conformance.model import BATCH, Ability, Fault, Item, Place, Reason, Subject
from adapters.conformance.stages.shared import (
    BOMB_BYTES,
    NO_LIST,
    NO_LOOKUP,
    NO_MARK,
    SERVERLESS,
    build_config,
    pages,
)
from adapters.conformance.subjects import LEGAL_EVENTS

_NO_DELETION: Final[Reason] = ("公告事务只增不删", "Gazetted events are never taken back")
_NO_CONTRADICTION: Final[Reason] = ("事务内容属于主键", "The text of an event is part of its key")
_NO_CONTROL: Final[Reason] = ("XML 不能含控制字符", "XML cannot hold control characters")
_NO_RAW: Final[Reason] = ("XML 的记录总是元素", "A record of XML is always an element")
_NO_REQUIRED: Final[Reason] = ("事务的内容不是必填项", "The text of an event is not required")

_HEAD: Final = (
    '<?xml version="1.0" encoding="{encoding}"?>\n'
    '<business:PRS xmlns:business="http://www.sipo.gov.cn/XMLSchema/business" '
    'xmlns:base="http://www.sipo.gov.cn/XMLSchema/base">\n'
)
_RECORD: Final = """<business:PRSRecord PRSID="{id}" status="C">
<business:ApplicationReference applType="1" dataFormat="original" sequence="1" sourceDB="national">
<base:DocumentID><base:WIPOST3Code>CN</base:WIPOST3Code><base:DocNumber>{number}</base:DocNumber>
<base:Date>20200102</base:Date></base:DocumentID></business:ApplicationReference>
<business:IPRType>发明专利</business:IPRType>
<business:PRSPublicationDate><base:Date>20230601</base:Date></business:PRSPublicationDate>
<business:PRSCode>PB01</business:PRSCode><business:PRSValue>公布</business:PRSValue>
<business:PRSInformation>{text}</business:PRSInformation>
</business:PRSRecord>
"""


class PackagesStage:
    """Folders with a package a day."""

    kind: Kind = "packages"
    variant: str = "zip"
    subject: Subject = LEGAL_EVENTS
    lacks: Mapping[Ability, Reason] = SERVERLESS | {
        Ability.LOOKUP: NO_LOOKUP,
        Ability.INCREMENTAL: NO_MARK,
        Ability.ABSENCE: NO_LIST,
        Ability.MARKED_DELETIONS: _NO_DELETION,
        Ability.CONTRADICTION: _NO_CONTRADICTION,
        Ability.CONTROL: _NO_CONTROL,
        Ability.RAW_RECORDS: _NO_RAW,
        Ability.REQUIRED_TEXT: _NO_REQUIRED,
    }

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def place(self, number: int) -> AsyncIterator[Place]:
        """Make a folder of its own."""
        folder = self._folder / f"case-{number}"
        (folder / "rawdata").mkdir(parents=True)
        yield PackagesPlace(number, folder)


class PackagesPlace:
    """A folder with a package for every batch of items."""

    early_calls = 0
    keeps_before = True

    def __init__(self, number: int, folder: Path) -> None:
        self._number, self._folder = number, folder
        self._code = f"kit-packages-{number}"
        self._fault: Fault | None = None

    def break_down(self, fault: Fault | None) -> None:
        self._fault = fault

    async def put(self, items: Sequence[Item]) -> None:
        """Write the packages anew; those there were and are no more are removed."""
        inbox = self._folder / "rawdata"
        for path in inbox.iterdir():
            path.unlink()
        for number, page in enumerate(pages(list(items), BATCH)):
            path = inbox / f"CN-PA-PRSS-10_202306{number + 1:02d}.zip"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("events.xml", self._document(page, number == 1))
            if self._fault is Fault.BROKEN_PAGE and number == 1:
                path.write_bytes(path.read_bytes()[:-200])

    def config(
        self,
        *,
        nowhere: bool = False,
        incremental: bool = False,
        lookup: bool = False,
        **changes: Any,
    ) -> SourceConfig:
        path = "nowhere" if nowhere else "rawdata"
        return build_config(
            self._code, "packages", LEGAL_EVENTS, self._folder, {"path": path} | changes
        )

    def _document(self, items: list[Item], in_middle: bool) -> bytes:
        encoding = "gb18030" if self._fault is Fault.CHINESE else "UTF-8"
        records = (
            _RECORD.format(
                id=f"KIT{self._number:03d}{item.number:05d}",
                number=LEGAL_EVENTS.printed(self._number, item),
                text=escape(item.text),
            )
            for item in items
        )
        body = "".join(records)
        text = f"{_HEAD.format(encoding=encoding)}{body}</business:PRS>\n".encode(encoding)
        if in_middle and self._fault is Fault.UNDECODABLE:
            return text.replace("公布".encode(), b"\xff\xff\x80", 1)
        if in_middle and self._fault is Fault.BOMB:
            return text.replace(b"</business:PRS>", b" " * BOMB_BYTES + b"</business:PRS>")
        return text
