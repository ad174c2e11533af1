"""Scalars whose values are made canonical at the border (DOMAIN §3).

An identifier is accepted in any spelling that `resolvers.values` accepts and reaches resolvers in
canonical form; a refused one answers BAD_IDENTIFIER with the rule's code. Warnings do not refuse.
Region, industry and IPC codes that the shipped lists do not know pass when well formed: the
database may have been loaded with fuller lists, and an unknown key is simply not found.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError, value_from_ast_untyped
from graphql.language import FloatValueNode, IntValueNode, ValueNode
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from resolvers.values.application_numbers import parse_application_number
from resolvers.values.dates import parse_date
from resolvers.values.industries import parse_industry
from resolvers.values.ipc import parse_ipc
from resolvers.values.offices import parse_office
from resolvers.values.publication_numbers import parse_publication_number
from resolvers.values.regions import parse_region
from resolvers.values.result import Checked, Issue, ValueProblem
from resolvers.values.text import identifier_text
from resolvers.values.uscc import parse_uscc
from schema.common.descriptions import zh_en
from schema.common.errors import identifier_error, input_error, located

ApplicationNumber = NewType("ApplicationNumber", str)
PublicationNumber = NewType("PublicationNumber", str)
RegionCode = NewType("RegionCode", str)
IndustryCode = NewType("IndustryCode", str)
IpcSymbol = NewType("IpcSymbol", str)
USCC = NewType("USCC", str)
OfficeCode = NewType("OfficeCode", str)

LONGEST_IDENTIFIER = 100
_TOO_LONG = Issue(
    "IDENTIFIER_TOO_LONG",
    f"标识符超过 {LONGEST_IDENTIFIER} 个字符。",
    f"The identifier has more than {LONGEST_IDENTIFIER} characters.",
)
_NOT_TEXT = Issue("IDENTIFIER_NOT_TEXT", "标识符应为字符串。", "An identifier is a string.")
_DIGITS_ALLOWED = 38


def canonical(value: object, check: Callable[[str], Checked[Any]]) -> str:
    """Return the canonical form of an identifier.

    Raises:
        CodedError: BAD_IDENTIFIER with the codes of the broken rules.
    """
    if not isinstance(value, str):
        raise identifier_error(ValueProblem((_NOT_TEXT,)))
    if len(value) > LONGEST_IDENTIFIER:
        raise identifier_error(ValueProblem((_TOO_LONG,)))
    checked = check(value)
    if checked.canonical is None:
        raise identifier_error(ValueProblem(checked.issues))
    return checked.canonical


def application_number(value: object) -> str:
    """Return a canonical application number; other offices' keys are accepted (DOMAIN §2.3)."""
    return canonical(value, lambda text: parse_application_number(text, foreign=True))


def publication_number(value: object) -> str:
    return canonical(value, parse_publication_number)


def uscc(value: object) -> str:
    return canonical(value, parse_uscc)


def office_code(value: object) -> str:
    return canonical(value, parse_office)


def ipc_symbol(value: object) -> str:
    return canonical(value, parse_ipc)


def region_code(value: object) -> str:
    return canonical(value, lambda text: _known_or_well_formed(text, parse_region, _wide_region))


def industry_code(value: object) -> str:
    return canonical(value, lambda text: _known_or_well_formed(text, parse_industry, str))


def _known_or_well_formed(
    text: str, check: Callable[[str], Checked[Any]], widen: Callable[[str], str]
) -> Checked[Any]:
    """Return the check, where a code that is only unknown to the shipped lists is accepted."""
    checked = check(text)
    if checked.canonical is None and all(code.endswith("_UNKNOWN") for code in checked.codes):
        return Checked(text, widen(identifier_text(text)), None, ())
    return checked


def _wide_region(code: str) -> str:
    return code[:6].ljust(6, "0")


def parse_iso_date(value: object) -> date:
    """Return a date written YYYY-MM-DD.

    Raises:
        CodedError: BAD_USER_INPUT; other spellings belong to files, not to an interface.
    """
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    found = parse_date(value) if isinstance(value, str) and len(value) <= 40 else None
    hint = f"：{found.value.isoformat()}" if found is not None and found.value else ""
    raise input_error(f"日期应写成 YYYY-MM-DD{hint}", "A date is written YYYY-MM-DD")


def parse_date_time(value: object) -> datetime:
    """Return a moment in UTC; the text must have an offset.

    Raises:
        CodedError: BAD_USER_INPUT.
    """
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise input_error(
            "时间应带时区，如 2023-06-01T08:00:00+08:00",
            "A time needs an offset, as in 2023-06-01T08:00:00+08:00",
        )
    return moment.astimezone(UTC)


def print_date_time(moment: datetime) -> str:
    """Return the moment in UTC, to the second, ending in Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_decimal(value: object) -> Decimal:
    """Return an exact number, from a string or a number of JSON.

    Raises:
        CodedError: BAD_USER_INPUT for anything else, NaN, infinities and more than 38 digits.
    """
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        text = str(value).strip()
        try:
            number = Decimal(text) if len(text) <= 60 else None
        except InvalidOperation:
            number = None
        if (
            number is not None
            and number.is_finite()
            and abs(number.adjusted()) < _DIGITS_ALLOWED
            and len(number.as_tuple().digits) <= _DIGITS_ALLOWED
        ):
            return number
    raise input_error('应为十进制数，如 "50000.00"', 'A decimal number, as in "50000.00"')


def print_decimal(number: Decimal) -> str:
    """Return the number without exponent.

    >>> print_decimal(Decimal("5E+4"))
    '50000'
    """
    return format(number, "f")


def _scalar(
    name: str, zh: str, en: str, parse: Callable[[object], Any], serialize: Callable[[Any], Any]
) -> ScalarDefinition:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        # The text of a number, since a float has lost digits already.
        if parse is parse_decimal and isinstance(node, (FloatValueNode, IntValueNode)):
            value: object = node.value
        else:
            value = value_from_ast_untyped(node, variables)
        try:
            return parse(value)
        except GraphQLError as error:
            raise located(error, node) from None

    return strawberry.scalar(
        name=name,
        description=zh_en(zh, en),
        parse_value=parse,
        parse_literal=parse_literal,
        serialize=serialize,
    )


def _same(value: Any) -> Any:
    return value


SCALARS: Final[dict[object, ScalarDefinition]] = {
    ApplicationNumber: _scalar(
        "ApplicationNumber",
        "申请号规范形式：CN + 数字 + 校验位，无点；其他局：ST.3 代码 + 该国号码",
        "Canonical application number: CN + digits + check character, no dot; other offices: "
        "ST.3 code + national number",
        application_number,
        _same,
    ),
    PublicationNumber: _scalar(
        "PublicationNumber",
        "公开（公告）号规范形式，如 CN102982010A",
        "Canonical publication number, as CN102982010A",
        publication_number,
        _same,
    ),
    RegionCode: _scalar(
        "RegionCode",
        "GB/T 2260 六位代码，000000 为全国",
        "GB/T 2260 code of six digits, or 000000 for the whole country",
        region_code,
        _same,
    ),
    IndustryCode: _scalar(
        "IndustryCode",
        "GB/T 4754-2017：门类字母加零、二、三或四位数字（C、C39、C391、C3911）",
        "GB/T 4754-2017: section letter, then zero, two, three or four digits "
        "(C, C39, C391, C3911)",
        industry_code,
        _same,
    ),
    IpcSymbol: _scalar(
        "IpcSymbol",
        "IPC 分类号，无空格：H、H04、H04W、H04W8/26",
        "IPC symbol without space: H, H04, H04W, H04W8/26",
        ipc_symbol,
        _same,
    ),
    USCC: _scalar(
        "USCC",
        "统一社会信用代码（GB 32100-2015），18 位大写",
        "Unified Social Credit Code, GB 32100-2015, 18 characters, upper case",
        uscc,
        _same,
    ),
    OfficeCode: _scalar(
        "OfficeCode", "WIPO ST.3 两字母代码", "WIPO ST.3 two-letter code", office_code, _same
    ),
    date: _scalar("Date", "日期，YYYY-MM-DD", "A date, YYYY-MM-DD", parse_iso_date, date.isoformat),
    datetime: _scalar(
        "DateTime",
        "时间（UTC），如 2023-06-01T00:00:00Z",
        "A moment in UTC, as 2023-06-01T00:00:00Z",
        parse_date_time,
        print_date_time,
    ),
    Decimal: _scalar(
        "Decimal",
        "十进制数，以字符串表示，不损失精度",
        "A decimal number as a string, exact",
        parse_decimal,
        print_decimal,
    ),
}


def schema_config() -> StrawberryConfig:
    """Return the configuration every subgraph uses: camel case names and these scalars."""
    return StrawberryConfig(auto_camel_case=True, scalar_map=SCALARS)
