"""The text of a legal event (PRSInformation), taken apart into label and value. DOMAIN §4.3.

Three spellings are met: lines ``label:value`` under the name of the event; one line with ``;``
between the parts and the name glued to the first label; blocks
``#法律状态公告日：…;法律状态：…;描述信息：…;``, several in one cell. Colons are half-width
in packages and full-width in exports.
"""

from __future__ import annotations

import re

from msgspec import Struct

from resolvers.values.text import display_text

_LABELS = (
    "IPC(主分类)",
    "专利号",
    "登记号",
    "登记生效日",
    "出质人",
    "质权人",
    "解除日",
    "变更日",
    "变更事项",
    "变更前",
    "变更后",
    "合同备案号",
    "让与人",
    "许可人",
    "受让人",
    "被许可人",
    "许可种类",
    "备案日期",
    "备案日",
    "发明名称",
    "申请日",
    "申请公布日",
    "授权公告日",
    "变更前权利人",
    "变更后权利人",
    "变更前专利权人",
    "变更后专利权人",
    "变更前共同专利权人",
    "变更后共同专利权人",
    "变更前地址",
    "变更后地址",
    "使用外观设计的产品名称",
    "无效宣告决定号",
    "无效宣告决定日",
    "原决定名称",
    "收件人",
    "文件名称",
)
_KNOWN = (
    "|".join(re.escape(label) for label in sorted(_LABELS, key=len, reverse=True))
    .replace(r"\(", "[(（]")
    .replace(r"\)", "[)）]")
)
# The name of the event runs up to the first known label with a colon.
_GLUED = re.compile(rf"(.*?)({_KNOWN})[:：](.*)", re.DOTALL)
_PART = re.compile(r"([^:：]{1,20})[:：](.*)", re.DOTALL)
_SEPARATOR = re.compile(r"[\r\n;；]+")
_BLOCK = re.compile(
    r"法律状态公告日[:：]\s*(?P<day>[^;；#]*)[;；]\s*法律状态[:：]\s*(?P<name>[^;；#]*)[;；]\s*"
    r"描述信息[:：](?P<text>[^#]*)"
)
_FULL_BRACKETS = str.maketrans("（）", "()")


class EventDetail(Struct, frozen=True):
    """One labelled value of an event's text."""

    label: str
    value: str


class EventText(Struct, frozen=True):
    """The name of the event and its details in the order of the text."""

    name: str
    details: tuple[EventDetail, ...]


class EventBlock(Struct, frozen=True):
    """One event of an export that lists several in one cell; `announced_on` as written."""

    announced_on: str
    name: str
    text: str


class HolderChange(Struct, frozen=True):
    """Holders before and after a transfer, in the order of the text."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def parse_event_text(text: str) -> EventText:
    """Return name and details of one event.

    >>> parse_event_text("专利权的转移IPC(主分类):A41D   1/00;变更事项:专利权人;").details[0]
    EventDetail(label='IPC(主分类)', value='A41D 1/00')
    """
    parts = [part for part in map(display_text, _SEPARATOR.split(text)) if part]
    if not parts:
        return EventText("", ())
    name, details = _first_part(parts[0])
    for part in parts[1:]:
        match = _PART.fullmatch(part)
        if match is not None:
            details.append(_detail(match[1], match[2]))
        elif details:  # a value that itself holds a separator goes on here
            last = details[-1]
            joined = f"{last.value};{part}" if last.value else part
            details[-1] = EventDetail(last.label, joined)
        else:
            name = f"{name}{part}"
    return EventText(name, tuple(details))


def _first_part(part: str) -> tuple[str, list[EventDetail]]:
    match = _GLUED.fullmatch(part)
    if match is None:
        return part, []
    return match[1].strip(), [_detail(match[2], match[3])]


def _detail(label: str, value: str) -> EventDetail:
    return EventDetail(label.strip().translate(_FULL_BRACKETS), value.strip())


def split_event_blocks(text: str) -> tuple[EventBlock, ...]:
    """Return the events of a cell with several blocks; empty when the text has none.

    >>> split_event_blocks("#法律状态公告日：20150325;法律状态：授权;描述信息：授权;")[0].name
    '授权'
    """
    return tuple(
        EventBlock(match["day"].strip(), match["name"].strip(), match["text"].strip(" ;；\r\n"))
        for match in _BLOCK.finditer(text)
    )


def holder_change(details: tuple[EventDetail, ...]) -> HolderChange:
    """Return the holders a transfer names.

    变更前权利人 is a holder after 变更事项:专利权人 and an address after 变更事项:地址. Co-owners
    follow in further pairs; an empty 变更后 means that the co-owner left.
    """
    before: list[str] = []
    after: list[str] = []
    about_address = False
    for detail in details:
        label = detail.label
        if label == "变更事项":
            about_address = "地址" in detail.value
        elif label.endswith("地址") or (about_address and not label.endswith("专利权人")):
            continue
        elif label.startswith("变更前") and detail.value:
            before.append(detail.value)
        elif label.startswith("变更后") and detail.value:
            after.append(detail.value)
    return HolderChange(tuple(before), tuple(after))
