"""The parts of a template that a feed decides: its fields as a table, as paths, as a query."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from adapters.feed import Feed, Field, load_vocabularies

KIND_TITLES: Final[dict[str, str]] = {
    "text": "文本",
    "lines": "多行文本",
    "code": "编号",
    "party": "单位或个人",
    "parties": "单位或个人，可多个",
    "application_number": "专利申请号",
    "application_numbers": "专利申请号，可多个",
    "publication_number": "公开（公告）号",
    "uscc": "统一社会信用代码",
    "usccs": "统一社会信用代码，可多个",
    "date": "日期",
    "period": "起止日期",
    "money": "金额",
    "vocabulary": "用语",
    "legal_status": "法律状态",
    "event_code": "事务代码",
    "ipc": "IPC 分类号",
    "ipcs": "IPC 分类号，可多个",
    "locarnos": "洛迦诺分类号，可多个",
    "industry": "国民经济行业代码",
    "industries": "国民经济行业代码，可多个",
    "region": "行政区划代码",
    "regions": "行政区划代码，可多个",
    "licence_number": "合同备案号",
    "pledge_number": "质押登记号",
    "statement_number": "声明编号",
    "platform_code": "平台（中心）编码",
    "vocabularies": "用语，可多个",
    "year": "年度",
    "share": "占比",
    "score": "得分（0–100）",
    "count": "数量",
    "figure": "数值，可带单位",
    "report_period": "期间（2023-Q4、2023-11、2023）",
}
"""What a cell of each kind holds; kinds without a title are shown by their name."""

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


def used_fields(feed: Feed) -> dict[str, Field]:
    """Return the fields of a feed that are stored, required ones first."""
    fields = {name: field for name, field in feed.fields.items() if field.kind != "ignored"}
    required = {name: field for name, field in fields.items() if field.required}
    return required | fields


def own_platform(feed: Feed) -> str | None:
    """Return the field that names the platform a row is of, which a source fills by a constant."""
    if feed.feed == "OPERATION_CENTER":
        return None
    return next((n for n, field in feed.fields.items() if field.kind == "platform_code"), None)


def header(name: str, field: Field) -> str:
    """Return the header centres write over a field."""
    return next((alias for alias in field.aliases if _CHINESE.search(alias)), name)


def field_table(feed: Feed) -> str:
    """Return the fields as comment lines: ★ when required, name, header, what it holds."""
    fields = used_fields(feed)
    width = max(map(len, fields))
    headers = {name: header(name, field) for name, field in fields.items()}
    header_width = max(map(_width, headers.values()))
    return "\n".join(
        f"#   {'★' if field.required else '·'} {name:<{width}}  "
        f"{_padded(headers[name], header_width)}  {_held(field)}".rstrip()
        for name, field in fields.items()
    )


def asked(feed: Feed) -> Iterator[tuple[str, Field]]:
    """Yield the fields a record has to bring: the stored ones without the platform's own code."""
    platform = own_platform(feed)
    for name, field in used_fields(feed).items():
        if name != platform:
            yield name, field


def path_lines(feed: Feed) -> str:
    """Return the section `fields`: required ones as lines, the others as comments."""
    named = list(asked(feed))
    width = max(len(name) for name, _ in named) * 2 + 2
    lines = []
    for name, field in named:
        mark = "" if field.required else "# "
        star = "，必填" if field.required else ""
        line = f"{mark}{name}: {name}"
        lines.append(f"  {line:<{width + 2}} # {header(name, field)}{star}")
    return "\n".join(lines)


def select_lines(feed: Feed) -> str:
    """Return the columns of a query, required ones first."""
    return ",\n".join(f'      t.{_snake(name)} as "{name}"' for name, _ in asked(feed))


def order_columns(feed: Feed) -> str:
    """Return the natural key as columns of the query."""
    platform = own_platform(feed)
    return ", ".join(name for name in feed.key if name != platform)


def examples(feed: Feed) -> str:
    """Return commented sections for the words and amounts of a feed, as far as it has them."""
    text = ""
    vocabularies = load_vocabularies()
    names = (field.vocabulary for field in feed.fields.values() if field.vocabulary)
    if name := next(names, None):
        value = next(iter(vocabularies[name][1].values()))
        text += (
            "# 本来源自己的用语：用语表 → 所见词 → 标准值。 Own words of this source.\n"
            f'# vocabularies:\n#   {name}: {{所见词: "{value}"}}\n\n'
        )
    amounts = (name for name, field in feed.fields.items() if field.kind == "money")
    if name := next(amounts, None):
        text += (
            "# 表头未写单位的金额。 Units of amounts whose column names none.\n"
            f"# units: {{{name}: 万元}}\n\n"
        )
    return text


def first_key(feed: Feed) -> str:
    """Return the field a single record is asked by."""
    platform = own_platform(feed)
    return next(name for name in feed.key if name != platform)


def selection_lines(feed: Feed, indent: int) -> str:
    """Return the fields as a GraphQL selection."""
    return "\n".join(" " * indent + name for name, _ in asked(feed))


def list_name(feed: Feed) -> str:
    """Return how a GraphQL server may call the list: `OPEN_LICENCE` → `openLicences`."""
    first, *others = feed.feed.lower().split("_")
    name = first + "".join(part.capitalize() for part in others)
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def table_name(feed: Feed) -> str:
    """Return how a database may call the table."""
    return _snake(list_name(feed))


def _held(field: Field) -> str:
    title = KIND_TITLES.get(field.kind, field.kind)
    if field.kind == "vocabulary":
        return f"{title}（{field.vocabulary}）"
    return title


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
